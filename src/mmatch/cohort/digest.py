"""Canonical bytes of a cohort: the same facts give the same bytes, whatever the order they came in."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

import numpy as np

from mmatch.arrays import NONE, Ints, ordered
from mmatch.cohort.columns import Columns, Listed, Scores


def cohort_digest(cohort: Columns) -> str:
    """A SHA-256 in hexadecimal over everything that a cohort states."""
    digest = hashlib.sha256(b"mmatch cohort 2\n")
    for name, data in _parts(cohort):
        digest.update(f"{name} {len(data)}\n".encode())
        digest.update(data)
    return digest.hexdigest()


def _parts(cohort: Columns) -> Iterable[tuple[str, Any]]:
    people, order = cohort.people, cohort.canonical
    rank = np.argsort(order)
    yield "ids", json.dumps([people.ids[row] for row in order.tolist()]).encode()
    for name in ("capacity", "groups", "min_load"):
        yield name, getattr(people, name)[order].tobytes()
    for name in ("names", "availability", "timezones", "sites", "modes", "attributes", "avoids"):
        column = getattr(people, name)
        if column is not None:
            yield name, _json([column[row] for row in order.tolist()])
    for name, lists in (("ranks", people.wishes), ("mentee_ranks", people.orders)):
        if lists is not None:
            yield from _listed_parts(name, lists, rank)
    yield from _offer_and_request_parts(cohort, rank)
    yield "topics", _json(sorted(cohort.topics.items()))
    m = cohort.meetings
    yield "history", _json(sorted(zip(m.mentor, m.mentee, m.topic, (d or "" for d in m.date), strict=True)))
    if cohort.score_table is not None:
        yield from _score_parts(cohort.score_table, rank)


def _listed_parts(name: str, lists: Listed, rank: Ints) -> Iterable[tuple[str, Any]]:
    """Who has a list, and all entries of all lists: people by their place in the order of ids, others by name."""
    order, owner = np.argsort(rank, kind="stable"), rank[lists.owner]
    named = np.where(lists.named == NONE, NONE, rank[lists.named]) if len(lists.others) else rank[lists.named]
    by = _order(owner, lists, named)
    yield f"{name} stated", _bytes(lists.stated[order])
    for column in (owner, named, lists.rank.astype(np.int64)):
        yield f"{name} column", _bytes(column if by is None else column[by])
    others: Iterable[str] = lists.others
    if by is not None and len(lists.others):
        place = np.cumsum(lists.named == NONE)[by] - 1
        others = [lists.others[k] for k in place[named[by] == NONE].tolist()]
    yield f"{name} others", _json(list(others))


def _order(owner: Ints, lists: Listed, named: Ints) -> Ints | None:
    """Entries by owner and rank, tied ones by whom they name: a tie has no order. None where they stand so."""
    step = np.diff(owner)
    tied = (step == 0) & (np.diff(lists.rank) == 0)
    if not tied.any():
        return None if (step >= 0).all() else np.argsort(owner, kind="stable")
    key = named
    if len(lists.others):
        place = {name: k for k, name in enumerate(sorted(set(lists.others)), len(lists.stated))}
        key = named.astype(np.int64)
        key[named == NONE] = [place[name] for name in lists.others]
    if (step >= 0).all() and (np.diff(key)[tied] > 0).all():
        return None
    return np.lexsort((key, lists.rank, owner))


def _offer_and_request_parts(cohort: Columns, rank: Ints) -> Iterable[tuple[str, bytes]]:
    o, r, tree = cohort.offers, cohort.requests, cohort.topic_tree
    requests, offers = cohort.canonical_rows
    yield "offers", json.dumps([o.ids[k] for k in offers.tolist()]).encode()
    yield "offer topics", json.dumps([tree.names[t] for t in o.topic[offers].tolist()]).encode()
    for column in (rank[o.owner], o.level, o.seats, o.least, o.most):
        yield "offer column", column[offers].tobytes()
    topics = r.topic[requests].tolist()
    yield "requests", json.dumps([tree.labels[t] for t in topics]).encode()
    if tree.choices:
        yield "any of", _json([tree.topics_of(t) for t in topics])
    for column in (rank[r.owner], r.level, r.priority, r.mentors):
        yield "request column", column[requests].tobytes()
    if r.formats is not None:
        yield "formats", _json([r.formats[k] for k in requests.tolist()])


def _score_parts(table: Scores, rank: Ints) -> Iterable[tuple[str, Any]]:
    mentee, mentor, values = table.mentee, table.mentor, table.values
    if not np.array_equal(rank, np.arange(len(rank))):
        mentee, mentor = rank[mentee], rank[mentor]
        if not ordered(mentee, mentor):
            order = np.lexsort((mentor, mentee))
            mentee, mentor, values = mentee[order], mentor[order], values[order]
    yield "scored mentees", _bytes(mentee)
    yield "scored mentors", _bytes(mentor)
    if values.dtype == object or (values.dtype.kind in "iu" and np.abs(values).max(initial=0) > 2**53):
        yield "scores", _json([str(Fraction(v)) for v in values.tolist()])
    else:  # whole numbers read the same as ints and as floats; columns hold no -0.0
        yield "scores", _bytes(values.astype(np.float64, copy=False))


def _json(value: Any) -> bytes:
    return json.dumps(
        value, sort_keys=True, default=lambda value: sorted(value) if isinstance(value, frozenset) else dict(value)
    ).encode()


def _bytes(array: Any) -> Any:
    """The bytes of an array, without a copy."""
    plain: Any = np.ascontiguousarray(array)
    return memoryview(plain).cast("B")
