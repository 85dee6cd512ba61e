"""A cohort without some people is the cohort that would have been made without them, whichever way it is made."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mmatch as mm
from mmatch import Offer, Participant, Request
from mmatch.cohort.privacy import rest_without
from mmatch.repairs import Left, Seats
from strategies import cohorts, examples


def rebuilt(cohort, gone, capacities):
    """The slow way: everything stated again, without those who have gone."""
    from dataclasses import replace

    stated = rest_without(cohort.stated, set(gone))
    people = [
        replace(p, capacity=capacities[p.id], groups=None) if p.id in capacities else p for p in stated.participants
    ]
    return mm.Cohort(people, topics=stated.topics, history=stated.history, scores=stated.scores)


@given(cohort=cohorts() | cohorts(scored=True, ranked=False), data=st.data())
@examples(150)
def test_columns_say_the_same_as_people_stated_again(cohort, data):
    ids = [person.id for person in cohort]
    gone = data.draw(st.lists(st.sampled_from(ids), unique=True) if ids else st.just([]))
    others = [name for name in ids if name not in gone]
    capacities = data.draw(st.dictionaries(st.sampled_from(others), st.integers(0, 4)) if others else st.just({}))
    wanted = [*map(Left, gone), *(Seats(name, n) for name, n in capacities.items())]
    try:
        slow = rebuilt(cohort, gone, capacities)
    except mm.InputError:
        with pytest.raises(mm.InputError):
            cohort.changed(wanted)
        return
    made = cohort.changed(wanted)
    assert made == slow
    assert made.digest == slow.digest
    assert list(made) == list(slow)
    assert (made.history, made.scores, made.topics) == (slow.history, slow.scores, slow.topics)


def test_the_cohort_itself_is_as_it_was():
    cohort = mm.Cohort([Participant("a", offers=[Offer("x")]), Participant("e", requests=[Request("x")])])
    before = cohort.digest
    assert [p.id for p in cohort.changed([Left("e")])] == ["a"]
    assert cohort.changed([Seats("a", 3)])["a"].capacity == 3
    assert cohort.digest == before


@pytest.mark.parametrize(
    ("change", "fault"), [(Left("zoe"), "zoe"), (Seats("a", -1), r"changes\[0\]"), (Seats("a", "2"), r"changes\[0\]")]
)
def test_what_cannot_be_is_refused(change, fault):
    cohort = mm.Cohort([Participant("a", offers=[Offer("x")])])
    with pytest.raises(mm.InputError, match=fault):
        cohort.changed([change])
