"""Requests joined with offers, block by block: all pairs that are allowed, without a look at most others."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from mmatch.arrays import Bools, Ints
from mmatch.candidates.facts import Facts
from mmatch.candidates.pairs import Pairs
from mmatch.errors import LimitError, Problem

MOST_PAIRS = 400_000_000
BLOCK = 4_000_000
SMALL = 10_000  # pairs on one topic, up to which topics are looked at together

CONTAINER = Path("/sys/fs/cgroup/memory.max")  # where Linux tells the limit of a container
PAIR = 240  # bytes of memory for each pair, at the height of a solve
USABLE = 4 / 5  # of all memory

Allowed = Callable[[Pairs], Bools]


def joined(facts: Facts, allowed: Allowed) -> Pairs:
    """All pairs of a request and an offer that are allowed, as a list.

    Args:
        facts: of the cohort.
        allowed: what says yes or no to each pair of a view: the facts at least.

    Raises:
        LimitError: more than 400 million pairs on shared topics, or more that may meet than memory holds.
    """
    source = _scored if facts.cohort.score_table is not None else _ranked if all_rank(facts) else _joined
    blocks, n, most = list[Pairs](), 0, int(memory() * USABLE) // PAIR
    for block in source(facts, allowed):
        blocks.append(block)
        n += len(block.request.row)
        if n > most:
            text = f"more than {most:,} pairs may meet, and a list of them needs more than {most * PAIR >> 30} GB"
            raise LimitError(
                Problem("too-large", "cohort", text, "name narrower topics or add a rule, so that fewer may meet")
            )
    if len(blocks) == 1:
        return blocks[0]
    none = np.zeros(0, dtype=np.int64)
    request, offer = ([block.request.row for block in blocks], [block.offer.row for block in blocks])
    return Pairs(facts, np.concatenate([none, *request]), np.concatenate([none, *offer]))


def memory() -> int:
    """Bytes of memory of this machine or container; where it does not tell, more than any list needs."""
    try:
        limit = CONTAINER.read_text(encoding="ascii").strip() if CONTAINER.exists() else ""
        own = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return 2**62
    return min(own, int(limit)) if limit.isdigit() else own


def all_rank(facts: Facts) -> bool:
    """Whether everybody who asks has stated whom they want: then only listed offers are candidates."""
    return facts.ranks is not None and bool(facts.ranks.stated[facts.cohort.requests.owner].all())


def _ranked(facts: Facts, allowed: Allowed) -> Iterator[Pairs]:
    """Each request with the offers on its mentee's list."""
    table, owner = facts.ranks, facts.cohort.requests.owner
    if table is None:
        return
    first, last = (np.searchsorted(table.keys, (owner + k) * table.width) for k in (0, 1))
    sizes = last - first
    request = np.repeat(np.arange(len(owner)), sizes)
    at: slice | Ints = slice(int(first[:1].sum()), int(last[-1:].sum()))
    if not np.array_equal(first[1:], last[:-1]):  # several requests each, or lists of people who do not ask
        at = np.arange(len(request)) + np.repeat(first - (np.cumsum(sizes) - sizes), sizes)
    offer = np.repeat(owner * -table.width, sizes)
    offer += table.keys[at]
    pairs = Pairs(facts, request, offer)
    pairs.mentee_rank = table.ranks[at]
    yield pairs.only(allowed(pairs))


def by_topic(facts: Facts) -> list[tuple[Ints, Ints]]:
    """(rows of requests, rows of offers) that meet, topic by topic: no pair stands in two of them."""
    related = facts.cohort.topic_tree.related
    by_request = _rows_by_topic(facts.cohort.requests.topic, len(related))
    by_offer = _rows_by_topic(facts.cohort.offers.topic, len(related))
    none = np.zeros(0, dtype=np.int64)
    plan = []
    for topic, requests in enumerate(by_request):
        reach = np.concatenate([none, *(by_offer[other] for other in related[topic])]) if len(requests) else none
        if len(reach):
            plan.append((requests, reach))
    return plan


def _joined(facts: Facts, allowed: Allowed) -> Iterator[Pairs]:
    """Requests and offers joined by topic, block by block."""
    plan = by_topic(facts)
    pairs = sum(len(r) * len(o) for r, o in plan)
    if pairs > MOST_PAIRS:
        text = f"{pairs:,} pairs on shared topics, limit {MOST_PAIRS:,}"
        raise LimitError(
            Problem("too-large", "cohort", text, "name narrower topics, or give the allowed pairs as scores")
        )
    small = [(r, o) for r, o in plan if len(r) * len(o) <= SMALL]
    yield from _listed(facts, allowed, small)
    for requests, offers in plan:
        if len(requests) * len(offers) > SMALL:
            yield from _blocks(facts, allowed, requests, offers)


def _blocks(facts: Facts, allowed: Allowed, requests: Ints, offers: Ints) -> Iterator[Pairs]:
    """Requests x offers, so many rows at a time."""
    step = max(BLOCK // len(offers), 1)
    for start in range(0, len(requests), step):
        part = requests[start : start + step]
        r, o = np.nonzero(allowed(Pairs(facts, part[:, None], offers[None, :])))
        yield Pairs(facts, part[r], offers[o])


def _listed(facts: Facts, allowed: Allowed, small: list[tuple[Ints, Ints]]) -> Iterator[Pairs]:
    """Many small topics together, as lists of pairs of so many rows at a time."""
    sizes = np.cumsum([len(r) * len(o) for r, o in small], dtype=np.int64) // BLOCK
    for part in np.split(np.arange(len(small)), np.flatnonzero(np.diff(sizes)) + 1):
        topics = [small[k] for k in part.tolist()]
        if topics:
            requests = np.concatenate([np.repeat(r, len(o)) for r, o in topics])
            offers = np.concatenate([np.tile(o, len(r)) for r, o in topics])
            pairs = Pairs(facts, requests, offers)
            yield pairs.only(allowed(pairs))


def _rows_by_topic(topic: Ints, n: int) -> list[Ints]:
    order = np.argsort(topic, kind="stable")
    edge = np.searchsorted(topic[order], np.arange(n + 1))
    return [order[edge[k] : edge[k + 1]] for k in range(n)]


def _scored(facts: Facts, allowed: Allowed) -> Iterator[Pairs]:
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
    pairs = Pairs(facts, request, offer, score_row)
    yield pairs.only(allowed(pairs))


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
