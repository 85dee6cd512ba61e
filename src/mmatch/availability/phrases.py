"""One entry of a text about weekly hours, given as tokens: days, and the hours on them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mmatch.availability.weeks import Window
from mmatch.availability.words import Clock, Token, facts
from mmatch.availability.zones import DAY
from mmatch.errors import excerpt

NOON = 12 * 60
HINT = 'write weekly windows such as "Mon 9-12; Wed 14:30-16", days as Mon to Sun, times from 0 to 24'
_MIDNIGHT = "write a window over midnight as two: Mon 22-24; Tue 0-2"
_IDIOM = "write hours of the afternoon as 13 to 24, or with pm: Mon 9-17"
Span = tuple[int, int]


class Wrong(Exception):  # noqa: N818 - never leaves this room
    """What is wrong with an entry, and the way out."""

    def __init__(self, message: str, hint: str = HINT) -> None:
        super().__init__(message)
        self.hint = hint


def windows_of(tokens: Sequence[Token]) -> list[Window]:
    """The windows of one entry: days and then hours, again and again, or the other way round.

    Raises:
        Wrong: where it says anything else.
    """
    strange = [token.text for token in tokens if token.kind == "?"]
    if strange:
        more = f" ({excerpt(strange[0])} is not understood)" if len(tokens) > len(strange) else ""
        raise Wrong(f"expected days and times{more}")
    groups: list[tuple[str, list[int], list[Span]]] = []
    for days, spans in Phrases(tokens).read():
        kind = "days" if days else "hours"
        if not groups or groups[-1][0] != kind:
            groups.append((kind, [], []))
        groups[-1][1].extend(days)
        groups[-1][2].extend(spans)
    kinds = [kind for kind, _, _ in groups]
    if len(kinds) % 2 or not kinds:
        lacking = {"days": ": it says no hours", "hours": ": it says no day"}.get(kinds[-1] if kinds else "", "")
        raise Wrong(f"expected days and times{lacking}")
    found = []
    for one, two in zip(groups[::2], groups[1::2], strict=True):
        found += [Window(day, *span) for day in one[1] + two[1] for span in one[2] + two[2]]
    return found


class Phrases:
    """The days and hours that tokens say, one after the other."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens = list(tokens)
        self.place = 0

    def read(self) -> Iterator[tuple[list[int], list[Span]]]:
        """(days, hours) of each phrase; one of the two is empty.

        Raises:
            Wrong: a phrase that says neither.
        """
        while self.place < len(self.tokens):
            kind = self.tokens[self.place].kind
            if kind == "days":
                yield self._days(), []
            elif kind in {"and", "to"} or (kind == "after" and self._kind(1) == "days"):
                self.place += 1  # a comma; "from" and "to" around days, a hyphen between days and hours
            else:
                yield [], [self._hours()]

    def _kind(self, later: int = 0) -> str:
        place = self.place + later
        return self.tokens[place].kind if place < len(self.tokens) else ""

    def _take(self) -> Token:
        self.place += 1
        return self.tokens[self.place - 1]

    def _days(self) -> list[int]:
        days = list(self._take().value)
        if self._kind() in {"to", "until"} and self._kind(1) == "days":
            self.place += 1
            last = list(self._take().value)
            if len(days) > 1 or len(last) > 1 or (self._kind() == "to" and self._kind(1) == "days"):
                raise Wrong("expected days and times: a range has two days")
            days = [day % 7 for day in range(days[0], days[0] + (last[0] - days[0]) % 7 + 1)]
        return days

    def _hours(self) -> Span:
        """One phrase of hours: a part of the day, two clock times, or what comes after or before a time."""
        part = self._part() if self._kind() == "part" else None
        if part and self._kind() == "to" and self._kind(1) == "part":
            self.place += 1
            span = _named(part)[0], _named(self._part())[1]
            if span[0] >= span[1]:
                raise Wrong("which ends before it has begun")
            return span
        if part is None or self._kind() in {"time", "midday", "after", "until", "between"}:
            start, end = self._times()
            if part is None and self._kind() == "part":
                part = self._part()
            return _span(start, end, part)
        return _named(part)

    def _part(self) -> str:
        return str(self._take().value)

    def _times(self) -> tuple[Clock | None, Clock | None]:
        """Start and end; None is that of the part or of the day."""
        if self._kind() == "midday" and self._kind(1) not in {"to", "until"}:
            self.place += 1
            low, high = _named("lunch")
            return _plain_clock(low), _plain_clock(high)
        if self._kind() == "until":
            self.place += 1
            return None, self._edge(0)
        after = self._kind() in {"after", "between"} and self._take().kind
        start = self._edge(1)
        joint = {"to", "until", "and"} if after == "between" else {"to", "until"}
        if self._kind() in joint and self._kind(1) in {"time", "midday"}:
            self.place += 1
            return start, self._edge(0)
        if after != "after":
            raise Wrong("expected a start and an end")
        return start, None

    def _edge(self, side: int) -> Clock:
        """A clock time; "after lunch" begins when lunch is over."""
        if self._kind() == "part" and self.tokens[self.place].value == "lunch":
            self.place += 1
            return _plain_clock(_named("lunch")[side])
        if self._kind() not in {"time", "midday"}:
            raise Wrong("expected a start and an end")
        clock: Clock = self._take().value
        return clock


def _plain_clock(minutes: int) -> Clock:
    return Clock(minutes // 60, minutes % 60, "", sure=True)


def _named(part: str) -> Span:
    """The minutes of a part of the day."""
    low, high = facts()["hours"][part]
    return low * 60, high * 60


def _span(start: Clock | None, end: Clock | None, part: str | None) -> Span:
    """Start and end in minutes of the day, where a part of the day may say which half of it is meant."""
    found = _open_span(start, end, part) if start is None or end is None else _closed_span(start, end)
    if part is None:
        return found
    low, high = (hour * 60 for hour in facts()["around"][part])
    bare = not any(clock.half or clock.named for clock in (start, end) if clock)
    for later in (0, NOON) if bare else (0,):
        if low <= found[0] + later < found[1] + later <= high:
            return found[0] + later, found[1] + later
    raise Wrong(f"expected hours of the {part}")


def _open_span(start: Clock | None, end: Clock | None, part: str | None) -> Span:
    """What comes after or before a time: up to the end of the day or of a part of it, or from its beginning on."""
    low, high = _named(part or "day")
    clock = start or end
    at = clock.minutes() if clock else None
    if at is None or clock is None:
        raise Wrong("expected times from 0 to 24")
    if not clock.sure and at < 8 * 60:
        at += NOON  # "after 5"
    span = (at, high if at < high else DAY) if start else (low, at)
    if not span[0] < span[1]:
        raise Wrong("expected a start and an end", "say from when to when: Mon 7-9")
    return span


def _closed_span(one: Clock, two: Clock) -> Span:
    """Start and end in minutes; an end of 0 is midnight, and "1-3 pm" begins in the afternoon."""
    half = two.half if not two.named else ""
    start, end = one.minutes(half), two.minutes()
    if start is None and not one.half:
        start = one.minutes()
    if start is None or end is None:
        raise Wrong("expected a start and an end, times from 0 to 24")
    end = end or DAY
    if not one.half and half and start >= max(end, NOON):
        start -= NOON  # "9-12 pm" begins in the morning
    if not one.sure and two.named and end == DAY and start < NOON:
        start += NOON  # "6-midnight"
    if start >= end and not two.sure and 7 * 60 <= start < NOON + 60 and 60 <= end < 7 * 60:
        end += NOON  # "9-5", as on the face of a clock
    if start >= end:
        raise Wrong("which ends before it has begun", _MIDNIGHT if start >= 18 * 60 else _IDIOM)
    return start, end
