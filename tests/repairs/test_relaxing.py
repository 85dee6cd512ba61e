"""Relaxing: the smallest changes that seat somebody are those that trying every set of changes finds."""

import itertools
import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mmatch as mm
from mmatch import Offer, Participant, Request
from mmatch.repairs import Asks, Excepted, Seats
from oracle import Oracle
from repairs.questions import question
from strategies import examples


def changed(cohort, program, changes):
    """The question after some changes, without the code that is tested."""
    more = {change.mentor: change.n for change in changes if isinstance(change, Seats)}
    off = [(c.mentor, c.mentee, c.rule, "") for c in changes if isinstance(c, Excepted)]
    people = [replace(person, capacity=more.get(person.id, person.capacity)) for person in cohort]
    return mm.Cohort(people), replace(program, exceptions=off)


def most_served(cohort, program, must):
    """How many mentees a matching can serve that serves some in particular; -1 where none does."""
    oracle = Oracle(cohort, program)
    served = ({oracle.requests[i][0].id for i, _ in chosen} for chosen in oracle.matchings())
    return max((len(some) for some in served if must <= some), default=-1)


def options(cohort, program, more):
    """Every change that there is: places more with each mentor, and each rule off for each pair."""
    places = [[Seats(m.id, m.capacity + k) for k in range(1, more + 1)] for m in cohort if m.offers]
    soft = [rule for rule in program.rules if rule.name != "Forbid"]
    pairs = [(m.id, e.id) for m in cohort if m.offers for e in cohort if e.requests]
    return places, [Excepted(*pair, rule) for pair in pairs for rule in soft]


@given(seed=st.integers(0, 10**6))
@examples(120)
def test_the_smallest_fix_is_the_smallest_that_there_is(seed):
    cohort, program, draw = question(seed)
    before = mm.solve(cohort, program)
    served = set(before.matching.seats.mentee)
    waits = [person.id for person in cohort if person.requests and person.id not in served]
    if not waits:
        return
    who = draw.choice(waits)
    fixes = mm.relax(cohort, before, who)
    sizes = [len(fix.changes) for fix in fixes if not any(isinstance(c, Asks) for c in fix.changes) and fix.changes]
    places, exceptions = options(cohort, program, 1)
    single = [*itertools.chain(*places), *exceptions]
    for size in (1, 2):
        enough = [
            some
            for some in itertools.combinations(single, size)
            if most_served(*changed(cohort, program, some), served | {who}) >= 0
        ]
        if enough:
            assert min(sizes) == size
            if size == 1:
                found = {fix.changes for fix in fixes if fix.changes and not isinstance(fix.changes[0], Asks)}
                assert found == set(enough)
            return
    assert min(sizes, default=3) > 2


@given(seed=st.integers(0, 10**6))
@examples(80)
def test_all_together_need_no_more_than_the_fewest_changes(seed):
    cohort, program, _ = question(seed)
    before = mm.solve(cohort, program)
    served = set(before.matching.seats.mentee)
    waits = [person.id for person in cohort if person.requests and person.id not in served]
    fix = mm.relax(cohort, before).together
    if len(waits) < 2 or fix is None:
        return
    assert mm.verify(fix.repair.cohort, fix.repair.result.program, fix.repair.result) == []
    assert served | {*fix.who} <= {*fix.repair.result.matching.seats.mentee}
    count = sum(c.n - cohort[c.mentor].capacity if isinstance(c, Seats) else 1 for c in fix.changes)
    places, exceptions = options(cohort, program, len(waits))
    for used in itertools.product(*[[None, *own] for own in places]):
        seats = [change for change in used if change is not None]
        spent = sum(change.n - cohort[change.mentor].capacity for change in seats)
        for off in range(min(count - spent, len(exceptions) + 1, 2)):  # fewer changes in all than the fix has
            for some in itertools.combinations(exceptions, off):
                assert most_served(*changed(cohort, program, [*seats, *some]), served) < len(served) + len(fix.who)


@pytest.fixture
def people():
    """Ann (Ops) has one place, which Eva (HR) has; Finn (Ops) asks, too, and Ann may not mentor her department."""
    return mm.Cohort(
        [
            Participant("ann", name="Ann", offers=[Offer("data")], attributes={"dep": "Ops"}),
            Participant("eva", name="Eva", requests=[Request("data")], attributes={"dep": "HR"}),
            Participant("finn", name="Finn", requests=[Request("data")], attributes={"dep": "Ops"}),
        ]
    )


def test_a_place_and_an_exception_where_neither_is_enough(people):
    result = mm.solve(people, mm.Program(rules=[mm.rules.Differs("dep")]))
    (fix,) = mm.relax(people, result, "finn")
    assert fix.changes == (Seats("ann", 2), Excepted("ann", "finn", mm.rules.Differs("dep")))
    assert (
        fix.text == "one more place with Ann (2 in all) and Ann with Finn, without the rule that departments differ"
        or ("one more place with Ann (2 in all)" in fix.text and "Ann with Finn, without the rule that" in fix.text)
    )
    assert fix.moved == 0
    made = mm.repair(people, result, fix.changes)
    assert {*made.result.matching.seats.mentee} == {"eva", "finn"}
    assert "with 1 exception" in " ".join(rule.in_words for rule in made.result.program.rules)


def test_smaller_groups_where_too_few_ask():
    cohort = mm.Cohort(
        [Participant("ann", offers=[Offer("data")]), *(Participant(e, requests=[Request("data")]) for e in ("d", "e"))]
    )
    result = mm.solve(cohort, mm.Program(group=(3, 4)))
    assert "groups from 2 on" in [fix.text for fix in mm.relax(cohort, result, "d")]


def test_where_no_matching_exists_the_fixes_say_which_rule_or_how_many_places():
    mentors = [Participant(name, name=name.title(), offers=[Offer("data")], capacity=1) for name in ("ann", "bob")]
    mentees = [Participant(name, requests=[Request("data")]) for name in ("eva", "finn", "gia", "hal")]
    cohort, program = mm.Cohort([*mentors, *mentees]), mm.Program(rules=[mm.rules.Everyone()])
    result = mm.solve(cohort, program)
    assert result.status == "infeasible"
    without, places = mm.relax(cohort, result)
    assert without.text == "without the rule that every mentee gets a mentor: 2 of 4 mentees matched"
    assert (without.changes, len(without.repair.waiting)) == ((), 2)
    assert places.text.endswith(": all rules can be kept")
    assert sum(change.n - 1 for change in places.changes) == 2
    assert mm.verify(places.repair.cohort, places.repair.result.program, places.repair.result) == []
    assert mm.solve(cohort.changed(places.changes), program).found is not None


@given(seed=st.integers(0, 10**6))
@examples(60)
def test_without_the_rules_that_are_named_a_matching_exists_and_with_fewer_left_out_none(seed):
    cohort, _, _ = question(seed)
    draw = random.Random(seed)
    mentors = [person.id for person in cohort if person.offers]
    mentees = [person.id for person in cohort if person.requests]
    some = [
        mm.rules.Everyone(),
        mm.rules.AtMost(1),
        mm.rules.NoRepeat(),
        mm.rules.Forbid([(draw.choice(mentors), mentee) for mentee in mentees]),
    ]
    rules = draw.sample(some, draw.randint(1, len(some)))
    program = mm.Program(rules=rules)
    result = mm.solve(cohort, program)
    if result.found is not None:
        return
    fixes = mm.relax(cohort, result)
    possible = {
        out
        for size in (1, 2)
        for out in itertools.combinations(rules, size)
        if mm.solve(cohort, mm.Program(rules=[rule for rule in rules if rule not in out])).found is not None
    }
    least = min(map(len, possible), default=0)
    found = [fix for fix in fixes if not fix.changes]
    assert len(found) == sum(len(out) == least for out in possible)
    for fix in fixes:
        assert mm.verify(fix.repair.cohort, fix.repair.result.program, fix.repair.result) == []
        assert not fix.changes or fix.repair.result.program.rules == program.rules
