"""Rank lists worked out from what a cohort knows already: scores, topics, urgency."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from mmatch.aims._base import PairAim
from mmatch.errors import InputError, Problem, excerpt
from mmatch.pairs.edges import candidates
from mmatch.people import Cohort
from mmatch.program import Program, check_question

if TYPE_CHECKING:
    from mmatch.arrays import Ints

SIDES = {"both": ("mentee", "mentor"), "mentee": ("mentee",), "mentor": ("mentor",)}


def rank_by(cohort: Cohort, aim: PairAim, *, side: str = "both") -> Cohort:
    """The same cohort with lists for those who stated none: partners in the order of what an aim gives each pair.

    Greater is better, equal is a tie, and everybody who may be matched is listed, so the lists allow what was allowed.
    They stand in `Participant.ranks` and `mentee_ranks`, to be looked at. Fit() takes the given scores; Priority() lets
    mentors who rank nobody take more urgent requests first; TopicFit(), Shares(…), Score(…) likewise. Where one aim
    ranks both sides all agree on what a good pair is. Several requests of one mentee count by the best one.

    Args:
        cohort: the facts.
        aim: what pairs are worth.
        side: "mentee", "mentor" or "both".

    Raises:
        InputError: another side, or an aim that is none of pairs or cannot be meant for the cohort.
    """
    if side not in SIDES:
        text = f"found {excerpt(side)}, expected one of {', '.join(SIDES)}"
        raise InputError(Problem("argument", "side", text))
    check_question(cohort, Program())
    given: object = aim
    if not isinstance(given, PairAim):
        text = f"found {excerpt(given)}, expected an aim of pairs such as aims.Fit()"
        raise InputError(Problem("argument", "aim", text))
    aim.check(cohort)
    pairs = candidates(cohort, ()).pairs
    worth = np.broadcast_to(aim.scores(pairs)[0], pairs.shape)
    ids, offers = cohort.people.ids, cohort.offers
    several = np.bincount(offers.owner, minlength=len(cohort)) > 1
    people: dict[str, Any] = {}
    if "mentee" in SIDES[side]:
        names = [offers.ids[k] if several[w] else ids[w] for k, w in enumerate(offers.owner.tolist())]
        asking = cohort.requests.owner
        lists = _lists(pairs.mentee, pairs.offer.row, worth, names)
        people["ranks"] = _filled(cohort.people.ranks, lists, asking, len(cohort))
    if "mentor" in SIDES[side]:
        lists = _lists(pairs.mentor, pairs.mentee, worth, list(ids))
        people["mentee_ranks"] = _filled(cohort.people.mentee_ranks, lists, offers.owner, len(cohort))
    return _with(cohort, people)


def _lists(who: Ints, whom: Ints, worth: Ints, names: list[str]) -> dict[int, tuple[Any, ...]]:
    """Everybody's names by falling worth, equal ones tied; a name that comes again counts where it is best."""
    found: dict[int, list[list[str]]] = {}
    seen, last = set(), None
    order = np.lexsort((whom, -worth, who))
    for person, other, value in zip(who[order].tolist(), whom[order].tolist(), worth[order].tolist(), strict=True):
        if (person, other) in seen:
            continue
        seen.add((person, other))
        levels = found.setdefault(person, [])
        if last != (person, value):
            levels.append([])
        last = person, value
        levels[-1].append(names[other])
    return {k: tuple(tuple(tie) if len(tie) > 1 else tie[0] for tie in levels) for k, levels in found.items()}


def _filled(stated: Any, lists: dict[int, tuple[Any, ...]], role: Ints, n: int) -> tuple[Any, ...]:
    """The lists of those in a role who stated none, beside those that were stated."""
    inside = set(role.tolist())
    kept = [None] * n if stated is None else stated
    return tuple(lists.get(row, ()) if before is None and row in inside else before for row, before in enumerate(kept))


def _with(cohort: Cohort, changes: dict[str, Any]) -> Cohort:
    made = Cohort.__new__(Cohort)
    made._set(  # noqa: SLF001 - the same columns, but for lists of people who exist
        replace(cohort.people, **changes),
        cohort.offers,
        cohort.requests,
        cohort.topic_tree,
        cohort.meetings,
        cohort.score_table,
    )
    return made
