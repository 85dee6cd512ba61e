"""The oracle with every rule and aim of mmatch written a third time: by their definitions, over Participants.

It shares no code with them: only the facts, and the trying of every matching, are those of `mmatch.testing`.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from decimal import ROUND_FLOOR, Decimal, localcontext
from fractions import Fraction

from mmatch.testing import oracle
from mmatch.testing.oracle import nearest, rank

UNLIMITED = 10**9


def as_set(person, attribute):
    value = {"site": person.site or None, "timezone": person.timezone}.get(attribute, person.attributes.get(attribute))
    if value is None:
        return frozenset()
    return frozenset((type(v) is bool, v) for v in (value if isinstance(value, tuple) else (value,)))


def floor_log(value):
    """log2 of a positive fraction in units of 2^-40, rounded down."""
    power = 0
    while value >= 2:
        value, power = value / 2, power + 1
    while value < 1:
        value, power = value * 2, power - 1
    with localcontext(prec=60):
        log = (Decimal(value.numerator) / Decimal(value.denominator)).ln() / Decimal(2).ln()
        return power * 2**40 + int((log * 2**40).to_integral_value(ROUND_FLOOR))


class Oracle(oracle.Oracle):
    """Every valid matching of (cohort, program) as tuples of edges, and the best value."""

    def rule_allows(self, rule, i, k):
        (mentee, request), (mentor, offer) = self.requests[i], self.offers[k]
        if rule.name in {"Differs", "Same"}:
            a, b = as_set(mentor, rule.mentor or rule.attribute), as_set(mentee, rule.mentee or rule.attribute)
            if not a or not b:
                return rule.missing == "allow"
            return bool(a & b) == (rule.name == "Same")
        if rule.name == "LevelGap":
            of_mentor, of_mentee = offer.level, request.level
            if rule.mentor:
                of_mentor, of_mentee = mentor.attributes.get(rule.mentor), mentee.attributes.get(rule.mentee)
            if not isinstance(of_mentor, int | float) or not isinstance(of_mentee, int | float):
                return rule.missing == "allow"
            gap = of_mentor - of_mentee
            return rule.least <= gap and (rule.most is None or gap <= rule.most)
        if rule.name == "Exempt":
            named = {(mentor.id, mentee.id), (mentor.id, mentee.id, offer.topic)} & set(rule.pairs)
            return bool(named) or self.rule_allows(rule.rule, i, k)
        if rule.name == "Forbid":
            return not {(mentor.id, mentee.id), (mentor.id, mentee.id, offer.topic)} & set(rule.pairs)
        if rule.name == "NoRepeat":
            history = self.cohort.history if rule.before else ()
            return not any({m.mentor, m.mentee} == {mentor.id, mentee.id} for m in history)
        if rule.name == "SharedTime":
            return self.share_time(rule, mentor, mentee)
        return rule.function(mentor, mentee) if rule.name == "Check" else True

    @staticmethod
    def share_time(rule, mentor, mentee):
        """Whether two people on one clock are free together for a session at all; weeks are as "Mon 9-11; Tue 9-10"."""
        if mentor.availability is None or mentee.availability is None:
            return rule.missing == "allow"
        one, other = ([part.split() for part in p.availability.split("; ")] for p in (mentor, mentee))
        shared = [
            min(int(b.split("-")[1]), int(d.split("-")[1])) - max(int(b.split("-")[0]), int(d.split("-")[0]))
            for day, b in one
            for same, d in other
            if day == same
        ]
        return max(shared, default=0) * 60 >= rule.minutes

    def __init__(self, cohort, program):
        self.people = {p.id: p for p in cohort}
        super().__init__(cohort, program)

    def group(self, offer):
        return offer.group or self.program.group_of(offer.topic)

    def seats(self, mentor):
        largest = max((self.group(o)[1] for o in mentor.offers), default=0)
        if mentor.capacity is None:
            return (1 if mentor.groups is None else mentor.groups) * largest
        return min(mentor.capacity, UNLIMITED if mentor.groups is None else mentor.groups * largest)

    def within_limits(self, chosen):
        """No upper limit is passed (so far)."""
        load = Counter(self.offers[k][0].id for _, k in chosen)
        taken = Counter(k for _, k in chosen)
        filled = Counter(i for i, _ in chosen)
        met = Counter((i, self.offers[k][0].id) for i, k in chosen)
        same = Counter((self.requests[i][0].id, self.offers[k][0].id) for i, k in chosen)
        within = any(rule.name == "NoRepeat" and rule.within for rule in self.program.rules)
        seats = Counter(self.requests[i][0].id for i, _ in chosen)
        most = min([rule.n for rule in self.program.rules if rule.name == "AtMost"], default=UNLIMITED)
        return (
            all(n <= self.seats(self.people[m]) for m, n in load.items())
            and all(self.offers[k][1].seats is None or n <= self.offers[k][1].seats for k, n in taken.items())
            and all(n <= self.requests[i][1].mentors for i, n in filled.items())
            and all(n <= 1 for n in met.values())
            and (not within or all(n <= 1 for n in same.values()))
            and all(n <= most for n in seats.values())
            and all(self.leads(p, taken, chosen) for p in self.cohort if p.id in load)
        )

    def leads(self, mentor, taken, chosen):
        """The mentor's seats fit into as many groups as may be led, with nobody twice in one."""
        limit = 1 if mentor.groups is None and mentor.capacity is None else mentor.groups
        often = Counter((k, self.requests[i][0].id) for i, k in chosen)
        needed = sum(
            max([-(-n // self.group(self.offers[k][1])[1]), *(t for (j, _), t in often.items() if j == k)])
            for k, n in taken.items()
            if self.offers[k][0].id == mentor.id
        )
        return limit is None or needed <= limit

    def complete(self, chosen):
        """All that must happen happens."""
        load = Counter(self.offers[k][0].id for _, k in chosen)
        if any(load[p.id] < p.min_load for p in self.cohort):
            return False
        return all(self.rule_holds(rule, chosen) for rule in self.program.rules)

    def rule_holds(self, rule, chosen):
        """What a rule says of several pairs together; the rest stands in `rule_allows` and `within_limits`."""
        if rule.name == "Everyone":
            served = {self.requests[i][0].id for i, _ in chosen}
            filled = Counter(i for i, _ in chosen)
            if rule.of == "mentees":
                return all(p.id in served or not sum(r.mentors for r in p.requests) for p in self.cohort)
            return all(filled[i] >= r.mentors for i, (_, r) in enumerate(self.requests))
        if rule.name == "Lock":
            there = {(self.offers[k][0].id, self.requests[i][0].id, self.offers[k][1].topic) for i, k in chosen}
            return all(any(pair == t[: len(pair)] for t in there) for pair in rule.pairs)
        if rule.name == "Linked":
            met = {(self.requests[i][0].id, self.offers[k][0].id) for i, k in chosen}
            return all(len({frozenset(m for e, m in met if e == name) for name in names}) <= 1 for names in rule.sets)
        if rule.name == "Stable":
            from stable_oracle import Slow

            return not Slow(self.cohort, self.program, chosen, self).pairs(rule.kind)
        return True

    def new_topic(self, mentee, request):
        """Whether a request asks for some topic that is not, and is not above or below, one of a past meeting."""
        talked = {m.topic for m in self.cohort.history if m.mentee == mentee.id and m.topic}
        wanted = [topic for topic in request.topics if topic]
        return any(not any(t in self.line(topic) or topic in self.line(t) for t in talked) for topic in wanted)

    def line(self, topic):
        """A topic and all above it."""
        found = [topic]
        while found[-1] in self.cohort.stated.topics:
            found.append(self.cohort.stated.topics[found[-1]])
        return found

    def measure(self, aim, chosen):  # noqa: PLR0912 - one branch an aim
        rows = [(*self.requests[i], *self.offers[k]) for i, k in chosen]
        if aim.name == "Coverage":
            return len(rows) if aim.of == "requests" else len({mentee.id for mentee, *_ in rows})
        if aim.name == "Served":
            names, n = {mentee.id for mentee, *_ in rows}, len(aim.people)
            return sum((n - k if aim.in_order else 1) for k, name in enumerate(aim.people) if name in names)
        if aim.name in {"EvenLoad", "EvenSeats"}:
            loads = Counter(mentor.id if aim.name == "EvenLoad" else mentee.id for mentee, _, mentor, _ in rows)
            if aim.targets:
                return -sum(((loads[name] - Fraction(t)) ** 2 / 2 for name, t in aim.targets), Fraction(0))
            return -sum(n * (n - 1) // 2 for n in loads.values())
        if aim.name in {"WorstOff", "Leximin"}:
            fits = Counter()
            for mentee, request, mentor, offer in rows:
                fits[mentee.id] += self.fit(mentee, request, mentor, offer)
            ordered = sorted(fits.values())
            return tuple(ordered) if aim.name == "Leximin" else (ordered or [Fraction(0)])[0]
        if aim.name == "Nash":
            fits = Counter()
            for mentee, request, mentor, offer in rows:
                fits[mentee.id] += self.fit(mentee, request, mentor, offer)
            good = [fit for fit in fits.values() if fit > 0]
            return Fraction(len(good)), Fraction(sum(map(floor_log, good)), 2**40)
        if aim.name == "RankProfile":
            return self.profile(aim, rows)
        if aim.name == "EqualSides":
            return self.equal_sides(rows)
        if aim.name == "PriorityClasses":
            classes = sorted({r.priority for _, r in self.requests}, reverse=True) or [1]
            return tuple(Fraction(sum(request.priority == c for _, request, *_ in rows)) for c in classes)
        if aim.name == "NewMentors":
            return len({mentor.id for _, _, mentor, _ in rows} - {m.mentor for m in self.cohort.history})
        if aim.name == "NewTopics":
            return sum(self.new_topic(*self.requests[i]) for i in {i for i, _ in chosen})
        if aim.name in {"Parity", "FitParity"}:
            return (self.parity if aim.name == "Parity" else self.fit_parity)(aim, rows)
        return sum((self.pair_score(aim, *row) for row in rows), Fraction(0))

    def fit_parity(self, aim, rows):
        """Minus the difference between the best and the worst mean fit of a segment."""
        wanted, total = Counter(), Counter()
        for p in self.cohort:
            for item in segments_of(p, aim.attribute):
                wanted[item] += sum(request.mentors for request in p.requests)
        for mentee, request, mentor, offer in rows:
            for item in segments_of(mentee, aim.attribute):
                total[item] += self.fit(mentee, request, mentor, offer)
        means = [Fraction(total[item]) / seats for item, seats in wanted.items() if seats]
        return -(max(means) - min(means)) if means else Fraction(0)

    def equal_sides(self, rows):
        won = sum(rank(mentee.ranks, offer.id, mentor.id) for mentee, _, mentor, offer in rows)
        return -abs(won - sum(rank(mentor.mentee_ranks, mentee.id) for mentee, _, mentor, _ in rows))

    def fit(self, mentee, request, mentor, offer):
        if self.cohort.scores is None:
            return Fraction(1, 2 ** nearest(self.cohort, request, offer))
        return Fraction(self.cohort.scores[mentor.id, mentee.id])

    def profile(self, aim, rows):
        lists = [p.ranks for p in self.cohort if aim.of != "mentors"]
        lists += [p.mentee_ranks for p in self.cohort if aim.of != "mentees"]
        worst = max([len(entries) for entries in lists if entries is not None] + [1])
        got = Counter(
            max(
                rank(mentee.ranks, offer.id, mentor.id) if aim.of != "mentors" else 1,
                rank(mentor.mentee_ranks, mentee.id) if aim.of != "mentees" else 1,
            )
            for mentee, _, mentor, offer in rows
        )
        counts = [got[r] for r in range(1, worst + 1)]
        if aim.kind == "rank-maximal":
            return tuple(counts)
        return (len(rows), *(counts if aim.kind == "greedy" else [-n for n in reversed(counts)]))

    def parity(self, aim, rows):
        wanted, filled = Counter(), Counter()
        for person in self.cohort:
            wanted[getattr(person, aim.attribute)] += sum(r.mentors for r in person.requests)
        for mentee, *_ in rows:
            filled[getattr(mentee, aim.attribute)] += 1
        return -sum((Fraction(n * n, wanted[key]) for key, n in filled.items() if key), Fraction(0))

    def relative(self, aim, mentee, score):
        own = [Fraction(value) for (_, name), value in self.cohort.scores.items() if name == mentee.id]
        base = min(own) if aim.scale == "range" else 0
        if max(own) <= base:
            return Fraction(0)
        return Fraction(round((Fraction(score) - base) / (max(own) - base) * 2**40), 2**40)

    def newness(self, aim, mentor, mentee):
        days = [m.date and dt.date.fromisoformat(m.date).toordinal() for m in self.cohort.history]
        latest = max((d for d in days if d), default=0)
        worth = [Fraction(1)]
        for m, day in zip(self.cohort.history, days, strict=True):
            if {m.mentor, m.mentee} == {mentor.id, mentee.id}:
                again = aim.half_life and day and 1 - 2 ** (-(latest - day) / aim.half_life)
                worth.append(Fraction(round((again or 0) * 2**40), 2**40))
        other = [as_set(mentor, name) and as_set(mentee, name) for name in aim.across]
        apart = [both and not as_set(mentor, n) & as_set(mentee, n) for n, both in zip(aim.across, other, strict=True)]
        return min(worth) + sum(map(bool, apart))

    def pair_score(self, aim, mentee, request, mentor, offer):
        if aim.name == "Fit":
            return Fraction(self.cohort.scores[mentor.id, mentee.id])
        if aim.name == "FeatureFit":
            given = (mentor.attributes.get(aim.mentor), mentee.attributes.get(aim.mentee or aim.mentor))
            return Fraction(sum(a * b for a, b in zip(*given, strict=True)) if all(given) else 0)
        if aim.name == "RelativeFit":
            return self.relative(aim, mentee, self.cohort.scores[mentor.id, mentee.id])
        if aim.name == "NewConnections":
            return self.newness(aim, mentor, mentee)
        if aim.name == "Keep":
            named = {(mentor.id, mentee.id), (mentor.id, mentee.id, offer.topic)}
            return Fraction(bool(named & set(aim.previous)))
        if aim.name == "Priority":
            return Fraction(request.priority)
        if aim.name == "TopicFit":
            return Fraction(1, 2 ** nearest(self.cohort, request, offer))
        if aim.name == "Score":
            return Fraction(aim.function(mentor, mentee))
        if aim.name == "Shares":
            of_mentor, of_mentee = aim.mentor or aim.attribute, aim.mentee or aim.attribute
            return Fraction(bool(as_set(mentor, of_mentor) & as_set(mentee, of_mentee)))
        if aim.name == "LevelSteps":
            if offer.level is None or request.level is None:
                return Fraction(0)
            return Fraction(dict(aim.points).get(offer.level - request.level, 0))
        mentee_rank = rank(mentee.ranks, offer.id, mentor.id)
        mentor_rank = rank(mentor.mentee_ranks, mentee.id)
        ranks = {"mentees": mentee_rank, "mentors": mentor_rank, "both": mentee_rank + mentor_rank}
        if aim.power == 2:
            ranks = {"mentees": mentee_rank**2, "mentors": mentor_rank**2, "both": mentee_rank**2 + mentor_rank**2}
        return Fraction(-ranks[aim.of])


def segments_of(person, attribute):
    """The values of an attribute of a person, each once."""
    value = person.site if attribute == "site" else person.attributes.get(attribute)
    items = value if isinstance(value, tuple) else (value,)
    return {(type(item) is bool, item) for item in items if item not in {None, ""}}
