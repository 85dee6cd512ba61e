"""A cohort as columns: one frozen table each for people, offers, requests, topics, meetings and scores.

Integer columns hold `NONE` where a user wrote None; a whole column is None where nobody stated anything.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, groupby, repeat
from operator import itemgetter
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from mmatch.arrays import NONE, Bools, Floats, Ints, Rows, by_key, frozen_floats, frozen_ints, products, shortlex
from mmatch.cohort.participants import any_label

if TYPE_CHECKING:
    from numpy.typing import NDArray

_FAR = np.iinfo(np.int64).max
FrozenRanks = tuple[str | tuple[str, ...], ...]


@dataclass(frozen=True)
class Listed:
    """All names on many rank lists, one entry a name: whose list it is, whom it names, at which rank from 1.

    ``named`` is `NONE` where the name is nobody's id; these names stand in ``others``, in order. ``stated`` tells who
    has a list at all.
    """

    owner: Rows
    named: Rows
    rank: Rows
    others: tuple[str, ...]
    stated: Bools

    @cached_property
    def by_person(self) -> tuple[Ints, Ints]:
        """Sorted keys (owner x n + named), and ranks."""
        return by_key(products(self.owner, len(self.stated), self.named), self.rank)

    @cached_property
    def by_other(self) -> tuple[Ints, Ints]:
        """Sorted keys (named x n + owner), and ranks."""
        return by_key(products(self.named, len(self.stated), self.owner), self.rank)

    @property
    def tied(self) -> bool:
        """Whether any list has equals."""
        return bool(((np.diff(self.owner) == 0) & (np.diff(self.rank) == 0)).any())

    def taken(self) -> tuple[Ints, Ints]:
        """What `by_person` gives, for one caller alone who may write in it: two threads never get the same arrays."""
        kept: tuple[Ints, Ints] | None = self.__dict__.pop("by_person", None)
        return by_key(products(self.owner, len(self.stated), self.named), self.rank) if kept is None else kept

    def let_go(self) -> None:
        """Keep nothing sorted by the other side any longer: whoever needed it has it."""
        self.__dict__.pop("by_other", None)


class Opened(Sequence[FrozenRanks | None]):
    """Lists of people, held as columns: the list of one person is made when somebody looks at it.

    Args:
        lists: one entry a name, by row, best first; equal ranks are ties.
        ids: of everybody.
    """

    def __init__(self, lists: Listed, ids: tuple[str, ...]) -> None:
        self.listed = lists
        self._ids = ids
        self._start: Ints = np.searchsorted(lists.owner, np.arange(len(ids) + 1, dtype=np.int32))

    def __len__(self) -> int:
        return len(self._ids)

    def __getitem__(self, row: Any) -> Any:
        """The list in a row, None where nothing is stated."""
        if isinstance(row, slice):
            return [self[k] for k in range(*row.indices(len(self)))]
        row = range(len(self))[row]
        if not self.listed.stated[row]:
            return None
        own = slice(self._start[row], self._start[row + 1])
        names = [self._ids[k] for k in self.listed.named[own].tolist()]
        levels = groupby(zip(self.listed.rank[own].tolist(), names, strict=True), key=itemgetter(0))
        ties = [tuple(name for _, name in level) for _, level in levels]
        return tuple(names if len(names) > 1 else names[0] for names in ties)


def opened_rows(rows: Ints, size: Ints) -> tuple[Rows, Rows]:
    """(each row as often as its list is long, ranks from 1 within each list)."""
    owner = np.repeat(rows.astype(np.int32), size)
    rank = np.arange(1, len(owner) + 1, dtype=np.int32)
    rank -= np.repeat((np.cumsum(size) - size).astype(np.int32), size)
    return owner, rank


def listed(lists: Sequence[FrozenRanks | None], index: Mapping[str, int]) -> Listed:
    """Rank lists opened, ties too."""
    if isinstance(lists, Opened):
        return lists.listed
    size = np.fromiter((len(entries or ()) for entries in lists), dtype=np.int64, count=len(lists))
    names: list[Any] = list(chain.from_iterable(entries for entries in lists if entries))
    owner, rank = opened_rows(np.arange(len(size)), size)
    if tuple in set(map(type, names)):
        ties = [entry if isinstance(entry, tuple) else (entry,) for entry in names]
        times = list(map(len, ties))
        names, owner, rank = list(chain.from_iterable(ties)), np.repeat(owner, times), np.repeat(rank, times)
    named = np.fromiter(map(index.get, names, repeat(NONE)), dtype=np.int32, count=len(names))
    others = tuple(names[k] for k in np.flatnonzero(named == NONE).tolist())
    stated = np.fromiter((entries is not None for entries in lists), dtype=bool, count=len(lists))
    return Listed(owner, named, rank, others, stated)


@dataclass(frozen=True)
class People:
    """One row a participant, in the order given."""

    ids: tuple[str, ...]
    capacity: Ints
    groups: Ints
    min_load: Ints
    names: tuple[str, ...] | None = None
    emails: tuple[str, ...] | None = None
    languages: tuple[str, ...] | None = None
    availability: tuple[str | tuple[str, ...] | None, ...] | None = None
    timezones: tuple[str | None, ...] | None = None
    sites: tuple[str, ...] | None = None
    modes: tuple[frozenset[str], ...] | None = None
    attributes: tuple[Mapping[str, Any], ...] | None = None
    ranks: Sequence[FrozenRanks | None] | None = None
    mentee_ranks: Sequence[FrozenRanks | None] | None = None
    avoids: tuple[tuple[str, ...], ...] | None = None

    @cached_property
    def index(self) -> dict[str, int]:
        """Id to row."""
        return {name: row for row, name in enumerate(self.ids)}

    @cached_property
    def name_of(self) -> dict[str, str]:
        """Id to name, where people have names."""
        return dict(zip(self.ids, self.names, strict=True)) if self.names else {}

    @cached_property
    def called(self) -> dict[str, str]:
        """Id to what people are called in sentences: the name, with the id where two share it; the id where none is."""
        names = self.names or self.ids
        count = Counter(name.casefold() for name in names)
        shown = ((who, name, count[name.casefold()] > 1) for who, name in zip(self.ids, names, strict=True))
        return {who: (f"{name} ({who})" if shared else name) if name else who for who, name, shared in shown}

    @cached_property
    def wishes(self) -> Listed | None:
        """Everybody's ``ranks``, opened; None where nobody stated any."""
        return None if self.ranks is None else listed(self.ranks, self.index)

    @cached_property
    def orders(self) -> Listed | None:
        """Everybody's ``mentee_ranks``, opened; None where nobody stated any."""
        return None if self.mentee_ranks is None else listed(self.mentee_ranks, self.index)


@dataclass(frozen=True)
class Offers:
    """One row an offer; the rows of one owner stand together. ``least`` and ``most`` are `NONE` where not stated."""

    owner: Ints
    topic: Ints
    level: Floats
    seats: Ints
    least: Ints
    most: Ints
    ids: tuple[str, ...]

    @classmethod
    def on_any_topic(cls, owner: Ints, ids: Iterable[str]) -> Offers:
        """One offer of each owner, of which nothing is stated."""
        none, unknown = frozen_ints(np.full(len(owner), NONE)), frozen_floats(np.full(len(owner), np.nan))
        return cls(frozen_ints(owner), frozen_ints(np.zeros(len(owner))), unknown, none, none, none, tuple(ids))

    @cached_property
    def index(self) -> dict[str, int]:
        """Offer id to row."""
        return {name: row for row, name in enumerate(self.ids)}


@dataclass(frozen=True)
class Requests:
    """One row a request; the rows of one owner stand together. ``topic`` may be a choice: see `Topics`."""

    owner: Ints
    topic: Ints
    level: Floats
    priority: Floats
    mentors: Ints
    formats: tuple[str | None, ...] | None = None

    @classmethod
    def on_any_topic(cls, mentors: Ints) -> Requests:
        """One request of each of the first people, for so many mentors."""
        n = len(mentors)
        unknown, ones = frozen_floats(np.full(n, np.nan)), frozen_floats(np.ones(n))
        return cls(frozen_ints(np.arange(n)), frozen_ints(np.zeros(n)), unknown, ones, frozen_ints(mentors))


@dataclass(frozen=True)
class Topics:
    """The topics that anybody names, and the tree over them: ``parent`` is `NONE` at a root.

    ``choices`` are sets of topics of which a request takes any one. Their codes follow those of the topics, so that a
    request has one code whatever it asks for.
    """

    names: tuple[str, ...]
    parent: Ints
    choices: tuple[tuple[int, ...], ...] = ()

    @cached_property
    def index(self) -> dict[str, int]:
        """Topic to code."""
        return {name: code for code, name in enumerate(self.names)}

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """One text for each topic and each choice."""
        return (*self.names, *(any_label(self.names[code] for code in choice) for choice in self.choices))

    @cached_property
    def label_index(self) -> dict[str, int]:
        """Label to code: the first, should a topic be called like a choice."""
        found: dict[str, int] = {}
        for code, label in enumerate(self.labels):
            found.setdefault(label, code)
        return found

    @cached_property
    def of_label(self) -> Ints:
        """For each topic and each choice the code that stands for its label."""
        return np.array([self.label_index[label] for label in self.labels], dtype=np.int64)

    @cached_property
    def members(self) -> Ints:
        """For each topic itself, for each choice its topics, padded with `NONE`."""
        found = np.full((len(self.labels), max(map(len, self.choices), default=1)), NONE, dtype=np.int64)
        found[: len(self.names), 0] = np.arange(len(self.names))
        for code, choice in enumerate(self.choices, len(self.names)):
            found[code, : len(choice)] = choice
        return found

    def topics_of(self, code: int) -> tuple[str, ...]:
        """The names of a topic or of a choice."""
        return tuple(self.names[k] for k in self.members[code].tolist() if k != NONE)

    @cached_property
    def depth(self) -> Ints:
        """Steps from each topic up to its root."""
        depth: Ints = (self.lines != NONE).sum(axis=1) - 1
        return depth

    @cached_property
    def lines(self) -> Ints:
        """For each topic the topics from its root down to itself, padded with `NONE`."""
        found = []
        for code in range(len(self.names)):
            line, up = [], code
            while up != NONE:
                line.append(up)
                up = int(self.parent[up])
            found.append(line[::-1])
        lines = np.full((len(found), max(map(len, found), default=1)), NONE, dtype=np.int64)
        for code, line in enumerate(found):
            lines[code, : len(line)] = line
        return lines

    def steps(self, wanted: Ints, offered: Ints) -> Ints:
        """Steps from what is asked for to a topic along one branch of the tree; `NONE` where they do not meet.

        "" meets all at 0, and of a choice the nearest topic counts.
        """
        if not self.choices or (wanted < len(self.names)).all():
            return self._steps(wanted, offered)
        nearest = np.full(np.broadcast_shapes(wanted.shape, offered.shape), _FAR, dtype=np.int64)
        for column in self.members.T:
            steps = self._steps(column[wanted], offered)
            nearest = np.minimum(nearest, np.where((steps == NONE) | (column[wanted] == NONE), _FAR, steps))
        return np.where(nearest == _FAR, NONE, nearest)

    def _steps(self, one: Ints, other: Ints) -> Ints:
        depth, lines = self.depth, self.lines
        meet = (lines[other, depth[one]] == one) | (lines[one, depth[other]] == other)
        steps = np.where(meet, np.abs(depth[one] - depth[other]), NONE)
        if "" in self.index:
            any_topic = self.index[""]
            steps = np.where((one == any_topic) | (other == any_topic), 0, steps)
        return steps

    @cached_property
    def related(self) -> list[list[int]]:
        """For each topic all topics that it meets, itself included; for each choice those that any of it meets."""
        met: list[set[int]] = [set(line.tolist()) - {NONE} for line in self.lines]
        for code, line in enumerate(self.lines.tolist()):
            for above in line:
                if above != NONE:
                    met[above].add(code)
        if "" in self.index:
            for topics in met:
                topics.add(self.index[""])
            met[self.index[""]] = set(range(len(self.names)))
        met += [set().union(*(met[code] for code in choice)) for choice in self.choices]
        return [sorted(topics) for topics in met]


@dataclass(frozen=True)
class Meetings:
    """One row a past meeting, by id: people who have left may be named."""

    mentor: tuple[str, ...] = ()
    mentee: tuple[str, ...] = ()
    topic: tuple[str, ...] = ()
    date: tuple[str | None, ...] = ()


@dataclass(frozen=True)
class Scores:
    """Given scores, sorted by (mentee row, mentor row). ``values`` are float64, or int64, or exact fractions."""

    mentee: Ints
    mentor: Ints
    values: NDArray[Any]


class Columns:
    """Everything that a cohort states, as columns, and the canonical order of it."""

    __slots__ = ()
    people: People
    offers: Offers
    requests: Requests
    topic_tree: Topics
    meetings: Meetings
    score_table: Scores | None

    @property
    def topics(self) -> Mapping[str, str]:
        """The topic tree as {child: parent}."""
        tree = self.topic_tree
        edges = {n: tree.names[p] for n, p in zip(tree.names, tree.parent.tolist(), strict=True) if p != NONE}
        return MappingProxyType(edges)

    def request_row(self, mentee: str, label: str) -> int:
        """The row of a request, by who asks and what it is called; `NONE` where there is none."""
        requests, labels = self.requests, self.topic_tree.labels
        own = range(*(int(requests.owner.searchsorted(self.people.index[mentee], side)) for side in ("left", "right")))
        return next((k for k in own if labels[requests.topic[k]] == label), NONE)

    @property
    def strict_lists(self) -> bool:
        """Whether everybody has a list without ties, and nobody asks for two things: then no lottery is needed.

        A mentor with two offers that meet one request is a tie: whoever ranks the mentor ranks both.
        """
        wishes, orders, requests = self.people.wishes, self.people.orders, self.requests.owner
        if wishes is None or orders is None or (np.diff(requests) == 0).any():
            return False
        owner, related = self.offers.owner, self.topic_tree.related
        for topic in np.unique(self.requests.topic).tolist() if (np.diff(owner) == 0).any() else ():
            if (np.diff(owner[np.isin(self.offers.topic, related[topic])]) == 0).any():
                return False
        stated = wishes.stated[requests].all() and orders.stated[self.offers.owner].all()
        return bool(stated) and not (wishes.tied or orders.tied)

    @cached_property
    def canonical(self) -> Ints:
        """Rows of people in canonical order of ids: shorter first, then alphabetical."""
        return shortlex(self.people.ids)

    @cached_property
    def canonical_rows(self) -> tuple[Ints, Ints]:
        """Rows of requests and of offers in canonical order: by person, then topic, or offer id."""
        rank, labels = np.argsort(self.canonical), self.topic_tree.labels
        topic_rank = np.argsort(sorted(range(len(labels)), key=labels.__getitem__)).astype(np.int64)
        requests = np.lexsort((topic_rank[self.requests.topic], rank[self.requests.owner]))
        by_id = shortlex(self.offers.ids)
        return requests, by_id[np.argsort(rank[self.offers.owner[by_id]], kind="stable")]
