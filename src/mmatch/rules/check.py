"""A function of yours as a rule: which pairs are allowed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mmatch.errors import InputError, Problem, excerpt
from mmatch.rules._base import Rule

if TYPE_CHECKING:
    from mmatch.arrays import Bools
    from mmatch.candidates import Pairs
    from mmatch.cohort import Participant


@dataclass(frozen=True, repr=False)
class Check(Rule):
    """Your own rule: a function of (mentor, mentee) that says whether they may meet. Slow, and not written to JSON.

    Args:
        function: takes two Participants, returns True or False; called once for each two people.
    """

    function: Callable[[Participant, Participant], bool]

    def __post_init__(self) -> None:
        if not callable(self.function):
            raise self.refuse("function", f"found {excerpt(self.function)}, expected a function of (mentor, mentee)")

    def allows(self, pairs: Pairs) -> Bools:
        """Pairs for which the function says yes."""
        return pairs.facts.call(self.function, (pairs.mentor, pairs.mentee), _yes_or_no).astype(bool)  # type: ignore[no-any-return]


def _yes_or_no(value: Any, place: str) -> bool:
    if not isinstance(value, bool | np.bool_):
        text = f"the function returned {type(value).__name__} {excerpt(value)}, expected True or False"
        raise InputError(Problem("function", place, text))
    return bool(value)
