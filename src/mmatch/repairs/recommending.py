"""`recommend`: places that somebody could have; `alternates`: who is next when a place with a mentor is free."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from mmatch.aims._base import PairAim
from mmatch.candidates.edges import candidates
from mmatch.display import Shown
from mmatch.errors import InputError, Problem, excerpt
from mmatch.exact import plain
from mmatch.explanations.words import aims_in_words, number, topic_word
from mmatch.instance.capacities import capacities
from mmatch.instance.from_pairs import matching_from_pairs
from mmatch.matching import Match, Matching, Proof, Status
from mmatch.proof.judge import judge
from mmatch.repairs.changes import Place
from mmatch.repairs.repairing import queue
from mmatch.result import Result, check_answer

if TYPE_CHECKING:
    from mmatch.arrays import Bools
    from mmatch.candidates.edges import Edges
    from mmatch.cohort import Cohort
    from mmatch.exact import Exact

WORK = 2_000_000  # seats that the judge looks at for one recommendation, in all tries together
LEAST_TRIES = 100


@dataclass(frozen=True, slots=True)
class RecommendedPlace(Shown):
    """A place for somebody: with which mentor, who else would move where, and what it changes.

    ``moves`` are (mentee, the mentor before, the mentor after) of others; ``changes`` make the place, as `price` and
    `repair` take them.
    """

    mentor: str
    mentee: str
    topic: str
    moves: tuple[tuple[str, str, str], ...]
    text: str = field(repr=False)

    @property
    def changes(self) -> tuple[Place, ...]:
        """The pairs that are to meet."""
        return (Place(self.mentor, self.mentee), *(Place(after, mentee) for mentee, _, after in self.moves))

    def __str__(self) -> str:
        return self.text


def recommend(cohort: Cohort, result: Result, person: str, k: int = 5) -> tuple[RecommendedPlace, ...]:
    """Say which places somebody could have: first those for which nobody else moves, then those for which one does.

    Each is tried out on the matching as it is: the judge finds no rule broken, and the aims are measured again. A
    mentee whose requests are all filled is shown other places in exchange for the one they have; a mentor is shown
    mentees who wait.

    Args:
        cohort: the facts.
        result: the answer.
        person: the id of a mentee or a mentor.
        k: how many at most.

    Raises:
        InputError: an unknown id, a result of another cohort.
        NoMatchingError: the result holds none.
    """
    check_answer(cohort, result)
    if type(k) is not int or k < 1:
        raise InputError(Problem("argument", "k", f"found {excerpt(k)}, expected a whole number from 1"))
    found = sorted(_Places(cohort, result, cohort[person].id).found(), key=lambda item: item[0])
    return tuple(place for _, place in found[:k])


class _Places:
    """All places that somebody could have, tried one by one."""

    def __init__(self, cohort: Cohort, result: Result, person: str) -> None:
        self.cohort, self.result, self.program, self.person = cohort, result, result.program, person
        self.matching: Matching = result.matching
        self.edges: Edges = candidates(cohort, result.program.rules)
        self.most = capacities(cohort, result.program)
        self.tries = max(LEAST_TRIES, WORK // (len(self.matching.seats) + 1))
        self.totals = self._judged([*self.matching]) or ()

    def found(self) -> Iterator[tuple[Any, RecommendedPlace]]:
        """(how good, the place): fewer moves first, then what the aims count."""
        pairs, ids, row = self.edges.pairs, self.cohort.people.ids, self.cohort.people.index[self.person]
        waits = {who for who, _ in self.matching.unmatched}
        own, given_up = pairs.mentee == row, list[Match]()
        if not own.any():
            waiting: Bools = np.array([ids[mentee] in waits for mentee in pairs.mentee.tolist()], dtype=bool)
            own = (pairs.mentor == row) & waiting
        elif self.person not in waits:
            given_up = [match for match in self.matching if self.person in match.mentees]
        full: list[tuple[list[Match], Match]] = []
        for place in self._possible(own):
            kept = [_without(self.matching, seat, self.person) for seat in given_up] or [[*self.matching]]
            for matches in kept:
                if self._room(matches, place.mentor):
                    yield from self._tried(place, None, self._with(matches, place))
                else:
                    full.append((matches, place))
        for matches, place in full:
            for holder in [match for match in matches if match.mentor == place.mentor]:
                for mentee, topic in zip(holder.mentees, holder.requested, strict=True):
                    fewer = _without(matches, holder, mentee)
                    for other in self._possible(pairs.mentee == self.cohort.people.index[mentee]):
                        if other.requested == (topic,) and self._room(fewer, other.mentor):
                            for made in self._with(fewer, place):
                                yield from self._tried(place, (holder.mentor, other), self._with(made, other))

    def _room(self, matches: Iterable[Match], mentor: str) -> bool:
        load = sum(len(match.mentees) for match in matches if match.mentor == mentor)
        return load < int(self.most.mentor[self.cohort.people.index[mentor]])

    def _with(self, matches: list[Match], place: Match) -> Iterator[list[Match]]:
        """The matches with one more pair: a match of its own, or a seat in a group that is open."""
        if int(self.most.most[self.cohort.offers.index[place.offer]]) == 1:
            yield [*matches, place]
            return
        for match in [match for match in matches if match.offer == place.offer]:
            seats = sorted([*zip(match.mentees, match.requested, strict=True), (place.mentees[0], place.requested[0])])
            mentees, requested = zip(*seats, strict=True)
            yield [*(one for one in matches if one is not match), replace(match, mentees=mentees, requested=requested)]

    def _possible(self, among: Bools) -> list[Match]:
        return possible_pairs(self.cohort, self.result, self.edges, among)

    def _judged(self, matches: list[Match]) -> tuple[Exact, ...] | None:
        """What the aims reach, tier by tier; None where the judge finds something broken."""
        after = matching_from_pairs(self.cohort, matches)
        grade = judge(self.cohort, self.program, Status.FEASIBLE, after, Proof(""))
        return None if grade.violations else grade.totals

    def _tried(
        self, place: Match, moved: tuple[str, Match] | None, ways: Iterable[list[Match]]
    ) -> Iterator[tuple[Any, RecommendedPlace]]:
        """The place, where a way to it breaks nothing."""
        for matches in ways:
            self.tries -= 1
            totals = self._judged(matches) if self.tries >= 0 else None
            if totals is None:
                continue
            called, mentee = self.cohort.people.called, place.mentees[0]
            moves = () if moved is None else ((moved[1].mentees[0], moved[0], moved[1].mentor),)
            words = [f"{called[who]} moves from {called[old]} to {called[new]}" for who, old, new in moves]
            text = f"{called[mentee]} with {called[place.mentor]}{topic_word(place.topic)}"
            text = f"{text}: {'; '.join([*words, self._price(totals)])}"
            rank = (len(moves), [tuple(-part for part in _parts(total)) for total in totals])
            yield rank, RecommendedPlace(place.mentor, mentee, place.topic, moves, text)

    def _price(self, totals: tuple[Exact, ...]) -> str:
        """What the most important tier that changes gains or loses."""
        for tier, one, other in zip(self.program.tiers, totals, self.totals, strict=True):
            change = next((a - b for a, b in zip(_parts(one), _parts(other), strict=False) if a != b), Fraction(0))
            if change:
                return f"{'raises' if change > 0 else 'lowers'} {aims_in_words(tier)} by {number(plain(abs(change)))}"
        return "no aim changes"


def possible_pairs(cohort: Cohort, result: Result, edges: Edges, among: Bools) -> list[Match]:
    """Possible pairs, among some, of people who do not meet yet; those first that count most by themselves."""
    met = {(match.mentor, mentee) for match in result.matching for mentee in match.mentees}
    rows = np.flatnonzero(among)
    pairs = edges.pairs.only(rows)
    aims = [aim for _, aim in result.program.named_aims() if isinstance(aim, PairAim)]
    worth = [-np.broadcast_to(aim.scores(pairs)[0], rows.shape) for aim in reversed(aims)]
    ids, names, labels = cohort.people.ids, cohort.topic_tree.names, cohort.topic_tree.labels
    found = []
    for edge in rows[np.lexsort([np.arange(len(rows)), *worth])].tolist():
        offer, request = int(edges.offer_rows[edges.offer[edge]]), int(edges.request_rows[edges.request[edge]])
        mentor, mentee = ids[cohort.offers.owner[offer]], ids[cohort.requests.owner[request]]
        if (mentor, mentee) not in met:
            requested = (labels[cohort.requests.topic[request]],)
            topic = names[cohort.offers.topic[offer]]
            found.append(Match(mentor, (mentee,), topic, cohort.offers.ids[offer], requested))
    return found


def _parts(total: Exact) -> tuple[Fraction, ...]:
    return total if isinstance(total, tuple) else (total,)


def _without(matches: Iterable[Match], match: Match, mentee: str) -> list[Match]:
    """The matches without one mentee in one of them."""
    seats = [seat for seat in zip(match.mentees, match.requested, strict=True) if seat[0] != mentee]
    kept = [one for one in matches if one is not match]
    if seats:
        mentees, requested = zip(*seats, strict=True)
        kept.append(replace(match, mentees=mentees, requested=requested))
    return kept


def alternates(cohort: Cohort, result: Result, k: int = 3) -> dict[str, tuple[str, ...]]:
    """Say who is next when a place with a mentor is free: {mentor: up to ``k`` people who wait and may meet them}.

    They stand in the order of the waiting list, as `repair` serves them. Mentors whom nobody who waits may meet are
    left out.

    Raises:
        InputError: a result of another cohort.
        NoMatchingError: the result holds none.
    """
    check_answer(cohort, result)
    place = {name: number for number, name in enumerate(queue(cohort, cohort, result.matching))}
    pairs, ids = candidates(cohort, result.program.rules).pairs, cohort.people.ids
    found: dict[str, set[str]] = {}
    for mentor, mentee in {*zip(pairs.mentor.tolist(), pairs.mentee.tolist(), strict=True)}:
        if ids[mentee] in place:
            found.setdefault(ids[mentor], set()).add(ids[mentee])
    order = [name for name in ids if name in found]
    return {name: tuple(sorted(found[name], key=place.__getitem__)[:k]) for name in order}
