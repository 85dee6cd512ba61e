"""Run every benchmark and print one table: ``python -m benchmarks.run [name …]``."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from pathlib import Path

from benchmarks._common import Row, machine, print_table


def names() -> list[str]:
    """Every file here that is a benchmark."""
    found = [module.name for module in pkgutil.iter_modules([str(Path(__file__).parent)])]
    return [name for name in found if not name.startswith("_") and name != "run"]


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


if __name__ == "__main__":
    main(sys.argv[1:])
