"""A list of people, such as the staff: it describes those who signed up elsewhere, and adds nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmatch.signup.answers import Facts, FormAnswer
from mmatch.signup.sheets import IDENTITY

if TYPE_CHECKING:
    from mmatch.signup.draft import Draft
    from mmatch.signup.sheets import Sheet


class ListShape:
    """One row a person, most of whom may not take part. It is told from the files beside it."""

    name = "list"
    rank = 110

    def fits(self, sheet: Sheet, known: frozenset[str]) -> bool:  # noqa: ARG002 - what stands in other files tells
        """Never by itself."""
        return False

    def read(self, sheet: Sheet, draft: Draft) -> None:
        """Keep the facts about those who signed up as attributes."""
        for column in sheet.columns:
            if column.meaning not in {*IDENTITY, "ignore", "number"} and not column.meaning.startswith("attribute"):
                column.meaning = "attribute"
        found = []
        people = list(sheet.people(sheet.rows))
        for row, texts in zip(sheet.rows, people, strict=True):
            person = next(filter(None, map(draft.people.find, filter(None, texts[::-1]))), None)
            if person is not None:
                found.append(FormAnswer(sheet, row, person.spelling))
        if len(found) < len(people):
            text = f"{len(people) - len(found)} of {len(people)} people in it signed up nowhere else and take no part"
            draft.notes.warn("list", sheet.name, text, "name its role (--answer) if they do")
        Facts(sheet, found, draft.notes).read()
        for answer in found:
            draft.person(answer.id).extra.setdefault("attributes", {}).update(answer.attributes)


SHAPE = ListShape()
