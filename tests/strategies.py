"""Hypothesis strategies for cohorts and programs, small enough for the oracle."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st

import mmatch as mm

TOPICS = ("", "data", "statistics", "r", "writing")
TREE = {"statistics": "data", "r": "statistics"}


def examples(n):
    """How many examples a property is worth: a third of n in every run, fifty times n in the long campaign."""
    return settings(max_examples=n // 3 if settings.default.max_examples < 1000 else 50 * n)


def forged(proof, *, totals=None, **evidence):
    """A proof with other numbers in its evidence, and other totals if they are given."""
    totals = proof.totals if totals is None else totals
    return replace(proof, totals=totals, evidence=replace(proof.evidence, **evidence))


small = st.integers(min_value=0, max_value=2)
maybe_small = st.none() | small
levels = st.none() | st.integers(min_value=0, max_value=3)


@st.composite
def offers(draw, topics):
    found = draw(st.lists(topics, max_size=2, unique=True))
    return tuple(mm.Offer(t, level=draw(levels), seats=draw(maybe_small)) for t in found)


@st.composite
def requests(draw, topics):
    found = draw(st.lists(topics, max_size=3, unique=True))
    if len(found) > 1 and draw(st.booleans()):
        joined = tuple(t for t in found if t)[:2]  # any one of two, or a tuple of one
        found = [joined, *(t for t in found if t not in joined)]
    return tuple(
        mm.Request(
            t,
            level=draw(levels),
            mentors=draw(st.sampled_from([1, 1, 1, 2, 0])),
            priority=draw(st.sampled_from([1, 1, 2, 0.5])),
        )
        for t in found[:2]
    )


def rank_lists(names):
    """None, or a list with some of the names, some tied."""

    def tied(order):
        return st.lists(st.booleans(), min_size=len(order), max_size=len(order)).map(lambda ties: _tie(order, ties))

    return st.none() | st.lists(st.sampled_from(names), unique=True, max_size=3).flatmap(tied)


def _tie(order, ties):
    entries = []
    for name, join in zip(order, ties, strict=True):
        if join and entries:
            entries[-1] = (*(entries[-1] if isinstance(entries[-1], tuple) else (entries[-1],)), name)
        else:
            entries.append(name)
    return tuple(entries)


@st.composite
def cohorts(draw, *, most_mentors=3, most_mentees=4, least_loads=True, scored=None, ranked=None):
    """Cohorts of a few people in one role or both."""
    mentors = [f"m{k}" for k in range(draw(st.integers(0, most_mentors)))]
    mentees = [f"e{k}" for k in range(draw(st.integers(0, most_mentees)))]
    ids = [*mentors, *mentees]
    topics = st.sampled_from(draw(st.sampled_from([("",), ("", "data"), TOPICS])))
    ranked = draw(st.booleans()) if ranked is None else ranked
    people = [draw(_person(name, ids, topics, ranked=ranked, least_loads=least_loads)) for name in ids]
    scores = None
    if draw(st.booleans()) if scored is None else scored:
        values = st.integers(-3, 6) | st.sampled_from([0.5, 1.25, 2.5])
        pairs = [(a, b) for a in ids for b in ids if a != b]
        scores = draw(st.dictionaries(st.sampled_from(pairs), values, max_size=12)) if pairs else {}
    met = st.tuples(*[st.sampled_from([*ids, "left"])] * 2, st.sampled_from(["", "elsewhere", *TOPICS]))
    history = [mm.Meeting(one, other, topic=topic) for one, other, topic in draw(st.lists(met, max_size=2))]
    order = draw(st.permutations(people))
    return mm.Cohort(order, topics=draw(st.sampled_from([None, TREE])), history=history, scores=scores)


@st.composite
def _person(draw, name, ids, topics, *, ranked, least_loads):
    others = [other for other in ids if other != name]
    role = draw(st.sampled_from(["one", "one", "one", "both"]))
    teaches, learns = name.startswith("m") or role == "both", name.startswith("e") or role == "both"
    capacity = draw(st.none() | st.integers(0, 3))
    least = draw(st.sampled_from([0, 0, 0, 1])) if least_loads and capacity else 0
    attributes = {}
    if draw(st.booleans()):
        attributes["department"] = draw(st.sampled_from(["a", "b", ("a", "b"), ("c",)]))
        attributes |= {
            "wanted": draw(st.sampled_from(["a", ("Rome", "b")])),
            "years": draw(st.sampled_from([1, 2, "?"])),
            "skills": draw(st.sampled_from([(), (1, 0), (2, 3), (0, -1)])),
        }
    return mm.Participant(
        name,
        offers=draw(offers(topics)) if teaches else (),
        requests=draw(requests(topics)) if learns else (),
        capacity=capacity,
        groups=draw(st.sampled_from([None, None, None, 1, 2])),
        min_load=least,
        site=draw(st.sampled_from(["", "Rome", "Oslo"])),
        attributes=attributes,
        ranks=draw(rank_lists(others)) if ranked and others else None,
        mentee_ranks=draw(rank_lists(others)) if ranked and others else None,
        avoids=draw(st.sampled_from([(), (), (), tuple(others[:1])])),
    )


def _odd(mentor, mentee):
    """A rule of our own."""
    return (int(mentor.id[1:]) + int(mentee.id[1:])) % 2 == 0 or mentor.id < mentee.id


def _worth(mentor, mentee):
    """A score of our own."""
    return (int(mentor.id[1:]) - 2 * int(mentee.id[1:])) / 4


def rules_for(cohort):
    """A few rules that can be meant for a cohort."""
    found = [mm.rules.NoRepeat(), mm.rules.NoRepeat(within=True), mm.rules.NoRepeat(within=True, before=False)]
    found += [mm.rules.Check(_odd), mm.rules.Everyone()]
    found.append(mm.rules.AtMost(1))
    found += [mm.rules.LevelGap(0, 2), mm.rules.LevelGap(0, missing="allow"), mm.rules.Everyone(of="requests")]
    found.append(mm.rules.SharedTime(start="2027-01-11", missing="allow"))
    found += [mm.rules.Stable(kind) for kind in ("weak", "strong", "super", "envy")]
    for name in ("site", "department"):
        if name in cohort.attribute_names:
            found += [mm.rules.Differs(name, missing=m) for m in ("allow", "forbid")]
            found += [mm.rules.Same(name, missing=m) for m in ("allow", "forbid")]
    if "wanted" in cohort.attribute_names:
        wanted = {"mentor": "department", "mentee": "wanted"}
        found += [rule(**wanted, missing=m) for m in ("allow", "forbid") for rule in (mm.rules.Same, mm.rules.Differs)]
        if any(type(p.attributes.get("years")) is int for p in cohort):
            found.append(mm.rules.LevelGap(0, 0, mentor="years", mentee="years"))
            found.append(mm.rules.LevelGap(-1, mentor="years", mentee="years", missing="allow"))
    alike = sorted(p.id for p in cohort if [r.mentors for r in p.requests] == [1])
    if len(alike) > 1:
        found.append(mm.rules.Linked([alike[:2]]))
    named = _named_pairs(cohort)
    if named:
        found += [mm.rules.Exempt(mm.rules.Forbid(named), named[:1])]
        found += [mm.rules.Forbid([named[0]]), mm.rules.Lock([named[-1]]), mm.rules.Lock(named[:2])]
    return found


SLOTS = ("Mon 9-10", "Mon 10-11", "Tue 9-11", "Tue 10-12")


def group_rules_for(cohort):
    """Rules about who sits together, and when."""
    sites = sorted({p.site for p in cohort if p.site})
    mentees = sorted(p.id for p in cohort if p.requests)
    found = [mm.rules.LevelSpread(1), mm.rules.LevelSpread(0, missing="allow"), mm.rules.Together([mentees[:2]])]
    if "site" in cohort.attribute_names:
        found += [mm.rules.DiffersWithin("site"), mm.rules.DiffersWithin("site", missing="allow")]
        found += [mm.rules.GroupCount("site", "Rome", 1), mm.rules.GroupCount("site", "Oslo", 0, 1)]
    if "department" in cohort.attribute_names:
        found += [mm.rules.DiffersWithin("department"), mm.rules.GroupCount("department", "a", 1, 2)]
    return found + [
        mm.rules.CommonSlot(slots, quorum=quorum, rooms=rooms, missing=missing)
        for slots in (SLOTS[:2], SLOTS[1:])
        for quorum, rooms, missing in ((1, {}, "allow"), (1, dict.fromkeys(sites, 1), "allow"), (0.5, {}, "forbid"))
    ]


def _named_pairs(cohort):
    mentors = [(p.id, o.topic) for p in cohort for o in p.offers]
    mentees = [p.id for p in cohort if p.requests]
    pairs = [(m, e) for m, _ in mentors for e in mentees if m != e]
    return sorted(set(pairs + [(m, e, t) for m, t in mentors for e in mentees if m != e]))


def aims_for(cohort, weight=1):
    """All aims that can be meant for a cohort."""
    found = [
        mm.aims.Coverage(weight=weight),
        mm.aims.Coverage("mentees", weight=weight),
        mm.aims.TopicFit(weight=weight),
        mm.aims.Priority(weight=weight),
        mm.aims.PriorityClasses(weight=weight),
        mm.aims.EvenLoad(weight=weight),
        mm.aims.EvenSeats(weight=weight),
        mm.aims.Score(_worth, weight=weight),
        mm.aims.LevelSteps({1: 9, 2: 12.5}, weight=weight),
        mm.aims.WorstOff(weight=weight),
        mm.aims.Leximin(weight=weight),
        mm.aims.Nash(weight=weight),
        mm.aims.NewMentors(weight=weight),
        mm.aims.NewTopics(weight=weight),
        mm.aims.NewConnections(weight=weight),
        mm.aims.NewConnections(half_life=30, weight=weight),
        mm.aims.Keep(_named_pairs(cohort)[::2], weight=weight),
        mm.aims.Served([p.id for p in cohort][::2], weight=weight),
        mm.aims.Served([p.id for p in cohort][::-1], in_order=True, weight=weight),
    ]
    mentors = sorted({p.id for p in cohort if p.offers})
    found.append(mm.aims.EvenLoad({name: k / 2 for k, name in enumerate(mentors)}, weight=weight))
    mentees = sorted({p.id for p in cohort if p.requests})
    found.append(mm.aims.EvenSeats({name: k / 2 for k, name in enumerate(mentees)}, weight=weight))
    if cohort.score_table is not None:
        found += [mm.aims.Fit(weight=weight), mm.aims.RelativeFit(weight=weight)]
        found.append(mm.aims.RelativeFit("best", weight=weight))
    if cohort.people.ranks or cohort.people.mentee_ranks:
        found += [mm.aims.Preference(of, weight=weight) for of in ("mentees", "mentors", "both")]
        found.append(mm.aims.Preference("both", power=2, weight=weight))
        found += [mm.aims.RankProfile(kind, weight=weight) for kind in ("greedy", "generous", "rank-maximal")]
        found.append(mm.aims.RankProfile("generous", of="mentors", weight=weight))
        found.append(mm.aims.RankProfile("generous", of="both", weight=weight))
        found.append(mm.aims.EqualSides(weight=weight))
    if any(p.attributes.get("skills") for p in cohort):
        found.append(mm.aims.FeatureFit("skills", weight=weight))
    if "wanted" in cohort.attribute_names:
        found.append(mm.aims.Shares(mentor="department", mentee="wanted", weight=weight))
    if "site" in cohort.attribute_names:
        found += [mm.aims.Shares("site", weight=weight), mm.aims.Parity("site", weight=weight)]
        found.append(mm.aims.NewConnections(["site"], weight=weight))
        found.append(mm.aims.FitParity("site", weight=weight))
    return found


def group_aims_for(cohort, weight=1):
    """Aims about who sits together."""
    found = [mm.aims.SizeNear(2, weight=weight), mm.aims.SizeNear(3, weight=weight)]
    for name in ("site", "department"):
        if name in cohort.attribute_names:
            found += [mm.aims.Diversity(name, weight=weight), mm.aims.Cohesion(name, weight=weight)]
    return found


def in_order(tiers):
    """The tiers, with a Coverage before those that need one."""
    needy = any(aim.after_coverage for tier in tiers for aim in (tier if isinstance(tier, tuple) else (tier,)))
    return [mm.aims.Coverage(), *tiers] if needy else tiers


@st.composite
def programs(draw, cohort, *, most_rules=2):
    """Programs for a cohort: some rules, up to three tiers, some of them weighted."""
    rules = draw(st.lists(st.sampled_from(rules_for(cohort)), max_size=most_rules))
    group = draw(st.sampled_from([(1, 1), (1, 1), (1, 1), (1, 3)]))
    if draw(st.booleans()):
        return mm.Program(rules=_apart(rules), group=group)
    weights = st.sampled_from([1, 2, 0.3])
    tiers = draw(st.lists(st.sampled_from(aims_for(cohort)), min_size=1, max_size=3))
    if draw(st.booleans()) and not _alone(tiers[-1]):
        aim = draw(weights.flatmap(lambda w: st.sampled_from([a for a in aims_for(cohort, w) if not _alone(a)])))
        tiers[-1] = (tiers[-1], aim)
    return mm.Program(rules=_apart(rules), group=group, aims=in_order(tiers))


def _alone(aim):
    return aim.vector or aim.alone


def _apart(rules):
    """Without a pair that is both locked and forbidden: the program itself refuses that."""
    forbidden = {pair for rule in rules if rule.name == "Forbid" for pair in rule.pairs}
    return [
        rule
        for rule in rules
        if rule.name != "Lock" or not any(pair in forbidden or pair[:2] in forbidden for pair in rule.pairs)
    ]


@st.composite
def questions(draw, **options):
    """(cohort, program)."""
    cohort = draw(cohorts(**options))
    return cohort, draw(programs(cohort))


@st.composite
def some_seats(draw, oracle):
    """Any choice of an oracle's edges that keeps upper limits."""
    chosen = ()
    for edge in draw(st.permutations(oracle.edges)):
        if draw(st.integers(0, 3)) and oracle.within_limits((*chosen, edge)):
            chosen = (*chosen, edge)
    return chosen


def matching_of(oracle, chosen):
    """The edges chosen as a Matching."""
    rows = [(*oracle.requests[i], *oracle.offers[k]) for i, k in chosen]
    matches = [mm.Match(mentor.id, (mentee.id,), o.topic, o.id, (r.label,)) for mentee, r, mentor, o in rows]
    return mm.matching_from_pairs(oracle.cohort, matches)
