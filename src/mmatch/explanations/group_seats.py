"""Reasons for unfilled seats where people sit in groups, and for groups that did not open.

Every sentence is tried out on the matching as it is, so gains and losses hold with everything else left as it is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mmatch.explanations.own_limits import own_limit, rule_limits
from mmatch.explanations.what_if import SEATS, SIZE, Seat, Trial
from mmatch.explanations.words import counted, listed, topic_word
from mmatch.instance.compiled import Compiled
from mmatch.matching import Match, Reason, Violation
from mmatch.proof.judge import chosen_edges
from mmatch.result import Result

MOST_JOINED = 10  # open groups with room that one person is tried in
MOST_SHOWN = 3  # groups that did not open, of one topic
MOST_CAUSES = 2  # that are told of a group which is ruled out
ORDINALS = {1: "first", 2: "second", 3: "third"}
Told = tuple[str, str, dict[str, Any]]  # kind, sentence, and what it says as facts


class GroupSeats:
    """Reasons for unfilled seats of a matching in groups, and for groups that did not open."""

    def __init__(self, question: Compiled, result: Result) -> None:
        self.what_if = Trial(question, result)
        self.unopened = UnopenedGroups(self.what_if)
        self.cohort, (self.instance, self.edges) = question.cohort, question.untimed
        self.limits = rule_limits(question.program, self.edges)
        self.chosen, self.called = chosen_edges(self.edges, self.what_if.matching), self.cohort.people.called

    def reasons(self, waiting: Sequence[Seat]) -> Iterator[Reason]:
        """A reason for every seat, then one for each group that did not open and that one of them could sit in."""
        at_once = [(seat, self._limit(seat) or self._price(seat)) for seat in waiting]
        groups = self.unopened.found([seat for seat, reason in at_once if reason is None])
        for seat, reason in at_once:
            yield self._waits(seat, groups) if reason is None else reason
        by_topic: defaultdict[str, list[UnopenedGroup]] = defaultdict(list)
        for group in groups:
            by_topic[group.match.topic].append(group)
        for found in by_topic.values():
            for group in sorted(found, key=lambda group: (group.short, -len(group.match.mentees)))[:MOST_SHOWN]:
                kind, text, facts = self.unopened.sentence(group)
                yield Reason(kind, (group.match.mentor, *group.match.mentees), group.match.topic, text, facts)

    def _limit(self, seat: Seat) -> Reason | None:
        """That somebody could have no more, whoever else were there; None where they could."""
        question = (self.instance, self.edges)
        return None if self.chosen is None else own_limit(question, self.limits, self.chosen, seat)

    def _price(self, seat: Seat) -> Reason | None:
        """A group in which there is room for somebody, and what taking it would cost; None where there is none."""
        for match in self._open_to(seat)[2][:MOST_JOINED]:
            joined = self.what_if.with_seat(match, seat)
            if joined is not None and not self.what_if.broken(match, joined):
                text = f"{self.called[seat.mentee]}: there is room in the group of {self.what_if.where(match)}"
                price, facts = self.what_if.price(self.what_if.changed(match, joined))
                return Reason("price", (seat.mentee,), seat.topic, f"{text}, {price}", group_facts(match) | facts)
        return None

    def _open_to(self, seat: Seat) -> tuple[list[Match], list[Match], list[Match]]:
        """Open groups whose mentor may take somebody, those of them when they can come, and those of them with room."""
        offers, what_if = self.what_if.offers_of(seat), self.what_if
        opened = [match for match in what_if.matches if match.offer in offers and seat.mentee not in match.mentees]
        timely = [match for match in opened if what_if.can_sit(seat.mentee, match.slot)]
        roomy = [m for m in timely if len(m.mentees) < what_if.sizes(m)[1] and what_if.room(m) > 0]
        return opened, timely, roomy

    def _waits(self, seat: Seat, groups: Sequence[UnopenedGroup]) -> Reason:
        """Why one seat stays unfilled for which no open group has room."""
        opened, timely, roomy = self._open_to(seat)
        offers = self.what_if.offers_of(seat)
        own = [group for group in groups if seat.mentee in group.match.mentees and group.match.offer in offers]
        own = own or list(filter(None, (self.unopened.with_mentee(seat, offer) for offer in sorted(offers))))
        nearest = min(own, key=lambda group: (self.unopened.ruled_out(group), group.short), default=None)
        kind, text, facts = self._no_time(seat) if nearest is None else self.unopened.sentence(nearest)
        on = self.what_if.groups_on(seat)
        others = [match for match in on if seat.mentee not in match.mentees]
        counts: dict[str, Any] = {
            "open": len(others),
            "full": len(timely) - len(roomy),
            "away": len(opened) - len(timely),
            "roomy": len(roomy),
            "closed": len(others) - len(opened),
        }
        clauses = [self._open_groups(seat, counts, other="other " if len(on) > len(others) else ""), text]
        facts = counts | facts
        for match in [match for match in timely if match not in roomy][:MOST_JOINED]:  # one more seat may be enough
            joined = self.what_if.with_seat(match, seat)
            if joined is None or self.what_if.room(match) < 1:
                continue
            if self.what_if.codes(self.what_if.broken(match, joined)) == SIZE:
                most, (gains, gained) = self.what_if.sizes(match)[1], self.what_if.gains(match, joined)
                where = f"the group of {self.what_if.where(match)}"
                clauses.append(f"size {most + 1} instead of {most} for {where} seats them{gains}")
                facts["larger"] = {**group_facts(match), "size": most + 1, "most": most, **gained}
                break
        message = f"{self.called[seat.mentee]}: {'; '.join(filter(None, clauses))}"
        return Reason("shortage" if opened else kind, (seat.mentee,), seat.topic, message, facts)

    def _open_groups(self, seat: Seat, counts: dict[str, Any], other: str) -> str:
        """How many groups on a topic are open, and why nobody more can join them."""
        if not counts["open"]:
            return f"no {other}group{topic_word(seat.topic)} opened"
        tried = counts["roomy"] <= MOST_JOINED and self.what_if.tries > 0
        why = {
            "full": "full",
            "away": "when they cannot come",
            "roomy": f"with room, {'that rules keep them out of' if tried else 'not all tried'}",
            "closed": "with a mentor who is ruled out for them",
        }
        clauses = [f"{counts[name]} {text}" for name, text in why.items() if counts[name]]
        verb = "is" if counts["open"] == 1 else "are"
        return f"{counted(counts['open'], f'{other}group')}{topic_word(seat.topic)} {verb} open: {', '.join(clauses)}"

    def _no_time(self, seat: Seat) -> Told:
        """That no mentor is free when a person is, or that they all are in other groups then."""
        slots, nothing = self.what_if.slots, ("shortage", "", dict[str, Any]())
        if slots is None:
            return nothing
        people, offers, person = self.cohort.people, self.cohort.offers, self.cohort.people.index[seat.mentee]
        free = slots.sits[person] & self.what_if.idle[person]
        rows = sorted({int(offers.owner[offers.index[offer]]) for offer in self.what_if.offers_of(seat)})
        if any((free & slots.leads[row] & self.what_if.idle[row]).any() for row in rows):
            return nothing
        busy = tuple(people.ids[row] for row in rows if (free & slots.leads[row]).any())
        apart = busy or tuple(people.ids[row] for row in rows)
        names = listed([self.called[who] for who in apart], "mentors")
        if busy:
            verb = "is" if len(busy) == 1 else "are"
            return "shortage", f"{names} {verb} in another group when they can come", {"busy": busy}
        return "shortage", f"they share no free time with {names}", {"apart": apart}


def group_facts(match: Match) -> dict[str, Any]:
    """Which group a sentence is about, as facts."""
    names = ("mentor", "offer", "slot", "mentees", "requested")
    return {name: getattr(match, name) for name in names}


@dataclass(frozen=True, slots=True)
class UnopenedGroup:
    """A group that could have been: its match, its sizes, and what the judge says when it is put in."""

    match: Match
    least: int
    most: int
    broken: tuple[Violation, ...]

    @property
    def short(self) -> int:
        """How many mentees it lacks."""
        return max(self.least - len(self.match.mentees), 0)


class UnopenedGroups:
    """The groups that people with unfilled seats could have sat in."""

    def __init__(self, what_if: Trial) -> None:
        self.what_if, self.cohort = what_if, what_if.cohort
        self.ranked: dict[int, list[Seat]] = {}
        self.sentences: dict[Match, Told] = {}

    def found(self, waiting: Sequence[Seat]) -> list[UnopenedGroup]:
        """For each offer that somebody waits for the group that most of them could sit in."""
        instance = self.what_if.instance
        by_request = {seat.request: seat for seat in waiting}
        by_offer: defaultdict[int, list[tuple[tuple[int, ...], Seat]]] = defaultdict(list)
        for edge in np.flatnonzero(np.isin(instance.request, list(by_request))).tolist():
            worth = tuple(-int(stage.weights[edge]) for stage in instance.stages)
            row = int(self.what_if.edges.offer_rows[instance.offer[edge]])
            by_offer[row].append((worth, by_request[int(instance.request[edge])]))
        for row, seats in sorted(by_offer.items()):
            self.ranked[row] = [seat for _, seat in sorted(seats, key=lambda item: (item[0], item[1].request))]
        return list(filter(None, (self._group(row, ranked) for row, ranked in self.ranked.items())))

    def with_mentee(self, seat: Seat, offer: str) -> UnopenedGroup | None:
        """The group of one offer at a time at which this person can come, too."""
        row = self.cohort.offers.index[offer]
        others = [other for other in self.ranked.get(row, []) if other.mentee != seat.mentee]
        return self._group(row, [seat, *others], seat.mentee)

    def _group(self, offer: int, ranked: Sequence[Seat], mentee: str | None = None) -> UnopenedGroup | None:
        """The group of one offer at the time at which most can come, and one person in particular."""
        what_if, when = self.what_if, ""
        best: list[Seat] = []
        for slot in what_if.slots_of(self.cohort.people.ids[self.cohort.offers.owner[offer]]):
            if mentee is not None and not what_if.can_sit(mentee, slot):
                continue
            free = {seat.mentee: seat for seat in reversed(ranked) if what_if.can_sit(seat.mentee, slot)}
            if len(free) > len(best):
                best, when = [seat for seat in ranked if free.get(seat.mentee) is seat], slot
        if not best or what_if.tries <= 0:
            return None
        least, most = int(what_if.least[offer]), int(what_if.most[offer])
        members = self._compatible(offer, when, best, most)
        if mentee is not None and members[:1] != best[:1]:
            members = best[:1]  # what is said of them will be why they cannot sit there
        if not members:
            return None
        match = self._match(offer, when, members)
        return UnopenedGroup(match, least, most, what_if.broken(None, match))

    def _compatible(self, offer: int, slot: str, seats: list[Seat], most: int) -> list[Seat]:
        """Those of the people who may sit in one group, up to its greatest size; the first in order stay."""
        if not self._conflict(self._match(offer, slot, seats[:most])):
            return seats[:most]
        members: list[Seat] = []
        for seat in seats:
            if len(members) < most and not self._conflict(self._match(offer, slot, [*members, seat])):
                members.append(seat)
        return members

    def _conflict(self, match: Match) -> bool:
        """Whether the judge objects to who sits in a group, apart from its size and what its mentor can lead."""
        return bool(self.what_if.codes(self.what_if.broken(None, match)) - SIZE)

    def ruled_out(self, group: UnopenedGroup) -> bool:
        """Whether the judge objects to a group, apart from its size and what its mentor can lead."""
        return bool(self.what_if.codes(group.broken) - SIZE)

    def _match(self, offer: int, slot: str, seats: Sequence[Seat]) -> Match:
        offers, people = self.cohort.offers, self.cohort.people
        ranked = sorted((seat.mentee, seat.topic) for seat in seats)
        topic = self.cohort.topic_tree.names[offers.topic[offer]]
        names, requested = tuple(name for name, _ in ranked), tuple(topic for _, topic in ranked)
        return Match(people.ids[offers.owner[offer]], names, topic, offers.ids[offer], requested, slot)

    def sentence(self, group: UnopenedGroup) -> Told:
        """What is told of a group that did not open; worked out once."""
        if group.match not in self.sentences:
            self.sentences[group.match] = self._worded(group)
        return self.sentences[group.match]

    def _worded(self, group: UnopenedGroup) -> Told:
        match, n = group.match, len(group.match.mentees)
        sizes = f"{group.least}" if group.short else f"{group.least} to {group.most}"
        mentor = self.cohort.people.called[match.mentor]
        text = f"a group of {self.what_if.where(match)}{topic_word(match.topic)} would have {n} of {sizes}"
        facts = group_facts(match) | {"least": group.least, "most": group.most}
        if self.ruled_out(group):
            others = (v for v in group.broken if v.code not in SIZE | SEATS)
            causes = tuple(dict.fromkeys(self.what_if.objection(v, match) for v in others))[:MOST_CAUSES]
            return "shortage", f"{text}, and is ruled out by {' and by '.join(causes)}", facts | {"against": causes}
        lacks, room = list[str](), self.what_if.room(match)
        if group.short:
            fits = " who may sit with them" * any(rule.composes for rule in self.what_if.program.rules)
            more = f"{counted(group.short, 'more mentee')}{fits} or " if room >= group.least else ""
            lacks.append(f"{more}least size {n}")
            facts |= {"smaller": n, "more": group.short if more else None}
        if self.what_if.all_led(match.mentor):
            nth = len(self.what_if.led_by(match.mentor)) + 1
            lacks.append(f"a {ORDINALS.get(nth, f'{nth}th')} group for {mentor}")
            facts["groups"] = nth
        if room < n:
            lacks.append(f"{counted(n - room, 'more place')} of {mentor}")
            facts["places"] = n - room
        if not lacks:
            price, cost = self.what_if.price([*self.what_if.matches, match])
            return "price", f"{text}, {price}", facts | cost
        verb = "open" if len(lacks) > 1 or n - room > 1 else "opens"
        needed = f"{', and '.join(lacks)}{',' if len(lacks) > 1 else ''} {verb} it"
        instead, exchange = ("", {}) if group.short else self._instead(match)
        gains, gained = self.what_if.gains(None, match)
        return ("outranked" if instead else "shortage"), f"{text}: {needed}{gains}{instead}", facts | gained | exchange

    def _instead(self, match: Match) -> tuple[str, dict[str, Any]]:
        """What it would cost to open this group in the place of the mentor's smallest one."""
        smallest = min(self.what_if.led_by(match.mentor), key=lambda other: len(other.mentees), default=None)
        if smallest is None or self.what_if.broken(smallest, match):
            return "", {}
        group = f"their group{topic_word(smallest.topic)} ({counted(len(smallest.mentees), 'mentee')})"
        price, cost = self.what_if.price(self.what_if.changed(smallest, match))
        facts = {"instead": {**group_facts(smallest), "topic": smallest.topic, **cost}}
        return f"; in the place of {group} it could open, {price}", facts
