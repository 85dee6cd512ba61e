"""Events of up to 20,000 people, tables and circles where nobody meets twice, one pool, and no-shows on the day."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from itertools import combinations
from typing import Any

import mmatch as mm
from benchmarks._common import Row
from mmatch.events import Rounds, repair_event
from mmatch.repairs import Left


def crowd(mentors: int, mentees: int, each: int | None = None) -> mm.Cohort:
    """People, each mentee with scores for so many mentors; None are people who may all meet and are all alike."""
    draw = random.Random(1)
    people = [mm.Participant(f"m{k}", offers=[mm.Offer()]) for k in range(mentors)]
    people += [mm.Participant(f"e{k}", requests=[mm.Request()]) for k in range(mentees)]
    if each is None:
        return mm.Cohort(people)
    scores = {
        (f"m{i}", f"e{j}"): draw.randint(1, 100) for j in range(mentees) for i in draw.sample(range(mentors), each)
    }
    return mm.Cohort(people, scores=scores)


def timed(case: str, target: str, call: Callable[[], Any], said: Callable[[Any], str] = lambda _: "") -> Row:
    """One plan, how long it took, and what is worth knowing of it."""
    begun = time.perf_counter()
    found = call()
    seconds = time.perf_counter() - begun
    status = str(getattr(found, "status", ""))
    print(f"{case}: {seconds:.2f} s, {status} {said(found)}")
    return Row("events", case, f"{seconds:.2f} s", status, said(found), target)


def again(event: Any) -> str:
    """How many pairs of mentees sit together again."""
    return f"{event.together_again[0]} together again, {len(event.sit_outs)} sit out"


def speed() -> Iterator[Row]:
    """Rounds of pairs."""
    cohort = crowd(140, 140, 140)
    yield timed("140 x 140, 4 rounds", "≤ 1 s", lambda: mm.plan_event(cohort, None, 4))
    fit, given = mm.plan_event(cohort, None, 4).value[-1], cohort.scores or {}
    circle = sum(given[f"m{(k + r) % 140}", f"e{k}"] for r in range(4) for k in range(140))
    print(f"fit {fit:,} beside {circle:,} by the circle method")
    case = "140 x 140: fit beside the circle method"
    yield Row("events", case, f"{fit:,}", f"{circle:,}", f"{fit / circle:.2f}", "")
    uneven = crowd(140, 137, 137)
    yield timed(
        "140 x 137, 4 rounds",
        "",
        lambda: mm.plan_event(uneven, None, 4),
        lambda event: f"sit-outs {sorted({len(n) for n in event.sit_outs.values()})}",
    )
    large = crowd(2000, 2000, 30)
    yield timed("2,000 x 2,000, 10 rounds, 30 candidates", "≤ 3 s", lambda: mm.plan_event(large, None, 10))
    crowded, rounds = crowd(2000, 20_000, 30), Rounds(count=5, seats=(1, 10))
    case = "20,000 x 2,000, 10 seats, 5 rounds, 30 candidates"
    yield timed(case, "≤ 30 s", lambda: mm.plan_event(crowded, None, rounds))
    away = {who: [1 + k % 4] for k, who in enumerate(f"m{i}" for i in range(0, 40, 4))}
    some = crowd(40, 40, 40)
    yield timed(
        "40 x 40, 4 rounds, a quarter of the mentors away for one",
        "",
        lambda: mm.plan_event(some, None, Rounds(count=4, absent=away)),
        lambda event: f"{event.value[0]} meetings of {event.bound[0]}",
    )
    hundred = crowd(100, 100, 100)
    event = mm.plan_event(hundred, None, 4)
    gone = [Left(f"{side}{k}") for side in "me" for k in range(0, 100, 10)]
    case = "200 people, 10 % no-shows before round 2"
    yield timed(case, "≤ 0.3 s", lambda: repair_event(hundred, event, gone, from_round=2))


def tables() -> Iterator[Row]:
    """Tables around mentors, and circles without a host."""
    for mentors, mentees, seats, count, most in (
        (25, 100, 5, 3, "≤ 5 s"),
        (20, 100, 5, 10, "≤ 5 s"),
        (8, 32, 4, 7, "≤ 5 s"),
        (10, 60, 6, 6, "≤ 30 s"),
    ):
        cohort, rounds = crowd(mentors, mentees), Rounds(count=count, seats=(1, seats))
        case = f"{mentors} mentors, {mentees} mentees, tables of {seats}, {count} rounds"
        yield timed(case, most, lambda c=cohort, r=rounds: mm.plan_event(c, None, r), again)  # type: ignore[misc]
    for people, size, count in ((100, 5, 10), (28, 4, 5), (15, 3, 7), (16, 4, 5), (32, 4, 8)):
        cohort = mm.Cohort([mm.Participant(f"p{k:03}") for k in range(people)])
        yield timed(
            f"{people} people, circles of {size}, {count} rounds",
            "≤ 5 s",
            lambda c=cohort, k=size, r=count: mm.plan_introductions(c, size=(k, k), rounds=r),  # type: ignore[misc]
            lambda found: f"{found.repeats} meet again",
        )


def pools() -> Iterator[Row]:
    """One pool of people who are all alike."""
    draw = random.Random(1)
    for n, pairs, most in ((2000, 40_000, "≤ 2 s"), (400, 400 * 399 // 2, "≤ 3 s")):
        ids = [f"p{k:04}" for k in range(n)]
        people = [mm.Participant(name, offers=[mm.Offer()], requests=[mm.Request()]) for name in ids]
        scores = {pair: draw.randint(1, 100) for pair in draw.sample(list(combinations(ids, 2)), pairs)}
        pool = mm.Cohort(people, scores=scores)
        yield timed(
            f"one pool of {n:,} people, {pairs:,} pairs",
            most,
            lambda c=pool: mm.plan_introductions(c),  # type: ignore[misc]
            lambda found: f"gap {found.gap}",
        )


def run() -> list[Row]:
    """Plan them all, and return the rows of the table."""
    return [*speed(), *tables(), *pools()]
