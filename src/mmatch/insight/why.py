"""Why each match is as it is, and why each unfilled seat stays unfilled."""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from mmatch.aims._base import PairAim
from mmatch.errors import InputError, Problem
from mmatch.insight.checking import removers
from mmatch.insight.impossible import why_infeasible
from mmatch.insight.swaps import Moves, best_chains, chain_from, connected, reached_from, reaching_hub
from mmatch.insight.words import counted, listed, number, topic_word
from mmatch.instance import compile_instance
from mmatch.instance.network import HUB, CrossingSets, build_network
from mmatch.matching import Reason, Result, Status
from mmatch.pairs import Pairs, facts_of, pairs_of
from mmatch.people.columns import NONE
from mmatch.people.numbers import plain
from mmatch.program import check_question
from mmatch.proof.judge import chosen_edges

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mmatch.instance import Instance
    from mmatch.instance.network import Network
    from mmatch.matching import Matching
    from mmatch.people import Cohort
    from mmatch.people.columns import Bools, Ints
    from mmatch.program import Program


MOST_CHAINS = 200  # requests with a seat and one more wanted, for which the chain is worked out one by one


def reasons(cohort: Cohort, program: Program, result: Result) -> tuple[Reason, ...]:
    """Say why each match is as it is, and why each unfilled seat stays unfilled.

    Kinds: "score" (what a match counts, by aim), "no_offer" (nobody offers the topic), "rules" (every candidate is
    removed, by which facts and rules), "shortage" (more seats asked for than the mentors in reach have), "outranked"
    (who got the place instead, by what or by lottery), "price" (a seat is free, but filling it costs more than it is
    worth).

    Raises:
        InputError: where result and cohort do not belong together.
    """
    check_question(cohort, program)
    if not isinstance(result, Result):
        text = f"found {type(result).__name__}, expected a Result: reasons depend on what was claimed"
        raise InputError(Problem("type", "result", text))
    resolved = program.resolve(cohort, result.solver)
    if result.status == Status.INFEASIBLE:
        return tuple(why_infeasible(cohort, resolved, result))
    if result.found is None:
        return ()
    matching = result.matching
    found = list(_scores(cohort, resolved, matching))
    if matching.unmatched:
        found += list(_Unfilled(cohort, resolved, matching, result).reasons())
    return tuple(found)


def _scores(cohort: Cohort, program: Program, matching: Matching) -> Iterator[Reason]:
    """What each filled seat counts, by aim."""
    pairs = pairs_of(cohort, matching)
    parts = []
    for name, aim in program.named_aims():
        if isinstance(aim, PairAim):
            worth, unit = aim.scores(pairs)
            values = np.broadcast_to(worth, len(matching.seats)).tolist()
            parts.append([f"{name} {number(plain(v * unit * aim.exact_weight))}" for v in values])
    steps = np.broadcast_to(pairs.distance, len(matching.seats)).tolist()
    s = matching.seats
    for row, (mentor, mentee, topic, asked) in enumerate(zip(s.mentor, s.mentee, s.topic, s.requested, strict=True)):
        told = [column[row] for column in parts]
        if asked != topic and steps[row]:
            told.append(f"{asked} is met by {topic}, {steps[row]} steps away in the topic tree")
        elif topic:
            told.append(f"on {topic}")
        yield Reason(
            "score", (mentor, mentee), topic, f"{mentor} with {mentee}: {', '.join(told) or 'every match counts 1'}"
        )


class _Unfilled:
    """Reasons for the unfilled seats of one matching."""

    def __init__(self, cohort: Cohort, program: Program, matching: Matching, result: Result) -> None:
        self.cohort, self.program, self.result = cohort, program, result
        self.instance: Instance = compile_instance(cohort, program)
        self.chosen = chosen_edges(cohort, self.instance, matching)
        self.missing = Counter(matching.unmatched)
        self.sentences: dict[int, str] = {}
        self.looked = 0
        edges = self.instance.labels
        owner, names = cohort.requests.owner[edges.request_rows], cohort.topic_tree.names
        topics = cohort.requests.topic[edges.request_rows]
        self.titles = [(cohort.people.ids[w], names[t]) for w, t in zip(owner.tolist(), topics.tolist(), strict=True)]
        self.degree = np.bincount(self.instance.request, minlength=self.instance.n_requests)

    def reasons(self) -> Iterator[Reason]:
        """One or two reasons for each request with unfilled seats."""
        for request, (mentee, topic) in enumerate(self.titles):
            seats = self.missing.get((mentee, topic), 0)
            if not seats:
                continue
            if self.degree[request] == 0:
                yield self._removed(request, mentee, topic)
            elif self.network is None:
                count = f"{mentee} has {self.degree[request]} candidates{topic_word(topic)}"
                text = f"{count}; none was chosen by {self.result.solver}"
                yield Reason("outranked", (mentee,), topic, text)
            else:
                yield from self._lost(request, mentee, topic)

    # -- no candidate at all -------------------------------------------------------------------------------------

    def _removed(self, request: int, mentee: str, topic: str) -> Reason:
        row = self.instance.labels.request_rows[[request]]
        offers: Ints = np.arange(len(self.cohort.offers.owner))
        pairs = Pairs(facts_of(self.cohort), np.broadcast_to(row, offers.shape), offers)
        meets = np.flatnonzero((pairs.distance != NONE) & (pairs.mentor != pairs.mentee))
        if not len(meets):
            nobody = "nobody else" if (pairs.mentor == pairs.mentee).any() else "nobody"
            return Reason("no_offer", (mentee,), topic, f"{mentee}: {nobody} offers {topic or 'anything'}")
        some = Pairs(pairs.facts, np.broadcast_to(row, meets.shape), meets)
        counts = [(int(np.broadcast_to(gone(some), meets.shape).sum()), name) for name, gone in self._removers]
        told = [f"{n} by {name}" for n, name in sorted(counts, key=lambda c: (-c[0], c[1])) if n]
        what = (
            f"all {len(meets)} offers{topic_word(topic)} are"
            if len(meets) > 1
            else f"the only offer{topic_word(topic)} is"
        )
        return Reason("rules", (mentee,), topic, f"{mentee}: {what} removed: {'; '.join(told)}")

    @cached_property
    def _removers(self) -> list[tuple[str, Callable[[Pairs], Bools]]]:
        return removers(self.cohort, self.program)

    # -- candidates, but no seat ---------------------------------------------------------------------------------

    @cached_property
    def network(self) -> Network | None:
        """The circulation, where the program is one and the matching fits it."""
        if self.chosen is None or self.instance.unmet:
            return None
        try:
            return build_network(self.instance)
        except CrossingSets:
            return None

    @cached_property
    def _flow(self) -> Ints:
        return self._net.flow_of(self._chosen)

    @cached_property
    def moves(self) -> Moves:
        """Single changes of the circulation."""
        return Moves.of(self._net, self._flow)

    @property
    def _net(self) -> Network:
        return self.network  # type: ignore[return-value]

    @property
    def _chosen(self) -> Bools:
        return self.chosen  # type: ignore[return-value]

    @cached_property
    def gentle(self) -> Moves:
        """Changes that take no seat away from anybody."""
        return self.moves.without((self.moves.head == HUB) & (self.moves.sign < 0))

    @cached_property
    def coverable(self) -> Bools:
        """Nodes from which one more seat can be filled without taking one away."""
        return reaching_hub(self.gentle, self._net.n_nodes)

    @cached_property
    def following(self) -> Ints:
        """The best chain of swaps from every node."""
        return best_chains(self._net, self.moves)

    def _lost(self, request: int, mentee: str, topic: str) -> Iterator[Reason]:
        node = self._node(request)
        if self._entry(node) is None:
            text = f"{mentee} asks for {counted(self._wanted(request), 'mentor')}{topic_word(topic)}"
            only = listed(self._candidates(request), "mentors")
            yield Reason("shortage", (mentee,), topic, f"{text}, and only {only} may mentor them")
            return
        if not self.coverable[node]:
            yield Reason("shortage", (mentee,), topic, f"{mentee}: {self._hall(node)}")
        loss, rival = self._loss(node, own_seats=bool(len(self._filled(request))))
        if loss is None:
            return
        worse = next((k for k, amount in enumerate(loss) if amount), None)
        optimal = self.result.status == Status.OPTIMAL
        if rival is not None:
            yield Reason("outranked", (mentee, rival), topic, self._outranked(mentee, rival, loss, worse))
        elif worse is not None and loss[worse] > 0:
            name = " + ".join(aim.title for aim in self.program.tiers[worse])
            text = (
                f"{mentee}: a seat{topic_word(topic)} could be filled, but that lowers {name} by {number(loss[worse])}"
            )
            yield Reason("price", (mentee,), topic, text)
        else:
            text = f"{mentee}: a seat{topic_word(topic)} could be filled, and nothing is lost by it"
            hint = "no aim asks for it" if optimal else f"{self.result.solver} did not find it"
            yield Reason("price", (mentee,), topic, f"{text}: {hint}")

    def _filled(self, request: int) -> Ints:
        """Chosen edges of a request."""
        return np.flatnonzero(self._chosen & (self.instance.request == request))

    def _wanted(self, request: int) -> int:
        return int(self.instance.labels.wanted[request])

    def _candidates(self, request: int) -> list[str]:
        """Mentors whom a request could have."""
        edges, owner = self.instance.labels, self.cohort.offers.owner
        rows = owner[edges.offer_rows[edges.offer[edges.request == request]]]
        return [self.cohort.people.ids[row] for row in dict.fromkeys(rows.tolist())]

    def _outranked(self, mentee: str, rival: str, loss: list[float], worse: int | None) -> str:
        if worse is None:
            return (
                f"{mentee} and {rival} count the same: the lottery (seed {self.result.seed}) gave the place to {rival}"
            )
        if loss[worse] < 0:
            return f"{mentee} would do better in the place of {rival}, but {self.result.solver} did not find it"
        name = " + ".join(aim.title for aim in self.program.tiers[worse])
        return f"{mentee} in the place of {rival} would lower {name} by {number(loss[worse])}"

    def _node(self, request: int) -> int:
        """The node of a request."""
        start = 1
        for family in self._net.families:
            if family.key == "request":
                return start + request
            start += len(family.upper)
        raise AssertionError("every instance bounds its requests")

    def _chain(self, node: int, *, own_seats: bool) -> tuple[Moves, list[int]]:
        """The best chain that seats one more of a request; one that has seats already must not give up its own."""
        if not own_seats:
            return self.moves, chain_from(self.moves, self.following, node)
        self.looked += 1
        if self.looked > MOST_CHAINS:
            return self.moves, []
        moves = self.moves
        others = moves.without((moves.tail == node) & (moves.sign < 0))
        return others, chain_from(others, best_chains(self._net, others), node)

    def _entry(self, node: int) -> list[int] | None:
        """The arcs from the hub down to a request that one more seat would use; None where one of them is full."""
        net, flow, entry = self._net, self._flow, []
        while node != HUB:
            above = np.flatnonzero(net.head[: net.first_edge] == node)
            room = above[flow[above] < net.upper[above]]
            if not len(room):
                return None
            entry.append(int(room[0]))
            node = int(net.tail[room[0]])
        return entry

    def _loss(self, node: int, *, own_seats: bool) -> tuple[list[float] | None, str | None]:
        """(what the best chain that seats the request loses per tier, who gives way); (None, None) without a chain."""
        moves, chain = self._chain(node, own_seats=own_seats)
        net = self._net
        entry = self._entry(node)
        if not chain or entry is None:
            return None, None
        arcs, signs = moves.arc[chain], moves.sign[chain]
        units = [tier.unit for tier in self.instance.tiers]
        costs = [int((signs * cost[arcs]).sum()) + int(cost[entry].sum()) for cost in net.costs]
        change: Counter[int] = Counter()
        for arc, sign in zip(arcs.tolist(), signs.tolist(), strict=True):
            if arc >= net.first_edge:
                change[int(self.instance.request[arc - net.first_edge])] += sign
        rivals = [other for other, amount in change.items() if amount < 0]
        rival = self.titles[rivals[0]][0] if rivals else None
        return [plain(c * u) for c, u in zip(costs, units, strict=True)], rival

    @cached_property
    def halls(self) -> Ints:
        """For every node the number of the set of requests and mentors in which it competes, `NONE` outside of all."""
        net = self._net
        missing = [k for k, title in enumerate(self.titles) if self.missing.get(title) and self.degree[k]]
        nodes = np.array([self._node(k) for k in missing], dtype=np.int64)
        inside = reached_from(self.gentle, nodes[~self.coverable[nodes]], net.n_nodes)
        return connected(net, inside)

    def _hall(self, node: int) -> str:
        """The requests that compete for the same seats, in a sentence; worked out once for each such set."""
        hall = int(self.halls[node])
        if hall not in self.sentences:
            self.sentences[hall] = self._sentence(self.halls == hall)
        return self.sentences[hall]

    def _sentence(self, seen: Bools) -> str:
        net, instance = self._net, self.instance
        first = self._node(0)
        requests = np.flatnonzero(seen[first : first + instance.n_requests])
        leaving = seen[net.tail] & ~seen[net.head] | (seen[net.tail] & (net.head == HUB))
        seats = int(net.upper[leaving].sum())
        asked = int(instance.labels.wanted[requests].sum())
        touched = np.unique(instance.labels.label("mentor")[np.isin(instance.request, requests)])
        mentors = [self.cohort.people.ids[row] for row in instance.labels.mentor_rows[touched].tolist()]
        topics = sorted({self.titles[r][1] for r in requests.tolist()} - {""})
        on = f" on {listed(topics, 'topics')}" if topics else ""
        what = "this request asks" if len(requests) == 1 else f"these {len(requests)} requests ask"
        whom = listed(mentors, "mentors")
        return f"{what} for {counted(asked, 'seat')}{on} and can only have {counted(seats, 'seat')}, with {whom}"
