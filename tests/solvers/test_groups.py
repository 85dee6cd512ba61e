"""Groups under the contract: sizes, numbers of groups, slots, people to keep apart; the oracle tries everything."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import mmatch as mm
from group_oracle import GroupOracle
from strategies import aims_for, cohorts, examples, group_aims_for, group_rules_for, in_order, rules_for

WEEKS = (None, "Mon 9-11", "Mon 9-10; Tue 9-12", "Tue 8-12", "Mon 8-12; Tue 8-12")
TAKERS = ("cpsat", "milp", "portfolio")


@st.composite
def timed(draw, cohort):
    """The cohort with availability drawn for everybody."""
    people = [mm.Participant(**{**fields(p), "availability": draw(st.sampled_from(WEEKS))}) for p in cohort]
    return mm.Cohort(people, topics=dict(cohort.topics), history=cohort.history, scores=cohort.scores)


def fields(person):
    names = ("id", "offers", "requests", "capacity", "groups", "min_load", "site", "attributes", "ranks")
    return {name: getattr(person, name) for name in (*names, "mentee_ranks", "avoids")}


def kind(rule):
    return rule.name


@st.composite
def group_questions(draw):
    cohort = draw(cohorts(most_mentors=2, most_mentees=4))
    allowed = [rule for rule in rules_for(cohort) if rule.name != "Stable"]  # the oracle knows blocking pairs of pairs
    rules = draw(st.lists(st.sampled_from(allowed), max_size=1))
    if draw(st.booleans()):
        cohort = draw(timed(cohort))
        rules += draw(st.lists(st.sampled_from(group_rules_for(cohort)), min_size=1, max_size=2, unique_by=kind))
    group = draw(st.sampled_from([(1, 1), (1, 2), (2, 2), (2, 3), (3, 4)]))
    aims = [aim for aim in aims_for(cohort) if aim.name != "Nash"] + 3 * group_aims_for(cohort)
    tiers = draw(st.lists(st.sampled_from(aims), min_size=1, max_size=2))
    return cohort, mm.Program(group=group, rules=rules, aims=in_order(tiers))


@pytest.mark.parametrize("solver", TAKERS)
@given(question=group_questions())
@examples(150)
def test_every_answer_in_groups_is_accepted_and_every_optimum_is_the_oracles(solver, question):
    accepted_and_best(solver, question)


def accepted_and_best(solver, question):
    """The answer is accepted, and where it is called the best it is the oracle's."""
    cohort, program = question
    oracle = GroupOracle(cohort, program)
    assume(len(oracle.edges) <= 8)
    try:
        result = mm.solve(cohort, program, solver=solver)
    except mm.InputError as error:
        assert {p.code for p in error.problems} <= {"impossible-lock", "contradiction"}
        return
    except mm.errors.UnsupportedError as error:
        assert (
            "no solver here" in str(error)
            or "cannot keep" in str(error)
            or "can keep both" in str(error)
            or "nothing here asks for groups" in str(error)
        )
        return
    best = oracle.best()
    assert mm.verify(cohort, program, result) == []
    limit = None if result.verified_bound is None else result.verified_bound[0]
    assert limit is None or best is None or isinstance(limit, tuple) or limit >= best[0]
    if result.status == mm.Status.OPTIMAL:
        assert result.proof.totals == best
    elif result.found is not None:
        assert result.proof.totals <= best
    else:
        assert best is None


@given(question=group_questions(), data=st.data())
@examples(100)
def test_the_judge_accepts_exactly_what_the_oracle_allows(question, data):
    """Any seats, grouped and timed in any way: no violations exactly where the oracle lists it."""
    cohort, program = question
    oracle = GroupOracle(cohort, program)
    assume(0 < len(oracle.edges) <= 7)
    chosen = tuple(edge for edge in oracle.edges if data.draw(st.booleans()))
    slots = oracle.slot_rule.slots if oracle.slot_rule else ("",)
    parts = {}
    for edge in chosen:
        parts.setdefault((edge[1], data.draw(st.integers(0, 1))), []).append(edge)
    grouping = [(k, part, data.draw(st.sampled_from(slots))) for (k, _), part in sorted(parts.items())]
    people = [[oracle.requests[i][0].id for i, _ in part] for _, part, *_ in grouping]
    assume(all(len(set(names)) == len(names) for names in people))
    try:
        found = mm.verify(cohort, program, oracle.matching(grouping))
    except mm.InputError as error:
        assert {p.code for p in error.problems} <= {"impossible-lock", "contradiction"}
        return
    allowed = oracle.within_limits(chosen) and oracle.complete(chosen)
    same = [told(one) for one in oracle.groupings(chosen)]
    wanted = told(grouping)
    assert (found == []) == (allowed and wanted in same), found


def told(grouping):
    return sorted((k, sorted(part), slot) for k, part, slot in grouping)


def expert(name, **options):
    return mm.Participant(name, offers=[mm.Offer("r")], **options)


def learner(name, **options):
    return mm.Participant(name, requests=[mm.Request("r")], **options)


def test_no_group_opens_below_its_least_size():
    people = [expert("ann"), expert("bob"), *(learner(f"e{k}") for k in range(5))]
    result = mm.solve(mm.Cohort(people), mm.Program(group=(3, 4)))
    assert [len(match.mentees) for match in result.matching] == [4]
    assert len(result.matching.unmatched) == 1


def test_a_group_meets_when_all_are_free():
    people = [
        expert("ann", availability="Mon 9-11"),
        learner("eva", availability="Mon 10-12"),
        learner("finn", availability="Mon 8-11"),
    ]
    rule = mm.rules.CommonSlot(["Mon 9-10", "Mon 10-11"])
    result = mm.solve(mm.Cohort(people), mm.Program(group=(2, 3), rules=[rule]))
    (match,) = result.matching
    assert (match.mentees, match.slot) == (("eva", "finn"), "Mon 10-11")


def test_slots_are_read_on_everybodys_own_clock():
    """9 in Berlin is 13:30 in Kolkata in winter, and 12:30 in summer."""
    people = [
        expert("ann", availability="Mon 9-10", timezone="Europe/Berlin"),
        learner("eva", availability="Mon 13:30-14:30", timezone="Asia/Kolkata"),
    ]
    left = {}
    for week in ("2027-01-11", "2027-07-12"):
        rule = mm.rules.CommonSlot(["Mon 9-10"], timezone="Europe/Berlin", week=week)
        left[week] = mm.solve(mm.Cohort(people), mm.Program(rules=[rule])).matching.unmatched
    assert left == {"2027-01-11": [], "2027-07-12": [("eva", "r")]}
    with pytest.raises(mm.InputError, match="week="):
        mm.solve(mm.Cohort(people), mm.Program(rules=[mm.rules.CommonSlot(["Mon 9-10"])]))


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"slots": [None]}, r"slots\[0\]: found None"),
        ({"timezone": ["UTC"]}, "timezone: unknown time zone"),
        ({"timezone": "localtime"}, "timezone: unknown time zone"),
        ({"week": "2027-W01-1"}, "week: found"),
        ({"week": ""}, "week: found"),
    ],
)
def test_slots_that_are_no_times_are_named(options, told):
    with pytest.raises(mm.InputError, match=told):
        mm.rules.CommonSlot(**{"slots": ["Mon 9-10"], **options})
