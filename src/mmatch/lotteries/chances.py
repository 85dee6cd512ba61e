"""The chance of every candidate pair: the best fractional matching, exact.

Three stages on the circulation of the instance, with chances as flows over a common denominator:

1. the program's aims up to the first that counts coverage, each on the optimal face of those before it;
2. the mentees' expected seats, as equal as Hall sets allow (`equal_levels`), which fill as many seats as can be;
3. the program's other aims, within each level by itself.

Whoever cannot be told apart by anything that was stated then gets the same chances (`alike`). The limits of the two
laminar trees are a bihierarchy, so chances within them are a lottery over matchings (Budish, Che, Kojima and Milgrom
2013, theorem 1).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from mmatch.arrays import NONE, Bools, Ints
from mmatch.candidates.edges import Edges
from mmatch.constraints import Bounds
from mmatch.errors import NoMatchingError, UnsupportedError
from mmatch.instance import Instance
from mmatch.instance.set_titles import set_title
from mmatch.lotteries.equal_chances import alike, equal_levels
from mmatch.network.circulation import HUB, Network, build_network
from mmatch.solvers._min_cost_flow import Order, cheapest, feasible

LARGEST_FLOW = 2**52  # sums of flows stay exact


@dataclass(frozen=True, eq=False)
class Chances:
    """The chance of each candidate edge, and the circulation whose limits they keep."""

    network: Network
    edges: tuple[Fraction, ...]


def edge_chances(instance: Instance, edges: Edges, first_stages: int, cap: Fraction) -> Chances:
    """The best chances: so many stages of the program's tiers, then equal seats, then the other stages.

    Raises:
        CrossingSets: where the limits do not fall into two laminar families.
        NoMatchingError: where no chances keep all rules and the cap.
        UnsupportedError: a limit or an aim over several mentees, or numbers too large to stay exact.
    """
    instance = with_sets_of_people(instance, cap)
    network = build_network(instance)
    _check_roots(edges, network)
    if int(network.upper.sum()) * cap.denominator * (network.n_nodes + 1) >= LARGEST_FLOW:
        raise UnsupportedError("a lottery over so many pairs does not stay exact: use a cap with a smaller denominator")
    rest, origin = _per_mentee(_hold(_scaled(network, cap), first_stages, cap))
    mentees = int(np.count_nonzero(origin == NONE))
    stages = range(first_stages, len(network.stages))
    chances = [Fraction(0)] * (network.n_arcs - network.first_edge)
    for block in equal_levels(rest, mentees):
        sources = origin[block.arcs]  # a mentee's own arc costs nothing: it is settled with the seats
        costs = (np.where(sources == NONE, 0, network.cost(stage)[sources]) for stage in stages)
        flow, _ = _optimum(block.network, costs, block.flow)
        places = np.flatnonzero(block.arcs >= rest.first_edge)
        scale = cap.denominator * block.scale
        for edge, units in zip((block.arcs[places] - rest.first_edge).tolist(), flow[places].tolist(), strict=True):
            chances[edge] = Fraction(units, scale)
    return Chances(network, _averaged(chances, alike(network)))


def with_sets_of_people(instance: Instance, cap: Fraction) -> Instance:
    """The instance with a set for each mentee, and under a cap for each two people who could meet several times.

    The seats of a set are rounded up or down, never further: so a mentee whose chances sum to 1 or more always gets a
    seat, and two people meet with the chance that is capped.
    """
    labels = instance.labels
    sets = {family.key: family for family in instance.bounds}
    if "mentee" not in sets:
        n = labels.count("mentee")
        seats = np.bincount(labels.mentee_of_request, weights=labels.wanted, minlength=n).astype(np.int64)
        sets["mentee"] = Bounds("mentee", labels.label("mentee"), np.zeros(n, np.int64), seats)
    others = [family for family in instance.bounds if family.key != "mentee"]
    if cap < 1 and "mentee-mentor" not in sets:
        label, n = labels.label("mentee-mentor"), labels.count("mentee-mentor")
        if n < len(label):
            others.append(Bounds("mentee-mentor", label, np.zeros(n, np.int64), np.ones(n, np.int64)))
    return replace(instance, bounds=(sets["mentee"], *others))


def _check_roots(edges: Edges, network: Network) -> None:
    """Refuse sets of several mentees: what one may get then hangs on another, and equal chances are no flow.

    Raises:
        UnsupportedError: naming such a set.
    """
    above = network.tail[_arcs_of(network, "mentee")]
    if above.any():
        first = np.cumsum([1, *(len(family.upper) for family in network.families)])
        node = int(above.max())
        k = int(np.searchsorted(first, node, side="right")) - 1
        title = set_title(edges, network.families[k], node - int(first[k]))
        raise UnsupportedError(f"a lottery cannot keep {title}: it counts the seats of several mentees together")


def _scaled(network: Network, cap: Fraction) -> Network:
    """All limits in units of 1 / denominator of the cap; single pairs, and two people together, limited by the cap."""
    unit = cap.denominator
    upper = network.upper * unit
    upper[network.first_edge :] = cap.numerator
    if cap < 1:
        upper[_arcs_of(network, "mentee-mentor")] = cap.numerator
    return replace(network, lower=network.lower * unit, upper=upper)


def _arcs_of(network: Network, key: str) -> Ints:
    """The arcs between sets that belong to families of a key."""
    numbers = [k for k, family in enumerate(network.families) if family.key == key]
    return np.flatnonzero(np.isin(network.set_of[:, 0], numbers))


def _hold(network: Network, first_stages: int, cap: Fraction) -> Network:
    """The network with every arc fixed that is the same in all optima of the first stages.

    Raises:
        NoMatchingError: where there is no circulation at all.
    """
    flow, _ = feasible(network)
    if flow is None:
        raise NoMatchingError(_why_none(network, cap))
    flow, free = _optimum(network, map(network.cost, range(first_stages)), flow)
    return replace(network, lower=np.where(free, network.lower, flow), upper=np.where(free, network.upper, flow))


def _why_none(network: Network, cap: Fraction) -> str:
    """Why there are no chances: the cap, or the rules without it."""
    none = "there is no lottery: no chances keep all rules and least loads"
    uncapped = -(-network.upper // cap.denominator) * cap.denominator
    if cap < 1 and feasible(replace(network, upper=uncapped))[0] is not None:
        return f"{none} with a cap of {cap} on every pair; without a cap there are some"
    return f"{none}; mmatch.reasons(cohort, mmatch.solve(cohort, program)) says why"


def _optimum(network: Network, costs: Iterable[Ints], flow: Ints) -> tuple[Ints, Bools]:
    """A circulation that is best stage by stage, and the arcs that may still change."""
    free = np.ones(network.n_arcs, dtype=bool)
    order = Order(np.arange(network.n_arcs), np.arange(network.n_nodes))
    for cost in costs:
        best = cheapest(network, cost, flow, free, order)
        flow, free = best.flow, best.free
    return flow, free


def _per_mentee(network: Network) -> tuple[Network, Ints]:
    """(the network with one arc hub -> mentee for each, in front of all others; where every arc comes from).

    The pieces of a mentee's arc are merged, and come from `NONE`: rewards never rise, so a load fills them in order.
    """
    pieces = _arcs_of(network, "mentee")
    node, place = np.unique(network.head[pieces], return_inverse=True)
    bounds = np.zeros((2, len(node)), dtype=np.int64)
    np.add.at(bounds[0], place, network.lower[pieces])
    np.add.at(bounds[1], place, network.upper[pieces])
    others = np.setdiff1d(np.arange(network.n_arcs), pieces)
    merged = replace(
        network,
        tail=np.concatenate([np.full(len(node), HUB), network.tail[others]]),
        head=np.concatenate([node, network.head[others]]),
        lower=np.concatenate([bounds[0], network.lower[others]]),
        upper=np.concatenate([bounds[1], network.upper[others]]),
        first_edge=network.first_edge - len(pieces) + len(node),
    )
    return merged, np.concatenate([np.full(len(node), NONE), others])


def _averaged(values: Iterable[Fraction], group: Ints) -> tuple[Fraction, ...]:
    """Each value replaced by the mean of its group."""
    size = np.bincount(group).tolist()
    total = [Fraction(0)] * len(size)
    for number, value in zip(group.tolist(), values, strict=True):
        if value:
            total[number] += value
    mean = [value / n for value, n in zip(total, size, strict=True)]
    return tuple(mean[number] for number in group.tolist())
