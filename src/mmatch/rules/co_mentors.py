"""Larger matches have a second mentor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mmatch.rules._base import Rule

if TYPE_CHECKING:
    from mmatch.cohort import Cohort
    from mmatch.matching import Match, Matching, Violation


@dataclass(frozen=True, repr=False)
class CoMentors(Rule):
    """A match with more than so many mentees has two mentors, a smaller one has one.

    The co-mentor offers the topic too, and facts and rules let them mentor each mentee of the match alone. With
    `CommonSlot` they are free at the slot and nowhere else. Seats count for the first mentor; the match counts for both
    where `Participant.groups` limits it. Whoever states no number of groups is co-mentor once at most.

    Args:
        above: matches up to this size have one mentor; 0: every match has two.
    """

    above: int = 0
    composes = True

    def __post_init__(self) -> None:
        self.count("above")

    @property
    def two_above(self) -> int:
        """The size above which a match has two mentors."""
        return self.above

    def violations(self, cohort: Cohort, matching: Matching) -> list[Violation]:  # noqa: ARG002 - a rule's signature
        """Matches with too few or too many mentors."""
        texts = ((match, self._broken_by(match)) for match in matching)
        return [self.violation(text, match.mentors) for match, text in texts if text]

    def _broken_by(self, match: Match) -> str:
        size, due = len(match.mentees), 1 + (len(match.mentees) > self.above)
        found = len(match.mentors)
        return "" if found == due else f"a match of {match.mentor} with {size} mentees has {found} mentors, not {due}"
