"""Meetings spread over rounds, so that nobody is in two places: all of them where everybody is there.

With everybody there, as many rounds are enough as the busiest person has meetings (König 1916): the graph of meetings
is padded until all have as many, and one perfect matching after another is taken off.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from mmatch.errors import SolverError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmatch.arrays import Ints
    from mmatch.events.values import Rounds


def peeled(left: Ints, right: Ints, rounds: int) -> Ints:
    """The round (from 1) of each edge of a bipartite graph in which nobody has more than so many edges.

    Args:
        left: number of the one end of each edge.
        right: number of its other end; an edge may not be there twice.
        rounds: how many rounds.
    """
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import maximum_bipartite_matching

    n, m = int(left.max(initial=-1)) + 1, int(right.max(initial=-1)) + 1
    size = n + m  # left side: left ends, copies of right ends; right side: copies of left ends, right ends
    spare = rounds - np.concatenate([np.bincount(left, minlength=n), np.bincount(right, minlength=m)])
    nodes = np.arange(size)
    rows = np.concatenate([left, n + right, nodes])  # edge, its mirror image, and what pads each node to `rounds`
    columns = np.concatenate([n + right, left, nodes])
    often = np.concatenate([np.ones(2 * len(left), dtype=np.int64), spare])
    key = rows * size + columns
    order = np.argsort(key, kind="stable")
    found = np.zeros(len(left), dtype=np.int64)
    for number in range(rounds, 0, -1):
        live = order[often[order] > 0]
        start = np.searchsorted(rows[live], np.arange(size + 1))
        graph = csr_array((np.ones(len(live), dtype=np.int8), columns[live], start), shape=(size, size))
        partner = maximum_bipartite_matching(graph, perm_type="column").astype(np.int64)
        if (partner < 0).any():
            raise SolverError("a regular graph without a perfect matching")
        used = order[np.searchsorted(key[order], nodes * size + partner)]
        often[used] -= 1
        edges = used[used < len(left)]
        found[edges] = number
    if (found == 0).any():
        raise SolverError("a meeting was left without a round")
    return found


def one_by_one(pairs: Sequence[tuple[str, str]], rounds: Rounds) -> list[int]:
    """A round for each meeting, the first that is free for both, those of busy people first; 0 where none is."""
    load = Counter(who for pair in pairs for who in pair)
    host: dict[tuple[str, int], int] = {}
    guest: set[tuple[str, int]] = set()
    tables: Counter[int] = Counter()
    met: set[frozenset[str]] = set()
    found = [0] * len(pairs)
    least, most = rounds.seats
    for k in sorted(range(len(pairs)), key=lambda k: -sum(load[who] for who in pairs[k])) if least == 1 else ():
        mentor, mentee = pairs[k]
        for number in sorted(set(rounds.present(mentor)) & set(rounds.present(mentee))):
            seated = host.get((mentor, number), 0)
            free = (mentee, number) not in guest and (mentee, number) not in host and (mentor, number) not in guest
            room = rounds.tables is None or tables[number] < rounds.tables
            opens = room and rounds.rested([n for who, n in host if who == mentor], number)
            if free and frozenset(pairs[k]) not in met and (0 < seated < most or (not seated and opens)):
                tables[number] += not seated
                host[mentor, number] = seated + 1
                guest.add((mentee, number))
                met.add(frozenset(pairs[k]))
                found[k] = number
                break
    return found
