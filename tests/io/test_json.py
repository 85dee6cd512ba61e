"""Cohorts as JSON: what is written reads back equal, fits the published schema, and says by whom it was made."""

import json
from fractions import Fraction
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mmatch.io
from mmatch.cohort import Cohort, Meeting, Offer, Participant, Request
from mmatch.errors import ExportError, InputError
from mmatch.io import from_json, to_json
from mmatch.io.cohorts import COHORT, cohort_from_json, write_cohort
from mmatch.io.json_text import dump_json, parse_json
from mmatch.signup import read_cohort, read_files

SCHEMA = Path(mmatch.io.__file__).parent / "schemas" / "cohort.schema.json"
PUBLISHED = json.loads(SCHEMA.read_text())
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
names = st.text("abcä 中'\"\\=", min_size=1, max_size=4).map(lambda t: t.strip() or "a")
numbers = st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False)
plain = texts | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False, allow_infinity=False)
counts = st.none() | st.integers(0, 5)
levels = st.none() | st.floats(-5, 5) | st.integers(-5, 5)


def _apart(requests):
    """Requests without those that name a topic again."""
    named = [topic for request in requests for topic in request.topics]
    return requests if len(set(named)) == len(named) else requests[:1]


@st.composite
def participants(draw, name, others):
    wishes = st.none() | st.lists(st.sampled_from(others), unique=True).map(tuple) if others else st.none()
    tied = wishes.map(lambda w: w if w is None or len(w) < 2 else (w[:2], *w[2:]))
    offer = st.builds(Offer, names, level=levels, seats=counts, group=st.none() | st.just((1, 3)))
    topics = names | st.lists(names, min_size=1, max_size=3, unique=True)
    request = st.builds(Request, topics, level=levels, priority=st.integers(-3, 3), mentors=st.integers(0, 3))
    return Participant(
        name,
        name=draw(texts),
        offers=draw(st.lists(offer, max_size=2, unique_by=lambda o: o.topic)),
        requests=draw(st.lists(request, max_size=2).map(_apart)),
        capacity=draw(counts),
        groups=draw(counts),
        availability=draw(st.none() | texts | st.lists(texts, min_size=1, max_size=2).map(tuple)),
        timezone=draw(st.sampled_from([None, "UTC", "Asia/Kathmandu"])),
        site=draw(texts),
        modes=draw(st.sampled_from([frozenset({"virtual"}), frozenset({"virtual", "in_person"}), frozenset()])),
        attributes=draw(st.dictionaries(st.sampled_from("pqr"), plain | st.lists(plain, max_size=2), max_size=2)),
        ranks=draw(tied),
        mentee_ranks=draw(wishes),
        avoids=draw(st.lists(st.sampled_from(others), max_size=2).map(tuple)) if others else (),
    )


@st.composite
def cohorts(draw):
    ids = [f"p{k}" for k in range(draw(st.integers(0, 4)))]
    people = [draw(participants(i, [o for o in ids if o != i])) for i in ids]
    pairs = [(a, b) for a in ids for b in ids if a != b]
    scores = (
        st.none() | st.dictionaries(st.sampled_from(pairs), numbers | st.fractions(), max_size=4)
        if pairs
        else st.none()
    )
    topics = draw(st.sampled_from([None, {"r": "statistics"}, {"zz": "data", "data": "all"}]))
    history = draw(st.lists(st.builds(Meeting, names, names, topic=names, date=st.none() | texts), max_size=2))
    return Cohort(people, topics=topics, history=history, scores=draw(scores))


@settings(deadline=None, max_examples=150)
@given(cohorts())
def test_written_and_read_again_is_equal_and_fits_the_published_schema(cohort):
    text = to_json(cohort)
    assert from_json(text) == cohort
    assert to_json(from_json(text)) == text
    jsonschema.validate(json.loads(text), PUBLISHED)


def test_the_published_schema_is_the_generated_one():
    assert SCHEMA.read_text() == json.dumps(COHORT.json_schema(), indent=2, ensure_ascii=False) + "\n"
    jsonschema.Draft202012Validator.check_schema(PUBLISHED)


def test_files_and_their_permissions(tmp_path):
    cohort = Cohort([Participant("m", name="Zoë", offers=[Offer("a", id="first"), Offer("a", id="second")])])
    path = tmp_path / "cohort.json"
    write_cohort(cohort, path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert read_cohort(path) == cohort
    reading = read_files(str(path))
    assert (reading.cohort, len(reading.rejected), reading.warnings) == (cohort, 0, ())


def test_exact_scores_travel_as_text():
    people = [Participant("m", offers=[Offer("")]), Participant("x", requests=[Request("")])]
    for value, written in ((Fraction(1, 3), "1/3"), (2**60 + 1, str(2**60 + 1)), (0.1, 0.1), (3, 3)):
        cohort = Cohort(people, scores={("m", "x"): value})
        assert json.loads(to_json(cohort))["scores"] == [["m", "x", written]]
        assert from_json(to_json(cohort)).scores == {("m", "x"): value}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"schema": "mmatch/cohort", "version": 2}', "made by a newer version of mmatch (update mmatch)"),
        ('{"schema": "mmatch/cohort", "version": true}', "cohort /version: found True, expected 1"),
        (
            '{"schema": "mmatch/program", "version": 1}',
            'cohort /schema: found "mmatch/program", expected mmatch/cohort',
        ),
        ('{"schema": "mmatch/cohort", "version": 1}', 'cohort /participants: missing field "participants"'),
        ('{"schema": "mmatch/cohort"', "cohort line 1 column 27: not JSON: expecting ',' delimiter"),
        ('["\\ud800"]', "is not valid Unicode: lone surrogate"),
        ('{"schema": "mmatch/cohort", "version": 1, "participants": [], "scores": [["a", "b", "1/0"]]}', 'found "1/0"'),
        (
            '{"schema": "mmatch/cohort", "version": 1, "participants": [], "scores": [["a", "b", 1], ["a", "b", 2]]}',
            'cohort /scores/1: the pair ("a", "b") has a score already',
        ),
    ],
)
def test_what_is_no_cohort_says_why(text, expected):
    with pytest.raises(InputError) as caught:
        cohort_from_json(parse_json(text, "cohort"))
    assert expected in str(caught.value)


def test_json_stands_alone(tmp_path):
    write_cohort(Cohort([]), tmp_path / "cohort.json")
    (tmp_path / "mentors.csv").write_text("id\na\n")
    with pytest.raises(InputError, match="complete, expected no other file beside it"):
        read_cohort(tmp_path / "cohort.json", tmp_path / "mentors.csv")


def test_json_under_another_name_is_no_table(tmp_path):
    (tmp_path / "cohort.csv").write_text('{"schema": "mmatch/cohort"}')
    with pytest.raises(InputError, match=r"found JSON, expected a table .*name it .json"):
        read_cohort(tmp_path / "cohort.csv")


@pytest.mark.parametrize("value", [float("nan"), {"a": [float("inf")]}, {"a": object()}, {"a": 10**5000}])
def test_values_that_json_cannot_hold_are_never_written(value):
    with pytest.raises(ExportError, match="cannot be written as JSON"):
        dump_json(value)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


@given(json_values)
def test_any_value_survives_dump_and_parse(value):
    assert parse_json(dump_json(value)) == value


def test_the_largest_float_as_an_attribute_survives():
    """It is written as a whole number, and was refused on reading for having more than 1,000 bits."""
    cohort = Cohort([Participant("a", attributes={"p": 1.7e308})])
    assert from_json(to_json(cohort)) == cohort
