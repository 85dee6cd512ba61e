"""Reasons for unfilled seats where people sit in groups, and for groups that did not open.

Every sentence is tried out on the matching as it is, so gains and losses hold with everything else left as it is.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from mmatch.arrays import NONE, Bools
from mmatch.constraints import Bounds
from mmatch.explanations.what_if import GROUPS_LED, SIZE, Seat, Trial
from mmatch.explanations.words import counted, listed, topic_word
from mmatch.instance.compiled import Compiled
from mmatch.instance.set_titles import set_title
from mmatch.matching import Match, Reason, Violation
from mmatch.proof.judge import chosen_edges
from mmatch.result import Result

OWN = ("mentee", "request-mentor", "mentee-mentor", "mentee-offer")  # limits that are the mentee's own
MOST_JOINED = 10  # open groups with room that one person is tried in
MOST_SHOWN = 3  # groups that did not open, of one topic
SEATS = frozenset({"capacity", "seats"})
ORDINALS = {1: "first", 2: "second", 3: "third"}


class GroupSeats:
    """Reasons for unfilled seats of a matching in groups, and for groups that did not open."""

    def __init__(self, question: Compiled, result: Result) -> None:
        self.what_if = Trial(question, result)
        self.unopened = UnopenedGroups(self.what_if)
        self.cohort, (self.instance, self.edges) = question.cohort, question.untimed
        self.seats, self.called = Counter(self.what_if.matching.seats.mentee), self.cohort.people.called
        self.rules = {rule.title: rule.in_words for rule in question.program.rules}

    def reasons(self, waiting: Sequence[Seat]) -> Iterator[Reason]:
        """A reason for every seat, then one for each group that did not open and that one of them could sit in."""
        at_once = [(seat, self._own_limit(seat) or self._price(seat)) for seat in waiting]
        groups = self.unopened.found([seat for seat, reason in at_once if reason is None])
        for seat, reason in at_once:
            yield self._waits(seat, groups) if reason is None else reason
        by_topic: defaultdict[str, list[UnopenedGroup]] = defaultdict(list)
        for group in groups:
            by_topic[group.match.topic].append(group)
        for found in by_topic.values():
            for group in sorted(found, key=lambda group: (group.short, -len(group.match.mentees)))[:MOST_SHOWN]:
                kind, text = self.unopened.sentence(group)
                yield Reason(kind, (group.match.mentor, *group.match.mentees), group.match.topic, text)

    def _own_limit(self, seat: Seat) -> Reason | None:
        """The limit of the person's own that every further seat would break; None where there is none."""
        edges = np.flatnonzero(self.instance.request == seat.request)
        blocked: dict[int, str] = {}
        for family, full in self._own_full:
            for edge in edges[full[edges]].tolist():
                title = self.rules.get(family.rule)
                title = title or set_title(self.edges, family, int(family.label[edge]), self.called)
                blocked.setdefault(edge, title)
        if len(blocked) < len(edges):
            return None
        held = counted(self.seats[seat.mentee], "place")
        text = f"{self.called[seat.mentee]}: they have {held} already, and may have no more: {blocked[int(edges[0])]}"
        return Reason("shortage", (seat.mentee,), seat.topic, text)

    @cached_property
    def _own_full(self) -> list[tuple[Bounds, Bools]]:
        """The mentees' own limits, each with the edges whose set is full."""
        chosen = chosen_edges(self.edges, self.what_if.matching)
        found: list[tuple[Bounds, Bools]] = []
        for family in self.instance.bounds if chosen is not None else ():
            if family.key in OWN:
                inside = family.label != NONE
                load = np.bincount(family.label[chosen & inside], minlength=len(family.upper))
                found.append((family, inside & (load >= family.upper)[family.label]))
        return found

    def _price(self, seat: Seat) -> Reason | None:
        """A group in which there is room for somebody, and what taking it would cost; None where there is none."""
        for match in self._open_to(seat)[2][:MOST_JOINED]:
            joined = self.what_if.with_seat(match, seat)
            if joined is not None and not self.what_if.broken(match, joined):
                text = f"{self.called[seat.mentee]}: there is room in the group of {self.what_if.where(match)}"
                text = f"{text}, {self.what_if.price(self.what_if.changed(match, joined))}"
                return Reason("price", (seat.mentee,), seat.topic, text)
        return None

    def _open_to(self, seat: Seat) -> tuple[list[Match], list[Match], list[Match]]:
        """Open groups that somebody asked for, those of them when they can come, and those of them with room."""
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
        nearest = min(own, key=lambda group: group.short, default=None)
        kind, text = ("shortage", self._no_time(seat)) if nearest is None else self.unopened.sentence(nearest)
        clauses = [self._open_groups(seat, len(opened), len(timely), len(roomy)), text]
        for match in [match for match in timely if match not in roomy][:MOST_JOINED]:  # one more seat may be enough
            joined = self.what_if.with_seat(match, seat)
            if joined is not None and self.what_if.codes(self.what_if.broken(match, joined), joined) == SIZE:
                size, gains = self.what_if.sizes(match)[1], self.what_if.gains(match, joined)
                clauses.append(
                    f"size {size + 1} instead of {size} for the group of {self.what_if.where(match)} seats them{gains}"
                )
                break
        message = f"{self.called[seat.mentee]}: {'; '.join(filter(None, clauses))}"
        return Reason("shortage" if opened else kind, (seat.mentee,), seat.topic, message)

    def _open_groups(self, seat: Seat, opened: int, timely: int, roomy: int) -> str:
        if not opened:
            return f"no group{topic_word(seat.topic)} opened"
        full, away = timely - roomy, opened - timely
        clauses = [f"{full} full"] * bool(full) + [f"{away} when they cannot come"] * bool(away)
        closed = "that rules keep them out of" if roomy <= MOST_JOINED and self.what_if.tries > 0 else "not all tried"
        clauses += [f"{roomy} with room, {closed}"] * bool(roomy)
        verb = "is" if opened == 1 else "are"
        return f"{counted(opened, 'group')}{topic_word(seat.topic)} {verb} open: {', '.join(clauses)}"

    def _no_time(self, seat: Seat) -> str:
        """That no mentor is free when a person is, or that they all lead other groups then."""
        slots = self.what_if.slots
        if slots is None:
            return ""
        people, offers, person = self.cohort.people, self.cohort.offers, self.cohort.people.index[seat.mentee]
        free = slots.sits[person] & self.what_if.idle[person]
        rows = sorted({int(offers.owner[offers.index[offer]]) for offer in self.what_if.offers_of(seat)})
        if any((free & slots.leads[row] & self.what_if.idle[row]).any() for row in rows):
            return ""
        ids = people.ids
        busy = [self.called[ids[row]] for row in rows if (free & slots.leads[row]).any()]
        if busy:
            return f"{listed(busy, 'mentors')} {'leads' if len(busy) == 1 else 'lead'} another group when they can come"
        return f"they share no free time with {listed([self.called[ids[row]] for row in rows], 'mentors')}"


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
        self.sentences: dict[Match, tuple[str, str]] = {}

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
        codes = self.what_if.codes(self.what_if.broken(None, match), match)
        return bool(codes - SIZE - GROUPS_LED - SEATS)

    def _match(self, offer: int, slot: str, seats: Sequence[Seat]) -> Match:
        offers, people = self.cohort.offers, self.cohort.people
        ranked = sorted((seat.mentee, seat.topic) for seat in seats)
        topic = self.cohort.topic_tree.names[offers.topic[offer]]
        names, requested = tuple(name for name, _ in ranked), tuple(topic for _, topic in ranked)
        return Match(people.ids[offers.owner[offer]], names, topic, offers.ids[offer], requested, slot)

    def sentence(self, group: UnopenedGroup) -> tuple[str, str]:
        """(kind, sentence) about a group that did not open; worked out once."""
        if group.match not in self.sentences:
            self.sentences[group.match] = self._worded(group)
        return self.sentences[group.match]

    def _worded(self, group: UnopenedGroup) -> tuple[str, str]:
        match, n = group.match, len(group.match.mentees)
        sizes = f"{group.least}" if group.short else f"{group.least} to {group.most}"
        mentor = self.cohort.people.called[match.mentor]
        text = f"a group of {self.what_if.where(match)}{topic_word(match.topic)} would have {n} of {sizes}"
        codes = self.what_if.codes(group.broken, match)
        others = codes - SIZE - GROUPS_LED - SEATS
        if others:
            causes = dict.fromkeys(self.what_if.objection(v) for v in group.broken if v.code in others)
            return "shortage", f"{text}, and is ruled out by {' and by '.join(list(causes)[:2])}"
        lacks: list[str] = []
        if group.short:
            lacks.append(f"{counted(group.short, 'more mentee')} or least size {n}")
        if GROUPS_LED & codes:
            nth = len(self.what_if.led_by(match.mentor)) + 1
            lacks.append(f"a {ORDINALS.get(nth, f'{nth}th')} group for {mentor}")
        if codes & SEATS:
            lacks.append(f"{counted(n - self.what_if.room(match), 'more place')} of {mentor}")
        if not lacks:
            return "price", f"{text}, {self.what_if.price([*self.what_if.matches, match])}"
        verb = "open" if len(lacks) > 1 or lacks[0].endswith(f"places of {mentor}") else "opens"
        needed = f"{', and '.join(lacks)}{',' if len(lacks) > 1 else ''} {verb} it"
        instead = "" if group.short else self._instead(match)
        return ("outranked" if instead else "shortage"), f"{text}: {needed}{self.what_if.gains(None, match)}{instead}"

    def _instead(self, match: Match) -> str:
        """What it would cost to open this group in the place of the mentor's smallest one."""
        smallest = min(self.what_if.led_by(match.mentor), key=lambda other: len(other.mentees), default=None)
        if smallest is None or self.what_if.broken(smallest, match):
            return ""
        group = f"their group{topic_word(smallest.topic)} ({counted(len(smallest.mentees), 'mentee')})"
        price = self.what_if.price(self.what_if.changed(smallest, match))
        return f"; in the place of {group} it could open, {price}"
