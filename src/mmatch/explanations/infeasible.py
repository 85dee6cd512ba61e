"""Why no matching exists, in words: needs that the seats cannot meet, or rules that cannot be kept together."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from mmatch.arrays import NONE, Bools, Ints
from mmatch.candidates.edges import Edges
from mmatch.cohort import Cohort
from mmatch.constraints import SETS
from mmatch.engine import solve
from mmatch.errors import InputError, MmatchError, Problem
from mmatch.explanations.words import counted, listed
from mmatch.instance.compiled import Compiled
from mmatch.instance.set_titles import set_title
from mmatch.matching import Cut, Reason, Stability, Status
from mmatch.mechanisms.market import short_of
from mmatch.network.circulation import HUB, Network, build_network, shortfall
from mmatch.program import Program
from mmatch.proof.seat_counts import NoSum, TooFewSeats, seat_shortage
from mmatch.result import Result
from mmatch.rules import Forbid, Lock, Rule

MOST_SHRUNK = 400
EACH, IN_ALL = 3.0, 20.0  # seconds for one question, and for all of them
MOST_PAIRS = 60  # of locks and bans; where there are more, only whole rules are left out
NAMES_PAIRS = {"Lock": "the fixed pair of", "Forbid": "the ban of"}  # rules that are taken apart pair by pair
STABLE = {"weak": "stable", "strong": "strongly stable", "super": "super-stable", "envy": "envy-free"}


def why_infeasible(question: Compiled, result: Result) -> Iterator[Reason]:
    """One reason: who must be served, by whom only, and how much is missing."""
    cohort, evidence = question.cohort, result.proof.evidence
    if isinstance(evidence, Stability):
        yield _unstable(question, evidence)
        return
    instance, edges = question.compiled if isinstance(evidence, Cut) else question.untimed
    if not isinstance(evidence, Cut):
        shortage = seat_shortage(instance)
        yield conflicting(cohort, question.program) if shortage is None else _too_few(edges, shortage)
        return
    network = build_network(instance)
    _marked(evidence.nodes, network.n_nodes)
    cut = smallest_cut(network, evidence.nodes)
    inside = _marked(cut, network.n_nodes)
    enters = np.flatnonzero(~inside[network.tail] & inside[network.head] & (network.lower > 0))
    leaves = np.flatnonzero(inside[network.tail] & ~inside[network.head])
    short = shortfall(network, cut)
    names = _Names(edges, network)
    who, text = (_least_loads if inside[HUB] else _needs)(names, enters, leaves)
    yield Reason("shortage", tuple(dict.fromkeys(who)), "", f"{text}: {short} short")


def _marked(rows: tuple[int, ...], n: int) -> Bools:
    """Which of n things a proof names.

    Raises:
        InputError: where it names what is not there, as a result from a file may.
    """
    if not all(type(row) is int and 0 <= row < n for row in rows):
        text = "the proof names what is not in this cohort; verify says what is wrong with it"
        raise InputError(Problem("digest", "result", text))
    marked = np.zeros(n, dtype=bool)
    marked[list(rows)] = True
    return marked


def _unstable(question: Compiled, claim: Stability) -> Reason:
    """Why no matching is stable in the way that was asked for."""
    if claim.notion == "super" and claim.side:
        return Reason("rules", (), "", "no super-stable matching exists: too many people are indifferent")
    cohort, (instance, edges) = question.cohort, question.compiled
    chosen = _marked(claim.steps, len(instance.request))
    who = edges.mentor_rows[short_of(instance, chosen)].tolist()
    called, ids, loads = (
        cohort.people.called,
        cohort.people.ids,
        np.bincount(edges.pairs.mentor[chosen], minlength=len(cohort)),
    )
    shortfalls = [f"{called[ids[k]]} has {loads[k]} of at least {cohort.people.min_load[k]} mentees" for k in who]
    names = tuple(ids[k] for k in who)
    text = listed(shortfalls, "mentors fall short")
    return Reason("shortage", names, "", f"in every {STABLE[claim.notion]} matching {text}")


def _too_few(edges: Edges, found: TooFewSeats | NoSum) -> Reason:
    """Seats that groups must fill and cannot, by plain counts."""
    ids = edges.cohort.people.ids
    mentees = [ids[row] for row in np.unique(edges.pairs.mentee[found.edges]).tolist()]
    mentors = [ids[row] for row in np.unique(edges.pairs.mentor[found.edges]).tolist()]
    if isinstance(found, TooFewSeats):
        title = set_title(edges, found.family, found.number, edges.cohort.people.called)
        text = f"{title} needs {counted(found.need, 'place')}, and groups that can open have {found.seats}"
        text = f"{text}: {found.need - found.seats} short"
    else:
        called = edges.cohort.people.called
        text = _no_sum(found, [called[who] for who in mentees], [called[who] for who in mentors])
    return Reason("shortage", (*mentees, *mentors), "", text)


def _no_sum(found: NoSum, mentees: list[str], mentors: list[str]) -> str:
    """No sum of group sizes seats as many as must sit."""
    people = f"{counted(len(mentees), 'mentee')} ({listed(mentees, 'mentees')})"
    groups = f"groups of {listed(mentors, 'mentors')}"
    if found.below == NONE:
        return f"{groups} that must open need {counted(found.above, 'mentee')} at least, and only {people} could come"
    text = f"{people} need {counted(found.need, 'place')}, and {groups}"
    if found.above == NONE:
        return f"{text} seat at most {found.below}: {found.need - found.below} short"
    seats = f"{found.below} or {found.above}" if found.below > 0 else f"{found.above} or more"
    return f"{text} seat {seats} together, not {found.need}"


def smallest_cut(network: Network, cut: tuple[int, ...]) -> tuple[int, ...]:
    """A cut from which no node can be dropped without hiding part of the shortage: easier to read, proves as much."""
    nodes = list(cut)
    if len(nodes) > MOST_SHRUNK:
        return cut
    short = shortfall(network, nodes)
    for node in cut:
        fewer = [other for other in nodes if other != node]
        if shortfall(network, fewer) >= short:
            nodes, short = fewer, shortfall(network, fewer)
    return tuple(nodes)


class _Names:
    """People behind the arcs of a network."""

    def __init__(self, edges: Edges, network: Network) -> None:
        self.cohort, self.edges, self.network = edges.cohort, edges, network

    def of(self, arc: int) -> tuple[tuple[str, ...], str]:
        """(people, what the arc stands for)."""
        edges, ids, offers, called = self.edges, self.cohort.people.ids, self.cohort.offers, self.cohort.people.called
        if arc >= self.network.first_edge:
            edge = arc - self.network.first_edge
            mentor, mentee = ids[edges.pairs.mentor[edge]], ids[edges.pairs.mentee[edge]]
            return (mentor, mentee), f"{called[mentor]} with {called[mentee]}"
        number, k = self.network.set_of[arc]
        family = self.network.families[number]
        if family.key == "offer":
            row = edges.offer_rows[k]
            return (ids[offers.owner[row]],), f"offer {offers.ids[row]}"
        if family.key in {"mentor", "mentee", "request"}:
            rows = {"mentor": edges.mentor_rows, "mentee": edges.mentee_rows}
            row = rows[family.key][k] if family.key in rows else self.cohort.requests.owner[edges.request_rows[k]]
            return (ids[row],), called[ids[row]]
        inside = np.flatnonzero(family.label == k)
        people, title = self.of(self.network.first_edge + int(inside[0]))
        return people, title if len(inside) == 1 or family.key in SETS or family.key == "lock" else family.rule

    def several(self, arcs: Ints) -> tuple[list[str], list[str]]:
        """People and titles of several arcs, each once."""
        found = [self.of(int(arc)) for arc in arcs]
        return [p for people, _ in found for p in people], list(dict.fromkeys(title for _, title in found))


def _needs(names: _Names, enters: Ints, leaves: Ints) -> tuple[list[str], str]:
    """People who must be served meet too few seats."""
    net = names.network
    who, titles = names.several(enters)
    _, seats = names.several(leaves)
    need, have = int(net.lower[enters].sum()), int(net.upper[leaves].sum())
    inner = [arc for arc in enters.tolist() if arc < net.first_edge]
    locked = any(net.families[net.set_of[arc, 0]].key == "lock" for arc in inner)
    if locked:
        needing = f"{listed(titles, 'more')} must meet and need {counted(need, 'place')}"
    else:
        verb = "needs" if len(titles) == 1 else "need"
        needing = f"{counted(len(titles), 'mentee')} ({listed(titles, 'mentees')}) {verb} {counted(need, 'place')}"
    if not seats:
        return who, f"{needing}, and nobody may mentor them"
    return who, f"{needing}; {listed(seats, 'mentors')} can only give {have}"


def _least_loads(names: _Names, enters: Ints, leaves: Ints) -> tuple[list[str], str]:
    """Mentors who must have mentees can reach too few of them."""
    net = names.network
    who, titles = names.several(enters)
    others, have = names.several(leaves)[1], int(net.upper[leaves].sum())
    need = int(net.lower[enters].sum())
    reach = f"; {listed(others, 'mentors')} can only give {have}" if others else ", and nobody may come to them"
    return who, f"{listed(titles, 'mentors')} must have at least {counted(need, 'mentee')} together{reach}"


# -- rules that cannot be kept together --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Condition:
    """A rule, or one pair of it."""

    title: str
    rule: Rule
    people: tuple[str, ...] = ()


def conflicting(cohort: Cohort, program: Program) -> Reason:
    """The rules that together leave no matching; without any one of those that were tried to the end there is one.

    A deletion filter (Chinneck 1997): one rule after another is left out, and stays out where there is no matching
    without it either. Each step is a question of its own, and only an answer that the judge accepts counts.
    """
    kept, until = list(_conditions(cohort, program)), time.monotonic() + IN_ALL
    sure = True
    for condition in list(kept):
        rest = [other for other in kept if other is not condition]
        status = _status(cohort, program, rest, until)
        if status == Status.INFEASIBLE:
            kept = rest
        sure = sure and status != Status.UNKNOWN
    people = tuple(dict.fromkeys(name for condition in kept for name in condition.people))
    return Reason("rules", people, "", _sentence([condition.title for condition in kept], sure=sure))


def _sentence(titles: list[str], *, sure: bool) -> str:
    if not titles:
        return "no matching exists, even without any rules: sizes, numbers of groups and least loads allow none"
    tried = "without any one of them there is one" if sure else "not all of them may be needed for that"
    if len(titles) == 1:
        tried = "without it there is one" if sure else "there may be another way"
        return f"no matching keeps {titles[0]}; {tried}"
    return f"no matching keeps {listed(titles[:-1], 'rules')} and {titles[-1]} together; {tried}"


def _conditions(cohort: Cohort, program: Program) -> Iterator[_Condition]:
    """The rules, those that name pairs pair by pair, unless there are too many."""
    named = [rule for rule in program.rules if isinstance(rule, Lock | Forbid)]
    called, single = cohort.people.called, sum(len(rule.pairs) for rule in named) <= MOST_PAIRS
    for rule in program.rules:
        if not (single and isinstance(rule, Lock | Forbid)):
            yield _Condition(f"the rule that {rule.in_words}", rule)
            continue
        for pair in rule.pairs:
            one, other = (called.get(who, who) for who in pair[:2])
            title = f"{NAMES_PAIRS[rule.name]} {one} with {other}"
            yield _Condition(title, replace(rule, pairs=(pair,)), tuple(pair[:2]))


def _status(cohort: Cohort, program: Program, kept: Sequence[_Condition], until: float) -> Status:
    """Whether there is a matching under some of the rules; UNKNOWN where that is not settled in time."""
    seconds = min(EACH, until - time.monotonic())
    if seconds <= 0:
        return Status.UNKNOWN
    fewer = replace(program, rules=tuple(condition.rule for condition in kept))
    try:
        return solve(cohort, fewer, time_limit=seconds).status
    except MmatchError:
        return Status.UNKNOWN
