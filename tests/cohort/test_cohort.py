"""Facts: what a cohort accepts, refuses, and never lets change."""

from __future__ import annotations

import copy
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mmatch as mm
from mmatch import Cohort, Meeting, Offer, Participant, Request
from strategies import cohorts

A, B = Participant("a", offers=[Offer("x")]), Participant("b", requests=[Request("x")])


def problems(*people, **options):
    with pytest.raises(mm.InputError) as caught:
        mm.Cohort(people, **options)
    return {(p.code, p.where): str(p) for p in caught.value.problems}


@pytest.mark.parametrize(
    ("person", "code", "place", "told"),
    [
        (Participant("a"), "duplicate-id", "participants[1].id", "duplicate id"),
        (Participant("Zoe\u0308"), "", "", ""),
        (Participant(""), "id-missing", "participants[1].id", "missing"),
        (Participant(None), "id-missing", "participants[1].id", "missing"),
        (Participant(float("nan")), "id-missing", "participants[1].id", "missing"),
        (Participant(7), "id-type", "participants[1].id", "write '7' as text"),
        (Participant(True), "id-type", "participants[1].id", "expected text"),
        (Participant(1.0), "id-type", "participants[1].id", "expected text"),
        (Participant("Ann "), "id-space", "participants[1].id", 'trim it to "Ann"'),
        (Participant("\u00a0Ann"), "id-space", "participants[1].id", "space"),
        (Participant("Ann\u200b"), "id-space", "participants[1].id", "space"),
        (Participant("An\rn"), "id-control", "participants[1].id", "U+000D at position 2"),
        (Participant("An\u202en"), "id-control", "participants[1].id", "U+202E"),
        (Participant("x" * 10_000), "id-long", "participants[1].id", "10000 characters, limit 256"),
        (Participant("a\ud800"), "id-unicode", "participants[1].id", "not valid Unicode"),
        (Participant("c", capacity=1.5), "count", "participants[1].capacity", "float 1.5"),
        (Participant("c", capacity="2"), "count", "participants[1].capacity", "whole number"),
        (Participant("c", capacity=True), "count", "participants[1].capacity", "bool"),
        (Participant("c", capacity=-1), "count", "participants[1].capacity", "found -1"),
        (Participant("c", capacity=2**70), "count", "participants[1].capacity", "whole number"),
        (Participant("c", capacity=float("nan")), "count", "participants[1].capacity", "nan"),
        (Participant("c", min_load=3, capacity=2), "contradiction", "participants[1].min_load", "above the capacity"),
        (Participant("c", timezone="Europe"), "timezone", "participants[1].timezone", "unknown time zone"),
        (Participant("c", timezone="../../etc/passwd"), "timezone", "participants[1].timezone", "unknown time zone"),
        (Participant("c", modes={"fax"}), "modes", "participants[1].modes", "virtual"),
        (Participant("c", attributes={"k": float("inf")}), "attribute", "participants[1].attributes", "inf"),
        (Participant("c", attributes={"site": "x"}), "attribute", "participants[1].attributes", "other than site"),
        (Participant("c", attributes={"k": [["x"]]}), "attribute", "participants[1].attributes", "flat list"),
        (Participant("c", ranks=["a", "a"]), "ranks", "participants[1].ranks", "rank 1 and again at rank 2"),
        (Participant("c", ranks=[["a", ["b"]]]), "ranks", "participants[1].ranks", "tied ids"),
        (Participant("c", ranks=[[]]), "ranks", "participants[1].ranks", "rank 1"),
        (Participant("c", ranks=["aa"]), "unknown-id", "participants[1].ranks[0]", "unknown id"),
        (Participant("c", ranks=["c"]), "self", "participants[1].ranks[0]", "themselves"),
        (Participant("c", avoids=["zz"]), "unknown-id", "participants[1].avoids[0]", "unknown id"),
        (Participant("c", offers=[Offer("x"), Offer("x")]), "duplicate-offer", "participants[1].offers[1]", "need ids"),
        (Participant("c", offers=[Offer("x", id="a")]), "duplicate-offer", "participants[1].offers[0]", "participant"),
        (Participant("c", offers=[Offer("x", group=(3, 2))]), "group", "participants[1].offers[0].group", "above most"),
        (Participant("c", offers=[Offer("x", group=(0, 2))]), "group", "participants[1].offers[0].group", "from 1"),
        (Participant("c", offers=[Offer("x", seats=-1)]), "count", "participants[1].offers[0].seats", "found -1"),
        (Participant("c", offers=["x"]), "type", "participants[1].offers[0]", "expected Offer"),
        (Participant("c", offers="x"), "type", "participants[1].offers", "expected a list"),
        (Participant("c", requests=[Request("x")] * 2), "duplicate-request", "participants[1].requests[1]", "mentors="),
        (Participant("c", requests=[Request("x", level="3")]), "number", "participants[1].requests[0].level", "finite"),
        (Participant("c", attributes={"k": 10**5000}), "attribute", "participants[1].attributes", "above 1.8e308"),
        (
            Participant("c", offers=[Offer("x", level=10**400)]),
            "number",
            "participants[1].offers[0].level",
            "above 1.8e308",
        ),
        (Participant("c", attributes=None), "type", "participants[1].attributes", "name: value"),
        (Participant("c", avoids="a"), "avoids", "participants[1].avoids", "list of ids"),
        (Participant("c", requests=[Request(None)]), "id-missing", "participants[1].requests[0].topic", "missing"),
    ],
)
def test_bad_facts_are_refused_with_their_place(person, code, place, told):
    if not code:
        assert mm.Cohort([A, person])["Zo\u00eb"].id == "Zo\u00eb"
        return
    found = problems(A, person)
    assert (code, place) in found
    assert told in found[code, place]


def test_all_problems_are_told_at_once_and_the_text_is_short():
    people = [Participant(f"p{k}", capacity=-1) for k in range(100_000)]
    with pytest.raises(mm.InputError) as caught:
        mm.Cohort(people)
    assert len(caught.value.problems) == 100_000
    assert len(str(caught.value)) <= 4000
    assert str(caught.value).endswith("… and 99,980 more")


def test_ids_that_are_equal_after_normalisation_are_one_id():
    found = problems(Participant("Zoe\u0308"), Participant("Zo\u00eb"))
    assert "same id" in found["duplicate-id", "participants[1].id"]


@pytest.mark.parametrize("tree", [{"a": "a"}, {"a": "b", "b": "c", "c": "a"}])
def test_a_topic_tree_must_be_a_tree(tree):
    assert ("topic-cycle", "topics") in problems(A, topics=tree)


def test_scores_name_known_people_and_finite_numbers():
    scores = {("a", "zz"): 1, ("a", "b"): float("inf"), "a": 2, ("a", "a"): 1}
    codes = {code for code, _ in problems(A, B, scores=scores)}
    assert codes == {"unknown-id", "number", "type", "self"}


def test_history_may_name_people_who_have_left():
    cohort = mm.Cohort([A, B], history=[Meeting("gone", "b"), Meeting("a", "b", topic="x", date="2026-01-05")])
    assert cohort.history[0].mentor == "gone"


def test_nothing_given_later_changes_a_cohort():
    attributes, ranks, scores = {"k": ["v"]}, ["a"], {("a", "b"): 1}
    cohort = mm.Cohort(
        [A, Participant("b", requests=[Request("x")], attributes=attributes, ranks=ranks)], scores=scores
    )
    digest = cohort.digest
    attributes["k"].append("w")
    attributes["new"] = 1
    ranks.append("zz")
    scores["a", "b"] = 5
    assert cohort["b"].attributes == {"k": ("v",)}
    assert cohort["b"].ranks == ("a",)
    assert cohort.scores == {("a", "b"): 1}
    with pytest.raises(TypeError):
        cohort["b"].attributes["k"] = 1
    with pytest.raises(AttributeError):
        cohort.people = None
    with pytest.raises(ValueError, match="read-only"):
        cohort.people.capacity[0] = 5
    assert cohort.digest == digest


def test_generators_are_read_once():
    assert len(mm.Cohort((p for p in [A, B]), history=(m for m in [Meeting("a", "b")]))) == 2


@pytest.mark.parametrize("bad", [None, "people", {"a": 1}, 3])
def test_something_else_than_people_is_an_input_error(bad):
    with pytest.raises(mm.InputError, match="expected a list"):
        mm.Cohort(bad)


@given(cohort=cohorts())
def test_a_cohort_is_rebuilt_from_its_own_view(cohort):
    again = mm.Cohort(list(cohort), topics=dict(cohort.topics), history=cohort.history, scores=cohort.scores)
    assert again == cohort
    assert list(again) == list(cohort)


@given(cohort=cohorts())
def test_the_order_of_people_does_not_matter_and_facts_do(cohort):
    people = list(cohort)
    options = {"topics": dict(cohort.topics), "history": cohort.history[::-1], "scores": cohort.scores}
    assert mm.Cohort(people[::-1], **options) == cohort
    extra = Participant("extra")
    assert mm.Cohort([*people, extra], **options) != cohort


@given(cohort=cohorts())
def test_copies_and_what_crosses_a_process_are_equal(cohort):
    assert copy.deepcopy(cohort) == cohort
    assert pickle.loads(pickle.dumps(cohort)) == cohort  # noqa: S301 - our own bytes


def test_repr_shows_counts_only():
    secret = Participant("p1", name="Secret Name", attributes={"note": "secret note"})
    assert "ecret" not in repr(mm.Cohort([secret])) + repr(secret) + repr(mm.Cohort([secret])["p1"])


def test_summary_counts_supply_and_demand_per_topic():
    cohort = mm.Cohort(
        [
            Participant("a", offers=[Offer("data"), Offer("law", seats=3)], capacity=2),
            Participant("b", offers=[Offer("statistics")], capacity=4),
            Participant("c", requests=[Request("data", mentors=2)]),
            Participant("d", requests=[Request("data"), Request("art")]),
        ],
        topics={"statistics": "data"},
    )
    found = {row.topic: row for row in cohort.summary()}
    assert (found["data"].offers, found["data"].seats, found["data"].wanted, found["data"].reachable) == (1, 2, 3, 2)
    assert (found["art"].reachable, found["law"].seats, found["statistics"].reachable) == (0, 3, 2)


def test_looking_up_an_unknown_person_suggests_one():
    with pytest.raises(mm.InputError, match='did you mean "mentor1"'):
        _ = mm.Cohort([Participant("mentor1")])["mentro1"]


@given(st.data())
def test_the_digest_tells_lists_apart_and_not_the_order_of_people_nor_of_a_tie(data):
    orders = [
        (),
        ("x",),
        ("y",),
        ("y/",),
        ("x", "y"),
        ("y", "x"),
        (("x", "y"),),
        (("y", "x"),),
        ("x", "y/"),
        ("y/", "x"),
        (("x", "y/"),),
        (("y/", "x"),),
        (("x/", "y/"),),
        (("y/", "x/"),),
    ]
    lists = st.sampled_from([None, *orders])
    one, other = (data.draw(st.tuples(lists, lists)) for _ in range(2))

    def people(stated):
        mentors = [Participant(name, offers=[Offer("")]) for name in ("x", "y")]
        return [Participant(n, requests=[Request("")], ranks=r) for n, r in zip("ab", stated, strict=True)] + mentors

    same = [
        [None if r is None else [frozenset((e,) if isinstance(e, str) else e) for e in r] for r in s]
        for s in (one, other)
    ]
    assert (Cohort(people(one)).digest == Cohort(people(other)).digest) == (same[0] == same[1])
    assert Cohort(data.draw(st.permutations(people(one)))).digest == Cohort(people(one)).digest


def test_addresses_and_languages_are_kept_and_decide_nothing():
    """Letters had no addresses: the column was read to tell people apart, and dropped."""
    plain = mm.Cohort([mm.Participant("ann", offers=[mm.Offer()])])
    told = mm.Cohort([mm.Participant("ann", offers=[mm.Offer()], email="ann@example.org", language="pt-BR")])
    assert (told["ann"].email, told["ann"].language) == ("ann@example.org", "pt-BR")
    assert told.digest == plain.digest
    again = mm.io.from_json(mm.io.to_json(told))
    assert (again["ann"].email, again["ann"].language) == ("ann@example.org", "pt-BR")
    assert "example.org" not in repr(told) + repr(told["ann"])
    assert next(iter(told.anonymise("a long secret"))).email == ""
    for facts in ({"email": "ann at home"}, {"email": "a@b@c"}, {"email": 3}, {"language": "the German one"}):
        with pytest.raises(mm.InputError, match=r"participants\[0\]\.(email|language): found"):
            mm.Cohort([mm.Participant("ann", offers=[mm.Offer()], **facts)])


def test_a_sign_up_file_keeps_addresses(tmp_path):
    path = tmp_path / "mentors.csv"
    path.write_text("id,name,e-mail,topic\nann,Ann Lee,Ann@example.org,data\nbob,Bob Ito,n/a,data\n", encoding="utf-8")
    reading = mm.read_files(mentors=path)
    assert [(p.id, p.email) for p in reading.cohort] == [("ann", "Ann@example.org"), ("bob", "")]
    assert [(w.code, w.where) for w in reading.warnings if w.code == "email"] == [
        ("email", 'mentors.csv line 3 column "e-mail"')
    ]
