"""Every aim that is a flow, on 10,000 mentees, 2,000 mentors and 50 candidates each, against a plain best fit.

Each program is one run of `solve` up to a result that the judge has accepted. The time of a plain `Fit` on the same
cohort is the yardstick, times the tiers that the program has and the levels that its vectors have. Wish lists of 50 and
scores stand in the same cohort.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict, dataclass
from typing import Any

from benchmarks._common import Row, machine, middle, part, print_table, seconds

MODULE = "benchmarks.aims"


@dataclass(frozen=True)
class Spec:
    """One cohort."""

    mentees: int = 10_000
    mentors: int = 2_000
    candidates: int = 50
    capacity: int = 5
    levels: int = 10
    repetitions: int = 3
    seed: int = 0


def programs() -> dict[str, tuple[list[Any], int]]:
    """{title: (aims, tiers and levels solved)}; the plain fit comes first."""
    from mmatch import aims

    first, levels = aims.Coverage(), Spec.levels
    kept = [(f"mentor-{k % Spec.mentors}", f"mentee-{k}") for k in range(0, Spec.mentees, 3)]
    targets = {f"mentor-{k}": 2 + k % 5 for k in range(Spec.mentors)}
    return {
        "Fit": ([aims.Fit()], 1),
        "Coverage, Fit": ([first, aims.Fit()], 2),
        "Coverage, EvenLoad": ([first, aims.EvenLoad()], 2),
        "Coverage, EvenLoad(targets)": ([first, aims.EvenLoad(targets)], 2),
        "Coverage, NewMentors": ([first, aims.NewMentors()], 2),
        "Coverage, NewConnections": ([first, aims.NewConnections()], 2),
        "Coverage, Keep": ([first, aims.Keep(kept)], 2),
        "Coverage, RelativeFit": ([first, aims.RelativeFit()], 2),
        "Coverage, Parity": ([first, aims.Parity("site")], 2),
        "Coverage, Preference": ([first, aims.Preference()], 2),
        "Coverage, squared ranks": ([first, aims.Preference(power=2)], 2),
        "RankProfile(greedy)": ([aims.RankProfile("greedy")], levels + 1),
        "RankProfile(generous)": ([aims.RankProfile("generous")], levels + 1),
        "RankProfile(rank-maximal)": ([aims.RankProfile("rank-maximal")], levels),
        "Coverage, WorstOff": ([first, aims.WorstOff()], 2),
        "Coverage, WorstOff, Fit": ([first, aims.WorstOff(), aims.Fit()], 3),
        "Coverage, Leximin": ([first, aims.Leximin()], levels + 1),
    }


def cohort_of(spec: Spec) -> Any:
    """Scores from 1 to ``levels`` on 50 candidates of each mentee, and lists in which equal scores are ties."""
    import numpy as np

    import mmatch

    random = np.random.default_rng(spec.seed)
    people = [
        mmatch.Participant(f"mentor-{k}", offers=[mmatch.Offer()], capacity=spec.capacity) for k in range(spec.mentors)
    ]
    scores: dict[tuple[str, str], int] = {}
    for k in range(spec.mentees):
        whom = random.choice(spec.mentors, spec.candidates, replace=False).tolist()
        worth = random.integers(1, spec.levels + 1, spec.candidates).tolist()
        levels: dict[int, list[str]] = {}
        for mentor, score in zip(whom, worth, strict=True):
            scores[f"mentor-{mentor}", f"mentee-{k}"] = score
            levels.setdefault(score, []).append(f"mentor-{mentor}")
        ranks = tuple(tuple(levels[score]) for score in sorted(levels, reverse=True))
        site = f"site {k % 7}"
        people.append(mmatch.Participant(f"mentee-{k}", requests=[mmatch.Request()], ranks=ranks, site=site))
    return mmatch.Cohort(people, scores=scores)


def measured(spec: Spec) -> dict[str, list[float]]:
    """Seconds of each program, in turn."""
    import mmatch

    cohort, told = cohort_of(spec), {}
    for _ in range(spec.repetitions + 1):
        for title, (given, _) in programs().items():
            start = time.perf_counter()
            result = mmatch.solve(cohort, mmatch.Program(aims=given), solver="flow")
            told.setdefault(title, []).append(time.perf_counter() - start)
            if result.trust != "proved":
                raise SystemExit(f"{title} is not proved")
    return {title: times[1:] for title, times in told.items()}


def run() -> list[Row]:
    """Measure and return the rows of the table."""
    spec = Spec()
    told = part(MODULE, "all", json.dumps(asdict(spec)))
    plain = middle(told["Fit"])
    rows = []
    for title, (_, steps) in programs().items():
        each = middle(told[title]) / steps / plain
        rows.append(Row("aims", title, seconds(told[title]), seconds(told["Fit"]), f"{each:.2f} x a step"))
    return rows


if __name__ == "__main__":
    if sys.argv[1:2] == ["part"]:
        print(json.dumps(measured(Spec(**json.loads(sys.argv[3])))))
    else:
        print(machine())
        print_table(run())
