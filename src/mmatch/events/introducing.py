"""`plan_introductions`: coffee pairs, or circles, among people who are all alike."""

from __future__ import annotations

import time
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from mmatch.errors import InputError, Problem, excerpt
from mmatch.events.companions import circles
from mmatch.events.introductions import Introductions, Round
from mmatch.events.odd_sets import people_prices, pool_prices
from mmatch.events.pool import Pool, best_pairs, pool_of
from mmatch.program import Program, check_question
from mmatch.progress import Watch

if TYPE_CHECKING:
    from mmatch.arrays import Bools
    from mmatch.cohort import Cohort


def plan_introductions(
    cohort: Cohort,
    program: Program | None = None,
    size: tuple[int, int] = (2, 2),
    rounds: int = 1,
    *,
    time_limit: float | None = None,
) -> Introductions:
    """Introduce people who are all alike to each other: coffee pairs, with a trio where one is left; or circles.

    Nobody meets somebody of the history again, unless the program has the aim `NewConnections`; all rules about pairs
    hold. People need no offers and no requests. A pair counts what the aims give it in both directions. One round of
    pairs is a matching in a general graph: exact (Edmonds 1965, by rustworkx), and proved by prices of people and odd
    sets where a linear program with cuts finds them; the one who is left by an odd number then joins the pair that
    fits best. Rounds of pairs are planned one after the other; prices bound what all of them could reach. Circles of
    three or more are exchanged until as few as possible meet again.

    Args:
        cohort: the people.
        program: rules about single pairs, and aims; of these the ones that add up over pairs count.
        size: least and most people in a circle.
        rounds: how many rounds.
        time_limit: seconds for circles; by default a fixed amount of work.

    Raises:
        InputError: sizes and rounds that cannot be meant, fewer people than a circle has, a rule that is about more
            than single pairs, circles in which a rule cannot be kept.
    """
    program = Program() if program is None else program
    check_question(cohort, program)
    sizes: Any = size
    sound = isinstance(sizes, tuple | list) and len(sizes) == 2 and all(type(n) is int for n in sizes)
    if not sound or not 2 <= sizes[0] <= sizes[1]:
        raise InputError(Problem("argument", "size", f"found {excerpt(size)}, expected (least, most) from 2 on"))
    if type(rounds) is not int or rounds < 1:
        raise InputError(Problem("argument", "rounds", f"found {excerpt(rounds)}, expected a whole number from 1"))
    if len(cohort) < size[0]:
        text = f"{len(cohort)} people do not fill a circle of {size[0]}"
        raise InputError(Problem("argument", "size", text, f"let circles begin at {max(len(cohort), 2)}"))
    if size[1] == 2:
        return _pairs(cohort, program, rounds)
    return _circles(cohort, program, (size[0], size[1]), rounds, time_limit)


def _pairs(cohort: Cohort, program: Program, rounds: int) -> Introductions:
    pool = pool_of(cohort, program)
    n, weights, place = len(pool.ids), pool.folded(rounds), pool.place
    free = np.ones(len(weights), dtype=bool)
    found: list[Round] = []
    every: list[int] = []
    for _ in range(rounds):
        own = np.flatnonzero(free)
        ends = (pool.one[own].tolist(), pool.other[own].tolist())
        chosen = own[best_pairs(n, *ends, [weights[k] for k in own.tolist()])].tolist()
        every += chosen
        seated = _with_trio(pool, chosen, own.tolist(), weights)
        found.append(tuple(sorted(seated)))
        free[[place[frozenset(pair)] for circle in seated for pair in combinations(circle, 2)]] = False
    if rounds == 1:
        prices = pool_prices(n, pool.one, pool.other, weights, every)
    else:
        prices = people_prices(n, pool.one, pool.other, weights, rounds)
    bound = None if prices is None else prices.bound(pool.one, pool.other, weights, rounds)
    gap = None if bound is None else float(bound // 1 - sum(weights[k] for k in every))
    return Introductions(tuple(found), (2, 2), pool.value(every), dict(cohort.people.called), prices, gap)


def _with_trio(pool: Pool, chosen: list[int], free: list[int], weights: list[int]) -> list[tuple[str, ...]]:
    """The pairs; where one person is left whom both of a pair may meet, they join the pair that fits best.

    Args:
        pool: who may meet whom.
        chosen: the pairs by number.
        free: the pairs that have not met.
        weights: what each pair counts.
    """
    pairs = [pool.pair(k) for k in chosen]
    seated = {who for pair in pairs for who in pair}
    left = [who for who in pool.ids if who not in seated]
    if len(left) != 1:
        return [*pairs]
    own = {who: weights[k] for k in free if left[0] in pool.pair(k) for who in pool.pair(k) if who != left[0]}
    fitting = [pair for pair in pairs if pair[0] in own and pair[1] in own]
    if not fitting:
        return [*pairs]
    best = max(fitting, key=lambda pair: own[pair[0]] + own[pair[1]])
    return [*(pair for pair in pairs if pair is not best), tuple(sorted((*best, left[0])))]


def _circles(
    cohort: Cohort, program: Program, size: tuple[int, int], rounds: int, time_limit: float | None
) -> Introductions:
    pool = pool_of(cohort, program)
    n = len(pool.ids)
    number = -(-n // size[1])
    if n // number < size[0]:
        text = f"{n} people make no circles of {size[0]} to {size[1]}"
        raise InputError(Problem("argument", "size", text, f"allow {n // number} to {-(-n // number)}"))
    rules = pool_of(cohort, program, past=False)
    watch: Watch[Any] = Watch(None if time_limit is None else time.monotonic() + time_limit)
    tables, repeats = circles(_apart(pool), number, rounds, watch)
    together = (tables[:, :, None] == tables[:, None, :]).any(axis=0)
    refused = int((together & _apart(rules)).sum()) // 2
    if refused:
        text = f"circles were found only in which {refused} pairs sit together whom a rule keeps apart"
        raise InputError(
            Problem("infeasible", "program", text, "plan smaller circles or fewer rounds, or leave the rule out")
        )
    found = tuple(
        tuple(sorted(tuple(pool.ids[k] for k in np.flatnonzero(row == table).tolist()) for table in range(number)))
        for row in tables
    )
    sizes = [len(circle) for one in found for circle in one]
    fewest = max(sum(k * (k - 1) // 2 for k in sizes) - n * (n - 1) // 2, 0)
    return Introductions(found, size, (len(sizes),), dict(cohort.people.called), repeats=repeats, fewest=fewest)


def _apart(pool: Pool) -> Bools:
    """Who may not meet whom."""
    n = len(pool.ids)
    found = np.ones((n, n), dtype=bool)
    found[pool.one, pool.other] = found[pool.other, pool.one] = False
    np.fill_diagonal(found, val=False)
    return found
