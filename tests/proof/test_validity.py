"""The judge of validity takes exactly the matchings that the definitions allow, down to one seat more or less."""

from hypothesis import assume, given
from hypothesis import strategies as st

import mmatch as mm
from mmatch.matching import Match, Matching
from oracle import Oracle
from strategies import examples, matching_of, questions


@st.composite
def choices(draw, oracle):
    """Any pairs of a request and an offer, possible or not, within limits or not."""
    pairs = [(i, k) for i in range(len(oracle.requests)) for k in range(len(oracle.offers))]
    likely = st.sampled_from(oracle.edges) if oracle.edges and draw(st.integers(0, 4)) else st.sampled_from(pairs)
    return tuple(draw(st.lists(likely, max_size=5, unique=True)))


@given(question=questions(), data=st.data())
@examples(600)
def test_a_choice_is_valid_exactly_where_the_definitions_allow_it(question, data):
    cohort, program = question
    assume(program.group == (1, 1))
    oracle = Oracle(cohort, program)
    assume(oracle.requests and oracle.offers)
    chosen = data.draw(choices(oracle))
    allowed = set(chosen) <= set(oracle.edges) and oracle.within_limits(chosen) and oracle.complete(chosen)
    try:
        found = mm.verify(cohort, program, matching_of(oracle, chosen))
    except mm.InputError:
        return  # the program contradicts itself
    assert (found == []) == allowed, found


def test_one_seat_too_many_or_too_few_is_named():
    mentees = [mm.Participant(f"e{k}", requests=[mm.Request("t")]) for k in range(3)]
    mentor = {"offers": [mm.Offer("t", seats=2)], "capacity": 3, "min_load": 1}
    cohort = mm.Cohort([*mentees, mm.Participant("m", **mentor), mm.Participant("n", offers=[mm.Offer("t")])])

    def codes(*pairs):
        found = mm.verify(cohort, mm.Program(), mm.matching_from_pairs(cohort, pairs))
        return [violation.code for violation in found]

    assert codes(("m", "e0"), ("m", "e1"), ("n", "e2")) == []
    assert codes(("m", "e0"), ("m", "e1"), ("m", "e2")) == ["seats"]
    assert codes(("m", "e0"), ("n", "e1"), ("n", "e2")) == ["capacity"]
    assert codes(("n", "e1")) == ["min-load"]


def test_a_match_of_seats_on_two_offers_is_mixed():
    offers = [mm.Offer("t", id="one"), mm.Offer("t", id="two")]
    mentees = [mm.Participant(name, requests=[mm.Request("t")]) for name in "ab"]
    cohort = mm.Cohort([mm.Participant("m", offers=offers, capacity=2, groups=1), *mentees])
    program = mm.Program(group=(1, 2))
    seats = Matching([Match("m", ("a", "b"), "t", "one", ("t", "t"))]).seats
    columns = {name: getattr(seats, name) for name in seats.__slots__}
    mixed = Matching.from_seats(type(seats)(**{**columns, "offer": ("one", "two")}))
    assert "mixed-match" in {violation.code for violation in mm.verify(cohort, program, mixed)}
    assert mm.verify(cohort, program, Matching.from_seats(seats)) == []
