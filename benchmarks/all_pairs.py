"""All pairs of many people, none of them left out: from features, and on one topic with rules; proved and judged.

Compared with one float32 product of the two feature matrices, which nobody who looks at all pairs can avoid, and at the
smallest size with SciPy's dense assignment, a column for each place. Each runs in a process of its own, so that peak
memory is its own.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from typing import Any

import numpy as np

import mmatch as mm
from benchmarks._common import Row, part

MODULE = "benchmarks.all_pairs"
FEATURES = ((10_000, 1_000, 10), (100_000, 10_000, 10))  # mentees, mentors, places
WIDTH = 32
TOPIC = (20_000, 5_000, 4)


def features(n_mentees: int, n_mentors: int) -> tuple[Any, Any]:
    """What mentees need and mentors are strong in."""
    noise = np.random.default_rng(1)
    return noise.integers(0, 10, (n_mentees, WIDTH)), noise.integers(0, 10, (n_mentors, WIDTH))


def peak() -> float:
    """Megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def from_features(n_mentees: int, n_mentors: int, places: int) -> dict[str, Any]:
    """Seconds of the product, and of everything from the matrices to the judged result."""
    needs, strengths = features(n_mentees, n_mentors)
    left, right = needs.astype(np.float32), strengths.astype(np.float32).T.copy()
    product = min(_product(left, right) for _ in range(3))
    begun = time.perf_counter()
    cohort = mm.Cohort.from_features(needs, strengths, capacity=places)
    result = mm.solve(cohort, mm.Program(aims=[mm.aims.Coverage(), mm.aims.FeatureFit()]))
    value = result.value or ()
    return {
        "product": product,
        "ours": time.perf_counter() - begun,
        "value": value[-1],
        "trust": str(result.trust),
        "peak": peak(),
    }


def _product(left: Any, right: Any) -> float:
    begun = time.perf_counter()
    for start in range(0, len(left), 100):
        left[start : start + 100] @ right
    return time.perf_counter() - begun


def scipy_dense(n_mentees: int, n_mentors: int, places: int) -> dict[str, Any]:
    """Seconds of SciPy's assignment with a column for each place."""
    from scipy.optimize import linear_sum_assignment

    needs, strengths = features(n_mentees, n_mentors)
    begun = time.perf_counter()
    scores = np.repeat((needs @ strengths.T).astype(np.float64), places, axis=1)
    rows, columns = linear_sum_assignment(scores, maximize=True)
    return {"ours": time.perf_counter() - begun, "value": int(scores[rows, columns].sum()), "peak": peak()}


def on_one_topic(n_mentees: int, n_mentors: int, places: int) -> dict[str, Any]:
    """Seconds from people with attributes on one topic to the judged result, under two rules and three aims."""
    draw = np.random.default_rng(3)

    def attributes() -> dict[str, Any]:
        languages = draw.choice(["en", "de", "fr", "es"], 2, replace=False).tolist()
        return {"team": str(draw.choice(list("abcdefghij"))), "languages": languages}

    def site() -> str:
        return str(draw.choice(list("abcdef")))

    people = [
        mm.Participant(f"m{k}", offers=[mm.Offer("careers")], capacity=places, site=site(), attributes=attributes())
        for k in range(n_mentors)
    ]
    people += [
        mm.Participant(
            f"e{k}",
            requests=[mm.Request("careers", priority=int(draw.integers(1, 4)))],
            site=site(),
            attributes=attributes(),
        )
        for k in range(n_mentees)
    ]
    cohort = mm.Cohort(people)
    rules = [mm.rules.Differs("team"), mm.rules.Same("languages")]
    aims = [mm.aims.Coverage(), mm.aims.Priority(), mm.aims.Shares("site")]
    begun = time.perf_counter()
    result = mm.solve(cohort, mm.Program(rules=rules, aims=aims))
    return {"ours": time.perf_counter() - begun, "trust": str(result.trust), "peak": peak()}


def run() -> list[Row]:
    """Measure every size and return the rows of the table."""
    rows = []
    for size in FEATURES:
        told = part(MODULE, "from_features", json.dumps(size))
        case = f"{size[0]:,} x {size[1]:,}, {WIDTH} features, {told['peak']:.0f} MB, {told['trust']}"
        ratio = f"{told['ours'] / told['product']:.0f} x one product"
        target = "≤ 20 x" if size == FEATURES[-1] else ""
        rows.append(Row("all pairs", case, f"{told['ours']:.1f} s", f"{told['product']:.2f} s product", ratio, target))
        if size == FEATURES[0]:
            dense = part(MODULE, "scipy_dense", json.dumps(size))
            same = "same value" if dense["value"] == told["value"] else "ANOTHER VALUE"
            other = f"SciPy dense {dense['ours']:.1f} s, {dense['peak']:.0f} MB, {same}"
            ratio = f"{dense['ours'] / told['ours']:.0f} x faster"
            rows.append(Row("all pairs", case, f"{told['ours']:.1f} s", other, ratio, "≥ 60 x, ≤ 400 MB"))
        print(*rows[-1], sep=" | ", flush=True)
    told = part(MODULE, "on_one_topic", json.dumps(TOPIC))
    case = f"{TOPIC[0]:,} x {TOPIC[1]:,} on one topic, 2 rules, 3 aims, {told['peak']:.0f} MB, {told['trust']}"
    rows.append(Row("all pairs", case, f"{told['ours']:.1f} s", "", "", "≤ 60 s, ≤ 3 GB"))
    return rows


if __name__ == "__main__":
    if sys.argv[1:2] == ["part"]:
        print(json.dumps(globals()[sys.argv[2]](*json.loads(sys.argv[3]))))
    else:
        for row in run():
            print(*row, sep=" | ")
