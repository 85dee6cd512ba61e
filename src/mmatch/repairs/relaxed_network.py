"""The flow behind an answer with more room: places more with each mentor, rules off for single pairs.

The fewest changes that seat one more are a cheapest chain in it, and among those the one that the aims lose least by:
the answer is the best without any change, so each cheapest chain gives the best with one more (Ahuja, Magnanti, Orlin,
Network Flows, 1993, chapter 9).
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from mmatch.arrays import NONE, Ints, reached
from mmatch.cohort.changes import Change, Seats
from mmatch.explanations.hall_sets import first_request
from mmatch.explanations.swap_chains import Moves, best_chains, chain_from, entry_arcs
from mmatch.instance.capacities import capacities
from mmatch.instance.compiled import Compiled
from mmatch.instance.decoding import chosen_edges
from mmatch.network.circulation import HUB, CrossingSets, Network, build_network
from mmatch.repairs.changes import Excepted
from mmatch.rules import Exempt, Forbid, Lock
from mmatch.rules._base import Rule
from mmatch.stages import Total

if TYPE_CHECKING:
    from mmatch.cohort import Cohort
    from mmatch.instance import Instance
    from mmatch.result import Result


class NoNetworkError(Exception):
    """The program is no flow."""


class RelaxedNetwork:
    """The network, the answer as a flow in it, and what each arc that is not there by itself stands for."""

    def __init__(self, cohort: Cohort, result: Result, more: int = 1) -> None:
        """Build it with so many places more at each mentor.

        Raises:
            NoNetworkError: where the program is no flow.
        """
        program, ids = result.program, cohort.people.ids
        self.soft = [rule for rule in program.rules if _is_soft(rule)]
        most = capacities(cohort, program).mentor
        mentors = np.unique(cohort.offers.owner)
        roomy = cohort.changed([Seats(ids[row], int(most[row]) + more) for row in mentors[most[mentors] >= 0].tolist()])
        freer = replace(program, rules=tuple(rule for rule in program.rules if rule not in self.soft))
        instance, self.edges = Compiled(roomy, freer).compiled
        chosen = chosen_edges(self.edges, result.matching)
        if instance.groups is not None or instance.unmet or chosen is None:
            raise NoNetworkError
        allowed = [rule.mask(self.edges.pairs) for rule in self.soft]
        self.off = [np.zeros(chosen.shape, dtype=bool) if mask is None else ~mask for mask in allowed]
        try:
            network = build_network(instance)
        except CrossingSets:
            raise NoNetworkError from None
        self.before, self.tiers = _places(Compiled(cohort, freer).instance), instance.tiers
        self.mentors = [ids[row] for row in self.edges.mentor_rows.tolist()]
        self.mentees = [ids[row] for row in cohort.requests.owner[self.edges.request_rows].tolist()]
        self.first = first_request(network)
        self.network, self.mentor_of = self._extended(network)
        self.flow = self.network.flow_of(chosen)

    def _extended(self, network: Network) -> tuple[Network, dict[int, int]]:
        """(the network in which a place more and a pair that a rule forbids are changes, the mentor of each place)."""
        first = network.first_edge
        number = next(k for k, family in enumerate(network.families) if family.key == "mentor")
        own = np.flatnonzero(network.set_of[:first, 0] == number)
        mentor, upper = network.set_of[own, 1], network.upper[own]
        end = np.cumsum(upper) - np.concatenate([[0], np.cumsum(upper)])[np.searchsorted(mentor, mentor)]
        added = np.minimum(np.maximum(end - self.before[mentor], 0), upper)
        split = np.flatnonzero((added > 0) & (added < upper))
        arcs, n = own[split], len(split)
        room = network.upper.copy()
        room[arcs] -= added[split]
        counts: Ints = np.zeros(first + n, dtype=np.int64)
        counts[own[(added > 0) & (added == upper)]] = 1
        counts[first:] = 1

        def longer(values: Ints, more: Ints) -> Ints:
            return np.concatenate([values[:first], more, values[first:]])

        rules_off = sum((mask.astype(np.int64) for mask in self.off), np.zeros(network.n_arcs - first, dtype=np.int64))
        made = replace(
            network,
            tail=longer(network.tail, network.tail[arcs]),
            head=longer(network.head, network.head[arcs]),
            lower=longer(network.lower, np.zeros(n, dtype=np.int64)),
            upper=longer(room, added[split]),
            inner=np.concatenate([counts[None, :], np.concatenate([network.inner, network.inner[:, arcs]], axis=1)]),
            stages=(Total(-rules_off, (), Fraction(1)), *network.stages),
            first_edge=first + n,
            set_of=np.concatenate([network.set_of[:first], np.full((n, 2), NONE)]),
        )
        places = np.flatnonzero(counts)
        owners = np.concatenate([network.set_of[:first, 1], mentor[split]])[places]
        return made, dict(zip(places.tolist(), owners.tolist(), strict=True))

    # -- what would seat one more ----------------------------------------------------------------------------------

    @property
    def moves(self) -> Moves:
        """Single steps that take no place away from anybody."""
        moves = Moves.of(self.network, self.flow)
        return moves.without((moves.head == HUB) & (moves.sign < 0))

    def smallest(self, who: str) -> tuple[Change, ...] | None:
        """The fewest changes that seat somebody, and of those the ones by which the aims lose least; None for none."""
        moves = self.moves
        found = [self._changes(*steps) for _, steps in self._chains([who], moves)]
        return min(found, key=len, default=None)

    def singles(self, who: str) -> Iterator[Change]:
        """Every single change that seats somebody."""
        moves, net = self.moves, self.network
        costs = net.cost(0)[moves.arc] * moves.sign
        free, n = costs == 0, net.n_nodes
        starts = np.array([node for node, _ in self._entries([who])], dtype=np.int64)
        ahead = reached(moves.tail[free], moves.head[free], starts, n)
        behind = reached(moves.head[free], moves.tail[free], np.array([HUB]), n)
        useful = ahead[moves.tail] & behind[moves.head] & (costs == 1) & (moves.tail != HUB)
        found = (self._changes(moves.arc[[k]], moves.sign[[k]]) for k in np.flatnonzero(useful).tolist())
        yield from dict.fromkeys(change for changes in found for change in changes)

    def together(self, people: Iterable[str], until: float) -> tuple[tuple[Change, ...], list[str]]:
        """The fewest changes that seat as many of some people as can be, and whom they seat: chain after chain."""
        waiting, served = list(people), list[str]()
        arcs, signs = list[Ints](), list[Ints]()
        while waiting and time.monotonic() < until:
            found = [(entry, steps) for entry, steps in self._chains(waiting, self.moves)]
            if not found:
                break
            price = self.network.cost(0)
            entry, (path, sign) = min(found, key=lambda item: int((price[item[1][0]] * item[1][1]).sum()))
            self.flow = self.flow.copy()
            np.add.at(self.flow, np.concatenate([path, entry]), np.concatenate([sign, np.ones_like(entry)]))
            who = self.mentees[int(self.network.head[entry[0]]) - self.first]
            waiting.remove(who)
            served.append(who)
            arcs.append(path)
            signs.append(sign)
        total = np.zeros(self.network.n_arcs, dtype=np.int64)
        for path, sign in zip(arcs, signs, strict=True):
            np.add.at(total, path, sign)
        used = np.flatnonzero(total)
        return self._changes(used, total[used]), served

    def _entries(self, people: Iterable[str]) -> Iterator[tuple[int, Ints]]:
        """(request node, arcs from the hub down to it, the last one first) of every request with room for one more."""
        names = set(people)
        for request, who in enumerate(self.mentees):
            entry = entry_arcs(self.network, self.flow, self.first + request) if who in names else None
            if entry is not None:
                yield self.first + request, np.array(entry, dtype=np.int64)

    def _chains(self, people: Iterable[str], moves: Moves) -> Iterator[tuple[Ints, tuple[Ints, Ints]]]:
        """(arcs down to a request, the arcs and signs of the cheapest chain from it to the hub)."""
        following = best_chains(self.network, self.flow, moves)
        for node, entry in self._entries(people):
            chain = chain_from(moves, following, node)
            if chain:
                yield entry, (moves.arc[chain], moves.sign[chain])

    def _changes(self, arcs: Ints, signs: Ints) -> tuple[Change, ...]:
        """What the arcs stand for that some steps use: places more, and pairs without a rule."""
        places, found = Counter[int](), list[Change]()
        pairs, ids = self.edges.pairs, self.edges.cohort.people.ids
        for arc, sign in zip(arcs.tolist(), signs.tolist(), strict=True):
            if arc in self.mentor_of:
                places[self.mentor_of[arc]] += sign
            elif sign > 0 and arc >= self.network.first_edge:
                edge = arc - self.network.first_edge
                pair = (ids[int(pairs.mentor[edge])], ids[int(pairs.mentee[edge])])
                found += [Excepted(*pair, rule) for rule, off in zip(self.soft, self.off, strict=True) if off[edge]]
        seats = [Seats(self.mentors[k], int(self.before[k]) + n) for k, n in sorted(places.items()) if n]
        return (*seats, *dict.fromkeys(found))


def _is_soft(rule: Rule) -> bool:
    """Whether a rule can be off for one pair: a rule about single pairs that names nobody."""
    inner = rule.rule if isinstance(rule, Exempt) else rule
    single = type(inner).allows is not Rule.allows and not inner.bounds_matching
    return single and not isinstance(inner, Forbid | Lock)


def _places(instance: Instance) -> Ints:
    """The places of each mentor."""
    found: Ints = np.min([family.upper for family in instance.bounds if family.key == "mentor"], axis=0)
    return found
