"""All figures that were measured, in figures.csv: adding rows, the latest of each case, a picture, tables."""

from __future__ import annotations

import csv
import datetime as dt
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks._common import ROOT, Row, machine

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FIGURES = Path(__file__).parent / "figures.csv"
HEAD = ("date", "commit", "machine", "benchmark", "case", "ours", "compared with", "ratio", "target")
SECONDS = re.compile(r"([\d.]+) s\b")
Figures = list[dict[str, str]]


def record(rows: list[Row], path: Path = FIGURES) -> None:
    """Add rows with today's date and the commit; a plus says that files differ from it."""
    described = ["git", "describe", "--always", "--dirty=+", "--abbrev=7", "--exclude=*"]
    done = subprocess.run(described, cwd=ROOT, capture_output=True, text=True, check=False)
    commit = done.stdout.strip() or "unknown"
    today = dt.datetime.now(dt.UTC).date().isoformat()
    with path.open("a", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([today, commit, machine(), *row] for row in rows)


def latest(path: Path = FIGURES) -> Figures:
    """The last row of each case, in the order of the file."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return list({(row["benchmark"], row["case"]): row for row in rows}.values())


def draw(rows: Figures) -> Figure:
    """Seconds of ours, and of what they are compared with, on a logarithmic axis; without those under a time limit."""
    from mmatch.plot import BLUE, ORANGE, figure

    shown = [row for row in rows if SECONDS.search(row["ours"]) and row["benchmark"] not in {"groups", "schedules"}]
    ax = figure(figsize=(11, 0.32 * len(shown) + 1.5)).subplots()
    for at, column, colour, label in ((-0.2, "ours", BLUE, "mmatch"), (0.2, "compared with", ORANGE, "compared with")):
        found = [(k + at, SECONDS.search(row[column]), row[column]) for k, row in enumerate(shown)]
        bars = [(y, float(seconds[1]), text) for y, seconds, text in found if seconds]
        ax.barh([y for y, _, _ in bars], [seconds for _, seconds, _ in bars], 0.4, color=colour, label=label)
        for y, seconds, text in bars:
            ax.text(seconds * 1.1, y, text if column != "ours" else f"{seconds:g} s", va="center", fontsize=7)
    ax.set_yticks(range(len(shown)), [f"{row['benchmark']}: {row['case']}" for row in shown], fontsize=8)
    ax.invert_yaxis()
    ax.set(xscale="log", xlabel="seconds, each step ten times as long", title="Seconds; shorter is better")
    ax.set_xlim(right=ax.get_xlim()[1] * 4)
    ax.legend(loc="upper right")
    return ax.figure


def tables(rows: Figures) -> str:
    """One Markdown table for each benchmark."""
    shown = [name for name in HEAD if name not in {"benchmark", "machine"}]
    parts = []
    for name in dict.fromkeys(row["benchmark"] for row in rows):
        parts += [f"### {name}", "", f"| {' | '.join(shown)} |", f"|{' --- |' * len(shown)}"]
        parts += [f"| {' | '.join(row[column] for column in shown)} |" for row in rows if row["benchmark"] == name]
        parts.append("")
    return "\n".join(parts)
