"""The shapes of sign-up files: what a table is about, told from its heads and cells.

A new shape is one more file here with module-level ``SHAPES``; nothing else is edited.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from mmatch.signup.draft import Draft
from mmatch.signup.sheets import Sheet


class Shape(NamedTuple):
    """One shape.

    Attributes:
        name: how mappings call it.
        rank: orders the questions "does it fit?"; the lowest that says yes has the table.
        fits: whether a table has this shape; told the people whom other files introduce, in small letters.
        read: adds the table's facts to the draft, where everybody whom files of people introduce stands already.
    """

    name: str
    rank: int
    fits: Callable[[Sheet, frozenset[str]], bool]
    read: Callable[[Sheet, Draft], None]


@lru_cache(maxsize=1)
def shapes() -> tuple[Shape, ...]:
    """All shapes, in the order in which they are asked."""
    modules = [importlib.import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__)]
    return tuple(sorted((shape for module in modules for shape in module.SHAPES), key=lambda s: (s.rank, s.name)))
