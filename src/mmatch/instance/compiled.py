"""A cohort under a resolved program, compiled once, when that is first needed: what judges and explanations look at."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from mmatch.instance.compilation import compile_instance
from mmatch.program import question_digest

if TYPE_CHECKING:
    from mmatch.candidates.edges import Edges
    from mmatch.cohort import Cohort
    from mmatch.instance.model import Instance, Listed
    from mmatch.program import Program


@dataclass(frozen=True, eq=False)
class Compiled:
    """What a judge or an explanation looks at; ``seed`` orders ties, where anybody asks for an order.

    ``listed`` are some of the pairs that may meet, where there are too many to list all.
    """

    cohort: Cohort
    program: Program
    seed: int | str | None = None
    listed: Listed | None = None

    @cached_property
    def digest(self) -> str:
        """What binds a proof to the question."""
        return question_digest(self.cohort, self.program)

    @cached_property
    def compiled(self) -> tuple[Instance, Edges]:
        """The compiled problem and the people behind its edges; times that are a flow are part of the edges."""
        return compile_instance(self.cohort, self.program, self.seed, listed=self.listed)

    @cached_property
    def untimed(self) -> tuple[Instance, Edges]:
        """The same with all times as groups."""
        if not self.compiled[0].labels.timed:
            return self.compiled
        return compile_instance(self.cohort, self.program, self.seed, timed=False, listed=self.listed)

    @property
    def instance(self) -> Instance:
        """The compiled problem."""
        return self.compiled[0]

    @property
    def edges(self) -> Edges:
        """The people behind its edges."""
        return self.compiled[1]
