"""The judge of stability: no other stable matching is better for what a claim says, or there is none at all.

That no pair blocks is looked up for each candidate (`blocked`). What no stable matching can have follows from the
claim: of strict lists in `strict` and, between the two sides' best, by rotations; with ties in `super_stability`,
`strong` and `mentors_best`; by votes in `popularity`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mmatch.instance import compile_instance
from mmatch.instance.compiling import lottery
from mmatch.instance.descent import Face, followed
from mmatch.instance.market import (
    counts_ranks,
    market_of,
    meets_twice,
    obstacle,
    short_of,
    stage_weights,
    sums_only,
)
from mmatch.instance.totals import tier_totals
from mmatch.instance.unblocked import asked_market, better_for_some, may_be_refuted, unblocked
from mmatch.matching import Stability, Violation
from mmatch.people.columns import NONE
from mmatch.people.numbers import exact_sum
from mmatch.proof.blocked import unstable
from mmatch.proof.choices import chosen_edges
from mmatch.proof.digests import digest
from mmatch.proof.mentors_best import Orders, after_asking
from mmatch.proof.popularity import is_popular, none_popular
from mmatch.proof.refutation import refuted
from mmatch.proof.strict import (
    best_of_side,
    mentees_could_gain,
    mentees_could_move,
    mentors_could_gain,
    places_of,
    seats_of,
    strict_blocks,
    struck_out,
    within_seats,
)
from mmatch.proof.strong import Left, after_crowds
from mmatch.proof.super_stability import Wishes, after_strikes
from mmatch.terms import NoBlocking

if TYPE_CHECKING:
    from mmatch.instance import Instance
    from mmatch.instance.descent import Descent
    from mmatch.instance.market import Market
    from mmatch.matching import Exact, Matching, Proof
    from mmatch.people import Cohort
    from mmatch.people.columns import Bools, Ints
    from mmatch.program import Program

MOST_TOLD = 3


def stable_tiers(
    cohort: Cohort, program: Program, matching: Matching, proof: Proof, totals: tuple[Exact, ...]
) -> tuple[int, list[Violation]]:
    """(leading tiers proved best over stable matchings: all or none; the pairs that block a matching claimed stable).

    Where the argument holds for lists with ties broken, no pair blocks the lists as they are.
    """
    claim = Stability() if proof.stability is None else proof.stability
    instance = compile_instance(cohort, program)
    chosen = chosen_edges(cohort, instance, matching)
    if claim.kind == "popular":
        return 0, _unpopular(instance, chosen)
    ours = proof.digest == digest(cohort, program) and claim.side
    if ours and claim.kind == "weak" and chosen is not None and _best(instance, chosen, claim, totals):
        return len(totals), []
    unrest = unstable(instance.labels, program, matching, claim.kind)
    if not unrest and ours and claim.kind in {"strong", "super"} and chosen is not None:
        return len(totals) * _best(instance, chosen, claim, totals), []
    if not unrest and proof.digest == digest(cohort, program) and claim.prices and chosen is not None:
        return _priced(instance, chosen, claim, totals), []
    return 0, unrest


def _unpopular(instance: Instance, chosen: Bools | None) -> list[Violation]:
    """What is wrong with a matching that is claimed to be popular."""
    if chosen is not None and not obstacle(instance):
        market = market_of(instance)
        current = seats_of(market, chosen)
        if current is not None and is_popular(market, current):
            return []
    return [Violation("unpopular", "another matching would win a vote of the mentees against this one")]


def _priced(instance: Instance, chosen: Bools, claim: Stability, totals: tuple[Exact, ...]) -> int:
    """Leading tiers in which no stable matching of strict lists is better, by rotations and the flow of each stage."""
    if claim.side or claim.kind != "weak" or obstacle(instance, loads=True):
        return 0
    market = market_of(instance)
    if market.tied or not sums_only(instance, plain=market.plain) or tuple(tier_totals(instance, chosen)) != totals:
        return 0
    way = _descent(market, seats_of(market, chosen), claim)
    if way is None:
        return 0
    best, descent = way
    face, closed = Face(descent), 0
    for sums, flow in zip(stage_weights(instance), claim.prices, strict=False):
        weights = sums[market.edge].tolist()
        gains = descent.gains(weights)
        rest = face.rest(gains, flow)
        start = sum(weights[pair] for pair in best if pair != NONE)
        if rest is None or start + face.most(rest) != exact_sum(sums[chosen]):
            break
        face.narrow(rest, flow)
        closed += 1
    return instance.tiers_within(closed)


def _descent(market: Market, current: Ints | None, claim: Stability) -> tuple[list[int], Descent] | None:
    """(the mentees' best, what follows) where rotations lead from there to the mentors' best; None where not.

    Who is on a rotation starts from the first pair that they leave, everybody else has one stable partner. No chain of
    rotations misses any.
    """
    circles = [places_of(market, circle) for circle in claim.rotations]
    if current is None or None in circles:
        return None
    best: list[int] = current.tolist()
    for circle in reversed(circles):
        for pair in circle or []:
            best[int(market.mentee[pair])] = pair
    if not _mentees_best(market, np.array(best, dtype=np.int64), claim):
        return None
    descent = followed(market, best, [circle or [] for circle in circles])
    if descent is None:
        return None
    last = np.array(descent.last, dtype=np.int64)
    gain = mentors_could_gain if market.plain else mentees_could_move
    return None if gain(market, last) else (best, descent)


def _mentees_best(market: Market, seats: Ints, claim: Stability) -> bool:
    """Whether some seats are the mentees' best stable matching of strict lists."""
    if not within_seats(market, seats) or strict_blocks(market, seats).any():
        return False
    if market.plain:
        return not mentees_could_gain(market, seats)
    steps = places_of(market, claim.steps)
    return steps is not None and struck_out(market, seats, steps)


def _best(instance: Instance, chosen: Bools, claim: Stability, totals: tuple[Exact, ...]) -> bool:
    """Whether a choice is the best stable one of the side that it is said to be, in the aims of that side."""
    agree = counts_ranks(instance, claim.side) and tuple(tier_totals(instance, chosen)) == totals
    if not agree or obstacle(instance, loads=True):
        return False
    market = market_of(instance)
    if claim.kind in {"strong", "super"}:
        return _best_of_kind(instance, chosen, claim)
    if claim.kind != "weak":
        return False
    if market.tied:
        if claim.seed is None:
            return False
        market = market.broken(lottery(instance.labels.cohort, claim.seed))
    current = seats_of(market, chosen)
    if current is None or strict_blocks(market, current).any():
        return False
    return best_of_side(market, current, claim)


def _best_of_kind(instance: Instance, chosen: Bools, claim: Stability) -> bool:
    """The same of a strongly or super-stable choice: by what is left of all lists, or by clauses."""
    market = asked_market(instance, claim.kind)
    left = None if meets_twice(instance, market) else (_best_of_rest if claim.side == "mentor" else _first_of_all)
    if left is not None and left(market, chosen, claim):
        return True
    return claim.side == "mentee" and _none_better(instance, market, chosen, claim)


def _first_of_all(market: Market, chosen: Bools, claim: Stability) -> bool:
    """Whether everybody has a first wish that the claim leaves them; that nothing blocks has been looked up."""
    current, left = seats_of(market, chosen), _first_wishes(market, claim)
    return current is not None and left is not None and _all_first(left, current.tolist())


def _first_wishes(market: Market, claim: Stability) -> list[list[int]] | None:
    """The first wishes left to each mentee after what the claim strikes out; None where that is wrong."""
    left = _after_steps(market, claim) if claim.kind == "super" else _after_crowds(market, claim)
    return None if left is None else left.first


def _left(market: Market, claim: Stability) -> Wishes | Left | Orders | None:
    """What a claim leaves of all lists; None where it is wrong."""
    if claim.side == "mentor":
        return _after_asking(market, claim)
    return _after_steps(market, claim) if claim.kind == "super" else _after_crowds(market, claim)


def _best_of_rest(market: Market, chosen: Bools, claim: Stability) -> bool:
    """Whether every mentor has the best of what the claim leaves; that nothing blocks has been looked up."""
    current, orders = seats_of(market, chosen), _after_asking(market, claim)
    return current is not None and orders is not None and orders.best(current.tolist())


def _after_steps(market: Market, claim: Stability) -> Wishes | None:
    steps = places_of(market, claim.steps)
    return None if steps is None else after_strikes(market, steps)


def _after_crowds(market: Market, claim: Stability) -> Left | None:
    crowds = [places_of(market, crowd) for crowd in claim.crowds]
    return None if None in crowds else after_crowds(market, [crowd or [] for crowd in crowds])


def _after_asking(market: Market, claim: Stability) -> Orders | None:
    crowds = [places_of(market, crowd) for crowd in claim.crowds]
    return None if None in crowds else after_asking(market, claim.kind, [crowd or [] for crowd in crowds])


def _all_first(left: list[list[int]], current: list[int]) -> bool:
    """Whether everybody with a wish left has a first one, and nobody else has anything."""
    return all(pair in pairs if pairs else pair == NONE for pair, pairs in zip(current, left, strict=True))


def none_exists(cohort: Cohort, program: Program, proof: Proof) -> bool:
    """Whether a claim shows that no matching is strongly or super-stable, popular, or stable with the least loads."""
    claim = proof.stability
    if claim is None or proof.digest != digest(cohort, program):
        return False
    instance = compile_instance(cohort, program)
    if claim.kind in {"strong", "super"} or (claim.kind != "popular" and not claim.side):
        return _none_stable(instance, claim)
    if obstacle(instance, loads=True):
        return False
    market = market_of(instance)
    if claim.kind == "popular":
        crowd, *granted = [places_of(market, steps) for steps in (claim.steps, *claim.crowds)]
        if crowd is None or len(granted) != 1 or granted[0] is None or obstacle(instance):
            return False
        return none_popular(market, *(np.array(pairs, dtype=np.int64) for pairs in (granted[0], crowd)))
    return _none_loaded(instance, market, claim)


def _none_stable(instance: Instance, claim: Stability) -> bool:
    """Whether nothing is left of a market, or nothing that keeps the rules, after what a claim says of it.

    The notion is that of a rule; or of `solvers.Stable(kind=...)`, which takes no rules but those about pairs.
    """
    asked = any(isinstance(item, NoBlocking) and item.notion == claim.kind for item in instance.unmet)
    by_solver = claim.kind in {"strong", "super"} and not obstacle(instance, loads=True)
    if not (asked or by_solver) or not may_be_refuted(instance):
        return False
    market, left = asked_market(instance, claim.kind), None
    if claim.kind in {"strong", "super"} and not meets_twice(instance, market):
        left = _left(market, claim)
        if left is None or left.too_many():
            return left is not None
    constraints = unblocked(instance, market, claim.kind)
    return constraints is not None and refuted(constraints, _not_had(left), claim.clauses)


def _not_had(left: Wishes | Left | Orders | None) -> list[int]:
    """Literals of the pairs that no strongly stable matching has, after what a claim says."""
    return [-pair - 1 for pair in left.struck()] if isinstance(left, Left) else []


def _none_better(instance: Instance, market: Market, chosen: Bools, claim: Stability) -> bool:
    """Whether clauses refute that a stable matching gives any mentee more than they have."""
    current, left = seats_of(market, chosen), None
    if not meets_twice(instance, market):
        left = _left(market, claim)
        if left is None:
            return False
    constraints = unblocked(instance, market, claim.kind)
    if current is None or constraints is None or not may_be_refuted(instance):
        return False
    return refuted(better_for_some(constraints, market, current.tolist()), _not_had(left), claim.clauses)


def _none_loaded(instance: Instance, market: Market, claim: Stability) -> bool:
    """Whether the steps are the seats of a stable matching of strict lists in which a mentor falls short.

    In every other one each mentor has as many mentees: the Rural Hospitals theorem, for offers with seats Abraham,
    Irving, Manlove 2007.
    """
    if claim.kind != "weak" or market.tied or places_of(market, claim.steps) is None:
        return False
    chosen = np.zeros(len(instance.request), dtype=bool)
    chosen[list(claim.steps)] = True
    current = seats_of(market, chosen)
    if current is None or not within_seats(market, current) or strict_blocks(market, current).any():
        return False
    return len(short_of(instance, chosen)) > 0
