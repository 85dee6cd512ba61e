"""Columns seen as people: participants made when somebody looks at them, and the summary of supply and demand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from mmatch.arrays import NONE, Ints
from mmatch.cohort.columns import Columns
from mmatch.cohort.participants import MODES, Offer, Participant, Request
from mmatch.display import Table


@dataclass(frozen=True, slots=True)
class Supply:
    """Supply and demand on one topic: what `Cohort.summary` lists.

    ``seats`` counts mentee seats that mentors offer on the topic (None: no stated limit), ``reachable`` the offers that
    can meet a request on it along the topic tree. A request for any one of several topics counts on each of them;
    ``elsewhere`` says how many of the seats in ``wanted`` are such, and could be filled on another topic.
    """

    topic: str
    offers: int
    seats: int | None
    requests: int
    wanted: int
    reachable: int
    elsewhere: int = 0


def participant(cohort: Columns, row: int) -> Participant:
    """The participant in a row of the columns."""
    p = cohort.people
    return Participant(
        p.ids[row],
        name=p.names[row] if p.names else "",
        email=p.emails[row] if p.emails else "",
        language=p.languages[row] if p.languages else "",
        offers=tuple(_offer(cohort, k) for k in _rows_of(cohort.offers.owner, row)),
        requests=tuple(_request(cohort, k) for k in _rows_of(cohort.requests.owner, row)),
        capacity=_stated(p.capacity[row]),
        groups=_stated(p.groups[row]),
        min_load=int(p.min_load[row]),
        availability=p.availability[row] if p.availability else None,
        timezone=p.timezones[row] if p.timezones else None,
        site=p.sites[row] if p.sites else "",
        modes=p.modes[row] if p.modes else MODES,
        attributes=p.attributes[row] if p.attributes else MappingProxyType({}),
        ranks=p.ranks[row] if p.ranks else None,
        mentee_ranks=p.mentee_ranks[row] if p.mentee_ranks else None,
        avoids=p.avoids[row] if p.avoids else (),
    )


def _offer(cohort: Columns, k: int) -> Offer:
    o = cohort.offers
    group = None if o.most[k] == NONE else (int(o.least[k]), int(o.most[k]))
    topic = cohort.topic_tree.names[o.topic[k]]
    return Offer(topic, level=_level(o.level[k]), seats=_stated(o.seats[k]), group=group, id=o.ids[k])


def _request(cohort: Columns, k: int) -> Request:
    r = cohort.requests
    priority = float(r.priority[k])
    return Request(
        cohort.topic_tree.topics_of(int(r.topic[k])),
        level=_level(r.level[k]),
        priority=int(priority) if priority.is_integer() else priority,
        mentors=int(r.mentors[k]),
        format=r.formats[k] if r.formats else None,
    )


def _rows_of(owner: Ints, row: int) -> range:
    return range(int(np.searchsorted(owner, row)), int(np.searchsorted(owner, row, side="right")))


def _stated(value: Any) -> int | None:
    return None if value == NONE else int(value)


def _level(value: Any) -> float | int | None:
    number = float(value)
    return None if number != number else int(number) if number.is_integer() else number  # noqa: PLR0124 - NaN


def supply_table(rows: Sequence[Supply], title: str, total: int | None = None) -> Table:
    """Supply and demand as a table; how many seats could be filled on another topic only where there are such."""
    several = any(s.elsewhere for s in rows)
    heads = ("topic", "seats asked for", *["or on another topic"] * several, "people asking", "offers", "seats offered")
    cells = [(s.topic or "any", s.wanted, *[s.elsewhere] * several, s.requests, s.offers, s.seats) for s in rows]
    return Table(heads, cells, title, total)


def supplies(cohort: Columns) -> tuple[Supply, ...]:
    """Supply and demand per topic, greatest demand first."""
    o, r, tree = cohort.offers, cohort.requests, cohort.topic_tree
    n = len(tree.names)
    offers = np.bincount(o.topic, minlength=n)
    named = tree.members[r.topic]
    row, column = np.nonzero(named != NONE)
    topic, mentors = named[row, column], r.mentors[row]
    requests = np.bincount(topic, minlength=n)
    wanted = np.bincount(topic, weights=mentors, minlength=n)
    elsewhere = np.bincount(topic, weights=np.where(r.topic[row] < n, 0, mentors), minlength=n)
    limit = np.where(o.seats == NONE, cohort.people.capacity[o.owner], o.seats)
    open_ended = np.bincount(o.topic, weights=limit == NONE, minlength=n) > 0
    seats = np.bincount(o.topic, weights=np.maximum(limit, 0), minlength=n)
    reach = [int(offers[met].sum()) for met in tree.related[:n]]
    rows = [
        Supply(
            name,
            int(offers[k]),
            None if open_ended[k] else int(seats[k]),
            int(requests[k]),
            int(wanted[k]),
            int(reach[k]),
            int(elsewhere[k]),
        )
        for k, name in enumerate(tree.names)
    ]
    return tuple(sorted((row for row in rows if row.offers or row.requests), key=lambda s: (-s.wanted, s.topic)))
