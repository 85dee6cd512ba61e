"""Additions: quotas, wishes or exclusions for people whom other files introduce, one row a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmatch.signup.answers import Facts, FormAnswer
from mmatch.signup.sheets import IDENTITY, NAME_LISTS, Column, Sheet

if TYPE_CHECKING:
    from mmatch.signup.draft import Draft

ADDED = frozenset(["capacity", "seats", "groups", "min_load", "priority", "mentors"]) | NAME_LISTS

MOST_COLUMNS = 5  # of a table whose heads only seem to speak of wishes


class AdditionsShape:
    """An id and a few facts, such as ``mentor,max`` or ``email,should_match_with,exclude_option``."""

    name = "additions"
    rank = 40

    def fits(self, sheet: Sheet, known: frozenset[str]) -> bool:
        """Where every row is about somebody known, and says wishes and limits, and nothing else that counts."""
        meanings = {_stated(column) for column in sheet.columns} - {*IDENTITY, "mentor", "mentee", "ignore", ""}
        if not known or not meanings or not meanings <= ADDED or not sheet.identity():
            return False
        plainly = sheet.meanings & ADDED or len(sheet.columns) < MOST_COLUMNS
        return bool(plainly) and all(sheet.who(row).casefold() in known for row in sheet.rows if sheet.who(row))

    def read(self, sheet: Sheet, draft: Draft) -> None:
        """Add every row's facts to the person; they count more than what the person's own row says."""
        identity = sheet.identity()[0]
        for column in sheet.columns:
            column.meaning = column.meaning or _stated(column)
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


def _stated(column: Column) -> str:
    """What a column states; a head that only seems to name people who are wished for or kept apart does, too."""
    return column.meaning or (column.claim.meaning if column.claim.meaning in NAME_LISTS else "")


SHAPE = AdditionsShape()
