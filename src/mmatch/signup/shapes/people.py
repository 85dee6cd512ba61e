"""People: one row a person, one column a fact. Every table that has no other shape."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmatch.signup.blocks import read_block, read_hours

if TYPE_CHECKING:
    from mmatch.signup.draft import Draft
    from mmatch.signup.sheets import Sheet


class PeopleShape:
    """One row a person. Their answers are read before all other shapes; what is left are blocks of columns."""

    name = "people"
    rank = 100

    def fits(self, sheet: Sheet, known: frozenset[str]) -> bool:  # noqa: ARG002 - the shape of last resort
        """Every table with a column."""
        return bool(sheet.columns)

    def read(self, sheet: Sheet, draft: Draft) -> None:
        """Availability drawn as hours, and wishes or scores with one column a person."""
        if sheet.has("hours"):
            read_hours(sheet, draft)
        if sheet.has("choices", "accepts", "scores", "ranked"):
            read_block(sheet, draft, "")


SHAPE = PeopleShape()
