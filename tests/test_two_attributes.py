"""Rules and aims that compare one attribute of the mentor with another one of the mentee."""

import pytest

import mmatch as mm
from mmatch import Offer, Participant, Request
from mmatch.aims import Coverage, Shares
from mmatch.io.settings import with_settings
from mmatch.rules import Differs, LevelGap, Same


def offers(name, site="", **attributes):
    return Participant(name, offers=[Offer()], site=site, attributes=attributes)


def asks(name, **attributes):
    return Participant(name, requests=[Request()], attributes=attributes)


SITES = mm.Cohort(
    [
        offers("ann", "Rome", years=9),
        offers("bob", "Oslo", years=4),
        offers("cat", years="many"),
        asks("eva", wanted="Rome", least=5),
        asks("finn", wanted=["Oslo", "Bern"], least=4.5),
        asks("gil"),
    ]
)


def allowed(rule):
    """Who may meet whom: each pair that a lock of it leaves possible."""
    found = set()
    for mentor in ("ann", "bob", "cat"):
        for mentee in ("eva", "finn", "gil"):
            matching = mm.matching_from_pairs(SITES, [(mentor, mentee)])
            if not [v for v in mm.verify(SITES, mm.Program(rules=[rule]), matching) if v.code.startswith("rule:")]:
                found.add(mentor[0] + mentee[0])
    solved = mm.solve(SITES, mm.Program(rules=[rule], aims=[Coverage()]))
    assert {m.mentor[0] + m.mentees[0][0] for m in solved.matching} <= found
    return found


TWO = {"mentor": "site", "mentee": "wanted"}
YEARS = {"mentor": "years", "mentee": "least"}


@pytest.mark.parametrize(
    ("rule", "pairs"),
    [
        (Same(**TWO), {"ae", "bf"}),
        (Same(**TWO, missing="allow"), {"ae", "bf", "ag", "bg", "ce", "cf", "cg"}),
        (Differs(**TWO), {"af", "be"}),
        (Differs(**TWO, missing="allow"), {"af", "be", "ag", "bg", "ce", "cf", "cg"}),
        (LevelGap(0, **YEARS), {"ae", "af"}),
        (LevelGap(-1, 4, **YEARS), {"ae", "be", "bf"}),
        (LevelGap(0, **YEARS, missing="allow"), {"ae", "af", "ag", "bg", "ce", "cf", "cg"}),
    ],
)
def test_pairs_that_are_allowed(rule, pairs):
    assert allowed(rule) == pairs


def test_what_is_equal_is_equal_whatever_it_is_called():
    """Numbers and yes/no are told apart, and values of which only one side has any do no harm."""
    people = [offers("ann", a=[1, "x", *map(str, range(70))]), offers("bob", a=True), asks("eva", b=[1.0, "y"])]
    cohort = mm.Cohort(people)
    assert mm.solve(cohort, mm.Program(rules=[Same(mentor="a", mentee="b")])).matching.pairs() == [("ann", "eva", "")]
    assert mm.solve(cohort, mm.Program(rules=[Differs(mentor="a", mentee="b")])).matching.pairs() == [
        ("bob", "eva", "")
    ]


def test_an_attribute_named_twice_is_the_old_form():
    for kind in (Same, Differs):
        assert allowed(kind(mentor="site", mentee="site")) == allowed(kind("site"))


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (Same, "Same.attribute: expected one attribute of both people, or else mentor= and mentee="),
        (lambda: Same("site", **TWO), "Same.attribute: expected one attribute of both people, or else"),
        (lambda: Same(mentor="site"), "Same.mentor: found an attribute of the mentor alone"),
        (lambda: Differs(mentee="site"), "Differs.mentee: found an attribute of the mentee alone"),
        (lambda: LevelGap(1, mentor="years"), "LevelGap.mentor: found an attribute of the mentor alone"),
        (lambda: LevelGap(1, mentor=1, mentee="least"), "LevelGap.mentor: found 1, expected a non-empty text"),
        (lambda: Same(mentor=None, mentee="wanted"), "Same.mentor: found None, expected a non-empty text"),
        (lambda: Same(3), "Same.attribute: found 3, expected a non-empty text"),
        (lambda: Shares(mentor="site"), "Shares.mentor: found an attribute of the mentor alone"),
        (Shares, "Shares.attribute: expected one attribute"),
    ],
)
def test_bad_arguments(make, text):
    with pytest.raises(mm.InputError) as caught:
        make()
    assert text in str(caught.value)


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (
            Same(mentor="site", mentee="wantd"),
            "Same(mentor='site', mentee='wantd'): nobody has the attribute \"wantd\"",
        ),
        (Differs(mentor="sit", mentee="wanted"), 'did you mean "site"?'),
        (LevelGap(0, mentor="years", mentee="last"), 'did you mean "least"?'),
        (LevelGap(0, mentor="site", mentee="least"), 'nobody states "site" as a number'),
    ],
)
def test_attributes_that_nobody_has(rule, text):
    with pytest.raises(mm.InputError) as caught:
        mm.solve(SITES, mm.Program(rules=[rule]))
    assert text in str(caught.value)


def test_they_are_written_and_read_in_every_form():
    part = [Same(**TWO), Differs(**TWO, missing="allow"), LevelGap(1, 3, **YEARS)]
    program = mm.Program(rules=part, aims=[Coverage(), Shares(**TWO)])
    assert mm.Program.from_json(program.to_json()) == program
    assert program.to_json()["rules"][0] == {"name": "Same", "mentor": "site", "mentee": "wanted"}
    texts = ["rule=Same(mentor=site, mentee=wanted)", "rule=Differs(mentor=site, mentee=wanted, missing=allow)"]
    texts += ["rule=LevelGap(1, 3, mentor=years, mentee=least)", "aims=Coverage, Shares(mentor=site, mentee=wanted)"]
    assert with_settings(mm.Program(), texts) == program
    assert eval(repr(part[0]), {"Same": Same}) == part[0]  # noqa: S307 - our own text
    with pytest.raises(mm.InputError, match="mentee='wanted site'"):
        with_settings(mm.Program(), ["rule=Same(mentor=site, mentee=wanted site)"])


def test_the_aim_prefers_what_the_rule_demands():
    program = mm.Program(aims=[Coverage(), Shares(**TWO)])
    result = mm.solve(SITES, program)
    assert (result.value, result.trust) == ((3, 2), "proved")
    assert {("ann", "eva", ""), ("bob", "finn", "")} < set(result.matching.pairs())


def test_a_sentence_says_what_was_compared():
    cohort = mm.Cohort([offers("ann", "Rome"), asks("eva", wanted="Oslo")])
    result = mm.solve(cohort, mm.Program(rules=[Same(**TWO)]))
    text = "eva: ann, the only mentor, is ruled out by the rule that the mentor's site is the mentee's wanted"
    assert [reason.message for reason in mm.reasons(cohort, result)] == [text]


@pytest.mark.parametrize(
    "rule",
    [
        Same(mentor="department", mentee="site", missing="allow"),
        Differs(mentor="department", mentee="site", missing="allow"),
        LevelGap(0, mentor="years", mentee="years"),
    ],
)
def test_they_keep_the_contract_of_rules(rule):
    mm.testing.check_rule(rule)
