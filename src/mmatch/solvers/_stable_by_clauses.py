"""A stable matching where no mechanism finds one for sure, or why there is none: by clauses, learned one by one."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import inf
from typing import TYPE_CHECKING

from mmatch.blocking import blocks, stated_room
from mmatch.errors import UnsupportedError
from mmatch.instance import Answer
from mmatch.instance.market import meets_twice
from mmatch.instance.unblocked import Constraint, asked_market, better_for_some, beyond_seats, may_be_refuted, unblocked
from mmatch.matching import Stability, Status
from mmatch.mechanisms.first_wishes import placed_first
from mmatch.mechanisms.largest import largest
from mmatch.mechanisms.learning import Learned, learn
from mmatch.mechanisms.strong_stable import strong_stable
from mmatch.mechanisms.super_stable import super_stable
from mmatch.people.columns import NONE
from mmatch.solvers._mechanical import chosen_by, edges_of, rows_of
from mmatch.terms import NoBlocking

if TYPE_CHECKING:
    from mmatch.instance import Instance, Watch
    from mmatch.instance.market import Market
    from mmatch.instance.unblocked import Constraints
    from mmatch.mechanisms.strong_stable import Narrowed
    from mmatch.people.columns import Bools

MOST_CLAUSES = 5_000  # that are learned for more than the bare answer: for evidence, or for a better one


def any_stable(instance: Instance, market: Market, notion: str, left: Narrowed | None, watch: Watch) -> Answer:
    """A matching that is stable under a notion, or that there is none; the mentees' best where that is seen.

    Args:
        instance: what is asked.
        market: its `asked_market`.
        notion: "strong" or "super".
        left: what is left of everybody's lists, where that is known.
        watch: when to stop.

    Raises:
        UnsupportedError: more people than constraints can be written for.
    """
    quick = None if left is None or beyond_seats(instance) else placed_first(market, left.heads)
    if quick is not None and not _blocked(instance, chosen_by(instance, market, quick)):
        return _best(instance, market, left, quick)
    constraints = unblocked(instance, market, notion)
    if constraints is None:
        raise _too_many(instance, notion, left)
    best = None if left is None else _all_first(constraints, market, left, watch)
    if best is not None:
        return _best(instance, market, left, best)
    found = _learn(constraints, left, watch)
    if found.true is not None:
        return _improved(instance, market, notion, constraints, (left, _seats(market, found.true)), watch)
    if found.clauses is None:
        return Answer(Status.UNKNOWN, stopped=watch.reason())
    return Answer(Status.INFEASIBLE, stability=_refuted(market, notion, left, found.clauses))


def _blocked(instance: Instance, chosen: Bools) -> bool:
    """Whether any pair blocks a choice of edges under strong stability."""
    pairs = instance.labels.pairs
    seats = pairs.only(chosen)
    return bool(blocks(pairs, seats, stated_room(seats), "strong").any())


def _too_many(instance: Instance, notion: str, left: Narrowed | None) -> UnsupportedError:
    """What cannot be decided about so many people, in words."""
    told = "one offer meets two requests of one mentee"
    if left is not None:
        told = "a mentee ties two offers of one mentor"
    elif beyond_seats(instance):
        told = "mentors have least loads"
    hint = f'use rules.Stable("{notion}") with cpsat or milp'
    return UnsupportedError(f"stable cannot decide about so many people where {told}: {hint}")


def _best(instance: Instance, market: Market, left: Narrowed | None, current: list[int]) -> Answer:
    """The answer in which everybody has a first wish that is left."""
    crowds = () if left is None else rows_of(market, left.crowds)
    chosen = chosen_by(instance, market, current)
    return Answer(Status.OPTIMAL, chosen, len(instance.tiers), stability=Stability("mentee", "strong", crowds=crowds))


def _improved(
    instance: Instance,
    market: Market,
    notion: str,
    constraints: Constraints,
    start: tuple[Narrowed | None, list[int]],
    watch: Watch,
) -> Answer:
    """From a stable matching on to others that are better for some and worse for nobody; the best of all if it is one.

    It is where the constraints refute that anybody could have more than there.
    """
    left, current = start
    while True:
        better = better_for_some(constraints, market, current)
        kept = replace(better, rows=[*better.rows, *_no_worse(market, current)])
        found = _learn(kept, left, watch, MOST_CLAUSES)
        if found.true is None:
            break
        current = _seats(market, found.true)
    chosen, clauses = chosen_by(instance, market, current), _learn(better, left, watch, MOST_CLAUSES).clauses
    if clauses is None:
        limit, claim = Fraction(largest(market)), Stability("", notion)
        return Answer(Status.FEASIBLE, chosen, stopped=watch.reason(), limit=limit, stability=claim)
    claim = replace(_refuted(market, notion, left, clauses), side="mentee")
    return Answer(Status.OPTIMAL, chosen, len(instance.tiers), stability=claim)


def _no_worse(market: Market, current: list[int]) -> list[Constraint]:
    """That everybody who has an offer has one that they like as much."""
    wishes, start = market.by_mentee
    rows = []
    for who, pair in enumerate(current):
        if pair != NONE:
            own = wishes[start[who] : start[who + 1]]
            good = (own[market.mentee_rank[own] <= market.mentee_rank[pair]] + 1).tolist()
            rows.append(Constraint(good, [1] * len(good), 1))
    return rows


def why_none(instance: Instance, watch: Watch) -> Stability | None:
    """Evidence that no matching keeps a rule of stability, and the others; None where it is not found soon."""
    notions = [item.notion for item in instance.unmet if isinstance(item, NoBlocking)]
    claims = (_none(instance, notion, watch) for notion in notions if may_be_refuted(instance))
    return next((claim for claim in claims if claim is not None), None)


def _none(instance: Instance, notion: str, watch: Watch) -> Stability | None:
    market, left = asked_market(instance, notion), None
    if not meets_twice(instance, market):
        if notion == "super":
            current, steps = super_stable(market)
            if current is None:
                return Stability("mentee", "super", None, edges_of(market, steps))
        left = strong_stable(market) if notion == "strong" else None
        if left is not None and not left.possible:
            return Stability("mentee", "strong", crowds=rows_of(market, left.crowds))
    constraints = unblocked(instance, market, notion)
    found = Learned() if constraints is None else _learn(constraints, left, watch, MOST_CLAUSES)
    return None if found.clauses is None else _refuted(market, notion, left, found.clauses)


def _refuted(market: Market, notion: str, left: Narrowed | None, clauses: list[list[int]]) -> Stability:
    crowds = () if left is None else rows_of(market, left.crowds)
    return Stability("", notion, crowds=crowds, clauses=tuple(map(tuple, clauses)))


def _learn(constraints: Constraints, left: Narrowed | None, watch: Watch, most: float = inf) -> Learned:
    struck = [] if left is None else left.struck
    likely = [] if left is None else [pair + 1 for pairs in left.heads for pair in pairs]
    return learn(constraints, [-pair - 1 for pair in struck], likely, watch.reason, most)


def _all_first(constraints: Constraints, market: Market, left: Narrowed, watch: Watch) -> list[int] | None:
    """The pairs of a strongly stable matching in which everybody has a first wish that is left, if one is found."""
    wishes = [[pair + 1 for pair in pairs] for pairs in left.heads if pairs]
    firsts = [Constraint(pairs, [1] * len(pairs), 1) for pairs in wishes]
    others = set(range(1, len(market) + 1)).difference(*wishes)
    asked = replace(constraints, rows=[*constraints.rows, *firsts])
    true = learn(asked, [-pair for pair in sorted(others)], set().union(*wishes), watch.reason, MOST_CLAUSES).true
    return None if true is None else _seats(market, true)


def _seats(market: Market, true: frozenset[int]) -> list[int]:
    """The pair of each mentee, or `NONE`, where some variables are true."""
    current = [NONE] * market.n_mentees
    for pair in (x - 1 for x in true if x <= len(market)):
        current[int(market.mentee[pair])] = pair
    return current
