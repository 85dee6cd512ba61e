"""The conditions of a schedule: its span, hours, rooms, travel and wishes, and which sessions are already fixed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from mmatch.errors import Problems, excerpt

if TYPE_CHECKING:
    from mmatch.availability import Window
    from mmatch.formats import Format
    from mmatch.matching import Match
    from mmatch.scheduling.diaries import Diary

MOST_WORTH = 60 * 24 * 366  # minutes of delay that one wish can be worth
Key = tuple[str, str, tuple[str, ...]]  # mentor, offer, mentees


def key_of(match: Match) -> Key:
    """The key of a match, which does not depend on its dates."""
    return match.mentor, match.offer, match.mentees


@dataclass(frozen=True, slots=True)
class Wishes:
    """How much each wish about dates counts, measured in minutes of delay; 0 means no such wish.

    A schedule has the least sum of everything that its dates miss.

    Args:
        earliest: for each minute until the first session.
        gap: for each day by which a gap misses its target.
        same_time: for each session at another weekday or time of day than the one before, in the mentor's time zone.
        preferred: for each person and session outside the windows that this person prefers.
        evening: for each person and session that begins before ``early`` or ends after ``late``, in local time.
        adjacent: for each session of a mentor that does not follow directly on another one of theirs.
        early: the hour before which it is too early.
        late: the hour after which it is late.

    Raises:
        InputError: no whole numbers, or out of range.
    """

    earliest: int = 1
    gap: int = 1440
    same_time: int = 0
    preferred: int = 0
    evening: int = 1440
    adjacent: int = 0
    early: int = 7
    late: int = 21

    def __post_init__(self) -> None:
        problems = Problems()
        for item in fields(self):
            value = getattr(self, item.name)
            most = 24 if item.name in {"early", "late"} else MOST_WORTH
            if type(value) is not int or not 0 <= value <= most:
                text = f"found {excerpt(value)}, expected a whole number from 0 to {most}"
                problems.add("argument", f"Wishes.{item.name}", text)
        problems.raise_any()


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
