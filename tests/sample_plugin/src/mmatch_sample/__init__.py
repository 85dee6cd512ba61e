"""A rule, an aim and a solver that mmatch knows by name once this distribution is installed."""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from mmatch.aims import PairAim
from mmatch.instance import Answer
from mmatch.matching import Status
from mmatch.rules import Rule


@dataclass(frozen=True, repr=False)
class EarlierLetter(Rule):
    """The mentor's id comes before the mentee's in the alphabet."""

    strict: bool = True

    def allows(self, pairs):
        ids = np.array(pairs.cohort.people.ids)
        mentor, mentee = ids[pairs.mentor], ids[pairs.mentee]
        return mentor < mentee if self.strict else mentor <= mentee


@dataclass(frozen=True, repr=False)
class ShortNames(PairAim):
    """The greatest total of letters that ids save against ten."""

    def scores(self, pairs):
        length = np.array([len(name) for name in pairs.cohort.people.ids])
        return (10 - length[pairs.mentor]) + 0 * length[pairs.mentee], Fraction(1)


@dataclass(frozen=True, repr=False)
class Later(ShortNames):
    """Written for parts of another version."""

    mmatch_api = 99


class Nobody:
    """Matches nobody, and says so; where somebody must be matched it knows nothing."""

    name = "nobody"
    takes = frozenset({"linear", "convex_load", "bounds"})
    rank = None

    def solve(self, instance, _watch):
        if any(family.lower.any() for family in instance.bounds):
            return Answer(Status.UNKNOWN)
        return Answer(Status.FEASIBLE, np.zeros(len(instance.request), dtype=bool))
