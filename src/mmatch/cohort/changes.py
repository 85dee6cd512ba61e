"""What changes a cohort: people leave, come late, can take more or fewer, ask for something else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, ClassVar

import numpy as np

from mmatch.cohort.participants import Participant
from mmatch.cohort.privacy import rest_without
from mmatch.cohort.selection import selected
from mmatch.errors import Problems, excerpt
from mmatch.exact import count_fault
from mmatch.text import suggestion


@dataclass(frozen=True)
class Change:
    """Something that happened after a match, or that might; ``word`` is its name in a table of changes."""

    word: ClassVar[str] = ""


@dataclass(frozen=True)
class Left(Change):
    """Somebody takes part no more."""

    word: ClassVar[str] = "left"
    person: str


@dataclass(frozen=True)
class Joined(Change):
    """Somebody comes late; ``scores`` are those of pairs with them, where the cohort has scores."""

    word: ClassVar[str] = "joined"
    participant: Participant
    scores: Mapping[tuple[str, str], float] = field(default_factory=lambda: MappingProxyType({}), hash=False)


@dataclass(frozen=True)
class Seats(Change):
    """A mentor can take so many mentees from now on."""

    word: ClassVar[str] = "seats"
    mentor: str
    n: int


@dataclass(frozen=True)
class Asks(Change):
    """A mentee asks for another topic in the place of all that they asked for."""

    word: ClassVar[str] = "asks"
    mentee: str
    topic: str


ABOUT = {Left: ("person",), Seats: ("mentor",), Asks: ("mentee",)}  # of whom the cohort must know


def apply(cohort: Any, changes: Iterable[Change]) -> Any:
    """The cohort after some changes: what `Cohort.changed` does."""
    gone: list[str] = []
    joined: list[Joined] = []
    seats: dict[str, int] = {}
    new_topics: dict[str, str] = {}
    problems = Problems()
    for k, change in enumerate(changes):
        name = next((getattr(change, key) for key in ABOUT.get(type(change), ())), None)
        if name is not None and name not in cohort.people.index:
            hint = suggestion(str(name), cohort.people.index)
            problems.add("unknown-id", f"changes[{k}]", f"nobody here is called {excerpt(name)}", hint)
        elif isinstance(change, Left):
            if change.person in gone:
                problems.add("contradiction", f"changes[{k}]", f"{excerpt(change.person)} leaves twice")
            gone.append(change.person)
        elif isinstance(change, Joined):
            joined.append(change)
        elif isinstance(change, Seats):
            fault = count_fault(change.n, "seats", least=0, optional=False)
            if fault:
                problems.add("count", f"changes[{k}]", fault)
            seats[change.mentor] = change.n
        elif isinstance(change, Asks):
            new_topics[change.mentee] = change.topic
    problems.raise_any()
    cohort = with_room(cohort, {**seats, **dict.fromkeys(gone)}) if gone or seats else cohort
    if not (joined or new_topics):
        return cohort
    stated = cohort.stated
    people = [
        replace(person, requests=(replace(person.requests[0], topic=new_topics[person.id]),))
        if person.id in new_topics and person.requests
        else person
        for person in stated.participants
    ]
    people += [change.participant for change in joined]
    scores = stated.scores
    if scores is not None:
        scores = {**scores, **{pair: score for change in joined for pair, score in change.scores.items()}}
    return type(cohort)(people, topics=stated.topics, history=stated.history, scores=scores)


def with_room(cohort: Any, capacities: Mapping[str, int | None]) -> Any:
    """The cohort with other capacities, and without those whose capacity is None: nothing names them any more.

    Raises:
        InputError: an unknown id, a capacity below somebody's least load.
    """
    keep, rows = np.ones(len(cohort), dtype=bool), dict[int, int]()
    for name, capacity in capacities.items():
        row = cohort.people.index[cohort[name].id]
        keep[row] = capacity is not None
        rows |= {} if capacity is None else {row: capacity}
    columns = selected(cohort, keep, rows)
    if columns is not None:
        return type(cohort).of_columns(*columns)
    stated = rest_without(cohort.stated, {cohort.people.ids[row] for row in np.flatnonzero(~keep).tolist()})
    numbers = {cohort.people.ids[row]: n for row, n in rows.items()}
    people = [
        replace(person, capacity=numbers[person.id], groups=None) if person.id in numbers else person
        for person in stated.participants
    ]
    return type(cohort)(people, topics=stated.topics, history=stated.history, scores=stated.scores)
