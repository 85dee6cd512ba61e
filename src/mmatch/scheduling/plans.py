"""Dated sessions as data: appointments, what is due between them, plans, and the schedule of a whole matching."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from mmatch.availability import local_time
from mmatch.display import MOST_ROWS, Shown, Table
from mmatch.errors import Problems, excerpt
from mmatch.matching import frame_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmatch.availability import Window
    from mmatch.formats import Format
    from mmatch.matching import Match, Status
    from mmatch.scheduling.diaries import Diary

MOST_WORTH = 60 * 24 * 366  # minutes of delay that one wish can be worth
Key = tuple[str, str, tuple[str, ...]]  # mentor, offer, mentees


@dataclass(frozen=True, slots=True)
class Session:
    """One meeting with a date: its start in UTC minutes from 1970-01-01, its length, how, and the site if in person.

    ``room`` is one of the site's rooms, where the schedule was given any. ``revision`` counts how often the meeting has
    been moved since it was first planned.
    """

    start: int
    minutes: int
    mode: str
    site: str = ""
    room: str = ""
    revision: int = 0

    @property
    def end(self) -> int:
        """The first minute after it."""
        return self.start + self.minutes

    def begins(self, zone: str = "UTC") -> dt.datetime:
        """When it starts, as the clocks of a zone show it."""
        return local_time(self.start, zone)


@dataclass(frozen=True, slots=True)
class Due:
    """What the mentor or the mentee does alone ("send", "answer", "reflect"), and by when, in UTC minutes."""

    kind: str
    who: str
    by: int
    what: str


@dataclass(frozen=True, slots=True)
class Plan(Shown):
    """The dates of one match."""

    match: Match
    format: str
    sessions: tuple[Session, ...]
    dues: tuple[Due, ...] = ()

    @property
    def people(self) -> tuple[str, ...]:
        """Everybody who attends, the mentor first, then a co-mentor."""
        return (*self.match.mentors, *self.match.mentees)

    def __repr__(self) -> str:
        return f"<Plan: {' & '.join(self.people)}, {len(self.sessions)} sessions, {self.format}>"

    def tables(self) -> Iterator[Table]:
        """The sessions, and what is due between them, in UTC."""
        rows = [(f"{m.begins():%a %Y-%m-%d %H:%M}", m.minutes, m.mode, m.site, m.room) for m in self.sessions]
        yield Table(("begins (UTC)", "minutes", "mode", "site", "room"), rows, "Sessions", len(rows))
        dues = [(f"{local_time(due.by, 'UTC'):%a %Y-%m-%d}", due.who, due.kind, due.what) for due in self.dues]
        yield Table(("until", "who", "", "what"), dues, "Due", len(dues))


@dataclass(frozen=True, slots=True)
class Unplaced:
    """A match without dates: why, and the smallest change tried that would give it some; "" where none of them does.

    ``funnel`` counts the times at which its sessions could start after each step: (what the step takes into account,
    times left).
    """

    match: Match
    reason: str
    relaxation: str = ""
    funnel: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Wishes:
    """What makes dates good, each in minutes of delay that a miss is worth; the sum is made least. 0 is no wish.

    Args:
        earliest: for each minute until the first session.
        gap: for each day by which a gap misses its target.
        same_time: for each session at another weekday or time of day than the one before, on the mentor's wall.
        preferred: for each person and session outside the windows that this person prefers.
        evening: for each person and session that begins before ``early`` or ends after ``late`` on this person's wall.
        adjacent: for each session of a mentor that does not follow directly on another one of theirs.
        early: the hour before which it is too early.
        late: the hour after which it is late.

    Raises:
        InputError: no whole numbers, or out of range.
    """

    earliest: int = 1
    gap: int = 1440
    same_time: int = 0
    preferred: int = 0
    evening: int = 1440
    adjacent: int = 0
    early: int = 7
    late: int = 21

    def __post_init__(self) -> None:
        problems = Problems()
        for item in fields(self):
            value = getattr(self, item.name)
            most = 24 if item.name in {"early", "late"} else MOST_WORTH
            if type(value) is not int or not 0 <= value <= most:
                text = f"found {excerpt(value)}, expected a whole number from 0 to {most}"
                problems.add("argument", f"Wishes.{item.name}", text)
        problems.raise_any()


def _nothing() -> Mapping[Any, Any]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Settings:
    """What a schedule was asked for: dates, the hours of people who state none, what is closed, what is taken.

    ``pins`` are sessions that must start at a time, ``kept`` those that stay as they are whatever people say now
    because they have taken place, ``agreed`` those that were planned before: {match: {session from 0: start}}.
    ``since`` is the first minute that is not too soon for what was not agreed.
    """

    start: int
    end: int
    zone: str
    hours: tuple[Window, ...]
    grain: int = 30
    buffer: int = 0
    blackout: frozenset[int] = frozenset()
    formats: Mapping[str, Format] = field(default_factory=_nothing)
    diaries: Mapping[str, Diary] = field(default_factory=_nothing)
    since: int | None = None
    rooms: Mapping[str, tuple[str, ...]] = field(default_factory=_nothing)
    travel: Mapping[tuple[str, str], int] = field(default_factory=_nothing)
    pins: Mapping[Key, Mapping[int, int]] = field(default_factory=_nothing)
    kept: Mapping[Key, Mapping[int, int]] = field(default_factory=_nothing)
    agreed: Mapping[Key, Mapping[int, int]] = field(default_factory=_nothing)
    wishes: Wishes = field(default_factory=Wishes)

    def __reduce__(self) -> tuple[Any, ...]:
        return _settings, ({item.name: _thawed(getattr(self, item.name)) for item in fields(self)},)


def _settings(values: dict[str, Any]) -> Settings:
    return Settings(**{name: _frozen(value) for name, value in values.items()})


def _thawed(value: Any) -> Any:
    """The value with plain dicts, which can go to another process."""
    return {key: _thawed(item) for key, item in value.items()} if isinstance(value, Mapping) else value


def _frozen(value: Any) -> Any:
    return MappingProxyType({key: _frozen(item) for key, item in value.items()}) if isinstance(value, dict) else value


@dataclass(frozen=True, slots=True)
class Schedule(Shown):
    """All plans, the matches without dates, and how good that is.

    ``value`` is (matches with dates, minus the minutes by which wishes are missed), more is better; of `reschedule`
    (matches with dates, minus published sessions moved, minus sessions moved, minus the minutes by which they moved and
    by which new dates miss the wishes). ``bound`` is what no schedule exceeds, as the solver says; where the status
    is OPTIMAL they are equal. ``stopped`` is None, "time_limit", "cancelled" or "interrupted". ``cancelled`` holds
    the plans of an earlier schedule whose matches are gone or have no dates any more.
    """

    plans: tuple[Plan, ...]
    unplaced: tuple[Unplaced, ...]
    status: Status
    value: tuple[int, ...]
    bound: tuple[int, ...] | None
    settings: Settings = field(repr=False)
    stopped: str | None = None
    cancelled: tuple[Plan, ...] = ()

    def __repr__(self) -> str:
        left = f", {len(self.unplaced)} without dates" if self.unplaced else ""
        return f"<Schedule: {len(self.plans)} plans{left}, {self.status}, value {self.value}>"

    def to_frame(self, backend: Any = "pandas") -> Any:
        """The sessions as a data frame with one row each, in the order of time; instants are in UTC.

        Args:
            backend: the installed library to use: "pandas", "polars" or "pyarrow".

        Raises:
            ExtraError: where it is not installed.
            InputError: where it is none of these.
        """
        rows = [
            (
                *(number, plan.match.mentor, "; ".join(plan.match.mentees), plan.match.topic, plan.format),
                *(k, meeting.begins(), meeting.minutes, meeting.mode, meeting.site, meeting.room),
            )
            for number, plan in enumerate(self.plans, 1)
            for k, meeting in enumerate(plan.sessions, 1)
        ]
        rows.sort(key=lambda row: (row[6], row[0]))
        heads = ["plan", "mentor", "mentees", "topic", "format", "session", "starts", "minutes", "mode", "site", "room"]
        columns = list(zip(*rows, strict=True)) or [()] * len(heads)
        return frame_of({head: list(column) for head, column in zip(heads, columns, strict=True)}, backend)

    def tables(self) -> Iterator[Table]:
        """The sessions in the schedule's time zone, and the matches without dates."""
        zone = self.settings.zone
        sessions = [(meeting, plan) for plan in self.plans for meeting in plan.sessions]
        sessions.sort(key=lambda row: (row[0].start, row[1].people))
        rows = [
            (
                f"{m.begins(zone):%a %Y-%m-%d %H:%M}",
                p.match.mentor,
                ", ".join(p.match.mentees),
                m.room or m.site or m.mode,
            )
            for m, p in sessions[:MOST_ROWS]
        ]
        yield Table((f"begins ({zone})", "mentor", "mentees", "where"), rows, "Sessions", len(sessions))
        if self.unplaced:
            left = [(u.match.mentor, ", ".join(u.match.mentees), u.reason) for u in self.unplaced]
            yield Table(("mentor", "mentees", "why"), left, "Without dates", len(left))


def key_of(match: Match) -> Key:
    """What names a match, whatever its dates."""
    return match.mentor, match.offer, match.mentees
