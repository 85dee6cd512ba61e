"""Groups that did not open: what they lacked, who could have sat in them, and the smallest change that opens them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mmatch.explanations.what_if import GROUPS_LED, SIZE, where
from mmatch.explanations.words import counted, topic_word
from mmatch.matching import Match

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmatch.explanations.what_if import Seat, Trial
    from mmatch.matching import Violation

SEATS = frozenset({"capacity", "seats"})
ORDINALS = {1: "first", 2: "second", 3: "third"}


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
            row = int(instance.labels.offer_rows[instance.offer[edge]])
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
        text = f"a group of {where(match)}{topic_word(match.topic)} would have {n} of {sizes}"
        codes = self.what_if.codes(group.broken, match)
        others = codes - SIZE - GROUPS_LED - SEATS
        if others:
            messages = [v.message for v in group.broken if v.code in others]
            return "shortage", f"{text}: {'; '.join(messages[:2])}"
        lacks: list[str] = []
        if group.short:
            lacks.append(f"{counted(group.short, 'more mentee')} or least size {n}")
        if GROUPS_LED & codes:
            nth = len(self.what_if.led_by(match.mentor)) + 1
            lacks.append(f"a {ORDINALS.get(nth, f'{nth}th')} group for {match.mentor}")
        if codes & SEATS:
            lacks.append(f"{counted(n - self.what_if.room(match), 'more seat')} of {match.mentor}")
        if not lacks:
            return "price", f"{text}, {self.what_if.price([*self.what_if.matches, match])}"
        verb = "open" if len(lacks) > 1 or lacks[0].endswith(f"seats of {match.mentor}") else "opens"
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
