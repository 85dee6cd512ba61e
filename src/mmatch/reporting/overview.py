"""The coordinator's page: what was decided and how sure that is, who misses out and why, dates, loads, what to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import TypeVar

from mmatch import __version__
from mmatch.cohort import Cohort
from mmatch.comparison.measures import Segment, metrics
from mmatch.errors import InputError
from mmatch.explanations import PolicyEffects
from mmatch.explanations.before_matching import supply_of
from mmatch.explanations.words import counted, topic_word
from mmatch.formats import format_of
from mmatch.formats.recommending import format_needs
from mmatch.matching import Match, Reason, Status, Trust
from mmatch.reporting.charts import Bars
from mmatch.reporting.dated import Calendar
from mmatch.reporting.sections import Cell, CellGrid, Page, Section, ShownNames
from mmatch.reporting.words import aim_rows, amount, gains, headline, left_over, unopened
from mmatch.result import Result
from mmatch.scheduling.plans import Plan, Schedule

T = TypeVar("T")
FEW = 5  # people in a segment; of fewer nothing is said that could point at one of them
MOST_STEPS = 5
MOST_TOPICS = 30
MOST_BARS = 12

PROOF = {
    Trust.PROVED: "A check that uses no solver confirmed it: nothing better exists under these rules and aims.",
    Trust.CORROBORATED: "Two solvers on differently built models agree that nothing better exists; it is not proved.",
    Trust.CLAIMED: "One solver says that nothing better exists. What the independent check confirms of it stands "
    "beside each aim.",
    Trust.HEURISTIC: "All rules are kept, but something better may exist. How much better at most stands beside each "
    "aim, where it is known.",
}


@dataclass(frozen=True, eq=False)
class Material:
    """All that pages are made from."""

    cohort: Cohort
    result: Result
    reasons: tuple[Reason, ...]
    schedule: Schedule | None
    effects: PolicyEffects | None
    by: str | None
    title: str
    language: str = "en"
    contact: str = "partner"

    @cached_property
    def matches_of(self) -> Mapping[str, list[Match]]:
        """The matches in which each person is."""
        return _by_person((match, (match.mentor, *match.mentees)) for match in self.result.found or ())

    @cached_property
    def plans_of(self) -> Mapping[str, list[Plan]]:
        """The plans in which each person is."""
        return _by_person((plan, plan.people) for plan in (() if self.schedule is None else self.schedule.plans))

    @cached_property
    def missed_of(self) -> Mapping[str, dict[str, str]]:
        """For each mentee the topics with unfilled seats, and the kind of the first reason for each."""
        found: dict[str, dict[str, str]] = {}
        for who, topic in () if self.result.found is None else self.result.found.unmatched:
            found.setdefault(who, {})[topic] = ""
        for reason in self.reasons:
            topics = found.get(reason.who[0] if reason.who else "", {})
            if reason.kind != "score" and topics.get(reason.topic) == "":
                topics[reason.topic] = reason.kind
        return found


def _by_person(items: Iterable[tuple[T, tuple[str, ...]]]) -> Mapping[str, list[T]]:
    found: dict[str, list[T]] = {}
    for item, people in items:
        for who in people:
            found.setdefault(who, []).append(item)
    return found


def overview(found: Material) -> Page:
    """The whole page for the coordinator."""
    names = ShownNames(found.cohort)
    sections = [_summary(found)]
    if found.result.found is None:
        sections.append(Section("why", "Why there is no matching", points=[r.message for r in found.reasons]))
    else:
        sections += [*_answer(found, names), *_dates(found, names), *_formats(found), *_fairness(found)]
    sections += [*_policy(found), _evidence(found)]
    return Page(found.title, headline(found.cohort, found.result), _figures(found), sections)


# -- summary ----------------------------------------------------------------------------------------------------------


def _figures(found: Material) -> list[tuple[str, str]]:
    """The numbers that everybody asks for first."""
    if found.result.found is None:
        return []
    matching, requests = found.result.matching, found.cohort.requests
    people = len(set(requests.owner[requests.mentors > 0].tolist()))
    mentors = len(set(found.cohort.offers.owner.tolist()))
    load = Counter(matching.seats.mentor)
    figures = [
        ("mentees matched", f"{len(set(matching.seats.mentee)):,} of {people:,}"),
        ("seats filled", f"{len(matching.seats):,} of {int(requests.mentors.sum()):,}"),
        ("mentors with a mentee", f"{len(load):,} of {mentors:,}"),
        ("matches", f"{len(matching):,}"),
    ]
    if load:
        figures.append(("mentees of the busiest mentor", f"{max(load.values()):,}"))
    if found.schedule is not None:
        placed = len(found.schedule.plans)
        figures.append(("matches with dates", f"{placed:,} of {placed + len(found.schedule.unplaced):,}"))
    return figures


def _summary(found: Material) -> Section:
    """What came out, how sure it is, and what to do next."""
    result = found.result
    sentences = [PROOF[result.trust]] if result.trust is not None and result.found is not None else []
    if result.status == Status.INFEASIBLE:
        sentences.append("The rules contradict each other or ask for more than there is: something must give way.")
    if result.stopped is not None:
        sentences.append(f"The search was stopped early ({result.stopped.replace('_', ' ')}).")
    return Section("summary", "How sure this is, and what to do next", sentences, _steps(found))


def _steps(found: Material) -> list[str]:
    """What a coordinator can do now, the most urgent first, in five points at most."""
    if found.result.found is None:
        return ["Read why there is no matching, change the rule or the numbers that are named there, and run again."]
    after = list(_after(found))
    return [*islice(_missing(found), MOST_STEPS - len(after)), *after]


def _after(found: Material) -> Iterator[str]:
    """What follows a matching, whoever misses out."""
    if found.result.trust in {Trust.HEURISTIC, Trust.CLAIMED}:
        yield "Run it again with more time, if a proof matters to you."
    if found.schedule is None:
        yield "Give the matches their dates (mmatch schedule)."
    elif found.schedule.unplaced:
        n = counted(len(found.schedule.unplaced), "match")
        yield f"{n} without dates: ask these people for more times, or see what was tried below."
    if len(found.result.matching):
        yield "Tell everybody: mmatch letters writes to each person; each can have a page of their own, too."


def _missing(found: Material) -> Iterator[str]:
    """What would seat those who miss out, topic by topic."""
    left = Counter(found.result.matching.unmatched)
    kinds: Counter[tuple[str, str]] = Counter()
    for reason in found.reasons:
        seats = left.pop((reason.who[0], reason.topic), 0) if reason.who else 0
        kinds[reason.kind, reason.topic] += seats
    help_for = {
        "no_offer": "Find somebody who offers {topic}: {n} wanted, and nobody offers it.",
        "shortage": "Find more places{on}, with its mentors or new ones: {n} too few.",
        "outranked": "The places{on} went to others, and {n} more would be wanted: see below who came first, and why.",
        "rules": "See whether a rule can give way{on}: for {n} it rules out every mentor.",
        "price": "Places{on} are free, but filling {n} would cost more elsewhere: see the reasons below.",
    }
    for (kind, topic), n in sorted(kinds.items(), key=lambda item: (-item[1], item[0])):
        if n and kind in help_for:
            yield help_for[kind].format(topic=topic or "any topic", on=topic_word(topic), n=counted(n, "place"))


# -- the answer -------------------------------------------------------------------------------------------------------


def _answer(found: Material, names: ShownNames) -> Iterator[Section]:
    """Who meets whom, which groups did not open, who is left out."""
    matching = found.result.matching
    if len(matching):
        yield Section("matches", "Who meets whom", grids=(_matches(found, names),))
    closed = unopened(matching, found.reasons)
    if closed:
        grid = CellGrid("Groups that did not open", ("topic", "what they lacked"), closed)
        yield Section("unopened", "Groups that did not open", grids=(grid,))
    without, more = left_over(found.cohort, matching, found.reasons)
    grids = [
        CellGrid(title, ("mentee", "topic", "why"), rows)
        for title, rows in (("Without a mentor", without), ("Asked for more than they got", more))
        if rows
    ]
    if grids:
        yield Section("unmatched", "Who misses out, and why", grids=grids)
    else:
        yield Section("unmatched", "Who misses out", ("Nobody: everybody has what they asked for.",))


def _matches(found: Material, names: ShownNames) -> CellGrid:
    why: dict[tuple[str, str, str], str] = {}
    for reason in found.reasons:
        if reason.kind == "score":
            mentor, mentee = reason.who
            why[mentor, mentee, reason.topic] = reason.message.removeprefix(
                f"{names.full(mentor)} with {names.full(mentee)}: "
            )
    matching = found.result.matching
    timed = bool(matching.seats.slot)
    heads = ("match", "mentor", "mentees", "topic", *["when"] * timed, "why")
    rows: list[tuple[Cell, ...]] = []
    for number, match in enumerate(matching, 1):
        texts = {mentee: why.get((match.mentor, mentee, match.topic), "") for mentee in match.mentees}
        why_all = "; ".join(f"{names.full(mentee)}: {text}" for mentee, text in texts.items())
        if len(set(texts.values())) == 1:
            why_all = next(iter(texts.values()))
        people = names.listed((match.mentor,)), names.listed(match.mentees)
        rows.append((number, *people, match.topic or "any", *[match.slot] * timed, why_all))
    return CellGrid("Matches", heads, rows, (0,))


# -- dates ------------------------------------------------------------------------------------------------------------


def _dates(found: Material, names: ShownNames) -> Iterator[Section]:
    """Sessions, what is due between them, and matches without dates."""
    made = found.schedule
    if made is None:
        return
    calendar = Calendar(found.cohort, made, names)
    numbers = {(match.offer, match.mentees): number for number, match in enumerate(found.result.matching, 1)}
    plans = [(numbers.get((plan.match.offer, plan.match.mentees), 0), plan) for plan in made.plans]
    grids = [calendar.sessions(plans), *calendar.dues(plans)]
    if made.unplaced:
        rows = [(names.listed((u.match.mentor, *u.match.mentees)), u.reason, u.relaxation) for u in made.unplaced]
        grids.append(CellGrid("Matches without dates", ("people", "why", "what would help"), rows))
    sure = "No other dates are better." if made.status == Status.OPTIMAL else "Better dates may exist."
    yield Section("dates", "When they meet", (sure,), grids=grids)


def _formats(found: Material) -> Iterator[Section]:
    """Topics that call for another number of sessions than is planned for them."""
    program, rows = found.result.program, []
    for need in format_needs(found.cohort, program.formats):
        planned = need.stated or program.format_name
        names = (planned, need.advice.format or planned)
        with suppress(InputError):  # a request may name a format that does not exist: `schedule` says so
            if len({len(format_of(name, program.own_formats).sessions) for name in names}) > 1:
                rows.append((need.topic or "any", need.requests, *names, need.advice.reason))
    if rows:
        heads = ("topic", "requests", "planned", "calls for", "why")
        sentence = "These topics call for more or fewer sessions than are planned for them."
        grid = CellGrid("Formats that topics call for", heads, rows[:MOST_TOPICS], (1,))
        yield Section("formats", "Formats of sessions", (sentence,), grids=(grid,))


# -- fairness ---------------------------------------------------------------------------------------------------------


def _fairness(found: Material) -> Iterator[Section]:
    """How many mentees each mentor has, how well they fit, and how segments of people fare."""
    numbers = metrics(found.cohort, found.result, by=found.by)
    load = Counter(found.result.matching.seats.mentor)
    counts = Counter(load[who] for who in {found.cohort.people.ids[k] for k in found.cohort.offers.owner.tolist()})
    loads = [(counted(n, "mentee"), (counts[n],)) for n in sorted(counts)]
    charts = [*_charts(found), Bars("How many mentors have how many mentees", ("mentors",), loads)]
    named = {
        "mean fit of a matched mentee": numbers.mean_fit,
        "least fit of a matched mentee": numbers.worst_off if numbers.matched else None,
        "inequality of fit (Gini: 0 is equal)": numbers.gini,
        "new connections": numbers.new_connections,
        "mentees who would rather have another's place": numbers.envy,
        "pairs who would both rather be together": numbers.blocking_pairs,
    }
    known = [(name, amount(value)) for name, value in named.items() if value is not None]
    grids = [CellGrid("Fit and fairness", ("figure", "value"), known, (1,))]
    if found.by is not None:
        grids.append(_parity(found.by, numbers.parity))
    yield Section("fairness", "Load and fairness", grids=grids, charts=charts)


def _charts(found: Material) -> Iterator[Bars]:
    """What is asked for and offered on the topics that most ask for, and which wishes are met."""
    supply = sorted(supply_of(found.cohort, found.result.program)[0], key=lambda row: (-row.wanted, row.topic))
    rows = [(row.topic, (row.wanted, row.seats or 0)) for row in supply if row.wanted and row.topic][:MOST_BARS]
    if rows:
        more = f", the {MOST_BARS} that most ask for" if sum(row.wanted > 0 for row in supply) > MOST_BARS else ""
        yield Bars(f"Supply and demand per topic{more}", ("places asked for", "places offered"), rows)
    met: Counter[str] = Counter()
    all_of: Counter[str] = Counter()
    for reason in found.reasons:
        met.update(reason.facts.get("met", ()))
        all_of.update((*reason.facts.get("met", ()), *reason.facts.get("missed", ())))
    if all_of:
        wishes = [(name, (met[name], n)) for name, n in all_of.most_common(MOST_BARS)]
        yield Bars("Wishes of those who meet", ("met", "in all"), wishes)


def _parity(by: str, segments: Sequence[Segment]) -> CellGrid:
    """How each segment fares; of very small ones nothing but that they are small."""
    rows = [
        (
            "not stated" if segment.value is None else str(segment.value),
            *(
                (segment.mentees, f"{segment.share:.0%}", amount(segment.mean_fit))
                if segment.mentees >= FEW
                else (f"fewer than {FEW}", "", "")
            ),
        )
        for segment in segments
    ]
    return CellGrid(f"Parity by {by}", (by, "mentees", "matched", "mean fit"), rows, (1, 2, 3))


# -- policy and evidence ----------------------------------------------------------------------------------------------


def _policy(found: Material) -> Iterator[Section]:
    """The rules, the aims in order with what they reached, and what would change under another policy."""
    rules = [rule.in_words for rule in found.result.program.rules]
    heads = ("", "aim, most important first", "reached", "how sure")
    grids = [CellGrid("Aims", heads, aim_rows(found.result), (0, 2))]
    if found.effects is not None:
        rows = [(c.change, gains(c) or "nothing changes", c.status) for c in found.effects.what_if]
        grids.append(CellGrid("What if", ("change", "gains and losses", "outcome"), rows))
    sentence = "Rules that every match keeps:" if rules else "No rules beyond everybody's own limits."
    yield Section("policy", "What was asked for", (sentence,), rules, grids)


def _evidence(found: Material) -> Section:
    """What somebody needs who wants to check it."""
    result = found.result
    rows = (
        ("status", str(result.status)),
        ("trust", str(result.trust or "none")),
        ("evidence", result.proof.kind),
        ("solver", result.solver),
        ("seed of the lottery", str(result.seed)),
        ("scores rounded to", amount(result.resolution)),
        ("digest of the question", result.proof.digest),
        ("mmatch", __version__),
    )
    text = "mmatch verify cohort.json program.json result.json checks all of this without any solver."
    return Section("evidence", "Evidence", (text,), grids=(CellGrid("Evidence", ("what", "found"), rows),))
