"""Long arrays as memory views, which loops over single numbers read without a copy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from mmatch.arrays import Ints, Rows

    Whole = memoryview[int]


def quick(values: Ints | Rows) -> Whole:
    """The same numbers, to be looked at one by one."""
    return memoryview(np.ascontiguousarray(values))  # type: ignore[arg-type]
