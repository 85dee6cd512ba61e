"""What an aim is."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from mmatch.candidates import Pairs, pairs_of
from mmatch.errors import PluginError
from mmatch.exact import exact, exact_sum, plain, short
from mmatch.registry.part import Part, guarded, known_attribute
from mmatch.terms import Linear

if TYPE_CHECKING:
    from mmatch.arrays import Bools, Floats, Ints
    from mmatch.candidates.edges import Edges
    from mmatch.cohort import Cohort
    from mmatch.exact import Exact
    from mmatch.matching import Matching
    from mmatch.stages import Term


@dataclass(frozen=True, repr=False)
class Aim(Part):
    """Something wanted, more is better: one kind of term for solvers, and the truth about a matching.

    Args:
        weight: what the aim counts where several share a tier; a positive number.

    Class attributes: ``vector`` says that the total is a tuple, compared in order; ``alone`` that the aim cannot share
    a tier (no vector can); ``after_coverage`` that it needs a tier before it that fixes how many are matched;
    ``grouped`` that it speaks about groups; ``composes`` that it must tell those of one mentor apart.
    """

    package = "mmatch.aims"
    vector: ClassVar[bool] = False
    alone: ClassVar[bool] = False
    after_coverage: ClassVar[bool] = False
    grouped: ClassVar[bool] = False
    composes: ClassVar[bool] = False
    _: KW_ONLY
    weight: float = 1

    def __post_init__(self) -> None:
        self.number("weight", lambda weight: weight > 0, "a number above 0")
        self.put("weight", plain(exact(self.weight)))

    @property
    def exact_weight(self) -> Fraction:
        """The weight as the short fraction that the user wrote: 0.3 is 3/10."""
        return short(self.weight)

    def check(self, cohort: Cohort) -> None:
        """Raise an InputError where the aim cannot be meant for this cohort."""

    def term(self, edges: Edges) -> Term:
        """The aim over the candidate edges, without its weight."""
        raise NotImplementedError

    def worth(self, pairs: Pairs) -> tuple[Ints, Fraction] | None:  # noqa: ARG002 - aims about pairs look at them
        """(what each pair of a view counts in whole numbers, unit), beside loads; None of an aim about anything else.

        Where there are too many pairs to list, they are looked at block by block through this.
        """
        return None

    def features(self, cohort: Cohort) -> tuple[Floats, Floats] | None:  # noqa: ARG002 - products use the cohort
        """(of mentees, of mentors): numbers whose product is what `worth` tells of two people; None where none are.

        Both have a row for every person and whole numbers in floats that hold every product exactly.
        """
        return None

    def measure(self, cohort: Cohort, matching: Matching) -> Exact:
        """The aim's exact total on a matching, in the user's unit, without its weight; a tuple for a vector."""
        raise NotImplementedError

    def resolution(self, cohort: Cohort) -> float:  # noqa: ARG002 - aims that round scores use the cohort
        """What scores are rounded to, a power of two."""
        return 1.0


class LoadAim(Aim):
    """An aim about how many seats requests, offers, mentees or mentors have: pairs count nothing by themselves."""

    def worth(self, pairs: Pairs) -> tuple[Ints, Fraction] | None:
        """Nothing for each pair."""
        return np.zeros((1,) * len(pairs.shape), dtype=np.int64), Fraction(1)

    def features(self, cohort: Cohort) -> tuple[Floats, Floats] | None:
        """Nothing to multiply."""
        return np.zeros((len(cohort), 0)), np.zeros((len(cohort), 0))


@dataclass(frozen=True, repr=False)
class AttributeAim(Aim):
    """An aim about one attribute of people."""

    attribute: str

    def __post_init__(self) -> None:
        super().__post_init__()
        self.text("attribute")

    def check(self, cohort: Cohort) -> None:
        """The attribute must exist somewhere in the cohort."""
        known_attribute(self, cohort, self.attribute)


class PairAim(Aim):
    """An aim that gives every pair a whole number of units, and adds them up."""

    def scores(self, pairs: Pairs) -> tuple[Ints, Fraction]:
        """(whole numbers in the shape of the view, unit). The unit depends on the cohort only."""
        raise NotImplementedError

    def met(self, pairs: Pairs) -> Bools | None:  # noqa: ARG002 - wishes look at the pairs
        """Whether each pair has all that is wanted; None where the aim is no wish but a number."""
        return None

    def term(self, edges: Edges) -> Linear:
        """A weight per edge."""
        weights, unit = self.whole(edges.pairs)
        return Linear(np.ascontiguousarray(weights, dtype=np.int64), unit)

    def worth(self, pairs: Pairs) -> tuple[Ints, Fraction] | None:
        """Its whole numbers; None of an aim that makes a term of its own of them."""
        return self.whole(pairs) if type(self).term is PairAim.term else None

    def whole(self, pairs: Pairs) -> tuple[Ints, Fraction]:
        """`scores`, checked: whole numbers in the shape of the view.

        Raises:
            PluginError: where the aim gives something else.
        """
        with guarded(self):
            weights, unit = self.scores(pairs)
            weights = np.broadcast_to(weights, pairs.shape)
        if weights.dtype.kind not in "iu" or not isinstance(unit, Fraction | int):
            text = f"{self.title} gave scores of {weights.dtype} in units of {unit!r}"
            raise PluginError(f"{text}, expected whole numbers and a unit as a Fraction")
        return weights, Fraction(unit)

    def measure(self, cohort: Cohort, matching: Matching) -> Fraction:
        """The sum over all filled seats."""
        weights, unit = self.whole(pairs_of(cohort, matching))
        return exact_sum(weights) * unit
