"""Scenario 14: tiny cohorts in which something is wrong, each with the answer that must come out."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from mmatch import aims, rules
from mmatch.cohort import Cohort, Offer, Participant, Request
from mmatch.datasets._example import Example, RightAnswer, Sheets, closest
from mmatch.errors import InputError, Problem, excerpt
from mmatch.matching import Status
from mmatch.program import Program

if TYPE_CHECKING:
    Case = tuple[Cohort, Program, RightAnswer, str]

NAMES = ("Amara Eze", "Rui Pinto", "Mei Lin", "Dev Menon", "Nadia Khalil", "Erik Holm", "Sofía Rojas", "Ren Ito")


def build(*, case: str = "one-mentor") -> Example:
    """One tiny cohort.

    Args:
        case: one of `CASES`.
    """
    if case not in CASES:
        raise InputError(
            Problem("option", "datasets.load('adversarial').case", f"no case {excerpt(case)}", closest(case, CASES))
        )
    cohort, program, right, story = CASES[case]()
    title = f"Adversarial: {case.replace('-', ' ')}"
    return Example("adversarial", title, story, cohort, program, right, case)


def sheets(example: Example) -> Sheets:
    """Two files where the trouble is in the files; none where a cohort file says it better."""
    if example.case != "duplicates":
        return {}
    mentors = [[p.id, p.name, str(p.capacity)] for p in example.cohort if p.offers]
    mentees = [[p.id, p.name] for p in example.cohort if p.requests]
    first = mentors[0]
    mentors = [[first[0], first[1], "5"], *mentors[1:], [f" {first[0]}", f"{first[1]} ", first[2]]]
    return {
        "mentors.csv": [["id", "name", "capacity"], *mentors],
        "mentees.csv": [["id", "name"], *mentees, mentees[-1]],
    }


def _mentor(k: int, *topics: str, **facts: Any) -> Participant:
    return Participant(f"m{k}", name=NAMES[k - 1], offers=tuple(map(Offer, topics or ("",))), **facts)


def _mentee(k: int, *topics: str, **facts: Any) -> Participant:
    return Participant(f"e{k}", name=NAMES[-k], requests=tuple(map(Request, topics or ("",))), **facts)


def _one_mentor() -> Case:
    mentors = [_mentor(k, capacity=2) for k in (1, 2, 3)]
    cohort = Cohort([*mentors, *(_mentee(k, ranks=("m1",)) for k in (1, 2, 3, 4, 5))])
    right = RightAnswer(Status.OPTIMAL, (2, -1), "m1 has two seats; three mentees accept nobody else")
    return cohort, _usual(), right, "Five mentees accept one mentor and nobody else; two other mentors stay idle."


def _favourite_mentor() -> Case:
    mentors = [_mentor(k, capacity=2) for k in (1, 2, 3)]
    cohort = Cohort([*mentors, *(_mentee(k, ranks=("m1", ("m2", "m3"))) for k in (1, 2, 3, 4, 5))])
    program = Program(aims=[aims.Coverage(), aims.Preference(), aims.EvenLoad()])
    right = RightAnswer(Status.OPTIMAL, (5, -8, -2), "two mentees get their first choice, three their second")
    return cohort, program, right, "Five mentees want the same mentor most, but take others."


def _contradicting_rules() -> Case:
    people = [_mentor(1, site="Pune"), _mentor(2, site="Lisbon"), _mentee(1, site="Pune"), _mentee(2, site="Lisbon")]
    must = [rules.Same("site"), rules.Differs("site"), rules.Everyone()]
    right = RightAnswer(Status.INFEASIBLE, None, "no pair has both the same and another site, and nobody may miss out")
    return Cohort(people), Program(rules=must, aims=[aims.Coverage()]), right, "Two rules contradict each other."


def _overbooked_promises() -> Case:
    cohort = Cohort([_mentor(1, capacity=1), _mentor(2, capacity=1), _mentee(1), _mentee(2)])
    program = Program(rules=[rules.Lock([("m1", "e1"), ("m1", "e2")])], aims=[aims.Coverage()])
    right = RightAnswer(Status.INFEASIBLE, None, "m1 has one seat and is promised to e1 and to e2")
    return cohort, program, right, "One mentor with one seat was promised to two mentees."


def _unoffered_topic() -> Case:
    tree = {"statistics": "data", "surveys": "statistics", "negotiation": "leadership", "hiring": "leadership"}
    mentors = [_mentor(1, "data", capacity=2), _mentor(2, "hiring", capacity=2)]
    mentees = [_mentee(1, "surveys"), _mentee(2, "statistics"), _mentee(3, "negotiation"), _mentee(4, "leadership")]
    program = Program(aims=[aims.Coverage(), aims.TopicFit(), aims.EvenLoad()])
    why = "e3 asks for negotiation, which nobody offers: hiring is another branch; data covers surveys at distance 2"
    right = RightAnswer(Status.OPTIMAL, (3, 1.25, -1), why)
    return Cohort([*mentors, *mentees], topics=tree), program, right, "Somebody asks for a topic that nobody offers."


def _duplicates() -> Case:
    cohort = Cohort([_mentor(1, capacity=1), _mentor(2, capacity=1), *map(_mentee, (1, 2, 3))])
    right = RightAnswer(Status.OPTIMAL, (2, 0), "everybody counts once; m1 said five first, and one in the last answer")
    return cohort, _usual(), right, "A mentor and a mentee signed up twice; the last answer counts."


def _no_common_hour() -> Case:
    early = {"availability": "Mon 8-10", "attributes": {"hours": ("Mon 8", "Mon 9")}}
    late = {"availability": "Tue 16-18", "attributes": {"hours": ("Tue 16", "Tue 17")}}
    cohort = Cohort([_mentor(1, **early), _mentor(2, **late), _mentee(1, **early), _mentee(2, **early)])
    program = Program(rules=[rules.Same("hours")], aims=[aims.Coverage(), aims.EvenLoad()])
    right = RightAnswer(Status.OPTIMAL, (1, 0), "m2 is free on Tuesdays only, both mentees on Mondays only")
    return cohort, program, right, "One of two mentors shares no hour with any mentee."


def _only_yourself() -> Case:
    lonely = Participant("e9", name="Hina Ono", offers=(Offer("juggling"),), requests=(Request("juggling"),))
    cohort = Cohort([lonely, _mentor(1, "writing"), _mentee(1, "writing")])
    right = RightAnswer(Status.OPTIMAL, (1, 0), "e9 is the only one who offers juggling, and nobody meets themselves")
    return cohort, _usual(), right, "Somebody asks for a topic that only they offer."


def _usual() -> Program:
    return Program(aims=[aims.Coverage(), aims.EvenLoad()])


_BUILD = (
    *(_one_mentor, _favourite_mentor, _contradicting_rules, _overbooked_promises, _unoffered_topic, _duplicates),
    *(_no_common_hour, _only_yourself),
)
CASES: dict[str, Callable[[], Case]] = {build.__name__[1:].replace("_", "-"): build for build in _BUILD}
