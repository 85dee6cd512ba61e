"""Events as files: JSON with its proof, and tables: who sits where in each round, and what each person does."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from mmatch.cohort import Cohort
from mmatch.events.measuring import called
from mmatch.events.questions import room_for
from mmatch.events.values import Event, Rounds, RoundTable
from mmatch.exact import Value
from mmatch.io.csvs import write_rows
from mmatch.io.documents import Document
from mmatch.io.files import file_name
from mmatch.io.json_text import load_json, write_json
from mmatch.io.programs import PROGRAM
from mmatch.io.results import result_from_json, result_to_json
from mmatch.io.typed import Types
from mmatch.texts import translator

if TYPE_CHECKING:
    from gettext import NullTranslations
    from pathlib import Path

ENGLISH = translator()
TYPES = Types()
EVENT = Document(
    "mmatch/event",
    1,
    {
        "rounds": (TYPES.record(Rounds), True),
        "tables": (tuple[RoundTable, ...], True),
        "value": (tuple[Value, ...], True),
        "program": (PROGRAM, True),
        "best": (dict[str, Any], True),
    },
    TYPES,
    root="event",
)


def write_event(event: Event, path: str | os.PathLike[str]) -> None:
    """Write an event with the proof of its bound to a JSON file; `read_event` gives it back and `verify` judges it.

    Raises:
        ExportError: the place cannot be written.
        UnsupportedError: a program with plain functions, which no file can hold.
    """
    values = {"rounds": event.rounds, "tables": tuple(event), "value": event.value}
    write_json(EVENT.plain({**values, "program": event.stated.to_json(), "best": result_to_json(event.best)}), path)


def read_event(cohort: Cohort, path: str | os.PathLike[str]) -> Event:
    """Read an event that `write_event` wrote; nothing in it is believed before `verify` has judged it.

    Raises:
        InputError: not JSON, or not an event, with each wrong field named.
    """
    name = file_name(path)
    data: Any = load_json(path)
    found = EVENT.read(data, name)
    best = result_from_json(data["best"], name)
    rounds, room = found["rounds"], room_for(cohort, found["rounds"])
    return Event(rounds, found["tables"], found["value"], best, found["program"], called(cohort), room)


def event_tables(cohort: Cohort, event: Event) -> dict[str, tuple[tuple[str, ...], list[tuple[Any, ...]]]]:
    """{"rounds": a row a meeting, "chart": a row a mentor, "itineraries": a row a person}, each as (heads, rows)."""
    names, emails = cohort.people.called, {person.id: person.email for person in cohort}
    numbers = range(1, event.rounds.count + 1)
    begins = {n: _clock(event, n) for n in numbers}
    rounds = [
        (one.round, begins[one.round], one.table, one.mentor, names[one.mentor], who, names[who], topic)
        for one in sorted(event, key=lambda one: (one.round, one.table))
        for who, topic in one.guests()
    ]
    heads = ("round", "begins", "table", "mentor", "mentor_name", "mentee", "mentee_name", "topic")
    cell = {(one.mentor, one.round): ", ".join(names[who] for who in one.mentees) for one in event}
    hosts = sorted({one.mentor for one in event}, key=lambda who: names[who])
    chart = [(names[who], *(cell.get((who, n), "") for n in numbers)) for who in hosts]
    people = [
        (who, names[who], emails[who], *(itinerary_step(cohort, event, who, n) for n in numbers))
        for who in sorted(event.names, key=lambda who: names[who])
    ]
    return {
        "rounds": (heads, rounds),
        "chart": (("mentor", *(f"round {n} {begins[n]}".strip() for n in numbers)), chart),
        "itineraries": (("id", "name", "email", *(f"round {n}" for n in numbers)), people),
    }


def write_event_tables(cohort: Cohort, event: Event, folder: Path) -> None:
    """Write rounds.csv (a row a meeting), chart.csv (a row a mentor) and itineraries.csv (a row a person).

    Raises:
        ExportError: the place cannot be written.
    """
    for name, (heads, rows) in event_tables(cohort, event).items():
        write_rows(folder / f"{name}.csv", heads, rows, numeric={"round", "table"} if name == "rounds" else ())


def itinerary_step(cohort: Cohort, event: Event, person: str, number: int, texts: NullTranslations = ENGLISH) -> str:
    """What a person does in a round, in words: "14:00 table 3: Ann Lee, with Cem Can"."""
    _ = texts.gettext
    one = event.places.get((person, number))
    if one is None:
        step = _("no meeting") if number in event.rounds.present(person) else _("away")
    else:
        partners, companions = partners_at(cohort, one, person)
        people = ", ".join(partners)
        if companions:
            people = _("{people}, together with {others}").format(people=people, others=", ".join(companions))
        step = _("table {table}: {people}").format(table=one.table, people=people)
    return f"{_clock(event, number)} {step}".strip()


def partners_at(cohort: Cohort, one: RoundTable, person: str) -> tuple[list[str], list[str]]:
    """The names of those whom somebody meets at a table, and of those who sit there with them."""
    names = cohort.people.called
    if person == one.mentor:
        return [names[who] for who in one.mentees], []
    return [names[one.mentor]], [names[who] for who in one.mentees if who != person]


def _clock(event: Event, number: int) -> str:
    begins = event.rounds.begins(number)
    return "" if begins is None else f"{begins:%H:%M}"
