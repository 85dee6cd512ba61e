"""Candidate edges request -> offer: what is left when facts and pair rules have spoken."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from mmatch.errors import LimitError, PluginError, Problem
from mmatch.pairs import Facts, Pairs, facts_of
from mmatch.parts import guarded
from mmatch.people.columns import NONE, Bools, Ints, ordered

if TYPE_CHECKING:
    from mmatch.people import Cohort
    from mmatch.rules._base import Rule
    from mmatch.terms import Slots

MOST_PAIRS = 400_000_000
BLOCK = 4_000_000
SMALL = 10_000  # pairs on one topic, up to which topics are looked at together


class Edges:
    """Candidate edges in canonical order, and the sets they fall into.

    ``request`` and ``offer`` number requests and offers in canonical order of ids; ``request_rows`` and ``offer_rows``
    lead back to the cohort's rows. Where times are part of the choice, ``slot`` is the one of ``slots`` of each edge.
    """

    def __init__(
        self,
        facts: Facts,
        request: Ints,
        offer: Ints,
        score_row: Ints | None,
        slots: Slots | None = None,
        slot: Ints | None = None,
    ) -> None:
        self.facts = facts
        self.cohort: Cohort = facts.cohort
        self.request = request
        self.offer = offer
        self.slots, self.slot = slots, slot
        self.request_rows, self.offer_rows = facts.cohort.canonical_rows
        self.pairs = Pairs(facts, self.request_rows[request], self.offer_rows[offer], score_row)

    def __len__(self) -> int:
        return len(self.request)

    @cached_property
    def wanted(self) -> Ints:
        """Seats asked for by each request."""
        return self.cohort.requests.mentors[self.request_rows]

    @cached_property
    def mentee_rows(self) -> Ints:
        """Rows of people who ask, in canonical order."""
        return first_seen(self.cohort.requests.owner[self.request_rows])

    @cached_property
    def mentor_rows(self) -> Ints:
        """Rows of people who offer, in canonical order."""
        return first_seen(self.cohort.offers.owner[self.offer_rows])

    @cached_property
    def mentee_of_request(self) -> Ints:
        """The number of the mentee of each request."""
        return numbered(self.cohort.requests.owner[self.request_rows])

    @cached_property
    def mentor_of_offer(self) -> Ints:
        """The number of the mentor of each offer."""
        return numbered(self.cohort.offers.owner[self.offer_rows])

    @cached_property
    def usable(self) -> Bools:
        """Edges whose mentor, offer and request have any seat at all."""
        cohort, offers = self.cohort, self.offer_rows[self.offer]
        room = (cohort.people.capacity[cohort.offers.owner] != 0) & (cohort.people.groups[cohort.offers.owner] != 0)
        usable: Bools = (self.wanted[self.request] > 0) & (room & (cohort.offers.seats != 0))[offers]
        return usable

    def count(self, key: str) -> int:
        """How many sets of a key there are."""
        sizes = {
            "request": len(self.request_rows),
            "offer": len(self.offer_rows),
            "mentee": len(self.mentee_rows),
            "mentor": len(self.mentor_rows),
        }
        return sizes[key] if key in sizes else int(self.label(key).max(initial=-1)) + 1

    def label(self, key: str) -> Ints:
        """The set of each edge under a key of `terms.SETS`; sets of pairs are numbered as they appear."""
        if key not in self._labels:
            self._labels[key] = self._made(key)
        return self._labels[key]

    @cached_property
    def _labels(self) -> dict[str, Ints]:
        return {"request": self.request, "offer": self.offer}

    def _made(self, key: str) -> Ints:
        if key == "mentee":
            return self.mentee_of_request[self.request]
        if key == "mentor":
            return self.mentor_of_offer[self.offer]
        left, right = key.split("-")
        if self.slot is not None and right == "slot":
            pair = self.label(left) * (int(self.slot.max(initial=0)) + 1) + self.slot
            label: Ints = np.unique(pair, return_inverse=True)[1].astype(np.int64)
            return label
        pair = self.label(left) * (self.count(right) + 1) + self.label(right)
        number: Ints = np.unique(pair, return_inverse=True)[1].astype(np.int64)
        return number


def first_seen(owner: Ints) -> Ints:
    """Owners in the order in which they first appear; equal ones stand together."""
    return owner[np.flatnonzero(np.diff(owner, prepend=NONE) != 0)]


def numbered(owner: Ints) -> Ints:
    """0, 1, … for each change of owner; equal ones stand together."""
    return np.cumsum(np.diff(owner, prepend=NONE) != 0) - 1


def candidates(cohort: Cohort, rules: Iterable[Rule]) -> Edges:
    """All pairs that facts and pair rules allow.

    Raises:
        LimitError: more than 400 million pairs on shared topics.
    """
    facts = facts_of(cohort)
    source = _scored if cohort.score_table is not None else _ranked if _all_rank(facts) else _joined
    blocks = source(facts, tuple(rules))
    request_rows, offer_rows = cohort.canonical_rows
    request, offer, score_row = _stacked(list(blocks))
    request, offer = _renumbered(request, request_rows), _renumbered(offer, offer_rows)
    if not (_in_order(cohort) or ordered(request, offer)):
        order = np.lexsort((offer, request))
        request, offer = request[order], offer[order]
        score_row = None if score_row is None else score_row[order]
    return Edges(facts, request, offer, score_row)


def _in_order(cohort: Cohort) -> bool:
    """Whether edges from the score table stand in order by themselves: one request each, all rows canonical."""
    if cohort.score_table is None or not (np.diff(cohort.requests.owner) > 0).all():
        return False
    return all(np.array_equal(rows, np.arange(len(rows))) for rows in cohort.canonical_rows)


def _stacked(blocks: list[Block]) -> Block:
    if len(blocks) == 1:
        return blocks[0]
    none = np.zeros(0, dtype=np.int64)
    request, offer = (np.concatenate([none, *(block[k] for block in blocks)]) for k in (0, 1))
    return request, offer, None


def _renumbered(numbers: Ints, rows: Ints) -> Ints:
    """Row numbers as places in ``rows``."""
    if np.array_equal(rows, np.arange(len(rows))):
        return numbers
    return _inverse(rows)[numbers]


def _inverse(rows: Ints) -> Ints:
    inverse = np.empty(len(rows), dtype=np.int64)
    inverse[rows] = np.arange(len(rows))
    return inverse


def allowed(pairs: Pairs, rules: Iterable[Rule]) -> Bools:
    """Which pairs of a view all facts and rules allow."""
    mask = pairs.possible()
    for rule in rules:
        allows = asked(rule, pairs)
        if allows is not None:
            mask = mask & allows
    return np.broadcast_to(mask, pairs.shape)


def asked(rule: Rule, pairs: Pairs) -> Bools | None:
    """What a pair rule says of a view, checked.

    Raises:
        PluginError: where it says something else than yes or no for each pair.
    """
    with guarded(rule):
        allows = rule.allows(pairs)
        if allows is None:
            return None
        allows = np.broadcast_to(allows, pairs.shape)
    if allows.dtype != np.bool_:
        raise PluginError(f"{rule.title} gave {allows.dtype}, expected True or False for each pair")
    return allows


Block = tuple[Ints, Ints, "Ints | None"]


def _all_rank(facts: Facts) -> bool:
    """Whether everybody who asks has stated whom they want: then only listed offers are candidates."""
    return facts.ranks is not None and bool(facts.ranks.stated[facts.cohort.requests.owner].all())


def _ranked(facts: Facts, rules: tuple[Rule, ...]) -> Iterator[Block]:
    """Each request with the offers on its mentee's list."""
    table, owner = facts.ranks, facts.cohort.requests.owner
    if table is None:
        return
    first, last = (np.searchsorted(table.keys, (owner + k) * table.width) for k in (0, 1))
    sizes = last - first
    request = np.repeat(np.arange(len(owner)), sizes)
    place = np.arange(len(request)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    offer = table.keys[np.repeat(first, sizes) + place] - owner[request] * table.width
    mask = allowed(Pairs(facts, request, offer), rules)
    yield request[mask], offer[mask], None


def _joined(facts: Facts, rules: tuple[Rule, ...]) -> Iterator[Block]:
    """Requests and offers joined by topic, block by block."""
    related = facts.cohort.topic_tree.related
    by_request = _rows_by_topic(facts.cohort.requests.topic, len(related))
    by_offer = _rows_by_topic(facts.cohort.offers.topic, len(related))
    plan = []
    for topic, requests in enumerate(by_request):
        if len(requests):
            reach = [by_offer[other] for other in related[topic] if len(by_offer[other])]
            plan.append((requests, np.concatenate([np.zeros(0, np.int64), *reach])))
    pairs = sum(len(r) * len(o) for r, o in plan)
    if pairs > MOST_PAIRS:
        text = f"{pairs:,} pairs on shared topics, limit {MOST_PAIRS:,}"
        raise LimitError(
            Problem("too-large", "cohort", text, "name narrower topics, or give the allowed pairs as scores")
        )
    small = [(r, o) for r, o in plan if len(r) * len(o) <= SMALL]
    yield from _listed(facts, rules, small)
    for requests, offers in plan:
        if len(requests) * len(offers) > SMALL:
            yield from _blocks(facts, rules, requests, offers)


def _blocks(facts: Facts, rules: tuple[Rule, ...], requests: Ints, offers: Ints) -> Iterator[Block]:
    """Requests x offers, so many rows at a time."""
    step = max(BLOCK // len(offers), 1)
    for start in range(0, len(requests), step):
        part = requests[start : start + step]
        r, o = np.nonzero(allowed(Pairs(facts, part[:, None], offers[None, :]), rules))
        yield part[r], offers[o], None


def _listed(facts: Facts, rules: tuple[Rule, ...], small: list[tuple[Ints, Ints]]) -> Iterator[Block]:
    """Many small topics together, as lists of pairs of so many rows at a time."""
    sizes = np.cumsum([len(r) * len(o) for r, o in small], dtype=np.int64) // BLOCK
    for part in np.split(np.arange(len(small)), np.flatnonzero(np.diff(sizes)) + 1):
        topics = [small[k] for k in part.tolist()]
        if topics:
            requests = np.concatenate([np.repeat(r, len(o)) for r, o in topics])
            offers = np.concatenate([np.tile(o, len(r)) for r, o in topics])
            mask = allowed(Pairs(facts, requests, offers), rules)
            yield requests[mask], offers[mask], None


def _rows_by_topic(topic: Ints, n: int) -> list[Ints]:
    order = np.argsort(topic, kind="stable")
    edge = np.searchsorted(topic[order], np.arange(n + 1))
    return [order[edge[k] : edge[k + 1]] for k in range(n)]


def _scored(facts: Facts, rules: tuple[Rule, ...]) -> Iterator[Block]:
    """The pairs that have a score, as requests and offers."""
    cohort = facts.cohort
    table = cohort.score_table
    if table is None:
        return
    request, score_row = _expanded(table.mentee, cohort.requests.owner, len(cohort))
    score_row = np.arange(len(request)) if score_row is None else score_row
    offer, back = _expanded(table.mentor[score_row], cohort.offers.owner, len(cohort))
    if back is not None:
        request, score_row = request[back], score_row[back]
    mask = allowed(Pairs(facts, request, offer, score_row), rules)
    if mask.all():
        yield request, offer, score_row
    else:
        yield request[mask], offer[mask], score_row[mask]


def _expanded(persons: Ints, owner: Ints, n: int) -> tuple[Ints, Ints | None]:
    """Each person replaced by all their rows: (rows, place in ``persons`` of each; None where everybody has one)."""
    counts = np.bincount(owner, minlength=n)
    first = np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.int64)
    if (counts[np.bincount(persons, minlength=n) > 0] == 1).all():
        return first[persons], None
    size = counts[persons]
    back = np.repeat(np.arange(len(persons)), size)
    within = np.arange(len(back)) - np.repeat(np.cumsum(size) - size, size)
    return first[persons[back]] + within, back
