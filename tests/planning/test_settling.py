"""The best dates of a few matches, clash by clash: as good as those of a complete search, wherever there are any."""

import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mmatch as mm
from dates_oracle import FORMATS, questions
from mmatch.instance import Watch
from mmatch.planning import placing, settling
from mmatch.planning.calendars import Calendars, task_of
from mmatch.planning.modelling import searched_together
from mmatch.planning.paths import alone
from mmatch.planning.placing import Placed, place
from mmatch.planning.settling import settled
from mmatch.planning.together import fits, total
from strategies import examples

WEEKS = [f"{day} {hour}-{hour + 2}" for day in ("Mon", "Tue", "Thu") for hour in (9, 10, 11, 13)]
THRICE = mm.Format("thrice", (mm.Session(90), mm.Session(20), mm.Session(60)), (mm.Gap(2, 3, 9), mm.Gap(2, 4, 9)))
LONG = mm.Format("long", (mm.Session(120),))


@st.composite
def crowds(draw):
    """Up to five matches of people with few hours: one mentor or two, some mentees with both."""
    week = st.lists(st.sampled_from(WEEKS), min_size=2, max_size=5, unique=True).map("; ".join)
    site, zone = st.sampled_from(["Rome", "Rome", "Oslo"]), st.sampled_from(["Europe/Rome", "Europe/London"])

    def person(name, **facts):
        return mm.Participant(name, availability=draw(week), timezone=draw(zone), site=draw(site), **facts)

    people = [person(f"m{k}", offers=[mm.Offer()], capacity=5) for k in range(2)]
    forms = draw(st.lists(st.sampled_from(["thrice", "single", "long", "blend"]), min_size=2, max_size=4))
    people += [person(f"e{k}", requests=[mm.Request(format=form, mentors=2)]) for k, form in enumerate(forms)]
    pairs = [("m0", e.id) for e in people[2:]] + [("m1", e.id) for e in people[2:] if not draw(st.integers(0, 3))]
    cohort = mm.Cohort(people)
    options = {
        "buffer": draw(st.sampled_from([0, 30])),
        "travel": {("Rome", "Oslo"): 45, ("Oslo", "Rome"): 15}
        if len({person.site for person in people}) == 2
        else None,
        "wishes": mm.Wishes(same_time=draw(st.sampled_from([0, 700])), gap=draw(st.sampled_from([0, 1440]))),
    }
    return cohort, mm.matching_from_pairs(cohort, pairs), options


def tasks_of(cohort, matching, options):
    """The matches that have dates by themselves, as tasks without limits or wishes about one another."""
    span = {"start": "2027-03-22", "end": "2027-04-04", "formats": [THRICE, LONG, *FORMATS], "grain": 15}
    empty = mm.schedule(cohort, mm.Program(), mm.Matching(), **{**span, **options})
    calendars = Calendars(cohort, replace(empty.settings, rooms={}, wishes=replace(empty.settings.wishes, adjacent=0)))
    names = {person.id: person.requests[0].format for person in cohort if person.requests}
    tasks = [replace(task_of(match, names[match.mentees[0]], calendars), limits=()) for match in matching]
    return [task for task in tasks if alone(task) is not None]


@given(crowds() | questions())
@examples(100)
def test_they_are_as_good_as_those_of_a_complete_search(question):
    tasks = tasks_of(*question)
    found = settled(tasks, Watch())
    best = searched_together(tasks, [None] * len(tasks), Watch())
    assert best.exact
    most, price = total(tasks, best.dates)
    if most < len(tasks):
        assert found is None
        return
    assert found is not None
    assert fits(tasks, found)
    assert total(tasks, found) == (most, price)


def rivals(number=3):
    """Mentees who all would like the first hour of one mentor."""
    people = [mm.Participant("m", offers=[mm.Offer()], capacity=number, availability="Mon-Fri 9-12")]
    people += [mm.Participant(f"e{k}", requests=[mm.Request(format="thrice")]) for k in range(number)]
    cohort = mm.Cohort(people)
    pairs = [("m", f"e{k}") for k in range(number)]
    return cohort, mm.matching_from_pairs(cohort, pairs), {}


def test_it_gives_up_after_some_cases_and_at_once_when_told_to(monkeypatch):
    tasks = tasks_of(*rivals())
    assert settled(tasks, Watch()) is not None
    assert settled(tasks, Watch(deadline=time.monotonic() - 1)) is None
    monkeypatch.setattr(settling, "CASES", 2)
    assert settled(tasks, Watch()) is None
    found = place(tasks)
    assert found.exact
    assert found.bound == total(tasks, found.dates)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_no_search_is_needed_for_a_few_mentees_of_one_mentor(number, monkeypatch):
    monkeypatch.setattr(placing, "searched_together", None)
    tasks = tasks_of(*rivals(number))
    found = place(tasks)
    assert found == Placed(found.dates, total(tasks, found.dates), exact=True)
    assert None not in found.dates


@pytest.mark.parametrize("forms", [("long", "single"), ("single", "long")])
def test_a_short_session_goes_before_a_long_one_whoever_was_first(forms):
    people = [mm.Participant("m", offers=[mm.Offer()], capacity=2, availability="Mon 9-12")]
    people += [mm.Participant(f"e{k}", requests=[mm.Request(format=form)]) for k, form in enumerate(forms)]
    cohort = mm.Cohort(people)
    matching = mm.matching_from_pairs(cohort, [("m", "e0"), ("m", "e1")])
    found = dict(zip(forms, settled(tasks_of(cohort, matching, {}), Watch()), strict=True))
    assert found["long"][0] - found["single"][0] == 60
