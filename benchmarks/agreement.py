"""Two independent methods on 500 mentees and 500 mentors: min-cost flow against HiGHS, aim by aim, exact totals.

No figure, but a campaign: it ends with an error where two totals differ. Loads, lists, levels and scores as in `aims`.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from typing import Any

import benchmarks.aims as table
from benchmarks._common import machine


@dataclass(frozen=True)
class Spec:
    """The cohorts: a seed each."""

    side: int = 500
    candidates: int = 20
    capacity: int = 1
    levels: int = 10
    seeds: int = 3
    solver: str = "milp"
    seconds: int = 60


def compared(spec: Spec, seed: int) -> bool:
    """One cohort under every program; whether all totals agree."""
    import mmatch

    cohort = table.cohort_of(table.Spec(spec.side, spec.side, spec.candidates, spec.capacity, spec.levels, seed=seed))
    same = True
    for title, (given, _) in programs(spec).items():
        program, start = mmatch.Program(aims=given), time.perf_counter()
        flow = mmatch.solve(cohort, program, solver="flow")
        middle = time.perf_counter()
        other = mmatch.solve(cohort, program, solver=spec.solver, time_limit=spec.seconds)
        agree = flow.proof.totals == other.proof.totals
        same &= agree
        told = "agree" if agree else f"DIFFER: {flow.value} and {other.value}"
        print(f"seed {seed}: {title}: {told} ({flow.trust}, {middle - start:.2f} s; {other.status}, ", end="")
        print(f"{time.perf_counter() - middle:.2f} s)", flush=True)
    return same


def programs(spec: Spec) -> dict[str, tuple[list[Any], int]]:
    """The programs of `aims`, with names that exist here."""
    from mmatch import aims

    found = table.programs()
    first = aims.Coverage()
    found["Coverage, EvenLoad(targets)"] = ([first, aims.EvenLoad({f"mentor-{k}": k % 2 for k in range(spec.side)})], 2)
    found["Coverage, Keep"] = ([first, aims.Keep([(f"mentor-{k}", f"mentee-{k}") for k in range(spec.side)])], 2)
    return found


if __name__ == "__main__":
    print(machine())
    failed = [seed for seed in range(Spec.seeds) if not compared(Spec(), seed)]
    sys.exit(len(failed))
