"""`relax` says what would seat somebody; `seat_values` what one more place with each mentor is worth."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from mmatch.candidates.edges import candidates
from mmatch.cohort.changes import Asks, Change, Seats
from mmatch.display import Shown, Table
from mmatch.errors import InputError, Problem, UnsupportedError
from mmatch.exact import Value, plain
from mmatch.instance.capacities import capacities
from mmatch.repairs.repairing import Repair, repaired
from mmatch.result import Result, check_answer

if TYPE_CHECKING:
    from mmatch.cohort import Cohort
    from mmatch.program import Program

MOST_TOPICS = 5
MOST_TRIED = 60  # changes that are solved for one person
SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Fix:
    """One change that would seat somebody, in words, and the answer with it, re-solved.

    ``change`` is None where a rule gives way: then ``repair.result.program`` is the program without it.
    """

    who: str
    text: str
    change: Change | None
    repair: Repair

    @property
    def moved(self) -> int:
        """How many others get another mentor by it."""
        return sum(move.person != self.who for move in self.repair.moves)


@dataclass(frozen=True, eq=False)
class Fixes(Shown, Sequence[Fix]):
    """What would seat people, the fixes that move fewest others first."""

    found: tuple[Fix, ...]
    tried: int
    complete: bool

    def __len__(self) -> int:
        return len(self.found)

    @overload
    def __getitem__(self, index: int) -> Fix: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Fix, ...]: ...
    def __getitem__(self, index: int | slice) -> Fix | tuple[Fix, ...]:
        return self.found[index]

    def __repr__(self) -> str:
        rest = "" if self.complete else ", not all tried"
        return f"<Fixes: {len(self.found)} of {self.tried} changes that were tried{rest}>"

    def tables(self) -> Iterator[Table]:
        """One row a fix."""
        rows = [(fix.who, fix.text, fix.moved) for fix in self.found]
        yield Table(("who", "what would help", "others who move"), rows, "Fixes", len(rows))


def relax(cohort: Cohort, result: Result, who: str | None = None, *, time_limit: float = SECONDS) -> Fixes:
    """Find the single changes that would give somebody a mentor: each is solved, with its effect on everybody else.

    Tried are one more place with each mentor who may mentor them, another topic on which places are free, and each rule
    of the program left out. Nobody who has a mentor loses one by any of them.

    Args:
        cohort: the facts.
        result: the answer.
        who: the id of a mentee without a mentor; by default all of them.
        time_limit: seconds in all; what was not reached by then is said.

    Raises:
        InputError: an unknown id, somebody who has a mentor, a result of another cohort.
    """
    check_answer(cohort, result)
    served = set(result.matching.seats.mentee)
    waiting = list(dict.fromkeys(name for name, _ in result.matching.unmatched if name not in served))
    if who is not None:
        if cohort[who].id not in waiting:
            raise InputError(Problem("argument", "who", f"{who} has a mentor, or asks for none: nothing to relax"))
        waiting = [cohort[who].id]
    until, tried, complete = time.monotonic() + time_limit, 0, True
    found: list[Fix] = []
    for name in waiting:
        fixes: list[Fix] = []
        for k, (text, change, program) in enumerate(_tries(cohort, result, name)):
            if k >= MOST_TRIED or time.monotonic() > until:
                complete = False
                break
            tried += 1
            try:
                made = repaired(cohort, result, program, [] if change is None else [change])
            except UnsupportedError:
                continue  # no solver takes the program without this rule
            if made.result.found is not None and name in made.result.matching.seats.mentee:
                fixes.append(Fix(name, text, change, made))
        found += sorted(fixes, key=lambda fix: fix.moved)
    return Fixes(tuple(found), tried, complete)


def _tries(cohort: Cohort, result: Result, who: str) -> Iterator[tuple[str, Change | None, Program]]:
    """(in words, the change, the program) of everything that is tried for one person."""
    program, people, called = result.program, cohort.people, cohort.people.called
    edges = candidates(cohort, program.rules)
    row, load = people.index[who], Counter(result.matching.seats.mentor)
    most = capacities(cohort, program).mentor
    mine = cohort.requests.owner[edges.request_rows[edges.request]] == row
    for mentor in np.unique(cohort.offers.owner[edges.offer_rows[edges.offer[mine]]]).tolist():
        name, n = people.ids[mentor], max(int(most[mentor]), load[people.ids[mentor]]) + 1
        yield f"one more place with {called[name]} ({n} in all)", Seats(name, n), program
    for k, rule in enumerate(program.rules):
        less = replace(program, rules=(*program.rules[:k], *program.rules[k + 1 :]))
        yield f"without the rule that {rule.in_words}", None, less
    free = {people.ids[k] for k in np.flatnonzero(most > 0).tolist() if load[people.ids[k]] < most[k]}
    own = {topic for request in cohort[who].requests for topic in request.topics}
    offered = Counter(offer.topic for name in sorted(free) for offer in cohort[name].offers)
    others = [topic for topic, _ in offered.most_common() if topic and topic not in own]
    for topic in others[:MOST_TOPICS] if own - {""} else ():
        yield f"{topic} as their topic: places are free on it", Asks(who, topic), program


def seat_values(cohort: Cohort, result: Result) -> dict[str, tuple[Value, ...]]:
    """What one more place with each mentor is worth: {mentor: what each tier gains}, each by solving again.

    Mentors who can take more already gain nothing and are not solved.

    Raises:
        InputError: a result of another cohort.
    """
    from mmatch.engine import solve

    check_answer(cohort, result)
    most, load = capacities(cohort, result.program).mentor, Counter(result.matching.seats.mentor)
    found: dict[str, tuple[Value, ...]] = {}
    for row in np.unique(cohort.offers.owner).tolist():
        name = cohort.people.ids[row]
        if load[name] < most[row]:
            found[name] = tuple(_gain(value, value) for value in result.value or ())
            continue
        more = solve(cohort.changed([Seats(name, int(most[row]) + 1)]), result.program, seed=result.seed)
        found[name] = tuple(map(_gain, more.value or (), result.value or ()))
    return found


def _gain(one: Any, other: Any) -> Any:
    if isinstance(one, tuple):
        return tuple(plain(a - b) for a, b in zip(one, other, strict=False))
    return plain(one - other)
