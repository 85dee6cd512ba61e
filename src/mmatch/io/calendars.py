"""Schedules as calendar files (.ics, RFC 5545), for each person, each match, and all together.

An event's UID is a keyed digest of what the session is, never of when: a session that moves stays the same event, and
its SEQUENCE counts the moves. Times are in UTC, so no time zone rules travel with the file. There are no alarms, and
no addresses unless the caller gives some. What people wrote stays text: it cannot start a line of the calendar file.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import os
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

from mmatch.availability import local_time
from mmatch.cohort import Cohort
from mmatch.errors import InputError, Problem, excerpt, expect
from mmatch.formats import format_of
from mmatch.formats.handouts import link
from mmatch.io.files import atomic_write, local_path, made_folder
from mmatch.scheduling.diaries import moment
from mmatch.scheduling.plans import Due, Plan, Schedule, Session
from mmatch.scheduling.schedule_settings import known
from mmatch.texts import translator, translator_for

_BREAKS = re.compile("\r\n|[\r\n\x0b\x0c\x85\u2028\u2029]")
_UNSEEN = re.compile("[\x00-\x09\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+")


@dataclass(frozen=True, slots=True)
class Invitation:
    """Who invites people to their sessions, and at which addresses: their calendar programs ask them to accept.

    Args:
        organizer: the e-mail address of the person who invites.
        attendees: {id: e-mail address} of the people to be named as attendees; None names everybody whose
            `Participant.email` is known.

    Raises:
        InputError: addresses that are none; the message does not show them.
    """

    organizer: str
    attendees: Mapping[str, str] | None = None

    def __post_init__(self) -> None:
        _address(self.organizer, "organizer")
        if self.attendees is None:
            return
        expect(self.attendees, Mapping, "attendees")
        found = {who: _address(text, f"attendees[{excerpt(who)}]") for who, text in self.attendees.items()}
        object.__setattr__(self, "attendees", MappingProxyType(found))


def calendar_file(  # noqa: PLR0913 - one keyword for each convention
    cohort: Cohort,
    schedule: Schedule,
    *,
    now: dt.datetime | str,
    person: str | None = None,
    key: str = "",
    cancelled: bool = False,
    invitation: Invitation | None = None,
    tasks: str = "todo",
) -> bytes:
    """The sessions and tasks of a schedule as a calendar file that any calendar program can import.

    The same arguments give the same bytes. Without an invitation it is one calendar (METHOD:PUBLISH) with everything.
    An invitation (REQUEST) and a cancellation (CANCEL) are about one entry each (RFC 5546, 3.2), so the file is then a
    row of calendars; `write_calendars` gives each of them a file, as most calendar programs want it.

    Args:
        cohort: names the people.
        schedule: the plans.
        now: what time it is: the time stamp of every entry.
        person: only what concerns this person, without anybody else's address; None is everybody.
        key: a secret of the program from which UIDs are made; keep it, so that later files update earlier ones.
        cancelled: calls off what stands in ``schedule.cancelled``, instead of announcing the plans.
        invitation: invites people by their addresses to the sessions at which anybody has one, and holds no tasks;
            without one there are no addresses in the file.
        tasks: "todo", or "event" for calendars that show no to-dos: a quarter of an hour that takes no time.

    The file of a person is in the language that they state, where that is translated; else it is in English.

    Raises:
        InputError: unknown people, no time, arguments of another form.
    """
    calendars = _Calendars(cohort, schedule, now, key, invitation, tasks, "en")
    if person is not None:
        known(cohort, person, "person")
    plans = schedule.cancelled if cancelled else schedule.plans
    wanted = [plan for plan in plans if person in {None, *plan.people}]
    entries = [entry for item in wanted for entry in calendars.entries(item, person, cancelled=cancelled)]
    if cancelled or invitation:
        return b"".join(calendar_of([entry], "CANCEL" if cancelled else "REQUEST") for entry in entries)
    return calendar_of(entries)


def write_calendars(  # noqa: PLR0913 - one keyword for each convention
    cohort: Cohort,
    schedule: Schedule,
    folder: str | os.PathLike[str],
    *,
    now: dt.datetime | str,
    key: str = "",
    invitation: Invitation | None = None,
    tasks: str = "todo",
    language: str = "en",
) -> tuple[Path, ...]:
    """Write ``all.ics``, one file for each person in ``people`` and one for each match in ``matches``.

    An invitation adds a folder ``invitations`` with one file for each session. Where matches of an earlier schedule are
    gone, ``cancelled`` has a file that calls off each of their entries. File names are made from ids, with letters and
    digits only. Arguments are those of `calendar_file`.

    Returns:
        The files in the order in which they were written; each is either whole or not there.

    Raises:
        InputError: arguments of another form.
        ExportError: a file could not be written; old files are intact.
    """
    calendars = _Calendars(cohort, schedule, now, key, invitation, tasks, language)
    place, written = Path(local_path(folder)), []
    for name, data in _files(calendars, schedule):
        path = place / name
        atomic_write(made_folder(path.parent) / path.name, data)
        written.append(path)
    return tuple(written)


def _files(calendars: _Calendars, schedule: Schedule) -> Iterator[tuple[str, bytes]]:
    """(file, what is in it)."""
    public = replace(calendars, invitation=None)
    by_person = {who: [p for p in schedule.plans if who in p.people] for who in sorted(_people(schedule))}
    yield "all.ics", calendar_of([entry for plan in schedule.plans for entry in public.entries(plan)])
    for number, (who, own) in enumerate(by_person.items(), 1):
        yield f"people/{number:04}-{slug(who)}.ics", calendar_of([e for plan in own for e in public.entries(plan, who)])
    for number, plan in enumerate(schedule.plans, 1):
        yield f"matches/{_file(number, plan)}.ics", calendar_of(public.entries(plan))
    if calendars.invitation:
        for number, plan in enumerate(schedule.plans, 1):
            for k, entry in enumerate(calendars.entries(plan), 1):
                yield f"invitations/{_file(number, plan)}-{k}.ics", calendar_of([entry], "REQUEST")
    for number, plan in enumerate(schedule.cancelled, 1):
        for k, entry in enumerate(calendars.entries(plan, cancelled=True), 1):
            yield f"cancelled/{_file(number, plan)}-{k}.ics", calendar_of([entry], "CANCEL")


def _people(schedule: Schedule) -> set[str]:
    return {who for plan in schedule.plans for who in plan.people}


def _file(number: int, plan: Plan) -> str:
    return f"{number:04}-{'-'.join(map(slug, plan.people[:2]))}"


def slug(name: str) -> str:
    """Letters and digits of a name, for the name of a file: never a path, a device or a hidden file."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    return re.sub(r"[^a-z0-9]+", "-", plain.encode("ascii", "ignore").decode()).strip("-")[:40] or "x"


def _address(text: Any, where: str) -> str:
    """An e-mail address, or an InputError that does not show it."""
    if type(text) is not str or len(text) > 254 or not _ADDRESS.fullmatch(text):
        raise InputError(Problem("address", where, "expected a plain e-mail address"))
    return text


def plain_text(text: str) -> str:
    """A text in which every kind of line break is one, and nothing is invisible."""
    return _UNSEEN.sub("", _BREAKS.sub("\n", text.replace("\t", " ")))


def calendar_of(entries: Sequence[Any], method: str = "PUBLISH") -> bytes:
    """A calendar with some entries."""
    import icalendar

    made = icalendar.Calendar()
    for name, value in (("prodid", "-//mmatch//mmatch//EN"), ("version", "2.0"), ("method", method)):
        made.add(name, value)
    for entry in entries:
        made.add_component(entry)
    return made.to_ical()  # type: ignore[no-any-return]


def entry_name(key: str, *said: str) -> str:
    """A UID that no date changes and that nobody guesses without the key."""
    return hmac.new(key.encode(), "\0".join(said).encode(), hashlib.sha256).hexdigest()[:40] + "@mmatch"


# -- components -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Calendars:
    """What all calendar files of one schedule have in common: names, time of writing, the key of UIDs, addresses."""

    cohort: Cohort
    schedule: Schedule
    time: dt.datetime | str
    key: str
    invitation: Invitation | None
    tasks: str
    language: str

    def __post_init__(self) -> None:
        expect(self.cohort, Cohort, "cohort")
        expect(self.schedule, Schedule, "schedule")
        if type(self.key) is not str:
            raise InputError(Problem("argument", "key", f"found {type(self.key).__name__}, expected a text"))
        if self.tasks not in {"todo", "event"}:
            raise InputError(Problem("argument", "tasks", f"found {excerpt(self.tasks)}, expected todo or event"))
        if self.invitation is not None:
            expect(self.invitation, Invitation, "invitation")
            for who in self.invitation.attendees or ():
                known(self.cohort, who, "attendees")
        translator(self.language)
        _ = self.now

    @cached_property
    def now(self) -> dt.datetime:
        """The time of writing."""
        return local_time(moment(self.time, "now"), "UTC")

    @cached_property
    def attendees(self) -> Mapping[str, str]:
        """The addresses that an invitation goes to."""
        stated = None if self.invitation is None else self.invitation.attendees
        people = self.cohort.people
        return dict(zip(people.ids, people.emails or (), strict=False)) if stated is None else stated

    def entries(self, plan: Plan, person: str | None = None, *, cancelled: bool = False) -> list[Any]:
        """The entries of a plan, for one person or for everybody; of an invitation the sessions that invite anybody."""
        story = _Story(self, plan, person, cancelled=cancelled)
        sessions = [
            story.session(k, meeting)
            for k, meeting in enumerate(plan.sessions)
            if not cancelled or meeting.begins() >= self.now  # else it has been held
        ]
        if self.invitation and not cancelled:
            return [entry for entry in sessions if "attendee" in entry]
        todos = [
            story.todo(who, number, due)
            for number, due in enumerate(plan.dues, 1)
            for who in plan.doers(due)
            if person in {None, who}
        ]
        return sessions + todos


class _Story:
    """What the entries of one plan say to one person, or to everybody."""

    def __init__(self, calendars: _Calendars, plan: Plan, person: str | None, *, cancelled: bool) -> None:
        self.calendars, self.plan, self.person, self.cancelled = calendars, plan, person, cancelled
        self.form = format_of(plan.format, calendars.schedule.settings.formats)
        self.names = {who: calendars.cohort.people.name_of.get(who) or who for who in plan.people}
        stated = "" if person is None else calendars.cohort[person].language
        self.texts = translator_for(stated, calendars.language)

    def session(self, k: int, meeting: Session) -> Any:
        """The event of one session."""
        import icalendar

        _ = self.texts.gettext
        agenda = map(_, self.form.sessions[k].agenda if k < len(self.form.sessions) else ())
        text = "\n".join([self._with(self._others()), *(f"- {point}" for point in agenda)])
        title = _("Mentoring {number} of {count}").format(number=k + 1, count=len(self.plan.sessions))
        made = self._filled(icalendar.Event(), f"session {k + 1}", meeting.revision, "CONFIRMED", (title, text))
        made.add("dtstart", meeting.begins())
        made.add("dtend", meeting.begins() + dt.timedelta(minutes=meeting.minutes))
        where = ", ".join(filter(None, (meeting.room, meeting.site, meeting.place)))
        if where:
            made.add("location", plain_text(where))
        if link(meeting.place):
            made.add("url", meeting.place)
        invitation = self.calendars.invitation
        if invitation is None:
            return made
        made.add("organizer", f"mailto:{invitation.organizer}")
        for who in self.plan.people:
            if self.calendars.attendees.get(who) and self.person in {None, who}:
                parameters = {"ROLE": "REQ-PARTICIPANT", "PARTSTAT": "NEEDS-ACTION"}
                made.add("attendee", f"mailto:{self.calendars.attendees[who]}", parameters=parameters)
        return made

    def todo(self, who: str, number: int, due: Due) -> Any:
        """The task of one touchpoint or reflection: to be done until then, or an event that ends then."""
        import icalendar

        as_event = self.calendars.tasks == "event"

        addressee = "" if self.person == who else f"{self.names[who]}: "
        task = due.text(self._others(who), self.texts)
        title, text = f"{addressee}{task}", f"{task}\n{self._with(self._others(who))}"
        revision = sum(meeting.revision for meeting in self.plan.sessions)
        kind, status = (icalendar.Event, "CONFIRMED") if as_event else (icalendar.Todo, "NEEDS-ACTION")
        what = f"due {number} of {who}" + " as an event" * as_event
        made = self._filled(kind(), what, revision, status, (title, text))
        if as_event:
            made.add("dtstart", local_time(due.by - 15, "UTC"))
            made.add("transp", "TRANSPARENT")
        made.add("dtend" if as_event else "due", local_time(due.by, "UTC"))
        return made

    def _filled(self, made: Any, what: str, revision: int, status: str, texts: tuple[str, str]) -> Any:
        """An entry with what all have: texts, and a name that no date changes and nobody guesses without the key."""
        match, (title, text) = self.plan.match, texts
        said = (match.mentor, match.offer, *match.mentees, self.plan.format, what)
        made.add("uid", entry_name(self.calendars.key, *said))
        made.add("dtstamp", self.calendars.now)
        made.add("sequence", revision + self.cancelled)
        made.add("status", "CANCELLED" if self.cancelled else status)
        made.add("summary", plain_text(title + (f": {match.topic}" if match.topic else "")).replace("\n", " "))
        made.add("description", plain_text(text))
        return made

    def _with(self, people: str) -> str:
        return self.texts.gettext("With: {people}").format(people=people)

    def _others(self, who: str | None = None) -> str:
        """The names of a person's partners: of a mentee the mentors, of a mentor all mentees; else of everybody."""
        reader = self.person if who is None else who
        met = self.plan.people if reader is None else self.plan.partners(reader)
        return ", ".join(plain_text(self.names[name]).replace("\n", " ") for name in met)
