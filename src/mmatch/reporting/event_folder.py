"""What `mmatch event` writes: the event with its proof, tables, calendars, and cards to be printed."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from mmatch.explanations.words import counted
from mmatch.io.cohorts import write_cohort
from mmatch.io.event_calendars import write_event_calendars
from mmatch.io.events import event_tables, itinerary_step, write_event, write_event_tables
from mmatch.io.files import atomic_write, made_folder
from mmatch.io.programs import write_program
from mmatch.reporting.sections import CellGrid, Page, Section, rendered
from mmatch.reporting.workbook import WorkSheet, write_sheets
from mmatch.texts import translator, translator_for

if TYPE_CHECKING:
    from pathlib import Path

    from mmatch.cohort import Cohort
    from mmatch.events.values import Event


def in_words(event: Event) -> str:
    """How many meetings an event has, whether more could be, and who has to sit out."""
    meetings = sum(len(one.mentees) for one in event)
    possible = event.bound[0] if event.bound else meetings
    more = "as many as possible" if meetings == possible else f"at most {possible:,} could be"
    idle, most = len(event.sit_outs), max(map(len, event.sit_outs.values()), default=0)
    rest = f"{idle} {'person sits' if idle == 1 else 'people sit'} out, nobody more than {counted(most, 'round')}"
    rest = rest if idle else "nobody sits out"
    again, limit = event.together_again
    pairs = f"; {again} pairs of mentees sit together again (at least {limit} must)" if again else ""
    return f"{meetings:,} meetings in {event.rounds.count} rounds, {more}; {rest}{pairs}."


def cards(cohort: Cohort, event: Event, title: str = "Event", language: str = "en") -> str:
    """A page with a card for everybody: where they are in each round, and with whom; each on a sheet when printed."""
    numbers, sections = range(1, event.rounds.count + 1), []
    for place, who in enumerate(sorted(event.names, key=lambda who: event.names[who]), 1):
        texts = translator_for(cohort[who].language, language)
        rows = [(number, itinerary_step(cohort, event, who, number, texts)) for number in numbers]
        heads = (texts.gettext("Round"), texts.gettext("Where, and with whom"))
        sections.append(Section(anchor=f"p{place}", title=event.names[who], grids=[CellGrid("", heads, rows)]))
    return rendered(Page(title, in_words(event), sections=sections, language=translator(language).language, apart=True))


def table_cards(event: Event, title: str = "Event") -> str:
    """A page with a card for each table: who sits there in each round; each on a sheet when printed."""
    rows: dict[int, list[tuple[int, str, str, str]]] = {}
    for one in sorted(event, key=lambda one: (one.table, one.round)):
        begins = event.rounds.begins(one.round)
        names = ", ".join(event.names[who] for who in one.mentees)
        row = (one.round, "" if begins is None else f"{begins:%H:%M}", event.names[one.mentor], names)
        rows.setdefault(one.table, []).append(row)
    heads = ("round", "begins", "mentor", "mentees")
    sections = [
        Section(anchor=f"t{table}", title=f"Table {table}", grids=[CellGrid("Rounds", heads, own)])
        for table, own in rows.items()
    ]
    return rendered(Page(title, in_words(event), sections=sections, apart=True))


def write_event_folder(
    folder: Path, cohort: Cohort, event: Event, *, language: str = "en", key: str = "", now: str | None = None
) -> list[str]:
    """Write all that an event needs on its day, and return the names of what was written.

    That is event.json with cohort.json and program.json, the tables rounds.csv, chart.csv and itineraries.csv and the
    same as event.xlsx, cards.html with a sheet for each person, tables.html with one for each table, and the folder
    ``calendars`` where the event has a start.

    Args:
        folder: made where it does not exist.
        cohort: names the people.
        event: the plan.
        language: of cards and calendars, but of people who state another one that is translated.
        key: of the names of calendar entries.
        now: the time stamp of calendar entries; None takes the clock of this machine.

    Raises:
        InputError: a language that is not translated; nothing is written then.
        ExportError: the folder cannot be made or written.
    """
    translator(language)
    made_folder(folder)
    write_cohort(cohort, folder / "cohort.json")
    write_program(event.stated, folder / "program.json")
    write_event(event, folder / "event.json")
    write_event_tables(cohort, event, folder)
    tables = event_tables(cohort, event)
    write_sheets(
        folder / "event.xlsx",
        "Event",
        [WorkSheet(name.title(), heads, list(rows)) for name, (heads, rows) in tables.items()],
    )
    atomic_write(folder / "cards.html", cards(cohort, event, language=language))
    atomic_write(folder / "tables.html", table_cards(event))
    written = ["event.json", *(f"{name}.csv" for name in tables), "event.xlsx", "cards.html", "tables.html"]
    if event.rounds.start:
        stamp = dt.datetime.now(dt.UTC).replace(second=0, microsecond=0) if now is None else now
        write_event_calendars(cohort, event, folder / "calendars", now=stamp, key=key, language=language)
        written.append("calendars")
    return written
