"""Weekly windows in local wall time, as people write them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from mmatch.availability.words import DAYS, LANGUAGES, Clock, Token, facts, folded, words_of
from mmatch.availability.zone_labels import is_zone_label
from mmatch.availability.zones import DAY, clock_text
from mmatch.errors import InputError, Problem, Problems, excerpt

LONGEST_TEXT = 10_000
NOON = 12 * 60
_GRIDS = {7 * 24: 60, 7 * 48: 30, 7 * 96: 15}
_CLOCK = r"\d{1,2}(?::\d{2})?"
_PLAIN = re.compile(rf"({'|'.join(DAYS)}) ({_CLOCK})-({_CLOCK})", re.ASCII)  # as windows are written by `week_text`
_NEXT = re.compile(r"[;\n|]")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}|\d{1,2}[./]\d{1,2}[./]\d{2,4}")
_IN_BRACKETS = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]")
_OFFSET = re.compile(r"\b(?:UTC|GMT)(?:\s?[+\u2212-]\s?\d{1,2}(?::?\d{2})?)?(?![\w:])", re.IGNORECASE)
_LAST_WORDS = re.compile(r"(?<=[\s\d])[^\W\d_][^\d;\n|,()\[\]:&+-]{0,60}(?=\s*(?:$|[;\n|,]))")
_HINT = 'write weekly windows such as "Mon 9-12; Wed 14:30-16", days as Mon to Sun, times from 0 to 24'
_MIDNIGHT = "write a window over midnight as two: Mon 22-24; Tue 0-2"
_IDIOM = "write hours of the afternoon as 13 to 24, or with pm: Mon 9-17"
Span = tuple[int, int]


@dataclass(frozen=True, order=True, slots=True)
class Window:
    """A time of the week on the wall clock: the day from Monday = 0, start and end in minutes of the day.

    The end is excluded; 1440 is midnight. `str` gives the text that `parse_week` reads.
    """

    day: int
    start: int
    end: int

    def __str__(self) -> str:
        return f"{DAYS[self.day]} {clock_text(self.start)}-{clock_text(self.end)}"


def parse_week(text: str | Sequence[str], where: str = "availability") -> tuple[Window, ...]:
    """Weekly windows from what a person wrote, such as "Mon 9-12; Wed-Fri 14:30-16, 18-20"; the day runs to 24.

    Days may be lists and ranges, "weekdays", "weekends", "daily" or "MWF"; times may have am and pm. "Tue mornings",
    "weekdays after 5pm" and "any time Friday" are understood, also in German, French, Spanish, Portuguese and Italian:
    mornings are 9-12, lunch 12-13, afternoons 13-17, evenings 17-21. A text of 168, 336 or 672 digits 0 and 1 is a week
    of hours, half-hours or quarters from Monday midnight. Several texts add up.

    Args:
        text: one text or several; "" is no time at all.
        where: what the text is, for the error.

    Returns:
        The windows in order; those that touch or overlap are joined.

    Raises:
        InputError: every entry that is no window, with what was expected.
    """
    windows, zone = _read(text, where)
    if zone:
        message = f"found {excerpt(text)}, which names the time zone {excerpt(zone)}, expected days and times alone"
        raise InputError(Problem("window", where, message, "state the zone as timezone"))
    return windows


def read_hours(text: str | Sequence[str], where: str = "availability") -> tuple[str, str]:
    """Weekly hours as a person wrote them, in the plain form of `week_text`, and the time zone that the text names.

    "Mon & Wed, 9-11am (CET)" is ("Mon 9-11; Wed 9-11", "CET"); `zone_from_label` says which place that is.

    Args:
        text: one text or several; "" is no time at all.
        where: what the text is, for the error.

    Raises:
        InputError: every entry that is no window, or several time zones.
    """
    windows, zone = _read(text, where)
    return week_text(windows), zone


def joined(windows: Iterable[Window]) -> tuple[Window, ...]:
    """Windows in order, those that touch or overlap as one."""
    found: list[Window] = []
    for window in sorted(windows):
        if found and found[-1].day == window.day and window.start <= found[-1].end:
            found[-1] = Window(window.day, found[-1].start, max(found[-1].end, window.end))
        else:
            found.append(window)
    return tuple(found)


def week_text(windows: Iterable[Window]) -> str:
    """Windows as text that `parse_week` reads: "Mon 9-12; Wed 14:30-16"."""
    return "; ".join(map(str, joined(windows)))


# -- texts ------------------------------------------------------------------------------------------------------------


class Reading(NamedTuple):
    """What a text says: windows, what is wrong with it as (message, hint), and the zones that it names."""

    windows: tuple[Window, ...]
    wrong: tuple[tuple[str, str], ...] = ()
    zones: tuple[str, ...] = ()


def _read(text: str | Sequence[str], where: str) -> tuple[tuple[Window, ...], str]:
    """The windows of a text or several, and the zone that they name."""
    problems = Problems()
    texts = list(text) if isinstance(text, list | tuple) else [text]
    found: list[Window] = []
    zones: list[str] = []
    for item in texts:
        if not isinstance(item, str):
            problems.add("window", where, f"found {type(item).__name__} {excerpt(item)}, expected a text", _HINT)
        elif len(item) > LONGEST_TEXT:
            problems.add("window", where, f"{len(item):,} characters, at most {LONGEST_TEXT:,}")
        elif len(item.strip()) in _GRIDS and set(item.strip()) <= {"0", "1"}:
            found += _grid(item.strip())
        else:
            windows, wrong, named = _understood(item)
            found += windows
            zones += named
            for message, hint in wrong:
                problems.add("window", where, message, hint)
    different = list(dict.fromkeys(zones))
    if len(different) > 1:
        message = f"found the time zones {' and '.join(map(excerpt, different))}, expected one"
        problems.add("window", where, message, "write all hours in one time zone")
    problems.raise_any()
    return joined(found), "".join(different[:1])


def _grid(text: str) -> list[Window]:
    length = _GRIDS[len(text)]
    free = [k * length for k, digit in enumerate(text) if digit == "1"]
    return [Window(start // DAY, start % DAY, start % DAY + length) for start in free]


@lru_cache(maxsize=4096)
def _understood(text: str) -> Reading:
    """What a text says in the language in which all of it is understood: many people write the same."""
    plain = list(_plain_windows(text))
    if plain and None not in plain:
        return Reading(tuple(window for window in plain if window is not None))
    rest, zones = without_zones(text)
    english, _ = _in_language(rest, "en")
    if not english.wrong:
        return english._replace(zones=zones)
    others = [_in_language(rest, language) for language in LANGUAGES[1:]]
    readings = [reading for reading, own in others if own]
    good = {joined(reading.windows) for reading in readings if not reading.wrong}
    if len(good) > 1:
        ways = " or ".join(sorted(map(week_text, good)))
        return Reading((), ((f"found {excerpt(text)}, which can be read as {ways}", _HINT),))
    best = min([*readings, english], key=lambda reading: len(reading.wrong))
    return best._replace(zones=zones)


def _plain_windows(text: str) -> Iterator[Window | None]:
    """The windows of a text in the form of `week_text`, None for each entry of another form."""
    for entry in text.split("; "):
        match = _PLAIN.fullmatch(entry)
        start, end = (_plain_minutes(match[k]) for k in (2, 3)) if match else (0, 0)
        yield Window(DAYS.index(match[1]), start, end) if match and 0 <= start < end <= DAY else None


def _plain_minutes(text: str) -> int:
    hour, _, minute = text.partition(":")
    return int(hour) * 60 + int(minute or 0) if int(minute or 0) < 60 else -1


def without_zones(text: str) -> tuple[str, tuple[str, ...]]:
    """A text without the time zones that it names, and these: in brackets, as offsets, or after its hours."""
    zones: list[str] = []

    def bracketed(match: re.Match[str]) -> str:
        return taken(match, (match[1] or match[2] or "").strip())

    def taken(match: re.Match[str], label: str = "") -> str:
        label = label or match[0].strip()
        if not is_zone_label(label):
            return match[0]
        zones.append(label)
        return " "

    def last(match: re.Match[str]) -> str:
        words = match[0].split()
        for k in range(len(words)):
            label = " ".join(words[k:])
            if not _is_word(label) and is_zone_label(label):
                zones.append(label)
                return " ".join(words[:k])
        return match[0]

    rest = _LAST_WORDS.sub(last, _OFFSET.sub(taken, _IN_BRACKETS.sub(bracketed, text)))
    return rest, tuple(zones)


def _is_word(label: str) -> bool:
    """Whether this is a word about hours, of any language; "ET" is French for "and" only in small letters."""
    plain = folded(label).casefold()
    return not label.isupper() and any(plain in words_of(language).kinds for language in LANGUAGES)


def _in_language(text: str, language: str) -> tuple[Reading, bool]:
    """What a text says in a language, and whether it has any word of this language that English lacks."""
    words, found, wrong = words_of(language), [], []
    every = [(entry, _sure(list(words.tokens(folded(entry))))) for entry in _NEXT.split(text)]
    letters = {token.value for _, tokens in every for token in tokens if token.kind in {"days", "letter"}}
    for entry, tokens in every:
        if not tokens and not entry.strip(" ,.()[]"):
            continue
        try:
            found += _entry(lettered(tokens, len(letters)))
        except Wrong as error:
            dated = bool(_DATE.search(entry))
            message = "which is a date, expected days and times" if dated else str(error)
            hint = f"{_HINT}; format cells as text" if dated else error.hint
            wrong.append((f"found {excerpt(entry.strip())}, {message}", hint))
    dates = [token for _, tokens in every for token in tokens if token.kind == "days"]
    if dates and {token.text.casefold() for token in dates} <= set(facts()["unsure"]["dates"]):
        wrong.append((f"found {excerpt(text.strip())}, which is a day or a date, expected days and times", _HINT))
    return Reading(tuple(found), tuple(wrong)), any(token.own for _, tokens in every for token in tokens)


def _sure(tokens: list[Token]) -> list[Token]:
    """Tokens without words that are rather something else: "so" beside "Mon" is no Sonntag, "ET" alone no French."""
    english = any(token.kind == "days" and not token.own and len(token.text) > 2 for token in tokens)
    french = any(token.own and token.text != "ET" for token in tokens)
    return [
        token._replace(kind="?", own=False)
        if (english and token.own and token.kind == "days" and len(token.text) == 2)
        or (token.text == "ET" and not french)
        else token
        for token in tokens
    ]


def lettered(tokens: Sequence[Token], days: int) -> list[Token]:
    """Tokens in which a single letter is a day where others stand beside it: "M, W 9-10"."""
    kind = "days" if days > 1 else "?"
    return [token._replace(kind=kind) if token.kind == "letter" else token for token in tokens]


# -- one entry --------------------------------------------------------------------------------------------------------


class Wrong(Exception):  # noqa: N818 - never leaves this room
    """What is wrong with an entry, and the way out."""

    def __init__(self, message: str, hint: str = _HINT) -> None:
        super().__init__(message)
        self.hint = hint


def _entry(tokens: Sequence[Token]) -> list[Window]:
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
            kind = self._next().kind
            if kind == "days":
                yield self._days(), []
            elif kind in {"and", "to"} or (kind == "after" and self._kind(1) == "days"):
                self.place += 1  # a comma; "from" and "to" around days, a hyphen between days and hours
            else:
                yield [], [self._hours()]

    def _kind(self, later: int = 0) -> str:
        place = self.place + later
        return self.tokens[place].kind if place < len(self.tokens) else ""

    def _next(self) -> Token:
        return self.tokens[self.place]

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
        if self._kind() == "part" and self._next().value == "lunch":
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
