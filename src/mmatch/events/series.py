"""`plan_series`: a year of events, each of which knows who met, who mentored and who sat out at the earlier ones."""

from __future__ import annotations

import datetime as dt
import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from mmatch.aims import Coverage, EvenLoad, EvenSeats, NewConnections, NewTopics
from mmatch.cohort import Cohort
from mmatch.cohort.participants import Meeting
from mmatch.display import Table
from mmatch.errors import InputError, Problem, Problems, excerpt
from mmatch.events.event_judge import judge_event
from mmatch.events.planning import plan_event
from mmatch.events.questions import is_coverage
from mmatch.events.values import Event, Rounds
from mmatch.matching import Framed, Violation
from mmatch.program import Program, check_question
from mmatch.rules import NoRepeat
from mmatch.text import note_unknown

if TYPE_CHECKING:
    from mmatch.program import TierSpec

HALF_LIFE = 180  # days after which an earlier meeting counts half


@dataclass(frozen=True, slots=True)
class Occasion:
    """One event of a series: its rounds, with when they begin, and who signed up.

    Args:
        rounds: with a ``start``, by which events are put in order.
        people: ids of those who signed up; None is everybody.
    """

    rounds: Rounds
    people: Sequence[str] | None = None


@dataclass(frozen=True, eq=False)
class Series(Framed):
    """The events of a year, in order of time, and what they come to together."""

    events: tuple[Event, ...] = ()

    def __iter__(self) -> Iterator[Event]:
        return iter(self.events)

    def __len__(self) -> int:
        return len(self.events)

    def __repr__(self) -> str:
        return f"<Series: {len(self)} events, {len(self.meetings)} meetings, {len(self.again)} pairs again>"

    @cached_property
    def meetings(self) -> tuple[Meeting, ...]:
        """Every meeting with its topic and date: the history of what comes after."""
        return tuple(meeting for event in self for meeting in meetings_of(event))

    @cached_property
    def again(self) -> dict[tuple[str, str], tuple[str, ...]]:
        """The dates of pairs who met at several events: {(mentor, mentee): dates}, by who first was the mentor."""
        dates: dict[frozenset[str], list[str]] = {}
        first: dict[frozenset[str], tuple[str, str]] = {}
        for one in self.meetings:
            pair = frozenset((one.mentor, one.mentee))
            first.setdefault(pair, (one.mentor, one.mentee))
            dates.setdefault(pair, []).append(one.date or "")
        return {first[pair]: tuple(when) for pair, when in dates.items() if len(when) > 1}

    @cached_property
    def loads(self) -> dict[str, int]:
        """How many meetings each mentor had, of those who had any."""
        return dict(sorted(_loads(self.events).items()))

    @cached_property
    def sit_outs(self) -> dict[str, int]:
        """In how many rounds each person was there without a place, of those who ever were."""
        return {who: n for who, n in sorted(_sat_out(self.events).items()) if n}

    @cached_property
    def topics(self) -> dict[str, tuple[str, ...]]:
        """The topics on which each mentee had a meeting."""
        found: defaultdict[str, set[str]] = defaultdict(set)
        for one in self.meetings:
            found[one.mentee] |= {one.topic} - {""}
        return {who: tuple(sorted(topics)) for who, topics in sorted(found.items())}

    def columns(self) -> dict[str, list[Any]]:
        """One row a meeting: date, round, table, mentor, mentee, topic."""
        found: dict[str, list[Any]] = {"date": []}
        for event in self:
            rows = event.columns()
            found["date"] += [date_of(event.rounds)] * len(rows["round"])
            for head, column in rows.items():
                found.setdefault(head, []).extend(column)
        return found

    def tables(self) -> Iterator[Table]:
        """One row an event."""
        known: set[frozenset[str]] = set()
        rows = []
        for event in self:
            pairs = {frozenset((one.mentor, one.mentee)) for one in meetings_of(event)}
            idle = sum(map(len, event.sit_outs.values()))
            rows.append((date_of(event.rounds), len(event.names), len(pairs), len(pairs - known), idle))
            known |= pairs
        yield Table(("date", "people", "meetings", "of them new", "rounds sat out"), rows, "Events", len(rows))


def plan_series(  # noqa: PLR0913 - a keyword for each convention of `plan_event`
    cohort: Cohort,
    program: Program | None,
    events: Sequence[Occasion | Rounds],
    *,
    before: Series | None = None,
    time_limit: float | None = None,
    seed: int | str = 0,
    progress: Callable[[Any], object] | None = None,
    cancel: threading.Event | None = None,
) -> Series:
    """Plan a year of events: nobody meets the same people again while there is anybody new, and loads are shared.

    Each event is planned when its sign-ups are known, and stays as it is when later ones are planned: give the series
    so far as ``before``. What comes first at each event is said at `after_events`.

    Args:
        cohort: everybody who takes part in the year.
        program: rules and aims; with the rule `NoRepeat` nobody ever meets again.
        events: an `Occasion` each, or `Rounds` where everybody comes.
        before: what is planned already; events that begin at the same time are not planned again.
        time_limit: seconds for each event.
        seed: of the lottery that breaks ties.
        progress: as of `solve`.
        cancel: an event that stops the run when it is set.

    Raises:
        InputError: an event without a time, two at one time, one that comes before what is planned, unknown people.

    Example:
        >>> from mmatch.events import Rounds
        >>> cohort = mm.Cohort(
        ...     [mm.Participant(f"m{k}", offers=[mm.Offer()]) for k in range(2)]
        ...     + [mm.Participant(f"e{k}", requests=[mm.Request()]) for k in range(2)]
        ... )
        >>> months = [Rounds(count=1, start=f"2027-0{month}-15T14:00") for month in (1, 2, 3)]
        >>> year = mm.plan_series(cohort, None, months)
        >>> year, len(year.again)
        (<Series: 3 events, 6 meetings, 2 pairs again>, 2)
    """
    program = Program() if program is None else program
    check_question(cohort, program)
    occasions = sorted(_checked(cohort, events, before), key=lambda one: _begins(one.rounds))
    planned = list(before or ())
    for one in occasions:
        people, policy = after_events(_those(cohort, one.people), program, one.rounds, planned)
        event = plan_event(
            people, policy, one.rounds, time_limit=time_limit, seed=seed, progress=progress, cancel=cancel
        )
        planned.append(event)
    return Series(tuple(planned))


def after_events(cohort: Cohort, program: Program, rounds: Rounds, earlier: Sequence[Event]) -> tuple[Cohort, Program]:
    """The people with whom they met at earlier events as their history, and the program of the next event.

    First as many meetings as possible, then as few as possible of people who met before. Then sit-outs are shared at
    this event, and after that over all events: the load over the mentors, and sit-outs over the mentees. Then mentees
    talk about topics that they have not talked about, those meet again who met longest ago (a meeting counts half after
    180 days, but for a program with its own `NewConnections`), and the program's own aims follow.

    Raises:
        InputError: rounds without a start.
    """
    today = date_of(rounds)
    stated = cohort.stated
    history = [*stated.history, *(meeting for event in earlier for meeting in meetings_of(event))]
    people = Cohort(stated.participants, topics=stated.topics, history=history, scores=stated.scores)
    tiers = [
        tier
        for tier in replace(program, group=(1, 1)).resolve(people).tiers
        if tier != (EvenLoad(),) and not is_coverage(tier)
    ]
    stated_aims = [aim for tier in tiers for aim in tier]
    found: list[TierSpec] = []
    meet_again = not any(isinstance(rule, NoRepeat) for rule in program.rules)
    if meet_again:
        found.append((NewConnections(),))
    if not any(isinstance(aim, EvenSeats) for aim in stated_aims):
        found.append((EvenLoad(), EvenSeats()))
    loads, idle = _loads(earlier), _sat_out(earlier)
    load = {person.id: loads[person.id] for person in people if person.offers}
    most = max(load.values(), default=0)
    owed = {
        person.id: idle[person.id] + len(rounds.present(person.id))
        for person in people
        if any(request.mentors for request in person.requests)
    }
    shared = [EvenLoad({who: most - n for who, n in load.items()})] if most else []
    found.append((*shared, *([EvenSeats(owed)] if any(idle[who] for who in owed) else [])))
    if any(len(person.requests) > 1 for person in people):
        found.append((NewTopics(),))
    if meet_again and not any(isinstance(aim, NewConnections) for aim in stated_aims):
        found.append((NewConnections(half_life=HALF_LIFE, today=today),))
    aims = [tier[0] if len(tier) == 1 else tier for tier in (*found, *tiers) if tier]
    return people, replace(program, aims=(Coverage(), *aims))


def judge_series(cohort: Cohort, program: Program, series: Series) -> list[Violation]:
    """Everything that is wrong with a series: each event judged as the one that follows those before it."""
    found = []
    for k, event in enumerate(series.events):
        unknown = [who for who in event.names if who not in cohort.people.index]
        if unknown:
            found.append(Violation("unknown-id", f"nobody is called {unknown[0]}", (unknown[0],)))
            continue
        those = _those(cohort, tuple(event.names))
        people, policy = after_events(those, program, event.rounds, series.events[:k])
        when = date_of(event.rounds)
        wrong = judge_event(people, policy, event)
        found += [replace(violation, message=f"{when}: {violation.message}") for violation in wrong]
    return found


def meetings_of(event: Event) -> list[Meeting]:
    """The meetings of an event as history, with topic and date."""
    when = date_of(event.rounds)
    return [Meeting(one.mentor, who, topic=topic, date=when) for one in event for who, topic in one.guests()]


def date_of(rounds: Rounds) -> str:
    """The day of an event.

    Raises:
        InputError: rounds without a start.
    """
    return _begins(rounds).date().isoformat()


def _begins(rounds: Rounds) -> dt.datetime:
    begins = rounds.begins(1)
    if begins is None:
        text = "an event of a series needs a time, such as Rounds(count=3, start='2027-03-02T14:00')"
        raise InputError(Problem("date", "Rounds.start", text))
    return begins.replace(tzinfo=None)


def _checked(cohort: Cohort, events: Sequence[Occasion | Rounds], before: Series | None) -> list[Occasion]:
    """The events that are still to be planned."""
    taken = {_begins(event.rounds) for event in before or ()}
    found: list[Occasion] = []
    problems = Problems()
    for k, given in enumerate(events):
        one = Occasion(given) if isinstance(given, Rounds) else given
        if not isinstance(one, Occasion):
            text = f"found {excerpt(given)}, expected Occasion(Rounds(...), people), or Rounds"
            raise InputError(Problem("type", f"events[{k}]", text))
        begins = _begins(one.rounds)
        if begins in {_begins(other.rounds) for other in found}:
            problems.add("date", f"events[{k}]", f"two events begin on {begins:%Y-%m-%d at %H:%M}")
        elif begins not in taken:
            if taken and begins < max(taken):
                text = f"{begins:%Y-%m-%d %H:%M} comes before an event that is planned already"
                problems.found.append(
                    Problem("date", f"events[{k}]", text, "leave it out, or plan the later ones anew")
                )
            found.append(one)
        for who in one.people or ():
            if who not in cohort.people.index:
                note_unknown(problems, f"events[{k}].people", who, cohort.people.ids)
    problems.raise_any()
    return found


def _those(cohort: Cohort, people: Sequence[str] | None) -> Cohort:
    """Only those who signed up; the history stays whole."""
    if people is None:
        return cohort
    guests = set(people)
    rest = cohort.without(*(who for who in cohort.people.ids if who not in guests)).stated
    return Cohort(rest.participants, topics=rest.topics, history=cohort.stated.history, scores=rest.scores)


def _loads(events: Sequence[Event]) -> Counter[str]:
    """How many meetings each mentor had."""
    return Counter(one.mentor for event in events for one in event for _ in one.mentees)


def _sat_out(events: Sequence[Event]) -> Counter[str]:
    """In how many rounds each person sat out."""
    return sum((Counter({who: len(n) for who, n in event.sit_outs.items()}) for event in events), Counter[str]())
