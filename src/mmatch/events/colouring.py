"""Meetings spread over rounds, so that nobody is in two places: exact where everybody is there, else by CP-SAT.

With everybody there, as many rounds are enough as the busiest person has meetings (König 1916): the graph of meetings
is padded until all have as many, and one perfect matching after another is taken off.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np

from mmatch.errors import SolverError
from mmatch.progress import Watch
from mmatch.solvers._interruptible import searched

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmatch.arrays import Ints
    from mmatch.events.values import Rounds

WORK = 10.0  # of CP-SAT in its deterministic units, where no time limit is given


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


def placed(pairs: Sequence[tuple[str, str]], rounds: Rounds, watch: Watch[Any], worth: Sequence[int]) -> list[int]:
    """The round of each meeting, 0 for those that fit nowhere: as many as possible, then those that are worth most.

    Nobody is in two places, those who are away are not asked, mentors have their breaks, tables are enough.
    """
    from ortools.sat.python import cp_model

    cp, numbers = cp_model.CpModel(), range(1, rounds.count + 1)
    most = rounds.seats[1]
    literals: list[dict[int, Any]] = []
    sits: defaultdict[tuple[str, int], list[Any]] = defaultdict(list)
    hosts: defaultdict[tuple[str, int], list[Any]] = defaultdict(list)
    for mentor, mentee in pairs:
        common = sorted(set(rounds.present(mentor)) & set(rounds.present(mentee)))
        row = {number: cp.new_bool_var("") for number in common}
        cp.add_at_most_one(row.values())
        literals.append(row)
        for number, literal in row.items():
            sits[mentee, number].append(literal)
            hosts[mentor, number].append(literal)
    open_tables: dict[tuple[str, int], Any] = {}
    for (mentor, number), guests in hosts.items():
        opened = open_tables[mentor, number] = cp.new_bool_var("")
        cp.add(sum(guests) <= most * opened)
        cp.add(sum(guests) >= rounds.seats[0] * opened)
    for place, own in sits.items():
        cp.add_at_most_one([*own, *([open_tables[place]] if place in open_tables else [])])
    for number in numbers if rounds.tables is not None else ():
        cp.add(sum(literal for (_, n), literal in open_tables.items() if n == number) <= rounds.tables)
    if rounds.breaks is not None:
        for mentor in {mentor for mentor, _ in open_tables}:
            for first in range(1, rounds.count - rounds.breaks + 1):
                window = [(mentor, n) for n in range(first, first + rounds.breaks + 1)]
                cp.add(sum(open_tables[place] for place in window if place in open_tables) <= rounds.breaks)
    start = one_by_one(pairs, rounds)
    for row, number in zip(literals, start, strict=True):
        for n, literal in row.items():
            cp.add_hint(literal, n == number)
    radix = 1 + sum(worth)
    cp.maximize(sum((radix + w) * sum(row.values()) for w, row in zip(worth, literals, strict=True)))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 0
    solver.parameters.catch_sigint_signal = False
    if watch.deadline is None:
        solver.parameters.max_deterministic_time = WORK
    status = searched(solver, cp, watch)
    if status not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        return start
    return [next((n for n, literal in row.items() if solver.boolean_value(literal)), 0) for row in literals]


def one_by_one(pairs: Sequence[tuple[str, str]], rounds: Rounds) -> list[int]:
    """A round for each meeting, the first that is free for both, those of busy people first; 0 where none is."""
    load = Counter(who for pair in pairs for who in pair)
    host: dict[tuple[str, int], int] = {}
    guest: set[tuple[str, int]] = set()
    tables: Counter[int] = Counter()
    found = [0] * len(pairs)
    least, most = rounds.seats
    for k in sorted(range(len(pairs)), key=lambda k: -sum(load[who] for who in pairs[k])) if least == 1 else ():
        mentor, mentee = pairs[k]
        for number in sorted(set(rounds.present(mentor)) & set(rounds.present(mentee))):
            seated = host.get((mentor, number), 0)
            free = (mentee, number) not in guest and (mentee, number) not in host and (mentor, number) not in guest
            opens = seated or (rounds.tables is None or tables[number] < rounds.tables)
            if (
                free
                and opens
                and seated < most
                and (seated or rounds.rested([n for who, n in host if who == mentor], number))
            ):
                tables[number] += not seated
                host[mentor, number] = seated + 1
                guest.add((mentee, number))
                found[k] = number
                break
    return found
