"""The judge of reasons for groups: every change that a reason names is made anew, in the question and in the answer.

It tries nothing out with the library: whether groups are valid, and what they count, is the oracle's to say.
"""

import random
from dataclasses import replace
from fractions import Fraction

from changed_questions import Question
from claims_in_words import unsaid
from claims_of_pairs import Judge, first_loss
from group_oracle import free, overlap
from mmatch import Participant, Request
from oracle import nearest

MOST_GUESTS = 300
TRAITS = {"department": ["a", "b", "c", "d", "e"], "wanted": ["a", "b", "c", "d", "Rome", "Oslo"], "years": [1, 2]}


class GroupJudge(Judge):
    """What may be said of one answer in groups."""

    def __init__(self, cohort, program, result):
        super().__init__(cohort, program, result)
        self.question = Question(cohort, program)
        self.groups = [(m.offer, tuple(zip(m.mentees, m.requested, strict=True)), m.slot) for m in result.matching]
        self.waiting = set(result.matching.unmatched)
        self.optimal = result.status == "optimal"

    def knows(self, reason):
        """Whether a reason is about groups, or about what one person may have at most."""
        return not {"limit", "open", "mentees"}.isdisjoint(reason.facts)

    def faults(self, reason):
        """What is false about a reason; empty where all of it is true."""
        found, facts = [f"it does not say {text}" for text in unsaid(reason, self.cohort)], reason.facts
        if "limit" in facts:
            return found + list(self._limited(reason))
        for group in (facts, facts.get("larger", {}), facts.get("instead", {})):
            if len(group.get("mentees", ())) != len(group.get("requested", ())):
                return [*found, "some of a group asked for nothing"]
        if "open" in facts:
            found += self._open(reason)
        elif "least" in facts and reason.who != (facts["mentor"], *facts["mentees"]):
            found.append("it is about other people")
        if "least" in facts:
            found += self._unopened(facts, reason.message)
            if "open" in facts and reason.who[0] not in facts["mentees"]:
                found.append("they are not in that group themselves")
        elif "loss" in facts:
            found += self._room(reason)
        elif "busy" in facts or "apart" in facts:
            found += self._no_time(reason)
        if "larger" in facts:
            found += self._larger(reason, facts["larger"])
        return found

    # -- one person ---------------------------------------------------------------------------------------------------

    def _limited(self, reason):
        """They have as many places as they may have, whoever else is there, by the one limit that is named."""
        who, facts = reason.who[0], reason.facts
        own = [i for i, (person, _) in enumerate(self.oracle.requests) if person.id == who]
        now = sum(name == who for _, seats, _ in self.groups for name, _ in seats)
        if facts["seats"] != now:
            yield f"they have {now} places"
        named = [rule for rule in self.program.rules if rule.in_words == facts["limit"]]
        whole = self.oracle.program
        self.oracle.program = replace(whole, rules=tuple(named)) if named else whole
        most = max(map(len, self._alone(own)))
        self.oracle.program = whole
        if most > now:
            yield f"they could have {most} places"

    def _alone(self, own):
        found = [()]
        for edge in [edge for edge in self.oracle.edges if edge[0] in own]:
            found += [(*chosen, edge) for chosen in found if self._seated((*chosen, edge))]
        return found

    def _seated(self, chosen):
        """Seats of one person: within limits, and never twice in one group."""
        for k in {k for _, k in chosen}:
            mentor = self.oracle.offers[k][0]
            led = 1 if mentor.groups is None and mentor.capacity is None else mentor.groups
            if led is not None and sum(j == k for _, j in chosen) > led:
                return False
        return self.oracle.within_limits(chosen)

    def _comes(self, who, slot):
        """Whether somebody can be in one more group at a time."""
        rule = self.question.oracle.slot_rule
        if rule is None:
            return True
        person = self.oracle.people[who]
        there = rule.quorum < 1 or free(person, slot, rule.missing)
        return there and not self._busy(who, slot)

    def _busy(self, who, slot):
        """Whether somebody is in a group at a time."""
        return any(
            who in {self._mentor(offer), *(name for name, _ in seats)} and overlap(slot, when)
            for offer, seats, when in self.groups
        )

    def _mentor(self, offer):
        return self.oracle.offers[self.question.offer[offer]][0].id

    def _places(self, offer):
        """Places that a mentor and an offer have left."""
        mentor, stated = self.oracle.offers[self.question.offer[offer]]
        load = sum(len(seats) for o, seats, _ in self.groups if self._mentor(o) == mentor.id)
        taken = sum(len(seats) for o, seats, _ in self.groups if o == offer)
        left = [most - n for most, n in ((mentor.capacity, load), (stated.seats, taken)) if most is not None]
        return min(left, default=10**9)

    def _open(self, reason):
        """How many groups there are on the topic, and what keeps somebody out of each."""
        who, facts = reason.who[0], reason.facts
        number = self.question.request[who, reason.topic]
        asked = self.oracle.requests[number][1]
        counts = dict.fromkeys(("open", "full", "away", "roomy", "closed"), 0)
        inside = 0
        for group in self.groups:
            offer, seats, slot = group
            mentor, stated = self.oracle.offers[self.question.offer[offer]]
            if mentor.id == who or nearest(self.cohort, asked, stated) is None:
                continue
            if who in {name for name, _ in seats}:
                inside += 1
                continue
            counts["open"] += 1
            if (number, self.question.offer[offer]) not in self.oracle.edges:
                counts["closed"] += 1
            elif not self._comes(who, slot):
                counts["away"] += 1
            elif len(seats) >= self.oracle.group(stated)[1] or self._places(offer) < 1:
                counts["full"] += 1
            else:
                counts["roomy"] += 1
                if "not all tried" not in reason.message and self.question.holds(self._joined(group, reason)):
                    yield f"no rule keeps them out of the group of {mentor.id}"
        for name, n in counts.items():
            if facts[name] != n:
                yield f"{n} groups are {name}"
        if ("other group" in reason.message.partition(";")[0]) != bool(inside):
            yield f"they sit in {inside} groups on this topic"

    def _joined(self, group, reason):
        """The groups with one more person in one of them."""
        offer, seats, slot = group
        new = (offer, tuple(sorted([*seats, (reason.who[0], reason.topic)])), slot)
        return [new if one is group else one for one in self.groups]

    def _named(self, facts):
        """The group that facts are about; None where there is none."""
        wanted = (facts["offer"], tuple(sorted(self.seats(facts))), facts["slot"])
        found = [group for group in self.groups if (group[0], tuple(sorted(group[1])), group[2]) == wanted]
        return found[0] if found and self._mentor(wanted[0]) == facts["mentor"] else None

    def _room(self, reason):
        """There is room in a group that is open, at the price that is named."""
        group = self._named(reason.facts)
        if group is None:
            yield "there is no such group"
        elif not self.question.holds(self._joined(group, reason)):
            yield "that group cannot take them"
        else:
            yield from self._costs(reason.facts, self._joined(group, reason))

    def _larger(self, reason, facts):
        group = self._named(facts)
        if group is None:
            yield "there is no such group"
            return
        least, most = self.oracle.group(self.oracle.offers[self.question.offer[group[0]]][1])
        if (facts["most"], facts["size"]) != (most, most + 1):
            yield f"its greatest size is {most}"
        after = self._joined(group, reason)
        if self.question.holds(after):
            yield "they have room in that group as it is"
        if not self.question.changed(group[0], group=(least, facts["size"])).holds(after):
            yield "that size does not seat them"
        yield from self._gained(facts, after)

    def _no_time(self, reason):
        """No mentor who may take them is free when they are."""
        who, facts = reason.who[0], reason.facts
        number, rule = self.question.request[who, reason.topic], self.question.oracle.slot_rule
        mentors = {self.oracle.offers[k][0] for i, k in self.oracle.edges if i == number}
        times = [slot for slot in self.question.slots if self._comes(who, slot)]
        shared = {m.id: [slot for slot in times if free(m, slot, rule.missing)] for m in mentors}
        if "apart" in facts and {name for name, slots in shared.items() if not slots} != set(facts["apart"]):
            yield f"they share time with others than those named: {shared}"
        if "apart" in facts and len(facts["apart"]) < len(mentors):
            yield "they share time with somebody"
        if "busy" in facts and {name for name, slots in shared.items() if slots} != set(facts["busy"]):
            yield f"others are busy: {shared}"
        for name in facts.get("busy", ()):
            if not all(self._busy(name, slot) for slot in shared[name]):
                yield f"{name} is not in a group whenever they can come"

    # -- groups that did not open -------------------------------------------------------------------------------------

    @staticmethod
    def seats(facts):
        """(mentee, topic) of a group."""
        return list(zip(facts["mentees"], facts["requested"], strict=True))

    def _unopened(self, facts, message):
        """A group that did not open: who could sit there, what it lacks, what it would bring."""
        new, n = (facts["offer"], tuple(self.seats(facts)), facts["slot"]), len(facts["mentees"])
        if self._mentor(new[0]) != facts["mentor"]:
            yield "that is somebody else's offer"
            return
        if not set(self.seats(facts)) <= self.waiting:
            yield "not all of them wait"
        least, most = self.oracle.group(self.oracle.offers[self.question.offer[new[0]]][1])
        if (facts["least"], facts["most"]) != (least, most) or n > most:
            yield f"its sizes are {least} to {most}"
        after, lacks = [*self.groups, new], self._lacks(facts, most)
        if "against" in facts:
            yield from self._ruled_out(facts, after)
        elif not lacks:
            if not self.question.holds(after):
                yield "it cannot open as it is"
            yield from self._costs(facts, after)
        else:
            yield from self._lacking(facts, lacks, after)
            if facts.get("more"):
                yield from self._more(facts, new, lacks, "who may sit with them" in message)
            yield from self._gained(facts, after)
            if "instead" in facts:
                yield from self._exchange(facts["instead"], new)

    def _lacking(self, facts, lacks, after):
        """All that a group is said to lack opens it together, and nothing of it can be spared."""
        if not self.question.changed(facts["offer"], **lacks).holds(after):
            yield f"{lacks} do not open it"
        for name, amount in lacks.items():
            fewer = {key: value for key, value in lacks.items() if key != name}
            if name == "places" and amount > 1:
                fewer["places"] = amount - 1
            if self.question.changed(facts["offer"], **fewer).holds(after):
                yield f"it opens without {name}"
        led = sum(self._mentor(offer) == facts["mentor"] for offer, *_ in self.groups)
        if facts.get("groups", led + 1) != led + 1:
            yield f"they lead {led} groups"

    def _ruled_out(self, facts, after):
        """What a group is ruled out by rules it out even where there are sizes, groups and places enough."""
        room = {"group": (1, len(facts["mentees"])), "groups": len(after), "places": len(facts["mentees"])}
        if not facts["against"]:
            yield "nothing rules it out"
        for text in facts["against"]:
            rules = [rule for rule in self.program.rules if rule.in_words in text and text.startswith("the rule that")]
            question = Question(self.cohort, replace(self.program, rules=rules)) if rules else self.question
            if question.changed(facts["offer"], **room).holds(after):
                yield f"{text} does not rule it out"

    @staticmethod
    def _lacks(facts, most):
        lacks = {"group": (facts["smaller"], most)} if "smaller" in facts else {}
        return lacks | {name: facts[name] for name in ("groups", "places") if name in facts}

    def _more(self, facts, new, lacks, fitting):
        """As many more mentees as are named open a group, if they fit; whoever fits may be somebody who is not here."""
        if facts["least"] - len(facts["mentees"]) != facts["more"]:
            yield "another number of mentees is missing"
        question = self.question
        if fitting:
            program = question.program
            question = Question(self.cohort, replace(program, rules=[r for r in program.rules if not r.composes]))
        lacks, (offer, seats, slot) = {name: value for name, value in lacks.items() if name != "group"}, new
        for guests in self._guests(new, facts["more"]):
            joined = (offer, tuple(sorted([*seats, *((p.id, p.requests[0].label) for p in guests)])), slot)
            if question.changed(offer, **lacks, more=guests).holds([*self.groups, joined]):
                return
        yield f"no {facts['more']} more mentees open it"

    def _guests(self, new, n):
        """People who might be missing: free at the time, and otherwise anybody."""
        topic, draw = self.oracle.offers[self.question.offer[new[0]]][1].topic, random.Random(0)
        for _ in range(MOST_GUESTS):
            yield [
                Participant(
                    f"g{k}{draw.randint(0, 99)}",
                    requests=[Request(topic, level=draw.choice([None, 0, 1, 2, 3]))],
                    site=draw.choice(["", "Rome", "Oslo", "Bonn"]),
                    attributes={}
                    if draw.random() < 0.1
                    else {name: draw.choice(kinds) for name, kinds in TRAITS.items()},
                    availability=draw.choice([new[2] or None, "Mon 9-11; Tue 9-12"]),
                )
                for k in range(n)
            ]

    def _exchange(self, facts, new):
        """In the place of another group of the same mentor it could open."""
        group = self._named(facts)
        if group is None or self._mentor(group[0]) != self._mentor(new[0]):
            yield "there is no such group"
            return
        after = [*(one for one in self.groups if one is not group), new]
        if not self.question.holds(after):
            yield "it cannot open in the place of that one"
        yield from self._costs(facts, after)

    # -- prices -------------------------------------------------------------------------------------------------------

    def _costs(self, facts, after):
        """A change loses what is named in the first tier that changes at all."""
        loss, tier = first_loss(self.question.value(self.groups), self.question.value(after))
        if tier != facts["tier"] or not _equal(loss, facts["loss"]):
            yield f"it loses {loss} in tier {tier}"
        if self.optimal and loss < 0:
            yield "the answer is called the best, and that is better"

    def _gained(self, facts, after):
        gains = [
            (name, now - old)
            for (name, now), (_, old) in zip(
                self.question.totals(after), self.question.totals(self.groups), strict=True
            )
            if now != old
        ]
        same = len(gains) == len(facts["gains"]) and all(
            name == other and _equal(gain, told)
            for (name, gain), (other, told) in zip(gains, facts["gains"], strict=True)
        )
        if not same:
            yield f"it gains {gains}"


def _equal(exact, told):
    return abs(float(Fraction(exact)) - float(told)) < 1e-9
