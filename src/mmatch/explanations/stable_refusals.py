"""Why a stable matching gives somebody less than their first wish: whom they asked, and who was preferred there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from mmatch.arrays import NONE, Ints
from mmatch.candidates.lottery import lottery
from mmatch.cohort import Cohort
from mmatch.explanations.words import counted, listed, topic_word
from mmatch.instance.compiled import Compiled
from mmatch.instance.decoding import chosen_edges
from mmatch.matching import Reason
from mmatch.mechanisms.market import Market, market_of, obstacle
from mmatch.proof.strict_lists import seats_of
from mmatch.result import Result


def refusals(question: Compiled, result: Result) -> Iterator[Reason]:
    """One reason for each request whose mentee asked in vain where they would rather be.

    Who sits there is told, because the matching tells it; how a list goes on is not.
    """
    cohort, (instance, edges) = question.cohort, question.untimed
    chosen = chosen_edges(edges, result.matching)
    if chosen is None or obstacle(instance, loads=True):
        return
    plain = market_of(instance)
    claim = result.proof.stability
    seed = None if claim is None else claim.seed
    market = plain if seed is None else plain.broken(lottery(cohort, seed))
    current = seats_of(market, chosen)
    if current is not None:
        wanted = np.bincount(instance.request[instance.labels.wanted[instance.request] > 0], minlength=len(current))
        yield from _Refusals(cohort, (plain, market), (current, wanted), seed).reasons()


class _Refusals:
    """The seats of one stable matching, and who asked for them in vain."""

    def __init__(
        self, cohort: Cohort, markets: tuple[Market, Market], seats: tuple[Ints, Ints], seed: int | str | None
    ) -> None:
        self.seed = seed
        self.current, self.listed = seats
        self.plain, self.market = markets
        rows = cohort.canonical_rows
        ids, labels, self.called = cohort.people.ids, cohort.topic_tree.labels, cohort.people.called
        self.mentees = [ids[k] for k in cohort.requests.owner[rows[0]].tolist()]
        self.topics = [labels[k] for k in cohort.requests.topic[rows[0]].tolist()]
        self.mentors = [ids[k] for k in cohort.offers.owner[rows[1]].tolist()]
        taken = self.current[self.current != NONE]
        offers = self.market.offer[taken].tolist()
        self.seated = {(self.mentees[k], o): k for k, o in zip(self.market.mentee[taken].tolist(), offers, strict=True)}
        self.last_on = self._last(self.market.offer[taken], taken, len(self.market.offer_seats))
        self.last_of = self._last(self.market.mentor[taken], taken, len(self.market.mentor_seats))
        self.likes: list[int] = self.plain.mentee_rank.tolist()
        self.load_on = np.bincount(self.market.offer[taken], minlength=len(self.market.offer_seats))

    def _last(self, group: Ints, taken: Ints, n: int) -> Ints:
        """The pair that each group holds and likes least, `NONE` where it holds none."""
        last = np.full(n, NONE, dtype=np.int64)
        order = np.argsort(self.market.mentor_rank[taken], kind="stable")
        last[group[order]] = taken[order]
        return last

    def reasons(self) -> Iterator[Reason]:
        """One reason for each request that asked in vain."""
        by, start = self.market.by_mentee
        for who in range(self.market.n_mentees):
            wishes = by[start[who] : start[who + 1]].tolist()
            now = int(self.current[who])
            better = [pair for pair in wishes if now == NONE or self.likes[pair] < self.likes[now]]
            if better:
                yield self._reason(who, better, now)
            elif now == NONE and self.listed[who]:
                mentee, topic = self.mentees[who], self.topics[who]
                text = f"{self.called[mentee]}: nobody who may mentor them{topic_word(topic)} has a place"
                yield Reason("shortage", (mentee,), topic, text)

    def _reason(self, who: int, wishes: list[int], now: int) -> Reason:
        mentee, topic = self.mentees[who], self.topics[who]
        clauses, rivals, preferred = list[str](), list[str](), list[str]()
        alike, own = list[tuple[str, str]](), list[tuple[str, str]]()
        for pair in wishes:
            offer = int(self.market.offer[pair])
            full = self.load_on[offer] >= self.market.offer_seats[offer]
            rival = int(self.last_on[offer] if full else self.last_of[self.market.mentor[pair]])
            holder, where = self.seated.get((mentee, offer), int(self.market.mentee[rival])), self.mentors[offer]
            name = self.mentees[holder]
            if name == mentee:  # with another request
                clauses.append(f"{self.called[where]} has them{topic_word(self.topics[holder])} already")
                own.append((where, self.topics[holder]))
                continue
            rivals.append(name)
            if self.plain.mentor_rank[rival] == self.plain.mentor_rank[pair]:
                led, kept = self.called[where], self.called[name]
                drew = f"{led} likes them and {kept} alike, and the lottery (seed {self.seed}) drew {kept}"
                clauses.append(drew if self.seed is not None else f"{led} keeps {kept}, and has no reason to change")
                alike.append((where, name))
            elif where not in preferred:
                preferred.append(where)
        if preferred:
            names = listed([self.called[mentor] for mentor in preferred], "mentors")
            clauses.insert(0, f"{names} took mentees whom they prefer")
        wish = None if now == NONE else self.likes[now]
        got = f"they have {'no mentor' if wish is None else f'wish {wish}'}{topic_word(topic)}"
        better = counted(len(wishes), "wish" if wish is None else "better wish")
        why = "; ".join(dict.fromkeys(clauses))
        text = f"{self.called[mentee]}: {got}; {better} asked in vain; {why}; none of them would swap"
        facts: dict[str, Any] = {"wish": wish, "asked": len(wishes), "preferred": tuple(preferred)}
        facts |= {"alike": tuple(dict.fromkeys(alike)), "own": tuple(dict.fromkeys(own))}
        facts["seed"] = self.seed if alike else None
        return Reason("outranked", (mentee, *dict.fromkeys(rivals)), topic, text, facts)
