"""What benchmarks share: rows of the table, parts that run in processes of their own, medians."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
PEERS = ROOT / ".venv-peers" / "bin" / "python"


class Row(NamedTuple):
    """One line of the table: ours, what it is compared with, and the ratio that counts."""

    benchmark: str
    case: str
    ours: str
    other: str
    ratio: str
    target: str = ""


def part(module: str, *arguments: Any, python: Any = sys.executable) -> dict[str, Any]:
    """Run ``python -m module part …`` in a fresh interpreter and read the JSON in its last line."""
    command = [str(python), "-m", module, "part", *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr[-3000:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def wall(code: list[str]) -> float:
    """Seconds of one fresh interpreter."""
    start = time.perf_counter()
    subprocess.run([sys.executable, *code], cwd=ROOT, capture_output=True, check=True)
    return time.perf_counter() - start


def middle(values: list[float]) -> float:
    """The median."""
    return statistics.median(values)


def seconds(values: list[float]) -> str:
    """The median, as it stands in the table."""
    return f"{middle(values):.3f} s"


def spread(values: list[float]) -> str:
    """Median and range, for a line of its own."""
    return f"{middle(values):.3f} s ({min(values):.3f} to {max(values):.3f}, {len(values)} runs)"


def machine() -> str:
    """Where this ran."""
    return f"Python {sys.version.split()[0]}, {os.cpu_count()} cores, {sys.platform}"


def print_table(rows: list[Row]) -> None:
    """The rows as a Markdown table."""
    print("| benchmark | case | ours | compared with | ratio | target |")
    print("| --- | --- | --- | --- | --- | --- |")
    for row in rows:
        print(f"| {' | '.join(row)} |")
