"""`explain`: why one person, or one pair, got what they got; and why two who do not meet do not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from mmatch.arrays import NONE
from mmatch.candidates import Pairs, facts_of
from mmatch.errors import InputError, Problem, excerpt
from mmatch.explanations import Explanation, Reasons, reasons
from mmatch.explanations.before_matching import removers
from mmatch.explanations.words import listed
from mmatch.matching import Reason, Status
from mmatch.repairs.changes import Place
from mmatch.repairs.repairing import price

if TYPE_CHECKING:
    from mmatch.cohort import Cohort
    from mmatch.repairs.repairing import Repair
    from mmatch.result import Result

MOST_MOVES = 5


def explain(cohort: Cohort, result: Result, who: str | tuple[str, str]) -> Explanation:
    """Say why one person, or one pair of a mentor and a mentee, got what they got; or why two do not meet.

    Of a pair that does not meet: which fact or rule keeps them apart; else what it would cost if they met, solved
    again, and who would move; or that an answer with this pair is as good. Nothing private of others is told but who
    would move.

    Args:
        cohort: the facts.
        result: the answer.
        who: an id, or (mentor, mentee); the other way round where only that makes sense.

    Raises:
        InputError: an unknown id, a result of another cohort.
    """
    names: Any = (who,) if isinstance(who, str) else who
    if not isinstance(names, tuple) or len(names) not in {1, 2} or not all(isinstance(name, str) for name in names):
        raise InputError(Problem("argument", "who", f"found {excerpt(who)}, expected an id or (mentor, mentee)"))
    people = [cohort[name] for name in names]
    if len(people) > 1 and not (people[0].offers and people[1].requests) and people[1].offers and people[0].requests:
        people.reverse()
    ids = tuple(person.id for person in people)
    found = [reason for reason in reasons(cohort, result) if set(ids) <= set(reason.who)]
    apart = len(ids) > 1 and result.found is not None and not any(reason.kind == "score" for reason in found)
    return Explanation(ids, Reasons([*found, *_why_not(cohort, result, *ids)] if apart else found))


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
