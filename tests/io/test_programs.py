"""Programs from files: any value in any argument of any rule or aim is taken and solved, or refused with its place."""

from __future__ import annotations

import json
from dataclasses import MISSING, fields

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

import mmatch as mm
from mmatch.registry import find, own_names
from strategies import examples

COHORT = mm.Cohort(
    [
        mm.Participant("m1", offers=[mm.Offer("a", level=3)], capacity=3, attributes={"dept": "x", "l": ["a", "b"]}),
        mm.Participant("m2", offers=[mm.Offer("b", level=4)], attributes={"dept": "y"}, availability="Mon 9-12"),
        mm.Participant("e1", requests=[mm.Request("a", level=1)], attributes={"dept": "y", "l": ["b"]}),
        mm.Participant("e2", requests=[mm.Request("b")], attributes={"dept": "x"}, availability="Mon 9-12"),
    ]
)
USUAL = {
    "attribute": "dept",
    "value": "x",
    "slots": ["Mon 9-10"],
    "target": 2,
    "points": [[1, 2]],
    "least": 0,
    "most": 1,
}
PARTS = [
    (package, find(f"mmatch.{package}", name))
    for package in ("rules", "aims")
    for name in own_names(f"mmatch.{package}")
]
FIELDS = [(package, kind, item.name) for package, kind in PARTS for item in fields(kind)]
leaves = st.sampled_from([None, True, False, 0, 1, -1, 2.5, 10**400, 1e308, "", "a", "dept", "x" * 500])
values = st.recursive(
    leaves, lambda v: st.lists(v, max_size=3) | st.dictionaries(st.sampled_from("ab"), v, max_size=2), max_leaves=5
)


def program_of(package, kind, change):
    needed = [f.name for f in fields(kind) if f.default is MISSING and f.default_factory is MISSING]
    part = {"name": kind.__name__, **{name: USUAL.get(name) for name in needed}, **change}
    return {"group": [1, 2], package: [part] if package == "rules" else ["Coverage", part]}


@given(st.sampled_from(FIELDS), values)
@examples(200)
def test_any_argument_is_solved_or_refused(place, value):
    package, kind, name = place
    try:
        program = mm.Program.from_json(program_of(package, kind, {name: value}))
        mm.solve(COHORT, program, time_limit=5)
    except mm.MmatchError as error:
        assert str(error)
        return
    assert mm.Program.from_json(program.to_json()) == program
    jsonschema.validate(json.loads(mm.io.to_json(program)), mm.io.json_schema("program"))


@pytest.mark.parametrize("value", [[], ["x"], {}, {"a": 1}, None])
def test_a_group_counts_one_plain_value(value):
    """Once a list as the value ended in a TypeError when the program was solved."""
    with pytest.raises(mm.InputError, match=r"rules\[0\]: GroupCount.value: found .*, expected a text, a number"):
        mm.Program.from_json(program_of("rules", mm.rules.GroupCount, {"value": value}))


@pytest.mark.parametrize(("package", "kind"), PARTS, ids=lambda found: getattr(found, "__name__", found))
def test_the_schema_names_every_part_that_a_file_can_hold(package, kind):
    key = "rule" if package == "rules" else "aim"
    *shapes, bare = mm.io.json_schema("program")["$defs"][key]["anyOf"]
    found = [shape for shape in shapes if shape["properties"]["name"]["const"] == kind.__name__]
    assert len(found) == (kind not in {mm.rules.Check, mm.aims.Score})
    for shape in found:
        assert set(shape["properties"]) == {"name", *(item.name for item in fields(kind))}
        assert kind.__name__ not in bare["enum"] or shape["required"] == ["name"]


def test_bare_names_are_read_and_fit_the_schema():
    for key in ("rules", "aims"):
        for name in mm.io.json_schema("program")["$defs"][key[:-1]]["anyOf"][-1]["enum"]:
            data = {"schema": "mmatch/program", "version": 1, key: ["Coverage", name] if key == "aims" else [name]}
            jsonschema.validate(data, mm.io.json_schema("program"))
            mm.Program.from_json(data)
