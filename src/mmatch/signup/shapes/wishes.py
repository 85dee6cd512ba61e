"""Pairs that are wished for, one row a wish of a mentee, in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmatch.signup.pairs import kind_of_pairs, pair_columns, score_column
from mmatch.signup.shapes.bans import named_pairs
from mmatch.signup.vocabulary import plain

if TYPE_CHECKING:
    from mmatch.signup.draft import Draft
    from mmatch.signup.sheets import Sheet


class WishesShape:
    """Two columns of people, and a name or a head that speaks of wishes."""

    name = "wishes"
    rank = 19

    def fits(self, sheet: Sheet, known: frozenset[str]) -> bool:  # noqa: ARG002 - the heads and the name tell
        """Where two columns name a pair, and the file's name or a head speaks of wishes or preferences."""
        return pair_columns(sheet) is not None and score_column(sheet) is None and kind_of_pairs(sheet) == "wishes"

    def read(self, sheet: Sheet, draft: Draft) -> None:
        """Add every row's mentor to the mentee's wish list."""
        order = next((c for c in sheet.unknown if sheet.words.has("rank", plain(c.head).split())), None)
        for _, mentor, mentee in sorted(named_pairs(sheet, draft, order), key=lambda pair: pair[0]):
            person = draft.person(mentee)
            person.extra["ranks"] = (*person.extra.get("ranks", ()), mentor)


SHAPE = WishesShape()
