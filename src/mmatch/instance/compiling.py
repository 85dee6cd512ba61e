"""Cohort + program -> Instance: edges, bounds, tiers. From here on everything is exact."""

from __future__ import annotations

import hashlib
import math
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from mmatch.errors import UnsupportedError
from mmatch.instance.edges import Edges, candidates
from mmatch.instance.model import Instance, Lottery
from mmatch.instance.seats import seat_limits
from mmatch.terms import SETS, Bounds, ConvexLoad, Term, Tier, Unmet

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mmatch.aims._base import Aim
    from mmatch.people import Cohort
    from mmatch.people.columns import Ints
    from mmatch.program import Program

LARGEST_WEIGHT = 2**62


def compile_instance(cohort: Cohort, program: Program, seed: int | str | None = None) -> Instance:
    """The problem as integer arrays.

    Args:
        cohort: the facts.
        program: the policy, resolved (no ``aims=None``).
        seed: of the lottery that orders ties; None leaves it out (a judge needs none).

    Raises:
        InputError: where the program cannot be meant for the cohort.
        LimitError: more candidate pairs than can be listed.
        UnsupportedError: weights that do not fit 62 bits.
    """
    program.check(cohort)
    edges = candidates(cohort, program.rules)
    limits = seat_limits(edges, program)
    extra = [item for rule in program.rules for item in rule.constraints(edges)]
    bounds = _merged([*limits, *(item for item in extra if isinstance(item, Bounds))])
    return Instance(
        request=edges.request,
        offer=edges.offer,
        n_requests=edges.count("request"),
        n_offers=edges.count("offer"),
        bounds=tuple(bounds),
        unmet=tuple(item for item in [*limits, *extra] if isinstance(item, Unmet)),
        tiers=tuple(_tier(edges, aims) for aims in program.tiers),
        labels=edges,
        lottery=None if seed is None else lottery(cohort, seed),
    )


def _merged(items: Iterable[Bounds | Unmet]) -> list[Bounds]:
    """One Bounds per key whose sets are the same for all: the tightest; others stay apart."""
    merged: dict[object, Bounds] = {}
    for item in items:
        if not isinstance(item, Bounds):
            continue
        key: object = item.key if item.key in SETS else id(item)
        before = merged.get(key)
        if before is not None:
            lower, upper = np.maximum(before.lower, item.lower), np.minimum(before.upper, item.upper)
            item = Bounds(item.key, item.label, lower, upper, item.rule or before.rule)  # noqa: PLW2901 - the merged one
        merged[key] = item
    return list(merged.values())


def _tier(edges: Edges, aims: Iterable[Aim]) -> Tier:
    """Weighted aims added up in one common unit."""
    terms = [(aim.term(edges), aim.exact_weight) for aim in aims]
    unit = _common_unit([term.unit * weight for term, weight in terms])
    scaled = [(term, int(term.unit * weight / unit)) for term, weight in terms]
    _fits(scaled, aims, edges)
    weights = np.zeros(len(edges), dtype=np.int64)
    loads = []
    for term, factor in scaled:
        if isinstance(term, ConvexLoad):
            head = tuple(reward * factor for reward in term.head)
            loads.append(ConvexLoad(term.key, head, term.slope * factor, unit))
        else:
            weights = term.weights if len(scaled) == 1 else weights + term.weights * factor
    return Tier(weights, tuple(loads), unit)


def _fits(scaled: Iterable[tuple[Term, int]], aims: Iterable[Aim], edges: Edges) -> None:
    """Raise an UnsupportedError where the sum of a tier's terms on one edge could leave 62 bits."""
    largest = 0
    for term, factor in scaled:
        if isinstance(term, ConvexLoad):
            most = int(np.bincount(edges.label(term.key)).max(initial=0))
            reach = max(map(abs, term.head)) + abs(term.slope) * most
        else:
            reach = max(int(term.weights.max(initial=0)), -int(term.weights.min(initial=0)))
        largest += reach * factor
    if largest >= LARGEST_WEIGHT:
        names = " and ".join(aim.title for aim in aims)
        raise UnsupportedError(
            f"the weights of {names} need {largest.bit_length()} bits together, at most 62 fit: "
            "use weights with fewer digits, or separate tiers"
        )


def _common_unit(units: list[Fraction]) -> Fraction:
    """The largest unit of which all are whole multiples."""
    top = math.gcd(*(u.numerator * math.lcm(*(v.denominator for v in units)) // u.denominator for u in units))
    return Fraction(top, math.lcm(*(u.denominator for u in units)))


def lottery(cohort: Cohort, seed: int | str) -> Lottery:
    """Ranks drawn from BLAKE2b(kind, id) keyed by the seed: the same for the same ids, whoever else takes part.

    BLAKE2b with a key is a message authentication code (RFC 7693): nobody who lacks the seed can foresee a draw.
    """
    key = hashlib.blake2b(str(seed).encode()).digest()
    request_rows, offer_rows = cohort.canonical_rows
    people, names = cohort.people.ids, cohort.topic_tree.names
    owner, topic = cohort.requests.owner.tolist(), cohort.requests.topic.tolist()
    requests = [f"request\0{people[owner[k]]}\0{names[topic[k]]}" for k in request_rows.tolist()]
    offers = [f"offer\0{cohort.offers.ids[k]}" for k in offer_rows.tolist()]
    return Lottery(_drawn(key, requests), _drawn(key, offers))


def _drawn(key: bytes, texts: list[str]) -> Ints:
    keyed = hashlib.blake2b(key=key, digest_size=8)

    def draw(text: str) -> bytes:
        state = keyed.copy()
        state.update(text.encode())
        return state.digest()

    numbers = np.frombuffer(b"".join(map(draw, texts)), dtype=">u8")
    rank = np.empty(len(texts), dtype=np.int64)
    rank[np.argsort(numbers, kind="stable")] = np.arange(len(texts))
    return rank
