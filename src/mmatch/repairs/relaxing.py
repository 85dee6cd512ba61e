"""`relax` says what would seat somebody; `seat_values` what one more place with each mentor is worth."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, overload

import numpy as np

from mmatch.candidates.edges import candidates
from mmatch.cohort.changes import Asks, Change, Seats
from mmatch.display import Shown, Table
from mmatch.errors import InputError, Problem, UnsupportedError
from mmatch.instance.capacities import capacities
from mmatch.matching import Status
from mmatch.repairs.changes import Excepted
from mmatch.repairs.possible_again import fewest_left_out, left_out, with_changes
from mmatch.repairs.relaxed_network import NoNetworkError, RelaxedNetwork
from mmatch.repairs.repairing import Repair, repaired, waiting
from mmatch.result import Result, check_answer

if TYPE_CHECKING:
    from mmatch.cohort import Cohort
    from mmatch.program import Program

MOST_TOPICS = 5
MOST_TRIED = 60  # changes that are solved for one person
SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Fix:
    """A few changes that would seat somebody, in words, and the answer with them, re-solved.

    ``changes`` is empty where a rule or a least size gives way for everybody: then ``repair.result.program`` is the
    program without it; and where no change is needed, because the aims leave a place empty.
    """

    who: tuple[str, ...]
    text: str
    changes: tuple[Change, ...]
    repair: Repair

    @property
    def moved(self) -> int:
        """How many others get another mentor by it."""
        return sum(move.person not in self.who for move in self.repair.moves)


@dataclass(frozen=True, eq=False)
class Fixes(Shown, Sequence[Fix]):
    """What would seat people: the fixes with the fewest changes first, then those that move fewest others.

    ``together`` is what seats as many of them as can be at once, with the fewest changes in all; None where one person
    was asked about, or the program is no flow. ``complete`` says that everything was tried.
    """

    found: tuple[Fix, ...]
    tried: int
    complete: bool
    together: Fix | None = None

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
        shown = [*self.found, *filter(None, [self.together])]
        rows = [(", ".join(fix.who), fix.text, fix.moved) for fix in shown]
        yield Table(("who", "what would help", "others who move"), rows, "Fixes", len(rows))


def relax(cohort: Cohort, result: Result, who: str | None = None, *, time_limit: float = SECONDS) -> Fixes:
    """Find the smallest changes that would give somebody a mentor: each is solved, with its effect on everybody else.

    A change is one place more with a mentor, one rule that does not hold for one pair, another topic on which places
    are free, or a rule left out. Nobody who has a mentor loses theirs by any of them. Where the program is a flow, the
    fewest places and exceptions that are enough are exact; else single changes are tried. Where no matching keeps all
    rules, the fixes say which rules to leave out so that one exists, and how many places more would keep them all.

    Args:
        cohort: the facts.
        result: the answer; it may be infeasible.
        who: the id of a mentee without a mentor; by default all of them, one by one and together.
        time_limit: seconds in all; ``complete`` says whether they were enough.

    Raises:
        InputError: an unknown id, somebody who has a mentor, a result of another cohort.
    """
    check_answer(cohort, result)
    if result.status == Status.INFEASIBLE:
        return _possible_again(cohort, result, time.monotonic() + time_limit)
    served = set(result.matching.seats.mentee)
    waits = list(dict.fromkeys(name for name, _ in result.matching.unmatched if name not in served))
    if who is not None and cohort[who].id not in waits:
        raise InputError(Problem("argument", "who", f"{who} has a mentor, or asks for none: nothing to relax"))
    search = _Search(cohort, result, time.monotonic() + time_limit)
    found = [fix for name in (waits if who is None else [cohort[who].id]) for fix in search.fixes(name)]
    together = search.together(waits) if who is None and len(waits) > 1 else None
    return Fixes(tuple(found), search.tried, search.complete, together)


def _possible_again(cohort: Cohort, result: Result, until: float) -> Fixes:
    """What makes a matching possible: rules left out, and then the fewest places with which all rules are kept."""
    found, tried = list[Fix](), 0
    for rules, answer in fewest_left_out(cohort, result, until):
        tried += 1
        text, repair = left_out(cohort, rules, answer)
        found.append(Fix((), text, (), repair))
        queue = waiting(cohort, answer)
        search = _Search(cohort, answer, until)
        together = search.together(list(queue)) if queue else None
        made = None if together is None else with_changes(cohort, result, together.changes, until)
        if together is not None and made is not None:
            found.append(Fix(together.who, f"{together.text}: all rules can be kept", together.changes, made))
    return Fixes(tuple(found), tried, time.monotonic() < until)


class _Search:
    """Changes that are solved, one after the other, until the time is over."""

    def __init__(self, cohort: Cohort, result: Result, until: float) -> None:
        self.cohort, self.result, self.until = cohort, result, until
        self.tried, self.complete = 0, True
        self.network = self._network()

    def _network(self, more: int = 1) -> RelaxedNetwork | None:
        try:
            return RelaxedNetwork(self.cohort, self.result, more)
        except NoNetworkError:
            return None

    def fixes(self, who: str) -> list[Fix]:
        """What would seat one person, the smallest fix first."""
        program = self.result.program
        tries: list[tuple[tuple[Change, ...], Program]] = []
        if self.network is None:
            tries += self._one_by_one(who)
        else:
            smallest = self.network.smallest(who)
            if smallest is not None and len(smallest) == 1:
                tries += [((change,), program) for change in self.network.singles(who)]
            elif smallest is not None:
                tries.append((smallest, program))
        tries += [((), less) for less in self._without_a_rule()]
        tries += [((Asks(who, topic),), program) for topic in self._topics(who)]
        found = list(filter(None, (self.solved((who,), changes, other) for changes, other in tries[:MOST_TRIED])))
        self.complete &= len(tries) <= MOST_TRIED
        return sorted(found, key=lambda fix: (len(fix.changes), fix.moved))

    def together(self, people: list[str]) -> Fix | None:
        """What would seat as many as can be at once."""
        network = self._network(len(people))
        if network is None:
            return None
        changes, served = network.together(people, self.until)
        self.complete &= time.monotonic() < self.until
        return self.solved(tuple(served), changes, self.result.program) if served else None

    def solved(self, who: tuple[str, ...], changes: tuple[Change, ...], program: Program) -> Fix | None:
        """The fix, where the answer with the changes seats whom it should."""
        if time.monotonic() > self.until:
            self.complete = False
            return None
        self.tried += 1
        try:
            made = repaired(self.cohort, self.result, program, changes, first=who)
        except UnsupportedError:
            return None  # no solver takes the program without this rule
        if made.result.found is None or not {*who} <= {*made.result.matching.seats.mentee}:
            return None
        words = [self._in_words(change) for change in changes] or [_lacking(self.result.program, program)]
        return Fix(who, " and ".join(words), changes, made)

    def _in_words(self, change: Change) -> str:
        called = self.cohort.people.called
        match change:
            case Seats(mentor, n):
                more = n - max(
                    int(capacities(self.cohort, self.result.program).mentor[self.cohort.people.index[mentor]]), 0
                )
                return f"{'one more place' if more == 1 else f'{more} more places'} with {called[mentor]} ({n} in all)"
            case Excepted(mentor, mentee, rule):
                inner = rule if isinstance(rule, str) else rule.in_words
                return f"{called[mentor]} with {called[mentee]}, without the rule that {inner}"
            case Asks(_, topic):
                return f"{topic} as their topic: places are free on it"
        return change.word

    def _one_by_one(self, who: str) -> Iterator[tuple[tuple[Change, ...], Program]]:
        """Single changes where the program is no flow: places with mentors in reach, and smaller groups."""
        cohort, program = self.cohort, self.result.program
        edges, most = candidates(cohort, program.rules), capacities(cohort, program).mentor
        own = edges.pairs.mentor[edges.pairs.mentee == cohort.people.index[who]]
        for row in np.unique(own).tolist():
            load = self.result.matching.seats.mentor.count(cohort.people.ids[row])
            yield (Seats(cohort.people.ids[row], max(int(most[row]), load) + 1),), program
        if isinstance(program.group, tuple) and program.group[0] > 1:
            yield (), replace(program, group=(program.group[0] - 1, program.group[1]))

    def _without_a_rule(self) -> Iterator[Program]:
        """The program without each rule that is not about single pairs."""
        rules = self.result.program.rules
        for k, rule in enumerate(rules):
            if self.network is None or rule not in self.network.soft:
                yield replace(self.result.program, rules=(*rules[:k], *rules[k + 1 :]))

    def _topics(self, who: str) -> list[str]:
        """Topics that somebody does not ask for and on which places are free, those with most mentors first."""
        cohort, matching = self.cohort, self.result.matching
        most, load = capacities(cohort, self.result.program).mentor, Counter(matching.seats.mentor)
        free = [name for row, name in enumerate(cohort.people.ids) if load[name] < most[row]]
        own = {topic for request in cohort[who].requests for topic in request.topics}
        offered = Counter(offer.topic for name in free for offer in cohort[name].offers)
        return (
            [topic for topic, _ in offered.most_common() if topic and topic not in own][:MOST_TOPICS]
            if own - {""}
            else []
        )


def _lacking(program: Program, other: Program) -> str:
    """What a program lacks that another has, in words."""
    if program.group != other.group:
        least = other.group[0] if isinstance(other.group, tuple) else 1
        return f"groups from {least} on"
    if program.rules == other.rules:
        return "nothing: a place is free, and the aims leave it empty"
    return f"without the rule that {next(rule for rule in program.rules if rule not in other.rules).in_words}"
