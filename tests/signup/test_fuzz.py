"""Any bytes and any JSON value give a cohort or an MmatchError, and nothing else."""

import json

import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from mmatch.cohort import Cohort
from mmatch.errors import MmatchError
from mmatch.io.cohorts import cohort_from_json
from mmatch.io.json_text import parse_json
from mmatch.signup import read_files

quick = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
HEADS = [
    *(
        "id",
        "name",
        "email",
        "first name",
        "role",
        "topic",
        "capacity",
        "level",
        "ranks",
        "avoids",
        "priority",
        "timezone",
    ),
    *(
        "mentor",
        "mentee",
        "score",
        "max",
        "Mon 9",
        "Mon 10",
        "a",
        "b",
        "",
        "Do you want to sign up as a mentor?",
        "min load",
    ),
    *("availability", "mentee ranks", "both", "mode", "seats", "x [a]", "line", "reason", "file"),
]
CELLS = [
    *(
        "",
        "a",
        "b",
        "A",
        "a@x.org",
        "0",
        "1",
        "-1",
        "-5",
        "5",
        "2.5",
        "yes",
        "no",
        "maybe",
        "mentor",
        "both",
        "three",
        "a; b",
    ),
    *(
        "a, b",
        "UTC+2",
        "Mars",
        "1e999",
        "=1+1",
        "'=x",
        "x" * 300,
        "\u202e",
        "\u0301",
        "\uff19",
        "a\nb",
        '"',
        "NaN",
        "-",
        "e.g., a, b",
    ),
]
tables = st.lists(st.sampled_from(HEADS), min_size=1, max_size=5).flatmap(
    lambda heads: st.lists(st.lists(st.sampled_from(CELLS), min_size=len(heads), max_size=len(heads)), max_size=4).map(
        lambda rows: [heads, *rows]
    )
)


def csv_text(rows):
    quoted = (
        ['"' + cell.replace('"', '""') + '"' if set(cell) & set('",\n') else cell for cell in row] for row in rows
    )
    return "\n".join(",".join(row) for row in quoted)


def reads_or_refuses(*paths, **options):
    for errors in ("raise", "collect"):
        try:
            reading = read_files(*paths, on_bad_row=errors, **options)
        except MmatchError as error:
            assert str(error)
            assert len(str(error)) <= 4000
            continue
        assert str(reading.mapping)
        for question in reading.questions:
            assert question.file
            assert "--answer" in question.how
        try:
            guess = reading.guess
        except MmatchError as error:
            assert str(error)
            continue
        assert isinstance(guess, Cohort)
        again = read_files(*paths, on_bad_row=errors, **(options | {"mapping": reading.mapping}))
        assert again.guess == guess
        assert list(again.rejected) == list(reading.rejected)


@quick
@given(st.binary(max_size=200), st.sampled_from(["people.csv", "cohort.json"]))
@example(b'id,\x85\n"', "people.csv")
@example("id\r\rx".encode("utf-16"), "people.csv")
def test_any_bytes(tmp_path, data, name):
    path = tmp_path / name
    path.write_bytes(data)
    reads_or_refuses(path)


@quick
@given(st.text(max_size=100))
def test_any_text(tmp_path, text):
    path = tmp_path / "mentors.csv"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    reads_or_refuses(path)


@settings(quick, max_examples=400)
@given(st.lists(tables, min_size=1, max_size=3), st.sampled_from([("mentors", "mentees", "more"), ("a", "b", "c")]))
def test_any_tables_of_likely_heads_and_cells(tmp_path, found, names):
    paths = []
    for rows, name in zip(found, names, strict=False):
        path = tmp_path / f"{name}.csv"
        path.write_text(csv_text(rows), encoding="utf-8", newline="")
        paths.append(path)
    reads_or_refuses(*paths)


@quick
@given(
    tables,
    st.dictionaries(
        st.sampled_from(HEADS), st.sampled_from(["id", "attribute", "hours", "scores", "choices", "ranks"])
    ),
)
def test_any_mapping(tmp_path, rows, mapping):
    path = tmp_path / "mentors.csv"
    path.write_text(csv_text(rows), encoding="utf-8", newline="")
    reads_or_refuses(path, mapping=mapping)


keys = st.sampled_from(
    [
        "schema",
        "version",
        "participants",
        "topics",
        "history",
        "scores",
        "id",
        "offers",
        "requests",
        "capacity",
        "ranks",
        "attributes",
        "group",
        "level",
    ]
)
leaves = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=3)
    | st.sampled_from(["mmatch/cohort", "a", "b", 1])
)
values = st.recursive(leaves, lambda v: st.lists(v, max_size=3) | st.dictionaries(keys, v, max_size=4), max_leaves=12)


@settings(quick, max_examples=300)
@given(values, st.dictionaries(keys, values, max_size=4), st.booleans())
def test_any_json_value(value, person, whole):
    if whole:
        value = {"schema": "mmatch/cohort", "version": 1, "participants": [{"id": "a", **person}], "scores": value}
    try:
        assert isinstance(cohort_from_json(parse_json(json.dumps(value))), Cohort)
    except MmatchError as error:
        assert str(error)


@settings(quick, max_examples=60)
@given(
    st.dictionaries(
        st.sampled_from(["id", "topic", "capacity", "x"]),
        st.lists(
            leaves | st.lists(leaves, max_size=2) | st.sampled_from([pd.NA, pd.NaT, pd.Timestamp(0), 1j, b"x"]),
            min_size=2,
            max_size=2,
        ),
    )
)
def test_any_frame(columns):
    frame = pd.DataFrame({name: pd.Series(cells, dtype=object) for name, cells in columns.items()})
    reads_or_refuses(mentors=frame)


@pytest.mark.parametrize("path", ["", "\0", "x" * 5000, "\ud800", b"mentors.csv", None, 3.5, ["a"], {}])
def test_any_path(path):
    with pytest.raises(MmatchError):
        read_files(path)
