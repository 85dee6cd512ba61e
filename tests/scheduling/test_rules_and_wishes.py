"""Limits, rooms, travel, wishes: schedules beside every other choice of dates, told apart by plain definitions."""

from math import prod

from hypothesis import assume, given

import mmatch as mm
from dated import faults, planned
from dates_oracle import FORMATS, START, Oracle, questions, scheduled
from mmatch.scheduling import dates_by_component
from strategies import examples


@given(questions())
@examples(150)
def test_a_schedule_is_the_best_under_all_rules_and_wishes(question):
    cohort, matching, options = question
    found = scheduled(cohort, matching, **options)
    assert faults(cohort, matching, found) == []
    assert (found.status, found.bound) == (mm.Status.OPTIMAL, found.value)
    oracle = Oracle(cohort, matching, found.settings)
    assume(prod(map(len, oracle.choices())) <= 30_000)
    assert found.value == oracle.best()


@given(questions())
@examples(100)
def test_reasons_and_ways_out_are_there_and_end(question):
    cohort, matching, options = question
    found = scheduled(cohort, matching, **options)
    for item in found.unplaced:
        assert item.reason
        assert item.steps
        counts = [count for name, count in item.steps if name.startswith(f"{item.match.mentor}: ")]
        windows_only = not any("dates" in name for name, _ in item.steps)
        assert not windows_only or counts == sorted(counts, reverse=True)


def test_no_site_takes_the_time_of_the_others(monkeypatch):
    """The first site searched until time was over; the others, with as many matches, had what greed had given them."""
    people, pairs = [], []
    for k, site in enumerate(["Rome", "Oslo", "Bonn"] * 4):
        people.append(mm.Participant(f"m{k}", offers=[mm.Offer()], site=site))
        people.append(mm.Participant(f"e{k}", requests=[mm.Request(format="meet")], site=site))
        pairs.append((f"m{k}", f"e{k}"))
    people.append(mm.Participant("m", offers=[mm.Offer()]))
    people.append(mm.Participant("e", requests=[mm.Request()]))
    cohort = mm.Cohort(people)
    matching = mm.matching_from_pairs(cohort, [*pairs, ("m", "e")])
    clock, left = [1000.0], []
    monkeypatch.setattr("time.monotonic", lambda: clock[0])

    plain = dates_by_component.place

    def until_time_is_over(tasks, watch, rooms=()):
        if not rooms:
            return plain(tasks, watch)
        left.append(watch.deadline - clock[0])
        clock[0] = watch.deadline
        return dates_by_component.Placed((None,) * len(tasks), (len(tasks), 0), exact=False)

    monkeypatch.setattr(dates_by_component, "place", until_time_is_over)
    rooms = {"Rome": 1, "Oslo": 1, "Bonn": 1}
    span = {"start": START, "end": "2026-04-04", "formats": FORMATS, "time_limit": 9}
    found = planned(cohort, mm.Program(), matching, rooms=rooms, **span)
    assert left == [3, 3, 3]
    assert (found.status, found.stopped) == (mm.Status.FEASIBLE, "time_limit")
    assert [plan.people for plan in found.plans] == [("m", "e")]
