"""A request for any one of several topics."""

import copy
import json
from dataclasses import replace

import pytest

import mmatch as mm
from mmatch import Offer, Participant, Request
from mmatch.candidates.edges import candidates
from mmatch.formats import recommend_format

TREE = {"statistics": "data", "r": "statistics"}
ANN = Participant("ann", offers=[Offer("writing")])
BOB = Participant("bob", offers=[Offer("r"), Offer("statistics")], capacity=2)


def asks(name, *topics, **facts):
    return Participant(name, requests=[Request(topics, **facts)])


def cohort(*people):
    return mm.Cohort([ANN, BOB, *people], topics=TREE)


def seats(result):
    return [(m.mentor, m.mentees, m.topic, m.requested) for m in result.matching]


# -- what it is -------------------------------------------------------------------------------------------------------


def test_a_request_has_topics_in_order_and_one_label():
    request = Request(["writing", "data"], level=2)
    assert (request.topic, request.topics, request.label) == (("writing", "data"),) * 2 + ("writing or data",)
    assert request == Request(("writing", "data"), level=2)
    assert hash(request) == hash(Request(("writing", "data"), level=2))
    assert (Request("data").topics, Request("data").label, Request().label) == (("data",), "data", "")


@pytest.mark.parametrize("one", [("data",), ["data"]])
def test_any_of_one_topic_is_that_topic(one):
    assert Request(one) == Request("data")
    assert cohort(Participant("mia", requests=[Request(one)])).digest == cohort(asks("mia", "data")).digest


def test_the_order_of_topics_and_people_does_not_matter_and_the_topics_do():
    one, other = asks("mia", "data", "writing"), asks("lee", "talks", "data")
    digest = cohort(one, other).digest
    assert cohort(asks("lee", "data", "talks"), asks("mia", "writing", "data")).digest == digest
    assert cohort(asks("mia", "data or writing"), other).digest != digest
    assert cohort(asks("mia", "data"), other).digest != digest


def test_it_comes_back_equal():
    made = cohort(asks("mia", "data", "writing"), asks("lee", "talks", "data", "r"), asks("zoe", "data"))
    assert mm.Cohort(list(made), topics=TREE) == made == copy.deepcopy(made)
    assert [person.requests[0].label for person in made if person.requests] == [
        "data or writing",
        "data or r or talks",
        "data",
    ]
    assert mm.io.from_json(mm.io.to_json(made)) == made
    assert json.loads(mm.io.to_json(made))["participants"][2]["requests"] == [{"topic": ["data", "writing"]}]
    assert made.without("lee") == cohort(asks("mia", "data", "writing"), asks("zoe", "data"))
    assert {r.topics for p in made.anonymise("a secret key") for r in p.requests} == {
        r.topics for p in made for r in p.requests
    }


@pytest.mark.parametrize(
    ("requests", "text"),
    [
        ([Request(())], "requests[0].topic: found no topic, expected at least one"),
        ([Request([])], "requests[0].topic: found no topic, expected at least one"),
        ([Request(("a", ""))], 'requests[0].topic: found "" among several topics'),
        ([Request(("a", "b", "a"))], 'requests[0].topic: "a" is named twice'),
        ([Request(("e\u0301", "\u00e9"))], "is named twice"),
        ([Request(("a", 3))], "requests[0].topic: found int 3, expected text"),
        ([Request({"a", "b"})], "requests[0].topic: found set"),
        ([Request(("a", " b"))], "begins or ends with a space"),
        ([Request("a"), Request(("b", "a"))], "requests[1]: the same topic as participants[0].requests[0]"),
        ([Request(("a", "b")), Request(("b", "c"))], "requests[1]: the same topic as participants[0].requests[0]"),
        (
            [Request("a or b"), Request(("b", "a"))],
            'requests[1].topic: another request of this person is called "a or b"',
        ),
        (
            [Request(("b", "a")), Request("a or b")],
            'requests[1].topic: another request of this person is called "a or b"',
        ),
        ([Request(("a", "b or c")), Request(("a or b", "c"))], 'is called "a or b or c", too'),
    ],
)
def test_what_cannot_be_meant_is_refused(requests, text):
    with pytest.raises(mm.InputError) as caught:
        mm.Cohort([Participant("mia", requests=requests)])
    assert text in str(caught.value)
    assert len(caught.value.problems) == 1


def test_all_problems_are_told_together():
    people = [asks("mia", "a", ""), asks("lee", "b", "b"), asks("zoe", "c", "d")]
    with pytest.raises(mm.InputError) as caught:
        mm.Cohort(people)
    assert [problem.where for problem in caught.value.problems] == [
        f"participants[{k}].requests[0].topic" for k in (0, 1)
    ]


def test_two_people_may_use_one_label_for_different_things():
    made = mm.Cohort(
        [
            asks("mia", "a or b"),
            asks("lee", "a", "b"),
            Participant("ann", offers=[Offer("b")]),
            Participant("bob", offers=[Offer("a or b")]),
        ]
    )
    result = mm.solve(made)
    assert seats(result) == [("ann", ("lee",), "b", ("a or b",)), ("bob", ("mia",), "a or b", ("a or b",))]
    assert mm.verify(made, mm.Program(), result) == []


def test_any_of_several_is_read_from_a_file_and_faults_have_their_place(tmp_path):
    made = cohort(asks("mia", "data", "writing"))
    mm.write_cohort(made, tmp_path / "cohort.json")
    assert mm.read_cohort(tmp_path / "cohort.json") == made
    data = json.loads(mm.io.to_json(made))
    for topic, text in (
        (["data", 3], "/participants/2/requests/0/topic/1: found a whole number 3, expected text"),
        ([], "/participants/2/requests/0/topic: found no topic"),
        (7, "/participants/2/requests/0/topic: found a whole number 7, expected text or a list"),
    ):
        data["participants"][2]["requests"][0]["topic"] = topic
        with pytest.raises(mm.InputError, match=text):
            mm.io.from_json(json.dumps(data))


# -- what it means ----------------------------------------------------------------------------------------------------


def test_it_is_one_seat_on_whichever_topic_is_best():
    made = cohort(asks("mia", "data", "writing"))
    result = mm.solve(made)
    assert seats(result) == [("ann", ("mia",), "writing", ("data or writing",))]
    assert (result.value, result.trust, result.matching.unmatched) == ((1, 1, 0), "proved", [])
    assert mm.verify(made, mm.Program(), result) == []


def test_each_topic_meets_along_the_tree_and_the_nearest_counts():
    made = cohort(asks("mia", "data", "talks"), asks("lee", "data", "r"))
    pairs = candidates(made, ()).pairs
    found = zip(pairs.mentee.tolist(), pairs.offer.topic.tolist(), pairs.distance.tolist(), strict=True)
    names, ids = made.topic_tree.names, made.people.ids
    assert {(ids[e], names[t], steps) for e, t, steps in found} == {
        ("mia", "r", 2),
        ("mia", "statistics", 1),
        ("lee", "r", 0),
        ("lee", "statistics", 1),
    }


def test_each_pair_is_a_candidate_once():
    made = cohort(asks("mia", "data", "r", "statistics"))
    edges = candidates(made, ())
    assert len(edges) == 2
    assert (edges.pairs.distance == 0).all()


def test_several_mentors_are_different_ones_whatever_the_topic():
    made = cohort(asks("mia", "r", "statistics", "writing", mentors=3))
    result = mm.solve(made)
    assert [mentor for mentor, *_ in result.matching.pairs()] == ["ann", "bob"]
    assert result.matching.unmatched == [("mia", "r or statistics or writing")]
    twice = mm.matching_from_pairs(made, [("bob", "mia", "r"), ("bob", "mia", "statistics")])
    assert "same-mentor" in {violation.code for violation in mm.verify(made, mm.Program(), twice)}


def test_the_judge_knows_what_was_asked_for():
    made = cohort(asks("mia", "data", "writing"))
    match = mm.Match("ann", ("mia",), "writing", "ann/writing", ("data or writing",))
    right = mm.matching_from_pairs(made, [match])
    assert mm.verify(made, mm.Program(), right) == []
    assert right == mm.matching_from_pairs(made, [("ann", "mia")])
    (wrong,) = mm.verify(made, mm.Program(), mm.Matching([replace(match, requested=("writing",))]))
    assert wrong.code == "unknown-request"
    other = mm.matching_from_pairs(cohort(asks("mia", "data", "talks")), [("ann", "mia")])
    assert [v.code for v in mm.verify(cohort(asks("mia", "data", "talks")), mm.Program(), other)] == ["impossible-pair"]


def test_a_group_takes_whoever_asks_for_its_topic_among_others():
    leader = Participant("ann", offers=[Offer("writing")])
    people = [asks("e1", "writing"), asks("e2", "data", "writing"), asks("e3", "talks", "writing"), asks("e4", "talks")]
    made, program = mm.Cohort([leader, *people]), mm.Program(group={"writing": (3, 4), None: (1, 1)})
    result = mm.solve(made, program)
    asked = ("writing", "data or writing", "talks or writing")
    assert seats(result) == [("ann", ("e1", "e2", "e3"), "writing", asked)]
    assert result.matching.unmatched == [("e4", "talks")]


def test_stable_lists_and_what_blocks():
    people = [
        Participant("ann", offers=[Offer("writing")], mentee_ranks=["mia", "lee"]),
        Participant("bob", offers=[Offer("data")], mentee_ranks=["mia", "lee"]),
        Participant("mia", requests=[Request(("data", "writing"))], ranks=["bob", "ann"]),
        Participant("lee", requests=[Request(("data", "writing"))], ranks=["bob", "ann"]),
    ]
    made = mm.Cohort(people)
    result = mm.solve(made)
    assert (result.solver, result.matching.pairs()) == ("stable", [("ann", "lee", "writing"), ("bob", "mia", "data")])
    swapped = mm.matching_from_pairs(made, [("ann", "mia"), ("bob", "lee")])
    assert mm.blocking_pairs(made, mm.Program(), swapped) == [mm.stable.BlockingPair("bob", "mia", "data")]


# -- what is said about it --------------------------------------------------------------------------------------------


def test_reasons_name_what_was_asked_for():
    made = mm.Cohort([ANN, asks("mia", "data", "writing"), asks("lee", "r", "talks"), asks("zoe", "data", "writing")])
    result = mm.solve(made)
    found = {(r.kind, r.who[0]): (r.topic, r.message) for r in mm.reasons(made, result)}
    assert found["no_offer", "lee"] == ("r or talks", "lee: nobody offers r or talks")
    seated = result.matching.seats.mentee[0]
    assert found["score", "ann"] == (
        "writing",
        f"ann with {seated}: on writing, asked for any of data, writing; 1 of 1 wish met: topic",
    )
    left = "zoe" if seated == "mia" else "mia"
    text = "2 people ask for a mentor on data, writing; ann can take 1 of them"
    assert found["shortage", left] == ("data or writing", f"{left}: {text}")


def test_a_topic_further_up_is_named_with_its_steps():
    made = mm.Cohort([BOB, asks("mia", "data", "talks")], topics=TREE)
    result = mm.solve(made)
    text = (
        "bob with mia: on statistics, asked for any of data, talks, 1 step away in the topic "
        "tree; 0 of 1 wish met; not met: topic"
    )
    assert [r.message for r in mm.reasons(made, result)] == [text]


def test_supply_counts_it_on_each_topic_and_says_so():
    made = cohort(asks("mia", "data", "writing", mentors=2), asks("lee", "writing"))
    found = {s.topic: (s.requests, s.wanted, s.elsewhere, s.reachable) for s in made.summary()}
    assert found == {"writing": (2, 3, 2, 1), "data": (1, 2, 2, 2), "r": (0, 0, 0, 2), "statistics": (0, 0, 0, 2)}
    heads = next(iter(mm.readiness(made).tables())).heads
    assert "or on another topic" in heads
    assert "or on another topic" not in next(iter(cohort(asks("mia", "data")).tables())).heads
    assert repr(mm.metrics(made, mm.solve(made))).endswith("2 of 3 seats filled>")


def test_shortlists_hold_mentors_on_any_of_the_topics():
    found = mm.shortlists(cohort(asks("mia", "data", "writing")), mm.Program(), 2).lists
    assert found == {("mia", "data or writing"): (("ann", "writing"), ("bob", "statistics"))}


def test_the_longest_format_that_a_topic_needs_is_recommended():
    advice = recommend_format(Request(("r", "grant proposal")), TREE)
    assert (advice.format, advice.reason.split(" calls for ")[0]) == ("two_session_product", '"grant proposal"')
    assert recommend_format(Request(("grant proposal", "data")), TREE).format == "three_session"
    unknown = recommend_format(Request(("r", "talks")), TREE)
    assert (unknown.format, unknown.reason.split(":")[0]) == (None, "nothing is known of talks")


def test_files_name_it_by_its_label(tmp_path):
    made = cohort(asks("mia", "data", "writing"), asks("lee", "talks", "drums"))
    result = mm.solve(made)
    frame = result.matching.to_frame()
    assert list(frame["requested"]) == ["data or writing"]
    mm.write_result(result, tmp_path / "result.json")
    assert mm.read_result(tmp_path / "result.json") == result
    graph = mm.io.to_networkx(made, matching=result.matching)
    assert graph.edges["mia", "ann", "ann/writing"]["requested"] == "data or writing"
    assert graph.edges["mia", "ann", "ann/writing"]["matched"]
    page = mm.report(made, result).person("lee")
    assert "drums or talks: Nobody offers" in page


def test_it_shows_itself_with_its_label():
    assert "data or writing" in asks("mia", "data", "writing")._repr_html_()
    assert "3" in Participant("mia", requests=[Request((3, "a"))])._repr_html_()
