"""Fewer personal facts: deletion leaves no trace, and pseudonyms change nothing but names."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mmatch as mm
from strategies import cohorts, examples

KEY = "a long secret"


@given(cohort=cohorts(), data=st.data())
@examples(100)
def test_nothing_names_who_is_gone_and_all_else_is_as_it_was(cohort, data):
    gone = set(data.draw(st.lists(st.sampled_from([p.id for p in cohort]), unique=True))) if len(cohort) else set()
    rest = cohort.without(*gone)
    assert [person.id for person in rest] == [person.id for person in cohort if person.id not in gone]
    text = mm.io.to_json(rest)
    assert all(f'"{name}"' not in text and f'"{name}/' not in text for name in gone)
    assert rest.topics == cohort.topics
    if not gone:
        assert rest == cohort
    for person in rest:
        before = cohort[person.id]
        assert (person.offers, person.requests, person.capacity) == (before.offers, before.requests, before.capacity)
        assert (person.ranks is None) == (before.ranks is None)


@given(cohort=cohorts())
@examples(100)
def test_pseudonyms_change_nothing_but_names(cohort):
    """The same question under other names has the same value."""
    veiled = cohort.anonymise(KEY, keep=cohort.attribute_names)
    text = mm.io.to_json(veiled)
    assert all(f'"{person.id}"' not in text and f'"{person.id}/' not in text for person in cohort)
    try:
        value = mm.solve(cohort, mm.Program(), solver="flow").value
    except mm.InputError as error:
        with pytest.raises(mm.InputError) as caught:
            mm.solve(veiled, mm.Program(), solver="flow")
        assert len(caught.value.problems) == len(error.problems)
        return
    assert mm.solve(veiled, mm.Program(), solver="flow").value == value


def test_a_key_makes_pseudonyms_and_another_key_others():
    people = [
        mm.Participant(
            "ann", name="Ann", offers=[mm.Offer("r"), mm.Offer("s", id="ann-s")], attributes={"unit": "x", "note": "n"}
        ),
        mm.Participant("a/b", offers=[mm.Offer("r")]),
        mm.Participant("cy", requests=[mm.Request("r")], ranks=["ann/r", "a/b/r", "ann-s"], avoids=[]),
    ]
    cohort = mm.Cohort(people, history=[mm.Meeting("left", "cy")])
    one, same, other = cohort.anonymise(KEY), cohort.anonymise(KEY.encode()), cohort.anonymise("another secret")
    assert one == same
    assert {p.id for p in one}.isdisjoint(p.id for p in other)
    assert [p.name for p in one] == [""] * 3
    assert all(p.attributes == {} for p in one)
    assert [p.attributes for p in cohort.anonymise(KEY, keep=["unit"]) if p.attributes] == [{"unit": "x"}]
    (wishes,) = [p.ranks for p in one if p.requests]
    ann, other = (next(p.id for p in one if len(p.offers) == n) for n in (2, 1))
    assert wishes[:2] == (f"{ann}/r", f"{other}/r")
    assert [p.id for p in one] == sorted(p.id for p in one)  # the order of the file is not told either
    assert not {"ann", "cy", "left"} & set(json.dumps(mm.io.to_json(one)).replace('"', " ").split())


def test_what_cannot_be_meant_is_refused():
    cohort = mm.Cohort([mm.Participant("ann", attributes={"unit": "x"})])
    with pytest.raises(mm.InputError, match="zoe"):
        cohort.without("zoe")
    for key in ("", "short", 12345678, None):
        with pytest.raises(mm.InputError, match="at least 8 characters"):
            cohort.anonymise(key)
    for keep in ("unit", ["shoe size"]):
        with pytest.raises(mm.InputError):
            cohort.anonymise(KEY, keep=keep)
