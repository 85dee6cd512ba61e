"""Pairs without scores, one row a pair: who has met before, who must not meet, or who would like to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmatch.cohort.participants import Meeting
from mmatch.signup.pairs import is_own_list, kind_of_pairs, known_pair, pair_columns, score_column
from mmatch.signup.questions import answers

if TYPE_CHECKING:
    from mmatch.signup.draft import Draft
    from mmatch.signup.sheets import Column, Sheet


class HistoryShape:
    """Past meetings, also of people who have left. What the pairs are is asked where nothing tells."""

    name = "history"
    rank = 20

    def fits(self, sheet: Sheet, known: frozenset[str]) -> bool:
        """Where two columns name a pair, and neither the file's name nor a head says that they are bans or wishes."""
        paired = pair_columns(sheet) is not None or (bool(known) and known_pair(sheet, known) is not None)
        return paired and score_column(sheet) is None and kind_of_pairs(sheet) in {"", "history"}

    def read(self, sheet: Sheet, draft: Draft) -> None:
        """Every row's meeting."""
        columns = pair_columns(sheet) or known_pair(sheet, draft.people.spellings())
        if columns is None:
            return
        if not sheet.forced.shape and (is_own_list(sheet) or not kind_of_pairs(sheet)):
            about = (
                "a list of matches as mmatch writes it"
                if is_own_list(sheet)
                else "pairs of mentor and mentee, and nothing says what they are"
            )
            name, text = sheet.name, f"{about}: have they met before?"
            how = answers(name, "history", "bans", "wishes") + ", or give a list of matches to keep with --keep"
            meant = ("history", "bans", "wishes", "keep")
            draft.notes.doubt(name, columns[0].head, "pairs", text, *meant, likely="history", how=how, key=name)
        columns[0].meaning, columns[1].meaning = "mentor", "mentee"
        for row in sheet.rows:
            mentor, mentee = (self._name(sheet, row, column, draft) for column in columns)
            first = draft.people.find(mentor)
            if first is not None and first.roles == {"mentee"}:
                mentor, mentee = mentee, mentor
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
