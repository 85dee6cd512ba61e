"""Rank lists and avoid lists: immutable tuples, ties one level deep, nobody twice."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any

from mmatch.errors import excerpt

if TYPE_CHECKING:
    from mmatch.cohort.attributes import Note
    from mmatch.cohort.columns import FrozenRanks


def clean_ranks(value: Any, _own: str, note: Note) -> FrozenRanks | None:
    """A rank list, best first; an inner list is a tie."""
    if value is None:
        return None
    if type(value) not in {tuple, list}:
        note("ranks", f"found {type(value).__name__} {excerpt(value)}, expected a list of ids, best first")
        return None
    if plain_list(value):
        return tuple(value)
    seen: dict[str, int] = {}
    entries: list[str | tuple[str, ...]] = []
    for rank, entry in enumerate(value, 1):
        tie = tuple(entry) if type(entry) in {tuple, list} else (entry,)
        if not tie or not all(isinstance(name, str) and name for name in tie):
            note("ranks", f"rank {rank} is {excerpt(entry)}, expected an id or a list of tied ids")
            continue
        names = tuple(unicodedata.normalize("NFC", str.__str__(name)) for name in tie)
        for name in names:
            if name in seen:
                note("ranks", f"{excerpt(name)} stands at rank {seen[name]} and again at rank {rank}")
            seen.setdefault(name, rank)
        entries.append(names if type(entry) in {tuple, list} and len(names) > 1 else names[0])
    return tuple(entries)


def plain_list(value: Any) -> bool:
    """Whether a list holds different, non-empty ASCII texts alone: nothing in it needs a second look."""
    if not set(map(type, value)) <= {str}:
        return False
    different = set(value)
    return "".join(value).isascii() and "" not in different and len(different) == len(value)


def clean_avoids(value: Any, own: str, note: Note) -> tuple[str, ...]:
    """Ids of people never to meet."""
    if type(value) not in {tuple, list, set, frozenset} or not all(type(name) is str for name in value):
        note("avoids", f"found {excerpt(value)}, expected a list of ids")
        return ()
    names = sorted({unicodedata.normalize("NFC", name) for name in value})
    if own in names:
        note("self", "a person cannot avoid themselves")
    return tuple(name for name in names if name != own)
