"""Limits of a floor of several seats, each worked out on paper, and the numbers that they are made of."""

from fractions import Fraction

import numpy as np
import pytest

import mmatch as mm
from mmatch.instance import compile_instance
from mmatch.instance.decoding import chosen_edges
from mmatch.network.circulation import build_network
from mmatch.network.floors import counted_limit, priced_limit
from mmatch.proof.floor_bounds import worst_off_bounds

FAIR = mm.Program(aims=[mm.aims.Coverage(), mm.aims.WorstOff(), mm.aims.Fit()])


def compiled(cohort, program=FAIR):
    return compile_instance(cohort, program.resolve(cohort, "milp"))[0]


def people(mentors, **wanted):
    """Mentors of one seat each, and mentees who ask for so many of them."""
    asking = [mm.Participant(name, requests=[mm.Request(mentors=n)]) for name, n in wanted.items()]
    return [*(mm.Participant(name, offers=[mm.Offer()], capacity=1) for name in mentors), *asking]


def counted(scores, seats, demand=2):
    instance = compiled(mm.Cohort.from_scores(scores, capacity=2, demand=demand))
    return counted_limit(instance, instance.stages[1], seats)


@pytest.mark.parametrize(("seats", "limit"), [(1, 14), (2, 14), (3, 10), (4, 10), (9, 10)])
def test_who_must_have_a_seat_limits_the_floor(seats, limit):
    """x has 14 at best, y 10: two seats can all be x's, a third one is y's."""
    assert counted([[9, 5], [7, 3]], seats) == limit


def test_only_the_best_seats_that_a_mentee_asks_for_count():
    """x asks for two of four: 9 + 5; y has 7 + 3."""
    assert [counted([[1, 9, 5, 2], [3, 0, 1, 7]], seats) for seats in (2, 4)] == [14, 10]


@pytest.mark.parametrize(("seats", "limit"), [(1, 9), (2, 4)])
def test_a_seat_that_may_stay_empty_takes_nothing_away(seats, limit):
    """9 and -5 for one who asks for both: 9 where one seat is enough, 4 where both must be filled."""
    assert counted([[9, -5]], seats) == limit


@pytest.mark.parametrize(("seats", "limit"), [(1, -3), (2, -7)])
def test_a_first_seat_is_taken_at_any_price(seats, limit):
    """Whoever has a seat has one at least, even if the best is worth -3."""
    assert counted([[-4, -3]], seats) == limit


def test_a_second_seat_counts_where_it_adds_something():
    """Three asked for and two to be filled: 9 + 5, and no third of -1."""
    assert counted([[9, -1, 5]], 2, demand=3) == 14


def test_who_asks_for_nothing_or_has_nobody_is_not_counted():
    """x has a for 5; y asks for nobody, z has nobody: three seats asked for, and x alone can be worst off."""
    scores = {("a", "x"): 5, ("a", "y"): 1}
    instance = compiled(mm.Cohort(people("a", x=1, y=0, z=2), scores=scores))
    assert [counted_limit(instance, instance.stages[1], seats) for seats in (1, 3)] == [5, 5]


def test_where_nobody_can_have_a_seat_the_floor_is_nothing():
    instance = compiled(mm.Cohort(people("a", x=2), scores={}))
    stage = instance.stages[1]
    assert (len(stage.weights), counted_limit(instance, stage, 1)) == (0, 0)


def test_different_numbers_of_seats():
    """x asks for one of 9, y for three of 2: one seat may be x's, and with a second one y has some."""
    scores = {("a", "x"): 9, **{(mentor, "y"): 2 for mentor in "abc"}}
    instance = compiled(mm.Cohort(people("abc", x=1, y=3), scores=scores))
    assert [counted_limit(instance, instance.stages[1], seats) for seats in (1, 2, 4)] == [9, 6, 6]


class Case:
    """Two mentees who ask for two seats each, four mentors of one seat: what any prices and multipliers say."""

    def __init__(self, *more):
        cohort = mm.Cohort.from_scores([[5, 4, 1, 1], [5, 4, 1, 1]], capacity=1, demand=2)
        self.instance = compiled(cohort, mm.Program(aims=[*FAIR.aims, *more]))
        self.network = build_network(self.instance)
        self.flow = np.zeros(self.network.n_arcs, dtype=np.int64)

    def limit(self, stage, row, *, price=None, reached=(4, 5, 11), free=True):
        price = (0,) * self.network.n_nodes if price is None else price
        may = np.full(self.network.n_arcs, free)
        return priced_limit(self.instance, self.network, (1, stage), (price, row), (self.flow, may, reached))


@pytest.mark.parametrize(("row", "limit"), [((1, 1), 11), ((2, 2), 11), ((1, 0), 11), ((2, 1), 11), ((0, 3), 11)])
def test_the_mean_of_some_mentees_limits_the_floor(row, limit):
    """With no prices every mentee has all four, 11: so has any mean of them."""
    assert Case().limit(1, row) == limit


@pytest.mark.parametrize("row", [(), (1,), (1, 1, 1), (0, 0), (-1, 3), (3, -1)])
def test_rows_that_are_no_multipliers_of_a_floor(row):
    assert Case().limit(1, row) is None


def test_prices_of_too_few_or_too_many_nodes_say_nothing():
    case = Case()
    n = case.network.n_nodes
    assert [case.limit(1, (1, 1), price=(0,) * k) for k in (n - 1, n + 1, 0)] == [None] * 3


def test_a_fraction_is_rounded_down():
    """One mentee of 11 and no other arc that may change but hers: half of 11 is 5, no whole floor is above."""
    case = Case()
    case.flow[case.network.first_edge :] = [1, 1, 1, 1, 0, 0, 0, 0]
    assert case.limit(1, (1, 1), free=False) == 5


@pytest.mark.parametrize(
    ("row", "limit"),
    [
        ((1, 0, 0), 22),  # all edges of all
        ((2, 0, 0), 22),
        ((1, 1, 0), 22 + 11 - 5),  # and whoever is first has more than the floor of 5 by as much as 11 - 5
        ((1, 1, 1), 22 + 22 - 10),
        ((2, 1, 0), 22 + 3),
        ((1, 0, 3), 22 + 33 - 15),
    ],
)
def test_a_sum_behind_a_floor(row, limit):
    """The sum is at most all edges, 22; a multiplier of a mentee adds what this one has above the floor of 5."""
    assert Case().limit(2, row) == limit


@pytest.mark.parametrize("row", [(), (1, 1), (0, 1, 1), (-1, 1, 1), (1, -1, 1), (1, 1, 1, 1)])
def test_rows_that_are_no_multipliers_of_a_sum(row):
    assert Case().limit(2, row) is None


@pytest.mark.parametrize(
    ("row", "limit"),
    [
        ((1, 0, 0, 0), 8),  # every edge is one more: eight of them
        ((1, 1, 0, 0), 8 + 22 - 11),  # and the sum in between could be 22 where it is 11
        ((1, 2, 0, 0), 8 + 2 * 11),
        ((3, 1, 0, 0), 8 + 3),  # a third of 11
        ((1, 1, 1, 0), 8 + 11 + 6),
    ],
)
def test_a_sum_behind_another_sum(row, limit):
    assert Case(mm.aims.Priority()).limit(3, row, reached=(4, 5, 11, 4)) == limit


def bounds(cohort, program, pairs, evidence=(), *, first=1, free=True):
    """What the judge knows of a matching from the first floor on; evidence holds multipliers, all prices are 0."""
    instance, edges = compile_instance(cohort, program.resolve(cohort, "milp"))
    network = build_network(instance)
    flow = network.flow_of(chosen_edges(edges, mm.matching_from_pairs(cohort, pairs)))
    nothing = (0,) * network.n_nodes
    may = np.full(network.n_arcs, free)
    return worst_off_bounds(instance, network, (flow, may, first), iter([(nothing, row) for row in evidence]))


PEOPLE = mm.Program(aims=[mm.aims.Coverage("mentees"), mm.aims.WorstOff(), mm.aims.Fit()])  # seats may stay empty
HALVES = [
    ("mentor-0", "mentee-0"),
    ("mentor-2", "mentee-0"),
    ("mentor-1", "mentee-1"),
    ("mentor-3", "mentee-1"),
]


def test_nobody_is_worse_off_than_with_no_seat_where_seats_may_stay_empty():
    """-3 is the best that the mentee can have: without a seat the floor is 0, so a floor of -3 is not the best."""
    cohort = mm.Cohort.from_scores([[-3, -4]], capacity=1, demand=2)
    assert bounds(cohort, PEOPLE, [("mentor-0", "mentee-0")]) == [0, None]


def test_one_seat_is_enough_where_seats_may_stay_empty():
    """9 without the seat of -5: the floor of both, 4, is not the best, and neither is that of none."""
    cohort = mm.Cohort.from_scores([[9, -5]], capacity=1, demand=2)
    both = [("mentor-0", "mentee-0"), ("mentor-1", "mentee-0")]
    for pairs in (both, []):
        assert bounds(cohort, PEOPLE, pairs) == [9, None]


def test_a_row_about_who_may_go_without_says_nothing():
    """y has both seats and 3, but could go without: x alone would have 14, whatever is said of y."""
    cohort = mm.Cohort.from_scores([[9, 5], [2, 1]], capacity=1, demand=2)
    poor = [("mentor-0", "mentee-1"), ("mentor-1", "mentee-1")]
    for row in ((0, 1), (1, 1), (1, 0)):
        assert bounds(cohort, FAIR, poor, [row]) == [14, None]
        assert bounds(cohort, FAIR, poor, [row, (1, *row)]) == [14, None]
    assert bounds(cohort, FAIR, poor, [(0, 0), (1, 0, 0)]) == [14, 17]  # all four edges


def test_a_row_about_who_has_every_seat_that_they_ask_for():
    """The two have 6 each of 12 that nothing may change: a floor of 6 is the best, 12 the sum behind it."""
    cohort = mm.Cohort.from_scores([[5, 5, 1, 1], [5, 5, 1, 1]], capacity=1, demand=2)
    assert bounds(cohort, FAIR, HALVES, free=False) == [10, None]
    assert bounds(cohort, FAIR, HALVES, [(1, 1), (1, 0, 0)], free=False) == [6, 12]
    assert bounds(cohort, FAIR, HALVES, [(1, 0), (1, 1, 2)], free=False) == [6, 12]
    assert bounds(cohort, FAIR, HALVES, [(), (1, 0, 0)], free=False) == [10, 12]
    assert bounds(cohort, FAIR, HALVES, [(2, 2)]) == [10, None]  # 12 by the row, 10 by counting


def test_where_people_count_and_not_seats_no_floor_holds():
    """All seats are filled, but nothing before the floor keeps them so: y, who has 3, could go without."""
    cohort = mm.Cohort.from_scores([[9, 5], [2, 1]], capacity=2, demand=2)
    everything = [(f"mentor-{k}", f"mentee-{n}") for k in range(2) for n in range(2)]
    assert bounds(cohort, PEOPLE, everything, [(0, 1)], free=False) == [14, None]
    assert bounds(cohort, FAIR, everything, [(0, 1)], free=False) == [3, None]


def test_limits_are_in_the_unit_of_the_scores():
    cohort = mm.Cohort.from_scores([[0.5, 0.25]], capacity=1, demand=2)
    both = [("mentor-0", "mentee-0"), ("mentor-1", "mentee-0")]
    assert bounds(cohort, FAIR, both, [(1,), (1, 0)]) == [Fraction(3, 4), Fraction(3, 4)]


def test_nothing_is_said_before_the_floor_behind_it_or_with_a_vector():
    cohort = mm.Cohort.from_scores([[5, 5, 1, 1], [5, 5, 1, 1]], capacity=1, demand=2)
    for first in (0, 2, 3):
        assert bounds(cohort, FAIR, HALVES, first=first) == []
    behind = mm.Program(aims=[mm.aims.Coverage(), mm.aims.WorstOff(), mm.aims.Leximin()])
    assert bounds(cohort, behind, HALVES) == []


def test_a_limit_counts_from_what_an_aim_is_worth_with_no_seat():
    """With a target of 1 and no mentee mentor-0 is worth -1/2; the one seat that is possible adds 1/2."""
    cohort = mm.Cohort.from_scores([[5, 5]], capacity=1, demand=2)
    program = mm.Program(aims=[mm.aims.Coverage(), mm.aims.WorstOff(), mm.aims.EvenLoad({"mentor-0": 1})])
    assert bounds(cohort, program, [("mentor-0", "mentee-0"), ("mentor-1", "mentee-0")], [(1,), (1, 0)]) == [10, 0]


def test_seats_count_as_filled_whatever_stands_between():
    """x and y have all their seats, and 9 + 5 and 7 + 3: the floor of y holds behind the total fit, too."""
    cohort = mm.Cohort.from_scores([[9, 5], [7, 3]], capacity=2, demand=2)
    program = mm.Program(aims=[mm.aims.Coverage(), mm.aims.Fit(), mm.aims.WorstOff()])
    everything = [(f"mentor-{k}", f"mentee-{n}") for k in range(2) for n in range(2)]
    assert bounds(cohort, program, everything, first=2) == [10]


def test_nobody_who_has_no_seat_and_asks_for_none_holds_the_floor_down():
    """x has b and c, 5 + 1, and could have 9 + 5; z asks for nothing, so a row about z says nothing."""
    scores = {("a", "x"): 9, ("b", "x"): 5, ("c", "x"): 1, ("a", "z"): 1}
    cohort = mm.Cohort(people("abc", x=2, z=0), scores=scores)
    poor = [("b", "x"), ("c", "x")]
    assert bounds(cohort, FAIR, poor, [(0, 1)], free=False) == [14, None]
    assert bounds(cohort, FAIR, poor, [(1, 0)], free=False) == [6, None]


def test_a_row_about_who_asks_for_one_seat_and_has_it():
    """y could have d for 8 and has c for 3, where nothing may change: the floor is 3, and 8 by counting alone."""
    scores = {("a", "x"): 9, ("b", "x"): 5, ("c", "y"): 3, ("d", "y"): 8}
    cohort = mm.Cohort(people("abcd", x=2, y=1), scores=scores)
    pairs = [("a", "x"), ("b", "x"), ("c", "y")]
    assert bounds(cohort, FAIR, pairs, free=False) == [8, None]
    assert bounds(cohort, FAIR, pairs, [(0, 1)], free=False) == [3, None]
