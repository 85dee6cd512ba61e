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


@st.composite
def joint_questions(draw):
    """Few mentors who mostly offer one topic, and a rule that asks for two of them."""
    limits = st.sampled_from([None, None, 0, 1, 2, 4])
    names = [f"x{k}" for k in range(draw(st.integers(2, 3)))]
    people = [
        mm.Participant(
            name,
            offers=[mm.Offer("r"), *([mm.Offer("s")] if draw(st.booleans()) else [])],
            capacity=draw(limits),
            groups=draw(limits),
            avoids=draw(st.lists(st.sampled_from(["x0", "e0"]), max_size=1, unique=True)),
            requests=[mm.Request("r")] if draw(st.integers(0, 5)) == 0 else [],
        )
        for name in names
    ]
    asked = st.sampled_from([[mm.Request("r")], [mm.Request("r")], [mm.Request("s")], [mm.Request("r", mentors=2)]])
    people += [mm.Participant(f"e{k}", requests=draw(asked)) for k in range(draw(st.integers(1, 4)))]
    people = [mm.Participant(**{**fields(p), "avoids": set(p.avoids) - {p.id}}) for p in people]
    rules = [mm.rules.CoMentors(draw(st.integers(0, 2)))]
    cohort = mm.Cohort(people)
    if draw(st.booleans()):
        cohort = draw(timed(cohort))
        rules.append(mm.rules.CommonSlot(["Mon 9-10", "Mon 10-11"], missing="allow"))
    group = draw(st.sampled_from([(1, 1), (1, 3), (2, 2), (2, 3)]))
    aims = st.sampled_from([mm.aims.Coverage(), mm.aims.EvenLoad(), mm.aims.SizeNear(2)])
    return cohort, mm.Program(group=group, rules=rules, aims=[draw(aims)])


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


@pytest.mark.parametrize("solver", TAKERS)
@given(question=joint_questions())
@examples(60)
def test_two_mentors_lead_what_is_large(solver, question):
    accepted_and_best(solver, question)


@given(question=joint_questions(), data=st.data())
@examples(100)
def test_the_judge_accepts_exactly_the_mentors_whom_the_oracle_allows(question, data):
    judged_as_the_oracle_allows(question, data)


@given(question=group_questions(), data=st.data())
@examples(100)
def test_the_judge_accepts_exactly_what_the_oracle_allows(question, data):
    judged_as_the_oracle_allows(question, data)


def judged_as_the_oracle_allows(question, data):
    """Any seats, grouped and timed in any way: no violations exactly where the oracle lists it."""
    cohort, program = question
    oracle = GroupOracle(cohort, program)
    assume(0 < len(oracle.edges) <= 7)
    chosen = tuple(edge for edge in oracle.edges if data.draw(st.booleans()))
    slots = oracle.slot_rule.slots if oracle.slot_rule else ("",)
    parts = {}
    for edge in chosen:
        parts.setdefault((edge[1], data.draw(st.integers(0, 1))), []).append(edge)
    beside = [None, *(p for p in cohort if p.offers and oracle.two_rule)]
    grouping = [
        (k, part, data.draw(st.sampled_from(slots)), data.draw(st.sampled_from(beside)))
        for (k, _), part in sorted(parts.items())
    ]
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
    return sorted((k, sorted(part), slot, beside and beside.id) for k, part, slot, beside in grouping)


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


def test_whoever_states_no_number_of_groups_is_co_mentor_once():
    people = [expert("ann", capacity=4), expert("bob", capacity=4), *(learner(f"e{k}") for k in range(4))]
    cohort, program = mm.Cohort(people), mm.Program(rules=[mm.rules.CoMentors()])
    result = mm.solve(cohort, program)
    assert sorted(match.mentors for match in result.matching) == [("ann", "bob"), ("bob", "ann")]
    twice = [mm.Match("ann", (f"e{k}",), "r", co_mentor="bob") for k in range(2)]
    found = mm.verify(cohort, program, mm.matching_from_pairs(cohort, twice))
    assert [(v.code, v.who) for v in found] == [("co-mentor", ("bob",))]


def test_matches_led_and_matches_led_beside_another_are_counted_together():
    people = [expert("ann", groups=1), expert("bob", groups=1), *(learner(f"e{k}") for k in range(2))]
    cohort, program = mm.Cohort(people), mm.Program(rules=[mm.rules.CoMentors()])
    assert len(mm.solve(cohort, program).matching) == 1
    both = [mm.Match("ann", ("e0",), "r", co_mentor="bob"), mm.Match("bob", ("e1",), "r", co_mentor="ann")]
    found = mm.verify(cohort, program, mm.matching_from_pairs(cohort, both))
    assert {(v.code, v.who) for v in found} == {("groups", ("ann",)), ("groups", ("bob",))}


def test_a_co_mentor_whom_no_rule_asks_for_is_told():
    people = [expert("ann"), expert("bob"), learner("eva")]
    joint = [mm.Match("ann", ("eva",), "r", co_mentor="bob")]
    found = mm.verify(mm.Cohort(people), mm.Program(), mm.matching_from_pairs(mm.Cohort(people), joint))
    assert [v.message for v in found] == ["ann has the co-mentor bob, and no rule asks for one"]


def test_two_rules_about_co_mentors_contradict():
    rules = [mm.rules.CoMentors(0), mm.rules.CoMentors(3)]
    with pytest.raises(mm.InputError, match="leave one out"):
        mm.solve(mm.Cohort([expert("ann"), learner("eva")]), mm.Program(rules=rules))
