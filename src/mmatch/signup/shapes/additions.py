"""Additions: quotas, wishes or exclusions for people whom other files introduce, one row a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmatch.signup.answers import Facts, FormAnswer
from mmatch.signup.sheets import IDENTITY, NAME_LISTS, Sheet

if TYPE_CHECKING:
    from mmatch.signup.draft import Draft

ADDED = frozenset(["capacity", "seats", "groups", "min_load", "priority", "mentors"]) | NAME_LISTS


class AdditionsShape:
    """An id and a few facts, such as ``mentor,max`` or ``email,should_match_with,exclude_option``."""

    name = "additions"
    rank = 40

    def fits(self, sheet: Sheet, known: frozenset[str]) -> bool:
        """Where every row is about somebody known, and nothing but wishes and limits is said."""
        meanings = sheet.meanings - {*IDENTITY, "mentor", "mentee", "ignore"}
        if not known or not meanings or not meanings <= ADDED or not sheet.identity():
            return False
        return all(sheet.who(row).casefold() in known for row in range(len(sheet.table.rows)) if sheet.who(row))

    def read(self, sheet: Sheet, draft: Draft) -> None:
        """Add every row's facts to the person; they count more than what the person's own row says."""
        identity = sheet.identity()[0]
        answers = []
        for row in sheet.rows:
            name = draft.refer(sheet, row, identity, sheet.who(row), identity.meaning)
            if name is not None:
                answers.append(FormAnswer(sheet, row, name))
        Facts(sheet, answers, draft.notes).read()
        for answer in answers:
            person = draft.person(answer.id)
            for meaning, value in answer.facts.items():
                person.extra[meaning] = value
                head = next(c.head for c in sheet.of(meaning) if sheet.cell(answer.row, c))
                person.sources[meaning] = (sheet, answer.row, head)


SHAPE = AdditionsShape()
