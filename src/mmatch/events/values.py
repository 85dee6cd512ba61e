"""What is asked of an event, and what it is once planned."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING, Any

from mmatch.display import Table
from mmatch.errors import InputError, Problem, Problems, excerpt
from mmatch.exact import Value, count_fault
from mmatch.matching import Framed, Status

if TYPE_CHECKING:
    from mmatch.program import Program
    from mmatch.result import Result

MOST_ROUNDS, MOST_SEATS = 1_000, 100


@dataclass(frozen=True, kw_only=True)
class Rounds:
    """How many rounds an event has, how many sit at a table, who is away when, and when it begins.

    Args:
        count: rounds, numbered from 1.
        seats: least and most mentees around a mentor; (1, 1) are pairs.
        absent: {id: rounds in which somebody is not there}: who comes late, leaves early, or has a break of their own.
        breaks: at most so many rounds in a row for a mentor, then a round off; None is no limit.
        fixed: {id: table}: somebody stays at a table, and others come to them.
        tables: at most so many tables at a time; None is no limit.
        start: when the first round begins, such as "2027-03-02T14:00"; "" where times do not matter.
        minutes: of each round.
        changeover: minutes between two rounds.

    Raises:
        InputError: numbers or texts that cannot be meant.
    """

    count: int
    seats: tuple[int, int] = (1, 1)
    absent: Mapping[str, Sequence[int]] = field(default_factory=dict)
    breaks: int | None = None
    fixed: Mapping[str, int] = field(default_factory=dict)
    tables: int | None = None
    start: str = ""
    minutes: int = 15
    changeover: int = 3

    def __post_init__(self) -> None:
        problems = Problems()
        numbers = [("count", self.count, 1), ("minutes", self.minutes, 1), ("changeover", self.changeover, 0)]
        numbers += [("breaks", self.breaks, 1)] if self.breaks is not None else []
        numbers += [("tables", self.tables, 1)] if self.tables is not None else []
        for name, value, least in numbers:
            fault = count_fault(value, name, least=least, optional=False)
            if fault:
                problems.add("count", f"Rounds.{name}", fault)
        problems.raise_any()
        if self.count > MOST_ROUNDS:
            problems.add("count", "Rounds.count", f"found {self.count:,}, at most {MOST_ROUNDS:,} are planned")
        sizes: Any = self.seats
        sound = isinstance(sizes, tuple | list) and len(sizes) == 2 and all(type(n) is int for n in sizes)
        if not sound or not 1 <= sizes[0] <= sizes[1] <= MOST_SEATS:
            text = f"found {excerpt(sizes)}, expected (least, most) from 1 to {MOST_SEATS}"
            problems.add("count", "Rounds.seats", text)
        for who, away in self.absent.items():
            wrong = [n for n in away if type(n) is not int or not 1 <= n <= self.count]
            if wrong:
                text = f"found {excerpt(wrong[0])}, expected rounds from 1 to {self.count}"
                problems.add("round", f"Rounds.absent[{excerpt(who)}]", text)
        if self.start:
            try:
                dt.datetime.fromisoformat(self.start)
            except (TypeError, ValueError):
                text = f"found {excerpt(self.start)}, expected a date and time such as 2027-03-02T14:00"
                problems.add("date", "Rounds.start", text)
        problems.raise_any()
        object.__setattr__(self, "seats", tuple(sizes))
        object.__setattr__(self, "absent", {who: tuple(sorted(set(away))) for who, away in self.absent.items()})
        object.__setattr__(self, "fixed", dict(self.fixed))

    def present(self, person: str) -> tuple[int, ...]:
        """The rounds in which somebody is there."""
        away = self.absent.get(person, ())
        return tuple(n for n in range(1, self.count + 1) if n not in away)

    def rested(self, busy: Iterable[int], number: int) -> bool:
        """Whether one more round leaves a mentor, busy in some, the breaks that they are to have."""
        if self.breaks is None:
            return True
        taken = {*busy, number}
        windows = (range(first, first + self.breaks + 1) for first in range(number - self.breaks, number + 1))
        return not any(taken.issuperset(window) for window in windows)

    def begins(self, number: int) -> dt.datetime | None:
        """When a round begins; None where no start is given."""
        if not self.start:
            return None
        step = dt.timedelta(minutes=self.minutes + self.changeover)
        return dt.datetime.fromisoformat(self.start) + (number - 1) * step


@dataclass(frozen=True, slots=True)
class RoundTable:
    """One table in one round: the mentor, who sits with them, and on which topic each asked to."""

    round: int
    table: int
    mentor: str
    mentees: tuple[str, ...]
    topics: tuple[str, ...] = ()

    def guests(self) -> Iterator[tuple[str, str]]:
        """(mentee, topic) of everybody who sits with the mentor."""
        return zip(self.mentees, self.topics or [""] * len(self.mentees), strict=True)

    @property
    def people(self) -> tuple[str, ...]:
        """Everybody at it."""
        return (self.mentor, *self.mentees) if self.mentor else self.mentees


@dataclass(frozen=True, eq=False)
class Event(Framed):
    """A planned event: who sits where in each round, how good that is, and what nothing can exceed.

    ``value`` has one entry per tier of ``best.program``: meetings, how evenly they are shared, then the program's own
    aims. ``best`` is the best set of meetings when everybody only has so many rounds, with its proof: its value is
    ``bound``, which no plan exceeds; where the plan reaches it, ``status`` is optimal. ``room`` is how many meetings
    there are places for, by counting. ``stated`` is the program as it was given.
    """

    rounds: Rounds
    seating: tuple[RoundTable, ...]
    value: tuple[Value, ...]
    best: Result
    stated: Program
    names: Mapping[str, str] = field(default_factory=dict, repr=False)
    room: int | None = None

    @property
    def bound(self) -> tuple[Value, ...]:
        """What no plan exceeds, tier by tier; of meetings alone where there is no room for the best set of them."""
        best, room = self.best.value or (), self.room
        crowded = room is not None and bool(best) and (room,) < best[:1]
        return (room,) if room is not None and crowded else best

    @property
    def status(self) -> Status:
        """Optimal where the plan reaches the bound."""
        proved = self.best.status == Status.OPTIMAL and self.value == self.bound
        return Status.OPTIMAL if proved else Status.FEASIBLE

    def __iter__(self) -> Iterator[RoundTable]:
        return iter(self.seating)

    def __len__(self) -> int:
        return len(self.seating)

    def __repr__(self) -> str:
        meetings = sum(len(one.mentees) for one in self)
        return f"<Event: {self.status}, {self.rounds.count} rounds, {meetings} meetings, value {self.value}>"

    @cached_property
    def sit_outs(self) -> dict[str, tuple[int, ...]]:
        """The rounds in which somebody is there and has no place, by id, of everybody who could have one."""
        busy: defaultdict[str, set[int]] = defaultdict(set)
        for one in self:
            for who in one.people:
                busy[who].add(one.round)
        found = {who: tuple(n for n in self.rounds.present(who) if n not in busy[who]) for who in self.names}
        return {who: rounds for who, rounds in found.items() if rounds}

    @cached_property
    def together_again(self) -> tuple[int, int]:
        """(how many pairs of mentees sit at one table again, what no plan of these tables stays below).

        The limit counts the pairs that so many seats at so many tables make, less all pairs that there are.
        """
        counts = Counter(pair for one in self for pair in combinations(sorted(one.mentees), 2))
        people = {who for one in self for who in one.mentees}
        made = sum(counts.values())
        return made - len(counts), max(made - len(people) * (len(people) - 1) // 2, 0)

    def renamed(self, ids: Mapping[str, str]) -> Event:
        """The same event with people under other ids, {then: now}; whoever is not named keeps theirs."""

        def new(who: str) -> str:
            return ids.get(who, who)

        seating = tuple(
            replace(one, mentor=new(one.mentor), mentees=tuple(map(new, one.mentees))) for one in self.seating
        )
        absent = {new(who): numbers for who, numbers in self.rounds.absent.items()}
        fixed = {new(who): table for who, table in self.rounds.fixed.items()}
        names = {new(who): name for who, name in self.names.items()}
        return replace(self, rounds=replace(self.rounds, absent=absent, fixed=fixed), seating=seating, names=names)

    def of(self, person: str) -> tuple[RoundTable, ...]:
        """The tables of one person, in the order of rounds."""
        found = (self.places.get((person, number)) for number in range(1, self.rounds.count + 1))
        return tuple(one for one in found if one is not None)

    @cached_property
    def places(self) -> dict[tuple[str, int], RoundTable]:
        """The table of everybody in each round, by (id, round)."""
        return {(who, one.round): one for one in self for who in one.people}

    def columns(self) -> dict[str, list[Any]]:
        """One row a meeting of a mentor and a mentee: round, table, mentor, mentee, topic."""
        rows = [(one.round, one.table, one.mentor, mentee, topic) for one in self for mentee, topic in one.guests()]
        heads = ("round", "table", "mentor", "mentee", "topic")
        return {head: [row[k] for row in rows] for k, head in enumerate(heads)}

    def tables(self) -> Iterator[Table]:
        """One row a mentor, one column a round: with whom they sit."""
        hosts = sorted({one.mentor for one in self})
        cell = {(one.mentor, one.round): ", ".join(one.mentees) for one in self}
        numbers = range(1, self.rounds.count + 1)
        rows = [(host, *(cell.get((host, n), "") for n in numbers)) for host in hosts]
        yield Table(("mentor", *(f"round {n}" for n in numbers)), rows, "Rounds", len(rows))
        idle = [(who, ", ".join(map(str, rounds))) for who, rounds in self.sit_outs.items()]
        yield Table(("who", "rounds without a place"), idle, "Sit-outs", len(idle))


def check_people(known: Mapping[str, Any], rounds: Rounds) -> None:
    """Raise an InputError where rounds name people who are not there, or somebody who is never there."""
    problems = Problems()
    for name, people in (("absent", rounds.absent), ("fixed", rounds.fixed)):
        for who in people:
            if who not in known:
                problems.add("unknown-id", f"Rounds.{name}", f"unknown id {excerpt(who)}")
    for table, n in Counter(rounds.fixed.values()).items():
        if n > 1:
            text = f"{n} people stay at table {table}, and a table has room for one plan at a time"
            problems.found.append(Problem("tables", "Rounds.fixed", text, "give each a table of their own"))
    for who in rounds.absent:
        if who in known and not rounds.present(who):
            text = f"{excerpt(who)} is away in all rounds: take them out of the cohort"
            problems.found.append(Problem("round", "Rounds.absent", text, "Cohort.changed([Left(id)])"))
    if problems.found:
        raise InputError(problems.found)
