"""`price` says what changes would cost; `repair` answers what has happened with as little moved as can be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any, overload

from mmatch.aims import Keep as KeepPairs
from mmatch.aims import Served
from mmatch.cohort import Cohort
from mmatch.cohort.changes import Change, Joined, Left, Seats
from mmatch.display import Shown, Table
from mmatch.engine import solve
from mmatch.errors import InputError, Problem, choice, excerpt
from mmatch.events.repairing import EventRepair, repair_event
from mmatch.events.values import Event
from mmatch.exact import Value, plain
from mmatch.explanations.words import number
from mmatch.matching import Matching
from mmatch.repairs.changes import Apart, NotAFit, Place, bound
from mmatch.repairs.releasing import kept_released, still_released
from mmatch.result import Result, check_answer

if TYPE_CHECKING:
    from mmatch.program import Program


@dataclass(frozen=True, slots=True)
class Move:
    """What changes for one person: the mentors before and after, by id, what the person is called, why in words."""

    person: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    name: str = field(repr=False)
    why: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Cost:
    """What one aim reaches before and after; ``text`` says it in words, ``better`` is after minus before."""

    aim: str
    before: Value
    after: Value
    text: str

    @property
    def better(self) -> float | None:
        """After minus before; None of a vector."""
        if isinstance(self.before, tuple) or isinstance(self.after, tuple):
            return None
        return plain(Fraction(self.after) - Fraction(self.before))


@dataclass(frozen=True, slots=True)
class Repair(Shown):
    """The answer after some changes: the cohort and the result, who moves, who waits, and what it costs per aim.

    ``waiting`` are mentees without a mentor: those who waited before, in their order, then the others.
    """

    cohort: Cohort
    result: Result
    moves: tuple[Move, ...]
    waiting: tuple[str, ...]
    costs: tuple[Cost, ...]

    def __repr__(self) -> str:
        return f"<Repair: {self.result.status}, {len(self.moves)} people move, {len(self.waiting)} wait>"

    def __str__(self) -> str:
        called = self.cohort.people.called
        lines = [f"{move.name}: {move.why}" for move in self.moves] or ["nobody moves"]
        lines += [cost.text for cost in self.costs]
        if self.waiting:
            lines.append(f"waiting: {', '.join(called[who] for who in self.waiting)}")
        return "\n".join(lines)

    def tables(self) -> Iterator[Table]:
        """Who moves, and what it costs."""
        rows = [(move.person, ", ".join(move.before), ", ".join(move.after), move.why) for move in self.moves]
        yield Table(("who", "before", "after", "why"), rows, "Who moves", len(rows))
        yield Table(("aim", "before", "after", ""), [(c.aim, c.before, c.after, c.text) for c in self.costs], "Costs")


@overload
def repair(
    cohort: Cohort,
    result: Result,
    changes: Iterable[Change],
    *,
    keep: str = "pairs",
    solver: Any = "auto",
    time_limit: float | None = None,
) -> Repair: ...
@overload
def repair(cohort: Cohort, result: Event, changes: Iterable[Change], *, from_round: int) -> EventRepair: ...
def repair(
    cohort: Cohort,
    result: Result | Event,
    changes: Iterable[Change],
    *,
    keep: str = "pairs",
    solver: Any = "auto",
    time_limit: float | None = None,
    from_round: int | None = None,
) -> Repair | EventRepair:
    """Answer what has happened since a match with as little moved as can be, and prove that less is not possible.

    All rules hold. First as many as possible of those who had a mentor have one; then as many pairs as possible stay;
    then those who wait get places in their order, newcomers last; then the program's own aims. The result answers a
    program with these aims before its own, so `verify` judges it as any other; the earlier result is untouched.

    Args:
        cohort: the facts as they were.
        result: the answer to be repaired.
        changes: what has happened, such as ``[Left("ann"), Seats("bob", 3)]``.
        keep: "pairs", or "people" where pairs may part so that somebody who waits gets a place.
        solver: as of `solve`.
        time_limit: seconds; None is no limit.
        from_round: of an `Event`: the first round that can still change (see `mmatch.events.repair_event`).

    Raises:
        InputError: changes that contradict each other, unknown people, a result of another cohort.
    """
    if isinstance(result, Event):
        if from_round is None:
            raise InputError(Problem("argument", "from_round", "say from which round on an event can change"))
        return repair_event(cohort, result, _listed(changes), from_round=from_round)
    choice(keep, "keep", ("pairs", "people"))
    check_answer(cohort, result)
    return repaired(cohort, result, result.program, _listed(changes), keep=keep, run=(solver, time_limit))


def repaired(
    cohort: Cohort,
    result: Result,
    program: Program,
    listed: Sequence[Change],
    *,
    keep: str = "pairs",
    first: Sequence[str] = (),
    run: tuple[Any, float | None] = ("auto", None),
) -> Repair:
    """The same under a program that may have other rules; some people have a place before pairs are kept."""
    after = cohort.changed(listed)
    program = bound(kept_released(program, result, after), after, result.matching, listed)
    own = own_aims(program)
    before, here = result.matching, after.people.index
    pairs = [pair for pair in before.pairs() if pair[0] in here and pair[1] in here]
    served = [who for who in dict.fromkeys(before.seats.mentee) if who in here]
    aims = [KeepPairs(pairs), Served(queue(cohort, after, before), in_order=True)]
    if keep == "people":
        aims.reverse()
    policy = replace(program, aims=(Served(served), *([Served(first)] if first else []), *aims, *own))
    found = still_released(solve(after, policy, solver=run[0], time_limit=run[1], seed=result.seed), result)
    return _repaired((cohort, result), (after, found), listed)


def price(
    cohort: Cohort,
    result: Result,
    changes: Iterable[Change],
    *,
    solver: Any = "auto",
    time_limit: float | None = None,
) -> Repair:
    """Say what some changes would cost before anything is changed: the best answer with them, and who would move.

    The program's own aims decide; among answers that they count the same, as many pairs as possible stay. To make the
    changes, give them to `repair`.

    Args:
        cohort: the facts.
        result: the answer as it is.
        changes: what is considered, such as ``[Place("ann", "eva")]``.
        solver: as of `solve`.
        time_limit: seconds; None is no limit.

    Raises:
        InputError: changes that contradict each other, unknown people, a result of another cohort.
    """
    check_answer(cohort, result)
    listed = _listed(changes)
    after = cohort.changed(listed)
    program = bound(kept_released(result.program, result, after), after, result.matching, listed)
    here = after.people.index
    pairs = [pair for pair in result.matching.pairs() if pair[0] in here and pair[1] in here]
    policy = replace(program, aims=(*own_aims(program), KeepPairs(pairs)))
    found = still_released(solve(after, policy, solver=solver, time_limit=time_limit, seed=result.seed), result)
    return _repaired((cohort, result), (after, found), listed)


def waiting(cohort: Cohort, result: Result) -> tuple[str, ...]:
    """Who has no mentor and wants one, in the order of the cohort: who is next when a place is free.

    Raises:
        InputError: a result of another cohort.
    """
    check_answer(cohort, result)
    return tuple(queue(cohort, cohort, result.matching))


def differences(before: Matching, after: Matching) -> list[Change]:
    """The changes that make one matching of another: pairs that come are placed, pairs that go are kept apart."""
    old, new = dict.fromkeys(before.pairs()), dict.fromkeys(after.pairs())
    met = {pair[:2] for pair in new}
    gone = dict.fromkeys(pair[:2] for pair in old if pair not in new and pair[:2] not in met)
    return [*(Place(*pair) for pair in new if pair not in old), *(Apart(*pair) for pair in gone)]


def _listed(changes: Any) -> list[Change]:
    if isinstance(changes, Change):
        changes = [changes]
    found = [*changes] if isinstance(changes, Iterable) and not isinstance(changes, str) else [changes]
    for k, change in enumerate(found):
        if not isinstance(change, Change) or type(change) is Change:
            raise InputError(
                Problem("type", f"changes[{k}]", f"found {excerpt(change)}, expected a change such as Left(id)")
            )
    return found


def own_aims(program: Program) -> tuple[Any, ...]:
    """A program's aims without those that an earlier repair put before them."""
    aims = tuple(program.aims or ())
    kinds = [type(aim) for aim in aims]
    for before in ([Served, Served, KeepPairs, Served], [Served, KeepPairs, Served], [Served, Served, KeepPairs]):
        if kinds[: len(before)] == before and len(aims) > len(before):
            return aims[len(before) :]
    return aims


def queue(cohort: Cohort, after: Cohort, before: Matching) -> list[str]:
    """Who waits for a first mentor: those who waited before in the order of the cohort, then newcomers."""
    served, known = set(before.seats.mentee), cohort.people.index
    requests = after.requests
    asking = {after.people.ids[row] for row in requests.owner[requests.mentors > 0].tolist()}
    waited = [who for who in cohort.people.ids if who in asking and who not in served]
    return [*waited, *(who for who in after.people.ids if who in asking and who not in known)]


def _repaired(old: tuple[Cohort, Result], new: tuple[Cohort, Result], changes: Sequence[Change]) -> Repair:
    (cohort, before), (after, result) = old, new
    if result.found is None:
        return Repair(after, result, (), (), ())
    served = set(result.matching.seats.mentee)
    waits = [who for who in queue(cohort, after, before.matching) if who not in served]
    lost = [
        who for who in dict.fromkeys(before.matching.seats.mentee) if who in after.people.index and who not in served
    ]
    return Repair(after, result, tuple(_moves(old, new, changes)), (*waits, *lost), tuple(_costs(old, new)))


def _moves(old: tuple[Cohort, Result], new: tuple[Cohort, Result], changes: Sequence[Change]) -> Iterator[Move]:
    """Each mentee whose mentors are others now, with the reason; those who leave come first."""
    (cohort, before), (after, result) = old, new
    called = {**cohort.people.called, **after.people.called}
    was, now = (_mentors(found.matching) for found in (before, result))
    gone = [change.person for change in changes if isinstance(change, Left)]
    fewer = {change.mentor for change in changes if isinstance(change, Seats)}
    apart = {(change.mentor, change.mentee): change.word for change in changes if isinstance(change, NotAFit)}
    wanted = {(change.mentor, change.mentee) for change in changes if isinstance(change, Place)}
    came = {change.participant.id for change in changes if isinstance(change, Joined)}

    def parted(mentor: str, mentee: str) -> str:
        if mentor in gone:
            return f"{called[mentor]} has left"
        if (mentor, mentee) in apart:
            return f"{called[mentor]} and they are kept apart ({apart[mentor, mentee]})"
        if mentor in fewer:
            return f"{called[mentor]} can take fewer"
        return f"their place with {called[mentor]} goes to somebody else"

    for who in gone:
        if who in was:
            yield Move(who, was[who], (), called[who], "has left")
    for who in dict.fromkeys((*was, *now)):
        one, other = was.get(who, ()), now.get(who, ())
        if who in gone or sorted(one) == sorted(other):
            continue
        lost, got = [m for m in one if m not in other], [m for m in other if m not in one]
        as_wished = any((mentor, who) in wanted for mentor in got)
        why = [] if as_wished else [parted(mentor, who) for mentor in lost]
        named = " and ".join(called[mentor] for mentor in got)
        if as_wished:
            why.append(f"with {named}, as asked")
        elif got:
            why.append(f"{'new here, ' if who in came else ''}{'now with' if one else 'gets a place with'} {named}")
        elif not other:
            why.append("no place is left, and they wait")
        yield Move(who, one, other, called[who], "; ".join(why))


def _mentors(matching: Matching) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for mentee, mentor in zip(matching.seats.mentee, matching.seats.mentor, strict=True):
        found[mentee] = (*found.get(mentee, ()), mentor)
    return found


def _costs(old: tuple[Cohort, Result], new: tuple[Cohort, Result]) -> Iterator[Cost]:
    """What each of the program's own aims reaches before and after, in the order of the aims."""
    (cohort, before), (after, result) = old, new
    own = replace(before.program, aims=own_aims(before.program))
    for _, aim in own.named_aims():
        one, other = _plain(aim.measure(cohort, before.matching)), _plain(aim.measure(after, result.matching))
        if one == other:
            text = "stays as it is"
        elif isinstance(one, tuple) or isinstance(other, tuple):
            text = "is another"
        else:
            text = f"{'rises' if other > one else 'falls'} by {number(abs(other - one))}"
        yield Cost(aim.in_words, one, other, f"“{aim.in_words}” {text}")


def _plain(value: Any) -> Any:
    return tuple(map(plain, value)) if isinstance(value, tuple) else plain(value)
