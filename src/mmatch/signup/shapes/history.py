"""History: one row a pair of mentor and mentee who have met before, with topic and date where known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmatch.cohort.participants import Meeting
from mmatch.signup.pairs import pair_columns

if TYPE_CHECKING:
    from mmatch.signup.draft import Draft
    from mmatch.signup.sheets import Column, Sheet


class HistoryShape:
    """Pairs without scores: past meetings. People who have left the program may stand in it."""

    name = "history"
    rank = 20

    def fits(self, sheet: Sheet, known: frozenset[str]) -> bool:  # noqa: ARG002 - the heads tell
        """Where two columns name a pair."""
        return pair_columns(sheet) is not None

    def read(self, sheet: Sheet, draft: Draft) -> None:
        """Every row's meeting."""
        columns = pair_columns(sheet)
        if columns is None:
            return
        columns[0].meaning, columns[1].meaning = "mentor", "mentee"
        for row in sheet.rows:
            mentor, mentee = (self._name(sheet, row, column, draft) for column in columns)
            if mentor and mentee:
                topic, date = (_first(sheet, row, meaning) for meaning in ("topic", "date"))
                draft.history.append(Meeting(mentor, mentee, topic=topic, date=date or None))

    def _name(self, sheet: Sheet, row: int, column: Column, draft: Draft) -> str:
        """The id of somebody known, else the text as it stands."""
        text = sheet.cell(row, column)
        if not text:
            sheet.note(draft.notes, row, column.head, ("id-missing", "found an empty cell, expected an id", ""))
            return ""
        person = draft.people.find(text)
        return text if person is None else person.spelling


def _first(sheet: Sheet, row: int, meaning: str) -> str:
    return next((sheet.cell(row, column) for column in sheet.of(meaning)), "")


SHAPE = HistoryShape()
