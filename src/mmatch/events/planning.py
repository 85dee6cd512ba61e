"""`plan_event`: who meets whom in which round, at which table."""

from __future__ import annotations

import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from mmatch.candidates.edges import candidates
from mmatch.engine import solve
from mmatch.errors import InputError, Problem, excerpt
from mmatch.events.colouring import one_by_one, peeled
from mmatch.events.companions import mixed
from mmatch.events.joint_model import placed_together
from mmatch.events.measuring import called, measured
from mmatch.events.questions import question_of, room_for
from mmatch.events.round_by_round import round_by_round, suits
from mmatch.events.values import Event, Rounds, RoundTable
from mmatch.explanations import reasons
from mmatch.explanations.words import counted
from mmatch.program import Program, check_question
from mmatch.progress import Watch

if TYPE_CHECKING:
    from mmatch.cohort import Cohort
    from mmatch.result import Result

MOST_EDGES = 25_000  # pairs that may meet, up to which meetings and rounds are chosen together
MOST_LITERALS = 50_000  # pairs times rounds, up to which all pairs are tried where the best set does not fit

Meeting = tuple[str, str]


def plan_event(
    cohort: Cohort,
    program: Program | None = None,
    rounds: Rounds | int = 4,
    *,
    time_limit: float | None = None,
    seed: int | str = 0,
    progress: Callable[[Any], object] | None = None,
    cancel: threading.Event | None = None,
) -> Event:
    """Plan an event: in each round everybody meets somebody new who fits, and nobody stands idle for long.

    Nobody meets the same mentor twice, nor somebody of the history; all rules about pairs hold. First as many meetings
    as possible, shared as evenly as can be, then the program's own aims. Capacities and numbers of mentors that people
    state are not those of an event: everybody has one place a round.

    The best set of meetings is a flow and proved. Where everybody is there in all rounds it fits into them (König
    1916), so the plan is the best one. With absences, breaks or few tables meetings are placed by CP-SAT (NP-hard):
    ``bound`` is always what no plan exceeds.

    Args:
        cohort: the people; their offers and requests say who may meet whom.
        program: rules and aims.
        rounds: a `Rounds`, or how many there are.
        time_limit: seconds for placing and mixing; by default a fixed amount of work, the same everywhere.
        seed: of the lottery that breaks ties.
        progress: as of `solve`.
        cancel: an event that stops the run when it is set.

    Raises:
        InputError: rounds that cannot be meant, such as tables that hold too few, with the nearest plan that works.
    """
    program = Program() if program is None else program
    check_question(cohort, program)
    rounds = Rounds(count=rounds) if type(rounds) is int else rounds
    if not isinstance(rounds, Rounds):
        raise InputError(Problem("type", "rounds", f"found {excerpt(rounds)}, expected Rounds(count=4), or a number"))
    people, policy = question_of(cohort, program, rounds)
    _check(cohort, rounds)
    _check_partners(people, policy, rounds)
    best = solve(people, policy, seed=seed, progress=progress, cancel=cancel)
    if best.found is None:
        why = next((reason.message for reason in reasons(people, best)), "no set of meetings keeps all rules")
        hint = "let more sit at a table (seats), plan more rounds, or leave the rule out"
        raise InputError(Problem("infeasible", "program", why, hint))
    deadline = None if time_limit is None else time.monotonic() + time_limit
    watch: Watch[Any] = Watch(deadline, cancel)
    tables = _tables((people, policy), rounds, best, watch)
    if rounds.seats[1] > 1:
        meetings = {(one.mentor, who): (topic, one.round) for one in tables for who, topic in one.guests()}
        topic_of = {**topics_of(people, policy), **{pair: topic for pair, (topic, _) in meetings.items()}}
        held = [(pair, number) for pair, (_, number) in meetings.items()]
        numbers = mixed(people, policy, rounds, held, watch)
        tables = _numbered(rounds, {pair: (topic_of[pair], number) for pair, number in numbers})
    value, room = measured(people, policy, tables), room_for(cohort, rounds)
    return Event(rounds, tuple(tables), value, best, program, called(cohort), room)


def _check(cohort: Cohort, rounds: Rounds) -> None:
    """Raise an InputError where the tables cannot hold everybody, or least sizes leave no table."""
    mentors, mentees = ([p.id for p in cohort if getattr(p, role)] for role in ("offers", "requests"))
    least, most = rounds.seats
    for number in range(1, rounds.count + 1):
        hosts, guests = (sum(number in rounds.present(who) for who in side) for side in (mentors, mentees))
        tables = hosts if rounds.tables is None else min(hosts, rounds.tables)
        if most > 1 and tables * most < guests:
            text = f"round {number}: {tables} tables of {most} seats hold {tables * most} of {guests} mentees"
            hint = f"give them {-(-guests // max(tables, 1))} seats each, or {-(-guests // most)} tables"
            raise InputError(Problem("tables", "rounds", text, hint))
        if least > 1 and guests < least:
            text = f"round {number}: {guests} mentees do not fill a table of at least {least}"
            raise InputError(Problem("tables", "rounds", text, f"let tables begin at {max(guests, 1)}"))


def _check_partners(cohort: Cohort, policy: Program, rounds: Rounds) -> None:
    """Raise an InputError where some round would be empty, because nobody has so many people to meet.

    Breaks and absences leave rounds empty anyway, and are no mistake.
    """
    if rounds.absent or rounds.breaks:
        return
    pairs, n = candidates(cohort, policy.rules).pairs, len(cohort)
    different = np.unique(pairs.mentor * n + pairs.mentee)
    partners = np.bincount(np.concatenate([different // n, different % n]), minlength=n)
    most = int(partners.max(initial=0))
    if most < rounds.count:
        text = f"{rounds.count} rounds, and nobody has more than {most} people to meet"
        raise InputError(
            Problem("round", "rounds", text, f"plan {counted(most, 'round')}" if most else "nobody may meet anybody")
        )


def _tables(question: tuple[Cohort, Program], rounds: Rounds, best: Result, watch: Watch[Any]) -> list[RoundTable]:
    """The best set of meetings in rounds; where not all of it fits, the best that can be held."""
    topic_of = {(mentor, mentee): topic for mentor, mentee, topic in best.matching.pairs()}
    pairs = list(topic_of)
    both = {mentor for mentor, _ in pairs} & {mentee for _, mentee in pairs}
    load = Counter(mentor for mentor, _ in pairs)
    few = rounds.tables is not None and rounds.tables < len(load)
    least = rounds.seats[0]
    filled = least == 1 or all(n >= least * rounds.count for n in load.values())
    if filled and not (rounds.absent or rounds.breaks or both or few):
        return _numbered(rounds, {pair: (topic_of[pair], n) for pair, n in _coloured(pairs, rounds.count).items()})
    start = dict(zip(pairs, one_by_one(pairs, rounds), strict=True))
    found = _numbered(rounds, {pair: (topic_of[pair], number) for pair, number in start.items() if number})
    worth = partial(measured, *question)
    if suits(question[1], rounds):
        found = max(found, _numbered(rounds, round_by_round(question, rounds)), key=worth)
    every = len(topics_of(*question))
    for among in (frozenset(pairs), None):
        many = every > MOST_EDGES or (not among and every * rounds.count > MOST_LITERALS)
        if many or worth(found) == best.value:
            break
        held = {(one.mentor, who): one.round for one in found for who in one.mentees}
        found = max(found, _numbered(rounds, placed_together(question, rounds, watch, held, among)), key=worth)
    return found


def _coloured(pairs: list[Meeting], rounds: int) -> dict[Meeting, int]:
    """The round of each meeting, where nobody has more of them than there are rounds, a table counting once."""
    taken: Counter[str] = Counter()
    ends = []
    for mentor, mentee in pairs:
        ends.append((mentee, mentor, taken[mentor] // rounds))
        taken[mentor] += 1
    left = np.unique([mentee for mentee, *_ in ends], return_inverse=True)[1].astype(np.int64)
    places = {place: k for k, place in enumerate(dict.fromkeys((mentor, k) for _, mentor, k in ends))}
    right = np.array([places[mentor, k] for _, mentor, k in ends], dtype=np.int64)
    return dict(zip(pairs, peeled(left, right, rounds).tolist(), strict=True)) if pairs else {}


def topics_of(cohort: Cohort, policy: Program) -> dict[Meeting, str]:
    """The topic of each pair that may meet."""
    edges, ids, tree = candidates(cohort, policy.rules), cohort.people.ids, cohort.topic_tree
    topics = cohort.offers.topic[edges.offer_rows[edges.offer]].tolist()
    rows = zip(edges.pairs.mentor.tolist(), edges.pairs.mentee.tolist(), topics, strict=True)
    return {(ids[mentor], ids[mentee]): tree.names[topic] for mentor, mentee, topic in rows}


def _numbered(rounds: Rounds, held: Mapping[Meeting, tuple[str, int]]) -> list[RoundTable]:
    """The tables of meetings with their topics and rounds, each with its number."""
    at: defaultdict[tuple[int, str], list[tuple[str, str]]] = defaultdict(list)
    for (mentor, mentee), (topic, number) in held.items():
        at[number, mentor].append((mentee, topic))
    hosts = sorted({mentor for _, mentor in at})
    taken = {*rounds.fixed.values()}
    spare = (n for n in range(1, len(hosts) + len(taken) + 1) if n not in taken)
    own = {mentor: rounds.fixed.get(mentor) or next(spare) for mentor in hosts}
    found = []
    for (number, mentor), guests in sorted(at.items()):
        names, topics = zip(*sorted(guests), strict=True)
        sitting = [rounds.fixed[who] for who in names if who in rounds.fixed]
        found.append(RoundTable(number, sitting[0] if sitting else own[mentor], mentor, names, topics))
    return found
