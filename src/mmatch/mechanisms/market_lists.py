"""The columns of a market as Python lists, which loops over single pairs read faster than arrays."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mmatch.arrays import Ints, Rows
    from mmatch.mechanisms.market import Market


class Plain:
    """The columns of a market as lists, each made when it is first asked for."""

    def __init__(self, market: Market) -> None:
        self.market = market

    @cached_property
    def mentee(self) -> list[int]:
        """The mentee of each pair."""
        return _listed(self.market.mentee)

    @cached_property
    def offer(self) -> list[int]:
        """The offer of each pair."""
        return _listed(self.market.offer)

    @cached_property
    def mentor(self) -> list[int]:
        """The mentor of each pair."""
        return _listed(self.market.mentor)

    @cached_property
    def likes(self) -> list[int]:
        """The rank that the mentee of each pair gives the offer."""
        return _listed(self.market.mentee_rank)

    @cached_property
    def rank(self) -> list[int]:
        """The rank that the mentor of each pair gives the mentee."""
        return _listed(self.market.mentor_rank)

    @cached_property
    def seats(self) -> list[int]:
        """The seats of each offer, no more than its mentor has."""
        return _listed(self.market.seats)

    @cached_property
    def most(self) -> list[int]:
        """The seats of each mentor."""
        return _listed(self.market.mentor_seats)

    @cached_property
    def offer_mentor(self) -> list[int]:
        """The mentor of each offer."""
        return _listed(self.market.mentor_of_offer)

    @cached_property
    def offers(self) -> list[list[int]]:
        """The offers of each mentor that anybody wants."""
        found: list[list[int]] = [[] for _ in self.most]
        for offer in _listed(self.market.wanted_offers):
            found[self.offer_mentor[offer]].append(offer)
        return found

    @cached_property
    def wish(self) -> list[int]:
        """The pairs of all mentees, each one's best first."""
        return _listed(self.market.by_mentee[0])

    @cached_property
    def start(self) -> list[int]:
        """Where the wishes of each mentee begin, and where they all end."""
        return _listed(self.market.by_mentee[1])

    @cached_property
    def end(self) -> list[int]:
        """Where the wishes of each mentee end."""
        return self.start[1:]


def _listed(values: Ints | Rows) -> list[int]:
    found: list[int] = values.tolist()
    return found
