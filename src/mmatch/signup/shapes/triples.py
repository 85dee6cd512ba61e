"""Long triples: one row a pair of mentor and mentee with a score, or with -1 for "never"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmatch.errors import excerpt
from mmatch.signup.blocks import banned_value
from mmatch.signup.pairs import pair_columns
from mmatch.signup.values import Fault, is_tidy_number, number

if TYPE_CHECKING:
    from mmatch.signup.draft import Draft
    from mmatch.signup.sheets import Column, Sheet


class TriplesShape:
    """Mentor, mentee and a number; pairs that stand in no row are not allowed."""

    name = "triples"
    rank = 10

    def fits(self, sheet: Sheet, known: frozenset[str]) -> bool:  # noqa: ARG002 - the heads tell
        """Where two columns name a pair and one holds scores."""
        return pair_columns(sheet) is not None and _score_column(sheet) is not None

    def read(self, sheet: Sheet, draft: Draft) -> None:
        """Every row's score; a file of nothing but -1 says only who must never meet."""
        columns, score = pair_columns(sheet), _score_column(sheet)
        if columns is None or score is None:
            return
        cells = sheet.cells(score)
        banned = banned_value(cells) if score.how in {"", "bans"} else None
        score.meaning, score.how = "score", "number" if banned is None else "bans"
        columns[0].meaning, columns[1].meaning = "mentor", "mentee"
        only_bans = banned is not None and {cell for cell in cells if cell} == {str(banned)}
        if not only_bans and draft.scores is None:
            draft.scores = {}
        for row in sheet.rows:
            self._row(sheet, row, draft, (*columns, score), (banned, only_bans))

    def _row(
        self,
        sheet: Sheet,
        row: int,
        draft: Draft,
        columns: tuple[Column, Column, Column],
        bans: tuple[int | None, bool],
    ) -> None:
        mentor_column, mentee_column, score = columns
        mentor = draft.refer(sheet, row, mentor_column, sheet.cell(row, mentor_column), "mentor")
        mentee = draft.refer(sheet, row, mentee_column, sheet.cell(row, mentee_column), "mentee")
        cell = sheet.cell(row, score)
        try:
            value = number(cell) if cell else None
        except Fault as fault:
            sheet.note(draft.notes, row, score.head, (fault.code, fault.message, fault.hint))
            return
        if mentor is None or mentee is None or value is None:
            return
        if mentor == mentee:
            sheet.note(draft.notes, row, mentee_column.head, ("self", "nobody is matched with themselves", ""))
        elif bans[1]:
            person = draft.person(mentee)
            person.extra["final_avoids"] = (*person.extra.get("final_avoids", ()), mentor)
        elif value != bans[0] and not draft.add_score(mentor, mentee, value):
            text = f"the pair {excerpt(mentor)}, {excerpt(mentee)} has another score already"
            sheet.note(draft.notes, row, score.head, ("duplicate-pair", text, "give each pair one score"))


def _score_column(sheet: Sheet) -> Column | None:
    """The column of scores: named so, or the only other one and all numbers."""
    named = sheet.of("score")
    if named:
        return named[0]
    others = [column for column in sheet.unknown if column.head]
    numeric = (
        len(sheet.columns) == 3 and len(others) == 1 and all(is_tidy_number(c) for c in sheet.cells(others[0]) if c)
    )
    return others[0] if numeric else None


SHAPE = TriplesShape()
