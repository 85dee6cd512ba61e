"""The portfolio for groups: components that share nothing are solved one by one, each by a run of its own."""

from __future__ import annotations

import time
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from mmatch.exact import plain
from mmatch.groups.bound import GroupBound
from mmatch.groups.components import components
from mmatch.instance import Answer, Watch
from mmatch.matching import Branches, Status
from mmatch.portfolio.component_run import ComponentRun
from mmatch.portfolio.corroboration import by_two
from mmatch.solvers.cpsat import CpSat
from mmatch.solvers.milp import Milp

if TYPE_CHECKING:
    from mmatch.constraints import Groups
    from mmatch.groups.components import Component
    from mmatch.instance import Instance


class Portfolio:
    """Forms groups with several methods that help each other, and proves as much as can be proved.

    For each tier: the linear relaxation gives prices, hence a bound that the judge can check, and says which openings
    are worth a look; a mixed-integer search over these gives a first answer, neighbourhoods improve it; a tree of
    branches on openings, each leaf with prices of its own, closes what is left where it is small enough. Without a time
    limit it works by numbers of steps, not seconds, and the same question has the same answer. Aims that are no sums
    over people (who sits together, the worst-off) go to two complete searches, which corroborate each other.
    """

    name: ClassVar[str] = "portfolio"
    takes: ClassVar[frozenset[str]] = CpSat.takes & Milp.takes
    needs: ClassVar[frozenset[str]] = frozenset({"groups"})
    rank: ClassVar[int | None] = 1

    def solve(self, instance: Instance, watch: Watch) -> Answer:
        """The best groups that were found, with a bound for every stage."""
        if instance.groups is None:
            return Answer(Status.UNKNOWN)
        if instance.unmet or not GroupBound.fits(instance, len(instance.stages) - 1):
            return by_two(instance, watch)
        return _ByComponent(instance, instance.groups, components(instance), watch).answer()


class _ByComponent:
    """All components, one after another, the small ones first; and the answer that theirs make together."""

    def __init__(self, instance: Instance, groups: Groups, components: list[Component], watch: Watch) -> None:
        self.instance, self.groups, self.components, self.watch = instance, groups, components, watch
        self.answers = [_nobody(component) for component in components]

    def answer(self) -> Answer:
        """The best answer of every component, joined."""
        order = sorted(range(len(self.components)), key=lambda k: len(self.components[k].places))
        left = sum(len(component.places) for component in self.components)
        for k in order:
            component, watch = self.components[k], self._watch(len(self.components[k].places) / max(left, 1))
            found = ComponentRun(component.instance, component.groups_of, watch, partial(self._noted, k)).answer()
            if found.status == Status.INFEASIBLE:
                alone = len(self.components) == 1
                return found if alone else by_two(self.instance, self.watch)  # evidence about the whole
            self.answers[k] = self.answers[k] if found.chosen is None else found
            left -= len(component.places)
        return self.joined(self.watch.reason())

    def _watch(self, share: float) -> Watch:
        """A share of the time that is left."""
        if self.watch.deadline is None:
            return Watch(None, self.watch.cancel)
        now = time.monotonic()
        return Watch(now + max(self.watch.deadline - now, 0) * share, self.watch.cancel)

    def _noted(self, k: int, answer: Answer) -> None:
        """Show the host what is there, and keep it for an interrupt."""
        self.answers[k] = answer
        found = self.watch.best = self.joined("interrupted")
        if self.watch.progress is not None and found.chosen is not None:
            done, tiers = found.tiers_done, len(self.instance.tiers)
            value = self.instance.values(found.chosen, min(done + 1, tiers))
            limit = None if found.limit is None else plain(found.limit)
            self.watch.report("groups", done, tiers, value, (*value[:done], limit))

    def joined(self, stopped: str | None) -> Answer:
        """The answers of all components as one."""
        if any(answer.chosen is None for answer in self.answers):
            return Answer(Status.UNKNOWN, stopped=stopped)
        chosen = np.zeros(len(self.instance.request), dtype=bool)
        places, opened = np.zeros(len(self.groups.edge), dtype=bool), np.zeros(len(self.groups), dtype=np.int64)
        for component, answer in zip(self.components, self.answers, strict=True):
            chosen[component.edges] = answer.chosen
            places[component.places] = answer.places
            opened[component.groups] = 0 if answer.opened is None else answer.opened
        finished = all(answer.status == Status.OPTIMAL for answer in self.answers)
        return Answer(
            Status.OPTIMAL if finished else Status.FEASIBLE,
            chosen,
            min((answer.tiers_done for answer in self.answers), default=0),
            self._evidence(),
            stopped=None if finished else stopped or next((a.stopped for a in self.answers if a.stopped), None),
            limit=None if finished else self._limit(),
            places=places,
            opened=opened,
            agreement=self._agreement(),
        )

    def _evidence(self) -> Branches:
        """The trees of all components, one for each stage and component, in order."""
        n = len(self.instance.stages)
        found = [a.evidence if isinstance(a.evidence, Branches) else Branches((), ()) for a in self.answers]
        return Branches(
            tuple(tree for one in found for tree in (*one.branches, *[()] * (n - len(one.branches)))),
            tuple(row for one in found for row in one.prices),
            tuple((cut[0] + k * n, *cut[1:]) for k, one in enumerate(found) for cut in one.counts),
        )

    def _agreement(self) -> tuple[tuple[str, str], ...]:
        """The claims that are made for every component for which any are needed."""
        claims = [answer.agreement for answer in self.answers if answer.agreement]
        return tuple(claim for claim in (claims[0] if claims else ()) if all(claim in others for others in claims))

    def _limit(self) -> Fraction | None:
        """What the first tier that is not finished in every component cannot exceed."""
        done = min(answer.tiers_done for answer in self.answers)
        if done >= len(self.instance.tiers) or self.instance.tiers[done].vector:
            return None
        constant = getattr(self.instance.tiers[done].stages[0], "constant", Fraction(0))
        total = constant
        for component, answer in zip(self.components, self.answers, strict=True):
            limit = answer.limit
            if answer.tiers_done > done and answer.chosen is not None:
                exact = component.instance.totals(answer.chosen, done + 1)[done]
                limit = exact if isinstance(exact, Fraction) else Fraction(str(exact))
            if limit is None:
                return None
            total += limit - constant
        return total


def _nobody(component: Component) -> Answer:
    """Nobody sits, where that is allowed: an answer to begin with."""
    instance, groups = component.instance, component.groups_of
    needed = any((family.lower > 0).any() for family in instance.bounds)
    needed |= any(((rows.lower > 0) | (rows.upper < 0)).any() for rows in groups.rows)
    if needed:
        return Answer(Status.UNKNOWN)
    none = np.zeros(len(instance.request), dtype=bool)
    return Answer(
        Status.FEASIBLE,
        none,
        places=np.zeros(len(groups.edge), dtype=bool),
        opened=np.zeros(len(groups), dtype=np.int64),
    )
