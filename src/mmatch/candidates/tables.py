"""Attributes as bits, rank lists as sorted keys: what lets rules and aims look at millions of pairs at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mmatch.arrays import NONE, WORD, Bools, Ints, by_key, looked_up, products
from mmatch.errors import InputError, Problem, excerpt
from mmatch.text import suggestion

if TYPE_CHECKING:
    from mmatch.cohort import Cohort
    from mmatch.cohort.columns import Listed, Offers


@dataclass(frozen=True)
class Coded:
    """One attribute of everybody as bits: person p has value v where bit v % 63 of words[v // 63][p] is set."""

    words: tuple[Ints, ...]
    stated: Bools


@dataclass(frozen=True)
class RankTable:
    """Rank lists as sorted keys (left x width + right) with ranks from 1; ``stated`` tells who has a list."""

    keys: Ints
    ranks: Ints
    stated: Bools
    width: int

    def look_up(self, left: Ints, right: Ints, who: Ints) -> Ints:
        """The rank that ``who`` gives: 1 where nobody stated a list, 0 where the list leaves the other out."""
        ranks = looked_up(self.keys, self.ranks, left * self.width + right, 0)
        return ranks if ranks.all() else np.where((ranks == 0) & ~self.stated[who], 1, ranks)


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


def coded_attributes(cohort: Cohort, *names: str) -> list[Coded]:
    """Attributes as bits: what is equal has the same bit in all of them.

    Raises:
        InputError: where nobody has one of them.
    """
    codes: dict[tuple[bool, Any], int] = {}
    columns = []
    for name in names:
        values = cohort.attributes_of(name)
        if values is None:
            raise unknown_attribute(cohort, name)
        lists = [() if v is None else v if isinstance(v, tuple) else (v,) for v in values]
        columns.append([[codes.setdefault((isinstance(v, bool), v), len(codes)) for v in items] for items in lists])
    return [_coded(column, (len(codes) + WORD - 1) // WORD) for column in columns]


def _coded(column: list[list[int]], n_words: int) -> Coded:
    words = np.zeros((n_words, len(column)), dtype=np.int64)
    for person, items in enumerate(column):
        for code in items:
            words[code // WORD, person] |= 1 << (code % WORD)
    return Coded(tuple(words), np.array([bool(items) for items in column], dtype=bool))


def people_table(lists: Listed) -> RankTable:
    """Lists of people as sorted keys (named x n + owner): pairs stand by whom."""
    table = RankTable(*lists.by_other, lists.stated, len(lists.stated))
    lists.let_go()
    return table


def offer_table(lists: Listed, offers: Offers) -> RankTable:
    """Lists of people and of offers as sorted keys of offers; an offer's own name goes before its owner's."""
    own, width, n = lists.named == NONE, len(offers.owner), len(lists.stated)
    edge = np.searchsorted(offers.owner, np.arange(n + 1))
    if not len(lists.others) and (np.bincount(offers.owner, minlength=n) == 1)[lists.named].all():
        keys, ranks = lists.taken()  # sorted by person, as the lists are
        keys -= np.multiply(lists.owner, n, dtype=np.int64)
        return RankTable(products(lists.owner, width, edge[keys]), ranks, lists.stated, width)
    first, size = edge[lists.named], np.diff(edge)[lists.named]  # of nobody's offers too, put right below
    if len(lists.others):
        first[own], size[own] = [offers.index[name] for name in lists.others], 1
    if (size == 1).all():
        keys, ranks, later = products(lists.owner, width, first), lists.rank.astype(np.int64), ~own
    else:
        row = np.repeat(first, size) + np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
        keys, ranks, later = (
            np.repeat(column, size) for column in (products(lists.owner, width, 0), lists.rank.astype(np.int64), ~own)
        )
        keys = keys + row
    if not (own.any() and not own.all()):
        rows = (keys, ranks) if (np.diff(keys) > 0).all() else by_key(keys, ranks)
        return RankTable(*rows, lists.stated, width)
    order = np.lexsort((ranks, later, keys))
    keys = keys[order]
    best = np.concatenate([[True], np.diff(keys) > 0])
    return RankTable(keys[best], ranks[order][best], lists.stated, width)
