"""`explain`: why one person, or one pair, got what they got; and why two who do not meet do not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from mmatch.arrays import NONE
from mmatch.candidates import Pairs, facts_of
from mmatch.candidates.edges import candidates
from mmatch.errors import InputError, Problem, excerpt
from mmatch.explanations import Explanation, Reasons, reasons
from mmatch.explanations.before_matching import removers
from mmatch.explanations.kept import kept
from mmatch.explanations.matching_reasons import match_reasons
from mmatch.explanations.words import aims_in_words, listed, number
from mmatch.instance.capacities import capacities
from mmatch.matching import Matching, Reason, Status
from mmatch.repairs.changes import Place
from mmatch.repairs.recommending import possible_pairs
from mmatch.repairs.repairing import price
from mmatch.repairs.seat_worth import flow_gains

if TYPE_CHECKING:
    from mmatch.cohort import Cohort
    from mmatch.repairs.repairing import Repair
    from mmatch.result import Result

MOST_MOVES = 5
MOST_ALTERNATIVES = 3


def explain(cohort: Cohort, result: Result, who: str | tuple[str, ...]) -> Explanation:
    """Say why one person, pair, request or group got what they got; or why two do not meet.

    Of a person: why each match, or why none; for a mentee also who else could have been the mentor (kind
    "alternative"), for a mentor what one more place would be worth (kind "place", where the program is a flow). Of a
    pair that does not meet: which
    fact or rule keeps them apart; else what it would cost if they met, solved again, and who would move; or that an
    answer with this pair is as good. Nothing private of others is told but who would move.

    Args:
        cohort: the facts.
        result: the answer.
        who: an id; (mentor, mentee), or the other way round where only that makes sense; (mentee, topic) for one
            request; (mentor, mentee, mentee, …) for a group.

    Raises:
        InputError: an unknown id, a result of another cohort.
    """
    names: Any = (who,) if isinstance(who, str) else who
    if not isinstance(names, tuple) or not names or not all(isinstance(name, str) for name in names):
        expected = "an id, (mentor, mentee), (mentee, topic) or (mentor, mentee, …)"
        raise InputError(Problem("argument", "who", f"found {excerpt(who)}, expected {expected}"))
    every = reasons(cohort, result)
    if len(names) == 2 and names[1] not in cohort.people.index and names[1] in cohort.topic_tree.index:
        mentee, topic = cohort[names[0]].id, names[1]
        of_request = [r for r in every if mentee in r.who and r.topic == topic]
        return Explanation((mentee, topic), Reasons(of_request))
    people = [cohort[name] for name in names]
    if len(people) == 2 and not (people[0].offers and people[1].requests) and people[1].offers and people[0].requests:
        people.reverse()
    ids = tuple(person.id for person in people)
    if len(ids) > 2:
        return Explanation(ids, Reasons(r for r in every if {*r.who} <= {*ids} or {*ids} <= {*r.who}))
    found = [reason for reason in every if set(ids) <= set(reason.who)]
    if result.found is not None:
        apart = len(ids) == 2 and not any(reason.kind == "score" for reason in found)
        found += _why_not(cohort, result, *ids) if apart else ()
        found += _beside(cohort, result, ids[0]) if len(ids) == 1 else ()
    return Explanation(ids, Reasons(found))


def _beside(cohort: Cohort, result: Result, who: str) -> Iterator[Reason]:
    """Who else could mentor somebody who has a mentor, and what one more place with a mentor is worth."""
    edges = kept(cohort, result, "edges", lambda: candidates(cohort, result.program.rules))
    called, matching = cohort.people.called, result.matching
    if who in matching.seats.mentee:
        load, most = Counter(matching.seats.mentor), capacities(cohort, result.program).mentor
        others = possible_pairs(cohort, result, edges, edges.pairs.mentee == cohort.people.index[who])
        for reason in match_reasons(cohort, result.program, Matching(others[:MOST_ALTERNATIVES])):
            mentor = reason.who[0]
            full = load[mentor] >= most[cohort.people.index[mentor]]
            text = f"instead: {reason.message}{f' ({called[mentor]} is full)' if full else ''}"
            yield replace(reason, kind="alternative", message=text)
    mentors = [person.id for person in cohort if person.offers] if cohort[who].offers else []
    values = kept(cohort, result, "places", lambda: flow_gains(cohort, result, mentors)) if mentors else None
    if values is not None:  # else each place would have to be solved for
        words = [
            f"{aims_in_words(tier)} {'rises' if gain > 0 else 'falls'} by {number(abs(gain))}"
            for tier, gain in zip(result.program.tiers, values[who], strict=True)
            if not isinstance(gain, tuple) and gain
        ]
        text = f"with one more place for {called[who]}, {', '.join(words) or 'nothing changes'}"
        yield Reason("place", (who,), "", text)


def _why_not(cohort: Cohort, result: Result, mentor: str, mentee: str) -> Iterator[Reason]:
    """Why two who do not meet do not: kinds "no_offer", "rules" and "price"."""
    people, called = cohort.people, cohort.people.called
    offers = np.flatnonzero(cohort.offers.owner == people.index[mentor])
    requests = np.flatnonzero(cohort.requests.owner == people.index[mentee])
    pairs = Pairs(facts_of(cohort), np.repeat(requests, len(offers)), np.tile(offers, len(requests)))
    who, both = (mentor, mentee), f"{called[mentor]} with {called[mentee]}"
    meets = pairs.distance != NONE
    if not meets.any():
        topics = sorted({topic for request in cohort[mentee].requests for topic in request.topics if topic})
        lack = f"does not offer {listed(topics, 'topics')}" if len(offers) else "offers nothing"
        lack = lack if len(requests) else f"is not asked: {called[mentee]} asks for nothing"
        yield Reason("no_offer", who, "", f"{both}: {called[mentor]} {lack}")
        return
    shown = Pairs(pairs.facts, pairs.request.row[meets], pairs.offer.row[meets])
    masks = [(name, np.broadcast_to(gone(shown), shown.shape)) for name, gone in removers(cohort, result.program)]
    if np.any([gone for _, gone in masks], axis=0).all() and masks:
        causes = [name for name, gone in masks if gone.any()]
        yield Reason("rules", who, "", f"{both}: ruled out by {' and by '.join(causes)}", {"causes": tuple(causes)})
        return
    made = price(cohort, result, [Place(mentor, mentee)])
    text, facts = _told(made, result, mentee), {"cost": tuple(cost.better for cost in made.costs)}
    yield Reason("price", who, "", f"{both}: {text}", facts)


def _told(made: Repair, result: Result, mentee: str) -> str:
    """What it would cost if two met, and who would move."""
    if made.result.found is None:
        known = made.result.status == Status.INFEASIBLE
        return (
            "no matching that keeps all rules has this pair" if known else ("whether they could meet was not found out")
        )
    moves = [f"{move.name}: {move.why}" for move in made.moves if move.person != mentee]
    movers = "; ".join(moves[:MOST_MOVES]) + (
        f"; and {len(moves) - MOST_MOVES} more" if len(moves) > MOST_MOVES else ""
    )
    changes = [cost.text for cost in made.costs if cost.before != cost.after]
    if not changes:
        best = "an equally good matching has this pair" if result.status == Status.OPTIMAL else "it would cost nothing"
        return f"{best}{': ' if movers else ''}{movers}"
    return f"it would change what the aims reach: {'; '.join(changes)}{'; ' if movers else ''}{movers}"
