"""How mechanisms read long arrays one number at a time: without a copy as a list."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from mmatch.arrays import Ints, Rows

    Whole = memoryview[int]


def quick(values: Ints | Rows) -> Whole:
    """The same numbers, to be looked at one by one."""
    return memoryview(np.ascontiguousarray(values))  # type: ignore[arg-type]
