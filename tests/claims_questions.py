"""Random questions for the judges of reasons: every rule and aim comes up, for pairs, groups and stable matchings."""

import random
from dataclasses import replace

import mmatch as mm
from mmatch import Offer, Participant, Request
from strategies import TREE, aims_for, group_aims_for, group_rules_for, in_order, rules_for

WEEKS = (None, "Mon 9-10", "Mon 9-11", "Mon 9-11; Tue 9-12", "Mon 9-11; Tue 9-12", "Tue 9-11")


def question_of_pairs(seed):
    """A cohort of a few people and a program with up to three rules, every kind of which comes up."""
    draw = random.Random(seed)
    topics = ["x", "y", "z"][: draw.randint(1, 3)]
    mentors = [
        Participant(
            f"m{k}",
            offers=[
                Offer(t, seats=draw.choice([None, None, 1, 2]))
                for t in draw.sample(topics, draw.randint(1, len(topics)))
            ],
            capacity=draw.choice([0, 1, 1, 2, 3]),
            attributes={"team": draw.choice("ab")},
        )
        for k in range(draw.randint(1, 3))
    ]
    mentees = [
        Participant(
            f"e{k}",
            requests=[
                Request(t, mentors=draw.choice([1, 1, 1, 2]), priority=draw.choice([1, 1, 2]))
                for t in draw.sample(topics, draw.randint(1, min(2, len(topics))))
            ],
            attributes={"team": draw.choice("ab")},
        )
        for k in range(draw.randint(2, 4))
    ]
    pairs = [(m.id, e.id) for m in mentors for e in mentees]
    scores = {pair: draw.randint(-2, 6) for pair in pairs}
    cohort = mm.Cohort([*mentors, *mentees], scores=scores)
    names = [e.id for e in mentees]
    rules = [
        lambda: mm.rules.AtMost(draw.randint(1, 2)),
        lambda: mm.rules.Lock([draw.choice(pairs)]),
        lambda: mm.rules.NoRepeat(within=True),
        lambda: mm.rules.Forbid(draw.sample(pairs, min(2, len(pairs)))),
        lambda: mm.rules.Differs("team"),
        lambda: mm.rules.Same("team"),
        lambda: mm.rules.Linked([tuple(draw.sample(names, 2))]),
        mm.rules.Everyone,
    ]
    aims = [
        lambda: mm.aims.Coverage(draw.choice(["requests", "mentees"])),
        mm.aims.Fit,
        mm.aims.EvenLoad,
        mm.aims.Priority,
        mm.aims.TopicFit,
    ]
    chosen = [make() for make in draw.sample(rules, draw.choice([0, 1, 1, 2, 3]))]
    wanted = [mm.aims.Coverage(), *(make() for make in draw.sample(aims[1:], draw.randint(0, 2)))]
    if draw.random() < 0.3:
        wanted = [make() for make in draw.sample(aims, draw.randint(1, 3))]
    return cohort, mm.Program(rules=chosen, aims=wanted), {}


def _ranking(draw, names):
    """Some of the names in any order, neighbours tied at times; mostly all of them."""
    order = draw.sample(names, len(names) - draw.choice([0, 0, 0, 1]))
    entries = []
    for name in order:
        if entries and draw.random() < 0.3:
            entries[-1] = (*(entries[-1] if isinstance(entries[-1], tuple) else (entries[-1],)), name)
        else:
            entries.append(name)
    return tuple(entries)


def _person(draw, name, role, topics, others):
    offers, requests = (), ()
    if role != "mentee":
        found = draw.sample(topics, draw.randint(1, len(topics)))
        group = [None, None, None, (1, 3), (2, 2)] if draw.random() < 0.3 else [None]
        offers = [
            Offer(t, seats=draw.choice([None, None, None, 1, 2]), level=draw.randint(0, 3), group=draw.choice(group))
            for t in found
        ]
    if role != "mentor":
        asked = draw.sample(topics, draw.choice([1, 1, min(2, len(topics))]))
        joined = [tuple(t for t in asked if t)] if len([t for t in asked if t]) > 1 and draw.random() < 0.3 else asked
        requests = [
            Request(
                t,
                mentors=draw.choice([1, 1, 1, 2]),
                priority=draw.choice([1, 1, 2]),
                level=draw.choice([None, 0, 1, 2]),
            )
            for t in joined
        ]
    attributes = {}
    if draw.random() < 0.7:
        attributes["department"] = draw.choice(["a", "b", ("a", "b"), ("c",)])
        attributes |= {"wanted": draw.choice(["a", ("Rome", "b")]), "years": draw.choice([1, 2, "?"])}
    return Participant(
        name,
        offers=offers,
        requests=requests,
        capacity=draw.choice([None, None, 0, 1, 2, 3, 4]) if offers else None,
        groups=draw.choice([None, None, 1, 2]),
        site=draw.choice(["", "Rome", "Oslo"]),
        attributes=attributes,
        availability=draw.choice(WEEKS),
        avoids=draw.choice([(), (), (), (), tuple(others[:1])]),
    )


def wide_cohort(draw, most_mentors, most_mentees, *, scored=0.4, ranked=0.3):
    """People in one role or both, with all that a rule or an aim may look at."""
    topics = draw.choice([[""], ["", "data"], ["data", "writing"], ["data", "statistics", "r"]])
    mentors = [f"m{k}" for k in range(draw.randint(1, most_mentors))]
    mentees = [f"e{k}" for k in range(draw.randint(2, most_mentees))]
    roles = [(name, draw.choice(["mentor"] * 7 + ["both"])) for name in mentors]
    roles += [(name, draw.choice(["mentee"] * 7 + ["both"])) for name in mentees]
    ids = [name for name, _ in roles]
    people = [_person(draw, name, role, topics, [i for i in ids if i != name]) for name, role in roles]
    people = [replace(p, min_load=1) if p.offers and p.capacity and draw.random() < 0.1 else p for p in people]
    if draw.random() < ranked:
        people = [_ranked(draw, p, ids) for p in people]
    pairs = [(a, b) for a in ids for b in ids if a != b]
    scores = {pair: draw.choice([-2, 0, 1, 2.5, 4, 6]) for pair in pairs if draw.random() < 0.95}
    history = [mm.Meeting(*draw.choice(pairs), topic=draw.choice(["", *topics])) for _ in range(draw.choice([0, 0, 2]))]
    return mm.Cohort(people, topics=TREE, history=history, scores=scores if draw.random() < scored else None)


def _ranked(draw, person, ids):
    others = [name for name in ids if name != person.id]
    lists = {name: _ranking(draw, others) for name in ("ranks", "mentee_ranks") if draw.random() < 0.8}
    return replace(person, **lists)


def _program(draw, rules, aims, **options):
    """A few rules, and up to three tiers, the last of them weighted at times."""
    rules = draw.sample(rules, min(draw.choice([0, 1, 1, 2, 2]), len(rules)))
    tiers = draw.sample(aims(1), draw.choice([1, 1, 2, 3]))
    if draw.random() < 0.6:
        tiers = [mm.aims.Coverage(), *(aim for aim in tiers if aim.name != "Coverage")]
    light = [aim for aim in aims(0.3) if not aim.vector and not aim.alone]
    if draw.random() < 0.3 and not tiers[-1].vector and not tiers[-1].alone:
        tiers[-1] = (tiers[-1], draw.choice(light))
    return mm.Program(rules=rules, aims=in_order(tiers), **options)


def wide_question_of_pairs(seed):
    """Pairs under any rule and aim."""
    draw = random.Random(seed)
    cohort = wide_cohort(draw, 3, 4)
    names = sorted(p.id for p in cohort if p.requests)
    rules = [*rules_for(cohort), mm.rules.AtMost(2), mm.rules.Linked([draw.sample(names, 2)])]
    return cohort, _program(draw, rules, lambda weight: aims_for(cohort, weight)), {}


def question_of_groups(seed):
    """Groups under any rule and aim, at slots or without; a quick answer at times, which need not be the best."""
    draw = random.Random(seed)
    cohort = wide_cohort(draw, 3, 8, ranked=0.1)
    rules = group_rules_for(cohort)
    timed = [rule for rule in rules if rule.name == "CommonSlot"]
    rules = [rule for rule in rules if rule.name != "CommonSlot"] + rules_for(cohort) + [mm.rules.AtMost(1)] * 2
    program = _program(
        draw,
        rules,
        lambda weight: [*aims_for(cohort, weight), *group_aims_for(cohort, weight)],
        group=draw.choice([(1, 2), (2, 2), (2, 3), (2, 3), (3, 4), (1, 3)]),
    )
    if draw.random() < 0.4:
        program = replace(program, rules=(*program.rules, draw.choice(timed)))
    if draw.random() < 0.15:
        return cohort, program, {"solver": "greedy"}
    return cohort, program, {}


def question_of_stability(seed):
    """Rankings with ties, offers that share a mentor, several requests of one person; every way to a stable answer."""
    draw = random.Random(seed)
    cohort = wide_cohort(draw, 4, 6, scored=0.2, ranked=1)
    people = [replace(p, requests=[replace(r, mentors=draw.choice([1] * 9 + [0])) for r in p.requests]) for p in cohort]
    people = [replace(p, offers=[replace(offer, group=None) for offer in p.offers]) for p in people]
    if draw.random() < 0.8:
        people = [replace(p, min_load=0) for p in people]
    if draw.random() < 0.3:  # strict lists
        people = [
            replace(p, **{name: _strict(getattr(p, name)) for name in ("ranks", "mentee_ranks") if getattr(p, name)})
            for p in people
        ]
    cohort = mm.Cohort(people, topics=TREE, history=cohort.history, scores=cohort.scores)
    rules = [rule for rule in rules_for(cohort) if rule.name not in {"Stable", "Lock", "Everyone", "AtMost"}]
    rules = draw.sample(rules, draw.choice([0, 0, 1, 1, 2]))
    way = draw.random()
    if way < 0.25:
        stable = mm.rules.Stable(draw.choice(["weak", "strong", "super"]))
        aims = draw.sample([aim for aim in aims_for(cohort) if not aim.after_coverage], draw.choice([1, 2]))
        return cohort, mm.Program(rules=[*rules, stable], aims=aims), {}
    kind = "super" if way < 0.35 else "weak"
    ties = draw.choice(["lottery", "lottery", "three_halves", "largest"]) if kind == "weak" else "lottery"
    side = draw.choice(["mentee", "mentor"]) if kind == "weak" else "mentee"
    aims = [mm.aims.Coverage()] if ties == "largest" else None
    solver = mm.solvers.Stable(side=side, kind=kind, ties=ties)
    return cohort, mm.Program(rules=rules, aims=aims), {"solver": solver, "seed": draw.randint(0, 3)}


def _strict(entries):
    return tuple(name for entry in entries for name in (entry if isinstance(entry, tuple) else (entry,)))
