"""More pairs than are listed: the same answers, with proofs over all pairs."""

import random
import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import mmatch as mm
from mmatch import Offer, Participant, Request
from mmatch.network import all_pairs
from mmatch.portfolio import column_generation
from strategies import examples


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    """Few pairs are many here, so that every path is taken."""
    monkeypatch.setattr(all_pairs, "MOST_LISTED", 0)
    monkeypatch.setattr(all_pairs, "BLOCK", 10)
    monkeypatch.setattr(column_generation, "EACH", 2)
    monkeypatch.setattr(column_generation, "LEAST", 4)


def random_question(seed):
    """A cohort on a few topics, with features, levels, sites and sometimes least loads, and a program about pairs."""
    draw = random.Random(seed)
    topics = "xyz"[: draw.randint(1, 3)]
    several = draw.random() < 0.3
    mentors = [
        Participant(
            f"m{k}",
            offers=[
                Offer(t, seats=draw.choice([None, None, 1, 2]), level=draw.randint(1, 5))
                for t in draw.sample(topics, draw.randint(1, len(topics)) if several else 1)
            ],
            capacity=(capacity := draw.choice([0, 1, 1, 2, 3])),
            min_load=draw.choice([0, 0, 0, 0, 1]) if capacity else 0,
            attributes={"team": draw.choice("abc"), "skills": [draw.randint(-2, 9), draw.randint(0, 9)]},
        )
        for k in range(draw.randint(1, 6))
    ]
    mentees = [
        Participant(
            f"e{k}",
            requests=[
                Request(t, mentors=draw.choice([1, 1, 2]) if not several else 1, priority=draw.choice([1, 1, 2, 5]))
                for t in draw.sample(topics, draw.randint(1, len(topics)))
            ],
            attributes={"team": draw.choice("abc"), "skills": [draw.randint(0, 9), draw.randint(-2, 9)]},
            avoids=[draw.choice(mentors).id] if draw.random() < 0.2 else [],
        )
        for k in range(draw.randint(1, 12))
    ]
    rules = [
        lambda: mm.rules.AtMost(draw.randint(1, 2)),
        lambda: mm.rules.Differs("team"),
        lambda: mm.rules.Same("team"),
        mm.rules.NoRepeat,
        lambda: mm.rules.Everyone(draw.choice(["mentees", "requests"])),
    ]
    aims = [
        lambda: mm.aims.Coverage(draw.choice(["requests", "mentees"])),
        mm.aims.EvenLoad,
        mm.aims.Priority,
        mm.aims.TopicFit,
        mm.aims.NewMentors,
        lambda: mm.aims.Shares("team", weight=draw.choice([1, 0.3])),
        lambda: mm.aims.FeatureFit("skills", weight=draw.choice([1, 2])),
    ]
    wanted = [draw.choice(aims)() for _ in range(draw.randint(1, 3))]
    if draw.random() < 0.3:
        wanted.append(tuple(make() for make in draw.sample(aims[2:], 2)))
    chosen = [draw.choice(rules)() for _ in range(draw.choice([0, 0, 1, 2]))]
    return mm.Cohort([*mentors, *mentees], history=[mm.Meeting("m0", "e0")]), mm.Program(rules=chosen, aims=wanted)


@given(seed=st.integers(0, 10**9))
@examples(200)
def test_the_answer_is_that_of_listing_all_pairs_and_each_judge_accepts_the_proof_of_the_other(seed):
    cohort, program = random_question(seed)
    some = mm.solve(cohort, program)
    assert not mm.verify(cohort, program, some)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(all_pairs, "MOST_LISTED", 10**9)
        everything = mm.solve(cohort, program)
        assert not mm.verify(cohort, program, some)
    assert not mm.verify(cohort, program, everything)
    assert (some.status, some.value, some.trust) == (everything.status, everything.value, everything.trust)


def test_most_of_these_questions_are_priced():
    """Else the property above would compare a solver with itself."""
    found = [all_pairs.priced(cohort, program.resolve(cohort)) for cohort, program in map(random_question, range(200))]
    assert sum(many is not None for many in found) > 100


def featured(n_mentees=40, n_mentors=12, capacity=4, seed=1):
    """A cohort from features."""
    noise = np.random.default_rng(seed)
    needs, strengths = (noise.integers(0, 10, (n, 4)) for n in (n_mentees, n_mentors))
    return mm.Cohort.from_features(needs, strengths, capacity=capacity)


PRODUCTS = mm.Program(aims=[mm.aims.Coverage(), mm.aims.FeatureFit()])


def test_only_some_pairs_are_listed():
    cohort, listed = featured(), []
    result = mm.solve(cohort, PRODUCTS, progress=lambda p: listed.append(p.done) if p.phase == "pairs listed" else None)
    assert result.status == "optimal"
    assert 40 <= max(listed) < 40 * 12 / 2


def test_pairs_that_are_forgotten_are_no_proof(monkeypatch):
    """A solver that stops adding pairs too early claims an optimum that is none: the judge looks at all pairs."""
    monkeypatch.setattr(column_generation._Listing, "improving", lambda *_: np.zeros(0, dtype=np.int64))
    monkeypatch.setattr(column_generation, "_likely_prices", lambda many: np.zeros(many.prices.n_nodes, dtype=np.int64))
    monkeypatch.setattr(column_generation, "EACH", 1)
    with pytest.raises(mm.errors.SolverError, match="prices do not prove"):
        mm.solve(featured(), PRODUCTS)


def test_a_cut_of_the_list_is_no_proof_that_nothing_is_possible(monkeypatch):
    everyone = mm.Program(rules=[mm.rules.Everyone()], aims=PRODUCTS.aims)
    assert mm.solve(featured(capacity=4), everyone).status == "optimal"
    assert (mm.solve(featured(capacity=3), everyone).status, mm.solve(featured(capacity=3), everyone).trust) == (
        "infeasible",
        "proved",
    )
    monkeypatch.setattr(all_pairs.PairPrices, "best", lambda *_: np.zeros(0, dtype=np.int64))
    looked = all_pairs.PairPrices.crossing
    monkeypatch.setattr(all_pairs.PairPrices, "crossing", lambda *_: np.zeros(0, dtype=np.int64))
    forgetful = column_generation.solve_priced((featured(), everyone), 0, mm.engine.Watch())
    assert forgetful[2].status == "infeasible"
    monkeypatch.setattr(all_pairs.PairPrices, "crossing", looked)
    assert mm.engine.judged(featured(), everyone, forgetful[2], None, ("flow", 0)).status == "unknown"


def test_a_limit_of_time_returns_a_matching_at_once():
    result = mm.solve(featured(), PRODUCTS, time_limit=0)
    assert (result.status, result.trust, result.stopped) == ("feasible", "heuristic", "time_limit")
    assert len(result.matching) > 20
    assert not mm.verify(featured(), PRODUCTS, result)


def test_who_cancels_gets_the_best_so_far():
    cancel = threading.Event()
    result = mm.solve(
        featured(), PRODUCTS, cancel=cancel, progress=lambda p: p.phase == "pairs listed" and cancel.set()
    )
    assert (result.status, result.stopped) == ("feasible", "cancelled")


def test_ctrl_c_returns_the_best_so_far_where_that_is_asked_for():
    def interrupt(progress):
        if progress.phase == "pairs listed":
            raise KeyboardInterrupt

    assert mm.solve(featured(), PRODUCTS, progress=interrupt, on_interrupt="return").stopped == "interrupted"
    with pytest.raises(KeyboardInterrupt):
        mm.solve(featured(), PRODUCTS, progress=interrupt)


@pytest.mark.parametrize(
    "rule",
    [
        mm.rules.Lock([("mentor-0", "mentee-0")]),
        mm.rules.Linked([("mentee-0", "mentee-1")]),
        mm.rules.Check(lambda mentor, mentee: mentor.id != mentee.id),
    ],
)
def test_what_prices_of_pairs_do_not_tell_is_listed(rule):
    program = mm.Program(rules=[rule], aims=PRODUCTS.aims)
    assert all_pairs.priced(featured(), program) is None
    assert mm.solve(featured(), program).status == "optimal"


def test_pairs_that_count_the_same_are_listed_by_chance():
    """All mentees once had the same few mentors in the list where everybody fits everybody: 60 rounds, now one."""
    people = [Participant(f"m{k}", offers=[Offer()], capacity=2) for k in range(40)]
    people += [Participant(f"e{k}", requests=[Request()]) for k in range(80)]
    rounds = []
    program = mm.Program(aims=[mm.aims.Coverage()])
    found = mm.solve(mm.Cohort(people), program, progress=lambda p: p.phase == "pairs listed" and rounds.append(p))
    assert found.value == (80,)
    assert len(rounds) <= 12


def test_groups_are_listed():
    people = [Participant(f"m{k}", offers=[Offer("data", group=(1, 3))], groups=1) for k in range(3)]
    people += [Participant(f"e{k}", requests=[Request("data")]) for k in range(6)]
    assert all_pairs.priced(mm.Cohort(people), mm.Program().resolve(mm.Cohort(people))) is None


def test_an_aim_that_counts_blocks_otherwise_than_lists_is_named():
    class Lying(mm.aims.PairAim):
        def scores(self, pairs):
            return np.full(pairs.shape, len(pairs.shape)), 1

    with pytest.raises(mm.errors.PluginError, match=r"Lying\(\) counts pairs of a block otherwise"):
        mm.solve(featured(), mm.Program(aims=[Lying()]))
