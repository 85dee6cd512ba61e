"""Events of 2,000 and 20,000 people, speed rounds beside the circle method, and one pool of 2,000 people."""

from __future__ import annotations

import random
import time
from itertools import combinations

import mmatch as mm
from benchmarks._common import Row
from mmatch.events import Rounds, plan_introductions


def crowd(mentors: int, mentees: int, each: int) -> mm.Cohort:
    """People, each mentee with scores for so many mentors."""
    draw = random.Random(1)
    people = [mm.Participant(f"m{k}", offers=[mm.Offer()]) for k in range(mentors)]
    people += [mm.Participant(f"e{k}", requests=[mm.Request()]) for k in range(mentees)]
    scores = {
        (f"m{i}", f"e{j}"): draw.randint(1, 100) for j in range(mentees) for i in draw.sample(range(mentors), each)
    }
    return mm.Cohort(people, scores=scores)


def timed(case: str, cohort: mm.Cohort, rounds: Rounds, target: str) -> Row:
    """One event."""
    begun = time.perf_counter()
    event = mm.plan_event(cohort, None, rounds)
    seconds = time.perf_counter() - begun
    print(f"{case}: {seconds:.2f} s, {event}")
    return Row("events", case, f"{seconds:.2f} s", str(event.status), "", target)


def run() -> list[Row]:
    """Plan them, and return the rows of the table."""
    speed = crowd(140, 140, 140)
    rows = [timed("140 x 140, 4 rounds", speed, Rounds(count=4), "≤ 1 s")]
    fit = mm.plan_event(speed, None, 4).value[-1]
    given = speed.scores or {}
    circle = sum(given[f"m{(k + r) % 140}", f"e{k}"] for r in range(4) for k in range(140))
    print(f"fit {fit:,} beside {circle:,} by the circle method")
    rows.append(
        Row("events", "140 x 140: fit beside the circle method", f"{fit:,}", f"{circle:,}", f"{fit / circle:.2f}", "")
    )
    rows.append(timed("2,000 x 2,000, 10 rounds, 30 candidates", crowd(2000, 2000, 30), Rounds(count=10), "≤ 3 s"))
    large = crowd(2000, 20_000, 30)
    case = "20,000 x 2,000, 10 seats, 5 rounds, 30 candidates"
    rows.append(timed(case, large, Rounds(count=5, seats=(1, 10)), "≤ 30 s"))
    draw = random.Random(1)
    ids = [f"p{k:04}" for k in range(2000)]
    pairs = draw.sample(list(combinations(ids, 2)), 40_000)
    people = [mm.Participant(name, offers=[mm.Offer()], requests=[mm.Request()]) for name in ids]
    pool = mm.Cohort(people, scores={pair: draw.randint(1, 100) for pair in pairs})
    begun = time.perf_counter()
    found = plan_introductions(pool)
    seconds = time.perf_counter() - begun
    print(f"one pool: {seconds:.2f} s, {found}, gap {found.gap}")
    rows.append(
        Row("events", "one pool of 2,000 people, 40,000 pairs", f"{seconds:.2f} s", str(found.status), "", "≤ 2 s")
    )
    return rows
