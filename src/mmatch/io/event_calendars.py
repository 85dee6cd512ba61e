"""Events as calendar files (.ics, RFC 5545): the rounds of each person, and all rounds for whoever runs the event."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mmatch.availability import local_time
from mmatch.errors import InputError, Problem
from mmatch.io.calendars import calendar_of, entry_name, plain_text, slug
from mmatch.io.events import partners_at
from mmatch.io.files import atomic_write, local_path, made_folder
from mmatch.scheduling.diaries import moment
from mmatch.scheduling.schedule_settings import known
from mmatch.texts import translator_for

if TYPE_CHECKING:
    from mmatch.cohort import Cohort
    from mmatch.events.values import Event


def event_calendar(
    cohort: Cohort,
    event: Event,
    *,
    now: dt.datetime | str,
    person: str | None = None,
    key: str = "",
    language: str = "en",
) -> bytes:
    """The rounds of an event as a calendar file: an entry for each meeting of a person, or for each round.

    A start without an offset from UTC, such as "2027-03-02T14:00", is the same hour on every clock (RFC 5545, 3.3.5),
    as it should be where all are in one room. A later file with the same key replaces the entries of an earlier one.

    Args:
        cohort: names the people.
        event: rounds with a start.
        now: what time it is: the time stamp of every entry.
        person: only their meetings; None is everybody, one entry a round.
        key: a secret of the program from which UIDs are made.
        language: of whoever states none that is translated.

    Raises:
        InputError: an event without a start, unknown people, a language that is not translated.
    """
    import icalendar

    if person is not None:
        known(cohort, person, "person")
    texts = translator_for("" if person is None else cohort[person].language, language)
    _, names = texts.gettext, cohort.people.called
    entries = []
    for number in range(1, event.rounds.count + 1):
        begins = event.rounds.begins(number)
        if begins is None:
            text = "calendar files need times: give the event a start, such as 2027-03-02T14:00"
            raise InputError(Problem("date", "Rounds.start", text))
        tables = [one for one in event if one.round == number and person in {None, *one.people}]
        if not tables:
            continue
        if person is None:
            people = ""
            lines = [
                _("table {table}: {people}").format(
                    table=one.table, people=", ".join(map(names.__getitem__, one.people))
                )
                for one in tables
            ]
        else:
            partners, companions = partners_at(cohort, tables[0], person)
            people, lines = ", ".join(partners), [", ".join([*partners, *companions])]
        made: Any = icalendar.Event()
        made.add("uid", entry_name(key, event.rounds.start, str(number), person or ""))
        made.add("dtstamp", local_time(moment(now, "now"), "UTC"))
        title = _("Round {number}").format(number=number) + (f": {people}" if people else "")
        made.add("summary", plain_text(title).replace("\n", " "))
        starts = begins if begins.tzinfo is None else begins.astimezone(dt.UTC)
        made.add("dtstart", starts)
        made.add("dtend", starts + dt.timedelta(minutes=event.rounds.minutes))
        made.add("description", plain_text("\n".join(lines)))
        if person is not None:
            made.add("location", _("Table {table}").format(table=tables[0].table))
        entries.append(made)
    return calendar_of(entries)


def write_event_calendars(
    cohort: Cohort,
    event: Event,
    folder: str | os.PathLike[str],
    *,
    now: dt.datetime | str,
    key: str = "",
    language: str = "en",
) -> tuple[Path, ...]:
    """Write ``all.ics``, and a file in ``people`` for everybody who has a place in some round.

    Returns:
        The files in the order in which they were written; each is either whole or not there.

    Raises:
        InputError: as `event_calendar`.
        ExportError: a file could not be written; old files are intact.
    """
    place = Path(local_path(folder))
    seated = sorted({who for one in event for who in one.people})
    files = {f"people/{number:04}-{slug(who)}.ics": who for number, who in enumerate(seated, 1)}
    written = []
    for name, who in {"all.ics": None, **files}.items():
        data = event_calendar(cohort, event, now=now, person=who, key=key, language=language)
        path = place / name
        atomic_write(made_folder(path.parent) / path.name, data)
        written.append(path)
    return tuple(written)
