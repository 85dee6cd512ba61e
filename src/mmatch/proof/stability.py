"""The judge of stability: no other stable matching is better for what a claim says, or there is none at all.

That no pair blocks is looked up for each candidate (`blocked`). What no stable matching can have follows from the
claim: of strict lists in `strict` and, between the two sides' best, by rotations; with ties in `super_stability`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mmatch.arrays import NONE
from mmatch.candidates.blocking import blocks, stated_room
from mmatch.candidates.edges import candidates
from mmatch.candidates.lottery import lottery
from mmatch.exact import exact_sum
from mmatch.instance.decoding import chosen_edges
from mmatch.matching import Stability, Violation
from mmatch.mechanisms.market import counts_ranks, market_of, meets_twice, obstacle, short_of, stage_weights, sums_only
from mmatch.mechanisms.rotation_order import RotationFace, followed
from mmatch.proof.blocking_edges import unstable
from mmatch.proof.strict_lists import (
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
from mmatch.proof.super_stability import OpenWishes, after_strikes
from mmatch.rules.stable import Stable

if TYPE_CHECKING:
    from mmatch.arrays import Bools, Ints
    from mmatch.cohort import Cohort
    from mmatch.exact import Exact
    from mmatch.instance import Instance
    from mmatch.instance.compiled import Compiled
    from mmatch.matching import Matching, Proof
    from mmatch.mechanisms.market import Market
    from mmatch.mechanisms.rotation_order import Descent
    from mmatch.program import Program

MOST_NAMED = 3


def stable_tiers(
    question: Compiled, matching: Matching, proof: Proof, totals: tuple[Exact, ...]
) -> tuple[int, list[Violation]]:
    """(leading tiers proved best over the stable matchings that the program asks for, pairs that block).

    The program says which notion is meant and which lottery breaks ties; a proof of anything else proves nothing. Where
    the argument holds for lists with ties broken, no pair blocks the lists as they are.
    """
    cohort, program = question.cohort, question.program
    rules = [rule for rule in program.rules if isinstance(rule, Stable)]
    claim = proof.stability
    if not rules or claim is None or proof.digest != question.digest:
        return 0, unrest(cohort, program, matching)
    instance = question.instance
    chosen = chosen_edges(question.edges, matching)
    if chosen is None or not _is_meant(instance, claim):
        return 0, unrest(cohort, program, matching)
    if len(rules) == 1 and claim.side and claim.notion == "weak" and _best(question, chosen, claim, totals):
        return len(totals), []
    blocking = unstable(question.edges, program, matching)
    if blocking:
        return 0, blocking
    if claim.side:
        return len(totals) * _best(question, chosen, claim, totals), []
    return (_priced(instance, chosen, claim, totals) if claim.prices else 0), []


def unrest(cohort: Cohort, program: Program, matching: Matching) -> list[Violation]:
    """The pairs that block, where a rule forbids any."""
    if not any(isinstance(rule, Stable) for rule in program.rules):
        return []
    return unstable(candidates(cohort, program.rules), program, matching)


def _is_meant(instance: Instance, claim: Stability) -> bool:
    """Whether the program asks for the notion of a claim, with the lottery that it names, if it names one."""
    for item in instance.stability:
        if item.notion == claim.notion:
            seed = None if item.lottery is None else item.lottery.seed
            if claim.seed in {None, seed}:
                return True
    return False


def _priced(instance: Instance, chosen: Bools, claim: Stability, totals: tuple[Exact, ...]) -> int:
    """Leading tiers in which no stable matching of strict lists is better, by rotations and the flow of each stage."""
    if claim.side or claim.notion != "weak" or obstacle(instance, loads=True):
        return 0
    market = market_of(instance)
    if market.tied or not sums_only(instance, plain=market.plain) or tuple(instance.totals(chosen)) != totals:
        return 0
    way = _descent(market, seats_of(market, chosen), claim)
    if way is None:
        return 0
    best, descent = way
    face, closed = RotationFace(descent), 0
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


def _best(question: Compiled, chosen: Bools, claim: Stability, totals: tuple[Exact, ...]) -> bool:
    """Whether a choice is the best stable one of the side that it is said to be, in the aims of that side."""
    instance = question.instance
    agree = counts_ranks(instance, claim.side) and tuple(instance.totals(chosen)) == totals
    if not agree or obstacle(instance, loads=True):
        return False
    market = market_of(instance)
    if claim.notion == "super":
        return claim.side == "mentee" and not meets_twice(instance, market) and _first_of_all(market, chosen, claim)
    if claim.notion != "weak":
        return False
    if market.tied:
        if claim.seed is None:
            return False
        market = market.broken(lottery(question.cohort, claim.seed))
    current = seats_of(market, chosen)
    if current is None or strict_blocks(market, current).any():
        return False
    return best_of_side(market, current, claim)


def _first_of_all(market: Market, chosen: Bools, claim: Stability) -> bool:
    """Whether everybody has a first wish that the steps leave them; that nothing blocks has been looked up."""
    current, left = seats_of(market, chosen), _after_steps(market, claim)
    if current is None or left is None:
        return False
    pairs = zip(current.tolist(), left.first, strict=True)
    return all(pair in first if first else pair == NONE for pair, first in pairs)


def _after_steps(market: Market, claim: Stability) -> OpenWishes | None:
    """What the steps of a claim leave of all lists; None where one of them does not follow."""
    steps = places_of(market, claim.steps)
    return None if steps is None else after_strikes(market, steps)


def none_exists(question: Compiled, claim: Stability) -> bool:
    """Whether a claim shows that no matching is super-stable, or stable with the least loads."""
    instance = question.instance
    if obstacle(instance, loads=True) or not _is_meant(instance, claim):
        return False
    market = market_of(instance)
    if claim.notion == "super" and meets_twice(instance, market):
        return False
    if claim.notion == "super" and claim.side:
        left = _after_steps(market, claim)
        return left is not None and left.too_many()
    return _none_loaded(question, market, claim)


def _none_loaded(question: Compiled, market: Market, claim: Stability) -> bool:
    """Whether the steps are the seats of a stable matching in which a mentor falls short of their least load.

    In every other one each mentor has as many mentees: the Rural Hospitals theorem for strict lists, for offers with
    seats Abraham, Irving, Manlove 2007. So too for super-stable matchings, which are stable however ties are broken.
    """
    if claim.notion not in {"weak", "super"} or places_of(market, claim.steps) is None:
        return False
    instance = question.instance
    chosen = np.zeros(len(instance.request), dtype=bool)
    chosen[list(claim.steps)] = True
    current = seats_of(market, chosen)
    if current is None or not within_seats(market, current) or not len(short_of(instance, chosen)):
        return False
    if claim.notion == "super":
        seats = question.edges.pairs.only(chosen)
        return not blocks(question.edges.pairs, seats, stated_room(seats), "super").any()
    return not market.tied and not strict_blocks(market, current).any()
