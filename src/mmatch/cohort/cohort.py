"""The cohort: facts only, immutable, columns inside, participants as a view."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from mmatch.cohort.columns import Columns, Meetings, Offers, People, Requests, Scores, Topics
from mmatch.cohort.digest import cohort_digest
from mmatch.cohort.participants import Meeting, Participant, Stated
from mmatch.cohort.relations import Relations
from mmatch.cohort.validation import Builder, Where, usual_where
from mmatch.cohort.views import Supply, participant, supplies, supply_table
from mmatch.display import Shown, Table
from mmatch.errors import InputError, Problem, excerpt
from mmatch.text import nfc, suggestion

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from mmatch.cohort.changes import Change


class Cohort(Shown, Columns, Sequence[Participant]):
    """Who takes part: people with offers and requests, the topic tree, past meetings, given scores. Immutable.

    Args:
        participants: any iterable of `Participant`; read once.
        topics: {child: parent}.
        history: past meetings.
        scores: {(mentor, mentee): number}; a pair without a score is then not allowed.

    Raises:
        InputError: with every problem found, not only the first.

    Example:
        >>> cohort = mm.Cohort(
        ...     [mm.Participant("ann", offers=[mm.Offer("data")]), mm.Participant("eva", requests=[mm.Request("data")])]
        ... )
        >>> cohort
        <Cohort: 2 people, 1 offers, 1 requests, 1 topics>
        >>> cohort["ann"].offers[0].topic
        'data'
        >>> [person.id for person in cohort]
        ['ann', 'eva']
    """

    __slots__ = ("__dict__",)

    def __init__(
        self,
        participants: Iterable[Participant],
        *,
        topics: Mapping[str, str] | None = None,
        history: Iterable[Meeting] = (),
        scores: Mapping[tuple[str, str], Any] | None = None,
    ) -> None:
        self._fill(participants, topics, history, scores, usual_where)

    @classmethod
    def at(
        cls,
        participants: Iterable[Participant],
        where: Where,
        *,
        topics: Mapping[str, str] | None = None,
        history: Iterable[Meeting] = (),
        scores: Mapping[tuple[str, str], Any] | None = None,
    ) -> Cohort:
        """A cohort whose errors name places of a file: ``where(participant number, field)`` tells them."""
        self = cls.__new__(cls)
        self._fill(participants, topics, history, scores, where)
        return self

    def _fill(self, participants: Any, topics: Any, history: Any, scores: Any, where: Where) -> None:
        builder = Builder(_once(participants, "participants"), where)
        relations = Relations(builder)
        tree = relations.topics(topics)
        meetings = relations.meetings(_once(history, "history"))
        table = relations.scores(scores)
        builder.problems.raise_any()
        self._set(builder.people, builder.offers, builder.requests_among(len(tree.names)), tree, meetings, table)

    @classmethod
    def of_columns(cls, *columns: Any) -> Cohort:
        """A cohort from all of its columns, which are valid already."""
        self = cls.__new__(cls)
        self._set(*columns)
        return self

    def _set(self, *columns: Any) -> None:
        names = ("people", "offers", "requests", "topic_tree", "meetings", "score_table")
        self.__dict__.update(zip(names, columns, strict=True))

    @classmethod
    def from_columns(
        cls, people: People, offers: Offers, requests: Requests, topics: Topics, scores: Scores | None
    ) -> Cohort:
        """A cohort from columns that are valid already."""
        self = cls.__new__(cls)
        self._set(people, offers, requests, topics, Meetings(), scores)
        return self

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("a Cohort is immutable: build another one")

    @classmethod
    def from_scores(
        cls,
        scores: ArrayLike | Any,
        *,
        capacity: int | Sequence[int],
        demand: int | Sequence[int] = 1,
        min_load: int | Sequence[int] = 0,
        mentees: Sequence[str] | None = None,
        mentors: Sequence[str] | None = None,
    ) -> Cohort:
        """A cohort from a table of scores, one row a mentee, one column a mentor.

        Args:
            scores: (n_mentees, n_mentors) numbers, NaN = not allowed; or a SciPy sparse array, absent = not allowed.
            capacity: mentee seats, one number or one per mentor.
            demand: how many different mentors, one number or one per mentee.
            min_load: fewest filled seats, one number or one per mentor.
            mentees: ids; by default mentee-0, mentee-1, …
            mentors: ids; by default mentor-0, mentor-1, …

        Raises:
            InputError: infinite scores, wrong shapes, bad counts or ids.
            LimitError: a dense table above 50 million cells.

        Example:
            >>> mm.Cohort.from_scores([[3, 1], [2, 4], [5, 0]], capacity=2, mentors=["ann", "bob"])
            <Cohort: 5 people, 2 offers, 3 requests, 1 topics, 6 scores>
        """
        from mmatch.cohort.from_scores import both_roles, columns_from_scores

        limits = {"capacity": capacity, "demand": demand, "min_load": min_load}
        columns = columns_from_scores(scores, limits, mentees, mentors)
        if len(columns[0].index) < len(columns[0].ids):
            people, pairs = both_roles(columns)
            return cls(people, scores=pairs)
        return cls.from_columns(*columns)

    @classmethod
    def from_features(
        cls,
        mentees: ArrayLike | Any,
        mentors: ArrayLike | Any,
        *,
        capacity: int | Sequence[int],
        demand: int | Sequence[int] = 1,
        min_load: int | Sequence[int] = 0,
        mentee_ids: Sequence[str] | None = None,
        mentor_ids: Sequence[str] | None = None,
    ) -> Cohort:
        """A cohort from what mentees need and what mentors are strong in: every pair has a score, and none is listed.

        The rows become the attribute "features", which `mmatch.aims.FeatureFit` multiplies.

        Args:
            mentees: (n_mentees, k) whole numbers; multiply and round others first.
            mentors: (n_mentors, k) whole numbers.
            capacity: mentee seats, one number or one per mentor.
            demand: how many different mentors, one number or one per mentee.
            min_load: fewest filled seats, one number or one per mentor.
            mentee_ids: by default mentee-0, mentee-1, …
            mentor_ids: by default mentor-0, mentor-1, …

        Raises:
            InputError: other numbers, tables of different widths, bad counts or ids, somebody on both sides.

        Example:
            >>> cohort = mm.Cohort.from_features([[1, 1], [0, 2]], [[3, 0], [1, 2]], capacity=1)
            >>> mm.solve(cohort, mm.Program(aims=[mm.aims.Coverage(), mm.aims.FeatureFit()])).value
            (2, 7)
        """
        from mmatch.cohort.from_scores import columns_from_features

        limits = {"capacity": capacity, "demand": demand, "min_load": min_load}
        return cls.from_columns(*columns_from_features((mentees, mentors), limits, mentee_ids, mentor_ids))

    @classmethod
    def from_rankings(
        cls,
        mentees: Mapping[str, Sequence[Any]],
        mentors: Mapping[str, Sequence[Any]] | None = None,
        *,
        capacity: int | Mapping[str, int] = 1,
        offers: Mapping[str, str] | None = None,
        offer_capacity: int | Mapping[str, int] = 1,
        min_load: int | Mapping[str, int] = 0,
    ) -> Cohort:
        """A cohort from preference lists, such as ``{"m1": ["x", ["y", "z"]]}``; an inner list is a tie.

        Args:
            mentees: each mentee's list of mentors, or of offers where ``offers`` is given.
            mentors: each mentor's list of mentees; None: they rank nobody and accept everybody.
            capacity: mentee seats of each mentor.
            offers: {offer id: mentor}: mentees rank offers; the offer's topic and id are the same text.
            offer_capacity: seats of each offer.
            min_load: fewest filled seats of each mentor.

        Raises:
            InputError: unknown names, duplicates, bad counts.

        Example:
            >>> mentees = {"eva": ["ann", "bob"], "finn": ["ann"]}
            >>> cohort = mm.Cohort.from_rankings(mentees, {"ann": ["finn", "eva"], "bob": ["eva"]})
            >>> mm.solve(cohort).matching.pairs()
            [('ann', 'finn', ''), ('bob', 'eva', '')]
        """
        from mmatch.cohort.from_rankings import participants_from_rankings, placed, plain_rankings

        limits = {"capacity": capacity, "offer_capacity": offer_capacity, "min_load": min_load}
        plain = plain_rankings(mentees, mentors, limits) if offers is None and offer_capacity == 1 else None
        if plain is not None:
            return cls.from_columns(*plain, None)
        people = participants_from_rankings(mentees, mentors, offers, limits)
        try:
            return cls(people)
        except InputError as error:
            raise InputError(placed(error.problems, people)) from None

    # -- reading it ----------------------------------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self.people.ids)

    def __iter__(self) -> Iterator[Participant]:
        return (participant(self, row) for row in range(len(self)))

    def __contains__(self, item: object) -> bool:
        name = item.id if isinstance(item, Participant) else item
        return isinstance(name, str) and nfc(name) in self.people.index

    def __getitem__(self, key: Any) -> Any:
        """The participant with this id, or at this place."""
        if isinstance(key, str):
            key = nfc(key)
            if key not in self.people.index:
                text = f"unknown id {excerpt(key)}"
                raise InputError(Problem("unknown-id", "", text, suggestion(key, self.people.ids)))
            return participant(self, self.people.index[key])
        if isinstance(key, slice):
            return [participant(self, row) for row in range(*key.indices(len(self)))]
        if not isinstance(key, int | np.integer):
            raise InputError(Problem("id-type", "", f"found {excerpt(key)}, expected an id or a place"))
        return participant(self, range(len(self))[key])

    @property
    def participants(self) -> Cohort:
        """The people, in the order given (the cohort itself is the sequence)."""
        return self

    @property
    def history(self) -> tuple[Meeting, ...]:
        """Past meetings."""
        m = self.meetings
        rows = zip(m.mentor, m.mentee, m.topic, m.date, strict=True)
        return tuple(Meeting(mentor, mentee, topic=topic, date=date) for mentor, mentee, topic, date in rows)

    @property
    def scores(self) -> Mapping[tuple[str, str], Any] | None:
        """Given scores as {(mentor, mentee): number}, made anew at each call; None where none were given."""
        table = self.score_table
        if table is None:
            return None
        ids = self.people.ids
        rows = zip(table.mentor.tolist(), table.mentee.tolist(), table.values.tolist(), strict=True)
        return MappingProxyType({(ids[mentor], ids[mentee]): value for mentor, mentee, value in rows})

    @property
    def stated(self) -> Stated:
        """What a cohort is made from: people, topics, history, scores."""
        scores = None if self.scores is None else dict(self.scores)
        return Stated(tuple(self), dict(self.topics), self.history, scores)

    def attributes_of(self, name: str) -> tuple[Any, ...] | None:
        """Everybody's value of an attribute, None where not stated; None altogether where nobody has it."""
        people = self.people
        if name == "site":
            return tuple(site or None for site in people.sites) if people.sites else None
        if name == "timezone":
            return people.timezones
        if people.attributes is None or not any(name in a for a in people.attributes):
            return None
        return tuple(a.get(name) for a in people.attributes)

    @property
    def attribute_names(self) -> tuple[str, ...]:
        """Every attribute that somebody has, sorted."""
        people = self.people
        names = set().union(*(people.attributes or ()))
        columns = {"site": people.sites, "timezone": people.timezones}
        return tuple(sorted({*names, *(name for name, column in columns.items() if column)}))

    def summary(self) -> tuple[Supply, ...]:
        """Supply and demand per topic, greatest demand first."""
        return supplies(self)

    # -- fewer facts --------------------------------------------------------------------------------------------

    def without(self, *ids: str) -> Cohort:
        """The cohort without some people, as after a request for deletion: nothing in it names them any more.

        Wishes, avoided people, meetings and scores that name them are left out; whoever wished for nobody else then
        accepts nobody.

        Raises:
            InputError: an unknown id.

        Example:
            >>> mm.datasets.load("shortage").cohort.without("p001", "p002")
            <Cohort: 152 people, 39 offers, 113 requests, 1 topics>
        """
        from mmatch.cohort.changes import with_room

        rest: Cohort = with_room(self, dict.fromkeys(ids))
        return rest

    def changed(self, changes: Iterable[Change]) -> Cohort:
        """The cohort after some changes: without those who left, with those who came, new capacities, other topics.

        Where people leave or can take more or fewer, nobody else is looked at again. Changes that are about pairs, such
        as `mm.repairs.NotAFit`, are not for the cohort, and are left out.

        Raises:
            InputError: somebody unknown, somebody who leaves twice, a number of seats below 0.
        """
        from mmatch.cohort.changes import apply

        made: Cohort = apply(self, changes)
        return made

    def anonymise(self, key: str | bytes, *, keep: Iterable[str] = ()) -> Cohort:
        """The same cohort under pseudonyms, to be given to people who need not know who is who.

        Ids become HMAC-SHA256 of the id under a secret key (RFC 2104): the same key gives the same pseudonyms, and
        without it nobody can try out ids. Names go, and attributes but those in ``keep``. Topics, levels, wishes,
        sites, zones, hours, meetings and scores stay, under pseudonyms: together they may still point at somebody.

        Raises:
            InputError: a key of fewer than 8 characters, an attribute that nobody has.
        """
        from mmatch.cohort.privacy import under_pseudonyms

        return _rebuilt(under_pseudonyms(self.stated, key, keep, self.attribute_names))

    # -- identity ------------------------------------------------------------------------------------------------

    @cached_property
    def digest(self) -> str:
        """A SHA-256 of the facts in canonical order: the same whatever the order they were given in."""
        return cohort_digest(self)

    def __eq__(self, other: object) -> bool:
        return self.digest == other.digest if isinstance(other, Cohort) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.digest)

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuilt, (self.stated,)

    def __repr__(self) -> str:
        people, o, r = len(self), len(self.offers.ids), len(self.requests.owner)
        scores = "" if self.score_table is None else f", {len(self.score_table.values)} scores"
        return f"<Cohort: {people} people, {o} offers, {r} requests, {len(self.topic_tree.names)} topics{scores}>"

    def tables(self) -> Iterator[Table]:
        """Supply and demand on each topic."""
        rows = self.summary()
        yield supply_table(rows, "Supply and demand", len(rows))


def _rebuilt(stated: Stated) -> Cohort:
    return Cohort(stated.participants, topics=stated.topics, history=stated.history, scores=stated.scores)


def _once(items: Any, name: str) -> list[Any]:
    """An iterable copied once, or an InputError that says what was found."""
    if isinstance(items, str | bytes | Mapping) or not isinstance(items, Iterable):
        raise InputError(Problem("type", name, f"found {type(items).__name__}, expected a list"))
    return list(items)
