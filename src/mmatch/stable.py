"""Stability of any matching: who would leave it together, all stable matchings, and lists worked out from scores."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from itertools import islice
from typing import Any

import numpy as np

from mmatch.aims._base import PairAim
from mmatch.arrays import NONE, Ints
from mmatch.candidates.blocking import KINDS
from mmatch.candidates.edges import candidates
from mmatch.cohort import Cohort
from mmatch.errors import InputError, LimitError, Problem, UnsupportedError, excerpt
from mmatch.exact import count_fault
from mmatch.instance import Answer
from mmatch.instance.compiled import Compiled
from mmatch.instance.decoding import decode
from mmatch.matching import BlockingPair, Matching, Status
from mmatch.mechanisms.market import market_of, obstacle
from mmatch.mechanisms.rotations import stable_seats
from mmatch.program import Program, check_question
from mmatch.proof.blocking_edges import blocking_edges

__all__ = [
    "BlockingPair",
    "blocking_pairs",
    "rank_by",
    "stable_matchings",
]


def blocking_pairs(cohort: Cohort, program: Program, matching: Matching, kind: str = "weak") -> list[BlockingPair]:
    """Mentors and mentees who would rather be with each other than keep what the matching gives them.

    A pair blocks where facts and pair rules allow it, the two are not together on that offer already, and

    - the mentee has an empty seat, or prefers the offer to the seat that it would give up: the one with the same
      mentor, else the worst one of the request;
    - offer and mentor both have room; or the offer has room, the mentor has none, and the mentee is with the mentor
      already or preferred to the mentor's least wanted mentee; or the offer has no room, and the mentee is preferred
      to the least wanted one on it.

    Ties: "weak" asks that both gain (moving to another offer of the same mentor, the mentor need not); "strong" that
    one gains and the other does not lose; "super" that neither loses; "envy" that the mentee gains and the mentor has
    in their place somebody whom they like less (empty seats do not count). Who states no ranks is indifferent among all
    acceptable people. Each request stands for itself (pairwise stability); nobody is thought to give up two seats for
    one. Least loads and rules about whole matchings (`Lock`, `Everyone`, `NoRepeat(within=True)`) are not looked at.
    Where groups have a least size, only open groups count: nobody opens one alone.

    Sources: Abraham, Irving, Manlove 2007, "Two algorithms for the student-project allocation problem"; Olaosebikan,
    Manlove 2020, "An algorithm for strong stability in the student-project allocation problem with ties", and 2022,
    "Super-stability in the student-project allocation problem with ties".

    Args:
        cohort: the facts.
        program: the policy; its pair rules and group sizes count.
        matching: any matching; it is not judged.
        kind: "weak", "strong", "super" or "envy".

    Returns:
        Each pair once, by mentor, mentee, topic; the topic is the offer's.

    Raises:
        InputError: another kind, no matching, a matching with people or offers that the cohort does not have.

    Example:
        >>> ranks = {"eva": ["ann", "bob"], "finn": ["ann", "bob"]}
        >>> cohort = mm.Cohort.from_rankings(ranks, {"ann": ["eva", "finn"], "bob": ["eva", "finn"]})
        >>> matching = mm.matching_from_pairs(cohort, [("bob", "eva"), ("ann", "finn")])
        >>> mm.blocking_pairs(cohort, mm.Program(), matching)
        [BlockingPair(mentor='ann', mentee='eva', topic='')]
    """
    check_question(cohort, program)
    check_matching(matching)
    _check_option("kind", kind, KINDS)
    program.resolve(cohort).check(cohort)
    edges = candidates(cohort, program.rules)
    found = np.flatnonzero(blocking_edges(edges, program, matching, kind))
    ids, names = cohort.people.ids, cohort.topic_tree.names
    columns = (edges.pairs.mentor[found], edges.pairs.mentee[found], edges.pairs.offer.topic[found])
    rows = {(ids[m], ids[e], names[t]) for m, e, t in zip(*(column.tolist() for column in columns), strict=True)}
    return [BlockingPair(*row) for row in sorted(rows)]


def _check_option(name: str, value: object, known: Collection[str]) -> None:
    if value not in known:
        raise InputError(Problem("argument", name, f"found {excerpt(value)}, expected one of {', '.join(known)}"))


def check_matching(matching: object) -> None:
    """Raise an InputError where this is no matching."""
    if not isinstance(matching, Matching):
        text = f"found {type(matching).__name__} {excerpt(matching)}, expected a Matching, such as result.matching"
        raise InputError(Problem("type", "matching", text))


def stable_matchings(cohort: Cohort, program: Program | None = None, *, most: int = 1000) -> list[Matching]:
    """Every stable matching of strict lists, the mentees' best first, so that people can choose among them.

    All of them match the same mentees and fill as many seats of each mentor; they differ in who is with whom. To
    optimise an aim over them without listing them: `solve` with these aims and ``solver="stable"``.

    Sources: Irving, Leather, The complexity of counting stable marriages (1986); Cheng, McDermid, Suzuki (2008);
    where offers share a mentor's seats Ayegba, Olaosebikan, The meta-rotation poset for student-project allocation
    (2025).

    Args:
        cohort: the facts.
        program: the policy; its pair rules count.
        most: how many to list.

    Raises:
        InputError: lists with ties: break them first, or ask for `blocking_pairs` of a candidate.
        LimitError: there are more.
        UnsupportedError: requests for several mentors, least loads, groups.

    Example:
        >>> mentees = {"eva": ["ann", "bob"], "finn": ["bob", "ann"]}
        >>> cohort = mm.Cohort.from_rankings(mentees, {"ann": ["finn", "eva"], "bob": ["eva", "finn"]})
        >>> for matching in mm.stable.stable_matchings(cohort):
        ...     print(matching.pairs())
        [('ann', 'eva', ''), ('bob', 'finn', '')]
        [('ann', 'finn', ''), ('bob', 'eva', '')]
    """
    program = Program() if program is None else program
    check_question(cohort, program)
    fault = count_fault(most, "most", least=1, optional=False)
    if fault:
        raise InputError(Problem("count", "most", fault))
    resolved = program.resolve(cohort, "stable")
    instance, edges = Compiled(cohort, resolved).compiled
    told = obstacle(instance)
    if told:
        raise UnsupportedError(f"stable_matchings cannot keep {told}")
    market = market_of(instance)
    if market.tied:
        text = "somebody is indifferent between two people, and rotations need strict lists"
        raise InputError(Problem("ties", "cohort", text, "state strict lists"))
    found = list(islice(stable_seats(market), most + 1))
    if len(found) > most:
        raise LimitError(Problem("too-large", "most", f"there are more than {most:,} stable matchings"))
    matchings = []
    for seats in found:
        chosen = np.zeros(len(instance.request), dtype=bool)
        chosen[market.edge[[pair for pair in seats if pair != NONE]]] = True
        matchings.append(decode(edges, resolved, instance, Answer(Status.OPTIMAL, chosen)))
    return matchings


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
    _check_option("side", side, SIDES)
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
        wanted = cohort.requests.owner
        lists = _lists(pairs.mentee, pairs.offer.row, worth, names)
        people["ranks"] = _filled(cohort.people.ranks, lists, wanted, len(cohort))
    if "mentor" in SIDES[side]:
        lists = _lists(pairs.mentor, pairs.mentee, worth, list(ids))
        people["mentee_ranks"] = _filled(cohort.people.mentee_ranks, lists, offers.owner, len(cohort))
    made = Cohort.__new__(Cohort)
    made._set(  # noqa: SLF001 - the same columns, but for lists of people who exist
        replace(cohort.people, **people),
        cohort.offers,
        cohort.requests,
        cohort.topic_tree,
        cohort.meetings,
        cohort.score_table,
    )
    return made


def _lists(who: Ints, named: Ints, worth: Ints, names: list[str]) -> dict[int, tuple[Any, ...]]:
    """Everybody's names by falling worth, equal ones tied; a name that comes again counts where it is best."""
    found: dict[int, list[list[str]]] = {}
    seen, last = set(), None
    order = np.lexsort((named, -worth, who))
    for person, other, value in zip(who[order].tolist(), named[order].tolist(), worth[order].tolist(), strict=True):
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
