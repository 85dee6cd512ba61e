"""The grammars of single cells: numbers, counts in words, yes / maybe / no, roles, modes."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from mmatch.cohort.participants import MODES
from mmatch.errors import excerpt
from mmatch.exact import LARGEST_COUNT
from mmatch.signup.vocabulary import Words, plain, spoken

UNLIMITED = LARGEST_COUNT
_NUMBER = re.compile(r"[+-]?[0-9]{1,400}(\.[0-9]{1,400})?([eE][+-]?[0-9]{1,3})?", re.ASCII)
_TIDY = re.compile(r"-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,15})?", re.ASCII)
_COMMA = re.compile(r"([+-]?)([0-9]{1,3}(?:\.[0-9]{3})+|[0-9]{1,15})(?:,([0-9]{1,15}))?", re.ASCII)
_DATE = re.compile(
    r"\d{4}-\d{2}-\d{2}.*|\d{1,2}[./-][A-Za-z]{3}\w*|[A-Za-z]{3}[./-]\d{1,2}|\d{1,2}[./]\d{1,2}[./](?:\d{2}){1,2}"
)


class Fault(Exception):  # noqa: N818 - never leaves the package: readers turn it into a Problem
    """A cell that does not fit its column: code, what was found and expected, and a hint."""

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        self.code, self.message, self.hint = code, message, hint
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class CountRead:
    """A whole number as somebody wrote it; ``doubt`` says why it may be another: then it is the safe end."""

    value: int
    doubt: str = ""


def number(text: str, *, comma: bool = False) -> int | float:
    """A number such as 3, -2.5 or 25%; with ``comma`` also 0,25 and 1.234,5, where a whole column writes so."""
    digits = text.removesuffix("%").rstrip() if text.endswith("%") else text
    if comma and (found := _COMMA.fullmatch(digits)):
        digits = found[1] + found[2].replace(".", "") + (f".{found[3]}" if found[3] else "")
    if not _NUMBER.fullmatch(digits):
        hint = "plain digits with a point, no separators of thousands" if re.search(r"\d", text) else ""
        raise Fault("number", f"found {excerpt(text)}, expected a number such as 3 or 2.5: not a number", hint)
    value = int(digits) if re.fullmatch(r"[+-]?[0-9]+", digits) and digits == text else float(digits)
    value = value / 100 if text.endswith("%") else value
    if isinstance(value, float) and math.isinf(value):
        raise Fault("number", f"found {excerpt(text)}, expected a finite number: not finite")
    return int(value) if comma and value == int(value) else value


def is_tidy_number(text: str) -> bool:
    """Whether a text is a number and nothing else: no plus sign, no leading zero (007 is a code), at most 15 digits."""
    return _TIDY.fullmatch(text) is not None


def has_decimal_commas(texts: set[str], delimiter: str) -> bool:
    """Whether a column writes its numbers with decimal commas: some do, and all can be read so.

    "1,234" alone may be a thousand in a file whose delimiter is the comma.
    """
    filled = [text.removesuffix("%").rstrip() for text in texts if text]
    clear = r"[+-]?(?:\d{1,15},(?:\d{1,2}|\d{4,15})|0,\d{3}|\d{1,3}(?:\.\d{3})+,\d+)"
    some = any(re.fullmatch(clear if delimiter == "," else r"[+-]?[\d.]+,\d+", text) for text in filled)
    return some and all(_COMMA.fullmatch(text) for text in filled)


def count(text: str, words: Words) -> CountRead:
    """A whole number from 0, in digits or in words of six languages: "Give me three mentees.", "bis zu 3", "no limit".

    Where a text names several numbers or an open end the smallest is taken, with the doubt.
    """
    simple = re.fullmatch(r"([0-9]{1,9})(?:[.,]0)?", text)
    if simple:
        return CountRead(int(simple[1]))
    if any(unicodedata.category(c) in {"Nd", "No", "Nl"} and not c.isascii() for c in text):
        raise Fault("count", f"found {excerpt(text)}, expected one whole number in the digits 0 to 9: not a number")
    if _DATE.fullmatch(text):
        hint = "spreadsheets make dates of texts such as 2-3: write one number"
        raise Fault("count", f"found {excerpt(text)}, a date, expected one whole number", hint)
    phrase = plain(text)
    open_end = any(word.startswith("limit") for word in phrase.split()) and words.has("without", phrase.split())
    if open_end or phrase in words.listed("numbers.unlimited") or text == "\u221e":
        return CountRead(UNLIMITED)
    if phrase in words.listed("numbers.none"):
        return CountRead(0, "may mean 0, or that nothing was stated")
    return _counted(text, phrase, words)


def _counted(text: str, phrase: str, words: Words) -> CountRead:
    padded = f" {phrase} "
    capped = any(f" {most} " in padded for most in words.listed("numbers.most"))
    for most in sorted(words.listed("numbers.most"), key=len, reverse=True):
        padded = padded.replace(f" {most} ", " ")
    least = any(f" {term} " in padded for term in words.listed("numbers.least")) or re.search(r"\d\s*\+", text)
    bare, articles = padded.split(), words.listed("numbers.articles")
    digits = re.findall(r"[0-9]+(?:[.,'_\u00a0 ][0-9]+)*", re.sub(r"[^\W\d_]+", " \\g<0> ", text.casefold()))
    odd = re.search(r"\d[^\W\d_]\d|\d_\d|\d\s*/\s*\d|^\s*-", text) or any(
        not number.isdigit() or len(number) > 9 for number in digits
    )
    found = {words.numbers[word] for word in bare if word in words.numbers and word not in articles}
    found |= set() if odd else set(map(int, digits))
    article = next((k for k, word in enumerate(bare) if word in articles), None)
    if article is not None and not found and phrase != "a":
        found = {1}
    elif article is not None and found and article + 2 < len(bare) and bare[article + 2] in words.numbers:
        found.add(1)  # "ein bis zwei", "uno o dos"
    unsure = not capped and not words.listed("numbers.unsure").isdisjoint(bare)
    vague = {*words.listed("numbers.few"), "half", "dozen", "hundred", "thousand"}
    if unsure and len(found) == 1:
        vague |= {"no", "not", "never"}
    if odd or not found or max(found) > LARGEST_COUNT or not vague.isdisjoint(bare):
        hint = "write one number" if re.search(r"\w", text) else ""
        raise Fault("count", f"found {excerpt(text)}, expected one whole number from 0, in digits or words", hint)
    if len(found) > 1 or least or unsure:
        return CountRead(min(found), f"names {'no single number' if len(found) > 1 else 'an open end'}")
    return CountRead(found.pop())


def answer(text: str, words: Words) -> str:
    """yes, maybe or no: whole answers that are known, and those with a reason after the comma.

    "Yes, but not my first choice" is a maybe; "No preference" is one as well, and is no "no".
    """
    phrase = plain(text) or text.strip()
    if known := words.answers.get(phrase):
        return known
    first, _, rest = text.partition(",")
    head = words.answers.get(plain(first))
    if head and rest:
        hedged = head == "yes" and not words.listed("answers.but").isdisjoint(plain(rest).split())
        return "maybe" if hedged else head
    first_word, _, others = phrase.partition(" ")
    if words.answers.get(first_word) == "yes" and others.startswith("but "):
        return "maybe"
    raise Fault("answer", f"found {excerpt(text)}, expected yes, maybe or no", "say in the mapping what it means")


def yes_or_no(text: str, words: Words) -> bool:
    """A plain yes or no."""
    given = answer(text, words)
    if given == "maybe":
        raise Fault("answer", f"found {excerpt(text)}, expected yes or no")
    return given == "yes"


@lru_cache(maxsize=4096)
def roles(text: str, words: Words) -> frozenset[str]:
    """Who a person is in the program: mentor, mentee, or both."""
    phrase = f" {plain(text)} "
    named = set(spoken(text))
    found = set()
    if named & words.listed("roles.both") or any(f" {both} " in phrase for both in words.listed("roles.both_phrases")):
        found = {"mentor", "mentee"}
    for role in ("mentee", "mentor"):
        for stated in words.listed(f"roles.{role}_phrases"):
            if f" {stated} " in phrase:
                found.add(role)
                phrase = phrase.replace(f" {stated} ", " ")
                named = named & set(phrase.split()) | (named - set(stated.split()))
    found |= _named(text, phrase.split(), named, words)
    if not found or (set(phrase.split()) & words.listed("roles.neither")):
        raise Fault("role", f"found {excerpt(text)}, expected mentor, mentee or both")
    return frozenset(found)


def _named(text: str, phrase: list[str], named: set[str], words: Words) -> set[str]:
    """The roles that the nouns of a cell name; "I am looking for a mentor" is a mentee's answer."""
    found = {role for role in ("mentor", "mentee") if named & words.listed(f"roles.{role}")}
    if len(found) != 1 or words.has("join", phrase):
        return found
    (role,) = found
    nouns = {plain(word) for word in spoken(text) if words.side_of([word]) == role}
    at = next((k for k, word in enumerate(phrase) if word in nouns), 0)
    before = phrase[max(0, at - 3) : at]
    article = bool(before) and before[-1] in words.listed("numbers.articles")
    seeks = words.has("seek", before) or (article and words.has("want", before))
    return {"mentee" if role == "mentor" else "mentor"} if seeks else found


def modes(text: str, words: Words) -> frozenset[str]:
    """How a person can meet: virtual, in person, or both."""
    named = set(re.findall(r"[a-z]+", text.casefold()))
    found = {mode for mode in MODES if named & words.listed(f"modes.{mode}")}
    if named & words.listed("modes.both"):
        found = set(MODES)
    if not found or (named & {"not", "no", "never"} and "preference" not in named):
        raise Fault("modes", f"found {excerpt(text)}, expected virtual, in person or both")
    return frozenset(found)


def priority(text: str, words: Words) -> Any:
    """How urgent: a number, or yes for 2 and no for 1."""
    if _NUMBER.fullmatch(text):
        return number(text)
    try:
        return 2 if yes_or_no(text, words) else 1
    except Fault:
        found = f"found {excerpt(text)}, expected a number (greater is more urgent), or yes or no"
        raise Fault("number", found) from None


def readable(cells: Iterable[str], read: Callable[[str, Words], object], words: Words) -> float:
    """The share of different cells that a grammar of this module reads."""
    found = [fits(cell, read, words) for cell in cells]
    return sum(found) / len(found) if found else 0.0


def fits(cell: str, read: Callable[[str, Words], object], words: Words) -> bool:
    """Whether a grammar of this module reads a cell."""
    try:
        read(cell, words)
    except Fault:
        return False
    return True
