"""Values over the wire: there and back, by their own schema; and schemas that say what the reader takes."""

from __future__ import annotations

import json

import jsonschema
import pytest
from hypothesis import given

import mmatch as mm
from mmatch import datasets
from strategies import examples, questions


@given(question=questions())
@examples(60)
def test_what_is_written_is_read_back_and_fits_its_schema(question):
    cohort, program = question
    assert mm.io.from_json(mm.io.to_json(cohort)) == cohort
    jsonschema.validate(json.loads(mm.io.to_json(cohort)), mm.io.json_schema("cohort"))
    try:
        text = mm.io.to_json(program)
    except mm.errors.UnsupportedError:
        return  # a plain function
    assert mm.io.from_json(text) == program
    jsonschema.validate(json.loads(text), mm.io.json_schema("program"))


def test_answers_and_dates_go_over_the_wire():
    example = datasets.load("two-sessions")
    result = mm.solve(example.cohort, example.program)
    schedule = mm.schedule(example.cohort, result, example.dates)
    again = mm.io.from_json(mm.io.to_json(result))
    assert again == result
    assert mm.verify(example.cohort, example.program, again) == []
    assert mm.io.from_json(mm.io.to_json(schedule)).plans == schedule.plans


@pytest.mark.parametrize("wrong", [{"name": "LevelGap"}, {"name": "Differs", "attribut": "x"}, {"name": "Nothing"}, {}])
def test_the_schema_refuses_what_the_reader_refuses(wrong):
    data = {"schema": "mmatch/program", "version": 1, "rules": [wrong]}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(data, mm.io.json_schema("program"))
    with pytest.raises(mm.InputError):
        mm.io.from_json(json.dumps(data))


@pytest.mark.parametrize(
    "text", ["", "[]", "3", "{", '{"schema": "mmatch/other"}', '{"schema": ["x"]}', '{"version": 1}']
)
def test_other_texts_are_refused_in_a_sentence(text):
    with pytest.raises(mm.InputError, match=r"expected|JSON"):
        mm.io.from_json(text)


@pytest.mark.parametrize("read", [mm.read_result, mm.read_program, mm.read_schedule, mm.read_dates, mm.io.read_diaries])
def test_a_file_of_another_kind_is_named(tmp_path, read):
    """Once it was only told that some schema was expected, not of which of four files."""
    mm.write_cohort(mm.Cohort([]), tmp_path / "cohort.json")
    with pytest.raises(mm.InputError, match=r'^cohort\.json .*found "mmatch/cohort", expected mmatch/'):
        read(tmp_path / "cohort.json")


def test_other_values_are_refused():
    with pytest.raises(mm.InputError, match="expected a Cohort"):
        mm.io.to_json(3)
    with pytest.raises(mm.InputError, match='expected "cohort", "program", "result" or "schedule"'):
        mm.io.json_schema("matching")
