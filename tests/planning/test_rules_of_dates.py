"""Limits, rooms, travel, wishes: schedules beside every other choice of dates, told apart by plain definitions."""

from math import prod

from hypothesis import assume, given

import mmatch as mm
from dates_oracle import Oracle, asked, questions
from mmatch.planning import validate
from strategies import examples


@given(questions())
@examples(150)
def test_a_schedule_is_the_best_under_all_rules_and_wishes(question):
    cohort, matching, options = question
    found = asked(cohort, matching, **options)
    assert validate(cohort, matching, found) == []
    assert (found.status, found.bound) == (mm.Status.OPTIMAL, found.value)
    oracle = Oracle(cohort, matching, found.settings)
    assume(prod(map(len, oracle.choices())) <= 30_000)
    assert found.value == oracle.best()


@given(questions())
@examples(100)
def test_reasons_and_ways_out_are_there_and_end(question):
    cohort, matching, options = question
    found = asked(cohort, matching, **options)
    for item in found.unplaced:
        assert item.reason
        assert item.funnel
        counts = [count for name, count in item.funnel if name.startswith(f"{item.match.mentor}: ")]
        windows_only = not any("dates" in name for name, _ in item.funnel)
        assert not windows_only or counts == sorted(counts, reverse=True)
