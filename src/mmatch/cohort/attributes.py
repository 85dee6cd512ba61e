"""The smaller fields of a participant: each cleaner takes (value, own id, note) and gives an immutable value."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from mmatch.availability import zone_exists
from mmatch.cohort.columns import FrozenRanks
from mmatch.cohort.participants import MODES
from mmatch.errors import excerpt
from mmatch.exact import number_fault
from mmatch.text import nfc

Note = Callable[[str, str], None]
RESERVED = ("site", "timezone")


def clean_text(value: Any, _own: str, note: Note) -> str:
    """A text without control characters other than line breaks."""
    if type(value) is not str:
        note("type", f"found {type(value).__name__} {excerpt(value)}, expected text")
        return ""
    try:
        value.encode()
    except UnicodeEncodeError as error:
        note("unicode", f"{excerpt(value)} is not valid Unicode: lone surrogate at position {error.start}")
        return ""
    return nfc(value)


def is_address(text: str) -> bool:
    """Whether a text has the form of one e-mail address: something, an @, a domain, and no spaces."""
    return re.fullmatch(r"[^@\s<>,;]+@[^@\s<>,;.]+(\.[^@\s<>,;.]+)*", text) is not None


def clean_email(value: Any, own: str, note: Note) -> str:
    """One e-mail address, or the empty text."""
    text = clean_text(value, own, note)
    if text and not is_address(text):
        note("email", f"found {excerpt(text)}, expected one e-mail address")
    return text


def clean_language(value: Any, own: str, note: Note) -> str:
    """A tag of a language, or the empty text."""
    text = clean_text(value, own, note)
    if text and not re.fullmatch(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*", text):
        note("language", f"found {excerpt(text)}, expected a tag such as de or pt-BR")
    return text


def clean_availability(value: Any, own: str, note: Note) -> str | tuple[str, ...] | None:
    """Weekly windows as text, one text or several; planning reads them."""
    if value is None:
        return None
    if type(value) in {tuple, list}:
        return tuple(clean_text(item, own, note) for item in value)
    return clean_text(value, own, note)


def clean_zone(value: Any, own: str, note: Note) -> str | None:
    """An IANA time zone name."""
    if value is None:
        return None
    text = clean_text(value, own, note)
    if not text or not zone_exists(text):
        note("timezone", f"unknown time zone {excerpt(value)}, expected a name such as Europe/Berlin")
        return None
    return text


def clean_modes(value: Any, _own: str, note: Note) -> frozenset[str]:
    """How a person can meet."""
    given = (value,) if type(value) is str else value
    if (
        type(given) not in {set, frozenset, tuple, list}
        or not all(type(m) is str for m in given)
        or not set(given) <= MODES
    ):
        note("modes", f"found {excerpt(value)}, expected a set of {' and '.join(sorted(MODES))}")
        return MODES
    return frozenset(given)


def clean_attributes(value: Any, own: str, note: Note) -> Mapping[str, Any]:
    """A read-only copy: texts, numbers, yes/no, or flat lists of these; None and empty lists are "not stated"."""
    if not isinstance(value, Mapping):
        note("type", f"found {type(value).__name__} {excerpt(value)}, expected {{name: value}}")
        return MappingProxyType({})
    clean = {}
    for name, item in value.items():
        if type(name) is not str or not name or name in RESERVED:
            note("attribute", f"found the name {excerpt(name)}, expected a text other than {', '.join(RESERVED)}")
        elif item is not None:
            clean[name] = _attribute(item, f"attribute {excerpt(name)}", own, note)
    return MappingProxyType(clean)


def _attribute(item: Any, name: str, own: str, note: Note) -> Any:
    if type(item) is str:
        return item if item.isascii() else clean_text(item, own, note)
    if type(item) is bool or (type(item) is int and abs(item) < 2**63):
        return item
    if type(item) in {tuple, list, set, frozenset}:
        items = sorted(item, key=str) if type(item) in {set, frozenset} else item
        nested = [type(i) for i in items if type(i) in {tuple, list, set, frozenset, dict}]
        if nested:
            note("attribute", f"{name}: a list holds a {nested[0].__name__}, expected a flat list")
            return ()
        return tuple(_attribute(i, name, own, note) for i in items)
    fault = number_fault(item, name)
    if fault:
        note("attribute", f"{name}: {fault.split(', expected')[0]}, expected text, a number, yes/no or a list of these")
        return 0
    return int(item) if item == int(item) else float(item)


def clean_ranks(value: Any, _own: str, note: Note) -> FrozenRanks | None:
    """A rank list, best first; an inner list is a tie."""
    if value is None:
        return None
    if type(value) not in {tuple, list}:
        note("ranks", f"found {type(value).__name__} {excerpt(value)}, expected a list of ids, best first")
        return None
    if set(map(type, value)) <= {str} and "".join(value).isascii() and len(set(value) - {""}) == len(value):
        return tuple(value)  # different texts of ASCII letters alone need no second look
    seen: dict[str, int] = {}
    entries: list[str | tuple[str, ...]] = []
    for rank, entry in enumerate(value, 1):
        tie = tuple(entry) if type(entry) in {tuple, list} else (entry,)
        if not tie or not all(isinstance(name, str) and name for name in tie):
            note("ranks", f"rank {rank} is {excerpt(entry)}, expected an id or a list of tied ids")
            continue
        names = tuple(nfc(str.__str__(name)) for name in tie)
        for name in names:
            if name in seen:
                note("ranks", f"{excerpt(name)} stands at rank {seen[name]} and again at rank {rank}")
            seen.setdefault(name, rank)
        entries.append(names if type(entry) in {tuple, list} and len(names) > 1 else names[0])
    return tuple(entries)


def clean_avoids(value: Any, own: str, note: Note) -> tuple[str, ...]:
    """Ids of people never to meet."""
    if type(value) not in {tuple, list, set, frozenset} or not all(type(name) is str for name in value):
        note("avoids", f"found {excerpt(value)}, expected a list of ids")
        return ()
    names = sorted({nfc(name) for name in value})
    if own in names:
        note("self", "a person cannot avoid themselves")
    return tuple(name for name in names if name != own)
