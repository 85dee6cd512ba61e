"""`seat_values`: what one more place with each mentor and on each topic is worth; `recruits`: where to find mentors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import chain, count
from typing import TYPE_CHECKING, Any

import numpy as np

from mmatch.aims import Coverage
from mmatch.cohort.changes import Joined, Seats
from mmatch.cohort.participants import Offer, Participant
from mmatch.display import Shown, Table
from mmatch.exact import Value, plain
from mmatch.explanations.swap_chains import Moves, best_chains, chain_from
from mmatch.instance.capacities import capacities
from mmatch.network.circulation import HUB
from mmatch.repairs.relaxed_network import NoNetworkError, RelaxedNetwork
from mmatch.result import Result, check_answer

if TYPE_CHECKING:
    from mmatch.cohort import Cohort

MOST_TOPICS, MOST_MENTORS = 5, 3  # for which `recruits` looks, and how many on each


@dataclass(frozen=True, slots=True)
class SeatValues(Shown):
    """What one more place is worth, tier by tier: with each mentor, and with one new mentor on each topic.

    Of a new mentor nothing is known but the topic; where pairs need scores or ranks, ``topics`` is empty.
    """

    mentors: dict[str, tuple[Value, ...]]
    topics: dict[str, tuple[Value, ...]]

    def tables(self) -> Iterator[Table]:
        """One row a mentor, one row a topic."""
        for what, found in (("mentor", self.mentors), ("topic", self.topics)):
            rows = [(name, ", ".join(map(str, gains))) for name, gains in found.items()]
            yield Table((f"one place more: {what}", "gains, tier by tier"), rows, "", len(rows))


@dataclass(frozen=True, slots=True)
class Recruit:
    """How many people who wait would get a place with some more mentors on a topic, each with so many places."""

    topic: str
    mentors: int
    places: int
    seated: int

    def __str__(self) -> str:
        who = "one more mentor" if self.mentors == 1 else f"{self.mentors} more mentors"
        each = "" if self.mentors == 1 else " each"
        places = "1 place" if self.places == 1 else f"{self.places} places"
        return f"{who} on {self.topic} with {places}{each} would seat {self.seated}"


def seat_values(cohort: Cohort, result: Result) -> SeatValues:
    """Say what one more place with each mentor, and one new mentor with one place on each topic, would gain.

    Exact: where the program is a flow, one more unit along the cheapest cycle keeps an answer best (Ahuja, Magnanti,
    Orlin 1993, chapter 9), for all at once; else each is solved again.

    Raises:
        InputError: a result of another cohort.
        NoMatchingError: the result holds none.
    """
    check_answer(cohort, result)
    known = cohort.people
    listed = cohort.score_table is not None or known.ranks is not None or known.mentee_ranks is not None
    asked = {topic for person in cohort for request in person.requests for topic in request.topics if topic}
    topics = [] if listed else sorted(asked)
    mentors = dict.fromkeys(known.ids[row] for row in np.unique(cohort.offers.owner).tolist())
    own = _gains(cohort, result, [*mentors])
    if not topics:
        return SeatValues(own, {})
    new = {topic: _newcomer(cohort, topic, 0) for topic in topics}
    found = _gains(cohort.changed(map(Joined, new.values())), result, [person.id for person in new.values()])
    return SeatValues(own, {topic: found[person.id] for topic, person in new.items()})


def _newcomer(cohort: Cohort, topic: str, places: int, number: int = 1) -> Participant:
    """A new mentor on a topic, with an id that nobody has."""
    names = (f"new mentor {number} on {topic}{mark}" for mark in chain([""], map(str, count(1))))
    return Participant(
        next(name for name in names if name not in cohort.people.index), offers=[Offer(topic)], capacity=places
    )


def flow_gains(cohort: Cohort, result: Result, mentors: list[str]) -> dict[str, tuple[Value, ...]] | None:
    """What one more place with each mentor gains, all at once; None where the program is no flow of sums."""
    try:
        network = RelaxedNetwork(cohort, result)
    except NoNetworkError:
        return None
    summed = all(stage.summed for stage in network.network.stages)
    ends = network.network.head[[*network.mentor_of]]
    return _by_cycles(network, mentors) if summed and (ends == HUB).all() else None


def _gains(cohort: Cohort, result: Result, mentors: list[str]) -> dict[str, tuple[Value, ...]]:
    """What one more place with each mentor gains, at once or by solving again for each."""
    found = flow_gains(cohort, result, mentors)
    return {name: _solved_again(cohort, result, name) for name in mentors} if found is None else found


def _by_cycles(relaxed: RelaxedNetwork, mentors: list[str]) -> dict[str, tuple[Value, ...]]:
    """The gains along the cheapest cycle through one more place, with everything else as it must be."""
    net, tiers = relaxed.network, relaxed.tiers
    moves = Moves.of(net, relaxed.flow)
    moves = moves.without(net.cost(0)[moves.arc] != 0)
    back = Moves(moves.arc, moves.sign, moves.head, moves.tail)  # chains to the hub are ways from it, reversed
    following = best_chains(net, relaxed.flow, back)
    costs = [net.cost(k) for k in range(1, len(net.stages))]
    arc_of = {relaxed.mentors[mentor]: arc for arc, mentor in reversed(relaxed.mentor_of.items())}
    found: dict[str, tuple[Value, ...]] = {}
    for name in mentors:
        arc, gain = arc_of.get(name), [0] * len(costs)
        steps = [] if arc is None else chain_from(back, following, int(net.tail[arc]))
        if steps and arc is not None:
            cycle = [-int(cost[arc]) - int((cost[back.arc[steps]] * back.sign[steps]).sum()) for cost in costs]
            gain = cycle if next(filter(None, cycle), 0) > 0 else gain
        rest = iter([amount * stage.unit for amount, stage in zip(gain, net.stages[1:], strict=True)])
        parts = [tuple(plain(Fraction(next(rest))) for _ in tier.stages) for tier in tiers]
        found[name] = tuple(part if tier.vector else part[0] for part, tier in zip(parts, tiers, strict=True))
    return found


def _solved_again(cohort: Cohort, result: Result, mentor: str) -> tuple[Value, ...]:
    """What one more place with a mentor gains, by solving again; nothing where places are free already."""
    from mmatch.engine import solve

    row = cohort.people.index[mentor]
    most = int(capacities(cohort, result.program).mentor[row])
    if result.matching.seats.mentor.count(mentor) < most:
        return tuple(_gain(value, value) for value in result.value or ())
    more = solve(cohort.changed([Seats(mentor, most + 1)]), result.program, seed=result.seed)
    return tuple(map(_gain, more.value or (), result.value or ()))


def _gain(one: Any, other: Any) -> Any:
    if isinstance(one, tuple):
        return tuple(plain(a - b) for a, b in zip(one, other, strict=False))
    return plain(one - other)


def recruits(cohort: Cohort, result: Result) -> tuple[Recruit, ...]:
    """Say where to look for mentors: how many who wait a few more on each topic would seat, most first.

    A new mentor has as many places as the middle one of those who are here, and nothing is known of them but the topic.
    Looked at are the five topics on which most wait, with up to three mentors, for as long as one more seats more.

    Raises:
        InputError: a result of another cohort.
        NoMatchingError: the result holds none.
    """
    from mmatch.engine import solve

    check_answer(cohort, result)
    tree, unmatched = cohort.topic_tree, result.matching.unmatched
    waiting = Counter(topic for _, label in unmatched for topic in tree.topics_of(tree.label_index[label]) if topic)
    most = capacities(cohort, result.program).mentor[np.unique(cohort.offers.owner)]
    places = int(np.median(most[most > 0])) if (most > 0).any() else 1
    program = replace(result.program, aims=(Coverage(),))
    before = len(solve(cohort, program).matching.seats)
    found = []
    for topic, _ in waiting.most_common(MOST_TOPICS):
        best = Recruit(topic, 0, places, 0)
        for n in range(1, MOST_MENTORS + 1):
            new = [_newcomer(cohort, topic, places, number) for number in range(n)]
            seated = len(solve(cohort.changed(map(Joined, new)), program).matching.seats) - before
            if seated <= best.seated:
                break
            best = Recruit(topic, n, places, seated)
        found += [best] if best.seated else []
    return tuple(sorted(found, key=lambda one: -one.seated))
