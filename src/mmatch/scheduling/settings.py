"""The conditions of a schedule: its span, hours, rooms, travel and wishes, and which sessions are already fixed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from mmatch.availability import day_text, local_time, week_text
from mmatch.scheduling.dates import Dates, Wishes

if TYPE_CHECKING:
    from mmatch.availability import Window
    from mmatch.formats import Format
    from mmatch.matching import Match
    from mmatch.scheduling.diaries import Diary

Key = tuple[str, str, tuple[str, ...]]  # mentor, offer, mentees


def key_of(match: Match) -> Key:
    """The key of a match, which does not depend on its dates."""
    return match.mentor, match.offer, match.mentees


def _empty() -> Mapping[Any, Any]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Settings:
    """The conditions under which a schedule was made: dates, default hours, closed dates, busy times, rooms, wishes.

    ``pins`` are sessions that must start at a time, ``kept`` those that have taken place
    and stay as they are, ``agreed`` those that were planned before: {match: {session from 0: start}}.
    ``since`` is the first minute that is not too soon for what was not agreed.
    """

    start: int
    end: int
    zone: str
    hours: tuple[Window, ...]
    grain: int = 30
    buffer: int = 0
    blackout: frozenset[int] = frozenset()
    formats: Mapping[str, Format] = field(default_factory=_empty)
    diaries: Mapping[str, Diary] = field(default_factory=_empty)
    since: int | None = None
    rooms: Mapping[str, tuple[str, ...]] = field(default_factory=_empty)
    travel: Mapping[tuple[str, str], int] = field(default_factory=_empty)
    pins: Mapping[Key, Mapping[int, int]] = field(default_factory=_empty)
    kept: Mapping[Key, Mapping[int, int]] = field(default_factory=_empty)
    agreed: Mapping[Key, Mapping[int, int]] = field(default_factory=_empty)
    wishes: Wishes = field(default_factory=Wishes)

    @property
    def dates(self) -> Dates:
        """What was requested of the calendar, but for the present time of then."""
        pins = [
            (mentor, mentees[0], k + 1, local_time(at, "UTC"))
            for (mentor, _, mentees), starts in self.pins.items()
            for k, at in starts.items()
        ]
        return Dates(
            start=day_text(self.start),
            end=day_text(self.end),
            zone=self.zone,
            hours=week_text(self.hours),
            grain=self.grain,
            blackout=[day_text(day) for day in sorted(self.blackout)],
            buffer=self.buffer,
            diaries=self.diaries,
            rooms=self.rooms,
            travel=self.travel,
            pins=pins,
            wishes=self.wishes,
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return _settings, ({item.name: _thawed(getattr(self, item.name)) for item in fields(self)},)


def _settings(values: dict[str, Any]) -> Settings:
    return Settings(**{name: frozen(value) for name, value in values.items()})


def _thawed(value: Any) -> Any:
    """The value with plain dicts, which can go to another process."""
    return {key: _thawed(item) for key, item in value.items()} if isinstance(value, Mapping) else value


def frozen(value: Any) -> Any:
    """The value with read-only mappings instead of dicts, at every depth."""
    return MappingProxyType({key: frozen(item) for key, item in value.items()}) if isinstance(value, dict) else value
