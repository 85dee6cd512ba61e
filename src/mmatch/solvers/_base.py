"""What a solver is."""

from __future__ import annotations

from typing import ClassVar, Protocol

from mmatch.instance import Answer, Instance, Watch


class Solver(Protocol):
    """Anything with a name, the kinds of term and constraint that it takes, and one method.

    ``rank`` orders solvers for ``solver="auto"``: the least rank among those that take every kind of an instance; None
    is never chosen by itself.
    """

    name: ClassVar[str]
    takes: ClassVar[frozenset[str]]
    rank: ClassVar[int | None]

    def solve(self, instance: Instance, watch: Watch) -> Answer:
        """The best choice of edges."""
        ...
