"""A question about groups as it is, and with one thing changed: whether groups are valid then, and what they count."""

from dataclasses import replace

import mmatch as mm
from group_oracle import GroupOracle


class Question:
    """A cohort and a program, and what the oracle says of groups: (offer id, ((mentee, topic), …), slot) each."""

    def __init__(self, cohort, program):
        self.cohort, self.program, self.oracle = cohort, program, GroupOracle(cohort, program)
        self.request = {(p.id, r.label): i for i, (p, r) in enumerate(self.oracle.requests)}
        self.offer = {offer.id: k for k, (_, offer) in enumerate(self.oracle.offers)}
        self.slots = () if self.oracle.slot_rule is None else self.oracle.slot_rule.slots

    def numbered(self, groups):
        """Groups as the oracle writes them."""
        return [
            (self.offer[o], [(self.request[seat], self.offer[o]) for seat in seats], slot) for o, seats, slot in groups
        ]

    def holds(self, groups):
        """Whether these groups are a valid answer."""
        oracle, numbered = self.oracle, self.numbered(groups)
        chosen = tuple(edge for _, part, _ in numbered for edge in part)
        if not set(chosen) <= set(oracle.edges) or len(set(chosen)) < len(chosen):
            return False
        if not oracle.within_limits(chosen) or not oracle.complete(chosen):
            return False
        if not all(oracle.sound(k, part) for k, part, _ in numbered) or not oracle.led_by_few(
            [(k, part) for k, part, _ in numbered]
        ):
            return False
        rule = oracle.slot_rule
        if rule is None:
            return not any(slot for *_, slot in groups)
        timed = all(slot in rule.slots for *_, slot in groups)
        return timed and oracle.attended(rule, numbered) and oracle.roomy(rule, numbered)

    def value(self, groups):
        """What groups count, tier by tier."""
        numbered = self.numbered(groups)
        return self.oracle.grouped_value(tuple(edge for _, part, _ in numbered for edge in part), numbered)

    def totals(self, groups):
        """(aim in words, its total) of every aim that is one number."""
        numbered = self.numbered(groups)
        chosen = tuple(edge for _, part, _ in numbered for edge in part)
        return [
            (
                aim.in_words,
                self.oracle.measure_groups(aim, numbered) if aim.grouped else self.oracle.measure(aim, chosen),
            )
            for tier in self.program.tiers
            for aim in tier
            if not aim.vector
        ]

    def changed(self, offer, *, group=None, groups=None, places=0, more=()):
        """The same question where one offer has other sizes, its mentor leads more or has more places, or more ask."""
        people = []
        for person in self.cohort:
            if offer not in [o.id for o in person.offers]:
                people.append(person)
                continue
            others = [o for o in person.offers if o.id != offer]
            mine = next(o for o in person.offers if o.id == offer)
            seats = None if mine.seats is None else mine.seats + places
            others.append(replace(mine, group=group or mine.group, seats=seats))
            listed = person.mentee_ranks and (*person.mentee_ranks, *(one.id for one in more))
            capacity = None if person.capacity is None else person.capacity + places
            known = {"mentee_ranks": listed, "capacity": capacity, "groups": groups or person.groups}
            people.append(replace(person, offers=others, **known))
        scores = self.cohort.scores
        if scores is not None:
            scores = dict(scores) | {(p.id, one.id): 0 for p in self.cohort for one in more}
        stated = self.cohort.stated
        cohort = mm.Cohort([*people, *more], topics=stated.topics, history=stated.history, scores=scores)
        return Question(cohort, self.program)
