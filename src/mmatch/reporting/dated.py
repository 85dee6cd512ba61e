"""Sessions and what is due between them, as tables for pages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from gettext import NullTranslations
from typing import TYPE_CHECKING

from mmatch.availability import local_time
from mmatch.cohort import Cohort
from mmatch.formats.handouts import MODES, link
from mmatch.reporting.sections import Cell, CellGrid, Link, ShownNames
from mmatch.scheduling.plans import Due, Plan, Schedule, Session
from mmatch.texts import day_text, translator

ENGLISH = translator()

if TYPE_CHECKING:
    Numbered = Sequence[tuple[int, Plan]]


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
        """What people do besides the sessions, in the order of time; nothing where no format asks for anything."""
        found = [(due.by, number, due, plan) for number, plan in plans for due in plan.dues]
        rows: list[tuple[Cell, ...]] = []
        for _, number, due, plan in sorted(found, key=lambda row: row[:2]):
            people = plan.doers(due)
            met = ", ".join(map(self.names.short, plan.partners(people[0])))
            what = due.text(met, translator())
            rows.append((number, day(due, self.zone(people[0])), self.names.listed(people), what))
        if rows:
            yield CellGrid("Due between the sessions", ("match", "until", "who", "what"), rows, (0,))


def when(meeting: Session, zone: str, texts: NullTranslations = ENGLISH) -> tuple[str, str]:
    """(date, time and length) on the clocks of a zone."""
    wall = meeting.begins(zone)
    return day_text(wall, texts), f"{wall:%H:%M}, {meeting.minutes} min"


def day(due: Due, zone: str, texts: NullTranslations = ENGLISH) -> str:
    """Until when, on the clocks of a zone."""
    wall = local_time(due.by, zone)
    return f"{day_text(wall, texts)} {wall:%H:%M}"


def where(meeting: Session, texts: NullTranslations = ENGLISH) -> str:
    """The room, the site and the address, or the link; else how they meet."""
    if link(meeting.place) and meeting.mode == "virtual":
        return Link(meeting.place)
    room = texts.gettext("room {number}").format(number=meeting.room) if meeting.room.isdigit() else meeting.room
    known = ", ".join(filter(None, (room, meeting.site, meeting.place)))
    return known or texts.gettext(MODES[meeting.mode])
