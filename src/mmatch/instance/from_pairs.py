"""A matching that somebody made by hand: read as pairs, not judged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from mmatch.arrays import NONE, Ints
from mmatch.candidates import seat_rows
from mmatch.errors import InputError, Problem, Problems, excerpt
from mmatch.instance.capacities import capacities
from mmatch.instance.decoding import seats_of, unfilled
from mmatch.matching import Match, Matching
from mmatch.program import Program, check_question
from mmatch.text import nfc, suggestion

if TYPE_CHECKING:
    from mmatch.cohort import Cohort


def matching_from_pairs(cohort: Cohort, pairs: Iterable[Any], program: Program | None = None) -> Matching:
    """A hand-made matching, to be judged by `verify`.

    Args:
        cohort: the facts.
        pairs: (mentor, mentee), (mentor, mentee, topic) or `Match` objects; the topic is the offer's.
        program: its group size decides whether each pair is a match of its own (pairs, the default) or pairs of one
            mentor and offer form one.

    Returns:
        The matching, with every seat that stays unfilled.

    Raises:
        InputError: unknown people or topics, entries of another form.

    Example:
        >>> cohort = mm.Cohort(
        ...     [mm.Participant("ann", offers=[mm.Offer("data")]), mm.Participant("eva", requests=[mm.Request("data")])]
        ... )
        >>> mm.matching_from_pairs(cohort, [("ann", "eva")]).pairs()
        [('ann', 'eva', 'data')]
    """
    check_question(cohort, Program() if program is None else program)
    if isinstance(pairs, str) or not isinstance(pairs, Iterable):
        raise InputError(Problem("type", "pairs", f"found {excerpt(pairs)}, expected a list of pairs or matches"))
    rows = list(pairs)
    finder, problems = _Finder(cohort), Problems()
    if rows and all(isinstance(row, Match) for row in rows):
        return _from_matches(cohort, rows, finder)
    found = [finder.rows(row, f"pairs[{k}]", problems) for k, row in enumerate(rows)]
    problems.raise_any()
    table = np.array(found, dtype=np.int64).reshape(-1, 2)
    mentee = cohort.requests.owner[table[:, 0]]
    order = np.lexsort((table[:, 0], mentee, table[:, 1]))
    requests, offers = table[order, 0], table[order, 1]
    most = capacities(cohort, program or Program()).most[offers]
    return seats_of(cohort, requests, offers, _one_match(offers, most))


def _one_match(offers: Ints, most: Ints) -> Ints:
    """Match numbers: each pair its own where groups are pairs, else one match per offer."""
    fresh = (np.diff(offers, prepend=NONE) != 0) | (most == 1)
    number: Ints = np.cumsum(fresh) - 1
    return number


class _Finder:
    """The offer and the request that a written pair means."""

    def __init__(self, cohort: Cohort) -> None:
        self.cohort = cohort
        self.used: set[tuple[int, int]] = set()
        self.filled: Counter[int] = Counter()

    def rows(self, pair: Any, where: str, problems: Problems) -> tuple[int, int]:
        """(request row, offer row)."""
        sound = isinstance(pair, tuple | list) and len(pair) in {2, 3} and all(type(p) is str for p in pair)
        if not sound:
            problems.add("type", where, f"found {excerpt(pair)}, expected (mentor, mentee) or (mentor, mentee, topic)")
            return NONE, NONE
        pair = tuple(map(nfc, pair))
        people = self.cohort.people.index
        unknown = [name for name in pair[:2] if name not in people]
        for name in unknown:
            problems.add("unknown-id", where, f"unknown id {excerpt(name)}", suggestion(name, people))
        if unknown:
            return NONE, NONE
        offers = self._own(self.cohort.offers.owner, people[pair[0]])
        requests = self._own(self.cohort.requests.owner, people[pair[1]])
        if len(pair) == 3:
            offers = [k for k in offers if self.cohort.topic_tree.names[self.cohort.offers.topic[k]] == pair[2]]
        offer = "offer on this topic" if len(pair) == 3 else "offer"
        for rows, name, what in ((offers, pair[0], offer), (requests, pair[1], "request")):
            if not rows:
                problems.add("no-offer", where, f"{excerpt(name)} has no {what}")
        return self._best(requests, offers) if offers and requests else (NONE, NONE)

    def completed(self, match: Match, where: str, problems: Problems) -> Match:
        """A match with the offer and the requested topics that it leaves out."""
        columns: tuple[Any, Any] = (match.mentees, match.requested)
        listed = all(isinstance(column, tuple | list) for column in columns)
        if not listed or len(match.requested) not in {0, len(match.mentees)}:
            problems.add("type", where, "expected a list of mentees, and as many requested topics, or none")
            return match
        if match.offer and match.requested:
            return match
        pairs = [(match.mentor, mentee, match.topic) for mentee in match.mentees]
        found = [self.rows(pair, where, problems) for pair in pairs]
        if not found or any(NONE in rows for rows in found):
            return match
        labels, requests, ids = self.cohort.topic_tree.labels, self.cohort.requests, self.cohort.offers.ids
        requested = tuple(match.requested) or tuple(labels[requests.topic[r]] for r, _ in found)
        offer = match.offer or ids[found[0][1]]
        return replace(match, mentees=tuple(match.mentees), offer=offer, requested=requested)

    def _own(self, owner: Any, row: int) -> list[int]:
        return list(range(int(np.searchsorted(owner, row)), int(np.searchsorted(owner, row, side="right"))))

    def _best(self, requests: list[int], offers: list[int]) -> tuple[int, int]:
        """The closest topics among pairs not yet used, and requests not yet filled."""
        tree, wanted = self.cohort.topic_tree, self.cohort.requests.mentors
        r, o = self.cohort.requests.topic, self.cohort.offers.topic

        def order(pair: tuple[int, int]) -> tuple[Any, ...]:
            steps = int(tree.steps(r[pair[0]], o[pair[1]]))
            filled = self.filled[pair[0]] >= wanted[pair[0]]
            return pair in self.used, steps == NONE, filled, steps, pair

        best = min(((k, j) for k in requests for j in offers), key=order)
        self.used.add(best)
        self.filled[best[0]] += 1
        return best


def _from_matches(cohort: Cohort, matches: list[Match], finder: _Finder) -> Matching:
    """Matches as given; an empty offer or requested topic is filled in where a closest one exists."""
    problems = Problems()
    filled = [finder.completed(match, f"pairs[{k}]", problems) for k, match in enumerate(matches)]
    problems.raise_any()
    matching = Matching(filled)
    rows = seat_rows(cohort, matching)[0]
    return Matching(filled, unfilled(cohort, rows[rows != NONE]))
