"""Metrics: each against its definition written out, and small cases that can be checked by hand."""

from __future__ import annotations

import datetime as dt
import json
import math
import zoneinfo
from collections import Counter
from dataclasses import fields
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mmatch as mm
from mmatch.availability import parse_week
from mmatch.comparison.measures import Metrics
from oracle import Oracle, as_set, nearest, rank
from strategies import cohorts, examples, matching_of, some_seats

FAR = 10**9


class Slow:
    """The definitions of the glossary, one by one, over Participants and edges of the oracle."""

    def __init__(self, oracle, chosen):
        self.oracle, self.cohort = oracle, oracle.cohort
        self.rows = [(*oracle.requests[i], *oracle.offers[k]) for i, k in chosen]  # mentee, request, mentor, offer
        self.mentees = [p for p in self.cohort if sum(r.mentors for r in p.requests)]
        self.asked = {p.id: sum(r.mentors for r in p.requests) for p in self.cohort}
        self.edges = [(*oracle.requests[i], *oracle.offers[k]) for i, k in oracle.edges]

    def worth(self, mentee, request, mentor, offer):
        if self.cohort.scores is not None:
            return Fraction(self.cohort.scores[mentor.id, mentee.id])
        return Fraction(1, 2 ** nearest(self.cohort, request, offer))

    def fit(self):
        total = Counter({p.id: Fraction(0) for p in self.mentees})
        for row in self.rows:
            total[row[0].id] += self.worth(*row)
        return total

    def valued(self, mentee, offer_id):
        """What a mentee thinks of an offer; None where they cannot have it."""
        found = [row for row in self.edges if row[0].id == mentee.id and row[3].id == offer_id and row[1].mentors]
        return max((self.worth(*row) for row in found), default=None)

    def bundles(self, mentee):
        """For each other mentee: the worth of each of their seats that this one could have."""
        seats = {}
        for row in self.rows:
            if row[0].id != mentee.id:
                worth = self.valued(mentee, row[3].id)
                seats.setdefault(row[0].id, []).extend([] if worth is None else [worth])
        return seats

    def envy(self):
        fit = self.fit()
        return sum(
            any(seats and sum(sorted(seats)[-self.asked[p.id] :]) > fit[p.id] for seats in self.bundles(p).values())
            for p in self.mentees
        )

    def wef1(self):
        fit = self.fit()
        if any(self.worth(*row) < 0 for row in self.edges):
            return None
        return sum(
            bool(seats) and fit[p.id] * self.asked[k] < (sum(seats) - max(seats)) * self.asked[p.id]
            for p in self.mentees
            for k, seats in self.bundles(p).items()
        )

    def justified(self):
        if all(p.mentee_ranks is None for p in self.cohort):
            return None
        found = {
            row[0].id
            for row in self.edges
            if row[1].mentors
            and not any(seat[0].id == row[0].id and seat[3].id == row[3].id for seat in self.rows)
            and self.prefers(*row)
            and any(
                rank(row[2].mentee_ranks, row[0].id) < (rank(row[2].mentee_ranks, seat[0].id) or FAR)
                for seat in self.rows
                if seat[3].id == row[3].id
            )
        }
        return len(found)

    def prefers(self, mentee, request, mentor, offer):
        ranked = any(p.ranks is not None for p in self.cohort)

        def cost(m, r, t, o):
            return rank(m.ranks, o.id, t.id) or FAR if ranked else -self.worth(m, r, t, o)

        mine = [seat for seat in self.rows if seat[0].id == mentee.id and seat[1].label == request.label]
        same = [seat for seat in mine if seat[2].id == mentor.id]
        if not same and len(mine) < request.mentors:
            return True
        return max(cost(*seat) for seat in same or mine) > cost(mentee, request, mentor, offer)

    def gini(self):
        values = list(self.fit().values())
        if not sum(values) or min(values) < 0:
            return None
        return float(sum(abs(a - b) for a in values for b in values) / (2 * len(values) * sum(values)))

    def profile(self, ranks):
        counts = Counter(r for r in ranks if r is not None)
        return [counts[k] for k in range(1, max(counts, default=0) + 1)]


@st.composite
def matched(draw, **options):
    """A cohort and any seats in it, as (slow definitions, metrics, matching)."""
    cohort = draw(cohorts(least_loads=False, **options))
    program = mm.Program()
    oracle = Oracle(cohort, program)
    chosen = draw(some_seats(oracle))
    matching = matching_of(oracle, chosen)
    return Slow(oracle, chosen), mm.metrics(cohort, mm.evaluate(cohort, program, matching)), matching


@examples(800)
@given(matched())
def test_metrics_are_what_the_glossary_says(case):
    slow, found, _ = case
    fit = slow.fit()
    served = {row[0].id for row in slow.rows}
    assert (found.seats, found.filled) == (sum(slow.asked.values()), len(slow.rows))
    assert (found.mentees, found.matched) == (len(slow.mentees), len(served))
    assert found.total_fit == float(sum(fit.values()))
    assert found.mean_fit == (float(sum(fit.values()) / len(served)) if served else None)
    assert found.worst_off == float(min((fit[p] for p in served), default=0))
    assert found.gini == (None if slow.gini() is None else pytest.approx(slow.gini(), abs=1e-12))
    assert found.envy == slow.envy()
    assert found.wef1 == slow.wef1()
    assert found.justified_envy == slow.justified()


@st.composite
def bundles(draw):
    """Few mentors, mentees who ask for several of them: many hold several seats."""
    n, m = draw(st.integers(2, 4)), draw(st.integers(2, 4))
    rows = st.lists(st.integers(0, 6), min_size=m, max_size=m)
    scores = draw(st.lists(rows, min_size=n, max_size=n))
    demand = draw(st.lists(st.integers(1, 3), min_size=n, max_size=n))
    cohort = mm.Cohort.from_scores(scores, capacity=draw(st.integers(1, n)), demand=demand)
    oracle = Oracle(cohort, mm.Program())
    chosen = draw(some_seats(oracle))
    return Slow(oracle, chosen), mm.metrics(cohort, mm.evaluate(cohort, mm.Program(), matching_of(oracle, chosen)))


@examples(600)
@given(bundles())
def test_envy_of_several_seats(case):
    slow, found = case
    assert (found.envy, found.wef1) == (slow.envy(), slow.wef1())


def test_the_best_request_says_what_an_offer_is_worth():
    """e asks for data and for r below it; an offer on r is worth 1 to the second request, though 1/2 to the first."""
    people = [
        mm.Participant("x", offers=[mm.Offer("r")], capacity=3),
        mm.Participant("e", requests=[mm.Request("data"), mm.Request("r")]),
        mm.Participant("f", requests=[mm.Request("data")]),
    ]
    cohort = mm.Cohort(people, topics={"r": "data"})
    half = mm.Match("x", ("e",), "r", "x/r", ("data",))
    other = mm.Match("x", ("f",), "r", "x/r", ("data",))
    found = mm.metrics(cohort, mm.evaluate(cohort, mm.Program(), mm.matching_from_pairs(cohort, [half, other])))
    assert (found.total_fit, found.envy) == (1, 1)  # e has 1/2 and would have 1 in the seat of f


@examples(300)
@given(matched())
def test_loads_ranks_and_connections(case):
    slow, found, _ = case
    loads = [sum(row[2].id == p.id for row in slow.rows) for p in slow.cohort if p.offers and slow.oracle.seats(p) > 0]
    assert (found.mentors, found.unused_mentors) == (len(loads), loads.count(0))
    assert (found.least_load, found.greatest_load) == (min(loads, default=None), max(loads, default=None))
    if loads:
        mean = sum(loads) / len(loads)
        deviation = math.sqrt(sum((load - mean) ** 2 for load in loads) / len(loads))
        assert found.load_deviation == pytest.approx(deviation, abs=1e-9)
    if any(p.ranks is not None for p in slow.cohort):
        ranks = [rank(m.ranks, o.id, t.id) for m, _, t, o in slow.rows if m.ranks is not None]
        assert list(found.rank_profile) == slow.profile(ranks)
    if any(p.mentee_ranks is not None for p in slow.cohort):
        ranks = [rank(t.mentee_ranks, m.id) for m, _, t, _ in slow.rows if t.mentee_ranks is not None]
        assert list(found.mentor_rank_profile) == slow.profile(ranks)
    met = {frozenset((m.mentor, m.mentee)) for m in slow.cohort.history}
    pairs = {frozenset((t.id, m.id)) for m, _, t, _ in slow.rows}
    assert (found.connections, found.new_connections) == (len(pairs), len(pairs - met))


@examples(200)
@given(matched())
def test_metrics_are_plain_finite_data_and_come_back(case):
    found = case[1]
    text = json.dumps(found.as_dict(), allow_nan=False)
    assert Metrics.from_dict(json.loads(text)) == found
    assert set(found.scalars()) == set(found.as_dict()) - {"rank_profile", "mentor_rank_profile", "parity"}


@examples(200)
@given(st.data())
def test_parity_counts_each_mentee_in_every_item(data):
    cohort = data.draw(cohorts(least_loads=False).filter(lambda c: "department" in c.attribute_names))
    oracle = Oracle(cohort, mm.Program())
    chosen = data.draw(some_seats(oracle))
    slow = Slow(oracle, chosen)
    found = mm.metrics(cohort, mm.evaluate(cohort, mm.Program(), matching_of(oracle, chosen)), by="department")
    expected = {}
    for p in slow.mentees:
        for _, value in as_set(p, "department") or {(False, None)}:
            expected.setdefault(value, []).append(p.id)
    served, fit = {row[0].id for row in slow.rows}, slow.fit()
    for segment in found.parity:
        members = expected.pop(segment.value)
        both = [p for p in members if p in served]
        assert (segment.mentees, segment.matched) == (len(members), len(both))
        assert segment.mean_fit == (float(sum(fit[p] for p in both) / len(both)) if both else None)
    assert expected == {}


def scored(scores, pairs, **options):
    names = [f"e{k}" for k in range(len(scores))], [f"m{k}" for k in range(len(scores[0]))]
    cohort = mm.Cohort.from_scores(scores, **{"capacity": 1, "mentees": names[0], "mentors": names[1], **options})
    return mm.metrics(cohort, mm.evaluate(cohort, mm.Program(), mm.matching_from_pairs(cohort, pairs)))


def test_two_served_of_three_by_hand():
    """Fits 4, 2, 0: Gini = (|4-2| + |4-0| + |2-0|) * 2 / (2 * 9 * 2) = 4/9; Jain = 36 / (3 * 20) = 0.6."""
    found = scored([[4, 1], [3, 2], [2, 1]], [("m0", "e0"), ("m1", "e1")])
    assert (found.seat_coverage, found.mentee_coverage) == (2 / 3, 2 / 3)
    assert (found.total_fit, found.mean_fit, found.worst_off) == (6, 3, 2)
    assert (found.gini, found.jain) == (4 / 9, 0.6)
    assert found.envy == 2  # e1 values e0's seat at 3, e2 anybody's
    assert (found.least_load, found.greatest_load, found.load_deviation, found.unused_mentors) == (1, 1, 0, 0)


def test_weighted_envy_up_to_one_seat_by_hand():
    """Both ask for two. e1 has one seat worth 1, e0 two worth 5 and 5: without one of them 5 / 2 > 1 / 2."""
    scores, pairs = [[5, 5, 1], [5, 5, 1]], [("m0", "e0"), ("m1", "e0"), ("m2", "e1")]
    found = scored(scores, pairs, demand=2)
    assert (found.wef1, found.envy) == (1, 1)
    # e1 asks for one seat only: 5 / 2 > 1 / 1 still is too much, 5 / 2 > 3 / 1 is not
    assert scored(scores, pairs, demand=[2, 1]).wef1 == 1
    assert scored([[5, 5, 1], [5, 5, 3]], pairs, demand=[2, 1]).wef1 == 0
    assert scored([[5, 5, 1], [5, 5, -1]], pairs, demand=2).wef1 is None


def test_large_numbers_stay_exact():
    big = 2**61
    found = scored([[big, big - 1], [big, 1]], [("m0", "e0"), ("m1", "e1")])
    assert (found.total_fit, found.envy, found.wef1) == (big + 1, 1, 0)


def test_super_mentors_carry_most():
    """Eleven mentors, so two are the busiest tenth: 3 + 1 of 4 seats."""
    cohort = mm.Cohort.from_scores([[1] * 11] * 4, capacity=3)
    pairs = [("mentor-0", f"mentee-{k}") for k in range(3)] + [("mentor-1", "mentee-3")]
    found = mm.metrics(cohort, mm.evaluate(cohort, mm.Program(), mm.matching_from_pairs(cohort, pairs)))
    assert (found.super_mentor_share, found.unused_mentors, found.mean_load) == (1.0, 9, 4 / 11)


def test_justified_envy_and_ranks_by_hand():
    mentees, mentors = {"e1": ["x", "y"], "e2": ["x", "y"]}, {"x": ["e1", "e2"], "y": ["e1", "e2"]}
    cohort = mm.Cohort.from_rankings(mentees, mentors)
    swapped = mm.metrics(
        cohort, mm.evaluate(cohort, mm.Program(), mm.matching_from_pairs(cohort, [("x", "e2"), ("y", "e1")]))
    )
    assert (swapped.justified_envy, swapped.blocking_pairs) == (1, 1)
    assert (swapped.rank_profile, swapped.mentor_rank_profile, swapped.first_choices) == ((1, 1), (1, 1), 1)
    stable = mm.metrics(
        cohort, mm.evaluate(cohort, mm.Program(), mm.matching_from_pairs(cohort, [("x", "e1"), ("y", "e2")]))
    )
    assert (stable.justified_envy, stable.blocking_pairs) == (0, 0)


def test_nothing_to_measure_is_none_and_not_nan():
    cohort = mm.Cohort([])
    found = mm.metrics(cohort, mm.evaluate(cohort, mm.Program(), mm.matching_from_pairs(cohort, [])))
    assert (found.seat_coverage, found.mean_fit, found.gini, found.mean_load, found.worst_off) == (None,) * 4 + (0,)
    assert (found.rank_profile, found.blocking_pairs, found.justified_envy, found.shared_time) == (None,) * 4


@examples(200)
@given(matched(ranked=True))
def test_blocking_pairs_are_those_listed(case):
    slow, found, matching = case
    listed = mm.blocking_pairs(slow.cohort, mm.Program(), matching)
    ranked = any(p.ranks is not None or p.mentee_ranks is not None for p in slow.cohort)
    assert found.blocking_pairs == (len(listed) if ranked else None)


def test_attribute_values_are_not_shown():
    people = [mm.Participant("x", offers=[mm.Offer()]), mm.Participant("e", requests=[mm.Request()], site="Rome")]
    cohort = mm.Cohort(people)
    found = mm.metrics(cohort, mm.evaluate(cohort, mm.Program(), mm.matching_from_pairs(cohort, [])), by="site")
    assert (found.parity[0].value, found.parity_gap) == ("Rome", 0)
    assert "Rome" not in repr(found)


def test_bad_arguments_are_told():
    cohort = mm.Cohort.from_scores([[1]], capacity=1)
    matching = mm.matching_from_pairs(cohort, [])
    with pytest.raises(mm.InputError, match='nobody has the attribute "site"'):
        mm.metrics(cohort, mm.evaluate(cohort, mm.Program(), matching), by="site")
    with pytest.raises(mm.InputError, match="expected a Result"):
        mm.metrics(cohort, matching)


def test_the_glossary_defines_every_metric():
    page = (Path(__file__).parents[2] / "docs/glossary.md").read_text(encoding="utf-8")
    assert [item.name for item in fields(Metrics) if f"`{item.name}`" not in page] == []


def test_who_sits_on_an_offer_does_not_envy_others_on_it():
    """e sits with x for data and would like x for r too; x prefers e to f, who sits there too: no justified envy."""
    people = [
        mm.Participant("x", offers=[mm.Offer("r")], capacity=2, mentee_ranks=["e", "f"]),
        mm.Participant("e", requests=[mm.Request("data"), mm.Request("r")]),
        mm.Participant("f", requests=[mm.Request("r")]),
    ]
    cohort = mm.Cohort(people, topics={"r": "data"})
    seats = [mm.Match("x", ("e",), "r", "x/r", ("data",)), mm.Match("x", ("f",), "r", "x/r", ("r",))]
    assert (
        mm.metrics(cohort, mm.evaluate(cohort, mm.Program(), mm.matching_from_pairs(cohort, seats))).justified_envy == 0
    )
    alone = mm.matching_from_pairs(cohort, seats[1:])
    assert mm.metrics(cohort, mm.evaluate(cohort, mm.Program(), alone)).justified_envy == 1


WEEKS = ["Mon-Fri 9-12", "Mon 9-10:30; Wed 14:30-16", "Sun 22-24; Mon 0-3", "Sat 0-24", "", "evenings, mostly", None]
ZONES = ["UTC", "Asia/Kathmandu", "Pacific/Auckland", "America/New_York", None]


def minutes(text, zone, first):
    """The UTC minutes from a local Monday on, one by one, for so many days from ``first``."""
    monday = dt.datetime(2027, 1, 11, tzinfo=zoneinfo.ZoneInfo(zone or "UTC")) + dt.timedelta(days=first)
    start = int(monday.timestamp()) // 60
    found = set()
    for k in range((7 - 2 * first) * 1440):
        at = monday + dt.timedelta(minutes=k)
        if any(w.day == at.weekday() and w.start <= at.hour * 60 + at.minute < w.end for w in parse_week(text)):
            found.add(start + k)
    return found


@examples(25)
@given(st.tuples(*[st.tuples(st.sampled_from(WEEKS), st.sampled_from(ZONES))] * 4))
def test_shared_time_is_counted_minute_by_minute(calendars):
    (ann, bob), (eva, finn) = calendars[:2], calendars[2:]
    people = [
        mm.Participant("ann", offers=[mm.Offer("")], availability=ann[0], timezone=ann[1]),
        mm.Participant("bob", offers=[mm.Offer("")], availability=bob[0], timezone=bob[1]),
        mm.Participant("eva", requests=[mm.Request("")], availability=eva[0], timezone=eva[1]),
        mm.Participant("finn", requests=[mm.Request("")], availability=finn[0], timezone=finn[1]),
    ]
    cohort = mm.Cohort(people)
    matching = mm.matching_from_pairs(cohort, [("ann", "eva"), ("bob", "finn")])
    shared = free = 0
    for mentor, mentee in [(ann, eva), (bob, finn)]:
        if None in {mentor[0], mentee[0]} or WEEKS[5] in {mentor[0], mentee[0]}:
            continue
        own = minutes(*mentee, 0)
        shared, free = shared + len(own & minutes(*mentor, -1)), free + len(own)
    assert mm.metrics(cohort, mm.evaluate(cohort, mm.Program(), matching)).shared_time == (
        shared / free if free else None
    )
