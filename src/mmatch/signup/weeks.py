"""Weeks drawn as columns of 0 and 1: which hour a head means, and the windows that a row makes."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

from mmatch.availability import DAYS, Window, week_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_DAY = r"(mon|tue|wed|thu|fri|sat|sun|周一|周二|周三|周四|周五|周六|周日)"
_HEAD = re.compile(_DAY + r"[a-z]*[\W_]*?(\d{1,2})(?:[:.h](\d{2}))?\s*(am|pm)?(?:\D.*)?", re.IGNORECASE)
_LONG_WEEKS = {7 * 24: 60, 7 * 48: 30}
Slot = tuple[int, int]  # day from Monday, minute of the day


def slots_of(heads: Sequence[str]) -> tuple[list[Slot], int, bool] | None:
    """The slots that heads name, their length in minutes, and whether they were named; None where heads name no hours.

    168 or 336 heads that name nothing are the hours or half-hours of a week from Monday midnight.
    """
    found = [_slot(head) for head in heads]
    named = [slot for slot in found if slot is not None]
    if len(named) == len(found) and len(set(named)) == len(named) > 1:
        return named, _length(named), True
    length = _LONG_WEEKS.get(len(heads))
    if length is None or named:
        return None
    a_day = 1440 // length
    return [(k // a_day, k % a_day * length) for k in range(len(heads))], length, False


def _slot(head: str) -> Slot | None:
    found = _HEAD.fullmatch(head.strip())
    if not found:
        return None
    day, hour, minute, half = found.groups()
    clock = int(hour) % 12 + (12 if half.casefold() == "pm" else 0) if half else int(hour)
    minutes = clock * 60 + int(minute or 0)
    names = [name.casefold() for name in DAYS]
    number = names.index(day.casefold()) if day.casefold() in names else "一二三四五六日".index(day[1])
    return (number, minutes) if minutes < 1440 else None


def _length(slots: Sequence[Slot]) -> int:
    """The shortest step between two slots of one day; an hour where no day has two."""
    ordered = sorted(slots)
    steps = [b[1] - a[1] for a, b in itertools.pairwise(ordered) if a[0] == b[0]]
    return min([60, *steps])


def windows(slots: Iterable[Slot], length: int) -> str:
    """Slots as text, neighbours joined: "Mon 9-12; Wed 14:30-16"."""
    return week_text(Window(day, start, start + length) for day, start in slots)
