"""Planted bugs: errors that the tests must see, planted one at a time in a copy of the house.

``python tests/recorded/planted.py`` copies `src/`, plants each bug there and runs the tests named beside it against the
copy. A bug that survives is printed, and so is one whose line is no longer found: when a line is rewritten, the same
error is planted in the new one.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).parents[2]
BUGS = [  # (the line, the error, the tests that see it)
    ("return None if bad.any() else free & (rest == 0)", "return free & (rest == 0)", "proof"),
    (
        "if may and ((rest < 0 and amount < upper)",
        "if may and ((rest < -1 and amount < upper)",
        "proof/test_optimality.py",
    ),
    ("return bool((into == out).all())", "return True", "proof/test_optimality.py"),
    ("return int(sum(least) - sum(most))", "return int(sum(least) - sum(most)) + 1", "proof solvers"),
    ("for key, n in zip(met[times > 1].tolist()", "for key, n in zip(met[times > 2].tolist()", "proof"),
    ("np.flatnonzero(load > np.maximum(limit, 0))", "np.flatnonzero(load > np.maximum(limit, 1))", "proof"),
    ("np.flatnonzero(load < cohort.people.min_load)", "np.flatnonzero(load + 1 < cohort.people.min_load)", "proof"),
    ("(taken > seats)).tolist()", "(taken > seats + 1)).tolist()", "proof"),
    ("(size < least[offer]) | (size > most[offer])", "(size > most[offer])", "solvers/test_groups.py"),
    ("if (offers != offer[number]).any():", "if False:", "proof"),
    (
        "if market.tied:\n        if claim.seed is None:",
        "if False:\n        if claim.seed is None:",
        "solvers/test_stable.py",
    ),
    ("((self.least <= gap) & (gap <= most))", "((self.least <= gap) & (gap < most))", "solvers"),
    ("Fraction(-sum(abs(size - self.target)", "Fraction(-sum(abs(size - self.target + 1)", "solvers/test_groups.py"),
    ("below = network.row((stage.weights <= least)", "below = network.row((stage.weights < least)", "proof solvers"),
    ("None if tuple(found) != exact else Fraction(0)", "Fraction(0)", "solvers/test_groups.py proof"),
    ("if result.status == Status.OPTIMAL and result.bound != result.value:", "if False:", "proof"),
    ("if len(bound) != len(grade.value):", "if False:", "proof"),
    ("return bool(limit < value)", "return False", "proof"),
    ("if what == claim}) > 1", "if what == claim}) > 0", "proof solvers/test_groups.py"),
    ("nth = len(self.what_if.led_by(match.mentor)) + 1", "nth = 2", "explanations/test_claims_of_groups.py"),
    ("else capacity - self.loads[match.mentor]", "else capacity", "explanations/test_claims_of_groups.py"),
    ('"away": len(opened) - len(timely)', '"away": len(opened)', "explanations/test_claims_of_groups.py"),
    ("number(abs(facts['loss']))", "number(abs(facts['loss']) + 1)", "explanations/test_claims_of_groups.py"),
    ('if room >= group.least else ""', 'if room >= 0 else ""', "explanations/test_claims_of_groups.py"),
    ("seats >= int(limit.upper[labels].sum())", "seats > 0", "explanations/test_claims.py"),
    ("if not counted and not self._served", "if not self._served", "explanations/test_claims.py"),
    (
        "if now == NONE or self.likes[pair] < self.likes[now]",
        "if now == NONE or self.likes[pair] <= self.likes[now]",
        "explanations/test_claims_of_stable.py",
    ),
    ('"asked": len(wishes)', '"asked": len(wishes) + 1', "explanations/test_claims_of_stable.py"),
    ("status = Status.UNKNOWN  # never on one solver's word", "status = Status.INFEASIBLE", "test_engine.py solvers"),
]


def survives(bug: tuple[str, str, str]) -> str:
    """What is wrong where a bug is not seen; empty where it is."""
    line, error, tests = bug
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "src"
        shutil.copytree(ROOT / "src", copy)
        hits = [path for path in copy.rglob("*.py") if line in path.read_text(encoding="utf-8")]
        if len(hits) != 1:
            return f"stands in {len(hits)} files"
        hits[0].write_text(hits[0].read_text(encoding="utf-8").replace(line, error), encoding="utf-8")
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests.split()]
        environment = {**os.environ, "PYTHONPATH": str(copy)}
        done = subprocess.run(  # noqa: S603 - our own tests
            command, cwd=ROOT / "tests", env=environment, capture_output=True, check=False
        )
    return "" if done.returncode == 1 else f"survives {tests} (exit {done.returncode})"


def main() -> int:
    """Plant every bug."""
    with ThreadPoolExecutor(2) as pool:
        found = list(zip(BUGS, pool.map(survives, BUGS), strict=True))
    alive = [(bug, fault) for bug, fault in found if fault]
    for (line, _, _), fault in alive:
        print(f"{line}\n  {fault}")  # noqa: T201 - a script
    print(f"{len(found) - len(alive)} of {len(found)} planted bugs are seen")  # noqa: T201
    return 1 if alive else 0


if __name__ == "__main__":
    sys.exit(main())
