"""Pairs that must not be matched, one row a pair, such as conflicts of interest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmatch.signup.pairs import kind_of_pairs, pair_columns, score_column

if TYPE_CHECKING:
    from mmatch.signup.draft import Draft
    from mmatch.signup.sheets import Sheet


class BansShape:
    """Two columns of people, and a name or a head that says that they must not meet; other columns say why."""

    name = "bans"
    rank = 18

    def fits(self, sheet: Sheet, known: frozenset[str]) -> bool:  # noqa: ARG002 - the heads and the name tell
        """Where two columns name a pair, and the file's name or a head speaks of conflicts or exclusions."""
        return pair_columns(sheet) is not None and score_column(sheet) is None and kind_of_pairs(sheet) == "bans"

    def read(self, sheet: Sheet, draft: Draft) -> None:
        """Keep every row's pair apart."""
        for mentor, mentee in named_pairs(sheet, draft):
            person = draft.person(mentee)
            person.extra["final_avoids"] = (*person.extra.get("final_avoids", ()), mentor)


def named_pairs(sheet: Sheet, draft: Draft) -> list[tuple[str, str]]:
    """(mentor, mentee) of every row, by their ids; whoever is unknown is noted."""
    columns = pair_columns(sheet)
    if columns is None:
        return []
    columns[0].meaning, columns[1].meaning = "mentor", "mentee"
    pairs = []
    for row in sheet.rows:
        mentor = draft.refer(sheet, row, columns[0], sheet.cell(row, columns[0]), "mentor")
        mentee = draft.refer(sheet, row, columns[1], sheet.cell(row, columns[1]), "mentee")
        if mentor is not None and mentee is not None and mentor != mentee:
            pairs.append((mentor, mentee))
    return pairs


SHAPE = BansShape()
