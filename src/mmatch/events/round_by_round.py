"""Rounds of pairs with absences, breaks or people in both roles: in each the best matching of all who are there."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

import numpy as np

from mmatch.events.pool import best_pairs, folded
from mmatch.instance.compiled import Compiled
from mmatch.rules import AtMost, NoRepeat
from mmatch.stages import Total

if TYPE_CHECKING:
    from mmatch.cohort import Cohort
    from mmatch.events.values import Rounds
    from mmatch.program import Program

Meeting = tuple[str, str]


def suits(policy: Program, rounds: Rounds) -> bool:
    """Whether rounds can be planned so: pairs, and rules about single pairs."""
    single = all(isinstance(rule, NoRepeat | AtMost) or not rule.bounds_matching for rule in policy.rules)
    return rounds.seats == (1, 1) and single


def round_by_round(question: tuple[Cohort, Program], rounds: Rounds) -> dict[Meeting, tuple[str, int]]:
    """{(mentor, mentee): (topic, round)}: in each round as many pairs as possible of people who have not met.

    Among these whoever sat out more comes first, then what the aims count for single pairs (Edmonds 1965: one matching
    in a general graph a round). Each round is the best one after those before it; that all of them together are is not
    claimed.
    """
    instance, edges = Compiled(*question).compiled
    ids, tree = edges.cohort.people.ids, edges.cohort.topic_tree
    mentors, mentees = edges.pairs.mentor, edges.pairs.mentee
    topics = edges.cohort.offers.topic[edges.offer_rows[edges.offer]]
    sums = [stage.weights for stage in instance.stages if isinstance(stage, Total)]
    worth = np.array(folded(np.array(sums, dtype=np.int64).reshape(len(sums), len(mentors)), len(ids)), dtype=object)
    low, high = np.minimum(mentors, mentees), np.maximum(mentors, mentees)
    order = np.lexsort((-worth, high, low)) if len(worth) else np.arange(0)
    first = np.ones(len(order), dtype=bool)
    first[1:] = (np.diff(low[order]) != 0) | (np.diff(high[order]) != 0)
    live = order[first]  # of each two people the edge that counts most
    most = min([rule.n for rule in question[1].rules if isinstance(rule, AtMost)], default=rounds.count)
    idle, seats, busy = np.zeros(len(ids), dtype=np.int64), Counter[int](), defaultdict[int, list[int]](list)
    found: dict[Meeting, tuple[str, int]] = {}
    for number in range(1, rounds.count + 1):
        present = np.array([number in rounds.present(who) for who in ids])
        ready = np.array([seats[row] < most for row in range(len(ids))])
        rested = np.array([rounds.rested(busy[row], number) for row in range(len(ids))])
        own = live[present[low[live]] & present[high[live]] & ready[mentees[live]] & rested[mentors[live]]]
        values = worth[own] - worth[own].min(initial=0)
        radix = int(values.max(initial=0)) * len(ids) + 1
        weights = [int(v) for v in (idle[low[own]] + idle[high[own]]) * radix + values]
        pairs = best_pairs(len(ids), low[own].tolist(), high[own].tolist(), weights)
        chosen = own[sorted(pairs, key=lambda k: -weights[k])[: rounds.tables]]
        for edge in chosen.tolist():
            found[ids[mentors[edge]], ids[mentees[edge]]] = (tree.names[topics[edge]], number)
            seats[int(mentees[edge])] += 1
            busy[int(mentors[edge])].append(number)
        idle[present] += 1
        idle[np.concatenate([low[chosen], high[chosen]])] -= 1
        live = live[~np.isin(live, chosen)]
    return found
