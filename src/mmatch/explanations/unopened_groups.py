"""Groups that did not open: what they lacked, who could have sat in them, and the smallest change that seats them.

Every sentence is tried out: one more seat, or one more group, is put into the matching as it is, the judge says what
that breaks, and the aims are measured again. So gains and losses hold with everything else left as it is.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from mmatch.arrays import NONE
from mmatch.exact import plain
from mmatch.explanations.words import counted, listed, number, topic_word
from mmatch.instance.capacities import group_bounds, led_groups, mentor_seats
from mmatch.instance.from_pairs import matching_from_pairs
from mmatch.instance.set_titles import set_title
from mmatch.matching import Match, Reason, Status
from mmatch.proof.judge import chosen_edges
from mmatch.proof.validity import validity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmatch.aims._base import Aim
    from mmatch.arrays import Bools
    from mmatch.cohort import Cohort
    from mmatch.instance import Instance
    from mmatch.matching import Matching, Violation
    from mmatch.program import Program
    from mmatch.result import Result
    from mmatch.terms import Bounds, Slots

OWN = ("mentee", "request-mentor", "mentee-mentor", "mentee-offer")  # limits that are the mentee's own
SHAPE = frozenset({"group-size"})
LEADER = frozenset({"groups"})
CO_MENTOR = frozenset({"rule:CoMentors"})
WORK = 400_000  # seats that the judge looks at, in all tries together
LEAST_TRIES = 30
MOST_JOINED = 10  # open groups with room that one person is tried in
MOST_SHOWN = 3  # groups that did not open, of one topic


@dataclass(frozen=True, slots=True)
class Seat:
    """A seat that somebody waits for: the request, the person, and the topic asked for."""

    request: int
    mentee: str
    topic: str


@dataclass(frozen=True, slots=True)
class Idea:
    """A group that could have been: its match, its sizes, and what the judge says when it is put in."""

    match: Match
    least: int
    most: int
    broken: tuple[Violation, ...]

    @property
    def short(self) -> int:
        """How many mentees it lacks."""
        return max(self.least - len(self.match.mentees), 0)


class Unopened:
    """Reasons for unfilled seats where people sit in groups."""

    def __init__(self, question: tuple[Cohort, Program], instance: Instance, result: Result) -> None:
        self.cohort, self.program = question
        self.instance, self.result = instance, result
        self.matching: Matching = result.matching
        self.matches = list(self.matching)
        self.tries = max(LEAST_TRIES, WORK // (len(self.matching.seats) + 1))
        self.limits = mentor_seats(self.cohort, self.program)
        self.least, self.most = group_bounds(self.cohort, self.program)
        self.loads, self.taken = Counter(self.matching.seats.mentor), Counter(self.matching.seats.offer)
        self.ranked: dict[int, list[Seat]] = {}
        self.sentences: dict[Match, tuple[str, str]] = {}
        self.seats = Counter(self.matching.seats.mentee)
        self.before = {(v.code, v.message) for v in validity(self.cohort, self.program, self.matching)}

    def reasons(self, waiting: Sequence[Seat]) -> Iterator[Reason]:
        """A reason for every seat, then one for each group that did not open and that one of them could sit in."""
        at_once = [(seat, self._own_limit(seat) or self._price(seat)) for seat in waiting]
        ideas = self._ideas([seat for seat, reason in at_once if reason is None])
        for seat, reason in at_once:
            yield self._waits(seat, ideas) if reason is None else reason
        by_topic: defaultdict[str, list[Idea]] = defaultdict(list)
        for idea in ideas:
            by_topic[idea.match.topic].append(idea)
        for found in by_topic.values():
            nearest = sorted(found, key=lambda idea: (idea.short, -len(idea.match.mentees)))
            for idea in nearest[:MOST_SHOWN]:
                kind, text = self._sentence(idea)
                yield Reason(kind, (idea.match.mentor, *idea.match.mentees), idea.match.topic, text)

    # -- a seat -------------------------------------------------------------------------------------------------------

    def _own_limit(self, seat: Seat) -> Reason | None:
        """The limit of the person's own that every further seat would break; None where there is none."""
        edges = np.flatnonzero(self.instance.request == seat.request)
        blocked: dict[int, str] = {}
        for family, full in self._own_full:
            for edge in edges[full[edges]].tolist():
                blocked.setdefault(edge, set_title(self.instance, family, int(family.label[edge])))
        if len(blocked) < len(edges):
            return None
        had = counted(self.seats[seat.mentee], "seat")
        text = f"{seat.mentee} has {had} already: {blocked[int(edges[0])]}"
        return Reason("shortage", (seat.mentee,), seat.topic, text)

    @cached_property
    def _own_full(self) -> list[tuple[Bounds, Bools]]:
        """The mentees' own limits, each with the edges whose set is full."""
        chosen = chosen_edges(self.cohort, self.instance, self.matching)
        if chosen is None:
            return []
        found = []
        for family in self.instance.bounds:
            if family.key in OWN:
                inside = family.label != NONE
                load = np.bincount(family.label[chosen & inside], minlength=len(family.upper))
                found.append((family, inside & (load >= family.upper)[family.label]))
        return found

    def _price(self, seat: Seat) -> Reason | None:
        """A group in which there is room for somebody, and what taking it would cost; None where there is none."""
        for match in self._open_to(seat)[2][:MOST_JOINED]:
            joined = self._with_seat(match, seat)
            if joined is not None and not self._broken(match, joined):
                text = f"{seat.mentee}: there is room in the group of {_where(match)}"
                text = f"{text}, {self._but(self._changed(match, joined))}"
                return Reason("price", (seat.mentee,), seat.topic, text)
        return None

    def _open_to(self, seat: Seat) -> tuple[list[Match], list[Match], list[Match]]:
        """Open groups that somebody asked for, those of them when they can come, and those of them with room."""
        offers = self._offers_of(seat)
        opened = [match for match in self.matches if match.offer in offers and seat.mentee not in match.mentees]
        timely = [match for match in opened if self._can_sit(seat.mentee, match.slot)]
        return opened, timely, [match for match in timely if self._has_room(match)]

    def _waits(self, seat: Seat, ideas: Sequence[Idea]) -> Reason:
        """Why one seat stays unfilled for which no open group has room."""
        opened, timely, roomy = self._open_to(seat)
        offers = self._offers_of(seat)
        own = [idea for idea in ideas if seat.mentee in idea.match.mentees and idea.match.offer in offers]
        own = own or [idea for offer in sorted(offers) if (idea := self._idea_for(seat, offer)) is not None]
        own.sort(key=lambda idea: idea.short)
        clauses = list(self._open_groups(seat, (len(opened), len(timely), len(roomy))))
        nearest = [self._sentence(idea) for idea in own[:1]]
        clauses += [text for _, text in nearest] or self._no_time(seat)
        clauses += self._one_more_seat(seat, [match for match in timely if match not in roomy])
        kind = nearest[0][0] if nearest and not opened else "shortage"
        return Reason(kind, (seat.mentee,), seat.topic, f"{seat.mentee}: {'; '.join(clauses)}")

    def _open_groups(self, seat: Seat, counts: tuple[int, int, int]) -> Iterator[str]:
        opened, timely, roomy = counts
        if not opened:
            yield f"no group{topic_word(seat.topic)} opened"
            return
        full, away = timely - roomy, opened - timely
        parts = [f"{full} full"] * bool(full) + [f"{away} when they cannot come"] * bool(away)
        closed = "that rules keep them out of" if roomy <= MOST_JOINED and self.tries > 0 else "not all tried"
        parts += [f"{roomy} with room, {closed}"] * bool(roomy)
        verb = "is" if opened == 1 else "are"
        yield f"{counted(opened, 'group')}{topic_word(seat.topic)} {verb} open: {', '.join(parts)}"

    def _no_time(self, seat: Seat) -> Iterator[str]:
        """That no mentor is free when a person is, or that they all lead other groups then, where it is so."""
        slots = self._times
        if slots is None:
            return
        free = {name for name in slots.names if self._can_sit(seat.mentee, name)}
        owner, index = self.cohort.offers.owner, self.cohort.offers.index
        rows = sorted({int(owner[index[offer]]) for offer in self._offers_of(seat)})
        names = [self.cohort.people.ids[row] for row in rows]
        if any(free.intersection(self._slots(name)) for name in names):
            return
        busy = [name for name, row in zip(names, rows, strict=True) if free & self._at(slots.leads[row])]
        if busy:
            verb = "leads" if len(busy) == 1 else "lead"
            yield f"{listed(busy, 'mentors')} {verb} another group when they can come"
        else:
            yield f"they share no free time with {listed(names, 'mentors')}"

    def _at(self, slots: Bools) -> set[str]:
        return set() if self._times is None else {self._times.names[k] for k in np.flatnonzero(slots).tolist()}

    def _one_more_seat(self, seat: Seat, full: Sequence[Match]) -> Iterator[str]:
        """The first full group in which one more seat would be enough."""
        for match in full[:MOST_JOINED]:
            joined = self._with_seat(match, seat)
            if joined is not None and self._codes(self._broken(match, joined), joined) == SHAPE:
                size = self._sizes(match)[1]
                gains = self._gains(match, joined)
                yield f"size {size + 1} instead of {size} for the group of {_where(match)} seats them{gains}"
                return

    def _but(self, matches: Sequence[Match]) -> str:
        """What a change that breaks nothing would do to the aims, the most important first."""
        for differences, aims in zip(self._differences(matches), self.program.tiers, strict=True):
            change = next(filter(None, differences), Fraction(0))
            name = " + ".join(aim.title for aim in aims)
            if change < 0:
                return f"but that lowers {name} by {number(plain(-change))}"
            if change > 0:
                return f"and that raises {name} by {number(plain(change))}: {self.result.solver} did not find it"
        hint = "no aim asks for it" if self.result.status == Status.OPTIMAL else f"{self.result.solver} did not find it"
        return f"and nothing is lost by it: {hint}"

    # -- a group that did not open ------------------------------------------------------------------------------------

    def _ideas(self, waiting: Sequence[Seat]) -> list[Idea]:
        """For each offer that somebody waits for the group that most of them could sit in."""
        edges = self.instance.labels
        by_request = {seat.request: seat for seat in waiting}
        wanted = np.flatnonzero(np.isin(self.instance.request, list(by_request)))
        by_offer: defaultdict[int, list[tuple[tuple[int, ...], Seat]]] = defaultdict(list)
        for edge in wanted.tolist():
            worth = tuple(-int(stage.weights[edge]) for stage in self.instance.stages)
            row = int(edges.offer_rows[self.instance.offer[edge]])
            by_offer[row].append((worth, by_request[int(self.instance.request[edge])]))
        for row, seats in sorted(by_offer.items()):
            self.ranked[row] = [seat for _, seat in sorted(seats, key=lambda item: (item[0], item[1].request))]
        found = (self._idea(row, ranked) for row, ranked in self.ranked.items())
        return [idea for idea in found if idea is not None]

    def _idea_for(self, seat: Seat, offer: str) -> Idea | None:
        """The group of one offer at a time at which this person can come, too."""
        row = self.cohort.offers.index[offer]
        others = [other for other in self.ranked.get(row, []) if other.mentee != seat.mentee]
        return self._idea(row, [seat, *others], seat.mentee)

    def _idea(self, offer: int, ranked: Sequence[Seat], who: str | None = None) -> Idea | None:
        """The group of one offer at the time at which most can come, and one person in particular."""
        best: list[Seat] = []
        when = ""
        mentor = self.cohort.people.ids[self.cohort.offers.owner[offer]]
        for slot in self._slots(mentor):
            if who is not None and not self._can_sit(who, slot):
                continue
            free = {seat.mentee: seat for seat in reversed(ranked) if self._can_sit(seat.mentee, slot)}
            if len(free) > len(best):
                best, when = [seat for seat in ranked if free.get(seat.mentee) is seat], slot
        if not best or self.tries <= 0:
            return None
        least, most = int(self.least[offer]), int(self.most[offer])
        members = self._together(offer, when, best, most)
        if not members:
            return None
        match = self._led_by_two(self._match(offer, when, members), least)
        return Idea(match, least, most, self._broken(None, match))

    def _together(self, offer: int, slot: str, seats: list[Seat], most: int) -> list[Seat]:
        """Those of the people who may sit in one group, up to its greatest size; who comes first stays."""
        first = seats[:most]
        if not self._between(self._match(offer, slot, first)):
            return first
        members: list[Seat] = []
        for seat in seats:
            if len(members) < most and not self._between(self._match(offer, slot, [*members, seat])):
                members.append(seat)
        return members

    def _between(self, match: Match) -> bool:
        """Whether the judge objects to who sits in a group, apart from its size and what its leader can lead."""
        codes = self._codes(self._broken(None, match), match)
        return bool(codes - SHAPE - LEADER - CO_MENTOR - {"capacity", "seats"})

    def _led_by_two(self, match: Match, least: int) -> Match:
        """A match with the first co-mentor to whom nobody objects, where its size asks for one and there is one."""
        above = next((rule.two_above for rule in self.program.rules if rule.two_above is not None), None)
        if above is None or max(len(match.mentees), least) <= above:
            return match
        offers, ids = self.cohort.offers, self.cohort.people.ids
        rows = np.unique(offers.owner[offers.topic == self.cohort.topic_tree.index[match.topic]]).tolist()
        for name in (ids[row] for row in rows if ids[row] not in {match.mentor, *match.mentees}):
            joint = replace(match, co_mentor=name)
            if self.tries > 0 and not any(name in v.who for v in self._broken(None, joint)):
                return joint
        return match

    def _sentence(self, idea: Idea) -> tuple[str, str]:
        """(kind, sentence) about a group that did not open; worked out once."""
        if idea.match not in self.sentences:
            self.sentences[idea.match] = self._worded(idea)
        return self.sentences[idea.match]

    def _worded(self, idea: Idea) -> tuple[str, str]:
        match, n = idea.match, len(idea.match.mentees)
        sizes = f"{idea.least}" if idea.short else f"{idea.least} to {idea.most}"
        text = f"a group of {_where(match)}{topic_word(match.topic)} would have {n} of {sizes}"
        codes = self._codes(idea.broken, match)
        lacks: list[str] = []
        if idea.short:
            lacks.append(f"{counted(idea.short, 'more mentee')} or least size {n}")
        if LEADER & codes:
            led = sum(other.mentor == match.mentor for other in self.matches)
            lacks.append(f"a {_ordinal(led + 1)} group for {match.mentor}")
        if codes & {"capacity", "seats"}:
            lacks.append(f"{counted(n - self._room(match), 'more seat')} of {match.mentor}")
        if CO_MENTOR & codes:
            lacks.append("a co-mentor who is free for it")
        others = [
            v.message for v in idea.broken if v.code in codes - SHAPE - LEADER - CO_MENTOR - {"capacity", "seats"}
        ]
        if others:
            return "shortage", f"{text}: {'; '.join(others[:2])}"
        if not lacks:
            return "price", f"{text}, {self._but([*self.matches, match])}"
        plural = lacks[0].endswith(f"seats of {match.mentor}")
        needed = (
            f"{lacks[0]} {'open' if plural else 'opens'} it" if len(lacks) == 1 else f"{', and '.join(lacks)}, open it"
        )
        text += f": {needed}{self._gains(None, match)}"
        instead = "" if idea.short else self._instead(match)
        return ("outranked" if instead else "shortage"), text + instead

    def _instead(self, match: Match) -> str:
        """What it would cost to open this group in the place of the leader's smallest one."""
        led = [other for other in self.matches if other.mentor == match.mentor]
        if not led:
            return ""
        smallest = min(led, key=lambda other: len(other.mentees))
        if self._broken(smallest, match):
            return ""
        size = counted(len(smallest.mentees), "mentee")
        place = f"; in the place of their group{topic_word(smallest.topic)} ({size})"
        return f"{place} it could open, {self._but(self._changed(smallest, match))}"

    # -- trying out ---------------------------------------------------------------------------------------------------

    def _broken(self, old: Match | None, new: Match) -> tuple[Violation, ...]:
        """What the judge finds beyond what it found before, when one match is put in the place of another or beside."""
        self.tries -= 1
        found = validity(self.cohort, self.program, self._matching(self._changed(old, new)))
        return tuple(v for v in found if (v.code, v.message) not in self.before)

    def _changed(self, old: Match | None, new: Match) -> list[Match]:
        return [*(match for match in self.matches if match is not old), new]

    def _matching(self, matches: Sequence[Match]) -> Matching:
        return matching_from_pairs(self.cohort, matches)

    def _codes(self, broken: Sequence[Violation], match: Match) -> frozenset[str]:
        """Kinds of what is broken; seats that follow from the number of groups count as that number, or as the size."""
        codes = frozenset(v.code for v in broken)
        row = self.cohort.people.index[match.mentor]
        if "capacity" in codes and self.cohort.people.capacity[row] == NONE:
            codes = codes - {"capacity"} | (frozenset() if len(match.mentees) > self._sizes(match)[1] else LEADER)
        if led_groups(self.cohort)[row] != NONE and "capacity" in codes:
            led = sum(other.mentor == match.mentor for other in self.matches)
            full = led >= led_groups(self.cohort)[row] and len(match.mentees) <= self._sizes(match)[1]
            codes |= LEADER if full else frozenset()
        return codes - (SHAPE if len(match.mentees) < self._sizes(match)[0] else frozenset())

    def _gains(self, old: Match | None, new: Match) -> str:
        """What the aims gain and lose, in brackets."""
        after = self._matching(self._changed(old, new))
        found = [(name, self._gained(aim, after)) for name, aim in self.program.named_aims() if not aim.vector]
        gains = [f"{name} {'+' if gain[0] > 0 else ''}{number(plain(gain[0]))}" for name, gain in found if gain[0]]
        return f" ({', '.join(gains)})" if gains else ""

    def _differences(self, matches: Sequence[Match]) -> list[tuple[Fraction, ...]]:
        """For each tier what a change of matches adds to it: a vector has several numbers."""
        after = self._matching(matches)
        found = []
        for tier in self.program.tiers:
            gains = [tuple(aim.exact_weight * gain for gain in self._gained(aim, after)) for aim in tier]
            found.append(tuple(sum(items, Fraction(0)) for items in zip(*gains, strict=True)))
        return found

    def _gained(self, aim: Aim, after: Matching) -> tuple[Fraction, ...]:
        """What one aim gains, number by number."""
        totals = (aim.measure(self.cohort, matching) for matching in (after, self.matching))
        one, other = (total if isinstance(total, tuple) else (total,) for total in totals)
        return tuple(Fraction(a - b) for a, b in zip(one, other, strict=True))

    # -- facts --------------------------------------------------------------------------------------------------------

    def _offers_of(self, seat: Seat) -> set[str]:
        edges = self.instance.labels
        offers = edges.offer_rows[self.instance.offer[self.instance.request == seat.request]]
        return {self.cohort.offers.ids[row] for row in offers.tolist()}

    def _room(self, match: Match) -> int:
        """Seats that the mentor and the offer of a match have left."""
        row, offer = self.cohort.people.index[match.mentor], self.cohort.offers.index[match.offer]
        room = int(self.limits[row]) - self.loads[match.mentor]
        seats = int(self.cohort.offers.seats[offer])
        return max(room if seats == NONE else min(room, seats - self.taken[match.offer]), 0)

    def _has_room(self, match: Match) -> bool:
        return len(match.mentees) < self._sizes(match)[1] and self._room(match) > 0

    def _sizes(self, match: Match) -> tuple[int, int]:
        row = self.cohort.offers.index[match.offer]
        return int(self.least[row]), int(self.most[row])

    def _slots(self, mentor: str) -> list[str]:
        """The times at which a mentor could lead one more group; one without a name where there are none."""
        slots = self._times
        if slots is None:
            return [""]
        row = self.cohort.people.index[mentor]
        return [name for k, name in enumerate(slots.names) if slots.leads[row, k] and self._idle(mentor, name)]

    @property
    def _times(self) -> Slots | None:
        return None if self.instance.groups is None else self.instance.groups.slots

    def _can_sit(self, mentee: str, slot: str) -> bool:
        """Whether somebody is free at a slot and in no other match then."""
        slots = self._times
        if slots is None:
            return True
        return bool(slots.sits[self.cohort.people.index[mentee], slots.names.index(slot)]) and self._idle(mentee, slot)

    def _idle(self, person: str, slot: str) -> bool:
        slots = self._times
        if slots is None:
            return True
        k = slots.names.index(slot)
        busy = [slots.names.index(name) for name in self._busy.get(person, ())]
        return not any(slots.start[k] < slots.end[j] and slots.start[j] < slots.end[k] for j in busy)

    @cached_property
    def _busy(self) -> dict[str, list[str]]:
        busy: defaultdict[str, list[str]] = defaultdict(list)
        for match in self.matches:
            for person in (*match.mentors, *match.mentees):
                busy[person].append(match.slot)
        return busy

    def _match(self, offer: int, slot: str, seats: Sequence[Seat]) -> Match:
        offers, people = self.cohort.offers, self.cohort.people
        ranked = sorted((seat.mentee, seat.topic) for seat in seats)
        topic = self.cohort.topic_tree.names[offers.topic[offer]]
        names, requested = tuple(name for name, _ in ranked), tuple(topic for _, topic in ranked)
        return Match(people.ids[offers.owner[offer]], names, topic, offers.ids[offer], requested, slot)

    def _with_seat(self, match: Match, seat: Seat) -> Match | None:
        """A match with one more in it; None where nothing can be tried any more."""
        if self.tries <= 0:
            return None
        ranked = sorted([*zip(match.mentees, match.requested, strict=True), (seat.mentee, seat.topic)])
        names, requested = zip(*ranked, strict=True)
        return replace(match, mentees=names, requested=requested)


def _where(match: Match) -> str:
    return " and ".join(match.mentors) + (f" at {match.slot}" if match.slot else "")


def _ordinal(n: int) -> str:
    return {1: "first", 2: "second", 3: "third"}.get(n, f"{n}th")
