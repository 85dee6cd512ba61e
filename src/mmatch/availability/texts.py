"""Texts about weekly hours, as people write them in six languages: the windows, and the time zone that they name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from mmatch.availability.phrases import HINT, Wrong, windows_of
from mmatch.availability.weeks import Window, joined, week_text
from mmatch.availability.words import DAYS, LANGUAGES, Token, facts, folded, lettered, words_of
from mmatch.availability.zone_labels import is_zone_label
from mmatch.availability.zones import DAY
from mmatch.errors import InputError, Problem, Problems, excerpt

LONGEST_TEXT = 10_000
NIGHT, MORNING = (60, 6 * 60), 8 * 60  # "1-3" and "5-7" without am or pm begin and end between these minutes
_GRIDS = {7 * 24: 60, 7 * 48: 30, 7 * 96: 15}
_CLOCK = r"\d{1,2}(?::\d{2})?"
_PLAIN = re.compile(rf"({'|'.join(DAYS)}) ({_CLOCK})-({_CLOCK})", re.ASCII)  # as windows are written by `week_text`
_SURE = re.compile(r"\b0\d|\d\s*a\.?m\b|night|nacht|nuit|noche|noite|notte", re.IGNORECASE)
_NEXT = re.compile(r"[;\n|]")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}|\d{1,2}[./]\d{1,2}[./]\d{2,4}")
_IN_BRACKETS = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]")
_OFFSET = re.compile(r"\b(?:UTC|GMT)(?:\s?[+\u2212-]\s?\d{1,2}(?::?\d{2})?)?(?![\w:])", re.IGNORECASE)
_LAST_WORDS = re.compile(r"(?<=[\s\d])[^\W\d_][^\d;\n|,()\[\]:&+-]{0,60}(?=\s*(?:$|[;\n|,]))")


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

    "Mon & Wed, 9-11am (CET)" is ("Mon 9-11; Wed 9-11", "CET"); `zone_from_label` says which place that is. "Tue 1-3" is
    refused: few people are free at night, and who means it writes 01:00-03:00.

    Args:
        text: one text or several; "" is no time at all.
        where: what the text is, for the error.

    Raises:
        InputError: every entry that is no window, hours of the night that may be afternoons, or several time zones.
    """
    windows, zone = _read(text, where)
    night = [window for window in windows if NIGHT[0] <= window.start < NIGHT[1] and window.end <= MORNING]
    if night and isinstance(text, str) and not _SURE.search(text) and not set(text) <= {"0", "1"}:
        message = f"found {excerpt(text)}, which would be at night ({week_text(night)}), expected hours of the day"
        hint = "write hours of the afternoon as 13 to 24, or with pm; if it is the night, write 01:00"
        raise InputError(Problem("window", where, message, hint))
    return week_text(windows), zone


class WindowsRead(NamedTuple):
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
            problems.add("window", where, f"found {type(item).__name__} {excerpt(item)}, expected a text", HINT)
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
def _understood(text: str) -> WindowsRead:
    """What a text says in the language in which all of it is understood: many people write the same."""
    plain = list(_plain_windows(text))
    if plain and None not in plain:
        return WindowsRead(tuple(window for window in plain if window is not None))
    rest, zones = without_zones(text)
    english, _ = _in_language(rest, "en")
    if not english.wrong:
        return english._replace(zones=zones)
    others = [_in_language(rest, language) for language in LANGUAGES[1:]]
    readings = [reading for reading, own in others if own]
    good = {joined(reading.windows) for reading in readings if not reading.wrong}
    if len(good) > 1:
        ways = " or ".join(sorted(map(week_text, good)))
        return WindowsRead((), ((f"found {excerpt(text)}, which can be read as {ways}", HINT),))
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
            plain = "" if label.isupper() else folded(label).casefold()  # "ET" is French for "and" in small letters
            is_word = any(plain in words_of(language).kinds for language in LANGUAGES)
            if not is_word and is_zone_label(label):
                zones.append(label)
                return " ".join(words[:k])
        return match[0]

    rest = _IN_BRACKETS.sub(lambda match: taken(match, (match[1] or match[2] or "").strip()), text)
    rest = _LAST_WORDS.sub(last, _OFFSET.sub(taken, rest))
    return rest, tuple(zones)


def _in_language(text: str, language: str) -> tuple[WindowsRead, bool]:
    """What a text says in a language, and whether it has any word of this language that English lacks."""
    words, found, wrong = words_of(language), [], []
    every = [(entry, _sure(list(words.tokens(folded(entry))))) for entry in _NEXT.split(text)]
    letters = {token.value for _, tokens in every for token in tokens if token.kind in {"days", "letter"}}
    for entry, tokens in every:
        if not tokens and not entry.strip(" ,.()[]"):
            continue
        try:
            found += windows_of(lettered(tokens, len(letters)))
        except Wrong as error:
            dated = bool(_DATE.search(entry))
            message = "which is a date, expected days and times" if dated else str(error)
            hint = f"{HINT}; format cells as text" if dated else error.hint
            wrong.append((f"found {excerpt(entry.strip())}, {message}", hint))
    dates = [token for _, tokens in every for token in tokens if token.kind == "days"]
    if dates and {token.text.casefold() for token in dates} <= set(facts()["unsure"]["dates"]):
        wrong.append((f"found {excerpt(text.strip())}, which is a day or a date, expected days and times", HINT))
    return WindowsRead(tuple(found), tuple(wrong)), any(token.own for _, tokens in every for token in tokens)


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
