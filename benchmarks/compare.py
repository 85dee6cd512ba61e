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
    """Measure both cohorts and return the rows of the table."""
    rows = []
    titles = {"scored": "default, worst-off, rank-greedy, even first, stable, greedy", "plain": "six orders"}
    for which, title in titles.items():
        told = part(MODULE, which)
        ratio = middle(told["compare"]) / middle(told["solve"])
        print(f"{title}: one default solve {spread(told['solve'])}, six strategies {spread(told['compare'])}")
        print(f"  solving {told['solving']:.3f} s: " + ", ".join(f"{k} {v}" for k, v in told["each"].items()))
        ours, other = seconds(told["compare"]), f"one solve {seconds(told['solve'])}"
        target = f"≤ {SPEC.most_ratio:g} x"
        rows.append(Row("compare", f"civil-service: {title}", ours, other, f"{ratio:.1f} x", target))
    return rows


def plain():
    """The example's cohort, its program, and five changes of it that keep its rules."""
    import mmatch as mm

    example = mm.datasets.load("civil-service", seed=SPEC.seed)
    program = example.program
    coverage, score, even = program.tiers[0][0], program.tiers[1], program.tiers[2][0]
    orders = {
        "as written": program.aims,
        "even first": (coverage, even, score),
        "score first": (score, coverage, even),
        "coverage alone": (coverage,),
        "grades first": (coverage, score[0], score[1:], even),
        "people first": (mm.aims.Coverage("mentees"), score, even),
    }
    return example.cohort, program, {name: replace(program, aims=tiers) for name, tiers in orders.items()}


def scored():
    """The same people with the example's points as given scores, and both sides' ranks by them; six kinds of policy."""
    import mmatch as mm
    from mmatch.instance import compile_instance

    example = mm.datasets.load("civil-service", seed=SPEC.seed)
    instance, people = compile_instance(example.cohort, example.program)
    edges, stage = people.pairs, instance.stages[1]
    ids = example.cohort.people.ids
    scores, levels = {}, {"ranks": {}, "mentee_ranks": {}}
    columns = (edges.mentor.tolist(), edges.mentee.tolist(), stage.weights.tolist())
    for mentor, mentee, weight in zip(*columns, strict=True):
        score = float(weight * stage.unit)
        scores[ids[mentor], ids[mentee]] = score
        levels["ranks"].setdefault(ids[mentee], {}).setdefault(score, []).append(ids[mentor])
        levels["mentee_ranks"].setdefault(ids[mentor], {}).setdefault(score, []).append(ids[mentee])
    people = [replace(p, **{field: _ranked(levels[field].get(p.id, {})) for field in levels}) for p in example.cohort]
    cohort = mm.Cohort(people, scores=scores)
    first, fit = mm.aims.Coverage(), mm.aims.Fit()
    usual = mm.Program(rules=example.program.rules)
    return (
        cohort,
        usual,
        {
            "default": usual,
            "worst-off": replace(usual, aims=(first, mm.aims.WorstOff(), fit)),
            "rank-greedy": replace(usual, aims=(mm.aims.RankProfile("greedy"),)),
            "even first": replace(usual, aims=(first, mm.aims.EvenLoad(), fit)),
            "stable": (usual, "stable"),
            "greedy": (usual, "greedy"),
        },
    )


def _ranked(levels):
    return tuple(tuple(levels[score]) for score in sorted(levels, reverse=True))


def timed(question) -> dict[str, object]:
    """Seconds of each round: one default solve, all six with metrics, prices and the front."""
    import mmatch as mm

    solve, whole, solving, each = [], [], 0.0, {}
    for _ in range(1 + SPEC.repetitions):
        cohort, program, _ = question()
        start = time.perf_counter()
        mm.solve(cohort, program)
        solve.append(time.perf_counter() - start)
        cohort, program, strategies = question()
        start = time.perf_counter()
        found = mm.compare(cohort, strategies)
        _ = found.prices, found.pareto
        whole.append(time.perf_counter() - start)
        solving = sum(run.runtime or 0 for run in found)
        each = {run.strategy: f"{run.runtime:.3f} s" if run.status else run.reason for run in found}
    return {"solve": solve[1:], "compare": whole[1:], "solving": solving, "each": each}


if __name__ == "__main__":
    if sys.argv[1:2] == ["part"]:
        print(json.dumps(timed({"plain": plain, "scored": scored}[sys.argv[2]])))
    else:
        print(machine())
        print_table(run())
