"""Few mentors and mentees would rather be together than keep what they have."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from mmatch.aims._base import Aim
from mmatch.aims.preference import need_ranks
from mmatch.blocking import KINDS, blocks, stated_room
from mmatch.pairs import facts_of, pairs_of, possible_pairs
from mmatch.terms import Blocking

if TYPE_CHECKING:
    from mmatch.instance.edges import Edges
    from mmatch.matching import Matching
    from mmatch.people import Cohort


@dataclass(frozen=True, repr=False)
class FewBlockingPairs(Aim):
    """As few mentors and mentees as possible would rather be together: stability traded for other aims.

    total = minus the number of pairs of a request and an offer that block, as `mmatch.blocking_pairs` says, by the
    facts alone: ranks, topics, avoidance, scores given, and seats as the cohort states them. Rules of the program and
    sizes of groups are not looked at: a pair that a rule forbids may block. Where rules keep no pair apart, 0 is a
    stable matching. Fewest blocking pairs among the largest matchings, or among those that keep least loads, are
    NP-hard to find (Biró, Manlove, Mittal: Size versus stability in the marriage problem, 2010; Hamada, Iwama,
    Miyazaki: The hospitals/residents problem with lower quotas, 2016), so only "milp" and "cpsat" take it.

    Args:
        kind: "weak" (both gain), "strong" (one gains, the other does not lose), "super" (neither loses), or "envy" (a
            mentee would gain where the mentor keeps somebody whom they like less; empty seats do not count).
    """

    kind: str = "weak"
    _: KW_ONLY
    weight: float = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        self.choice("kind", KINDS)

    def check(self, cohort: Cohort) -> None:
        """Somebody must have stated ranks."""
        need_ranks(self, cohort)

    def term(self, edges: Edges) -> Blocking:
        """All pairs that facts allow, beside the edges."""
        return Blocking(possible_pairs(edges.facts), edges.pairs, self.kind)

    def measure(self, cohort: Cohort, matching: Matching) -> Fraction:
        """Minus the number of pairs that block."""
        seats = pairs_of(cohort, matching)
        return -Fraction(int(blocks(possible_pairs(facts_of(cohort)), seats, stated_room(seats), self.kind).sum()))
