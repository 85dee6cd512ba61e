"""Dated sessions as data: appointments, what is due between them, plans, and the schedule of a whole matching."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from mmatch.availability import local_time

if TYPE_CHECKING:
    from mmatch.availability import Window
    from mmatch.formats import Format
    from mmatch.matching import Match, Status


@dataclass(frozen=True, slots=True)
class Appointment:
    """One meeting with a date: its start in UTC minutes from 1970-01-01, its length, how, and the site if in person."""

    start: int
    minutes: int
    mode: str
    site: str = ""

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
class Plan:
    """The dates of one match."""

    match: Match
    format: str
    appointments: tuple[Appointment, ...]
    dues: tuple[Due, ...] = ()


@dataclass(frozen=True, slots=True)
class Unplaced:
    """A match without dates: why, and the smallest change tried that would give it some; "" where none of them does."""

    match: Match
    reason: str
    relaxation: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a schedule was asked for: dates, the hours of people who state none, what is closed, what is taken."""

    start: int
    end: int
    zone: str
    hours: tuple[Window, ...]
    grain: int = 30
    buffer: int = 0
    blackout: frozenset[int] = frozenset()
    busy: Mapping[str, tuple[tuple[int, int], ...]] = field(default_factory=lambda: MappingProxyType({}))
    formats: Mapping[str, Format] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Schedule:
    """All plans, the matches without dates, and how good that is.

    ``value`` is (matches with dates, minus the minutes by which they start late or miss their gaps), more is better;
    ``bound`` is what no schedule exceeds, as the solver says; where the status is OPTIMAL they are equal.
    """

    plans: tuple[Plan, ...]
    unplaced: tuple[Unplaced, ...]
    status: Status
    value: tuple[int, int]
    bound: tuple[int, int] | None
    settings: Settings = field(repr=False)
