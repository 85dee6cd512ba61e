"""`randomise`: chances, a distribution over matchings, and one matching drawn from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property, partial
from itertools import islice
from types import MappingProxyType
from typing import Any

from mmatch.arrays import Bools
from mmatch.candidates.edges import Edges
from mmatch.cohort import Cohort
from mmatch.display import MOST_ROWS, Shown, Table
from mmatch.engine import check_seed
from mmatch.errors import InputError, LimitError, Problem, SolverError, UnsupportedError, excerpt
from mmatch.exact import exact, number_fault, short
from mmatch.instance import Answer, Instance
from mmatch.instance.compiled import Compiled
from mmatch.instance.decoding import decode
from mmatch.instance.set_titles import set_title
from mmatch.lotteries.chances import edge_chances
from mmatch.lotteries.keyed_random import Keyed
from mmatch.lotteries.rounding import ChanceShares, shares_of
from mmatch.matching import Match, Matching, Status
from mmatch.network.circulation import CrossingSets
from mmatch.program import Program, check_question
from mmatch.verifying import verify

SCHEMA = "mmatch/draw"
VERSION = 1
FINEST = 1_000_000  # greatest denominator of a cap
TAKES = frozenset({"linear", "convex_load", "profile"})  # terms whose expectation is a sum over chances
MOST_UNSETTLED = 5_000  # pairs and sets without a certain answer, up to which the whole distribution is worked out

Pair = tuple[str, str, str]


def randomise(
    cohort: Cohort,
    program: Program | None = None,
    *,
    seed: int | str = 0,
    cap: float | Fraction | None = None,
) -> Draw:
    """Draw who meets whom by lottery: everybody's chances are stated, and as equal as the seats allow.

    First the program's aims up to the first that counts `Coverage`. Then the mentees' chances of a seat are made as
    equal as Hall sets allow: nobody could get more unless somebody who has no more than they got less; this fills as
    many seats as can be. Then the other aims, in their order. Whom nothing stated tells apart get the same chances.
    Every matching that can be drawn keeps all rules and limits.

    Args:
        cohort: the facts.
        program: the policy; the usual one for the cohort by default.
        seed: of the draw, a whole number or a text; the chances do not depend on it.
        cap: most chance of any two people to meet, above 0 and up to 1, against gaming; 0.3 is read as 3/10, fractions
            that are no short ones are rounded down to millionths. None is no cap. With one, some may be left out
            although everybody could be seated.

    Returns:
        A `Draw`: exact chances, the distribution, and the matching that was drawn.

    Raises:
        InputError: arguments or a policy that cannot be meant for the cohort.
        UnsupportedError: rules or aims that are no flow; the text names one.
        NoMatchingError: no chances keep all rules and the cap.
        SolverError: the judge refused a matching that was drawn.

    Sources: Budish, Che, Kojima, Milgrom, Designing random allocation mechanisms (2013); Bogomolnaia, Moulin, Random
    matching under dichotomous preferences (2004); Jecmen et al., Mitigating manipulation in peer review via randomized
    reviewer assignments (2020), for the cap.

    Example:
        >>> from mmatch.lotteries import randomise
        >>> people = [mm.Participant("ann", offers=[mm.Offer()], capacity=1)]
        >>> people += [mm.Participant(name, requests=[mm.Request()]) for name in ("eva", "finn", "gus")]
        >>> draw = randomise(mm.Cohort(people))
        >>> [draw.of(name) for name in ("eva", "finn", "gus")]
        [Fraction(1, 3), Fraction(1, 3), Fraction(1, 3)]
    """
    program = Program() if program is None else program
    check_question(cohort, program)
    check_seed(seed)
    most = _cap(cap)
    resolved = program.resolve(cohort, "flow")
    instance, people = Compiled(cohort, resolved).untimed
    _check_flow(resolved, instance)
    cap = Fraction(1) if most is None else most
    try:
        chances = edge_chances(instance, people, _first_stages(resolved, instance), cap)
    except CrossingSets as crossing:
        one, other = (set_title(people, *item) for item in (crossing.one, crossing.other))
        raise UnsupportedError(f"a lottery cannot keep both {one} and {other}: these two sets of pairs cross") from None
    return _Source(cohort, resolved, (instance, people), chances.edges, shares_of(chances)).draw(seed, most)


def _cap(cap: Any) -> Fraction | None:
    """The cap as the short fraction that was meant; of a longer one, the greatest short one below it."""
    if cap is None:
        return None
    fault = number_fault(cap, "cap")
    if fault or not 0 < cap <= 1:
        raise InputError(Problem("argument", "cap", fault or f"found {excerpt(cap)}, expected above 0 and up to 1"))
    meant = short(cap)
    if meant.denominator > FINEST:
        meant = Fraction(exact(cap) * FINEST // 1, FINEST)
    if not meant:
        raise InputError(Problem("argument", "cap", f"found {excerpt(cap)}, expected at least 1/{FINEST}"))
    return meant


def _check_flow(program: Program, instance: Instance) -> None:
    """Refuse what no flow can keep.

    Raises:
        UnsupportedError: naming the aim or the constraint.
    """
    for aims, tier in zip(program.tiers, instance.tiers, strict=True):
        if not tier.kinds <= TAKES:
            names = " and ".join(aim.title for aim in aims)
            raise UnsupportedError(f"a lottery cannot follow {names}: it is no sum over pairs and loads; leave it out")
    sentences = [item.sentence for item in instance.unmet]
    sentences += [] if instance.groups is None else instance.groups.why
    if sentences:
        raise UnsupportedError(f"a lottery cannot keep {sentences[0]}; leave it out")


def _first_stages(program: Program, instance: Instance) -> int:
    """How many stages come before equal chances: all up to the first that counts coverage; none without one."""
    for k, aims in enumerate(program.tiers):
        if any(aim.name == "Coverage" for aim in aims):
            return sum(len(tier.stages) for tier in instance.tiers[: k + 1])
    return 0


@dataclass(frozen=True, eq=False)
class _Source:
    """What draws are made from."""

    cohort: Cohort
    program: Program
    compiled: tuple[Instance, Edges]
    edges: tuple[Fraction, ...]
    shares: ChanceShares

    def draw(self, seed: int | str, cap: Fraction | None) -> Draw:
        """The draw of a seed."""
        return Draw(self.chances, self.matching(self._chosen(Keyed(seed))), seed, cap, self)

    def _chosen(self, keyed: Keyed) -> Bools:
        """The edges that are drawn: from the list of parts where it is short enough, else by moving along cycles."""
        shares = self.shares
        if len(shares) > MOST_UNSETTLED:
            return shares.chosen(shares.sampled(lambda forward, back: keyed.below(forward + back) < back))
        number = Fraction(keyed.below(shares.whole), shares.whole)
        for chance, chosen in self.listed:
            number -= chance
            if number < 0:
                return chosen
        raise AssertionError("unreachable: the chances of all parts sum to 1")

    def matching(self, chosen: Bools) -> Matching:
        """The matching of chosen edges, judged.

        Raises:
            SolverError: where the judge refuses it.
        """
        matching = decode(self.compiled[1], self.program, self.compiled[0], Answer(Status.OPTIMAL, chosen))
        wrong = verify(self.cohort, self.program, matching)
        if wrong:
            raise SolverError(f"the lottery drew a matching that the judge refuses: {wrong[0].message}")
        return matching

    @cached_property
    def chances(self) -> Mapping[Pair, Fraction]:
        """(mentor, mentee, topic) -> chance, where there is any."""
        likely = [edge for edge, chance in enumerate(self.edges) if chance]
        found: dict[Pair, Fraction] = {}
        for pair, edge in zip(self._pairs(likely), likely, strict=True):
            found[pair] = found.get(pair, Fraction(0)) + self.edges[edge]
        return MappingProxyType(dict(sorted(found.items())))

    def _pairs(self, edges: list[int]) -> Iterator[Pair]:
        """(mentor, mentee, topic of the offer) of edges."""
        people, cohort = self.compiled[1], self.cohort
        requests, offers = people.request_rows[people.request[edges]], people.offer_rows[people.offer[edges]]
        ids, names, owner = cohort.people.ids, cohort.topic_tree.names, cohort.offers.owner
        for request, offer in zip(requests.tolist(), offers.tolist(), strict=True):
            mentee = ids[cohort.requests.owner[request]]
            yield ids[owner[offer]], mentee, names[cohort.offers.topic[offer]]

    @cached_property
    def listed(self) -> tuple[tuple[Fraction, Bools], ...]:
        """The whole distribution as chosen edges."""
        return tuple(self.shares.parts())

    @cached_property
    def parts(self) -> tuple[tuple[Fraction, Matching], ...]:
        """The whole distribution as matchings."""
        return tuple((chance, self.matching(chosen)) for chance, chosen in self.listed)


@dataclass(frozen=True, repr=False)
class Draw(Shown):
    """A lottery over matchings: everybody's chances, the matchings that could be drawn, and the one that was.

    ``chances`` gives for (mentor, mentee, topic of the offer) the exact probability that they meet; pairs without any
    chance are left out. Where one offer can fill several requests of the same mentee, it is the expected number of
    seats. ``matching`` was drawn with ``seed``; ``cap`` is the most chance that any two people were given.
    """

    chances: Mapping[Pair, Fraction]
    matching: Matching
    seed: int | str
    cap: Fraction | None
    _source: _Source = field(compare=False)

    def of(self, mentee: str) -> Fraction:
        """The probability that a mentee gets at least one match.

        Raises:
            InputError: nobody has this id.
        """
        if not isinstance(mentee, str):
            raise InputError(Problem("id-type", "mentee", f"found {excerpt(mentee)}, expected an id"))
        return min(Fraction(1), self._seats.get(self._source.cohort[mentee].id, Fraction(0)))

    @cached_property
    def _seats(self) -> Mapping[str, Fraction]:
        """Expected seats of each mentee who has any chance."""
        found: dict[str, Fraction] = {}
        for (_, mentee, _), chance in self.chances.items():
            found[mentee] = found.get(mentee, Fraction(0)) + chance
        return found

    @property
    def parts(self) -> tuple[tuple[Fraction, Matching], ...]:
        """The distribution: (probability, matching) of everything that could be drawn; ``matching`` is one of them.

        The probabilities sum to exactly 1, and a pair's chance is exactly the sum over the matchings in which it meets.

        Raises:
            LimitError: where it would be too long to work out; the chances are exact all the same.
        """
        if len(self._source.shares) > MOST_UNSETTLED:
            text = f"{len(self._source.shares):,} pairs and sets are left to chance, limit {MOST_UNSETTLED:,}"
            hint = "chances, of and matching do not need the list"
            raise LimitError(Problem("too-large", "Draw.parts", text, hint))
        return self._source.parts

    def again(self, seed: int | str) -> Draw:
        """The draw of another seed, from the same chances.

        Raises:
            InputError: no seed.
        """
        check_seed(seed)
        return self._source.draw(seed, self.cap)

    def to_json(self) -> dict[str, Any]:
        """The draw as plain data: chances as fractions in text, the matching, the distribution where it is listed."""
        long = len(self._source.shares) > MOST_UNSETTLED
        return {
            "schema": SCHEMA,
            "version": VERSION,
            "seed": self.seed,
            "cap": None if self.cap is None else str(self.cap),
            "chances": [
                {"mentor": mentor, "mentee": mentee, "topic": topic, "chance": str(chance)}
                for (mentor, mentee, topic), chance in self.chances.items()
            ],
            "matches": [_plain(match) for match in self.matching],
            "unmatched": [list(seat) for seat in self.matching.unmatched],
            "parts": None
            if long
            else [{"chance": str(p), "matches": [_plain(match) for match in found]} for p, found in self.parts],
        }

    def __reduce__(self) -> tuple[Any, ...]:
        again = partial(randomise, seed=self.seed, cap=self.cap)
        return again, (self._source.cohort, self._source.program)

    def __hash__(self) -> int:
        return hash((frozenset(self.chances.items()), self.matching, self.seed, self.cap))

    def tables(self) -> Iterator[Table]:
        """What was drawn, and everybody's chances."""
        yield from self.matching.tables()
        rows = [(*pair, f"{float(chance):.1%}") for pair, chance in islice(self.chances.items(), MOST_ROWS)]
        yield Table(("mentor", "mentee", "topic", "chance"), rows, "Chances", len(self.chances))

    def __repr__(self) -> str:
        cap = "" if self.cap is None else f", cap {self.cap}"
        found = f"{len(self.chances)} pairs with a chance, {len(self.matching)} matches drawn"
        return f"<Draw: {found}, seed {self.seed}{cap}>"


def _plain(match: Match) -> dict[str, Any]:
    """A match as plain data, as in a result."""
    plain = {name: getattr(match, name) for name in ("mentor", "mentees", "topic", "offer", "requested")}
    return {**plain, "mentees": list(match.mentees), "requested": list(match.requested)}
