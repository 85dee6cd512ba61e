"""What a rule is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from mmatch.candidates import Pairs, pairs_of
from mmatch.errors import PluginError, Problems, excerpt
from mmatch.matching import Violation
from mmatch.registry.part import Compared, Part, guarded, named_pairs
from mmatch.text import note_unknown

if TYPE_CHECKING:
    from mmatch.arrays import Bools, Ints
    from mmatch.candidates.edges import Edges
    from mmatch.cohort import Cohort
    from mmatch.constraints import Constraint, GroupRows, Groups, Slots
    from mmatch.matching import Matching


class Rule(Part):
    """Something that must hold: a mask on pairs, constraints on sets of pairs, and the truth about a matching.

    Class attribute: ``composes`` says that the rule speaks about who sits together, through `together`.
    """

    package = "mmatch.rules"
    composes: ClassVar[bool] = False

    @property
    def bounds_matching(self) -> bool:
        """Whether the rule speaks about several pairs together, beyond allowing or forbidding each."""
        return type(self).constraints is not Rule.constraints

    def check(self, cohort: Cohort) -> None:
        """Raise an InputError where the rule cannot be meant for this cohort."""

    def allows(self, pairs: Pairs) -> Bools | None:
        """Which pairs may be matched, in the shape of the view; None for all of them."""

    def mask(self, pairs: Pairs) -> Bools | None:
        """What `allows` says of a view, checked.

        Raises:
            PluginError: where it says something else than yes or no for each pair.
        """
        with guarded(self):
            allows = self.allows(pairs)
            if allows is None:
                return None
            allows = np.broadcast_to(allows, pairs.shape)
        if allows.dtype != np.bool_:
            raise PluginError(f"{self.title} gave {allows.dtype}, expected True or False for each pair")
        return allows

    def constraints(self, edges: Edges) -> Iterable[Constraint]:  # noqa: ARG002 - most rules have none
        """Constraints on sets of candidate edges."""
        return ()

    def times(self, cohort: Cohort) -> Slots | None:  # noqa: ARG002 - most rules have none
        """The times at which matches can be, where the rule names them."""
        return None

    def together(self, edges: Edges, groups: Groups) -> Iterable[GroupRows]:  # noqa: ARG002 - most rules have none
        """Rows over places and groups: who may sit together."""
        return ()

    def violations(self, cohort: Cohort, matching: Matching) -> list[Violation]:
        """Every way in which a matching breaks the rule, judged on the user's facts."""
        allowed = self.allows(pairs_of(cohort, matching))
        if allowed is None:
            return []
        rows = np.flatnonzero(~np.broadcast_to(allowed, len(matching.seats))).tolist()
        pairs = [(matching.seats.mentor[row], matching.seats.mentee[row]) for row in rows]
        return [self.violation(f"{self.title} does not allow mentor {a} with mentee {b}", (a, b)) for a, b in pairs]

    def violation(self, text: str, who: tuple[str, ...]) -> Violation:
        """A way in which a matching breaks the rule: in words, and the people whom it is about."""
        return Violation(f"rule:{self.name}", text, who)


@dataclass(frozen=True, repr=False)
class PairComparison(Compared, Rule):
    """A rule that compares attributes; ``missing`` says what holds where somebody lacks one."""

    _: KW_ONLY
    missing: str = "forbid"

    def __post_init__(self) -> None:
        super().__post_init__()
        self.choice("missing", ("forbid", "allow"))


@dataclass(frozen=True, repr=False)
class NamedPairs(Rule):
    """A rule about single pairs: (mentor, mentee), or (mentor, mentee, topic)."""

    pairs: Sequence[tuple[str, ...]] = ()

    def __post_init__(self) -> None:
        self.put("pairs", named_pairs(self, self.pairs))

    def check(self, cohort: Cohort) -> None:
        """Everybody named must exist."""
        offer_keys(self, cohort, self.pairs)


def offer_keys(part: Part, cohort: Cohort, pairs: Iterable[tuple[Any, ...]]) -> list[Ints]:
    """For each (mentor, mentee[, topic]) the keys (offer x n + mentee) that it means.

    Raises:
        InputError: unknown people, people without a role, topics that the mentor does not offer.
    """
    people, offers, requests = cohort.people.index, cohort.offers, cohort.requests
    found, problems = [], Problems()
    for pair in pairs:
        where = f"{part.name}{pair!r}"
        unknown = [name for name in pair[:2] if name not in people]
        for name in unknown:
            note_unknown(problems, where, name, people)
        if unknown:
            continue
        mentor, mentee = people[pair[0]], people[pair[1]]
        rows = np.arange(np.searchsorted(offers.owner, mentor), np.searchsorted(offers.owner, mentor, side="right"))
        own = rows
        if len(pair) == 3:
            topic = cohort.topic_tree.index.get(pair[2], -2)
            rows = rows[offers.topic[rows] == topic]
        if not len(rows):
            what = f"topic {excerpt(pair[2])}" if len(pair) == 3 else "anything"
            text = f"{excerpt(pair[0])} does not offer {what}"
            topics = [cohort.topic_tree.names[code] for code in offers.topic[own].tolist()]
            note_unknown(problems, where, pair[-1], topics, code="no-offer", text=text)
        if mentee not in requests.owner:
            problems.add("no-request", where, f"{excerpt(pair[1])} has no request")
        found.append(rows * len(people) + mentee)
    problems.raise_any()
    return found
