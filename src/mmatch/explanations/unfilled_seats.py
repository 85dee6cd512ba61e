"""Reasons for unfilled seats: nobody offers, rules, a shortage, somebody else's place, or the price of filling it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from functools import cached_property
from itertools import takewhile

import numpy as np

from mmatch.arrays import NONE, Bools, Ints, reached
from mmatch.candidates import Pairs, facts_of
from mmatch.exact import plain
from mmatch.explanations.before_matching import removers
from mmatch.explanations.group_seats import GroupSeats
from mmatch.explanations.swap_chains import Moves, best_chains, chain_from, connected
from mmatch.explanations.what_if import Seat
from mmatch.explanations.words import counted, found_by, listed, number, topic_word
from mmatch.instance.compiled import Compiled
from mmatch.matching import Reason, Status
from mmatch.network.circulation import HUB, CrossingSets, Network, build_network
from mmatch.proof.judge import chosen_edges
from mmatch.result import Result

MOST_CHAINS = 200  # requests with a seat and one more wanted, for which the chain is worked out one by one


class Unfilled:
    """Reasons for the unfilled seats of one matching."""

    def __init__(self, question: Compiled, result: Result) -> None:
        cohort = question.cohort
        self.cohort, self.program, self.result = cohort, question.program, result
        self.question = question
        self.instance, self.edges = question.untimed
        self.chosen = chosen_edges(self.edges, result.matching)
        self.missing = Counter(result.matching.unmatched)
        self.sentences: dict[int, str] = {}
        self.removers = removers(cohort, self.program)
        self.looked = 0
        edges = self.edges
        owner, labels = cohort.requests.owner[edges.request_rows], cohort.topic_tree.labels
        topics = cohort.requests.topic[edges.request_rows]
        self.titles = [(cohort.people.ids[w], labels[t]) for w, t in zip(owner.tolist(), topics.tolist(), strict=True)]
        self.degree = np.bincount(self.instance.request, minlength=self.instance.n_requests)

    def reasons(self) -> Iterator[Reason]:
        """One or two reasons for each request with unfilled seats, and why groups did not open."""
        grouped: list[Seat] = []
        for request, mentee, topic in self._waiting():
            if self.degree[request] == 0:
                yield self._removed(request, mentee, topic)
            elif self.instance.groups is not None:
                grouped.append(Seat(request, mentee, topic))
            elif self.network is None:
                count = f"{mentee} has {self.degree[request]} candidates{topic_word(topic)}"
                text = f"{count}; none was chosen by {self.result.solver}"
                yield Reason("outranked", (mentee,), topic, text)
            else:
                yield from self._lost(request, mentee, topic)
        if grouped:
            yield from GroupSeats(self.question, self.result).reasons(grouped)

    def removed(self) -> Iterator[Reason]:
        """One reason for each request with unfilled seats and no candidate at all."""
        for request, mentee, topic in self._waiting():
            if self.degree[request] == 0:
                yield self._removed(request, mentee, topic)

    def _waiting(self) -> Iterator[tuple[int, str, str]]:
        """(request, mentee, topic) of all requests with unfilled seats."""
        for request, seat in enumerate(self.titles):
            if self.missing[seat]:
                yield request, *seat

    # -- no candidate at all -------------------------------------------------------------------------------------

    def _removed(self, request: int, mentee: str, topic: str) -> Reason:
        row = self.edges.request_rows[[request]]
        offers: Ints = np.arange(len(self.cohort.offers.owner))
        pairs = Pairs(facts_of(self.cohort), np.broadcast_to(row, offers.shape), offers)
        meets = np.flatnonzero((pairs.distance != NONE) & (pairs.mentor != pairs.mentee))
        if not len(meets):
            nobody = "nobody else" if (pairs.mentor == pairs.mentee).any() else "nobody"
            return Reason("no_offer", (mentee,), topic, f"{mentee}: {nobody} offers {topic or 'anything'}")
        some = Pairs(pairs.facts, np.broadcast_to(row, meets.shape), meets)
        counts = [(int(np.broadcast_to(gone(some), meets.shape).sum()), name) for name, gone in self.removers]
        causes = [f"{n} by {name}" for n, name in sorted(counts, key=lambda c: (-c[0], c[1])) if n]
        on = topic_word(topic)
        what = f"all {len(meets)} offers{on} are" if len(meets) > 1 else f"the only offer{on} is"
        return Reason("rules", (mentee,), topic, f"{mentee}: {what} removed: {'; '.join(causes)}")

    # -- candidates, but no seat ---------------------------------------------------------------------------------

    @cached_property
    def network(self) -> Network | None:
        """The circulation, where the program is one and the matching fits it."""
        if self.chosen is None or self.instance.unmet or self.instance.groups is not None:
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
        return reached(self.gentle.head, self.gentle.tail, HUB, self._net.n_nodes)

    @cached_property
    def following(self) -> Ints:
        """The best chain of swaps from every node."""
        return best_chains(self._net, self._flow, self.moves)

    def _lost(self, request: int, mentee: str, topic: str) -> Iterator[Reason]:
        node, labels, people = self._first + request, self.edges, self.cohort.people.ids
        entry = self._entry(node)
        if entry is None:
            text = f"{mentee} asks for {counted(int(labels.wanted[request]), 'mentor')}{topic_word(topic)}"
            rows = self.cohort.offers.owner[labels.offer_rows[labels.offer[labels.request == request]]]
            only = listed([people[row] for row in dict.fromkeys(rows.tolist())], "mentors")
            yield Reason("shortage", (mentee,), topic, f"{text}, and only {only} may mentor them")
            return
        if not self.coverable[node]:
            yield Reason("shortage", (mentee,), topic, f"{mentee}: {self._hall(node)}")
        own_seats = bool(self._served[labels.mentee_of_request[request]])
        moves, chain = self._chain(node, entry, own_seats=own_seats)
        if not chain:
            return
        loss, rival = self._loss(moves.arc[chain], moves.sign[chain], entry)
        worse = next((k for k, amount in enumerate(loss) if amount), None)
        optimal = self.result.status == Status.OPTIMAL
        if rival is not None:
            name = rival[0] if rival[0] != mentee else f"their own request for {rival[1] or 'anything'}"
            yield Reason("outranked", (mentee, rival[0]), topic, self._outranked(mentee, name, loss, worse))
        elif worse is not None and loss[worse] > 0:
            name = " + ".join(aim.title for aim in self.program.tiers[worse])
            but = f"but that lowers {name} by {number(loss[worse])}"
            yield Reason("price", (mentee,), topic, f"{mentee}: a seat{topic_word(topic)} could be filled, {but}")
        else:
            text = f"{mentee}: a seat{topic_word(topic)} could be filled, and nothing is lost by it"
            hint = "no aim asks for it" if optimal else f"{found_by(self.result)} did not find it"
            yield Reason("price", (mentee,), topic, f"{text}: {hint}")

    @cached_property
    def _served(self) -> Bools:
        """Which mentees have any seat."""
        labels = self.instance.labels
        seats = np.bincount(labels.label("mentee")[self._chosen], minlength=labels.count("mentee"))
        return seats > 0

    def _outranked(self, mentee: str, rival: str, loss: list[float], worse: int | None) -> str:
        if worse is None:
            return (
                f"{mentee} and {rival} count the same: the lottery (seed {self.result.seed}) gave the place to {rival}"
            )
        if loss[worse] < 0:
            return f"{mentee} would do better in the place of {rival}, but {found_by(self.result)} did not find it"
        name = " + ".join(aim.title for aim in self.program.tiers[worse])
        return f"{mentee} in the place of {rival} would lower {name} by {number(loss[worse])}"

    @cached_property
    def _first(self) -> int:
        """The node of the first request; those of the others follow."""
        return 1 + sum(len(f.upper) for f in takewhile(lambda family: family.key != "request", self._net.families))

    def _chain(self, node: int, entry: list[int], *, own_seats: bool) -> tuple[Moves, list[int]]:
        """The best chain that seats one more of a request.

        A mentee who has seats already must not give up a seat of the same request, but may give up one of another: such
        chains end at the mentee, not at the hub, so they are worked out one by one.
        """
        if not own_seats:
            return self.moves, chain_from(self.moves, self.following, node)
        self.looked += 1
        if self.looked > MOST_CHAINS:
            return self.moves, []
        others = self.moves.without((self.moves.tail == node) & (self.moves.sign < 0))
        others = others.closing(self._net, [arc for arc in entry if self._net.head[arc] != node])
        return others, chain_from(others, best_chains(self._net, self._flow, others), node)

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

    def _loss(self, arcs: Ints, signs: Ints, entry: list[int]) -> tuple[list[float], tuple[str, str] | None]:
        """(what a chain loses per tier, of a vector its first component that changes; who gives way)."""
        change: Counter[int] = Counter()
        for arc, sign in zip(arcs.tolist(), signs.tolist(), strict=True):
            if arc >= self._net.first_edge:
                change[int(self.instance.request[arc - self._net.first_edge])] += sign
        rivals = [self.titles[other] for other, amount in change.items() if amount < 0]
        arcs, signs = np.concatenate([arcs, entry]), np.concatenate([signs, np.ones(len(entry), np.int64)])
        losses, first = [], 0
        for tier in self.instance.tiers:
            numbers = range(first, first + len(tier.stages))
            lost = (self._stage_loss(k, arcs, signs) for k in numbers)
            losses.append(plain(next(filter(None, lost), Fraction(0))))
            first = numbers.stop
        return losses, rivals[0] if rivals else None

    def _stage_loss(self, number: int, arcs: Ints, signs: Ints) -> Fraction:
        """What one stage loses."""
        stage = self.instance.stages[number]
        if stage.summed:
            return int((signs * self._costs[number][arcs]).sum()) * stage.unit
        edges = arcs - self._net.first_edge
        after = self._chosen.copy()
        after[edges[(edges >= 0) & (signs < 0)]] = False
        after[edges[(edges >= 0) & (signs > 0)]] = True
        reached = (sorted(stage.weights[used].tolist()) for used in (self._chosen, after))
        changes = (a - b for a, b in zip(*reached, strict=False))
        return next((change for change in changes if change or not stage.full), 0) * stage.unit

    @cached_property
    def _costs(self) -> dict[int, Ints]:
        """The costs of each stage that is a sum."""
        return {k: self._net.cost(k) for k, stage in enumerate(self.instance.stages) if stage.summed}

    @cached_property
    def halls(self) -> Ints:
        """For every node the number of the set of requests and mentors in which it competes, `NONE` outside of all."""
        net = self._net
        missing = [request for request, _, _ in self._waiting() if self.degree[request]]
        nodes = self._first + np.array(missing, dtype=np.int64)
        return connected(net, reached(self.gentle.tail, self.gentle.head, nodes[~self.coverable[nodes]], net.n_nodes))

    def _hall(self, node: int) -> str:
        """The requests that compete for the same seats, in a sentence; worked out once for each such set."""
        hall = int(self.halls[node])
        if hall not in self.sentences:
            self.sentences[hall] = self._sentence(self.halls == hall)
        return self.sentences[hall]

    def _sentence(self, seen: Bools) -> str:
        net, instance = self._net, self.instance
        requests = np.flatnonzero(seen[self._first : self._first + instance.n_requests])
        leaving = seen[net.tail] & ~seen[net.head] | (seen[net.tail] & (net.head == HUB))
        seats = int(net.upper[leaving].sum())
        wanted = int(instance.labels.wanted[requests].sum())
        touched = np.unique(instance.labels.label("mentor")[np.isin(instance.request, requests)])
        mentors = [self.cohort.people.ids[row] for row in self.edges.mentor_rows[touched].tolist()]
        tree, asked = self.cohort.topic_tree, self.cohort.requests.topic[self.edges.request_rows[requests]]
        topics = sorted({name for code in asked.tolist() for name in tree.topics_of(code)} - {""})
        on = f" on {listed(topics, 'topics')}" if topics else ""
        what = "this request asks" if len(requests) == 1 else f"these {len(requests)} requests ask"
        names = listed(mentors, "mentors")
        return f"{what} for {counted(wanted, 'seat')}{on} and can only have {counted(seats, 'seat')}, with {names}"
