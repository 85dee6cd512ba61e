"""Seeded questions for the record: plain `random`, so that the same number means the same question in every version."""

from __future__ import annotations

import random

import mmatch as mm
from mmatch.formats import Format, Gap, SessionSpec, Touchpoint

TREE = {"statistics": "data", "r": "statistics"}
TOPICS = ("", "data", "statistics", "r", "writing")
SLOTS = ("Mon 9-10", "Mon 10-11", "Tue 9-11", "Tue 10-12")
WEEKS = (None, "Mon 9-11", "Mon 9-10; Tue 9-12", "Tue 8-12", "Mon 8-12; Tue 8-12")


def some(rng, items, most):
    items = list(items)
    return rng.sample(items, min(len(items), rng.randint(0, most)))


def ties(rng, order):
    """An order as a rank list, some of its entries tied."""
    entries = []
    for name in order:
        if entries and rng.random() < 0.3:
            entries[-1] = (*(entries[-1] if isinstance(entries[-1], tuple) else (entries[-1],)), name)
        else:
            entries.append(name)
    return tuple(entries)


def cohort(rng, *, mentors=5, mentees=8, timed=False):
    """A few people in one role or both, with levels, limits, sites, ranks, scores and history."""
    ids = [f"m{k}" for k in range(rng.randint(1, mentors))] + [f"e{k}" for k in range(rng.randint(1, mentees))]
    topics = rng.choice([("",), ("", "data"), TOPICS])
    ranked, least = rng.random() < 0.4, rng.random() < 0.3
    people = [_person(rng, name, ids, topics, ranked=ranked, least=least, timed=timed) for name in ids]
    scores = None
    if rng.random() < 0.5:
        pairs = [(a, b) for a in ids for b in ids if a != b and (a[0] == "m" or b[0] == "e")]
        chosen = rng.sample(pairs, rng.randint(1, len(pairs))) if pairs else []
        scores = {pair: rng.choice([-3, -1, 0, 1, 2, 3, 4, 5, 6, 0.5, 1.25, 2.5]) for pair in chosen}
    history = [mm.Meeting(*rng.sample(ids, 2)) for _ in range(rng.randint(0, 2))] if len(ids) > 1 else []
    return mm.Cohort(people, topics=rng.choice([None, TREE]), history=history, scores=scores)


def _person(rng, name, ids, topics, *, ranked, least, timed):
    others = [other for other in ids if other != name]
    both = rng.random() < 0.2
    offers = requests = ()
    level = lambda: rng.choice([None, 0, 1, 2, 3])  # noqa: E731 - drawn anew each time
    if name[0] == "m" or both:
        found = rng.sample(topics, min(len(topics), rng.choice([1, 1, 2])))
        offers = tuple(mm.Offer(t, level=level(), seats=rng.choice([None, None, 1, 2, 0])) for t in found)
    if name[0] == "e" or both:
        found = rng.sample(topics, min(len(topics), rng.choice([1, 1, 1, 2])))
        requests = tuple(
            mm.Request(t, level=level(), mentors=rng.choice([1, 1, 1, 1, 2, 0]), priority=rng.choice([1, 1, 2, 0.5]))
            for t in found
        )
    capacity = rng.choice([None, 0, 1, 2, 3, 3])
    return mm.Participant(
        name,
        offers=offers,
        requests=requests,
        capacity=capacity,
        groups=rng.choice([None, None, None, 1, 2]),
        min_load=rng.choice([0, 0, 1]) if least and capacity else 0,
        site=rng.choice(["", "Rome", "Oslo"]),
        attributes={"department": rng.choice(["a", "b", ("a", "b"), ("c",)])} if rng.random() < 0.5 else {},
        ranks=ties(rng, some(rng, others, 4)) if ranked and rng.random() < 0.7 else None,
        mentee_ranks=ties(rng, some(rng, others, 4)) if ranked and rng.random() < 0.7 else None,
        avoids=tuple(others[:1]) if rng.random() < 0.1 else (),
        availability=rng.choice(WEEKS) if timed else None,
    )


def rules_for(found):
    """Rules that can be meant for a cohort."""
    rules = [mm.rules.NoRepeat(), mm.rules.NoRepeat(within=True), mm.rules.Everyone(), mm.rules.AtMost(1)]
    rules += [mm.rules.LevelGap(0, 2), mm.rules.LevelGap(0, missing="allow"), mm.rules.Everyone(of="requests")]
    rules.append(mm.rules.SharedTime(start="2027-01-11", missing="allow"))
    rules += [mm.rules.Stable(kind) for kind in ("weak", "strong", "super", "envy")]
    for name in ("site", "department"):
        if name in found.attribute_names:
            rules += [mm.rules.Differs(name, missing=m) for m in ("allow", "forbid")]
            rules += [mm.rules.Same(name, missing="allow")]
    alike = sorted(p.id for p in found if [r.mentors for r in p.requests] == [1])
    if len(alike) > 1:
        rules.append(mm.rules.Linked([alike[:2]]))
    named = pairs_of(found)
    if named:
        rules += [mm.rules.Forbid([named[0]]), mm.rules.Lock([named[-1]]), mm.rules.Lock(named[:2])]
    return rules


def pairs_of(found):
    """(mentor, mentee) of all who could be named together."""
    mentees = [p.id for p in found if p.requests]
    return sorted({(m.id, e) for m in found if m.offers for e in mentees if m.id != e})


def aims_for(found, weight=1):
    """Aims that can be meant for a cohort."""
    a = mm.aims
    aims = [a.Coverage(weight=weight), a.Coverage("mentees", weight=weight), a.TopicFit(weight=weight)]
    aims += [a.Priority(weight=weight), a.PriorityClasses(weight=weight), a.EvenLoad(weight=weight)]
    aims += [a.LevelSteps({1: 9, 2: 12.5}, weight=weight), a.WorstOff(weight=weight), a.Leximin(weight=weight)]
    aims += [a.Nash(weight=weight), a.NewMentors(weight=weight), a.NewConnections(weight=weight)]
    aims.append(a.Keep([(*pair, "") for pair in pairs_of(found)][::2], weight=weight))
    mentors = sorted(p.id for p in found if p.offers)
    aims.append(a.EvenLoad({name: k / 2 for k, name in enumerate(mentors)}, weight=weight))
    if found.scores is not None:
        aims += [a.Fit(weight=weight), a.Fit(weight=weight), a.RelativeFit(weight=weight)]
    if any(p.ranks is not None or p.mentee_ranks is not None for p in found):
        aims += [a.Preference(of, weight=weight) for of in ("mentees", "mentors", "both")]
        aims += [a.RankProfile(kind, weight=weight) for kind in ("greedy", "generous", "rank-maximal")]
        aims += [a.RankProfile("generous", of="both", weight=weight), a.EqualSides(weight=weight)]
    if "site" in found.attribute_names:
        aims += [a.Shares("site", weight=weight), a.Parity("site", weight=weight), a.FitParity("site", weight=weight)]
    return aims


def in_order(tiers):
    """The tiers, with a Coverage before those that need one."""
    flat = (aim for tier in tiers for aim in (tier if isinstance(tier, tuple) else (tier,)))
    return [mm.aims.Coverage(), *tiers] if any(aim.after_coverage for aim in flat) else tiers


def program(rng, found):
    """Some rules, up to three tiers, some of them weighted."""
    rules = apart(rng, some(rng, rules_for(found), 2))
    group = rng.choice([(1, 1), (1, 1), (1, 1), (1, 3)])
    if rng.random() < 0.4:
        return mm.Program(rules=rules, group=group)
    tiers = rng.choices(aims_for(found), k=rng.randint(1, 3))
    if rng.random() < 0.4 and not _alone(tiers[-1]):
        others = [aim for aim in aims_for(found, rng.choice([1, 2, 0.3])) if not _alone(aim)]
        tiers[-1] = (tiers[-1], rng.choice(others))
    return mm.Program(rules=rules, group=group, aims=in_order(tiers))


def _alone(aim):
    return aim.vector or aim.alone


def apart(rng, rules):
    """Without locks where something is forbidden: a program itself refuses what is both."""
    del rng
    if any(rule.name == "Forbid" for rule in rules):
        return [rule for rule in rules if rule.name != "Lock"]
    return rules


def of_pairs(number):
    """(cohort, program) of pairs."""
    rng = random.Random(f"pairs {number}")
    found = cohort(rng)
    return found, program(rng, found)


def of_groups(number):
    """(cohort, program) of groups."""
    rng = random.Random(f"groups {number}")
    found = cohort(rng, mentors=3, mentees=6, timed=rng.random() < 0.5)
    rules = some(rng, [rule for rule in rules_for(found) if rule.name != "Stable"], 1)
    rules += some(rng, group_rules_for(found), 1)
    aims = [aim for aim in aims_for(found) if aim.name != "Nash"] + 3 * group_aims_for(found)
    tiers = rng.choices(aims, k=rng.randint(1, 2))
    group = rng.choice([(1, 1), (1, 2), (2, 2), (2, 3), (3, 4)])
    return found, mm.Program(group=group, rules=rules, aims=in_order(tiers))


def group_rules_for(found):
    """Rules about who sits together, and when."""
    mentees = sorted(p.id for p in found if p.requests)
    sites = sorted({p.site for p in found if p.site})
    rules = [mm.rules.LevelSpread(1), mm.rules.LevelSpread(0, missing="allow")]
    if len(mentees) > 1:
        rules.append(mm.rules.Together([mentees[:2]]))
    if "site" in found.attribute_names:
        rules += [mm.rules.DiffersWithin("site"), mm.rules.DiffersWithin("site", missing="allow")]
        rules += [mm.rules.GroupCount("site", "Rome", 1), mm.rules.GroupCount("site", "Oslo", 0, 1)]
    if "department" in found.attribute_names:
        rules += [mm.rules.DiffersWithin("department"), mm.rules.GroupCount("department", "a", 1, 2)]
    return rules + [
        mm.rules.CommonSlot(slots, quorum=quorum, rooms=rooms, missing=missing)
        for slots in (SLOTS[:2], SLOTS[1:])
        for quorum, rooms, missing in ((1, {}, "allow"), (1, dict.fromkeys(sites, 1), "allow"), (0.5, {}, "forbid"))
    ]


def group_aims_for(found):
    """Aims about who sits together."""
    aims = [mm.aims.SizeNear(2), mm.aims.SizeNear(3)]
    for name in ("site", "department"):
        if name in found.attribute_names:
            aims += [mm.aims.Diversity(name), mm.aims.Cohesion(name)]
    return aims


def of_ranks(number):
    """(cohort, tied): everybody ranks, strict or with ties, mentors with one offer or projects."""
    rng = random.Random(f"ranks {number}")
    mentees = [f"e{k}" for k in range(rng.randint(2, 8))]
    mentors = [f"m{k}" for k in range(rng.randint(2, 5))]
    projects = number % 3 == 2
    offers = {f"{m}-{k}": m for m in mentors for k in range(rng.randint(1, 2))} if projects else None
    named = list(offers) if offers else mentors
    tied = number % 2 == 1
    write = ties if tied else (lambda _rng, order: tuple(order))
    lists = {e: _plain(write(rng, rng.sample(named, rng.randint(1, len(named))))) for e in mentees}
    wanted = {m: _plain(write(rng, rng.sample(mentees, rng.randint(1, len(mentees))))) for m in mentors}
    capacity = {m: rng.randint(1, 3) for m in mentors}
    least = {m: rng.randint(0, 1) for m in mentors} if rng.random() < 0.2 else 0
    return mm.Cohort.from_rankings(lists, wanted, capacity=capacity, offers=offers, min_load=least), tied


def _plain(entries):
    return [list(entry) if isinstance(entry, tuple) else entry for entry in entries]


FORMATS = [
    Format("meet", (SessionSpec(60, "in_person"),)),
    Format("weekly", (SessionSpec(60), SessionSpec(60)), (Gap(6, 7, 8),)),
    Format("twice", (SessionSpec(60), SessionSpec(60)), (Gap(1, 1, 3, working=True),)),
    Format(
        "talk",
        (SessionSpec(60), SessionSpec(60)),
        (Gap(0, 1, 3, (Touchpoint(answer_days=1, lead_days=1),)),),
    ),
]


def of_dates(number):
    """(cohort, pairs, what is asked of the calendar)."""
    rng = random.Random(f"dates {number}")
    windows = [f"{day} {hours}" for day in ("Mon", "Tue", "Thu", "Fri", "Sun") for hours in ("9-11", "10-12", "20-22")]
    pool = rng.sample(windows, 4)
    zones = rng.choice([["UTC"], ["Europe/Berlin"], ["Europe/Berlin", "Asia/Kathmandu", "America/New_York"]])

    def person(name, **facts):
        week = "; ".join(sorted(rng.sample(pool, rng.randint(2, 4))))
        site = rng.choice(["Rome", "Rome", "Oslo"])
        return mm.Participant(name, availability=week, timezone=rng.choice(zones), site=site, **facts)

    people = [person(f"m{k}", offers=[mm.Offer()], capacity=4) for k in range(2)]
    names = ["meet", "weekly", "twice", "talk", "single"]
    people += [person(f"e{k}", requests=[mm.Request(format=rng.choice(names))]) for k in range(rng.randint(2, 4))]
    pairs = [(rng.choice(["m0", "m1"]), person.id) for person in people[2:]]
    diaries = {
        p.id: mm.scheduling.Diary(
            per_day=rng.choice([None, 1, 2]),
            per_week=rng.choice([None, None, 1, 2]),
            buffer=rng.choice([None, 0, 45]),
            preferred=rng.choice(["", "Mon-Sun 9-10"]),
            blackout=rng.choice([(), ("2026-03-27",)]),
        )
        for p in some(rng, people, 3)
    }
    sites = {person.site for person in people}
    asked = {
        "start": "2026-03-26",
        "end": "2026-04-12",
        "hours": "",
        "grain": 30,
        "buffer": rng.choice([0, 30]),
        "diaries": diaries,
        "formats": FORMATS,
        "rooms": {"Rome": rng.choice([1, 2])} if "Rome" in sites and rng.random() < 0.5 else None,
        "travel": {("Oslo", "Rome"): rng.choice([30, 90])} if len(sites) > 1 and rng.random() < 0.5 else None,
        "wishes": mm.scheduling.Wishes(
            gap=rng.choice([0, 1440]),
            same_time=rng.choice([0, 3000]),
            preferred=rng.choice([0, 3000]),
            adjacent=rng.choice([0, 0, 500]),
        ),
    }
    return mm.Cohort(people), pairs, asked
