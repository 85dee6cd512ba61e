"""The shapes of sign-up files, one file each: what a table is about, told from its heads and cells.

A new shape is one more file here with a module-level ``SHAPE``; nothing else is edited.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from mmatch.signup.draft import Draft
    from mmatch.signup.sheets import Sheet


class Shape(Protocol):
    """One shape. ``rank`` orders the questions "does it fit?"; the lowest that says yes has the table."""

    name: str
    rank: int

    def fits(self, sheet: Sheet, known: frozenset[str]) -> bool:
        """Whether a table has this shape; ``known`` are the people whom other files introduce."""

    def read(self, sheet: Sheet, draft: Draft) -> None:
        """Add the table's facts to the draft, where everybody whom files of people introduce stands already."""


@lru_cache(maxsize=1)
def shapes() -> tuple[Shape, ...]:
    """All shapes, in the order in which they are asked."""
    modules = [importlib.import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__)]
    return tuple(sorted((module.SHAPE for module in modules), key=lambda shape: (shape.rank, shape.name)))
