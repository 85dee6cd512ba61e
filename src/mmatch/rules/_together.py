"""What rules about the mentees of one match have in common: rows over the places of each candidate group."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from mmatch.constraints import FREE, GroupRows
from mmatch.rules._base import Rule

if TYPE_CHECKING:
    from mmatch.arrays import Bools, Ints
    from mmatch.candidates.edges import Edges
    from mmatch.cohort import Cohort
    from mmatch.constraints import Groups
    from mmatch.matching import Match, Matching, Violation


class GroupRule(Rule):
    """A rule about who sits together: groups are told apart one by one."""

    composes = True

    def broken(self, cohort: Cohort, match: Match) -> str:
        """What is wrong with the mentees of a match; an empty text where nothing is."""
        raise NotImplementedError

    def violations(self, cohort: Cohort, matching: Matching) -> list[Violation]:
        """Matches whose mentees do not go together."""
        texts = ((match, self.broken(cohort, match)) for match in matching)
        return [self.violation(text, (match.mentor, *match.mentees)) for match, text in texts if text]


def sums(groups: Groups, rule: str, weights: Ints, opened: int, limits: tuple[int, int]) -> GroupRows:
    """For each group: least <= sum of weights x places + opened x group <= most."""
    used = np.flatnonzero(weights)
    n = np.arange(len(groups))
    lower, upper = (np.full(len(groups), limit) for limit in limits)
    places = (groups.group[used], used, weights[used])
    return GroupRows("together", places, (n, n, np.full(len(groups), opened)), lower, upper, rule)


def apart(groups: Groups, rule: str, one: Ints, others: list[Ints]) -> Iterator[GroupRows]:
    """Each of some places keeps others of its group empty: sum of others + most x place <= most x group."""
    kept = [k for k, members in enumerate(others) if len(members)]
    if not kept:
        return
    sizes = np.array([len(others[k]) for k in kept])
    rows = np.arange(len(kept))
    most = np.minimum(groups.most[groups.group[one[kept]]], sizes)
    columns = np.concatenate([*(others[k] for k in kept), one[kept]])
    weights = np.concatenate([np.ones(sizes.sum(), dtype=np.int64), most])
    places = (np.concatenate([np.repeat(rows, sizes), rows]), columns, weights)
    opened = (rows, groups.group[one[kept]], -most)
    zeros = np.zeros(len(kept), dtype=np.int64)
    yield GroupRows("together", places, opened, zeros - FREE, zeros, rule)


def lonely(groups: Groups, rule: str, unknown: Bools) -> Iterator[GroupRows]:
    """Whoever lacks the fact that a rule needs sits with nobody else."""
    one = np.flatnonzero(unknown)
    members = [np.flatnonzero(groups.group == group) for group in range(len(groups))]
    yield from apart(groups, rule, one, [_without(members[groups.group[place]], place) for place in one.tolist()])


def _without(members: Ints, place: int) -> Ints:
    kept: Ints = members[members != place]
    return kept


def mentees(edges: Edges, groups: Groups) -> Ints:
    """The row of the mentee of each place."""
    return edges.pairs.mentee[groups.edge]
