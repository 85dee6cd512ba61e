"""Run every benchmark, print one table and add its rows to figures.csv: ``python -m benchmarks.run [name …]``.

Long ones and campaigns without figures have commands of their own: ``python -m benchmarks.NAME``.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
from pathlib import Path

from benchmarks import figures
from benchmarks._common import Row, machine, print_table

APART = frozenset({"agreement", "groups", "reviewers", "schedules"})
OTHERS = APART | {"figures", "run"}


def names() -> list[str]:
    """Every file here that is a benchmark of the table."""
    found = [module.name for module in pkgutil.iter_modules([str(Path(__file__).parent)])]
    return [name for name in found if not name.startswith("_") and name not in OTHERS]


def main(wanted: list[str]) -> None:
    """Run the benchmarks wanted, or all."""
    unknown = set(wanted) - set(names())
    if unknown:
        raise SystemExit(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(names())}")
    print(machine())
    rows: list[Row] = []
    for name in wanted or names():
        print(f"\n== {name}", flush=True)
        rows += importlib.import_module(f"benchmarks.{name}").run()
    print()
    print_table(rows)
    figures.record(rows)


if __name__ == "__main__":
    main(sys.argv[1:])
