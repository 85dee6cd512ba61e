"""JSON by types: whatever is written is read back equal, fits its schema; what is wrong is named with its place."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType
from typing import Literal

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

import mmatch as mm
from dated import planned
from mmatch.errors import Problem
from mmatch.io.cohorts import COHORT, cohort_from_json, cohort_to_json
from mmatch.io.comparisons import STRATEGIES
from mmatch.io.documents import Document
from mmatch.io.faults import where
from mmatch.io.json_text import dump_json, parse_json
from mmatch.io.results import RESULT, result_from_json, result_to_json
from mmatch.io.schedules import DATES, DIARIES, SCHEDULE, read_dates, schedule_from_json, schedule_to_json, write_dates
from mmatch.io.typed import FRACTION, Types
from strategies import examples, questions

# -- a document with every kind of annotation --------------------------------------------------------------------------


class Colour(StrEnum):
    """Two texts."""

    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True, slots=True)
class Cut:
    """Evidence of one kind."""

    nodes: tuple[int, ...]
    kind: Literal["cut"] = "cut"


@dataclass(frozen=True, slots=True)
class Prices:
    """Evidence of another kind."""

    rows: tuple[tuple[int, ...], ...]
    kind: Literal["prices"] = "prices"


@dataclass(frozen=True, slots=True)
class Range:
    """Checks itself."""

    low: int
    high: int = 9

    def __post_init__(self) -> None:
        if self.low > self.high:
            raise mm.InputError(Problem("range", "Range.low", f"{self.low} is above {self.high}"))


@dataclass(frozen=True)
class Whole:
    """One field of each kind."""

    text: str
    number: float
    whole: int
    flag: bool
    colour: Colour
    evidence: Cut | Prices | None
    maybe: Range | None = None
    value: int | float | tuple[int | float, ...] = 0
    exact: Fraction = Fraction(1, 3)
    names: Sequence[str] = ()
    tags: frozenset[str] = frozenset()
    ways: Mapping[tuple[str, str], int] = field(default_factory=lambda: MappingProxyType({}))
    by_name: Mapping[str, tuple[Range, ...]] = field(default_factory=lambda: MappingProxyType({}))


TYPES = Types(forms={Fraction: FRACTION}, names=globals())
DOCUMENT = Document("mmatch/test", 3, TYPES.fields_of(Whole), TYPES)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=4)
wholes = st.integers(-(2**70), 2**70)
floats = st.floats(allow_nan=False, allow_infinity=False)
rows = st.lists(wholes, max_size=3).map(tuple)
ranges = st.builds(Range, st.integers(-5, 5), st.integers(5, 20))
WHOLES = st.builds(
    Whole,
    texts,
    floats | st.integers(-9, 9),
    wholes,
    st.booleans(),
    st.sampled_from(Colour),
    st.none() | st.builds(Cut, rows) | st.builds(Prices, st.lists(rows, max_size=2).map(tuple)),
    st.none() | ranges,
    wholes | floats | st.lists(wholes | floats, max_size=3).map(tuple),
    st.fractions(),
    st.lists(texts, max_size=3).map(tuple),
    st.frozensets(texts, max_size=3),
    st.dictionaries(st.tuples(texts, texts), wholes, max_size=3).map(MappingProxyType),
    st.dictionaries(texts, st.lists(ranges, max_size=2).map(tuple), max_size=3).map(MappingProxyType),
)


def text_of(whole):
    return dump_json(DOCUMENT.plain({name: getattr(whole, name) for name in DOCUMENT.fields}))


@given(WHOLES)
@examples(200)
def test_every_annotation_is_read_back_equal_and_fits_the_schema(whole):
    text = text_of(whole)
    assert Whole(**DOCUMENT.read(parse_json(text))) == whole
    assert text_of(Whole(**DOCUMENT.read(parse_json(text)))) == text
    jsonschema.Draft202012Validator(DOCUMENT.json_schema()).validate(json.loads(text))


SAMPLE = Whole(
    *("a", 0.5, 1, True, Colour.RED, Cut((1, 2)), Range(1), (1, 2.5), Fraction(5, 4), ("x",), frozenset("xy")),
    ways=MappingProxyType({("a", "b"): 3}),
    by_name=MappingProxyType({"r": (Range(2),)}),
)


@pytest.mark.parametrize(
    ("name", "value", "place", "message"),
    [
        ("text", 3, "text", "found a whole number 3, expected text"),
        ("text", None, "text", "found null, expected text"),
        ("number", "3", "number", 'found text "3", expected a whole number or a number'),
        ("number", True, "number", "found true, expected a whole number or a number"),
        ("number", math.inf, "number", "found a number inf, expected a whole number or a finite number"),
        ("number", 10**400, "number", "expected a finite number"),
        ("whole", True, "whole", "found true, expected a whole number"),
        ("whole", "3", "whole", 'found text "3", expected a whole number'),
        ("whole", 3.0, "whole", "found a number 3.0, expected a whole number"),
        ("flag", 1, "flag", "found a whole number 1, expected true or false"),
        ("colour", "green", "colour", 'found text "green", expected one of red, blue'),
        ("colour", [], "colour", "found a list, expected one of red, blue"),
        (
            "evidence",
            {"kind": "cut", "nodes": [1, "2"]},
            "evidence.nodes[1]",
            'found text "2", expected a whole number',
        ),
        (
            "evidence",
            {"kind": "tree"},
            "evidence",
            "found an object, expected an object whose kind is one of cut, prices",
        ),
        ("evidence", {"nodes": []}, "evidence", "found an object, expected an object with its kind"),
        ("evidence", {"kind": "cut", "rows": [], "nodes": []}, "evidence.rows", 'unknown field "rows"'),
        ("maybe", {"low": 5, "high": 4}, "maybe.low", "5 is above 4"),
        ("maybe", {}, "maybe.low", 'missing field "low"'),
        ("maybe", {"low": 1, "hihg": 4}, "maybe.hihg", 'unknown field "hihg" (did you mean "high"?)'),
        ("value", [1, "x"], "value[1]", 'found text "x", expected a whole number or a number'),
        ("exact", "1/0", "exact", 'found "1/0", expected a number, or a fraction'),
        ("exact", "1e9", "exact", 'found "1e9", expected a number, or a fraction'),
        ("exact", 1.5, "exact", "found 1.5, expected a number, or a fraction"),
        ("names", "ab", "names", 'found text "ab", expected a list'),
        ("tags", {"x": 1}, "tags", "found an object, expected a list"),
        ("ways", [["a", "b"]], "ways[0]", "found a list, expected more items"),
        ("ways", [["a", "b", 3, 4]], "ways[0]", "found a list, expected fewer items"),
        ("ways", [["a", "b", True]], "ways[0][2]", "found true, expected a whole number"),
        ("ways", [["a", "b", 3], ["b", "a", 3], ["a", "b", 3]], "ways[2]", "an earlier row says the same"),
        ("by_name", {"r s": [{"low": 99}]}, 'by_name["r s"][0].low', "99 is above 9"),
        ("by_name", [], "by_name", "found a list, expected an object"),
        ("nmaes", [], "nmaes", 'unknown field "nmaes" (did you mean "names"?)'),
        ("version", 4, "version", "found 4, expected 3: made by a newer version of mmatch (update mmatch)"),
        ("version", 2, "version", "found 2, expected 3"),
        ("version", True, "version", "found True, expected 3"),
        ("schema", "mmatch/other", "schema", 'found "mmatch/other", expected mmatch/test'),
    ],
)
def test_what_is_wrong_is_told_with_place_and_expectation(name, value, place, message):
    data = {**json.loads(text_of(SAMPLE)), name: value}
    with pytest.raises(mm.InputError) as caught:
        DOCUMENT.read(data, "file.json")
    assert [problem.where for problem in caught.value.problems] == [f"file.json {place}"]
    assert message in str(caught.value)


def test_all_that_is_wrong_is_told_at_once():
    data = {**json.loads(text_of(SAMPLE)), "text": 3, "flag": 0, "maybe": {"low": "x", "hgih": 1}, "more": 1}
    del data["whole"]
    with pytest.raises(mm.InputError) as caught:
        DOCUMENT.read(data)
    places = {(problem.code, problem.where) for problem in caught.value.problems}
    assert places == {
        *(("type", "text"), ("type", "flag"), ("type", "maybe.low")),
        *(("unknown-field", "maybe.hgih"), ("unknown-field", "more"), ("missing-field", "whole")),
    }


def test_objects_among_the_data_are_checked_like_everything_else():
    data = {**json.loads(text_of(SAMPLE)), "evidence": Cut((1, "2")), "maybe": Range(1)}
    with pytest.raises(mm.InputError, match="expected a whole number"):
        DOCUMENT.read(data)


@pytest.mark.parametrize("value", [math.nan, math.inf, "x", (1,), object()])
def test_what_the_type_does_not_hold_is_never_written(value):
    with pytest.raises(mm.errors.ExportError):
        text_of(replace(SAMPLE, number=value))


# -- the files of the library ------------------------------------------------------------------------------------------


FACTS = mm.Cohort(
    [
        mm.Participant("ann", name="Ann", offers=[mm.Offer("r", level=3, seats=2)], capacity=2, site="Rome"),
        mm.Participant("bob", offers=[mm.Offer("", group=(1, 2), id="b")], attributes={"unit": "x", "n": [1, True]}),
        mm.Participant("eva", requests=[mm.Request("r", format="two_session")], ranks=["bob", "ann"], timezone="UTC"),
        mm.Participant("finn", requests=[mm.Request("r", priority=2)], availability="Sun 1-2", avoids=["bob"]),
    ],
    topics={"r": "data"},
    history=[mm.Meeting("ann", "zoe", date="2026-01-01")],
    scores={("ann", "eva"): Fraction(7, 3), ("ann", "finn"): 2, ("bob", "eva"): 0.5},
)


def _answers():
    """Results of many kinds, and a schedule."""
    three = mm.Cohort.from_scores([[3, 1], [2, 2]], capacity=1)
    lists = mm.Cohort.from_rankings({"a": ["x", "y"], "b": ["x"]}, {"x": [["a", "b"]], "y": ["a"]})
    classes = mm.Program(aims=[mm.aims.PriorityClasses()])
    results = [
        mm.solve(FACTS, mm.Program(aims=[mm.aims.Coverage(), mm.aims.Fit()])),
        mm.solve(three, seed="spring"),
        mm.solve(FACTS, classes),
        mm.solve(three, mm.Program(rules=[mm.rules.Everyone(), mm.rules.Forbid([("mentor-0", "mentee-0")])])),
        mm.solve(three, mm.Program(rules=[mm.rules.Lock([("mentor-0", "mentee-0"), ("mentor-0", "mentee-1")])])),
        mm.solve(lists),
        mm.solve(mm.Cohort.from_scores([[1, 2], [2, 2]], capacity=2), mm.Program(group=(2, 2))),
        mm.solve(three, solver="greedy"),
    ]
    dates = {"start": "2027-03-01", "end": "2027-04-30", "rooms": {"Rome": 1}, "diaries": {"ann": DIARY}}
    pins = [("ann", "eva", 1, "2027-03-02T09:00Z")]
    return results, planned(FACTS, mm.Program(), results[0].matching, **dates, pins=pins)


DIARY = mm.scheduling.Diary(
    [("2027-01-11T08:00Z", "2027-01-11T10:00Z")], per_day=2, dates={"2027-03-03": "9-12:30"}, preferred="Tue 9-12"
)
RESULTS, PLANNED = _answers()
FILES = [  # (document, plain data, how it is read)
    *((RESULT, result_to_json(result), result_from_json) for result in RESULTS),
    (SCHEDULE, schedule_to_json(PLANNED), schedule_from_json),
    (DIARIES, DIARIES.plain({"people": {"ann": DIARY}}), DIARIES.read),
    (DATES, DATES.plain({"wishes": mm.scheduling.Wishes(gap=1), "diaries": {"a": DIARY}, "grain": 15}), DATES.read),
    (COHORT, cohort_to_json(FACTS), cohort_from_json),
    (
        STRATEGIES,
        {"schema": "mmatch/strategies", "version": 1, "strategies": {"a": {"seed": 3, "program": {"aims": ["Fit"]}}}},
        STRATEGIES.read,
    ),
]
NAMES = [f"{document.schema}{number}" for number, (document, _, _) in enumerate(FILES)]


def copied(data):
    return json.loads(json.dumps(data))


def paths(value, at=()):
    """All places in plain data."""
    yield at
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from paths(item, (*at, key))


def at(data, path):
    for key in path:
        data = data[key]
    return data


@pytest.mark.parametrize(("document", "data", "read"), FILES, ids=NAMES)
def test_files_fit_their_schema_and_are_read(document, data, read):
    schema = document.json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(copied(data))
    read(copied(data))


def test_results_and_schedules_are_read_back_equal():
    for result in RESULTS:
        assert result_from_json(parse_json(dump_json(result_to_json(result)))) == result
    assert schedule_from_json(parse_json(dump_json(schedule_to_json(PLANNED)))) == PLANNED


@given(st.data())
@examples(600)
def test_any_edit_of_any_file_is_taken_by_schema_and_reader_or_refused_with_its_place(data):
    """Whatever the reader takes also fits the published schema; whatever it refuses is named."""
    document, whole, read = data.draw(st.sampled_from(FILES))
    found = copied(whole)
    path = data.draw(st.sampled_from([path for path in paths(found) if path]))
    odd = [None, True, False, 0, -1, 1.5, "3", "x", "", [], {}, [[]], [None], {"x": 1}, 10**400, "2027-01-01T00:00Z"]
    at(found, path[:-1])[path[-1]] = data.draw(st.sampled_from(odd))
    try:
        read(found)
    except mm.MmatchError as error:
        assert isinstance(error, mm.InputError)
        place = where(path[:1], ("cohort" if document is COHORT else "", document.root))
        assert any(place in problem.where for problem in error.problems)
        assert all(problem.message for problem in error.problems)
        return
    jsonschema.Draft202012Validator(document.json_schema()).validate(found)


@pytest.mark.parametrize(("document", "data", "read"), FILES, ids=NAMES)
def test_every_object_refuses_a_misspelled_field(document, data, read):
    """Objects with fields of their own; not those whose keys are names of people, zones, attributes."""
    free = {"attributes", "by_aim", "rooms", "diaries", "people", "offsets", "dates", "formats", "topics", "strategies"}
    free |= {"places", "links"}
    for path in paths(copied(data)):
        if isinstance(at(data, path), dict) and not (path and path[-1] in free):
            found = copied(data)
            at(found, path)["zzz"] = 0
            with pytest.raises(mm.InputError) as caught:
                read(found)
            (problem,) = caught.value.problems
            assert problem.code == "unknown-field"
            assert problem.where.endswith("zzz")


@pytest.mark.parametrize(("document", "data", "read"), FILES, ids=NAMES)
def test_nothing_is_converted_in_silence(document, data, read):
    """A whole number is neither true nor text nor 1.0, and text is no number, wherever one stands."""
    for path in paths(copied(data)):
        value = at(data, path)
        wrong = {int: [True, str(value), [value]], str: [7, [value], False], bool: [1, "true"]}.get(type(value), [])
        for item in wrong if path and path[-1] not in {"seed", "version"} and "attributes" not in path else ():
            found = copied(data)
            at(found, path[:-1])[path[-1]] = item
            try:
                read(found)
            except mm.InputError:
                continue
            # what may be a list as well, times that may be minutes, scores that may be texts, seeds, what `Dates` reads
            taken = {
                "totals",
                "value",
                "bound",
                "verified_bound",
                "by_aim",
                "availability",
                "preferred",
                "ranks",
                "aims",
            }
            if "requests" in path:
                taken.add("topic")  # one, or any of several
            assert ({"grain", "lottery"} | (taken if item == [value] else {"busy", "scores"})) & set(path)


@pytest.mark.parametrize(("document", "data", "read"), FILES, ids=NAMES)
def test_truncated_files_are_refused(document, data, read):
    text = dump_json(data)
    for end in range(0, len(text) - 2, max(1, len(text) // 40)):
        with pytest.raises(mm.InputError):
            read(parse_json(text[:end]))


@pytest.mark.parametrize(
    "document", [document for document, _, _ in FILES if not document.by_hand], ids=lambda d: d.schema
)
@pytest.mark.parametrize("header", [{}, {"version": 1}, {"schema": "mmatch/nothing", "version": 1}])
def test_files_say_what_they_are(document, header):
    with pytest.raises(mm.InputError, match=f"expected {document.schema}"):
        document.read(header)


@given(questions())
@examples(60)
def test_any_result_is_read_back_equal_and_fits_its_schema(question):
    try:
        result = mm.solve(*question, time_limit=5)
    except mm.MmatchError:
        return  # a program that cannot be meant for this cohort
    data = parse_json(dump_json(result_to_json(result)))
    jsonschema.Draft202012Validator(mm.io.json_schema("result")).validate(data)
    if data["program"] is None:  # it holds a plain function: nobody can read it back
        with pytest.raises(mm.InputError, match="the program is missing"):
            result_from_json(data)
    given = result.program if data["program"] is None else None
    assert result_from_json(data, program=given) == result


@pytest.mark.parametrize("requested", [[], ["r"], ["r", "r"], ["r", "r", "r"]])
def test_a_match_has_a_requested_topic_for_each_mentee_or_none(requested):
    data = copied(result_to_json(RESULTS[0]))
    data["matches"][0]["mentees"], data["matches"][0]["requested"] = ["eva", "finn"], requested
    if len(requested) in {0, 2}:
        assert result_from_json(data).matching[0].requested == tuple(requested)
        return
    with pytest.raises(mm.InputError) as caught:
        result_from_json(data, "r.json")
    (problem,) = caught.value.problems
    assert (problem.code, problem.where) == ("length", "r.json result.matches[0].requested")


def test_dates_are_read_back(tmp_path):
    dates = mm.Dates(
        start="2027-01-11",
        end="2027-04-11",
        blackout=["2027-01-12"],
        travel={("Rome", "Oslo"): 240},
        pins=[("ann", "eva", 2, "2027-03-15T10:15Z")],
        rooms={"Rome": ["Blue"]},
        diaries={"ann": DIARY},
        busy={"eva": [("2027-01-13T10:00Z", "2027-01-13T11:00Z")]},
    )
    write_dates(dates, tmp_path / "dates.json")
    assert set(json.loads((tmp_path / "dates.json").read_text())) == {
        *("schema", "version", "start", "end", "blackout", "travel", "pins", "rooms", "diaries", "busy")
    }
    again = read_dates(tmp_path / "dates.json")
    assert (again.pins, again.travel, again.diaries, again.rooms) == (
        *(dates.pins, dates.travel, dates.diaries),
        {"Rome": ("Blue",)},
    )
    write_dates(again, tmp_path / "again.json")
    assert read_dates(tmp_path / "again.json") == again
    (tmp_path / "wrong.json").write_text('{"schema": "mmatch/dates", "version": 1, "start": "soon"}')
    with pytest.raises(mm.InputError, match=r"^wrong\.json start: found"):
        read_dates(tmp_path / "wrong.json")
