"""Reasons for unfilled seats: nobody offers, rules, a shortage, somebody else's place, or the price of filling it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np

from mmatch.arrays import NONE, Bools, Ints
from mmatch.candidates import Pairs, facts_of
from mmatch.exact import plain
from mmatch.explanations.before_matching import removers
from mmatch.explanations.group_seats import GroupSeats
from mmatch.explanations.hall_sets import HallSets
from mmatch.explanations.own_limits import Limits, own_limit, rule_limits
from mmatch.explanations.swap_chains import Moves, best_chains, chain_from, entry_arcs
from mmatch.explanations.what_if import Seat, Trial
from mmatch.explanations.words import aims_in_words, found_by, listed, number, topic_word
from mmatch.instance.compiled import Compiled
from mmatch.matching import Match, Reason, Status
from mmatch.network.circulation import CrossingSets, Network, build_network
from mmatch.proof.judge import chosen_edges
from mmatch.result import Result
from mmatch.solvers.flow import Flow

MOST_TRIED, MOST_NAMED = 50, 3  # candidates of one seat that are tried, and those of them whose reasons are told
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
        self.removers = removers(cohort, self.program)
        self.called = cohort.people.called
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
                yield self._tried(Seat(request, mentee, topic))
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
        who = self.called[mentee]
        if not len(meets):
            nobody = "nobody else" if (pairs.mentor == pairs.mentee).any() else "nobody"
            return Reason("no_offer", (mentee,), topic, f"{who}: {nobody} offers {topic or 'anything'}")
        some = Pairs(pairs.facts, np.broadcast_to(row, meets.shape), meets)
        masks = dict[str, Bools]()
        for name, gone in self.removers:  # several rules may be the same in words
            masks[name] = masks.get(name, np.False_) | np.broadcast_to(gone(some), meets.shape)
        removed = {name: len(np.unique(pairs.mentor[meets[gone]])) for name, gone in masks.items() if gone.any()}
        causes = [f"{n} by {name}" for name, n in sorted(removed.items(), key=lambda item: (-item[1], item[0]))]
        mentors = np.unique(pairs.mentor[meets]).tolist()
        if len(mentors) > 1:
            every = "both" if len(mentors) == 2 else f"all {len(mentors)}"
            reason = f" by {next(iter(removed))}" if [*removed.values()] == [len(mentors)] else f": {'; '.join(causes)}"
            what = f"{every} mentors{topic and f' who offer {topic}'} are ruled out{reason}"
        else:
            only = (
                f"{self.called[self.cohort.people.ids[mentors[0]]]}, the only mentor{topic and f' who offers {topic}'}"
            )
            what = f"{only}, is ruled out by {' and by '.join(removed)}"
        facts = {"mentors": len(mentors), "removed": removed}
        return Reason("rules", (mentee,), topic, f"{who}: {what}", facts)

    # -- what stands in the way of one more seat, tried candidate by candidate ------------------------------------

    @cached_property
    def _trial(self) -> Trial:
        return Trial(self.question, self.result)

    def _tried(self, seat: Seat) -> Reason:
        """What the judge says of one more seat with each candidate, with all else as it is."""
        edges, cohort, trial = self.edges, self.cohort, self._trial
        who, full = self.called[seat.mentee], list[str]()
        ruled: dict[str, str] = {}
        for edge in np.flatnonzero(edges.request == seat.request).tolist()[:MOST_TRIED]:
            row = int(edges.offer_rows[edges.offer[edge]])
            mentor = cohort.people.ids[cohort.offers.owner[row]]
            topic = cohort.topic_tree.names[cohort.offers.topic[row]]
            match = Match(mentor, (seat.mentee,), topic, cohort.offers.ids[row], (seat.topic,))
            broken = trial.broken(None, match)
            if not broken:
                text = f"{who}: {self.called[mentor]} could take them{topic_word(seat.topic)}"
                price, facts = trial.price(trial.changed(None, match))
                facts |= {"mentor": mentor, "offer": match.offer}
                return Reason("price", (seat.mentee,), seat.topic, f"{text}, {price}", facts)
            codes = {violation.code for violation in broken}
            if codes <= {"capacity", "seats"}:
                full += [mentor] * (mentor not in full)
            else:
                ruled.setdefault(
                    mentor, next(trial.objection(v, match) for v in broken if v.code not in {"capacity", "seats"})
                )
        clauses = [f"{self._named(full)} {'is' if len(full) == 1 else 'are'} full"] if full else []
        clauses += [f"{self.called[m]} is ruled out by {message}" for m, message in list(ruled.items())[:MOST_NAMED]]
        kind, facts = "shortage" if full else "limit", {"full": tuple(full), "ruled": tuple(ruled)}
        return Reason(kind, (seat.mentee,), seat.topic, f"{who}: {'; '.join(clauses)}", facts)

    def _named(self, people: Sequence[str]) -> str:
        """Mentors by name: the first five, and how many more there are."""
        return listed([self.called[who] for who in people], "mentors")

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
    def _limits(self) -> Limits:
        return rule_limits(self.program, self.edges)

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
    def following(self) -> Ints:
        """The best chain of swaps from every node."""
        return best_chains(self._net, self._flow, self.moves)

    def _lost(self, request: int, mentee: str, topic: str) -> Iterator[Reason]:
        own = own_limit((self.instance, self.edges), self._limits, self._chosen, Seat(request, mentee, topic))
        if own is not None:
            yield own
            return
        node = self._halls.first + request
        entry = entry_arcs(self._net, self._flow, node)
        if not self._halls.coverable[node]:
            yield self._shortage(node, mentee, topic)
        priced = self.instance.kinds <= Flow.takes
        moves, chain = (self.moves, []) if entry is None or not priced else self._chain(request, entry)
        if not chain or entry is None:
            if self._halls.coverable[node]:
                yield self._tried(Seat(request, mentee, topic))
            return
        loss, rival = self._loss(moves.arc[chain], moves.sign[chain], entry)
        worse = next((k for k, amount in enumerate(loss) if amount), None)
        facts: dict[str, Any] = {"loss": 0 if worse is None else loss[worse], "tier": worse}
        facts |= {} if rival is None else {"rival": rival}
        text = f"{self.called[mentee]}: {self._swap(Seat(request, mentee, topic), rival, loss, worse)}"
        yield Reason("price" if rival is None else "outranked", (mentee, *(rival or ())[:1]), topic, text, facts)

    def _swap(self, seat: Seat, rival: tuple[str, str] | None, loss: Sequence[float], worse: int | None) -> str:
        """What would follow if somebody got a place: who loses theirs, and which aim loses or gains by it."""
        cost = "" if worse is None else f"{aims_in_words(self.program.tiers[worse])} by {number(abs(loss[worse]))}"
        missed = f"{found_by(self.result)} did not find it"
        if rival is None:
            if worse is not None and loss[worse] > 0:
                return f"they could have a place{topic_word(seat.topic)}, but that lowers {cost}"
            missed = "no aim asks for it" if self.result.status == Status.OPTIMAL else missed
            return f"they could have a place{topic_word(seat.topic)}, and nothing is lost by it: {missed}"
        whose = f"they would lose theirs{topic_word(rival[1])}"
        whose = whose if rival[0] == seat.mentee else f"{self.called[rival[0]]} would lose theirs"
        if worse is None:
            why = f"which counts the same: the lottery (seed {self.result.seed}) decided"
        else:
            why = f"and that raises {cost}: {missed}" if loss[worse] < 0 else f"and that lowers {cost}"
        return f"for a place{topic_word(seat.topic)}, {whose}, {why}"

    @cached_property
    def _served(self) -> Bools:
        """Which mentees have any seat."""
        labels = self.instance.labels
        seats = np.bincount(labels.label("mentee")[self._chosen], minlength=labels.count("mentee"))
        return seats > 0

    def _chain(self, request: int, entry: list[int]) -> tuple[Moves, list[int]]:
        """The best chain that seats one more of a request.

        A mentee who has seats already must not give up a seat of the same request, but may give up one of another; and
        where seats of several people count together, such as those of one site, one of these may give up theirs: such
        chains end on the way of the new seat, not at the hub, so they are worked out one by one.
        """
        node = self._halls.first + request
        above = [arc for arc in entry if self._net.head[arc] != node]
        counted = any(cost[above].any() for cost in self._costs.values())
        if not counted and not self._served[self.edges.mentee_of_request[request]]:
            return self.moves, chain_from(self.moves, self.following, node)
        self.looked += 1
        if self.looked > MOST_CHAINS:
            return self.moves, []
        others = self.moves.without((self.moves.tail == node) & (self.moves.sign < 0)).closing(self._net, above)
        return others, chain_from(others, best_chains(self._net, self._flow, others), node)

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
    def _halls(self) -> HallSets:
        return HallSets((self.instance, self.edges), self._net, self._flow, self.moves)

    def _shortage(self, node: int, mentee: str, topic: str) -> Reason:
        """The requests that compete for the same seats."""
        found = self._halls.of(int(self._halls.parts[node]))
        facts = {
            "requests": found.requests,
            "wanted": found.wanted,
            "seats": found.seats,
            "mentors": found.mentors,
        }
        return Reason("shortage", (mentee,), topic, f"{self.called[mentee]}: {found.text}", facts)
