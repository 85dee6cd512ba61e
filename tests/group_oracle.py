"""The oracle for groups: tries every way to seat a small cohort in groups, in plain Python over Participants.

It extends the oracle of seats: every valid choice of seats is split in all ways into matches, with all slots.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations, product

import mmatch as mm
from oracle import Oracle, as_set

DAY = {name: 1440 * k for k, name in enumerate(("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"))}


def span(text):
    """ "Mon 9-10" as minutes of the week."""
    day, hours = text.split()
    start, end = (int(h) * 60 for h in hours.split("-"))
    return DAY[day] + start, DAY[day] + end


def free(person, slot, missing):
    if person.availability is None:
        return missing == "allow"
    start, end = span(slot)
    return any(a <= start and end <= b for a, b in (span(part) for part in person.availability.split("; ")))


def overlap(one, other):
    (a, b), (c, d) = span(one), span(other)
    return a < d and c < b


def splits(items):
    """All partitions of a list."""
    if not items:
        yield []
        return
    first, rest = items[0], items[1:]
    for size in range(len(rest) + 1):
        for others in combinations(rest, size):
            left = [item for item in rest if item not in others]
            for more in splits(left):
                yield [[first, *others], *more]


class GroupOracle(Oracle):
    """Every valid `Matching` of (cohort, program) with groups."""

    def leads(self, mentor, taken, chosen):
        """Groups are counted where they are formed."""
        return True

    @property
    def slot_rule(self):
        return next((rule for rule in self.program.rules if rule.name == "CommonSlot"), None)

    def groupings(self, chosen):
        """All valid ways to form groups from chosen seats: lists of (offer, [(request, offer), …], slot)."""
        per_offer = []
        for k in sorted({k for _, k in chosen}):
            seats = [edge for edge in chosen if edge[1] == k]
            found = [parts for parts in splits(seats) if all(self.sound(k, part) for part in parts)]
            per_offer.append([[(k, part) for part in parts] for parts in found])
        for choice in product(*per_offer):
            matches = [match for parts in choice for match in parts]
            if self.led_by_few(matches):
                yield from self.timed(matches)

    def sound(self, k, part):
        """Sizes, nobody twice, nobody with somebody whom they avoid, and the rules about who sits together."""
        least, most = self.group(self.offers[k][1])
        people = [self.requests[i][0] for i, _ in part]
        if not least <= len(part) <= most or len({p.id for p in people}) < len(people):
            return False
        if any(a.id in b.avoids or b.id in a.avoids for a, b in combinations(people, 2)):
            return False
        return all(self.composed(rule, part) for rule in self.program.rules)

    def composed(self, rule, part):
        """Whether a rule about who sits together lets these seats be one match."""
        people, requests = [self.requests[i][0] for i, _ in part], [self.requests[i][1] for i, _ in part]
        if rule.name == "GroupCount":
            n = sum((False, rule.value) in as_set(p, rule.attribute) for p in people)
            return rule.least <= n and (rule.most is None or n <= rule.most)
        if rule.name == "DiffersWithin":
            values = [as_set(p, rule.attribute) for p in people]
            missing = rule.missing == "forbid" and len(people) > 1 and not all(values)
            return not missing and not any(a & b for a, b in combinations(values, 2))
        if rule.name == "LevelSpread":
            levels = [r.level for r in requests]
            known = [level for level in levels if level is not None]
            if len(known) < len(levels) > 1 and rule.missing == "forbid":
                return False
            return not known or max(known) - min(known) <= rule.most
        if rule.name == "Together":
            names = {p.id for p in people}
            return all(names >= set(linked) or names.isdisjoint(linked) for linked in rule.sets)
        return True

    def measure_groups(self, aim, grouping):
        if aim.name == "SizeNear":
            return -sum(abs(len(part) - aim.target) for _, part, *_ in grouping)
        distinct = 0
        for _, part, *_ in grouping:
            values = [as_set(self.requests[i][0], aim.attribute) or {None} for i, _ in part]
            distinct += len(set().union(*values)) - 1
        return distinct if aim.name == "Diversity" else -distinct

    def grouped_value(self, chosen, grouping):
        """The value of one grouping, with aims about who sits together."""
        found = []
        for tier in self.program.tiers:
            parts = [
                (Fraction(str(a.weight)), self.measure_groups(a, grouping) if a.grouped else self.measure(a, chosen))
                for a in tier
            ]
            alone = isinstance(parts[0][1], tuple)
            total = (
                tuple(parts[0][0] * x for x in parts[0][1]) if alone else sum((w * x for w, x in parts), Fraction(0))
            )
            found.append(total)
        return tuple(found)

    def led_by_few(self, matches):
        for person in self.cohort:
            limit = 1 if person.groups is None and person.capacity is None else person.groups
            led = sum(self.offers[k][0].id == person.id for k, _ in matches)
            if limit is not None and led > limit:
                return False
        return True

    def timed(self, matches):
        rule = self.slot_rule
        if rule is None:
            yield [(k, part, "") for k, part in matches]
            return
        for slots in product(rule.slots, repeat=len(matches)):
            timed = [(k, part, slot) for (k, part), slot in zip(matches, slots, strict=True)]
            if self.attended(rule, timed) and self.roomy(rule, timed):
                yield timed

    def attended(self, rule, timed):
        busy = []
        for k, part, slot in timed:
            mentors = [self.offers[k][0]]
            mentees = [self.requests[i][0] for i, _ in part]
            if not all(free(mentor, slot, rule.missing) for mentor in mentors):
                return False
            if sum(free(p, slot, rule.missing) for p in mentees) < rule.quorum * len(mentees):
                return False
            busy += [(p.id, slot) for p in (*mentors, *mentees)]
        return not any(a == b and overlap(s, t) for (a, s), (b, t) in combinations(busy, 2))

    def roomy(self, rule, timed):
        for site, rooms in dict(rule.rooms).items():
            here = [slot for k, _, slot in timed if self.offers[k][0].site == site]
            if any(sum(span(s)[0] <= span(t)[0] < span(s)[1] for s in here) > rooms for t in here):
                return False
        return True

    def grouped(self):
        """Every valid choice of seats with one of its groupings at least: (chosen, grouping)."""
        for chosen in self.matchings():
            for grouping in self.groupings(chosen):
                yield chosen, grouping

    def best(self):
        """The lexicographically greatest value; None where nothing is valid."""
        if any(aim.grouped for tier in self.program.tiers for aim in tier):
            return max((self.grouped_value(chosen, grouping) for chosen, grouping in self.grouped()), default=None)
        found = (self.value(chosen) for chosen in self.matchings() if next(self.groupings(chosen), None) is not None)
        return max(found, default=None)

    def matching(self, grouping):
        """A grouping as a Matching."""
        matches = []
        for k, part, slot in grouping:
            mentor, offer = self.offers[k]
            seats = sorted((self.requests[i][0].id, self.requests[i][1].label) for i, _ in part)
            names = tuple(name for name, _ in seats)
            matches.append(mm.Match(mentor.id, names, offer.topic, offer.id, tuple(t for _, t in seats), slot))
        return mm.matching_from_pairs(self.cohort, matches)
