"""The file of figures: every row is whole, new ones are added, and the site shows the latest of each case."""

import csv
import datetime as dt
import re
import shutil
from pathlib import Path

import pytest
from benchmarks import figures
from benchmarks._common import Row
from benchmarks.run import APART, names
from matplotlib.backends.backend_agg import FigureCanvasAgg

ROWS = list(csv.DictReader(figures.FIGURES.read_text(encoding="utf-8").splitlines()))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['date']} {row['benchmark']} {row['case'][:20]}")
def test_every_figure_has_a_date_a_commit_a_machine_and_a_benchmark(row):
    assert tuple(row) == figures.HEAD
    assert dt.date.fromisoformat(row["date"]) >= dt.date(2026, 11, 23)
    assert re.fullmatch(r"[0-9a-f]{7,}\+?", row["commit"])
    assert row["benchmark"] in {*names(), *APART}
    assert row["machine"]
    assert row["ours"]


def test_new_figures_are_added_and_are_then_the_latest(tmp_path):
    path = Path(shutil.copy(figures.FIGURES, tmp_path))
    figures.record([Row("facts", "100,000 people from rows", "1.23 s", "", "", "≤ 2 s")], path)
    before, after = figures.latest(), figures.latest(path)
    assert path.read_text(encoding="utf-8").startswith(figures.FIGURES.read_text(encoding="utf-8"))
    assert len(after) == len(before)
    assert [row["ours"] for row in after if row["case"] == "100,000 people from rows"] == ["1.23 s"]
    assert "| 1.23 s |" in figures.tables(after)


def test_the_picture_has_a_bar_for_each_time():
    drawn = figures.draw(figures.latest())
    FigureCanvasAgg(drawn).draw()
    (ax,) = drawn.axes
    labels = [label.get_text() for label in ax.get_yticklabels()]
    assert {label.partition(":")[0] for label in labels} == {row["benchmark"] for row in ROWS} - {"groups", "schedules"}
    assert len(ax.patches) == len(ax.texts) > len(labels)
