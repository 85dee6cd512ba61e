"""Three different mentors for each of 120 mentees, the worst-off first: floors, verified gaps, known heuristics.

Two families of dense scores, two kinds of loads, three seeds each: as papers and reviewers are studied. Ours is
``mmatch.solve`` under a time limit, up to a result that the judge has accepted; beside it, in the same process,
FairFlow and the rounding of a relaxation (``_fairflow.py``), whose choices the judge must accept too. Everything is
printed run by run, also where a baseline is better; the table sums up. It is not part of ``benchmarks.run``.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, NamedTuple

from benchmarks._common import Row, machine, middle, print_table
from benchmarks._fairflow import Task, fair_flow, rounded


@dataclass(frozen=True)
class Spec:
    """What is measured."""

    mentees: int = 120
    mentors: int = 180
    rank: int = 3  # of the scores, before they are clipped or normalised
    demand: int = 3
    loads: tuple[tuple[int, int], ...] = ((0, 4), (2, 2))
    families: tuple[str, ...] = ("clipped", "normalised")
    seeds: tuple[int, ...] = (0, 1, 2)
    time_limit: int = 60
    most_seconds: int = 5  # for the clipped family, with proof
    same: float = 1e-9  # relative: scores are rounded once to 2^-40 of the greatest


SPEC = Spec()


class Ours(NamedTuple):
    """One solve: tier 1 is the floor, tier 2 the total."""

    seconds: float
    status: str
    trust: str
    value: tuple[float, float]
    bound: tuple[float | None, float | None]

    @property
    def proved(self) -> bool:
        """Whether floor and total are the best, as verified."""
        return self.bound == self.value


class Theirs(NamedTuple):
    """One baseline."""

    seconds: float
    floor: float
    total: float


class Run(NamedTuple):
    """One instance."""

    family: str
    least: int
    most: int
    seed: int
    ours: Ours
    flow: Theirs
    rounding: Theirs


def scores_of(spec: Spec, family: str, seed: int) -> Any:
    """Mentees x mentors: a product of normal draws, clipped to 0..1 or normalised row by row."""
    import numpy as np

    random = np.random.default_rng(seed)
    wishes, skills = (random.standard_normal((n, spec.rank)) for n in (spec.mentees, spec.mentors))
    scores = wishes @ skills.T
    if family == "clipped":
        return np.clip(scores, 0, 1)
    scores -= scores.min(axis=1, keepdims=True)
    return scores / scores.sum(axis=1, keepdims=True)


def measured(spec: Spec, family: str, load: tuple[int, int], seed: int) -> Run:
    """Ours and both baselines on one instance, in turn."""
    import mmatch as mm

    task = Task(scores_of(spec, family, seed), spec.demand, *load)
    cohort = mm.Cohort.from_scores(task.scores, capacity=task.most, min_load=task.least, demand=task.demand)
    program = mm.Program(aims=[mm.aims.Coverage(), mm.aims.WorstOff(), mm.aims.Fit()])
    start = time.perf_counter()
    result = mm.solve(cohort, program, time_limit=spec.time_limit)
    taken = time.perf_counter() - start
    if result.value is None or result.value[0] != spec.mentees * spec.demand:
        raise SystemExit(f"{family}, {load}, seed {seed}: not all seats are filled: {result!r}")
    ours = Ours(taken, str(result.status), str(result.trust), result.value[1:], result.verified_bound[1:])
    flow = _baseline(task, (cohort, program), lambda: _better(task, fair_flow(task), fair_flow(task, again=True)))
    rounding = _baseline(task, (cohort, program), lambda: rounded(task))
    most = ours.bound[0]
    if most is not None and max(flow.floor, rounding.floor) > most * (1 + spec.same):
        raise SystemExit(f"{family}, {load}, seed {seed}: a baseline has a floor above the verified bound {most}")
    return Run(family, *load, seed, ours, flow, rounding)


def _better(task: Task, one: Any, other: Any) -> Any:
    return max(one, other, key=task.floor)


def _baseline(task: Task, question: tuple[Any, Any], solve: Any) -> Theirs:
    """Time a baseline; the judge looks at what it gives."""
    import numpy as np

    import mmatch as mm

    start = time.perf_counter()
    chosen = solve()
    taken = time.perf_counter() - start
    pairs = [(f"mentor-{whom}", f"mentee-{who}") for who, whom in zip(*np.nonzero(chosen), strict=True)]
    cohort, program = question
    wrong = mm.verify(cohort, program, mm.matching_from_pairs(cohort, pairs, program))
    if wrong or chosen.sum() != task.demand * len(task.scores):
        raise SystemExit(f"a baseline gave no valid choice: {wrong[:3]}")
    return Theirs(taken, task.floor(chosen), float(task.totals(chosen).sum()))


def gap(value: float, bound: float | None) -> float | None:
    """How far a value is below its bound, as a share of the bound; None without a bound."""
    return None if bound is None else (bound - value) / bound if bound else 0.0


def against(floor: float, other: float, same: float = SPEC.same) -> str:
    """Our floor beside theirs: above, same or below."""
    if abs(floor - other) <= same * max(abs(floor), abs(other)):
        return "same"
    return "above" if floor > other else "below"


HEADS = (
    "family | loads | seed | seconds | status, trust | floor | verified bound | gap | total | verified bound | gap"
    " | FairFlow: floor, total, seconds | rounding: floor, total, seconds | our floor beside both"
)


def line(run: Run) -> str:
    """One run, as a row of the long table."""
    ours = run.ours
    cells = [run.family, loads(run), str(run.seed), f"{ours.seconds:.2f}", f"{ours.status}, {ours.trust}"]
    for value, bound, digits in zip(ours.value, ours.bound, (6, 4), strict=True):
        cells += [f"{value:.{digits}f}", "none" if bound is None else f"{bound:.{digits}f}", share(gap(value, bound))]
    for other in (run.flow, run.rounding):
        cells.append(f"{other.floor:.6f}, {other.total:.4f}, {other.seconds:.2f}")
    cells.append(", ".join(against(ours.value[0], other.floor) for other in (run.flow, run.rounding)))
    return f"| {' | '.join(cells)} |"


def loads(run: Run) -> str:
    """The loads in a word."""
    return str(run.most) if run.least == run.most else f"{run.least}-{run.most}"


def share(part: float | None) -> str:
    """A gap as a percentage; 0 only where it is none."""
    if part is None:
        return "none"
    return "0" if part == 0 else f"{part:.2%}"


def summary(runs: list[Run]) -> Row:
    """All seeds of one family and kind of loads, in one row."""
    first, ours = runs[0], [run.ours for run in runs]
    times = [one.seconds for one in ours]
    floors, totals = [_worst([gap(one.value[k], one.bound[k]) for one in ours]) for k in (0, 1)]
    told = f"{middle(times):.1f} s (worst {max(times):.1f}), floor gap ≤ {share(floors)}, total gap ≤ {share(totals)}"
    counts = []
    for name in ("flow", "rounding"):
        beside = [against(run.ours.value[0], getattr(run, name).floor) for run in runs]
        words = [word for word in ("above", "same", "below") if word in beside]
        counts.append(", ".join(f"{beside.count(word)} {word}" for word in words))
    other = f"floors: FairFlow {counts[0]}; rounding {counts[1]}"
    proved = f"{sum(one.proved for one in ours)} of {len(ours)} verified as best"
    clipped = first.family == "clipped"
    target = f"proved, ≤ {SPEC.most_seconds} s" if clipped else f"gap verified, above FairFlow, ≤ {SPEC.time_limit} s"
    return Row("reviewers", f"{first.family}, loads {loads(first)}", told, other, proved, target)


def _worst(gaps: list[float | None]) -> float | None:
    return None if None in gaps else max(gaps)


def _warm() -> None:
    """Load what all of them load, on a small instance."""
    measured(Spec(mentees=8, mentors=12, time_limit=10), "clipped", (0, 4), 0)


def run() -> list[Row]:
    """Measure every instance and return the rows of the table."""
    _warm()
    print(f"| {HEADS} |\n|{' --- |' * (HEADS.count('|') + 1)}")
    rows = []
    for family in SPEC.families:
        for load in SPEC.loads:
            runs = []
            for seed in SPEC.seeds:
                runs.append(measured(SPEC, family, load, seed))
                print(line(runs[-1]), flush=True)
            rows.append(summary(runs))
    print()
    return rows


if __name__ == "__main__":
    print(machine())
    print_table(run())
