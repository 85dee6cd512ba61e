"""Which hours of the week the head of a column names: "Mon 9-10", "Monday morning", "When are you free? [9-10 AM]"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from mmatch.availability.phrases import Phrases, Wrong
from mmatch.availability.texts import without_zones
from mmatch.availability.words import LANGUAGES, Token, facts, folded, lettered, words_of

LONGEST_HEAD = 500
_BRACKETS = re.compile(r"(.*?)\[([^\[\]]*)\]\s*", re.DOTALL)
_SHORT = re.compile(r"([MTWRFU])(\d{2})(?:[:.h]?(\d{2}))?", re.ASCII)  # M08, T14, R0930
_ROW = "MTWRF_U"


@dataclass(frozen=True, slots=True)
class Slot:
    """The hours that a head names: a day from Monday = 0, start and end in minutes of the day.

    ``day`` is None where the head names hours only, ``start`` where it names a day only: the rest stands in the cells.
    ``end`` is None where the head names no end: "Mon 9" is as long as the other columns say.
    """

    day: int | None = None
    start: int | None = None
    end: int | None = None


@lru_cache(maxsize=4096)
def slot_of_head(head: str) -> Slot | None:
    """The hours of the week that the head of a column names; None where it names none, or anything else beside.

    "Mon 9-10", "Mon 9", "M08", "Monday morning" and "Mon AM" name a day and hours; "Monday" and "Availability [Monday]"
    a day; "9-10 AM" and "When are you free? [Morning]" hours. Languages are those of `parse_week`.
    """
    if len(head) > LONGEST_HEAD:
        return None
    found = _BRACKETS.fullmatch(head)
    if found is None:
        return _slot(head, alone=True)
    outside, inside = _slot(found[1], alone=False), _slot(found[2], alone=False)
    if inside is None or outside is None:
        return inside
    if inside.day is None and outside.start is None:
        return Slot(outside.day, inside.start, inside.end)
    return Slot(inside.day, outside.start, outside.end) if inside.start is None and outside.day is None else inside


def _slot(text: str, *, alone: bool) -> Slot | None:
    """The slot of a head, or of a part of it; ``alone`` where no brackets say that it is about hours."""
    short = _SHORT.fullmatch(text.strip())
    if short:
        minutes = int(short[2]) * 60 + int(short[3] or 0)
        return Slot(_ROW.index(short[1]), minutes) if minutes < 24 * 60 and int(short[3] or 0) < 60 else None
    rest = folded(without_zones(text.replace("_", " "))[0])
    found: set[Slot | None] = set()
    for language in LANGUAGES:
        tokens = lettered(list(words_of(language).tokens(rest)), 1)
        if language == "en" or any(token.own for token in tokens):
            found.add(_of_tokens(tokens, alone=alone))
    found.discard(None)
    return found.pop() if len(found) == 1 else None


def _of_tokens(tokens: list[Token], *, alone: bool) -> Slot | None:
    if not tokens or any(token.kind == "?" for token in tokens):
        return None
    days = [token for token in tokens if token.kind == "days"]
    start, end = _hours([token for token in tokens if token.kind not in {"days", "and"}])
    if len(days) > 1 or (days and len(days[0].value) > 1) or (start is None and len(tokens) > len(days)):
        return None
    word = days[0].text.casefold() if days else ""
    unsure = facts()["unsure"]
    if word in unsure["dates"] or (start is None and alone and (len(word) < 3 or word in unsure["heads"])):
        return None
    sure = not alone or any(token.kind == "part" or (token.kind == "time" and token.value.sure) for token in tokens)
    if not days and (end is None or not sure):
        return None  # "9" and "1-5" are anything
    return Slot(days[0].value[0] if days else None, start, end)


def _hours(tokens: list[Token]) -> tuple[int | None, int | None]:
    """Start and end of the hours that are left of a head without its day; the end is None where only a start stands."""
    while tokens and tokens[0].kind == "to":
        tokens = tokens[1:]
    if len(tokens) == 1 and tokens[0].kind == "time":
        minutes = tokens[0].value.minutes()
        return (minutes, None) if minutes is not None and minutes < 24 * 60 else (None, None)
    try:
        spans = [span for _, hours in Phrases(tokens).read() for span in hours]
    except Wrong:
        return None, None
    return spans[0] if len(spans) == 1 else (None, None)
