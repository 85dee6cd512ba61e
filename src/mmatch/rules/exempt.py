"""A rule with exceptions that everybody can see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mmatch.errors import excerpt
from mmatch.registry.lookup import closest, find
from mmatch.registry.part import named_pairs
from mmatch.rules._base import Rule, offer_keys

if TYPE_CHECKING:
    from mmatch.arrays import Bools
    from mmatch.candidates import Pairs
    from mmatch.cohort import Cohort


@dataclass(frozen=True, repr=False)
class Exempt(Rule):
    """A rule that holds but for some pairs, with the reason: an exception that is flagged, not a rule that is dropped.

    Args:
        rule: a rule about single pairs, such as ``Differs("department")``.
        pairs: (mentor, mentee), or (mentor, mentee, topic), for whom it does not hold.
        why: the reason, which reports show.
    """

    rule: Any
    pairs: Sequence[tuple[str, ...]] = ()
    _: KW_ONLY
    why: str = ""

    def __post_init__(self) -> None:
        if isinstance(self.rule, Mapping):  # as a program file has it
            name, *values = self.rule.get("name"), {k: v for k, v in self.rule.items() if k != "name"}
            made = find(self.package, name) if type(name) is str else None
            if made is None:
                raise self.refuse("rule", f"there is no rule {excerpt(name)}: {closest(self.package, str(name))}")
            self.put("rule", made(**values[0]))
        if not isinstance(self.rule, Rule) or type(self.rule).allows is Rule.allows or self.rule.bounds_matching:
            raise self.refuse("rule", f"found {excerpt(self.rule)}, expected a rule about single pairs")
        self.put("pairs", named_pairs(self, self.pairs))
        if type(self.why) is not str:
            raise self.refuse("why", f"found {excerpt(self.why)}, expected a text")

    def check(self, cohort: Cohort) -> None:
        """The rule must be meant for the cohort, and everybody named must exist."""
        self.rule.check(cohort)
        offer_keys(self, cohort, self.pairs)

    def allows(self, pairs: Pairs) -> Bools | None:
        """What the rule allows, and the exceptions."""
        allowed: Bools | None = self.rule.mask(pairs)
        keys = offer_keys(self, pairs.cohort, self.pairs)
        if allowed is None or not keys:
            return allowed
        return np.logical_or(allowed, pairs.among_offers(np.unique(np.concatenate(keys))))

    @property
    def in_words(self) -> str:
        """The rule, how many exceptions it has, and why."""
        n = len(self.pairs)
        why = f": {self.why}" if self.why else ""
        return f"{self.rule.in_words} (with {n} exception{'s' if n > 1 else ''}{why})"

    def to_json(self) -> dict[str, Any]:
        """The rule in the rule, as plain data."""
        self.rule.to_json()
        return {**super().to_json(), "rule": self.rule.to_json()}

    def canonical(self) -> str:
        """A text that is the same exactly for the same rule with the same exceptions."""
        return f"{self.name}[{self.rule.canonical()}, {self.pairs!r}, {self.why!r}]"
