"""Mixed-integer programming: HiGHS through SciPy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from mmatch.instance import Answer, Instance, Watch
from mmatch.solvers._highs import searched
from mmatch.solvers._lexicographic import KINDS, in_order


@dataclass(frozen=True)
class Milp:
    """Branch and cut by HiGHS, stage after stage: for what is no flow, such as the worst-off mentee of several seats.

    HiGHS works in floats: its optimum is a claim, made only where its own bound leaves no room for one unit more. It
    cannot be stopped but by a time limit: at Ctrl-C or cancel the answer is there at once, and its thread ends by
    itself. Huangfu and Hall: Parallelizing the dual revised simplex method (2018).
    """

    name: ClassVar[str] = "milp"
    takes: ClassVar[frozenset[str]] = KINDS
    rank: ClassVar[int | None] = 2

    def solve(self, instance: Instance, watch: Watch) -> Answer:
        """A best choice of edges, claimed."""
        return in_order(instance, watch, lambda model, goal, _: searched(model, goal, watch))
