"""Long triples: one row a pair of mentor and mentee with a score, or with -1 for "never"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmatch.errors import excerpt
from mmatch.signup.pairs import pair_columns, score_column
from mmatch.signup.questions import answers
from mmatch.signup.values import Fault, has_decimal_commas, number
from mmatch.signup.wishes import banned_value

if TYPE_CHECKING:
    from mmatch.signup.draft import Draft
    from mmatch.signup.sheets import Column, Sheet


class TriplesShape:
    """Mentor, mentee and a number; pairs that stand in no row are not allowed."""

    name = "triples"
    rank = 10

    def fits(self, sheet: Sheet, known: frozenset[str]) -> bool:  # noqa: ARG002 - the heads tell
        """Where two columns name a pair and one holds scores."""
        return pair_columns(sheet) is not None and score_column(sheet) is not None

    def read(self, sheet: Sheet, draft: Draft) -> None:
        """Every row's score; a file of nothing but -1 says only who must never meet."""
        columns, score = pair_columns(sheet), score_column(sheet)
        if columns is None or score is None:
            return
        cells = sheet.cells(score)
        banned = banned_value(cells) if score.how in {"", "bans"} else None
        score.meaning, score.how = "score", "number" if banned is None else "bans"
        columns[0].meaning, columns[1].meaning = "mentor", "mentee"
        only_bans = banned is not None and {cell for cell in cells if cell} == {str(banned)}
        if banned is not None and not only_bans and not sheet.forced.shape:
            self._ask_of_others(sheet, draft, columns)
        if not only_bans and draft.scores is None:
            draft.scores = {}
        score.decimals = has_decimal_commas(set(cells), sheet.table.delimiter)
        for row in sheet.rows:
            self._row(sheet, row, draft, (*columns, score), (banned, only_bans))

    def _ask_of_others(self, sheet: Sheet, draft: Draft, columns: tuple[Column, Column]) -> None:
        """Pairs that stand in no row are not allowed: asked where the file may be a list of wishes and bans."""
        pairs = {tuple(sheet.cell(row, column) for column in columns) for row in sheet.rows}
        mentors, mentees = (sum(role in p.roles for p in draft.people) for role in ("mentor", "mentee"))
        if not draft.open_roles and len(pairs) < mentors * mentees:
            text = f"{len(pairs):,} of {mentors * mentees:,} pairs stand here, some with -1: are all others forbidden?"
            how = (
                answers(sheet.name, "triples")
                + " (they are), or leave only the rows with -1 in the file (they are not)"
            )
            name = sheet.name
            draft.notes.doubt(name, columns[0].head, "bans", text, likely="triples", how=how, key=name)

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
            value = number(cell, comma=score.decimals) if cell else None
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


SHAPE = TriplesShape()
