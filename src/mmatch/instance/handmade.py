"""A matching that somebody made by hand: read as pairs, not judged."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

from mmatch.errors import InputError, Problem, Problems, excerpt
from mmatch.instance.decoding import seated, unfilled
from mmatch.matching import Match, Matching, Seats
from mmatch.people.columns import NONE
from mmatch.people.texts import suggestion
from mmatch.program import Program, check_question

if TYPE_CHECKING:
    from mmatch.people import Cohort


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
    """
    check_question(cohort, program or Program())
    if isinstance(pairs, str) or not isinstance(pairs, Iterable):
        raise InputError(Problem("type", "pairs", f"found {excerpt(pairs)}, expected a list of pairs or matches"))
    rows = list(pairs)
    if rows and all(isinstance(row, Match) for row in rows):
        return _from_matches(cohort, rows)
    finder, problems = _Finder(cohort), Problems()
    found = [finder.rows(row, f"pairs[{k}]", problems) for k, row in enumerate(rows)]
    problems.raise_any()
    table = np.array(found, dtype=np.int64).reshape(-1, 2)
    order = np.lexsort((table[:, 0], table[:, 1]))
    return seated(cohort, _one_match(program), table[order, 0], table[order, 1])


def _one_match(program: Program | None) -> Program:
    """A program under which pairs of one offer form one match, unless matches are pairs."""
    if program is None or program.group == (1, 1):
        return Program()
    return Program(group=(1, 2**31 - 1))


class _Finder:
    """The offer and the request that a written pair means."""

    def __init__(self, cohort: Cohort) -> None:
        self.cohort = cohort
        self.used: set[tuple[int, int]] = set()

    def rows(self, pair: Any, where: str, problems: Problems) -> tuple[int, int]:
        """(request row, offer row)."""
        sound = isinstance(pair, tuple | list) and len(pair) in {2, 3} and all(type(p) is str for p in pair)
        if not sound:
            problems.add("type", where, f"found {excerpt(pair)}, expected (mentor, mentee) or (mentor, mentee, topic)")
            return NONE, NONE
        people = self.cohort.people.index
        unknown = [name for name in pair[:2] if name not in people]
        for name in unknown:
            problems.add("unknown-id", where, f"unknown id {excerpt(name)}", suggestion(name, people))
        if unknown:
            return NONE, NONE
        offers = self._mine(self.cohort.offers.owner, people[pair[0]])
        requests = self._mine(self.cohort.requests.owner, people[pair[1]])
        if len(pair) == 3:
            offers = [k for k in offers if self.cohort.topic_tree.names[self.cohort.offers.topic[k]] == pair[2]]
        offer = "offer on this topic" if len(pair) == 3 else "offer"
        for rows, name, what in ((offers, pair[0], offer), (requests, pair[1], "request")):
            if not rows:
                problems.add("no-offer", where, f"{excerpt(name)} has no {what}")
        return self._best(requests, offers) if offers and requests else (NONE, NONE)

    def _mine(self, owner: Any, row: int) -> list[int]:
        return list(range(int(np.searchsorted(owner, row)), int(np.searchsorted(owner, row, side="right"))))

    def _best(self, requests: list[int], offers: list[int]) -> tuple[int, int]:
        """The closest topics among pairs not yet used."""
        steps = self.cohort.topic_tree.distance
        r, o = self.cohort.requests.topic, self.cohort.offers.topic
        best = min(
            ((k, j) for k in requests for j in offers),
            key=lambda p: ((p in self.used), int(steps[r[p[0]], o[p[1]]]) % 2**32, p),
        )
        self.used.add(best)
        return best


def _from_matches(cohort: Cohort, matches: list[Match]) -> Matching:
    filled = [
        (m.mentor, e, m.topic, m.offer or f"{m.mentor}/{m.topic}", k) for k, m in enumerate(matches) for e in m.mentees
    ]
    asked = list(chain.from_iterable(m.requested or (m.topic,) * len(m.mentees) for m in matches))
    mentor, mentee, topic, offer, number = zip(*filled, strict=True) if filled else ((),) * 5
    seats = Seats(mentor, mentee, topic, offer, tuple(asked), number)
    index, names = cohort.people.index, cohort.topic_tree.index
    rows = {
        (o, t): k
        for k, (o, t) in enumerate(zip(cohort.requests.owner.tolist(), cohort.requests.topic.tolist(), strict=True))
    }
    known = [rows.get((index.get(m, NONE), names.get(t, NONE))) for m, t in zip(mentee, asked, strict=True)]
    return Matching.from_seats(seats, unfilled(cohort, np.array([k for k in known if k is not None], dtype=np.int64)))
