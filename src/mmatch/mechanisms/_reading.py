"""How mechanisms read long arrays one number at a time: without a copy as a list."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from mmatch.people.columns import Ints

    Whole = memoryview[int]


def quick(values: Ints) -> Whole:
    """The same numbers, to be looked at one by one."""
    return memoryview(np.ascontiguousarray(values, dtype=np.int64))  # type: ignore[arg-type]
