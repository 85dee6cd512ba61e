"""Scenario 9: a company's form with yes / maybe / no on both sides, wish lists and capacities in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from mmatch import aims, rules
from mmatch.cohort import Cohort, Offer, Participant, Request
from mmatch.cohort.validation import group_fault
from mmatch.datasets._example import Example, Sheets
from mmatch.datasets._people import SITES, Draws, Person, scenario_people
from mmatch.datasets._sheets import listed, untidy
from mmatch.errors import InputError, Problem
from mmatch.program import Program

if TYPE_CHECKING:
    Form = list[tuple[Person, dict[str, Any]]]

GENDERS = ("woman", "man", "non-binary")
LEVELS = {"mentor": (3, 8), "mentee": (1, 5)}
YES, MAYBE, NO = 2, 1, 0
CAPACITIES = {
    1: ("One mentee only, please!", "Just one", "1"),
    2: ("Two would be fine.", "Up to two", "2"),
    3: ("I can handle this! Give me three mentees.", "Up to three", "3"),
}
PREFERENCES = ("genders_pref_yes", "genders_pref_maybe", "sites_pref_yes", "sites_pref_maybe")
HEADS = (
    *("wwid", "name", "gender", "site", "years", "position_level", *PREFERENCES),
    *("max_mentee_count", "wwid_pref", "wants_random_mentor", "priority"),
)
STORY = (
    "{mentors} mentors and {mentees} mentees of one company. Everybody says which genders and sites they would like "
    "to meet: yes, maybe, or no; a pair to which either side says no cannot be. Mentors stand at least one level "
    "higher and take one to three mentees. Half of the mentees and some mentors have a wish list; a few mentees are "
    "favoured because they missed out last year. As many people as possible are matched, favoured people first; then "
    "the answers count, then the wishes."
)
MET = " The mentees of a mentor meet as one group of {} to {}."


def build(*, seed: int = 0, mentors: int = 200, mentees: int = 350, group: tuple[int, int] = (1, 1)) -> Example:
    """Answers on both sides become scores 2, 3, 4; a pair with a no has none. Wish lists become ranks.

    Args:
        seed: of everything drawn.
        mentors: how many.
        mentees: how many.
        group: (least, most) mentees who share a mentor: in pairs by default, (2, 3) meets in groups.
    """
    draws, teachers, learners = scenario_people("corporate", seed, mentors, mentees)
    fault = group_fault(group)
    if fault:
        raise InputError(Problem("option", "datasets.load('corporate').group", fault))
    offered = [(person, _stated(draws, "mentor")) for person in teachers]
    wanted = [(person, _stated(draws, "mentee")) for person in learners]
    scores = _scores(offered, wanted)
    wishes = _wishes(draws, [*offered, *wanted], scores)
    people = [_mentor(draws, *one, _ranks(wishes.get(one[0].id), learners)) for one in offered]
    people += [_mentee(draws, *one, _ranks(wishes.get(one[0].id), teachers)) for one in wanted]
    return Example(
        name="corporate",
        title="Corporate form",
        story=STORY.format(mentors=mentors, mentees=mentees) + (MET.format(*group) if tuple(group) != (1, 1) else ""),
        cohort=Cohort(people, scores=scores),
        program=Program(
            group=group,
            rules=[rules.LevelGap(1)],
            aims=[
                aims.Coverage(),
                aims.Priority(),
                aims.Fit(),
                *([aims.Preference("both")] if wishes else []),
                aims.EvenLoad(),
            ],
        ),
    )


def _stated(draws: Draws, role: str) -> dict[str, Any]:
    """What everybody answers; a list that is not stated leaves everything open."""
    level = draws.number(*LEVELS[role])
    open_to_all = draws.chance(0.5)
    genders = draws.several(GENDERS, 3)
    yes = () if open_to_all else genders[: draws.number(1, 2)]
    near = draws.several(tuple(SITES), 5) if draws.chance(0.6) else ()
    attributes = {
        "gender": draws.pick(GENDERS, (48, 48, 4)),
        "site": draws.pick(tuple(SITES), (4, 2, 3, 3, 1, 1)),
        "years": level * 2 + draws.number(0, 6),
        "position_level": level,
        "genders_pref_yes": yes,
        "genders_pref_maybe": () if open_to_all else genders[len(yes) : 2 + draws.number(0, 1)],
        "sites_pref_yes": near[:2],
        "sites_pref_maybe": near[2 : draws.number(3, 5)],
    }
    if role == "mentee":
        attributes["wants_random_mentor"] = "Yes" if draws.chance(0.15) else "No"
    return attributes


def _answer(one: dict[str, Any], other: dict[str, Any]) -> int:
    """What one person says about another: the least of both answers; silence is a yes."""
    answers = []
    for what, column in (("gender", "genders_pref"), ("site", "sites_pref")):
        yes, maybe = one[f"{column}_yes"], one[f"{column}_maybe"]
        stated = yes or maybe
        answers.append(YES if not stated or other[what] in yes else MAYBE if other[what] in maybe else NO)
    return min(answers)


def _scores(mentors: Form, mentees: Form) -> dict[tuple[str, str], int]:
    """The sum of both answers, where neither is a no."""
    found = {}
    for mentor, offered in mentors:
        for mentee, wanted in mentees:
            present, back = _answer(wanted, offered), _answer(offered, wanted)
            if present and back:
                found[mentor.id, mentee.id] = present + back
    return found


def _wishes(draws: Draws, form: Form, scores: dict[tuple[str, str], int]) -> dict[str, tuple[str, ...]]:
    """Wish lists, best first: one to three people who may be met."""
    level = {person.id: stated["position_level"] for person, stated in form}
    possible: dict[str, list[str]] = {person.id: [] for person, _ in form}
    for mentor, mentee in scores:
        if level[mentor] > level[mentee]:
            possible[mentee].append(mentor)
            possible[mentor].append(mentee)
    share = {person.id: 0.5 if "wants_random_mentor" in stated else 0.2 for person, stated in form}
    lists = {
        name: draws.several(others, draws.number(1, 3))
        for name, others in possible.items()
        if draws.chance(share[name])
    }
    return {name: wished for name, wished in lists.items() if wished}


def _ranks(wished: tuple[str, ...] | None, others: Sequence[Person]) -> tuple[Any, ...] | None:
    """A wish list, then everybody else as one tie."""
    if wished is None:
        return None
    rest = tuple(person.id for person in others if person.id not in wished)
    return (*wished, rest) if len(rest) > 1 else (*wished, *rest)


def _mentor(draws: Draws, person: Person, stated: dict[str, Any], ranks: Any) -> Participant:
    return person.signs_up(
        offers=(Offer(level=stated["position_level"]),),
        capacity=draws.pick((1, 2, 3), (5, 3, 2)),
        site=stated["site"],
        attributes=_kept(stated),
        mentee_ranks=ranks,
    )


def _mentee(draws: Draws, person: Person, stated: dict[str, Any], ranks: Any) -> Participant:
    priority = 2 if draws.chance(0.1) else 1
    return person.signs_up(
        requests=(Request(level=stated["position_level"], priority=priority),),
        site=stated["site"],
        attributes=_kept(stated),
        ranks=ranks,
    )


def _kept(stated: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in stated.items() if name != "site" and value != ()}


def sheets(example: Example) -> Sheets:
    """The form, one file a role, and the points that the program team has counted from it."""
    teachers = [_row(k, p) for k, p in enumerate(example.cohort) if p.offers]
    learners = [_row(k, p) for k, p in enumerate(example.cohort) if p.requests]
    scores = example.cohort.scores or {}
    points = [[mentee, mentor, str(score)] for (mentor, mentee), score in scores.items()]
    return {
        "mentors.csv": untidy([list(HEADS), *teachers], blank_rows=40),
        "mentees.csv": untidy([list(HEADS), *learners], blank_rows=40),
        "points.csv": [["mentee", "mentor", "score"], *points],
    }


def _row(k: int, p: Participant) -> list[str]:
    a = p.attributes
    lists = [listed(a.get(name)) for name in PREFERENCES]
    words = CAPACITIES[p.capacity] if p.capacity else ("",)
    wished = [name for name in (p.ranks or p.mentee_ranks or ()) if isinstance(name, str)]
    favoured = "Yes" if any(r.priority > 1 for r in p.requests) else ""
    facts = [p.id, p.name, a["gender"], p.site, str(a["years"]), str(a["position_level"])]
    return [*facts, *lists, words[k % len(words)], listed(wished), a.get("wants_random_mentor", ""), favoured]
