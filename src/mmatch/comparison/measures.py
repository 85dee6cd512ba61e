"""How good a matching is, in the numbers that programs report: one definition each."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, fields
from fractions import Fraction
from typing import Any

import numpy as np

from mmatch.aims.fit import Fit
from mmatch.aims.topic_fit import TopicFit
from mmatch.arrays import Ints
from mmatch.candidates import Pairs, pairs_of
from mmatch.candidates.edges import Edges, candidates
from mmatch.cohort import Cohort
from mmatch.comparison.envy import Valued, envious, justly_envious, wef1_violations
from mmatch.comparison.shared_time import shared_time
from mmatch.display import Table
from mmatch.errors import InputError, Problem, excerpt
from mmatch.exact import plain
from mmatch.instance.capacities import capacities
from mmatch.matching import Framed, Matching
from mmatch.program import Program
from mmatch.proof.blocking_edges import blocking_edges
from mmatch.result import Result, check_answer
from mmatch.text import suggestion

BUSIEST = 10  # the super mentors: one mentor in so many
LISTS = ("rank_profile", "mentor_rank_profile", "parity")
Number = int | float


@dataclass(frozen=True, slots=True)
class Segment:
    """The mentees who share one value of an attribute, how many of them are matched, and how well.

    ``value`` is None for those without the attribute; ``mean_fit`` is the mean over the matched ones, None where there
    are none.
    """

    value: Any = field(repr=False)
    mentees: int
    matched: int
    share: float
    mean_fit: Number | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Metrics(Framed):
    """How good a matching is; None where a number does not apply, never NaN.

    *Mentees* are people who ask for at least one seat; *mentors* people who offer and may fill at least one. The *fit*
    of a mentee is the sum over the mentee's filled seats: of the given scores where there are any (``fit`` is then
    "scores"), else of 2^-distance between the topics ("topics").

    Attributes:
        seats: seats asked for.
        filled: filled seats.
        seat_coverage: filled / seats.
        mentees: people who ask for at least one seat.
        matched: mentees with at least one filled seat.
        mentee_coverage: matched / mentees.
        fit: what fit counts: "scores" or "topics".
        total_fit: sum of the fit of all filled seats.
        mean_fit: total_fit / matched.
        worst_off: least fit of a matched mentee; 0 where nobody is matched.
        gini: sum over all two mentees of abs(fit - fit') / (2 n^2 mean), unmatched ones with fit 0: 0 is equal, 1 is
            one has all. None where the total is 0 or a fit is below 0.
        jain: (sum of fit)^2 / (n · sum of fit^2), unmatched ones with fit 0: 1 is equal, 1/n one has all. None as gini.
        rank_profile: filled seats whose mentee ranks the mentor 1st, 2nd, …; only of mentees who state ranks.
        mentor_rank_profile: the same by the mentors' ranks of mentees.
        first_choices: filled seats with somebody's first choice, by mentees' ranks.
        mentors: people who offer and may fill at least one seat.
        unused_mentors: mentors with no filled seat.
        least_load: fewest filled seats of a mentor.
        greatest_load: most filled seats of a mentor.
        mean_load: filled / mentors.
        load_deviation: square root of the mean of (load - mean_load)^2 over mentors.
        super_mentor_share: filled seats of the busiest tenth of the mentors (rounded up) / filled.
        connections: pairs of people who are matched, each once.
        new_connections: those of them who have not met before, whoever was the mentor then.
        blocking_pairs: candidate pairs of a mentee and an offer that block weakly; None where nobody states ranks.
        envy: mentees who value another mentee's seats above their own, at most as many of them as they ask for.
        justified_envy: mentees who prefer a seat whose mentor strictly prefers them to a mentee who has it; None
            where no mentor states ranks.
        wef1: ordered pairs of mentees (i, k) with fit(i) / asked(i) < (fit to i of k's seats but the best) / asked(k);
            None where a fit is below 0.
        parity: share matched and mean fit for each segment of an attribute; empty where none was asked for.
        parity_gap: greatest - least share matched over the segments.
        shared_time: over filled seats whose two people state weekly availability: minutes of a week (without clock
            changes) in which both are free / minutes in which the mentee is. None where nobody does.
    """

    seats: int
    filled: int
    seat_coverage: float | None
    mentees: int
    matched: int
    mentee_coverage: float | None
    fit: str
    total_fit: Number
    mean_fit: Number | None
    worst_off: Number
    gini: float | None
    jain: float | None
    rank_profile: tuple[int, ...] | None
    mentor_rank_profile: tuple[int, ...] | None
    first_choices: int | None
    mentors: int
    unused_mentors: int
    least_load: int | None
    greatest_load: int | None
    mean_load: float | None
    load_deviation: float | None
    super_mentor_share: float | None
    connections: int
    new_connections: int
    blocking_pairs: int | None
    envy: int
    justified_envy: int | None
    wef1: int | None
    parity: tuple[Segment, ...] = ()
    parity_gap: float | None = None
    shared_time: float | None = None

    def __repr__(self) -> str:
        return (
            f"<Metrics: {self.matched} of {self.mentees} mentees matched, {self.filled} of {self.seats} seats filled>"
        )

    def tables(self) -> Iterator[Table]:
        """Every single number that applies; parity where it was asked for."""
        rows = [(name.replace("_", " "), value) for name, value in self.scalars().items() if value is not None]
        half = (len(rows) + 1) // 2
        yield Table(("what", "value"), rows[:half])
        yield Table(("what", "value"), rows[half:])

    def as_dict(self) -> dict[str, Any]:
        """Everything as plain data, ready for JSON."""
        data = asdict(self)
        for name in LISTS:
            data[name] = None if data[name] is None else list(data[name])
        return data

    def scalars(self) -> dict[str, Number | str | None]:
        """The single numbers, ready for one row of a data frame: all but the profiles and the segments."""
        return {item.name: getattr(self, item.name) for item in fields(self) if item.name not in LISTS}

    def columns(self) -> dict[str, list[Any]]:
        """The single numbers, in one row."""
        return {name: [value] for name, value in self.scalars().items()}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Metrics:
        """The metrics that `as_dict` wrote.

        Raises:
            TypeError: for anything else.
        """
        profiles = {name: None if data[name] is None else tuple(data[name]) for name in LISTS[:2]}
        return cls(**{**data, **profiles, "parity": tuple(Segment(**row) for row in data["parity"])})


def metrics(cohort: Cohort, result: Result, *, by: str | None = None) -> Metrics:
    """Measure a matching: who is served, how well, how fairly, how the load is spread. `Metrics` defines each number.

    Sources: Gini 1912; Jain, Chiu, Hawe 1984 (index of fairness); Chakraborty, Igarashi, Suksompong, Zick 2021
    (weighted envy-freeness up to one item); Abdulkadiroglu and Sönmez 2003 (justified envy).

    Args:
        cohort: the facts.
        result: with a matching; `evaluate` makes one of a hand-made list. The pair rules of its program say who could
            have met.
        by: an attribute over whose values `parity` compares mentees; somebody with a list counts in each item.

    Raises:
        InputError: a result of another cohort; an attribute that nobody has.
        NoMatchingError: where there is no matching.

    Example:
        >>> cohort = mm.datasets.load("shortage", capacity=2).cohort
        >>> found = mm.metrics(cohort, mm.solve(cohort))
        >>> found.matched, found.mentees, found.greatest_load
        (82, 113, 2)
    """
    check_answer(cohort, result)
    if by is not None and by not in cohort.attribute_names:
        hint = suggestion(by, cohort.attribute_names)
        raise InputError(Problem("unknown-attribute", "by", f"nobody has the attribute {excerpt(by)}", hint))
    return measured(candidates(cohort, result.program.rules), result.program, result.matching, by=by)


def measured(edges: Edges, program: Program, matching: Matching, *, by: str | None = None) -> Metrics:
    """All metrics of a matching, where the candidates are known already."""
    cohort, seats = edges.cohort, pairs_of(edges.cohort, matching)
    aim = TopicFit() if cohort.score_table is None else Fit()
    edge_worth, unit = aim.scores(edges.pairs)
    seat_worth = np.broadcast_to(aim.scores(seats)[0], seats.shape)
    valued = Valued(edges.pairs, seats, np.broadcast_to(edge_worth, edges.pairs.shape), seat_worth)
    just = justly_envious(valued)
    return Metrics(
        **_coverage(valued, seats),
        fit="topics" if cohort.score_table is None else "scores",
        **_fit(valued, unit),
        **_ranks(seats),
        **_loads(capacities(cohort, program).mentor, seats),
        **_connections(seats),
        blocking_pairs=_blocking(edges, program, matching),
        envy=int(envious(valued).sum()),
        justified_envy=None if just is None else int(just.sum()),
        wef1=wef1_violations(valued),
        **_parity(valued, unit, by),
        shared_time=shared_time(seats),
    )


def _coverage(valued: Valued, seats: Pairs) -> dict[str, Any]:
    wanted, filled = int(valued.wanted.sum()), len(seats.mentee)
    mentees, matched = int((valued.wanted > 0).sum()), len(np.unique(seats.mentee))
    return {
        "seats": wanted,
        "filled": filled,
        "seat_coverage": _share(filled, wanted),
        "mentees": mentees,
        "matched": matched,
        "mentee_coverage": _share(matched, mentees),
    }


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _fit(valued: Valued, unit: Fraction) -> dict[str, Any]:
    """Total, mean, least and spread of the mentees' fit, from exact sums."""
    matched = np.unique(valued.seats.mentee)
    own = [int(units) for units in valued.own[matched].tolist()]
    total = sum(own) * unit
    return {
        "total_fit": plain(total),
        "mean_fit": plain(total / len(own)) if own else None,
        "worst_off": plain(min(own, default=0) * unit),
        **_spread(sorted([0] * int((valued.wanted[valued.own == 0] > 0).sum()) + [u for u in own if u])),
    }


def _spread(own: list[int]) -> dict[str, float | None]:
    """Gini and Jain of sorted whole numbers."""
    n, total = len(own), sum(own)
    if total == 0 or own[0] < 0:
        return {"gini": None, "jain": None}
    weighted = sum(place * units for place, units in enumerate(own, 1))
    gini = Fraction(2 * weighted, n * total) - Fraction(n + 1, n)
    return {"gini": float(gini), "jain": float(Fraction(total * total, n * sum(units * units for units in own)))}


def _ranks(seats: Pairs) -> dict[str, Any]:
    facts = seats.facts
    mentees = mentors = None
    if facts.ranks is not None:
        mentees = _profile(seats.mentee_rank[facts.ranks.stated[seats.mentee]])
    if facts.mentee_ranks is not None:
        mentors = _profile(seats.mentor_rank[facts.mentee_ranks.stated[seats.mentor]])
    first = None if mentees is None else sum(mentees[:1])
    return {"rank_profile": mentees, "mentor_rank_profile": mentors, "first_choices": first}


def _profile(ranks: Ints) -> tuple[int, ...]:
    """How often each rank from 1 was given; a partner whom the list leaves out has none."""
    return tuple(np.bincount(ranks)[1:].tolist())


def _loads(room: Ints, seats: Pairs) -> dict[str, Any]:
    offers = seats.cohort.offers
    mentors = np.unique(offers.owner)
    mentors = mentors[room[mentors] > 0]
    load = np.bincount(seats.mentor, minlength=len(seats.cohort))[mentors]
    n, filled = len(mentors), int(load.sum())
    busiest = int(np.sort(load)[::-1][: -(-n // BUSIEST)].sum())
    variance = Fraction(n * int((load * load).sum()) - filled * filled, n * n) if n else None
    return {
        "mentors": n,
        "unused_mentors": int((load == 0).sum()),
        "least_load": int(load.min()) if n else None,
        "greatest_load": int(load.max()) if n else None,
        "mean_load": _share(filled, n),
        "load_deviation": None if variance is None else math.sqrt(variance),
        "super_mentor_share": _share(busiest, filled),
    }


def _connections(seats: Pairs) -> dict[str, Any]:
    n = len(seats.cohort)
    now = np.unique(np.minimum(seats.mentor, seats.mentee) * n + np.maximum(seats.mentor, seats.mentee))
    return {"connections": len(now), "new_connections": int((~np.isin(now, seats.facts.met)).sum())}


def _blocking(edges: Edges, program: Program, matching: Matching) -> int | None:
    """How many pairs `blocking_pairs` lists."""
    if edges.facts.ranks is None and edges.facts.mentee_ranks is None:
        return None
    found, pairs = blocking_edges(edges, program, matching, "weak"), edges.pairs
    people = pairs.mentor[found] * len(edges.cohort) + pairs.mentee[found]
    return len(np.unique(people * len(edges.cohort.topic_tree.names) + pairs.offer.topic[found]))


def _parity(valued: Valued, unit: Fraction, by: str | None) -> dict[str, Any]:
    """Segments of mentees by an attribute, in the order of their values; those without it last."""
    if by is None:
        return {}
    values = valued.edges.cohort.attributes_of(by) or ()
    matched = set(valued.seats.mentee.tolist())
    members: dict[tuple[str, Any], list[int]] = {}
    for row in np.flatnonzero(valued.wanted > 0).tolist():
        value = values[row]
        for item in dict.fromkeys(value) or (None,) if isinstance(value, tuple) else (value,):
            members.setdefault((type(item).__name__, item), []).append(row)
    ordered = sorted(members, key=lambda key: (key[1] is None, key[0], key[1] if key[1] is not None else ""))
    found = []
    for key in ordered:
        n, served = len(members[key]), [row for row in members[key] if row in matched]
        total = sum(int(units) for units in valued.own[served].tolist()) * unit
        mean = plain(total / len(served)) if served else None
        found.append(Segment(key[1], n, len(served), len(served) / n, mean))
    shares = [segment.share for segment in found]
    return {"parity": tuple(found), "parity_gap": max(shares) - min(shares) if shares else None}
