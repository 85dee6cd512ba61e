"""Best chains of swaps that would fill one more seat, from every unfilled request at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mmatch.arrays import NONE, Bools, Ints
from mmatch.network.circulation import HUB, Network
from mmatch.network.folding import groups

FAR = 2**62


@dataclass(frozen=True, eq=False)
class Moves:
    """Ways in which a circulation can change by one unit: along arc ``arc[k]`` forward (+1) or backward (-1)."""

    arc: Ints
    sign: Ints
    tail: Ints
    head: Ints

    @classmethod
    def of(cls, network: Network, flow: Ints) -> Moves:
        """All moves that the bounds allow."""
        forward, back = np.flatnonzero(flow < network.upper), np.flatnonzero(flow > network.lower)
        arc = np.concatenate([forward, back])
        sign = np.concatenate([np.ones_like(forward), -np.ones_like(back)])
        tail = np.concatenate([network.tail[forward], network.head[back]])
        return cls(arc, sign, tail, np.concatenate([network.head[forward], network.tail[back]]))

    def without(self, gone: Bools) -> Moves:
        """The moves that are not marked."""
        return Moves(self.arc[~gone], self.sign[~gone], self.tail[~gone], self.head[~gone])

    def closing(self, network: Network, arcs: list[int]) -> Moves:
        """The same moves, and arcs that are about to be used taken back: a chain may end where it would enter.

        Such a chain may pass through the hub on its way, where one person leaves and another comes, so the hub is
        a node like any other here, numbered after all of them, and a move of no cost leads from it to the end.
        """
        extra, through = np.array(arcs, dtype=np.int64), network.n_nodes
        heads, tails = (np.where(ends == HUB, through, ends) for ends in (self.head, self.tail))
        return Moves(
            np.concatenate([self.arc, extra, [0]]),
            np.concatenate([self.sign, -np.ones_like(extra), [0]]),
            np.concatenate([tails, network.head[extra], [through]]),
            np.concatenate([heads, network.tail[extra], [HUB]]),
        )


def connected(network: Network, inside: Bools) -> Ints:
    """Numbers of the connected parts of some nodes, over arcs that avoid the hub; `NONE` outside."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    own = inside.copy()
    own[HUB] = False
    arcs = np.flatnonzero(own[network.tail] & own[network.head])
    shape = (network.n_nodes, network.n_nodes)
    graph = coo_array((np.ones(len(arcs)), (network.tail[arcs], network.head[arcs])), shape=shape)
    part = connected_components(graph, directed=False)[1].astype(np.int64)
    return np.where(own, part, NONE)


def best_chains(network: Network, flow: Ints, moves: Moves) -> Ints:
    """For every node the next move on a cheapest way to the hub, tier by tier; `NONE` where there is none."""
    tight = np.ones(len(moves.arc), dtype=bool)
    for group in groups(network, flow):
        cost = moves.sign * group.cost[moves.arc]
        distance = _distances(moves, cost, tight, network.n_nodes + 1)
        ends = distance[moves.head]
        tight &= (ends < FAR) & (moves.tail != HUB) & (ends + cost == distance[moves.tail])
    return _next_moves(moves, tight, network.n_nodes + 1)


def _distances(moves: Moves, cost: Ints, allowed: Bools, n_nodes: int) -> Ints:
    """Cheapest ways to the hub over the allowed moves (Bellman-Ford; an optimum has no negative cycle)."""
    use = np.flatnonzero(allowed & (moves.tail != HUB))
    tail, head, price = moves.tail[use], moves.head[use], cost[use]
    distance = np.full(n_nodes, FAR, dtype=np.int64)
    distance[HUB] = 0
    for _ in range(n_nodes):
        reached = distance[head] < FAR
        before = distance.copy()
        np.minimum.at(distance, tail[reached], distance[head[reached]] + price[reached])
        if np.array_equal(before, distance):
            break
    return distance


def _next_moves(moves: Moves, tight: Bools, n_nodes: int) -> Ints:
    """Breadth first over tight moves back from the hub: the fewest swaps among the cheapest ways."""
    following = np.full(n_nodes, NONE, dtype=np.int64)
    seen = np.zeros(n_nodes, dtype=bool)
    seen[HUB] = True
    index = np.flatnonzero(tight)
    while True:
        fresh = index[seen[moves.head[index]] & ~seen[moves.tail[index]]]
        if not len(fresh):
            return following
        following[moves.tail[fresh]] = fresh
        seen[moves.tail[fresh]] = True


def chain_from(moves: Moves, following: Ints, node: int) -> list[int]:
    """The moves from a node to the hub; empty where no chain leads there."""
    chain = []
    while node != HUB and following[node] != NONE:
        chain.append(int(following[node]))
        node = int(moves.head[chain[-1]])
    return chain


def entry_arcs(network: Network, flow: Ints, node: int) -> list[int] | None:
    """The arcs from the hub down to a node that one more unit would use, the last first; None where one is full."""
    entry = list[int]()
    while node != HUB:
        above = np.flatnonzero(network.head[: network.first_edge] == node)
        room = above[flow[above] < network.upper[above]]
        if not len(room):
            return None
        entry.append(int(room[0]))
        node = int(network.tail[room[0]])
    return entry
