"""Which time-zone data a schedule was dated with, and what other data means for it.

Sessions are instants; what people were told is a time on the wall. Governments change clocks at short notice, and
machines have data of different age: then the same instant is another hour on the wall. So a schedule keeps the version
of its data, and what they said: how far each of its zones is ahead of UTC.
"""

from __future__ import annotations

import re
import zoneinfo
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from mmatch.availability import DAY, offset_changes
from mmatch.errors import InputError

if TYPE_CHECKING:
    from mmatch.cohort import Cohort
    from mmatch.planning.plans import Plan, Schedule, Settings

MOST_TOLD = 5
Offsets = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Clocks:
    """The time-zone data behind a schedule.

    Args:
        version: of the IANA time zone database, such as "2025b"; "" where the machine does not say.
        offsets: for each zone of the schedule's people rows of (UTC minute, minutes ahead of UTC from then on).
    """

    version: str
    offsets: Mapping[str, Offsets]

    def ahead(self, zone: str, minute: int) -> int | None:
        """Minutes by which a zone is ahead of UTC at an instant; None where these data do not say."""
        rows = self.offsets.get(zone, ())
        place = bisect_right(rows, minute, key=lambda row: row[0])
        return rows[place - 1][1] if place else None

    def __reduce__(self) -> tuple[object, ...]:
        return _clocks, (self.version, dict(self.offsets))


def _clocks(version: str, offsets: dict[str, Offsets]) -> Clocks:
    return Clocks(version, MappingProxyType(offsets))


def clocks_of(zones: Iterable[str], settings: Settings, plans: Iterable[Plan]) -> Clocks:
    """What the data of this machine say about some zones on all dates of a schedule."""
    span = _days(settings, plans)
    return _clocks(data_version(), {zone: _offsets(zone, *span) for zone in sorted({settings.zone, *zones})})


def _days(settings: Settings, plans: Iterable[Plan]) -> tuple[int, int]:
    """The days (UTC) from and up to which anything can be, in any zone."""
    found = [meeting.start // DAY for plan in plans for meeting in plan.appointments]
    return min([settings.start, *found]) - 2, max([settings.end, *found]) + 3


def _offsets(zone: str, first: int, last: int) -> Offsets:
    """The offsets of a zone; none where this machine does not know it."""
    try:
        return offset_changes(zone, first, last)
    except InputError:
        return ()


def data_version() -> str:
    """The version of the time-zone data of this machine, such as "2025b"; "" where it does not say."""
    return _version(tuple(map(str, zoneinfo.TZPATH)))


@lru_cache(maxsize=8)
def _version(folders: tuple[str, ...]) -> str:
    """The version in the first of some folders that has zones at all, else that of the package tzdata."""
    for folder in map(Path, folders):
        if (folder / "UTC").is_file():
            return _stated(folder / "tzdata.zi", "# version ") or _stated(folder / "+VERSION", "")
    try:
        return str(import_module("tzdata").IANA_VERSION)
    except ModuleNotFoundError:
        return ""


def _stated(path: Path, before: str) -> str:
    """The version at the beginning of a file, behind some text; "" where there is none."""
    try:
        with path.open(encoding="ascii", errors="replace") as stream:
            found = re.match(rf"{before}([A-Za-z0-9.+-]{{1,40}})\s", stream.readline(100))
    except OSError:
        return ""
    return found[1] if found else ""


# -- what is told -----------------------------------------------------------------------------------------------------


def notes_on(schedule: Schedule) -> tuple[str, ...]:
    """What to know about a schedule that was dated with other time-zone data than this machine has."""
    had = schedule.clocks
    if had is None:
        return ()
    odd = list(_odd(had, schedule))
    if odd:
        return (f"{_told(had)}: clocks show other times in {_listed(odd)}; validate names the sessions concerned",)
    return () if had.version == data_version() else (f"{_told(had)}: its clocks show the same times",)


def _odd(had: Clocks, schedule: Schedule) -> Iterator[str]:
    """The zones whose clocks show other times on some date of a schedule."""
    now = clocks_of(had.offsets, schedule.settings, schedule.plans)
    first, last = (day * DAY for day in _days(schedule.settings, schedule.plans))
    for zone, rows in had.offsets.items():
        points = {first, *(minute for minute, _ in (*rows, *now.offsets[zone]) if first < minute < last)}
        if any(had.ahead(zone, at) not in {None, now.ahead(zone, at)} for at in points):
            yield zone


def _told(had: Clocks) -> str:
    return (
        f"dated with time-zone data {had.version or '(unknown)'}, and this machine has {data_version() or '(unknown)'}"
    )


def _listed(texts: Sequence[str]) -> str:
    more = f" and {len(texts) - MOST_TOLD} more" if len(texts) > MOST_TOLD else ""
    return ", ".join(texts[:MOST_TOLD]) + more


def notes_on_moves(cohort: Cohort, previous: Schedule, schedule: Schedule) -> tuple[str, ...]:
    """What to know about new dates where the ones before were found with other data: who is to be told anew."""
    had = previous.clocks
    if had is None or not notes_on(previous):
        return ()
    odd = sorted(_stale(cohort, had, schedule))
    if odd:
        return (f"{_told(had)}: clocks show another time than people were told at sessions of {_listed(odd)}",)
    return (f"{_told(had)}: sessions that stay are at the times that people were told",)


def _stale(cohort: Cohort, had: Clocks, schedule: Schedule) -> set[str]:
    """Whose clocks show another time than by the data of before, at a session that stays and has not been held."""
    settings, now, found = schedule.settings, schedule.clocks or had, set()
    for plan in schedule.plans:
        key = plan.match.mentor, plan.match.offer, plan.match.mentees
        kept, agreed = settings.kept.get(key, {}), settings.agreed.get(key, {})
        same = [m.start for k, m in enumerate(plan.appointments) if k not in kept and agreed.get(k) == m.start]
        for who in plan.people:
            zone = cohort[who].timezone or settings.zone
            if any(had.ahead(zone, start) not in {None, now.ahead(zone, start)} for start in same):
                found.add(who)
    return found
