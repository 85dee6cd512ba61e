"""The words of weekly hours in several languages: a text as days, clock times, parts of the day, and signs."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
LANGUAGES = ("en", "de", "fr", "es", "pt", "it")
_GROUPS = {"weekdays": tuple(range(5)), "weekend": (5, 6), "daily": tuple(range(7))}
_GROUPS |= {name: (day,) for day, name in enumerate(DAYS)}
_LETTERS = {"M": 0, "T": 1, "TU": 1, "W": 2, "TH": 3, "R": 3, "F": 4, "SA": 5, "SU": 6}
_LETTER = re.compile("TH|TU|SA|SU|[MTWRF]", re.IGNORECASE)
_DASH = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212~", "-") | {"\u2019": "'"})
_END = r"(?![^\W\d_])"  # no letter follows
_HALF = r"[ap]\.?\s?m\b\.?"


class Clock(NamedTuple):
    """A time of day as it was written: "9", "9:30 pm", "noon"; ``sure`` where nothing but this hour can be meant."""

    hour: int
    minute: int
    half: str
    sure: bool
    named: bool = False

    def minutes(self, half: str = "") -> int | None:
        """Minutes of the day; None where no clock shows this."""
        half = self.half or half
        if half and not 1 <= self.hour <= 12:
            return None
        hour = self.hour % 12 + (12 if half == "p" else 0) if half else self.hour
        total = hour * 60 + self.minute
        return total if self.minute < 60 and total <= 24 * 60 else None


class Token(NamedTuple):
    """A piece of a text: its kind, what it means, how it was written, and whether only one language has it."""

    kind: str
    value: Any
    text: str
    own: bool = False


@dataclass(frozen=True, slots=True)
class TimeWords:
    """What the words of a language and of English mean."""

    kinds: Mapping[str, str]
    own: frozenset[str]
    pattern: re.Pattern[str]

    def tokens(self, text: str) -> Iterator[Token]:
        """The pieces of a text; kind "?" is what no word of these languages is."""
        for match in self.pattern.finditer(text):
            kind, said = match.lastgroup or "", match[0].strip()
            if kind == "time":
                yield Token("time", _clock(match), said)
            elif kind == "word":
                key = " ".join(said.casefold().replace("-", " ").split())
                meant = self.kinds.get(key, "?")
                if meant != "noise":
                    yield _word(meant, said, own=key in self.own)
            elif kind == "letters":
                days = tuple(_LETTERS[part.upper()] for part in _LETTER.findall(said))  # MWF or TTh
                in_order = list(days) == sorted(set(days))
                kind = "?" if not in_order else "days" if len(days) > 1 else "letter"
                yield Token(kind, days if in_order else None, said)
            elif kind == "sign":
                yield Token("to" if said == "-" else "and", said, said)
            elif kind == "other":
                yield Token("?", None, said)


def _word(meant: str, said: str, *, own: bool) -> Token:
    if meant in _GROUPS:
        return Token("days", _GROUPS[meant], said, own)
    if meant in {"noon", "midday", "midnight"}:
        half = "a" if meant == "midnight" else "p"
        return Token("midday" if meant == "midday" else "time", Clock(12, 0, half, sure=True, named=True), said, own)
    if meant in facts()["hours"]:
        return Token("part", meant, said, own)
    return Token(meant, None, said, own)


def _clock(match: re.Match[str]) -> Clock:
    hour, minute = match["hour"], match["minute"] or ""
    if len(hour) == 4:
        return Clock(int(hour[:2]), int(hour[2:]), "", sure=True)
    half = (match["half"] or "").strip()[:1].casefold()
    sure = bool(half or minute or match["unit"] or hour[0] == "0" or int(hour) > 12)
    return Clock(int(hour), int(minute or 0), half, sure)


@cache
def facts() -> dict[str, Any]:
    """The file of words."""
    text = resources.files("mmatch.availability").joinpath("words.toml").read_text(encoding="utf-8")
    found: dict[str, Any] = tomllib.loads(text)
    return found


@cache
def words_of(language: str) -> TimeWords:
    """The words of a language, and those of English that it lacks."""
    english = _kinds(facts()["en"])
    kinds = english | _kinds(facts()[language])
    own = frozenset(word for word, kind in kinds.items() if word not in english and kind != "noise")
    phrases = (re.escape(word).replace(r"\ ", r"(?:\s+|\s?-\s?)") for word in sorted(kinds, key=len, reverse=True))
    space = "" if language == "de" else r"\s?"  # "9-12 am Montag" is no morning
    pattern = (
        rf"(?P<time>(?P<hour>(?<!\d)(?:\d{{4}}|\d{{1,2}})(?!\d))(?:[:.h]\s?(?P<minute>\d{{2}})(?!\d))?"
        rf"(?P<half>{space}{_HALF}|[ap](?![\w.]))?(?P<unit>\s?(?:uhr|hs?|hrs?|o'clock){_END})?)"
        rf"|(?<![^\W\d_])(?P<word>(?:{'|'.join(phrases)})(?:(?<=')|{_END}))"
        rf"|(?<![^\W\d_])(?P<letters>(?-i:(?:T[hHuU]|S[aAuU]|[MTWRF])+){_END})"
        r"|(?P<sign>[-,&/+])|(?P<space>[\s():.\[\]]+)|(?P<other>[^\W\d_]+|.)"
    )
    return TimeWords(kinds, own, re.compile(pattern, re.IGNORECASE | re.DOTALL))


def _kinds(table: Mapping[str, Sequence[str]]) -> dict[str, str]:
    return {word.replace("-", " "): kind for kind, words in table.items() for word in words}


def folded(text: str) -> str:
    """The text without accents, its dashes as hyphens, and German days apart from the parts of the day."""
    plain = unicodedata.normalize("NFKD", text.translate(_DASH))
    plain = "".join(c for c in plain if not unicodedata.combining(c)).translate(_DASH)
    return _glued().sub(r"\1 ", " ".join(plain.split()))


@cache
def _glued() -> re.Pattern[str]:
    glued = facts()["glued"]
    return re.compile(rf"\b({'|'.join(glued['days'])})(?={'|'.join(glued['parts'])})", re.IGNORECASE)


def lettered(tokens: Sequence[Token], days: int) -> list[Token]:
    """Tokens in which a single letter is a day where others stand beside it: "M, W 9-10"."""
    kind = "days" if days > 1 else "?"
    return [token._replace(kind=kind) if token.kind == "letter" else token for token in tokens]
