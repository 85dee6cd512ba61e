"""Reasons for unfilled seats where people sit in groups: a limit of one's own, a price, no room, no group, no time.

Every sentence is tried out on the matching as it is, so gains and losses hold with everything else left as it is.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from mmatch.arrays import NONE
from mmatch.explanations.unopened_groups import UnopenedGroups
from mmatch.explanations.what_if import SIZE, Trial, where
from mmatch.explanations.words import counted, listed, topic_word
from mmatch.instance.set_titles import set_title
from mmatch.matching import Match, Reason
from mmatch.proof.judge import chosen_edges

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmatch.arrays import Bools
    from mmatch.cohort import Cohort
    from mmatch.constraints import Bounds
    from mmatch.explanations.unopened_groups import UnopenedGroup
    from mmatch.explanations.what_if import Seat
    from mmatch.instance import Instance
    from mmatch.program import Program
    from mmatch.result import Result

OWN = ("mentee", "request-mentor", "mentee-mentor", "mentee-offer")  # limits that are the mentee's own
MOST_JOINED = 10  # open groups with room that one person is tried in
MOST_SHOWN = 3  # groups that did not open, of one topic


class GroupSeats:
    """Reasons for unfilled seats of a matching in groups, and for groups that did not open."""

    def __init__(self, question: tuple[Cohort, Program], instance: Instance, result: Result) -> None:
        self.what_if = Trial(question, instance, result)
        self.unopened = UnopenedGroups(self.what_if)
        self.cohort, self.instance = question[0], instance
        self.seats = Counter(self.what_if.matching.seats.mentee)

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
                blocked.setdefault(edge, set_title(self.instance, family, int(family.label[edge])))
        if len(blocked) < len(edges):
            return None
        text = f"{seat.mentee} has {counted(self.seats[seat.mentee], 'seat')} already: {blocked[int(edges[0])]}"
        return Reason("shortage", (seat.mentee,), seat.topic, text)

    @cached_property
    def _own_full(self) -> list[tuple[Bounds, Bools]]:
        """The mentees' own limits, each with the edges whose set is full."""
        chosen = chosen_edges(self.cohort, self.instance, self.what_if.matching)
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
                text = f"{seat.mentee}: there is room in the group of {where(match)}"
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
        clauses = [self._open_groups(seat, (len(opened), len(timely), len(roomy)))]
        kind, text = ("shortage", self._no_time(seat)) if nearest is None else self.unopened.sentence(nearest)
        clauses += [text, self._one_more_seat(seat, [match for match in timely if match not in roomy])]
        message = f"{seat.mentee}: {'; '.join(filter(None, clauses))}"
        return Reason("shortage" if opened else kind, (seat.mentee,), seat.topic, message)

    def _open_groups(self, seat: Seat, counts: tuple[int, int, int]) -> str:
        opened, timely, roomy = counts
        if not opened:
            return f"no group{topic_word(seat.topic)} opened"
        full, away = timely - roomy, opened - timely
        clauses = [f"{full} full"] * bool(full) + [f"{away} when they cannot come"] * bool(away)
        closed = "that rules keep them out of" if roomy <= MOST_JOINED and self.what_if.tries > 0 else "not all tried"
        clauses += [f"{roomy} with room, {closed}"] * bool(roomy)
        verb = "is" if opened == 1 else "are"
        return f"{counted(opened, 'group')}{topic_word(seat.topic)} {verb} open: {', '.join(clauses)}"

    def _no_time(self, seat: Seat) -> str:
        """That no mentor is free when a person is, or that they all lead other groups then, where it is so."""
        slots = self.what_if.slots
        if slots is None:
            return ""
        people, offers, person = self.cohort.people, self.cohort.offers, self.cohort.people.index[seat.mentee]
        free = slots.sits[person] & self.what_if.idle[person]
        rows = sorted({int(offers.owner[offers.index[offer]]) for offer in self.what_if.offers_of(seat)})
        if any((free & slots.leads[row] & self.what_if.idle[row]).any() for row in rows):
            return ""
        busy = [people.ids[row] for row in rows if (free & slots.leads[row]).any()]
        if busy:
            return f"{listed(busy, 'mentors')} {'leads' if len(busy) == 1 else 'lead'} another group when they can come"
        return f"they share no free time with {listed([people.ids[row] for row in rows], 'mentors')}"

    def _one_more_seat(self, seat: Seat, full: Sequence[Match]) -> str:
        """The first full group in which one more seat would be enough."""
        for match in full[:MOST_JOINED]:
            joined = self.what_if.with_seat(match, seat)
            if joined is not None and self.what_if.codes(self.what_if.broken(match, joined), joined) == SIZE:
                size, gains = self.what_if.sizes(match)[1], self.what_if.gains(match, joined)
                return f"size {size + 1} instead of {size} for the group of {where(match)} seats them{gains}"
        return ""
