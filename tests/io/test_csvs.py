"""CSV as we write it: nothing acts as a formula, and our own prefix is removed exactly."""

import csv
import io
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmatch.errors import ExportError, InputError
from mmatch.io.csvs import as_written, neutral, rows_to_text, write_rows
from mmatch.io.files import atomic_write
from mmatch.signup import read_cohort

SIGNS = "=+-@\t\r\0\uff1d\uff0b\uff0d\uff20"


@pytest.mark.parametrize(
    "cell", [f"{before}{sign}1" for sign in SIGNS for before in ("", " ", '"', " '", "note\n", "a\r\n ")]
)
def test_x01_no_line_of_a_cell_acts(cell):
    lines = neutral(cell).replace("\r\n", "\n").split("\n")
    assert not any(line.lstrip(" '\"\u00a0").startswith(tuple(SIGNS)) and not line.startswith("'") for line in lines)
    assert as_written(neutral(cell)) == cell


@given(st.text(alphabet=SIGNS + " '\"a\n\u00a0", max_size=12))
def test_x01_the_prefix_is_removed_exactly(cell):
    assert as_written(neutral(cell)) == cell


@given(st.text(alphabet="abc 0123456789.,;()é中", max_size=12))
def test_harmless_cells_are_not_touched(cell):
    assert neutral(cell) == cell


def test_numeric_columns_are_not_touched_and_none_is_blank(tmp_path):
    path = tmp_path / "out.csv"
    write_rows(path, ["id", "score", "note"], [["=a", -5, "-5"], ["b", None, None]], numeric={"score"})
    assert path.read_bytes().decode() == "id,score,note\r\n'=a,-5,'-5\r\nb,,\r\n"
    assert path.stat().st_mode & 0o777 == 0o600


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=8), min_size=2, max_size=2))
def test_any_cells_are_read_back(cells):
    text = rows_to_text(["a", "b"], [cells])
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert [as_written(cell) for cell in rows[1]] == cells


def test_x02_ids_are_read_back_as_they_were(tmp_path):
    path = tmp_path / "mentors.csv"
    write_rows(path, ["id", "note"], [["=1+1", "'-quoted"], ["@ann", "+49 30"]])
    cohort = read_cohort(path)
    assert [p.id for p in cohort] == ["=1+1", "@ann"]
    assert [p.attributes["note"] for p in cohort] == ["'-quoted", "+49 30"]


def test_x08_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "out.csv"
    atomic_write(path, "old")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(
        ExportError, match=r"out.csv was not written: no space left on device; what stood there is intact"
    ):
        atomic_write(path, "new")
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["out.csv"]


def test_x08_places_that_cannot_be_written(tmp_path):
    (tmp_path / "folder").mkdir()
    for path in (tmp_path / "missing" / "out.csv", tmp_path / "folder"):
        with pytest.raises(ExportError, match="was not written"):
            atomic_write(path, "x")
    with pytest.raises(ExportError, match="lone surrogate"):
        atomic_write(tmp_path / "out.csv", "\ud800")
    with pytest.raises(InputError, match="not a local file"):
        atomic_write("https://example.org/out.csv", "x")
    assert [p.name for p in tmp_path.iterdir()] == ["folder"]


def test_x09_a_link_is_replaced_and_its_target_left_alone(tmp_path):
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_text("old")
    link.symlink_to(target)
    atomic_write(link, b"new")
    assert (target.read_text(), link.read_text(), link.is_symlink()) == ("old", "new", False)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_device_or_a_pipe_is_not_replaced_by_a_file(tmp_path):
    """Whoever may write in /dev would lose the device, for everybody on the machine."""
    pipe, link = tmp_path / "pipe", tmp_path / "link"
    os.mkfifo(pipe)
    link.symlink_to(pipe)
    for path in (pipe, link):
        with pytest.raises(ExportError, match="is a device or a pipe"):
            atomic_write(path, "x")
    assert (pipe.is_fifo(), link.is_symlink()) == (True, True)
