"""The instance as integer rows, for solvers that search: stages are maximised one after the other.

What a stage reached becomes an integer row for all later ones, so nothing is folded and nothing is a tolerance. Loads
are exact because their rewards never rise: the best pieces fill first.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import numpy as np

from mmatch.arrays import Bools, Ints
from mmatch.constraints import FAR
from mmatch.errors import SolverError, UnsupportedError
from mmatch.instance import Answer, Instance, Watch
from mmatch.matching import Cut, Status
from mmatch.solvers._goals import Outcome, goals
from mmatch.solvers._integer_program import Found, Goal, Model, Row
from mmatch.solvers._stability_rows import forbid_blocking
from mmatch.solvers._worst_off import evidence, shortage_cut

KINDS = frozenset({"linear", "convex_load", "bounds", "profile", "worst", "worst_of_sums", "leximin"}) | {
    "groups",
    "slots",
    "grouped",
    "balance",
    "links",
    "stability",
}
Search = Callable[[Model, Goal, "Ints | None"], Found]


def in_order(instance: Instance, watch: Watch, search: Search, extend: Callable[[Model], None] | None = None) -> Answer:
    """Maximise stage after stage by a search, holding what each reached; with what bounds it, or shows that none is.

    ``extend`` adds variables and rows of its own to the model; what shows that no choice is possible looks at the
    instance only.

    Raises:
        SolverError: where the search loses a stage that it had reached.
    """
    answer = _Run(instance, watch, search, extend).answer()
    if answer.status == Status.INFEASIBLE:
        cut = shortage_cut(instance)
        return replace(answer, evidence=Cut(cut)) if cut else answer
    return answer if answer.chosen is None else replace(answer, evidence=evidence(instance, answer.chosen))


class _Run:
    """Stage after stage: what is held, the best choice so far, and the first stage of which the optimum is not sure."""

    def __init__(
        self, instance: Instance, watch: Watch, search: Search, extend: Callable[[Model], None] | None
    ) -> None:
        self.instance, self.watch, self.search = instance, watch, search
        self.model = Model.of(instance)
        if instance.groups is not None:
            self.model.add_groups(instance.groups)
        _link(self.model, instance)
        for rule in instance.stability:
            forbid_blocking(self.model, instance, rule)
        if extend is not None:
            extend(self.model)
        self.best: Bools | None = None
        self.values: Ints | None = None
        self.hint = _hint(instance, watch.best)
        self.doubtful = len(instance.stages)

    def answer(self) -> Answer:
        """The best choice over all stages."""
        wanted = goals(self.instance, self.model, self.watch)
        outcome: Outcome | None = None
        while True:
            try:
                number, goal = wanted.send(outcome)
            except StopIteration:
                return self.finished()
            if goal is None:
                self.doubtful = min(self.doubtful, number)
                outcome = None
                continue
            reply = "held" if self.reached(goal) else self.searched(number, goal)
            if isinstance(reply, Answer):
                return reply
            if reply == "held":  # in all later searches
                reached = None if self.best is None else goal.value(self.best, self.values)
                if reached is not None and len(goal.variables):
                    self.model.rows.append(Row(goal.variables, goal.coefficients, reached, FAR))
                self.watch.best = self.partial(number, "interrupted")
            outcome = reply

    def reached(self, goal: Goal) -> bool:
        """Whether what is there is all that the goal can ever be."""
        return self.best is not None and goal.top is not None and goal.reached(self.best) == goal.top

    def searched(self, number: int, goal: Goal) -> Outcome | Answer:
        """Search for a goal: what came of it, or the answer where the run ends here."""
        stopped = self.watch.reason()
        if stopped:
            return self.partial(number, stopped)
        if self.watch.progress is not None and self.best is not None:
            grouped = [bool(stage.grouped) for stage in self.instance.stages]
            done = min(map(self.instance.tiers_within, (number, [*grouped, True].index(True))))
            self.watch.report("tiers", done, len(self.instance.tiers), self.instance.values(self.best, done))
        rows, held = self.model.rows, len(self.model.rows)
        rows += goal.rows
        if goal.start is not None:
            found, self.hint = Found(goal.start), goal.start.astype(np.int64)
        else:
            found = self.search(self.model, goal, self.hint if self.values is None else self.values)
        outcome = _outcome(goal, found)
        if goal.probe and outcome != "held":
            del rows[held:]
            return outcome
        if found.infeasible and self.best is None:
            return Answer(Status.INFEASIBLE)
        if found.infeasible:
            raise SolverError("the search lost what it had reached")
        if found.chosen is None or self.lost(found.chosen, number):
            return self.partial(number, self.watch.reason())
        self.best, self.values = found.chosen, found.values
        if not found.optimal and not goal.probe and found.ended:
            self.doubtful = min(self.doubtful, number)
        elif not found.optimal and not goal.probe:
            return self.partial(number, self.watch.reason(), (number, found.bound))
        return "held"

    def lost(self, chosen: Bools, stage: int) -> bool:
        """Whether a choice is worse in the stages before: floats may make it so, and then it is not believed."""
        stages = [s for s in self.instance.stages[:stage] if not s.grouped]
        return self.best is not None and bool(
            [s.total(self.instance.labels, chosen) for s in stages]
            < [s.total(self.instance.labels, self.best) for s in stages]
        )

    def finished(self) -> Answer:
        """The answer after all stages."""
        if self.doubtful < len(self.instance.stages):
            return self.partial(self.doubtful, None)
        return self.seated(Answer(Status.OPTIMAL, self.best, len(self.instance.tiers)))

    def partial(self, stages: int, stopped: str | None, bound: tuple[int, int | None] = (-1, None)) -> Answer:
        """The answer with so many stages done at most; ``bound`` is (stage, what it cannot exceed)."""
        instance, stages = self.instance, min(stages, self.doubtful)
        if self.best is None:
            return Answer(Status.UNKNOWN, stopped=stopped)
        done = instance.tiers_within(stages)
        limit: Fraction | None = None
        number, amount = bound
        if amount is not None and number == stages and done < len(instance.tiers) and not instance.tiers[done].vector:
            stage = instance.tiers[done].stages[0]
            limit = amount * stage.unit + stage.constant
        return self.seated(Answer(Status.FEASIBLE, self.best, done, stopped=stopped, limit=limit))

    def seated(self, answer: Answer) -> Answer:
        """The answer with who sits where, where there are groups."""
        model, values = self.model, self.values
        if model.places is None or model.opened is None or answer.chosen is None or values is None:
            return answer
        return replace(answer, places=values[model.places] > 0, opened=values[model.opened])


def _hint(instance: Instance, answer: Answer | None) -> Ints | None:
    """The first variables of the model as another search left them: edges, places where these are more, groups."""
    if answer is None or answer.chosen is None:
        return None
    edges = answer.chosen.astype(np.int64)
    if instance.groups is None or answer.places is None or answer.opened is None:
        return edges
    often = np.bincount(instance.groups.edge, minlength=len(edges))
    places = answer.places.astype(np.int64) if (often > 1).any() else edges[:0]
    return np.concatenate([edges, places, answer.opened])


def _link(model: Model, instance: Instance) -> None:
    """Rows under which linked mentees have the same mentor."""
    sets = instance.linked
    if sets and instance.groups is not None:
        raise UnsupportedError("no solver here can keep Linked in groups: rules.Together says who sits in one group")
    mentee, mentor = instance.labels.label("mentee"), instance.labels.label("mentor")
    for one, other in (both for names in sets for both in pairwise(names)):
        one_edges, other_edges = np.flatnonzero(mentee == one), np.flatnonzero(mentee == other)
        for number in np.union1d(mentor[one_edges], mentor[other_edges]).tolist():
            first, second = one_edges[mentor[one_edges] == number], other_edges[mentor[other_edges] == number]
            model.row(np.concatenate([first, second]), np.repeat([1, -1], [len(first), len(second)]), 0, 0)


def _outcome(goal: Goal, found: Found) -> Outcome:
    """What a search says of a probe."""
    if found.infeasible:
        return "refuted" if goal.complete else "open"
    if found.chosen is None or any(_broken(row, found.chosen) for row in goal.rows):
        return "open"
    if goal.top is None or goal.reached(found.chosen) == goal.top:
        return "held"
    return "refuted" if found.optimal else "open"


def _broken(row: Row, chosen: Bools) -> bool:
    """Whether a choice breaks a row over edges: floats keep it only nearly. Behind them may stand who is served."""
    own = row.variables < len(chosen)
    used = chosen[row.variables[own]]
    total: int = sum(row.coefficients[own][used].tolist())
    return bool(used.any()) and total + sum(row.coefficients[~own].tolist()) < row.lower
