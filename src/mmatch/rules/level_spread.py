"""The mentees of one match stand at about the same level."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import KW_ONLY, dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from mmatch.exact import exact, plain
from mmatch.rules._together import GroupRule, apart, lonely

if TYPE_CHECKING:
    from mmatch.candidates.edges import Edges
    from mmatch.cohort import Cohort
    from mmatch.constraints import GroupRows, Groups
    from mmatch.matching import Match


@dataclass(frozen=True, repr=False)
class LevelSpread(GroupRule):
    """The levels of the requests in one match differ by at most so much.

    greatest level - least level <= most.

    Args:
        most: the greatest difference allowed, from 0.
        missing: "forbid": who states no level sits with nobody else; "allow": with anybody.
    """

    most: float
    _: KW_ONLY
    missing: str = "forbid"

    def __post_init__(self) -> None:
        self.number("most", lambda most: most >= 0, "a number from 0")
        self.put("most", plain(exact(self.most)))
        self.choice("missing", ("forbid", "allow"))

    def together(self, edges: Edges, groups: Groups) -> Iterable[GroupRows]:
        """Each place keeps those of its group empty that stand too far above."""
        level = edges.pairs.request.level[groups.edge]
        order = np.lexsort((level, groups.group))
        start = np.searchsorted(groups.group[order], np.arange(len(groups) + 1)).tolist()
        one, others = [], []
        for first, last in pairwise(start):
            members = order[first:last]
            known = members[~np.isnan(level[members])]
            above = np.searchsorted(level[known], level[known] + self.most, side="right").tolist()
            for place, reach in zip(known.tolist(), above, strict=True):
                one.append(place)
                others.append(known[reach:])
        yield from apart(groups, self.title, np.array(one, dtype=np.int64), others)
        if self.missing == "forbid":
            yield from lonely(groups, self.title, np.isnan(level))

    def broken(self, cohort: Cohort, match: Match) -> str:
        """The spread of levels, where it is too wide, or somebody without one."""
        rows = [cohort.request_row(*seat) for seat in zip(match.mentees, match.requested, strict=True)]
        levels = cohort.requests.level[rows].tolist()
        known = [level for level in levels if not np.isnan(level)]
        if len(known) < len(levels) > 1 and self.missing == "forbid":
            return f"a mentee of {match.mentor} states no level and shares a match"
        spread = max(known, default=0) - min(known, default=0)
        return f"the levels in a match of {match.mentor} differ by {plain(exact(spread))}" if spread > self.most else ""
