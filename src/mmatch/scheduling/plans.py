"""Dated sessions as data: what is due between them, the plan of a match, and the schedule of a whole matching."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from gettext import NullTranslations
from typing import Any

from mmatch.availability import local_time
from mmatch.display import MOST_ROWS, Shown, Table
from mmatch.errors import choice
from mmatch.formats.handouts import task_text
from mmatch.matching import Match, Status, frame_of
from mmatch.scheduling.schedule_settings import Dates, Settings


@dataclass(frozen=True, slots=True)
class Session:
    """One session of a match with its date: start, length, whether people meet online or in person, and where.

    ``start`` is in UTC minutes from 1970-01-01. ``mode`` is "virtual" or "in_person", ``site`` empty for a virtual
    session, ``room`` one of the site's rooms where the schedule was given any, ``place`` an address or a link where the
    format or the dates state one. ``revision`` counts how often the session has been moved since it was first planned.
    """

    start: int
    minutes: int
    mode: str
    site: str = ""
    room: str = ""
    revision: int = 0
    place: str = ""

    @property
    def end(self) -> int:
        """The first minute after it."""
        return self.start + self.minutes

    def begins(self, zone: str = "UTC") -> dt.datetime:
        """The local start time in a time zone."""
        return local_time(self.start, zone)


@dataclass(frozen=True, slots=True)
class Due:
    """A task of the mentor or of each mentee before, between or after the sessions, with its deadline.

    ``kind`` is "send", "answer", "reflect" (on questions) or "do", ``who`` "mentor" or "mentee", ``by`` the deadline in
    UTC minutes, ``what`` as the format has it.
    """

    kind: str
    who: str
    by: int
    what: str

    def text(self, partner: str, texts: NullTranslations) -> str:
        """The task in words, such as "Send Ann a plan", in the language of some texts."""
        return task_text(self.kind, self.what, partner, texts)


@dataclass(frozen=True, slots=True)
class Plan(Shown):
    """The sessions of one match with their dates, and what is due between them."""

    match: Match
    format: str
    sessions: tuple[Session, ...]
    dues: tuple[Due, ...] = ()

    @property
    def people(self) -> tuple[str, ...]:
        """Everybody who attends, the mentor first."""
        return (self.match.mentor, *self.match.mentees)

    def doers(self, due: Due) -> tuple[str, ...]:
        """Whose task something is: the mentor's, or each mentee's."""
        return (self.match.mentor,) if due.who == "mentor" else self.match.mentees

    def partners(self, who: str) -> tuple[str, ...]:
        """Whom a person of the match meets: the mentor all mentees, a mentee the mentor."""
        return self.match.mentees if who == self.match.mentor else (self.match.mentor,)

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
    """A match without dates: the reason, and the smallest of the changes tried that would give it dates.

    ``relaxation`` is empty where no change helps. ``steps`` counts the possible start times step by step: (what the
    step takes into account, times left). These texts have people's names, so ``repr`` leaves them out.
    """

    match: Match
    reason: str = field(repr=False)
    relaxation: str = field(default="", repr=False)
    steps: tuple[tuple[str, int], ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Schedule(Shown):
    """The dates of all matches, the matches without dates, and how good the whole is.

    ``value`` is (matches with dates, minus the minutes by which wishes are missed), more is better; of `reschedule`
    (matches with dates, minus published sessions moved, minus sessions moved, minus the minutes by which they moved and
    by which new dates miss the wishes). ``bound`` is what no schedule can exceed, as the solver claims; where the
    status is OPTIMAL they are equal. ``stopped`` is None, "time_limit", "cancelled" or "interrupted". ``cancelled``
    holds the plans of an earlier schedule whose matches are gone or have no dates any more. ``question`` is the digest
    of what the result answers whose matches these are.
    """

    plans: tuple[Plan, ...]
    unplaced: tuple[Unplaced, ...]
    status: Status
    value: tuple[int, ...]
    bound: tuple[int, ...] | None
    settings: Settings = field(repr=False)
    stopped: str | None = None
    cancelled: tuple[Plan, ...] = ()
    question: str = ""

    @property
    def dates(self) -> Dates:
        """What was requested of the calendar, without the present time of then."""
        return self.settings.dates

    def __repr__(self) -> str:
        left = f", {len(self.unplaced)} without dates" if self.unplaced else ""
        return f"<Schedule: {len(self.plans)} plans{left}, {self.status}, value {self.value}>"

    def to_frame(self, backend: Any = "pandas", *, of: str = "sessions") -> Any:
        """The sessions as a data frame with one row each, in the order of time; instants are in UTC.

        Args:
            backend: the installed library to use: "pandas", "polars" or "pyarrow".
            of: "sessions"; "dues" for what is due, one row a task; "unplaced" for matches without dates.

        Raises:
            ExtraError: where it is not installed.
            InputError: where it is none of these.
        """
        if choice(of, "of", ("sessions", "dues", "unplaced")) != "sessions":
            return frame_of(self._dues() if of == "dues" else self._unplaced(), backend)
        rows = [
            (
                *(number, plan.match.mentor, "; ".join(plan.match.mentees), plan.match.topic, plan.format),
                *(k, session.begins(), session.minutes, session.mode, session.site, session.room),
            )
            for number, plan in enumerate(self.plans, 1)
            for k, session in enumerate(plan.sessions, 1)
        ]
        rows.sort(key=lambda row: (row[6], row[0]))
        heads = ["plan", "mentor", "mentees", "topic", "format", "session", "starts", "minutes", "mode", "site", "room"]
        columns = list(zip(*rows, strict=True)) or [()] * len(heads)
        return frame_of({head: list(column) for head, column in zip(heads, columns, strict=True)}, backend)

    def _dues(self) -> dict[str, list[Any]]:
        heads = ("plan", "who", "kind", "until", "what")
        rows = [
            (number, due.who, due.kind, local_time(due.by, "UTC"), due.what)
            for number, plan in enumerate(self.plans, 1)
            for due in plan.dues
        ]
        rows.sort(key=lambda row: (row[3], row[0]))
        return {head: [row[k] for row in rows] for k, head in enumerate(heads)}

    def _unplaced(self) -> dict[str, list[Any]]:
        found = self.unplaced
        people = {"mentor": [u.match.mentor for u in found], "mentees": ["; ".join(u.match.mentees) for u in found]}
        return people | {"reason": [u.reason for u in found], "try": [u.relaxation for u in found]}

    def tables(self) -> Iterator[Table]:
        """The sessions in the schedule's time zone, and the matches without dates."""
        zone = self.settings.zone
        sessions = [(session, plan) for plan in self.plans for session in plan.sessions]
        sessions.sort(key=lambda row: (row[0].start, row[1].people))
        rows = [
            (f"{m.begins(zone):%a %Y-%m-%d %H:%M}", p.mentor, ", ".join(p.mentees), m.room or m.site or m.mode)
            for m, p in ((session, plan.match) for session, plan in sessions[:MOST_ROWS])
        ]
        yield Table((f"begins ({zone})", "mentor", "mentees", "where"), rows, "Sessions", len(sessions))
        if self.unplaced:
            left = [(u.match.mentor, ", ".join(u.match.mentees), u.reason) for u in self.unplaced]
            yield Table(("mentor", "mentees", "why"), left, "Without dates", len(left))
