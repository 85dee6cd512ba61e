"""Six strategies over the civil-service example beside one default solve of it: what is shared is not done again.

Both in turn in one process, after one round that does not count; metrics, prices and the Pareto front are included.
Cohorts are made anew for each round, so that nothing prepared before is found again.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import dataclass, replace

from benchmarks._common import Row, machine, middle, part, print_table, seconds, spread

MODULE = "benchmarks.compare"


@dataclass(frozen=True)
class Spec:
    """What is measured."""

    seed: int = 0
    repetitions: int = 7
    most_ratio: float = 8.0


SPEC = Spec()


def run() -> list[Row]:
    """Measure both and return the row of the table."""
    told = part(MODULE, "both")
    ratio = middle(told["compare"]) / middle(told["solve"])
    print(f"one default solve: {spread(told['solve'])}")
    print(f"six strategies:    {spread(told['compare'])}, of which solving {told['solving']:.3f} s")
    print(f"{ratio:.1f} times one solve (at most {SPEC.most_ratio:g}); greedy alone is {told['greedy']:.1f} times it")
    case = "6 strategies on civil-service, metrics included"
    ours, other = seconds(told["compare"]), f"one solve {seconds(told['solve'])}"
    return [Row("compare", case, ours, other, f"{ratio:.1f} x", f"≤ {SPEC.most_ratio:g} x")]


def strategies(program):
    """The example's program, and five changes of it that keep its rules."""
    from mmatch import aims

    coverage, score, even = program.tiers[0][0], program.tiers[1], program.tiers[2][0]
    orders = {
        "as written": program.aims,
        "even first": (coverage, even, score),
        "score first": (score, coverage, even),
        "coverage alone": (coverage,),
        "grades first": (coverage, score[0], score[1:], even),
        "people first": (aims.Coverage("mentees"), score, even),
    }
    return {name: replace(program, aims=tiers) for name, tiers in orders.items()}


def both() -> dict[str, object]:
    """Seconds of each round of both."""
    import mmatch as mm

    solve, whole, solving, greedy = [], [], 0.0, 0.0
    for _ in range(1 + SPEC.repetitions):
        example = mm.datasets.load("civil-service", seed=SPEC.seed)
        start = time.perf_counter()
        mm.solve(example.cohort, example.program)
        solve.append(time.perf_counter() - start)
        example = mm.datasets.load("civil-service", seed=SPEC.seed)
        start = time.perf_counter()
        found = mm.compare(example.cohort, strategies(example.program))
        whole.append(time.perf_counter() - start)
        solving = sum(run.runtime or 0 for run in found)
        greedy = mm.solve(example.cohort, example.program, solver="greedy").runtime / solve[-1]
    return {"solve": solve[1:], "compare": whole[1:], "solving": solving, "greedy": greedy}


if __name__ == "__main__":
    if sys.argv[1:2] == ["part"]:
        print(json.dumps(both()))
    else:
        print(machine())
        print_table(run())
