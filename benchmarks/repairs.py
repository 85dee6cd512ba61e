"""How long a repair after ten changes takes beside solving the changed cohort anew, and one explanation beside it."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass

import mmatch as mm
from benchmarks._common import Row, middle
from mmatch.repairs import Left


@dataclass(frozen=True)
class Spec:
    """What is measured."""

    mentees: int = 10_000
    mentors: int = 2_000
    candidates: int = 50
    repetitions: int = 3


SPEC = Spec()


def run() -> list[Row]:
    """Repair and solve side by side, and return the rows of the table."""
    draw = random.Random(1)
    scores = {
        (f"m{mentor}", f"e{mentee}"): draw.randint(1, 100)
        for mentee in range(SPEC.mentees)
        for mentor in draw.sample(range(SPEC.mentors), SPEC.candidates)
    }
    people = [mm.Participant(f"m{k}", offers=[mm.Offer()], capacity=4) for k in range(SPEC.mentors)]
    people += [mm.Participant(f"e{k}", requests=[mm.Request()]) for k in range(SPEC.mentees)]
    cohort = mm.Cohort(people, scores=scores)
    result = mm.solve(cohort)
    changes = [Left(f"{side}{k}") for side in "me" for k in range(5)]
    ratios, repairs = [], []
    for _ in range(SPEC.repetitions):
        begun = time.perf_counter()
        mm.solve(cohort.changed(changes))
        fresh = time.perf_counter() - begun
        begun = time.perf_counter()
        mm.repair(cohort, result, changes)
        repairs.append(time.perf_counter() - begun)
        ratios.append(repairs[-1] / fresh)
    print(f"repair {middle(repairs):.2f} s, {middle(ratios):.2f} x a fresh solve")
    case = f"{SPEC.mentees:,} x {SPEC.mentors:,}, {SPEC.candidates} candidates, 10 left"
    return [Row("repairs", case, f"{middle(repairs):.2f} s", f"{middle(ratios):.2f} x a fresh solve", "", "≤ 0.45 x")]
