"""Pairs that must not be matched, one row a pair, such as conflicts of interest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmatch.signup.pairs import kind_of_pairs, known_pair, pair_columns, score_column

if TYPE_CHECKING:
    from mmatch.signup.draft import Draft
    from mmatch.signup.sheets import Column, Sheet


class BansShape:
    """Two columns of people, and a name or a head that says that they must not meet; other columns say why."""

    name = "bans"
    rank = 18

    def fits(self, sheet: Sheet, known: frozenset[str]) -> bool:
        """Where two columns name a pair, and the file's name or a head speaks of conflicts or exclusions."""
        if kind_of_pairs(sheet) != "bans":
            return False
        paired = pair_columns(sheet) is not None and score_column(sheet) is None
        return paired or (bool(known) and known_pair(sheet, known) is not None)

    def read(self, sheet: Sheet, draft: Draft) -> None:
        """Keep every row's pair apart."""
        for _, mentor, mentee in named_pairs(sheet, draft):
            person = draft.person(mentee)
            person.extra["final_avoids"] = (*person.extra.get("final_avoids", ()), mentor)


def named_pairs(sheet: Sheet, draft: Draft, order: Column | None = None) -> list[tuple[int, str, str]]:
    """(place in an order, mentor, mentee) of every row, by their ids; whoever is unknown is noted."""
    columns = pair_columns(sheet) or known_pair(sheet, draft.people.spellings())
    if columns is None:
        return []
    columns[0].meaning, columns[1].meaning = "mentor", "mentee"
    pairs = []
    for row in sheet.rows:
        mentor = draft.refer(sheet, row, columns[0], sheet.cell(row, columns[0]), "mentor")
        mentee = draft.refer(sheet, row, columns[1], sheet.cell(row, columns[1]), "mentee")
        if mentor is not None and mentee is not None and mentor != mentee:
            place = sheet.cell(row, order) if order is not None else ""
            pairs.append((int(place) if place.isdigit() else 0, mentor, mentee))
    return pairs


SHAPE = BansShape()
