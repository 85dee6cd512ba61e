"""The view of candidate pairs that rules and aims read: columns indexed by request and offer, broadcastable.

The same lines serve a list of pairs (two arrays of one length) and a block (requests as a column, offers as a row).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from mmatch.errors import InputError, Problem, excerpt
from mmatch.people.columns import NONE, Bools, Floats, Ints
from mmatch.people.numbers import to_grid
from mmatch.people.texts import suggestion

if TYPE_CHECKING:
    from fractions import Fraction

    from mmatch.matching import Matching
    from mmatch.people import Cohort, Participant

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


class Facts:
    """What rules and aims read of a cohort, prepared when first asked for and kept with the cohort."""

    def __init__(self, cohort: Cohort) -> None:
        self.cohort = cohort
        self._coded: dict[str, Coded] = {}
        self._called: dict[Callable[..., Any], dict[tuple[int, int], Any]] = {}

    def attribute(self, name: str) -> Coded:
        """An attribute as bits.

        Raises:
            InputError: where nobody has it.
        """
        if name not in self._coded:
            self._coded[name] = _code(self.cohort, name)
        return self._coded[name]

    def numbers(self, name: str) -> Floats:
        """An attribute as numbers, NaN where it is not stated or no number.

        Raises:
            InputError: where nobody has it.
        """
        values = self.cohort.attributes_of(name)
        if values is None:
            raise _unknown_attribute(self.cohort, name)
        sound = [v if isinstance(v, int | float) and not isinstance(v, bool) else math.nan for v in values]
        return np.array(sound, dtype=np.float64)

    @cached_property
    def one_topic(self) -> bool:
        """Whether all topics meet."""
        return bool((self.cohort.topic_tree.distance != NONE).all())

    @cached_property
    def anybody_in_both_roles(self) -> bool:
        """Whether anybody both offers and asks."""
        return bool(np.isin(self.cohort.requests.owner, self.cohort.offers.owner).any())

    @cached_property
    def ranks(self) -> RankTable | None:
        """What people want as mentees, by (person, offer); None where nobody stated a list."""
        lists = self.cohort.people.ranks
        if lists is None:
            return None
        owner, index, people = self.cohort.offers.owner, self.cohort.offers.index, self.cohort.people.index
        persons = np.arange(len(people))
        first, last = np.searchsorted(owner, persons), np.searchsorted(owner, persons, side="right")

        def rows(name: str) -> tuple[int, ...]:
            return (index[name],) if name in index else tuple(range(first[people[name]], last[people[name]]))

        return _rank_table(lists, rows, len(owner), special=index)

    @cached_property
    def mentee_ranks(self) -> RankTable | None:
        """Whom people want as mentees, by (person, person); None where nobody stated a list."""
        lists, people = self.cohort.people.mentee_ranks, self.cohort.people.index
        return None if lists is None else _rank_table(lists, lambda name: (people[name],), len(people))

    @cached_property
    def avoided(self) -> Ints:
        """Sorted keys (one x n + other) of people who must never meet, both ways."""
        people = self.cohort.people
        pairs = [(row, people.index[name]) for row, names in enumerate(people.avoids or ()) for name in names]
        n = len(people.ids)
        return np.unique(np.array([k for a, b in pairs for k in (a * n + b, b * n + a)], dtype=np.int64))

    @cached_property
    def met(self) -> Ints:
        """Sorted keys (mentor x n + mentee) of past meetings."""
        people, m = self.cohort.people.index, self.cohort.meetings
        n = len(people)
        known = [
            people[a] * n + people[b] for a, b in zip(m.mentor, m.mentee, strict=True) if a in people and b in people
        ]
        return np.unique(np.array(known, dtype=np.int64))

    @cached_property
    def score_grid(self) -> tuple[Ints, Fraction, float]:
        """The given scores as integers, their unit and the resolution told to users."""
        table = self.cohort.score_table
        if table is None:
            raise InputError(Problem("no-scores", "aims", "Fit needs scores, and the cohort has none"))
        return to_grid(table.values)

    @cached_property
    def priority_grid(self) -> tuple[Ints, Fraction]:
        """The priorities of all requests as integers, and their unit."""
        grid, unit, _ = to_grid(self.cohort.requests.priority)
        return grid, unit

    @cached_property
    def score_keys(self) -> Ints:
        """Sorted keys (mentee x n + mentor) of the given scores."""
        table = self.cohort.score_table
        if table is None:
            return np.zeros(0, dtype=np.int64)
        return table.mentee * len(self.cohort) + table.mentor

    def call(self, function: Callable[..., Any], pairs: Pairs, read: Callable[[Any, str], Any]) -> Any:
        """A plain function of (mentor, mentee) over pairs: called once for each two people, in canonical order.

        Args:
            function: takes two Participants.
            pairs: where it is needed; any broadcast shape.
            read: checks one returned value; gets it and the place for its error.
        """
        mentor, mentee = np.broadcast_arrays(pairs.mentor, pairs.mentee)
        known = self._called.setdefault(function, {})
        wanted = list(zip(mentee.ravel().tolist(), mentor.ravel().tolist(), strict=True))
        rank = np.empty(len(self.cohort), dtype=np.int64)
        rank[self.cohort.canonical] = np.arange(len(self.cohort))
        people: dict[int, Participant] = {}
        for pair in sorted({p for p in wanted if p not in known}, key=lambda p: (rank[p[0]], rank[p[1]])):
            mentee_row, mentor_row = pair
            for row in pair:
                if row not in people:
                    people[row] = self.cohort[row]
            ids = self.cohort.people.ids
            place = f"{getattr(function, '__name__', 'function')}({ids[mentor_row]!r}, {ids[mentee_row]!r})"
            known[pair] = read(_called(function, people[mentor_row], people[mentee_row], place), place)
        values = np.empty(len(wanted), dtype=object)
        values[:] = [known[p] for p in wanted]
        return values.reshape(mentor.shape)


def _called(function: Callable[..., Any], mentor: Participant, mentee: Participant, place: str) -> Any:
    try:
        return function(mentor, mentee)
    except Exception as error:
        text = f"the function raised {type(error).__name__}: {excerpt(str(error))}"
        raise InputError(Problem("function", place, text)) from error


def facts_of(cohort: Cohort) -> Facts:
    """The prepared facts of a cohort, made once for each."""
    kept: Facts | None = cohort.__dict__.get("_facts")
    if kept is None:
        kept = cohort.__dict__["_facts"] = Facts(cohort)
    return kept


class RequestColumns:
    """Columns of the requests of a view: row, topic, level (NaN where not stated), priority."""

    def __init__(self, cohort: Cohort, row: Ints) -> None:
        self.row = row
        self._columns = cohort.requests

    @cached_property
    def topic(self) -> Ints:
        """Topic codes."""
        return self._columns.topic[self.row]

    @cached_property
    def level(self) -> Floats:
        """The level that the mentee states, NaN where none."""
        return self._columns.level[self.row]

    @cached_property
    def priority(self) -> Floats:
        """How urgent the request is."""
        return self._columns.priority[self.row]


class OfferColumns:
    """Columns of the offers of a view: row, topic, level (NaN where not stated)."""

    def __init__(self, cohort: Cohort, row: Ints) -> None:
        self.row = row
        self._columns = cohort.offers

    @cached_property
    def topic(self) -> Ints:
        """Topic codes."""
        return self._columns.topic[self.row]

    @cached_property
    def level(self) -> Floats:
        """The level that the mentor states, NaN where none."""
        return self._columns.level[self.row]


class Pairs:
    """Candidate pairs (request, offer) of a cohort, in any broadcast shape.

    Args:
        facts: of the cohort.
        request: rows of requests, shape (n,) for a list, (r, 1) for a block.
        offer: rows of offers, shape (n,) for a list, (1, o) for a block.
        score_row: for each pair its row in the score table, where that is known.
    """

    def __init__(self, facts: Facts, request: Ints, offer: Ints, score_row: Ints | None = None) -> None:
        self.facts = facts
        self.cohort = facts.cohort
        self._request = request
        self._offer = offer
        self._score_row = score_row

    @property
    def shape(self) -> tuple[int, ...]:
        """The broadcast shape."""
        return np.broadcast_shapes(self._request.shape, self._offer.shape)

    @cached_property
    def request(self) -> RequestColumns:
        """Columns of the request of each pair."""
        return RequestColumns(self.cohort, self._request)

    @cached_property
    def offer(self) -> OfferColumns:
        """Columns of the offer of each pair."""
        return OfferColumns(self.cohort, self._offer)

    @cached_property
    def mentor(self) -> Ints:
        """The row of the person who offers."""
        return self.cohort.offers.owner[self._offer]

    @cached_property
    def mentee(self) -> Ints:
        """The row of the person who asks."""
        return self.cohort.requests.owner[self._request]

    @cached_property
    def distance(self) -> Ints:
        """Steps between the two topics along one branch of the tree; `NONE` where they do not meet."""
        return self.cohort.topic_tree.distance[self.request.topic, self.offer.topic]

    def share(self, attribute: str) -> tuple[Bools, Bools]:
        """(whether the two people share a value of an attribute, whether both state it)."""
        coded = self.facts.attribute(attribute)
        shared = np.zeros(self.shape, dtype=bool)
        for word in coded.words:
            shared |= (word[self.mentor] & word[self.mentee]) != 0
        return shared, coded.stated[self.mentor] & coded.stated[self.mentee]

    def numbers(self, attribute: str) -> tuple[Floats, Floats]:
        """(the mentor's, the mentee's) value of a numeric attribute, NaN where it is not stated or no number."""
        values = self.facts.numbers(attribute)
        return values[self.mentor], values[self.mentee]

    def among_people(self, keys: Ints) -> Bools:
        """Whether (mentor x n + mentee) is one of the sorted keys."""
        wanted = self.mentor * len(self.cohort) + self.mentee
        return np.equal(looked_up(keys, np.ones_like(keys), wanted, 0), 1)

    def among_offers(self, keys: Ints) -> Bools:
        """Whether (offer x n + mentee) is one of the sorted keys."""
        wanted = self.offer.row * len(self.cohort) + self.mentee
        return np.equal(looked_up(keys, np.ones_like(keys), wanted, 0), 1)

    @cached_property
    def score_row(self) -> Ints:
        """The row of each pair in the score table; `NONE` where no score was given."""
        if self._score_row is not None:
            return self._score_row
        keys = self.facts.score_keys
        wanted = self.mentee * len(self.cohort) + self.mentor
        return looked_up(keys, np.arange(len(keys)), wanted, NONE)

    @cached_property
    def mentee_rank(self) -> Ints:
        """The rank from 1 that the mentee gives the offer; 1 without a list, 0 where the list leaves it out."""
        table = self.facts.ranks
        return np.ones(self.shape, np.int64) if table is None else table.look_up(self.mentee, self.offer.row)

    @cached_property
    def mentor_rank(self) -> Ints:
        """The rank from 1 that the mentor gives the mentee; 1 without a list, 0 where the list leaves them out."""
        table = self.facts.mentee_ranks
        return np.ones(self.shape, np.int64) if table is None else table.look_up(self.mentor, self.mentee)

    def possible(self) -> Bools:
        """Pairs that the facts allow: topics meet, nobody with themselves, avoidance, rank lists, given scores."""
        allowed: Bools = np.ones((1,) * len(self.shape), dtype=bool)
        if not self.facts.one_topic:
            allowed = allowed & (self.distance != NONE)
        if self.facts.anybody_in_both_roles:
            allowed = allowed & (self.mentor != self.mentee)
        if len(self.facts.avoided):
            allowed = allowed & ~self.among_people(self.facts.avoided)
        if self.facts.ranks is not None:
            allowed = allowed & (self.mentee_rank > 0)
        if self.facts.mentee_ranks is not None:
            allowed = allowed & (self.mentor_rank > 0)
        if self.cohort.score_table is not None and self._score_row is None:
            allowed = allowed & (self.score_row != NONE)
        return np.broadcast_to(allowed, self.shape)


def pairs_of(cohort: Cohort, matching: Matching) -> Pairs:
    """The filled seats of a matching as a list of pairs.

    Raises:
        InputError: where a seat names an offer or a request that the cohort does not have.
    """
    requests, offers = seat_rows(cohort, matching)
    bad = np.flatnonzero((requests == NONE) | (offers == NONE))
    if len(bad):
        row = int(bad[0])
        who = f"{excerpt(matching.seats.mentor[row])} and {excerpt(matching.seats.mentee[row])}"
        raise InputError(Problem("unknown-seat", f"matching, seat {row}", f"no such offer or request: {who}"))
    return Pairs(facts_of(cohort), requests, offers)


def seat_rows(cohort: Cohort, matching: Matching) -> tuple[Ints, Ints]:
    """Rows of the requests and offers of all filled seats; `NONE` where the cohort has no such one."""
    kept: tuple[Cohort, Ints, Ints] | None = matching.__dict__.get("_rows")
    if kept is None or kept[0] is not cohort:
        kept = matching.__dict__["_rows"] = (cohort, *_seat_rows(cohort, matching))
    return kept[1:]


def _seat_rows(cohort: Cohort, matching: Matching) -> tuple[Ints, Ints]:
    seats, people, names = matching.seats, cohort.people.index, cohort.topic_tree.index
    n = max(len(names), 1)
    keys = cohort.requests.owner * n + cohort.requests.topic
    order = np.argsort(keys, kind="stable")
    mentee = np.array([people.get(m, NONE) for m in seats.mentee], dtype=np.int64)
    topic = np.array([names.get(t, NONE) for t in seats.requested], dtype=np.int64)
    wanted = np.where((mentee == NONE) | (topic == NONE), NONE, mentee * n + topic)
    requests = looked_up(keys[order], order, wanted, NONE)
    offers = np.array([cohort.offers.index.get(o, NONE) for o in seats.offer], dtype=np.int64)
    return requests, offers


def _unknown_attribute(cohort: Cohort, name: str) -> InputError:
    text, hint = f"nobody has the attribute {excerpt(name)}", suggestion(name, cohort.attribute_names)
    return InputError(Problem("unknown-attribute", "program", text, hint))


def _code(cohort: Cohort, name: str) -> Coded:
    values = cohort.attributes_of(name)
    if values is None:
        raise _unknown_attribute(cohort, name)
    codes: dict[tuple[bool, Any], int] = {}
    lists = [() if v is None else v if isinstance(v, tuple) else (v,) for v in values]
    coded = [[codes.setdefault((isinstance(v, bool), v), len(codes)) for v in items] for items in lists]
    words = np.zeros(((len(codes) + WORD - 1) // WORD, len(coded)), dtype=np.int64)
    for person, items in enumerate(coded):
        for code in items:
            words[code // WORD, person] |= 1 << (code % WORD)
    return Coded(tuple(words), np.array([bool(items) for items in lists], dtype=bool))


def _rank_table(
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
