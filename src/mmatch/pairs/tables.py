"""Attributes as bits, rank lists as sorted keys: what lets rules and aims look at millions of pairs at once."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mmatch.errors import InputError, Problem, excerpt
from mmatch.people.columns import Bools, Ints
from mmatch.people.texts import suggestion

if TYPE_CHECKING:
    from mmatch.people import Cohort

WORD = 63  # bits used of an int64


@dataclass(frozen=True)
class Coded:
    """One attribute of everybody as bits: person p has value v where bit v % 63 of words[v // 63][p] is set."""

    words: tuple[Ints, ...]
    stated: Bools


@dataclass(frozen=True)
class RankTable:
    """Rank lists as sorted keys (who x n + whom) with ranks from 1; ``stated`` tells who has a list."""

    keys: Ints
    ranks: Ints
    stated: Bools
    width: int

    def look_up(self, who: Ints, whom: Ints) -> Ints:
        """The rank that ``who`` gives ``whom``: 1 where nobody stated a list, 0 where the list leaves them out."""
        key = who * self.width + whom
        ranks = looked_up(self.keys, self.ranks, key, 0)
        return np.where(self.stated[who], ranks, 1)


def looked_up(keys: Ints, values: Ints, wanted: Ints, default: int) -> Ints:
    """``values`` at the sorted ``keys`` that equal ``wanted``; ``default`` where there is none."""
    if len(keys) == 0:
        return np.full(np.shape(wanted), default, dtype=np.int64)
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[place] == wanted, values[place], default)


def relative(owner: Ints, values: Ints, n: int, scale: str, grid: int) -> Ints:
    """round(grid * (value - least) / (greatest - least)) over the values of one owner, or value / greatest; else 0."""
    greatest, least = np.full(n, np.iinfo(np.int64).min), np.full(n, np.iinfo(np.int64).max)
    np.maximum.at(greatest, owner, values)
    np.minimum.at(least, owner, values)
    base = least[owner] if scale == "range" else np.zeros_like(values)
    over, under = values - base, greatest[owner] - base
    sound = under > 0
    share = np.zeros(len(values), dtype=np.float64)
    np.divide(over, under, out=share, where=sound)
    return np.rint(share * grid).astype(np.int64)


def unknown_attribute(cohort: Cohort, name: str) -> InputError:
    """The error where nobody has an attribute."""
    text, hint = f"nobody has the attribute {excerpt(name)}", suggestion(name, cohort.attribute_names)
    return InputError(Problem("unknown-attribute", "program", text, hint))


def coded_attribute(cohort: Cohort, name: str) -> Coded:
    """An attribute as bits.

    Raises:
        InputError: where nobody has it.
    """
    values = cohort.attributes_of(name)
    if values is None:
        raise unknown_attribute(cohort, name)
    codes: dict[tuple[bool, Any], int] = {}
    lists = [() if v is None else v if isinstance(v, tuple) else (v,) for v in values]
    coded = [[codes.setdefault((isinstance(v, bool), v), len(codes)) for v in items] for items in lists]
    words = np.zeros(((len(codes) + WORD - 1) // WORD, len(coded)), dtype=np.int64)
    for person, items in enumerate(coded):
        for code in items:
            words[code // WORD, person] |= 1 << (code % WORD)
    return Coded(tuple(words), np.array([bool(items) for items in lists], dtype=bool))


def rank_table(
    lists: Iterable[Any], rows: Callable[[str], tuple[int, ...]], width: int, special: Container[str] = ()
) -> RankTable:
    """Lists as sorted keys; a ``special`` name (an offer's own) goes before one that stands for several rows."""
    best: dict[int, tuple[bool, int]] = {}
    stated = []
    for who, entries in enumerate(lists):
        stated.append(entries is not None)
        for rank, entry in enumerate(entries or (), 1):
            for name in entry if isinstance(entry, tuple) else (entry,):
                candidate = (name not in special, rank)
                for row in rows(name):
                    key = who * width + row
                    best[key] = min(best.get(key, candidate), candidate)
    keys = np.array(sorted(best), dtype=np.int64)
    ranks = np.array([best[k][1] for k in keys.tolist()], dtype=np.int64)
    return RankTable(keys, ranks, np.array(stated, dtype=bool), width)
