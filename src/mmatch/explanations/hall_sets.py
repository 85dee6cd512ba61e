"""Sets of people who ask for more seats than the mentors in their reach have (Hall 1935, with capacities)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from itertools import takewhile
from typing import TYPE_CHECKING

import numpy as np

from mmatch.arrays import NONE, Bools, Ints, reached
from mmatch.explanations.swap_chains import Moves, connected
from mmatch.explanations.words import counted, listed
from mmatch.network.circulation import HUB, Network

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mmatch.candidates.edges import Edges
    from mmatch.instance import Instance


@dataclass(frozen=True, slots=True)
class Bottleneck:
    """People who ask for more seats than the mentors in their reach have: who, how many, with whom; in words."""

    requests: tuple[tuple[str, str], ...]
    wanted: int
    seats: int
    mentors: tuple[str, ...]
    text: str = field(repr=False)

    @property
    def missing(self) -> int:
        """How many seats are missing at least."""
        return self.wanted - self.seats


class HallSets:
    """The sets in which requests compete that no chain of swaps can give a seat without taking one away."""

    def __init__(self, question: tuple[Instance, Edges], network: Network, flow: Ints, moves: Moves) -> None:
        (self.instance, self.edges), self.network = question, network
        self.flow = flow
        self.moves = moves.without((moves.head == HUB) & (moves.sign < 0))  # those that take no seat away from anybody
        self.first = first_request(network)
        self.found: dict[int, Bottleneck] = {}

    @cached_property
    def coverable(self) -> Bools:
        """Nodes from which one more seat can be filled without taking one away."""
        return reached(self.moves.head, self.moves.tail, HUB, self.network.n_nodes)

    @cached_property
    def parts(self) -> Ints:
        """For every node the number of the set of requests and mentors in which it competes, `NONE` outside of all."""
        instance, edges, net = self.instance, self.edges, self.network
        degree = np.bincount(instance.request, minlength=instance.n_requests)
        used = self.flow[net.first_edge :] > 0
        short = np.bincount(instance.request[used], minlength=instance.n_requests) < edges.wanted
        nodes = self.first + np.flatnonzero(short & (degree > 0))
        return connected(net, reached(self.moves.tail, self.moves.head, nodes[~self.coverable[nodes]], net.n_nodes))

    def all(self) -> Iterable[Bottleneck]:
        """Every set, those first that lack most seats."""
        numbers = np.unique(self.parts[self.first : self.first + self.instance.n_requests])
        return sorted((self.of(number) for number in numbers[numbers != NONE].tolist()), key=lambda one: -one.missing)

    def of(self, number: int) -> Bottleneck:
        """One set, worked out once."""
        if number not in self.found:
            self.found[number] = self._competing(self.parts == number)
        return self.found[number]

    def _competing(self, seen: Bools) -> Bottleneck:
        """A set of requests, how many seats they ask for and can have together, and with whom.

        Of the nodes seen, the requests and what lies between them and the mentors' seats can pass on no more than the
        arcs that leave them let out, less what others must have of it (Hoffman 1960).
        """
        net, instance, edges, cohort = self.network, self.instance, self.edges, self.edges.cohort
        above = self._above
        inside = seen & ~above
        inside[HUB] = False
        fed = (net.head >= self.first) & (net.head < self.first + instance.n_requests)
        fed[net.first_edge :] = False
        leaving = inside[net.tail] & ~inside[net.head]
        entering = ~inside[net.tail] & inside[net.head] & ~fed
        seats = int(net.upper[leaving].sum() - net.lower[entering].sum())
        requests = np.flatnonzero(seen[self.first : self.first + instance.n_requests])
        wanted = self._wanted(requests)
        touched = np.unique(instance.labels.label("mentor")[np.isin(instance.request, requests)])
        mentors = tuple(cohort.people.ids[row] for row in edges.mentor_rows[touched].tolist())
        tree, called = cohort.topic_tree, cohort.people.called
        rows = edges.request_rows[requests]
        codes, owners = cohort.requests.topic[rows], cohort.requests.owner[rows]
        topics = sorted({name for code in codes.tolist() for name in tree.topics_of(code)} - {""})
        titles = tuple(
            (cohort.people.ids[owner], tree.labels[code])
            for owner, code in zip(owners.tolist(), codes.tolist(), strict=True)
        )
        people = {who for who, _ in titles}
        on = f" on {listed(topics, 'topics')}" if topics else ""
        names = listed([called[mentor] for mentor in mentors], "mentors")
        if len(people) == wanted == 1:
            text = f"the only {'mentors' if len(mentors) > 1 else 'mentor'} for them{on}, {names}, can take nobody more"
        elif len(people) == wanted:
            text = f"{wanted:,} people ask for a mentor{on}; {names} can take {seats or 'none'} of them"
        else:
            what = "they ask" if len(people) == 1 else f"{len(people):,} people ask"
            text = f"{what} for {counted(wanted, 'place')}{on}; {names} can give them {seats or 'none'}"
        return Bottleneck(titles, wanted, seats, mentors, text)

    @cached_property
    def _above(self) -> Bools:
        """The nodes above the requests: what is limited for a mentee as a whole."""
        above = np.zeros(self.network.n_nodes, dtype=bool)
        nodes = np.arange(self.first, self.first + self.instance.n_requests)
        parents = np.isin(self.network.head[: self.network.first_edge], nodes)
        while True:
            fresh = np.unique(self.network.tail[: self.network.first_edge][parents])
            fresh = fresh[(fresh != HUB) & ~above[fresh]]
            if not len(fresh):
                return above
            above[fresh] = True
            parents = np.isin(self.network.head[: self.network.first_edge], fresh)

    def _wanted(self, requests: Ints) -> int:
        """How many seats some requests ask for, where a limit for a mentee as a whole counts, too."""
        edges, each = self.edges, Counter[int]()
        for request, row in zip(requests.tolist(), edges.request_rows[requests].tolist(), strict=True):
            each[int(edges.cohort.requests.owner[row])] += int(edges.wanted[request])
        for family in self.instance.bounds:
            if family.key == "mentee":
                inside = np.flatnonzero(family.label != NONE)
                owners = edges.pairs.mentee[inside].tolist()
                for owner, most in zip(owners, family.upper[family.label[inside]].tolist(), strict=True):
                    each[owner] = min(each[owner], most)
        return sum(each.values())


def first_request(network: Network) -> int:
    """The node of the first request; those of the others follow."""
    return 1 + sum(len(f.upper) for f in takewhile(lambda family: family.key != "request", network.families))
