"""The judge of stability: nobody would leave, and no other stable matching is better for one side.

That no pair blocks is looked up for each candidate. That a side can have no better stable matching is shown

- for mentors with one offer each: by the absence of rotations. From a stable matching that is not the mentees' best,
  some mentors could pass mentees round in a circle so that each mentee gains; where no such circle is left, it is the
  best (Irving, Leather, Gusfield 1987; for seats Cheng, McDermid, Suzuki 2008). Likewise for the mentors;
- for offers that share a mentor: by going through the proof's steps in order, each of which must follow from those
  before it. Side "mentee": a pair can be struck out when so many better mentees of that offer, or of that mentor, want
  nothing that is left more than their present first wish, that they would block any stable matching with this pair.
  Side "mentor": a mentee falls below a seat in no stable matching when its mentor, having room, has asked all better
  ones. Both arguments are the invariants behind Abraham, Irving, Manlove 2007.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from typing import TYPE_CHECKING, Any

import numpy as np

from mmatch.blocking import Room, blocks, linked_blocks
from mmatch.errors import UnsupportedError
from mmatch.instance import compile_instance
from mmatch.instance.compiling import lottery
from mmatch.instance.descent import Face, followed
from mmatch.instance.market import (
    FAR,
    counts_ranks,
    market_of,
    meets_twice,
    obstacle,
    short_of,
    stage_weights,
    sums_only,
)
from mmatch.instance.seats import group_bounds, led_groups, mentor_seats
from mmatch.instance.totals import tier_totals
from mmatch.matching import Stability, Violation
from mmatch.pairs import pairs_of
from mmatch.people.columns import NONE
from mmatch.people.numbers import exact_sum
from mmatch.proof.choices import chosen_edges
from mmatch.proof.digests import digest
from mmatch.proof.mentors_best import Orders, after_asking
from mmatch.proof.popularity import is_popular, none_popular
from mmatch.proof.strong import Left, after_crowds
from mmatch.proof.super_stability import Wishes, after_strikes
from mmatch.rules.linked import Linked

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mmatch.instance import Instance
    from mmatch.instance.descent import Descent
    from mmatch.instance.edges import Edges
    from mmatch.instance.market import Market
    from mmatch.matching import Exact, Matching, Proof
    from mmatch.pairs import Pairs
    from mmatch.people import Cohort
    from mmatch.people.columns import Bools, Ints
    from mmatch.program import Program

MOST_TOLD = 3


def unstable(edges: Edges, program: Program, matching: Matching, kind: str) -> list[Violation]:
    """The pairs that block a matching which is claimed to be stable: the first few."""
    found = np.flatnonzero(blocking_edges(edges, program, matching, kind))
    ids = edges.cohort.people.ids
    pairs = [(ids[edges.pairs.mentor[k]], ids[edges.pairs.mentee[k]]) for k in found[:MOST_TOLD].tolist()]
    return [Violation("unstable", f"{a} and {b} would rather be together ({kind} stability)", (a, b)) for a, b in pairs]


def blocking_edges(edges: Edges, program: Program, matching: Matching, kind: str) -> Bools:
    """Which candidate edges block a matching: a yes or no for each.

    Raises:
        UnsupportedError: linked mentees under another notion than the weak one.
    """
    cohort, pairs = edges.cohort, edges.pairs
    seats = pairs_of(cohort, matching)
    found = edges.usable & blocks(pairs, seats, _room(cohort, program, matching, seats), kind)
    sets = [rows for rule in program.rules if isinstance(rule, Linked) for rows in rule.rows(cohort)]
    if sets and kind != "weak":
        raise UnsupportedError(
            f"what blocks under the notion {kind!r} where mentees are linked is not defined: use weak"
        )
    limits = np.where(cohort.offers.seats == NONE, FAR, cohort.offers.seats), mentor_seats(cohort, program)
    for people in sets:
        found &= ~np.isin(pairs.mentee, people)
        found |= edges.usable & linked_blocks(pairs, seats, limits, people)
    return found


def _room(cohort: Cohort, program: Program, matching: Matching, seats: Pairs) -> Room:
    """Who could take one mentee more: seats left; and in groups a place in an open one, or a new one of one mentee."""
    owner, limit = cohort.offers.owner, cohort.offers.seats
    load = np.bincount(seats.offer.row, minlength=len(owner))
    least, most = group_bounds(cohort, program)
    match = np.array(matching.seats.match, dtype=np.int64)
    groups = seats.offer.row[np.unique(match, return_index=True)[1]]
    opened, led = np.bincount(groups, minlength=len(owner)), led_groups(cohort)
    may_open = (led == NONE) | (np.bincount(owner[groups], minlength=len(cohort)) < led)
    place = (most == 1) | (load < opened * most) | ((least == 1) & may_open[owner])
    free = mentor_seats(cohort, program) > np.bincount(seats.mentor, minlength=len(cohort))
    return Room(free, ((limit == NONE) | (load < limit)) & place)


# -- the best of a side --------------------------------------------------------------------------------------------


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
    circles = [_places(market, circle) for circle in claim.rotations]
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
    gain = _mentors_could_gain if market.plain else _mentees_could_move
    return None if gain(market, last) else (best, descent)


def _mentees_best(market: Market, seats: Ints, claim: Stability) -> bool:
    """Whether some seats are the mentees' best stable matching of strict lists."""
    if not _within_seats(market, seats) or strict_blocks(market, seats).any():
        return False
    if market.plain:
        return not _mentees_could_gain(market, seats)
    steps = _places(market, claim.steps)
    return steps is not None and _struck_out(market, seats, steps)


def _best(instance: Instance, chosen: Bools, claim: Stability, totals: tuple[Exact, ...]) -> bool:
    """Whether a choice is the best stable one of the side that it is said to be, in the aims of that side."""
    agree = counts_ranks(instance, claim.side) and tuple(tier_totals(instance, chosen)) == totals
    if not agree or obstacle(instance, loads=True):
        return False
    market = market_of(instance)
    if claim.kind in {"strong", "super"}:
        by_side = _first_of_all if claim.side == "mentee" else _best_of_rest
        return not meets_twice(instance, market) and by_side(market, chosen, claim)
    if claim.kind != "weak":
        return False
    if market.tied:
        if claim.seed is None:
            return False
        market = market.broken(lottery(instance.labels.cohort, claim.seed))
    current = seats_of(market, chosen)
    if current is None or strict_blocks(market, current).any():
        return False
    return _best_of_side(market, current, claim)


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
    steps = _places(market, claim.steps)
    return None if steps is None else after_strikes(market, steps)


def _after_crowds(market: Market, claim: Stability) -> Left | None:
    crowds = [_places(market, crowd) for crowd in claim.crowds]
    return None if None in crowds else after_crowds(market, [crowd or [] for crowd in crowds])


def _after_asking(market: Market, claim: Stability) -> Orders | None:
    crowds = [_places(market, crowd) for crowd in claim.crowds]
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
    if obstacle(instance, loads=True):
        return False
    market = market_of(instance)
    if claim.kind == "popular":
        crowd, *granted = [_places(market, steps) for steps in (claim.steps, *claim.crowds)]
        if crowd is None or len(granted) != 1 or granted[0] is None or obstacle(instance):
            return False
        return none_popular(market, *(np.array(pairs, dtype=np.int64) for pairs in (granted[0], crowd)))
    if claim.kind in {"strong", "super"}:
        left = _left(market, claim)
        return left is not None and left.too_many() and not meets_twice(instance, market)
    return _none_loaded(instance, market, claim)


def _none_loaded(instance: Instance, market: Market, claim: Stability) -> bool:
    """Whether the steps are the seats of a stable matching of strict lists in which a mentor falls short.

    In every other one each mentor has as many mentees: the Rural Hospitals theorem, for offers with seats Abraham,
    Irving, Manlove 2007.
    """
    if claim.kind != "weak" or market.tied or _places(market, claim.steps) is None:
        return False
    chosen = np.zeros(len(instance.request), dtype=bool)
    chosen[list(claim.steps)] = True
    current = seats_of(market, chosen)
    if current is None or not _within_seats(market, current) or strict_blocks(market, current).any():
        return False
    return len(short_of(instance, chosen)) > 0


def _within_seats(market: Market, current: Ints) -> bool:
    """Whether no offer and no mentor has more mentees than seats."""
    taken = current[current != NONE]
    load_on = np.bincount(market.offer[taken], minlength=len(market.offer_seats))
    load_of = np.bincount(market.mentor[taken], minlength=len(market.mentor_seats))
    return bool((load_on <= market.offer_seats).all() and (load_of <= market.mentor_seats).all())


def _places(market: Market, steps: tuple[int, ...]) -> list[int] | None:
    """Where the edges of some steps stand in the market; None where one is not in it."""
    place = np.full(int(market.edge.max(initial=NONE)) + 1, NONE, dtype=np.int64)
    place[market.edge] = np.arange(len(market))
    if not all(0 <= step < len(place) and place[step] != NONE for step in steps):
        return None
    found: list[int] = place[np.array(steps, dtype=np.int64)].tolist()
    return found


def seats_of(market: Market, chosen: Bools) -> Ints | None:
    """The pair of each mentee, `NONE` where there is none; None where the choice is no matching of the market."""
    pairs = np.flatnonzero(chosen[market.edge])
    current = np.full(market.n_mentees, NONE, dtype=np.int64)
    current[market.mentee[pairs]] = pairs
    return current if len(pairs) == int(chosen.sum()) == int((current != NONE).sum()) else None


def at(values: Any, index: Ints, default: Any) -> Any:
    """``values`` at an index; the default where the index is `NONE`."""
    found = np.full(len(index), default, dtype=values.dtype)
    found[index != NONE] = values[index[index != NONE]]
    return found


def strict_blocks(market: Market, current: Ints) -> Bools:
    """Which pairs of a market with strict lists block a matching."""
    taken = current[current != NONE]
    mine = at(market.mentee_rank, current, FAR)
    gains = np.flatnonzero(market.mentee_rank < mine[market.mentee])
    offer, mentor, rank = market.offer[gains], market.mentor[gains], market.mentor_rank[gains]
    load_on = np.bincount(market.offer[taken], minlength=len(market.offer_seats))
    load_of = np.bincount(market.mentor[taken], minlength=len(market.mentor_seats))
    worst_on, worst_of = np.zeros(len(load_on), dtype=np.int64), np.zeros(len(load_of), dtype=np.int64)
    np.maximum.at(worst_on, market.offer[taken], market.mentor_rank[taken])
    np.maximum.at(worst_of, market.mentor[taken], market.mentor_rank[taken])
    bosses = at(market.mentor, current, NONE)
    with_mentor = bosses[market.mentee[gains]] == mentor
    welcome = (load_of < market.mentor_seats)[mentor] | with_mentor | (rank < worst_of[mentor])
    open_offer = (load_on < market.offer_seats)[offer]
    blocking = np.zeros(len(market), dtype=bool)
    blocking[gains] = np.where(open_offer, welcome, rank < worst_on[offer])
    return blocking


def _best_of_side(market: Market, current: Ints, claim: Stability) -> bool:
    if market.plain:
        return not (_mentees_could_gain if claim.side == "mentee" else _mentors_could_gain)(market, current)
    steps = _places(market, claim.steps)
    replay = _struck_out if claim.side == "mentee" else _offered
    return steps is not None and replay(market, current, steps)


def _mentees_could_gain(market: Market, current: Ints) -> bool:
    """Whether mentors could pass mentees round in a circle so that each of these mentees gains.

    Each full mentor points to the first mentee below their worst who would rather come, and so to that one's mentor.
    """
    full, worst = _full_mentors(market, current)
    mine = at(market.mentee_rank, current, FAR)
    wants = np.flatnonzero(market.mentee_rank < mine[market.mentee])
    mentor = market.mentor[wants]
    wants = wants[full[mentor] & (market.mentor_rank[wants] > worst[mentor])]
    first = _least(market.mentor, market.mentor_rank, wants, len(full))
    mentor_of = at(market.mentor, current, NONE)
    following = at(mentor_of, at(market.mentee, first, NONE), NONE)
    following[~at(full, following, False)] = NONE
    return circle(following.tolist())


def _mentors_could_gain(market: Market, current: Ints) -> bool:
    """Whether mentees could go round in a circle so that each of these mentors gains.

    Each mentee points to the mentor they like next who would rather have them than their worst, and so to that one.
    """
    full, worst = _full_mentors(market, current)
    mine = at(market.mentee_rank, current, FAR)
    rather = np.flatnonzero(market.mentee_rank > mine[market.mentee])
    mentor = market.mentor[rather]
    rather = rather[~full[mentor] | (market.mentor_rank[rather] < worst[mentor])]
    first = _least(market.mentee, market.mentee_rank, rather, market.n_mentees)
    given_up = np.full(len(full), NONE, dtype=np.int64)
    taken = current[current != NONE]
    at_worst = taken[market.mentor_rank[taken] == worst[market.mentor[taken]]]
    given_up[market.mentor[at_worst]] = market.mentee[at_worst]
    given_up[~full] = NONE
    return circle(at(given_up, at(market.mentor, first, NONE), NONE).tolist())


def _full_mentors(market: Market, current: Ints) -> tuple[Bools, Ints]:
    """(whether each mentor has no seat left, the rank of the mentee whom they like least)."""
    taken = current[current != NONE]
    seats = market.mentor_seats.copy()
    np.minimum.at(seats, market.mentor[taken], market.seats[market.offer[taken]])
    load = np.bincount(market.mentor[taken], minlength=len(seats))
    worst = np.zeros(len(load), dtype=np.int64)
    np.maximum.at(worst, market.mentor[taken], market.mentor_rank[taken])
    return (load >= seats) & (load > 0), worst


def _least(group: Ints, rank: Ints, pairs: Ints, n: int) -> Ints:
    """The pair of least rank in each group, `NONE` where there is none."""
    least = np.full(n, FAR)
    np.minimum.at(least, group[pairs], rank[pairs])
    found = np.full(n, NONE, dtype=np.int64)
    best = pairs[rank[pairs] == least[group[pairs]]]
    found[group[best]] = best
    return found


def circle(following: list[int]) -> bool:
    """Whether following each one's successor ever comes back; `NONE` has none."""
    seen = [0] * len(following)
    for start in range(len(following)):
        node = start
        while node != NONE and not seen[node]:
            seen[node] = start + 1
            node = following[node]
        if node != NONE and seen[node] == start + 1:
            return True
    return False


# -- offers that share a mentor -----------------------------------------------------------


def _mentees_could_move(market: Market, current: Ints) -> bool:
    """Whether mentees could go round in a circle, each to their chance, and come to another stable matching.

    A chance is the next pair for which the mentor would give up somebody: the worst on a full offer, else the worst of
    a full mentor. See `mmatch.instance.descent`.
    """
    taken = current[current != NONE]
    gives: list[tuple[Bools, Ints]] = []
    for group, seats in ((market.offer, market.seats), (market.mentor, market.mentor_seats)):
        full = np.bincount(group[taken], minlength=len(seats)) == seats
        worst = np.full(len(seats), NONE, dtype=np.int64)
        order = taken[np.argsort(market.mentor_rank[taken], kind="stable")]
        worst[group[order]] = order  # the worst one is written last
        gives.append((full[group], worst[group]))
    out = np.where(gives[0][0], gives[0][1], np.where(gives[1][0], gives[1][1], NONE))  # whom each pair sends on
    mine = at(market.mentee_rank, current, FAR)
    rather = (market.mentee_rank > mine[market.mentee]) & (market.mentor_rank < at(market.mentor_rank, out, FAR))
    first = _least(market.mentee, market.mentee_rank, np.flatnonzero(rather), market.n_mentees)
    return circle(at(market.mentee, at(out, first, NONE), NONE).tolist())


def _struck_out(market: Market, current: Ints, steps: Iterable[int]) -> bool:
    """Whether each step strikes out the first wish of a mentee for a sound reason, and the first left is the seat."""
    by_mentee, start = market.by_mentee
    wish, first, end = by_mentee.tolist(), start[:-1].tolist(), start[1:].tolist()
    mentee, offer, boss = market.mentee.tolist(), market.offer.tolist(), market.mentor_of_offer.tolist()
    rank, seats, limit = market.mentor_rank.tolist(), market.seats.tolist(), market.mentor_seats.tolist()
    offers_of: list[list[int]] = [[] for _ in limit]
    for number, owner in enumerate(boss):
        offers_of[owner].append(number)
    heads: list[list[int]] = [[] for _ in seats]  # ranks of mentees whose first wish it is, in order
    for who in range(market.n_mentees):
        if first[who] < end[who]:
            heads[offer[wish[first[who]]]].append(rank[wish[first[who]]])
    for ranks in heads:
        ranks.sort()
    for pair in steps:
        who, here = mentee[pair], offer[pair]
        if first[who] == end[who] or wish[first[who]] != pair:
            return False
        better = [(seats[p], bisect_left(heads[p], rank[pair])) for p in offers_of[boss[here]]]
        on_offer = bisect_left(heads[here], rank[pair])
        if on_offer < seats[here] and sum(map(min, better)) < limit[boss[here]]:
            return False
        heads[here].pop(on_offer)
        first[who] += 1
        if first[who] < end[who]:
            insort(heads[offer[wish[first[who]]]], rank[wish[first[who]]])
    left = [wish[k] if k < stop else NONE for k, stop in zip(first, end, strict=True)]
    return np.array_equal(left, current)


def _offered(market: Market, current: Ints, steps: Iterable[int]) -> bool:
    """Whether each step lifts a mentee to a seat for a sound reason, and the last lift is the seat that they have."""
    by_mentor, _ = market.by_mentor
    order = by_mentor[np.argsort(market.offer[by_mentor], kind="stable")]
    start = np.searchsorted(market.offer[order], np.arange(len(market.offer_seats) + 1))
    rows, front, end = order.tolist(), start[:-1].tolist(), start[1:].tolist()
    mentee, offer, boss = market.mentee.tolist(), market.offer.tolist(), market.mentor_of_offer.tolist()
    likes, rank = market.mentee_rank.tolist(), market.mentor_rank.tolist()
    room, free = market.seats.tolist(), market.mentor_seats.tolist()
    offers_of: list[list[int]] = [[] for _ in free]
    for number, owner in enumerate(boss):
        offers_of[owner].append(number)
    now = [NONE] * market.n_mentees

    def comes(pair: int) -> bool:
        before = now[mentee[pair]]
        return before == NONE or bool(likes[pair] < likes[before])

    for pair in steps:
        here, owner = offer[pair], boss[offer[pair]]
        if not room[here] or not free[owner] or not comes(pair):
            return False
        for other in offers_of[owner]:  # nobody better would come to any offer with room
            while room[other] and front[other] < end[other] and not comes(rows[front[other]]):
                front[other] += 1
            if room[other] and front[other] < end[other] and rank[rows[front[other]]] < rank[pair]:
                return False
        before, now[mentee[pair]] = now[mentee[pair]], pair
        room[here], free[owner] = room[here] - 1, free[owner] - 1
        if before != NONE:
            room[offer[before]] += 1
            free[boss[offer[before]]] += 1
    return np.array_equal(now, current)
