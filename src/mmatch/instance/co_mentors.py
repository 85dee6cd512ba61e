"""Matches with two mentors: each candidate group once more for everybody who could lead it beside its mentor."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from mmatch.arrays import NONE
from mmatch.constraints import FREE, GroupRows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmatch.arrays import Bools, Ints
    from mmatch.candidates.edges import Edges
    from mmatch.constraints import Groups


def with_co_mentors(edges: Edges, groups: Groups, seats: Ints, above: int) -> Groups:
    """Groups up to a size with one mentor, larger ones with each two.

    Args:
        edges: all candidates.
        groups: with one mentor each.
        seats: most seats of each participant; somebody who has none is no co-mentor.
        above: the size above which there are two.
    """
    alone = np.flatnonzero(groups.least <= above)
    origin, second = _partners(edges, groups, seats)
    origin, second = np.concatenate([alone, origin]), np.concatenate([np.full(len(alone), NONE), second])
    order = np.lexsort((origin, second, groups.slot[origin], groups.offer[origin]))
    origin, second = origin[order], second[order]
    joint = second != NONE
    least = np.where(joint, np.maximum(groups.least[origin], above + 1), groups.least[origin])
    most = np.where(joint, groups.most[origin], np.minimum(groups.most[origin], above))
    place, group = _places(groups, origin)
    fits = _could_mentor(edges, groups, groups.edge[place], (second[group], origin[group]))
    place, group = place[fits], group[fits]
    opens = (np.bincount(group, minlength=len(origin)) >= least) & (least <= most)
    stays, number = opens[group], np.cumsum(opens) - 1
    kept = origin[opens]
    return replace(
        groups,
        offer=groups.offer[kept],
        leader=groups.leader[kept],
        second=second[opens],
        slot=groups.slot[kept],
        least=least[opens],
        most=most[opens],
        copies=groups.copies[kept],
        edge=groups.edge[place[stays]],
        group=number[group[stays]],
    )


def led_twice(groups: Groups) -> Iterator[GroupRows]:
    """Nobody leads more groups than they may, as a mentor or a co-mentor; a co-mentor without a number does so once."""
    mentors = np.unique(groups.second[groups.second != NONE])
    if not len(mentors):
        return
    row = np.full(len(groups.led), NONE)
    row[mentors] = np.arange(len(mentors))
    limited = groups.led[mentors] < FREE
    led_by_two = np.flatnonzero(groups.second != NONE)
    ahead = np.flatnonzero((row[groups.leader] != NONE) & (groups.led[groups.leader] < FREE))
    rows = np.concatenate([row[groups.second[led_by_two]], row[groups.leader[ahead]]])
    opened = (rows, np.concatenate([led_by_two, ahead]), np.ones(len(rows), dtype=np.int64))
    none = np.zeros(0, dtype=np.int64)
    upper = np.where(limited, groups.led[mentors], 1)
    yield GroupRows("led", (none, none, none), opened, np.full(len(mentors), -FREE), upper)


def _partners(edges: Edges, groups: Groups, seats: Ints) -> tuple[Ints, Ints]:
    """(group, mentor) of everybody else who offers the topic of a group, is free then, and has a seat at all."""
    topic = edges.cohort.offers.topic[edges.offer_rows]
    offers = np.unique(edges.offer)
    offers = offers[seats[edges.mentor_rows[edges.mentor_of_offer[offers]]] > 0]
    found = []
    for one in np.unique(topic[groups.offer]).tolist():
        on_topic = np.flatnonzero(topic[groups.offer] == one)
        mentors = np.unique(edges.mentor_of_offer[offers[topic[offers] == one]])
        found.append((np.repeat(on_topic, len(mentors)), np.tile(mentors, len(on_topic))))
    if not found:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    group, mentor = (np.concatenate(column) for column in zip(*found, strict=True))
    leader, person = edges.mentor_rows[groups.leader[group]], edges.mentor_rows[mentor]
    good = (leader != person) & ~np.isin(leader * len(edges.cohort) + person, edges.facts.avoided)
    if groups.slots is not None:
        good &= groups.slots.leads[person, groups.slot[group]]
    return group[good], mentor[good]


def _places(groups: Groups, origin: Ints) -> tuple[Ints, Ints]:
    """(place of the group that each comes from, its own number), group by group."""
    size = np.bincount(groups.group, minlength=len(groups))
    first, times = (np.cumsum(size) - size)[origin], size[origin]
    group = np.repeat(np.arange(len(origin)), times)
    within = np.arange(len(group)) - np.repeat(np.cumsum(times) - times, times)
    return first[group] + within, group


def _could_mentor(edges: Edges, groups: Groups, edge: Ints, pair: tuple[Ints, Ints]) -> Bools:
    """Whether the co-mentor could mentor the mentee of a place alone, on the topic of the group."""
    second, origin = pair
    topic = edges.cohort.offers.topic[edges.offer_rows]
    topics, mentors = int(topic.max(initial=0)) + 1, len(edges.mentor_rows)
    known = (edges.request * mentors + edges.label("mentor")) * topics + topic[edges.offer]
    wanted = (edges.request[edge] * mentors + second) * topics + topic[groups.offer[origin]]
    able: Bools = (second == NONE) | np.isin(wanted, known)
    return able
