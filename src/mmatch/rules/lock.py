"""Named pairs that must meet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mmatch.arrays import NONE
from mmatch.candidates import pairs_of
from mmatch.constraints import Bounds
from mmatch.errors import InputError, Problem
from mmatch.rules._base import NamedPairs, offer_keys

if TYPE_CHECKING:
    from mmatch.arrays import Ints
    from mmatch.candidates.edges import Edges
    from mmatch.cohort import Cohort
    from mmatch.matching import Matching, Violation


@dataclass(frozen=True, repr=False)
class Lock(NamedPairs):
    """These pairs must meet, whatever it costs: promises that the program has made.

    Args:
        pairs: (mentor, mentee), or (mentor, mentee, topic) where the mentor's offer on that topic is meant.
    """

    def constraints(self, edges: Edges) -> Iterable[Bounds]:
        """At least one edge of each locked pair; pairs that overlap stand in constraints of their own."""
        n = len(edges.cohort)
        keys = np.where(edges.usable, edges.pairs.offer.row * n + edges.pairs.mentee, NONE)
        for layer in _layers(offer_keys(self, edges.cohort, self.pairs)):
            label = np.full(len(keys), NONE, dtype=np.int64)
            for number, wanted in enumerate(layer):
                members = np.isin(keys, wanted)
                if not members.any():
                    raise self._impossible(edges.cohort, int(wanted[0]))
                label[members] = number
            ones = np.ones(len(layer), dtype=np.int64)
            yield Bounds("lock", label, ones, np.full(len(layer), len(keys), dtype=np.int64), self.title)

    def _impossible(self, cohort: Cohort, key: int) -> InputError:
        offer, mentee = divmod(key, len(cohort))
        who = f"mentor {cohort.people.ids[cohort.offers.owner[offer]]} and mentee {cohort.people.ids[mentee]}"
        hint = "see `mmatch check`, or reasons, for the rule that removes it"
        return InputError(
            Problem("impossible-lock", "Lock", f"{who} are locked, but no rule-abiding pair of them exists", hint)
        )

    def violations(self, cohort: Cohort, matching: Matching) -> list[Violation]:
        """Locked pairs that do not meet."""
        pairs = pairs_of(cohort, matching)
        seated = set((pairs.offer.row * len(cohort) + pairs.mentee).tolist())
        keys = offer_keys(self, cohort, self.pairs)
        return [
            self.violation(f"{pair[0]} and {pair[1]} are locked and do not meet", pair[:2])
            for pair, wanted in zip(self.pairs, keys, strict=True)
            if seated.isdisjoint(wanted.tolist())
        ]


def _layers(sets: list[Ints]) -> list[list[Ints]]:
    """Sets of keys in layers within which they are disjoint."""
    layers: list[tuple[set[int], list[Ints]]] = []
    for keys in sets:
        members = set(keys.tolist())
        home = next((layer for layer in layers if layer[0].isdisjoint(members)), None)
        if home is None:
            home = (set(), [])
            layers.append(home)
        home[0].update(members)
        home[1].append(keys)
    return [layer for _, layer in layers]
