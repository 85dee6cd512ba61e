"""Is this matching allowed? Judged on the facts and the rules alone: no compiled problem, no solver."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from mmatch.arrays import NONE
from mmatch.candidates import Pairs, facts_of, seat_rows
from mmatch.instance.capacities import capacities
from mmatch.matching import Violation

if TYPE_CHECKING:
    from mmatch.arrays import Ints
    from mmatch.cohort import Cohort
    from mmatch.matching import Matching
    from mmatch.program import Program


def validity(cohort: Cohort, program: Program, matching: Matching) -> list[Violation]:
    """Every way in which a matching breaks the facts or a rule; empty where it is valid.

    A seat that names people, offers or requests that do not exist ends the check there: nothing else can be said of it.
    """
    unknown = [*_unknown(cohort, matching), *_empty(matching)]
    if unknown:
        return unknown
    requests, offers = seat_rows(cohort, matching)
    found = [*_impossible(cohort, matching, requests, offers), *_demand(cohort, requests, offers)]
    found += [
        *_seats(cohort, program, offers),
        *_matches(cohort, program, matching, (requests, offers)),
        *_unfilled(cohort, matching, requests),
    ]
    for rule in program.rules:
        found += rule.violations(cohort, matching)
    if matching.seats.slot and not any(rule.times(cohort) for rule in program.rules):
        found.append(Violation("slot", "a match has a slot, and no rule has slots"))
    return found


def _empty(matching: Matching) -> Iterator[Violation]:
    """Matches in which nobody is mentored."""
    for match in matching.without_mentees:
        yield Violation("empty-match", f"a match of {match.mentor} has no mentees", (match.mentor,))


def _unknown(cohort: Cohort, matching: Matching) -> Iterator[Violation]:
    requests, offers = seat_rows(cohort, matching)
    seats = matching.seats
    for row in np.flatnonzero((requests == NONE) | (offers == NONE)).tolist():
        mentor, mentee = seats.mentor[row], seats.mentee[row]
        for name in (mentor, mentee):
            if name not in cohort.people.index:
                yield Violation("unknown-person", f"nobody has the id {name!r}", (name,))
        if mentor in cohort.people.index and offers[row] == NONE:
            yield Violation("unknown-offer", f"{mentor} makes no offer {seats.offer[row]!r}", (mentor,))
        if mentee in cohort.people.index and requests[row] == NONE:
            yield Violation("unknown-request", f"{mentee} does not ask for {seats.requested[row]!r}", (mentee,))
    yield from _misnamed(cohort, matching, offers)


def _misnamed(cohort: Cohort, matching: Matching, offers: Ints) -> Iterator[Violation]:
    """Seats whose mentor or topic is not the offer's."""
    seats, ids, names = matching.seats, cohort.people.ids, cohort.topic_tree.names
    known = np.flatnonzero(offers != NONE)
    mentors = [ids[k] for k in cohort.offers.owner[offers[known]].tolist()]
    topics = [names[k] for k in cohort.offers.topic[offers[known]].tolist()]
    if mentors == list(seats.mentor) and topics == list(seats.topic):
        return
    for row, mentor, topic in zip(known.tolist(), mentors, topics, strict=True):
        if mentor != seats.mentor[row] or topic != seats.topic[row]:
            text = f"the offer {seats.offer[row]!r} is not {seats.mentor[row]}'s on {seats.topic[row]!r}"
            yield Violation("unknown-offer", text, (seats.mentor[row],))


def _impossible(cohort: Cohort, matching: Matching, requests: Ints, offers: Ints) -> Iterator[Violation]:
    """Pairs that the facts forbid, with the fact."""
    pairs = Pairs(facts_of(cohort), requests, offers)
    for row in np.flatnonzero(~pairs.possible()).tolist():
        one = Pairs(pairs.facts, requests[[row]], offers[[row]])
        who = (matching.seats.mentor[row], matching.seats.mentee[row])
        yield Violation("impossible-pair", f"{who[0]} and {who[1]}: {why_impossible(one)}", who)


def why_impossible(pair: Pairs) -> str:
    """The fact that forbids one pair."""
    if pair.mentor[0] == pair.mentee[0]:
        return "nobody is matched with themselves"
    if pair.distance[0] == NONE:
        return "the topics do not meet"
    if pair.among_people(pair.facts.avoided)[0]:
        return "they avoid each other"
    if pair.mentee_rank[0] == 0:
        return "the mentee's list leaves the mentor out"
    if pair.mentor_rank[0] == 0:
        return "the mentor's list leaves the mentee out"
    return "the pair has no score"


def _demand(cohort: Cohort, requests: Ints, offers: Ints) -> Iterator[Violation]:
    """No request filled more often than asked, nor twice by one mentor."""
    counts = np.bincount(requests, minlength=len(cohort.requests.owner))
    for row in np.flatnonzero(counts > cohort.requests.mentors).tolist():
        who = cohort.people.ids[cohort.requests.owner[row]]
        text = f"{who} asked for {cohort.requests.mentors[row]} on a topic and got {counts[row]}"
        yield Violation("demand", text, (who,))
    width = len(cohort)
    met, times = np.unique(requests * width + cohort.offers.owner[offers], return_counts=True)
    for key, n in zip(met[times > 1].tolist(), times[times > 1].tolist(), strict=True):
        request, mentor = divmod(key, width)
        who = (cohort.people.ids[mentor], cohort.people.ids[cohort.requests.owner[request]])
        yield Violation("same-mentor", f"one request of {who[1]} is filled {n} times by {who[0]}", who)


def _seats(cohort: Cohort, program: Program, offers: Ints) -> Iterator[Violation]:
    """Capacities, seats and least loads."""
    ids = cohort.people.ids
    load = np.bincount(cohort.offers.owner[offers], minlength=len(cohort))
    limit = capacities(cohort, program).mentor
    for row in np.flatnonzero(load > np.maximum(limit, 0)).tolist():
        yield Violation("capacity", f"{ids[row]} has {load[row]} mentees, at most {limit[row]}", (ids[row],))
    for row in np.flatnonzero(load < cohort.people.min_load).tolist():
        text = f"{ids[row]} has {load[row]} mentees, at least {cohort.people.min_load[row]}"
        yield Violation("min-load", text, (ids[row],))
    taken = np.bincount(offers, minlength=len(cohort.offers.ids))
    seats = cohort.offers.seats
    for row in np.flatnonzero((seats != NONE) & (taken > seats)).tolist():
        text = f"offer {cohort.offers.ids[row]} has {taken[row]} mentees, at most {seats[row]}"
        yield Violation("seats", text, (ids[cohort.offers.owner[row]],))


def _matches(cohort: Cohort, program: Program, matching: Matching, rows: tuple[Ints, Ints]) -> Iterator[Violation]:
    """Group sizes, nobody twice in one match, no more matches led than stated."""
    requests, offers = rows
    if not len(offers):
        return
    number = np.unique(np.array(matching.seats.match, dtype=np.int64), return_inverse=True)[1]
    size = np.bincount(number)
    first = np.unique(number, return_index=True)[1]
    offer = offers[first]
    limits = capacities(cohort, program)
    least, most = limits.least, limits.most
    for k in np.flatnonzero((size < least[offer]) | (size > most[offer])).tolist():
        who = cohort.people.ids[cohort.offers.owner[offer[k]]]
        text = f"a match of {who} has {size[k]} mentees, expected {least[offer[k]]} to {most[offer[k]]}"
        yield Violation("group-size", text, (who,))
    if (offers != offer[number]).any():
        yield Violation("mixed-match", "a match holds seats of several offers")
    width = len(cohort)
    seen, times = np.unique(number * width + cohort.requests.owner[requests], return_counts=True)
    for key, n in zip(seen[times > 1].tolist(), times[times > 1].tolist(), strict=True):
        mentee = cohort.people.ids[key % width]
        yield Violation("twice-in-match", f"{mentee} sits {n} times in one match", (mentee,))
    yield from _avoiding(cohort, matching)
    limit, seats, owner = limits.led, limits.mentor, cohort.offers.owner
    led = np.bincount(owner[offer], minlength=len(cohort))
    for row in np.flatnonzero(
        (limit != NONE) & (led > limit) & (np.bincount(owner[offers], minlength=len(cohort)) <= seats)
    ).tolist():
        who = cohort.people.ids[row]
        yield Violation("groups", f"{who} leads {led[row]} matches, at most {limit[row]}", (who,))


def _avoiding(cohort: Cohort, matching: Matching) -> Iterator[Violation]:
    """Nobody sits in one match with somebody whom they avoid."""
    if not len(facts_of(cohort).avoided):
        return
    index, avoided = cohort.people.index, set(facts_of(cohort).avoided.tolist())
    for match in matching:
        for one, other in combinations(match.mentees, 2):
            if index[one] * len(cohort) + index[other] in avoided:
                yield Violation("avoids", f"{one} and {other} avoid each other and share a match", (one, other))


def _unfilled(cohort: Cohort, matching: Matching, requests: Ints) -> Iterator[Violation]:
    """The list of unfilled seats is complete and true."""
    from mmatch.instance.decoding import unfilled

    right, listed = Counter(unfilled(cohort, requests)), Counter(matching.unmatched)
    if right != listed:
        for (mentee, topic), n in (right - listed).items():
            yield Violation("unmatched", f"{n} unfilled seats of {mentee} on {topic!r} are not listed", (mentee,))
        for (mentee, topic), n in (listed - right).items():
            yield Violation(
                "unmatched", f"{n} seats of {mentee} on {topic!r} are listed as unfilled, and are not", (mentee,)
            )
