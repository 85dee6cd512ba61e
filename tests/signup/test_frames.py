"""Data frames of every library, wide and long, in and out; and Parquet files."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

import mmatch as mm

pl = pytest.importorskip("polars")
pa = pytest.importorskip("pyarrow")
duckdb = pytest.importorskip("duckdb")

MAKERS = {
    "pandas": pd.DataFrame,
    "pandas-arrow": lambda data: pd.DataFrame(data).convert_dtypes(dtype_backend="pyarrow"),
    "polars": pl.DataFrame,
    "lazy": lambda data: pl.DataFrame(data).lazy(),
    "pyarrow": pa.table,
    "duckdb": lambda data: duckdb.from_arrow(pa.table(data)),
}
BACKENDS = ("pandas", "polars", "pyarrow")


@pytest.fixture(params=MAKERS)
def frame(request):
    return MAKERS[request.param]


def test_nulls_and_whole_numbers_are_what_they_were(frame):
    """pandas turns whole numbers beside nulls into floats: 2.0 is 2 again."""
    mentors = frame({"id": ["ann", "bob"], "topic": ["data", "data; r"], "capacity": [2, None]})
    mentees = frame({"id": ["cy", "di"], "topic": ["data", "r"], "level": [1, None]})
    cohort = mm.read_cohort(mentors, mentees)
    assert [person.capacity for person in cohort][:2] == [2, None]
    assert [cohort[name].requests[0].level for name in ("cy", "di")] == [1, None]


def test_a_wide_matrix_and_long_triples_are_the_same_cohort(frame):
    wide = frame({"mentee": ["cy", "di"], "ann": [3.0, None], "bob": [1.5, 2.0]})
    long = frame({"mentee": ["cy", "cy", "di"], "mentor": ["ann", "bob", "bob"], "score": [3.0, 1.5, 2.0]})
    one, other = mm.read_cohort(wide), mm.read_cohort(long)
    assert dict(one.scores) == dict(other.scores) == {("ann", "cy"): 3, ("bob", "cy"): 1.5, ("bob", "di"): 2}
    assert mm.solve(one).matching.pairs() == mm.solve(other).matching.pairs()


def test_ids_that_are_floats_are_refused(frame):
    with pytest.raises(mm.InputError, match="floats"):
        mm.read_cohort(frame({"id": [7.0, 8.5], "topic": ["a", "b"]}), frame({"id": ["x"], "topic": ["a"]}))


@pytest.mark.parametrize("backend", BACKENDS)
def test_answers_come_out_long_and_wide(backend):
    cohort = mm.Cohort.from_scores([[3, 1], [2, 5], [4, 4]], capacity=2)
    matching = mm.solve(cohort).matching
    long = matching.to_frame(backend)
    wide = matching.to_frame(backend, wide=True)
    assert len(long) == len(matching.seats) == 3
    counts = wide if backend == "pandas" else wide.to_pandas()
    assert counts["mentee"].tolist() == ["mentee-0", "mentee-1", "mentee-2"]
    assert counts.drop(columns="mentee").to_numpy().sum() == 3
    assert {(b, a) for a, row in counts.set_index("mentee").iterrows() for b, n in row.items() if n} == {
        pair[:2] for pair in matching.pairs()
    }


@pytest.mark.parametrize("backend", BACKENDS)
def test_schedules_come_out_with_instants(backend):
    people = [mm.Participant("ann", offers=[mm.Offer("r")]), mm.Participant("eva", requests=[mm.Request("r")])]
    cohort = mm.Cohort(people)
    program = mm.Program(format="two_session")
    made = mm.schedule(cohort, mm.solve(cohort, program), start="2027-01-11", end="2027-02-20")
    table = made.to_frame(backend)
    assert len(table) == 2
    starts = table["starts"].to_pylist() if backend == "pyarrow" else list(table["starts"])
    assert [start.astimezone(dt.UTC) for start in starts] == [m.begins() for m in made.plans[0].sessions]


def test_parquet_files_are_read_and_others_refused(tmp_path):
    pl.DataFrame({"id": ["ann"], "topic": ["data"], "capacity": [2]}).write_parquet(tmp_path / "mentors.parquet")
    pl.DataFrame({"id": ["cy", "di"], "topic": ["data", "data"]}).write_parquet(tmp_path / "mentees.parquet")
    cohort = mm.read_cohort(tmp_path / "mentors.parquet", tmp_path / "mentees.parquet")
    assert len(mm.solve(cohort).matching) == 2
    (tmp_path / "x.parquet").write_text("id,topic\n")
    with pytest.raises(mm.InputError, match=r"x\.parquet: .* expected a Parquet file"):
        mm.read_cohort(tmp_path / "x.parquet")
    with pytest.raises(mm.InputError, match="no such file"):
        mm.read_cohort(tmp_path / "y.parquet")


def test_a_parquet_bomb_is_not_unpacked(tmp_path, monkeypatch):
    """A few kilobytes on disk that are a billion cells in memory."""
    from mmatch.io import parquet

    monkeypatch.setattr(parquet, "MOST_CELLS", 10_000)
    pl.DataFrame({"id": ["a"] * 20_000}).write_parquet(tmp_path / "bomb.parquet")
    with pytest.raises(mm.errors.LimitError, match="20,000 cells"):
        mm.read_cohort(tmp_path / "bomb.parquet")


def test_parquet_without_pyarrow_says_what_to_install(tmp_path, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(mm.errors.ExtraError, match="pip install pyarrow"):
        mm.read_cohort(tmp_path / "x.parquet")
