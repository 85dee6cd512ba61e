"""May these two lead a match together? Judged on the facts and the rules alone."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from mmatch.arrays import NONE
from mmatch.candidates import Pairs, facts_of
from mmatch.instance.capacities import capacities
from mmatch.matching import Violation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmatch.arrays import Bools, Ints
    from mmatch.cohort import Cohort
    from mmatch.matching import Match, Matching
    from mmatch.program import Program


def co_mentors_at_fault(cohort: Cohort, program: Program, matching: Matching) -> Iterator[Violation]:
    """Co-mentors whom no rule asks for, who could not mentor each mentee alone, or who lead too much."""
    if not any(matching.seats.co_mentor):
        return  # no match is made to be looked at
    joint = [match for match in matching if match.co_mentor]
    if all(rule.two_above is None for rule in program.rules):
        for match in joint:
            text = f"{match.mentor} has the co-mentor {match.co_mentor}, and no rule asks for one"
            yield Violation("co-mentor", text, match.mentors)
    requests = _request_rows(cohort)
    for match in joint:
        requested = zip(match.mentees, match.requested, strict=True)
        yield from _unfit(cohort, program, match, np.array([requests[seat] for seat in requested], dtype=np.int64))
    yield from _often(cohort, capacities(cohort, program).led, matching)


def _request_rows(cohort: Cohort) -> dict[tuple[str, str], int]:
    """(mentee, topic) -> the row of the request."""
    ids, names, requests = cohort.people.ids, cohort.topic_tree.names, cohort.requests
    owners = [ids[k] for k in requests.owner.tolist()]
    return {seat: k for k, seat in enumerate(zip(owners, [names[t] for t in requests.topic.tolist()], strict=True))}


def _unfit(cohort: Cohort, program: Program, match: Match, requests: Ints) -> Iterator[Violation]:
    """Why somebody cannot be co-mentor of a match."""
    index, offers = cohort.people.index, cohort.offers
    mentor, co_mentor = (index[name] for name in match.mentors)
    if mentor == co_mentor or mentor * len(cohort) + co_mentor in facts_of(cohort).avoided:
        text = f"{match.mentor} and {match.co_mentor} avoid each other"
        text = f"{match.mentor} leads one match twice" if mentor == co_mentor else text
        yield Violation("co-mentor", text, match.mentors)
    topic = cohort.topic_tree.index[match.topic]
    own = np.flatnonzero((offers.owner == co_mentor) & (offers.topic == topic))
    if not len(own) or capacities(cohort, program).mentor[co_mentor] <= 0:
        text = f"{match.co_mentor} cannot be co-mentor: no seat on {match.topic!r}"
        yield Violation("co-mentor", text, (match.co_mentor,))
        return
    able = np.any([_able(cohort, program, requests, offer) for offer in own.tolist()], axis=0)
    for row in requests[~able].tolist():
        mentee = cohort.people.ids[cohort.requests.owner[row]]
        text = f"{match.co_mentor} is co-mentor of {mentee}, whom they could not mentor alone"
        yield Violation("co-mentor", text, (match.co_mentor, mentee))


def _able(cohort: Cohort, program: Program, requests: Ints, offer: int) -> Bools:
    """Which requests an offer could fill, by facts and rules."""
    pairs = Pairs(facts_of(cohort), requests, np.full(len(requests), offer))
    able = pairs.possible()
    for rule in program.rules:
        allowed = rule.allows(pairs)
        able = able if allowed is None else able & allowed
    return able


def _often(cohort: Cohort, limits: Ints, matching: Matching) -> Iterator[Violation]:
    """People who lead more matches than they may, counting those that they lead beside another."""
    ahead = Counter(match.mentor for match in matching)
    co_mentor = Counter(match.co_mentor for match in matching if match.co_mentor)
    for name, n in co_mentor.items():
        limit = int(limits[cohort.people.index[name]])
        if limit == NONE and n > 1:
            yield Violation("co-mentor", f"{name} is co-mentor of {n} matches, and states no number of groups", (name,))
        if limit != NONE and n + ahead[name] > limit:
            yield Violation("groups", f"{name} leads {n + ahead[name]} matches, at most {limit}", (name,))
