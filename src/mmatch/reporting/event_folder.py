"""What `mmatch event` writes: the event with its proof, tables, and a page with a card for everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmatch.explanations.words import counted
from mmatch.io.cohorts import write_cohort
from mmatch.io.events import itinerary_step, write_event, write_event_tables
from mmatch.io.files import atomic_write, made_folder
from mmatch.io.programs import write_program
from mmatch.reporting.sections import CellGrid, Page, Section, rendered

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


def cards(cohort: Cohort, event: Event, title: str = "Event") -> str:
    """A page with a card for everybody: where they are in each round, and with whom."""
    numbers = range(1, event.rounds.count + 1)
    sections = [
        Section(
            anchor=f"p{place}",
            title=event.names[who],
            grids=[
                CellGrid("Rounds", ("round", "where"), [(n, itinerary_step(cohort, event, who, n)) for n in numbers])
            ],
        )
        for place, who in enumerate(sorted(event.names, key=lambda who: event.names[who]), 1)
    ]
    return rendered(Page(title, in_words(event), sections=sections))


def write_event_folder(folder: Path, cohort: Cohort, event: Event) -> None:
    """Write event.json with cohort.json and program.json, rounds.csv, chart.csv, itineraries.csv and cards.html.

    Raises:
        ExportError: the folder cannot be made or written.
    """
    made_folder(folder)
    write_cohort(cohort, folder / "cohort.json")
    write_program(event.stated, folder / "program.json")
    write_event(event, folder / "event.json")
    write_event_tables(cohort, event, folder)
    atomic_write(folder / "cards.html", cards(cohort, event))
