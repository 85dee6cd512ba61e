"""Sessions and what is due between them, as tables for pages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mmatch.availability import local_time
from mmatch.cohort import Cohort
from mmatch.reporting.sections import Cell, CellGrid, ShownNames
from mmatch.scheduling.plans import Due, Plan, Schedule, Session

if TYPE_CHECKING:
    Numbered = Sequence[tuple[int, Plan]]

DUTY = {"send": "send", "answer": "answer with", "reflect": "think about"}


@dataclass(frozen=True, slots=True)
class Calendar:
    """The dates of a schedule in words, on the clocks of those who read them."""

    cohort: Cohort
    schedule: Schedule
    names: ShownNames

    def zone(self, who: str) -> str:
        """The time zone of a person; of those who state none, the schedule's."""
        return self.cohort[who].timezone or self.schedule.settings.zone

    def sessions(self, plans: Numbered) -> CellGrid:
        """All sessions in the order of time, on the clock of each mentor."""
        found = [(meeting.start, number, k, plan) for number, plan in plans for k, meeting in enumerate(plan.sessions)]
        rows: list[tuple[Cell, ...]] = []
        for _, number, k, plan in sorted(found, key=lambda row: row[:3]):
            meeting, zone = plan.sessions[k], self.zone(plan.match.mentor)
            who = (self.names.listed((plan.match.mentor,)), self.names.listed(plan.match.mentees))
            of = f"{k + 1} of {len(plan.sessions)}"
            rows.append((number, *who, of, *when(meeting, zone), zone, where(meeting)))
        heads = ("match", "mentor", "mentees", "session", "date", "time", "zone", "where")
        return CellGrid("Sessions, on the mentor's clock", heads, rows, (0,))

    def dues(self, plans: Numbered) -> Iterator[CellGrid]:
        """What people do between sessions, in the order of time; nothing where no format asks for anything."""
        found = [(due.by, number, due, plan) for number, plan in plans for due in plan.dues]
        rows: list[tuple[Cell, ...]] = []
        for _, number, due, plan in sorted(found, key=lambda row: row[:2]):
            people = (plan.match.mentor,) if due.who == "mentor" else plan.match.mentees
            what = f"{DUTY[due.kind]} {due.what}"
            rows.append((number, day(due, self.zone(people[0])), self.names.listed(people), what))
        if rows:
            yield CellGrid("Due between the sessions", ("match", "until", "who", "what"), rows, (0,))


def when(meeting: Session, zone: str) -> tuple[str, str]:
    """(date, time and length) on the clocks of a zone."""
    wall = meeting.begins(zone)
    return f"{wall:%a %Y-%m-%d}", f"{wall:%H:%M}, {meeting.minutes} min"


def day(due: Due, zone: str) -> str:
    """Until when, on the clocks of a zone."""
    return f"{local_time(due.by, zone):%a %Y-%m-%d %H:%M}"


def where(meeting: Session) -> str:
    """The room and the site, or how they meet."""
    return ", ".join(filter(None, (meeting.room, meeting.site))) or meeting.mode.replace("_", " ")
