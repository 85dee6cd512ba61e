"""What a valid id is, and how a bad one is described."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from mmatch.errors import MOST_SHOWN, Problems, excerpt

LONGEST_ID = 256
_PLAIN = re.compile(r"[!-~](?:[ -~]{0,254}[!-~])?")
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff"


def clean_ids(
    values: Sequence[Any], where: Callable[[int], str], problems: Problems, *, empty: bool = False
) -> list[str]:
    """The ids as NFC text; every bad one is noted and replaced by a harmless text.

    Args:
        values: what the user gave.
        where: the place of value i, for messages.
        problems: where bad ids are noted.
        empty: whether the empty text is allowed (topics).
    """
    if plain_ids(values, empty=empty):
        return list(values)
    return [_clean_id(value, where(row), problems, empty=empty) for row, value in enumerate(values)]


def plain_ids(values: Sequence[Any], *, empty: bool = False) -> bool:
    """Whether all are printable ASCII texts: nothing in them needs a second look."""
    plain = _PLAIN.fullmatch
    return set(map(type, values)) <= {str} and all(plain(v) or (empty and not v) for v in values)


def _clean_id(value: object, where: str, problems: Problems, *, empty: bool) -> str:
    code, fault, hint = _fault(value, empty=empty)
    if fault:
        problems.add(code, where, fault, hint)
        return ""
    return nfc(str.__str__(value))


def _fault(value: object, *, empty: bool) -> tuple[str, str, str]:
    """(code, message, hint) of what is wrong with an id; empty texts where nothing is."""
    if (
        value is None
        or (isinstance(value, float) and value != value)  # noqa: PLR0124 - NaN
        or (isinstance(value, str) and not value and not empty)
    ):
        return "id-missing", f"found {excerpt(value)}, expected an id: the id is empty or missing", ""
    if isinstance(value, bool) or not isinstance(value, str):
        shown = excerpt(value)
        plain = isinstance(value, int) and not isinstance(value, bool) and value.bit_length() < 200
        hint = f"write {str(value)!r} as text" if plain else ""
        return "id-type", f"found {type(value).__name__} {shown}, expected text: ids are strings", hint
    if len(value) > LONGEST_ID:
        return "id-long", f"the id is {len(value)} characters, limit {LONGEST_ID}", ""
    return _character_fault(value)


def _character_fault(value: str) -> tuple[str, str, str]:
    for position, character in enumerate(value):
        kind = unicodedata.category(character)
        if kind == "Cs":
            return "id-unicode", f"{excerpt(value)} is not valid Unicode: lone surrogate at position {position}", ""
        if kind in {"Cc", "Zl", "Zp"} or character in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069":
            place = f"control character U+{ord(character):04X} at position {position}"
            return "id-control", f"{excerpt(value)} has a {place}", ""
    if value != value.strip() or value.strip(_INVISIBLE) != value:
        return (
            "id-space",
            f"{excerpt(value)} begins or ends with a space",
            f"trim it to {excerpt(value.strip().strip(_INVISIBLE))}",
        )
    return "", "", ""


def nfc(text: str) -> str:
    """The text as ids are kept: NFC."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def lookalikes(ids: Iterable[str]) -> list[tuple[str, str]]:
    """Pairs of ids that differ only by case or by spaces inside: probably one person twice."""
    seen: dict[str, str] = {}
    found = []
    for name in ids:
        key = "".join(name.casefold().split())
        if key in seen:
            found.append((seen[key], name))
        seen.setdefault(key, name)
    return found


def suggestion(wanted: Any, known: Iterable[str]) -> str:
    """A hint with the closest known name, or nothing."""
    import difflib

    pool = list(known) if type(wanted) is str else []
    close = difflib.get_close_matches(wanted, pool, n=1, cutoff=0.6) if len(pool) <= 20_000 else []
    return f"did you mean {excerpt(close[0])}?" if close else ""


def note_unknown(
    problems: Problems, where: str, wanted: Any, known: Iterable[str], *, code: str = "unknown-id", text: str = ""
) -> None:
    """Note a name that nobody has, with the closest one: only while the message shows it, as each look takes time."""
    hint = suggestion(wanted, known) if len(problems) < MOST_SHOWN else ""
    problems.add(code, where, text or f"unknown id {excerpt(wanted)}", hint)
