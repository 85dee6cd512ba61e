"""What rules and aims read of a cohort, prepared once for each cohort."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from mmatch.arrays import Floats, Ints
from mmatch.candidates.tables import (
    Coded,
    RankTable,
    coded_attributes,
    offer_table,
    people_table,
    relative,
    unknown_attribute,
)
from mmatch.errors import InputError, Problem
from mmatch.exact import to_grid

if TYPE_CHECKING:
    from fractions import Fraction

    from mmatch.cohort import Cohort, Participant


class Facts:
    """What rules and aims read of a cohort, prepared when first asked for and kept with the cohort."""

    def __init__(self, cohort: Cohort) -> None:
        self.cohort = cohort
        self._kept: dict[Hashable, Any] = {}
        self._called: dict[int, tuple[Callable[..., Any], dict[tuple[int, int], Any]]] = {}

    def attribute(self, name: str) -> Coded:
        """An attribute as bits.

        Raises:
            InputError: where nobody has it.
        """
        return self.attributes(name, name)[0]

    def attributes(self, one: str, other: str) -> tuple[Coded, Coded]:
        """Two attributes as bits that can be compared, or the same one twice.

        Raises:
            InputError: where nobody has one of them.
        """
        names = dict.fromkeys((one, other))
        coded: list[Coded] = self.kept(("attributes", *names), lambda: coded_attributes(self.cohort, *names))
        return coded[0], coded[-1]

    def numbers(self, name: str) -> Floats:
        """An attribute as numbers, NaN where it is not stated or no number.

        Raises:
            InputError: where nobody has it.
        """

        def made() -> Floats:
            values = self.cohort.attributes_of(name)
            if values is None:
                raise unknown_attribute(self.cohort, name)
            sound = [v if isinstance(v, int | float) and not isinstance(v, bool) else math.nan for v in values]
            return np.array(sound, dtype=np.float64)

        numbers: Floats = self.kept(("numbers", name), made)
        return numbers

    @cached_property
    def one_topic(self) -> bool:
        """Whether all topics meet."""
        tree = self.cohort.topic_tree
        return len(tree.names) < 2 or all(len(met) == len(tree.names) for met in tree.related)

    @cached_property
    def anybody_in_both_roles(self) -> bool:
        """Whether anybody both offers and asks."""
        return bool(np.isin(self.cohort.requests.owner, self.cohort.offers.owner).any())

    @cached_property
    def ranks(self) -> RankTable | None:
        """What people want as mentees, by (person, offer); None where nobody stated a list."""
        lists = self.cohort.people.wishes
        return None if lists is None else offer_table(lists, self.cohort.offers)

    @cached_property
    def mentee_ranks(self) -> RankTable | None:
        """Whom people want as mentees, by (person, person); None where nobody stated a list."""
        lists = self.cohort.people.orders
        return None if lists is None else people_table(lists)

    @cached_property
    def avoided(self) -> Ints:
        """Sorted keys (one x n + other) of people who must never meet, both ways."""
        people = self.cohort.people
        pairs = [(row, people.index[name]) for row, names in enumerate(people.avoids or ()) for name in names]
        n = len(people.ids)
        return np.unique(np.array([k for a, b in pairs for k in (a * n + b, b * n + a)], dtype=np.int64))

    @cached_property
    def met(self) -> Ints:
        """Sorted keys (one x n + other) of people who have met, both ways: whoever was the mentor then."""
        people, m = self.cohort.people.index, self.cohort.meetings
        n = len(people)
        rows = [(people[a], people[b]) for a, b in zip(m.mentor, m.mentee, strict=True) if a in people and b in people]
        return np.unique(np.array([key for a, b in rows for key in (a * n + b, b * n + a)], dtype=np.int64))

    @cached_property
    def score_grid(self) -> tuple[Ints, Fraction, float]:
        """The given scores as integers, their unit and the resolution told to users."""
        table = self.cohort.score_table
        if table is None:
            raise InputError(Problem("no-scores", "aims", "fit needs scores, and the cohort has none"))
        return to_grid(table.values)

    def relative_scores(self, scale: str, grid: int) -> Ints:
        """The given scores against the mentee's own, times ``grid``: over their range, or over their best."""

        def made() -> Ints:
            table, values = self.cohort.score_table, self.score_grid[0]
            return relative(table.mentee, values, len(self.cohort), scale, grid) if table else values

        found: Ints = self.kept(("relative scores", scale, grid), made)
        return found

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

    def kept(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """Something that is worked out once for a cohort, under a key of its own."""
        if key not in self._kept:
            self._kept[key] = make()
        return self._kept[key]

    def forget(self) -> None:
        """Call plain functions anew: every verb starts with this."""
        self._called = {}

    def call(self, function: Callable[..., Any], people: tuple[Ints, Ints], read: Callable[[Any, str], Any]) -> Any:
        """A plain function of (mentor, mentee) over pairs: called once for each two people, in canonical order.

        Args:
            function: takes two Participants.
            people: rows of the mentors and of the mentees of some pairs, in any broadcast shape.
            read: checks one returned value; gets it and the place for its error.
        """
        mentor, mentee = np.broadcast_arrays(*people)
        known = self._called.setdefault(id(function), (function, {}))[1]
        wanted = list(zip(mentee.ravel().tolist(), mentor.ravel().tolist(), strict=True))
        rank, person = np.argsort(self.cohort.canonical), cache(self.cohort.__getitem__)
        for pair in sorted(set(wanted) - known.keys(), key=lambda p: (rank[p[0]], rank[p[1]])):
            mentor_person, mentee_person = person(pair[1]), person(pair[0])
            place = f"{getattr(function, '__name__', 'function')}({mentor_person.id!r}, {mentee_person.id!r})"
            known[pair] = read(_called(function, mentor_person, mentee_person, place), place)
        values = np.empty(len(wanted), dtype=object)
        values[:] = [known[p] for p in wanted]
        return values.reshape(mentor.shape)


def _called(function: Callable[..., Any], mentor: Participant, mentee: Participant, place: str) -> Any:
    try:
        return function(mentor, mentee)
    except Exception as error:  # noqa: BLE001 - its text may hold names: only its type is told
        raise InputError(Problem("function", place, f"the function raised {type(error).__name__}")) from None


def facts_of(cohort: Cohort) -> Facts:
    """The prepared facts of a cohort, made once for each."""
    kept: Facts | None = cohort.__dict__.get("_facts")
    if kept is None:
        kept = cohort.__dict__["_facts"] = Facts(cohort)
    return kept
