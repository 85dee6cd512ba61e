"""solve(): resolve, compile, choose, run, judge, decode."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from difflib import get_close_matches
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from mmatch.errors import InputError, MmatchError, Problem, SolverError, UnsupportedError, excerpt
from mmatch.exact import plain
from mmatch.instance import Answer, Watch, compile_instance
from mmatch.instance.decoding import decode
from mmatch.instance.set_titles import set_title
from mmatch.matching import Branches, Prices, Proof, Shortage, Stability, Status, Trust
from mmatch.network.circulation import CrossingSets
from mmatch.portfolio.column_generation import solve_priced
from mmatch.program import Program, check_question, question_digest
from mmatch.progress import Progress
from mmatch.proof import Grade, judge
from mmatch.proof.well_formed import is_evidence
from mmatch.registry import find, own_names
from mmatch.registry.plugins import elsewhere, names_elsewhere, registered
from mmatch.result import Result
from mmatch.stages import KINDS

T = TypeVar("T")
LONGEST = 10**9  # seconds, of a time limit

if TYPE_CHECKING:
    from mmatch.candidates.edges import Edges
    from mmatch.cohort import Cohort
    from mmatch.instance import Instance
    from mmatch.matching import Matching
    from mmatch.solvers._base import Solver


def solve(  # noqa: PLR0913 - the front door: the contract names these
    cohort: Cohort,
    program: Program | None = None,
    *,
    solver: str | Solver = "auto",
    time_limit: float | None = None,
    seed: int | str = 0,
    progress: Callable[[Progress], object] | None = None,
    cancel: threading.Event | None = None,
    on_interrupt: str = "raise",
) -> Result:
    """Decide who meets whom, prove that the decision is the best one, and return both.

    Args:
        cohort: the facts.
        program: the policy; the usual one for the cohort by default.
        solver: "auto", the name of one ("flow", "greedy", …), or a configured one.
        time_limit: seconds after which the best answer so far is returned; 0 returns at once.
        seed: of the lottery that breaks ties; recorded in the result.
        progress: called with a `Progress` now and then.
        cancel: an event that stops the run when it is set.
        on_interrupt: at Ctrl-C "raise" KeyboardInterrupt, or "return" the best answer so far.

    Returns:
        A `Result`, accepted by the judge; an infeasible program is a status with a reason, not an error.

    Raises:
        InputError: arguments or a policy that cannot be meant for the cohort.
        UnsupportedError: no solver, or not this one, takes the program; the text names those that do.
        SolverError: the judge refused what the solver gave.

    Example:
        >>> example = mm.datasets.load("shortage", capacity=2)
        >>> result = mm.solve(example.cohort)
        >>> result
        <Result: optimal, proved, value (82, -41), bound (82, -41), solver flow>
        >>> len(result.matching), len(result.matching.unmatched)
        (82, 31)
    """
    clock = _Clock()
    program = Program() if program is None else program
    check_question(cohort, program)
    _check_arguments(solver, time_limit, seed, cancel, on_interrupt)
    check_progress(progress)
    watch = Watch(None if time_limit is None else time.monotonic() + time_limit, cancel, progress)
    if solver == "auto" and program.prefers_stable(cohort):
        solver = "stable"
    name = solver if isinstance(solver, str) else solver.name
    resolved = program.resolve(cohort, solver, seed)
    raises = on_interrupt == "raise"
    try:
        watch.report("compile")
        made = solve_priced((cohort, resolved), seed, watch, raises=raises) if name in {"auto", "flow"} else None
        if made is None:
            instance, edges = compile_instance(cohort, resolved, seed, timed=name != "portfolio")
    except KeyboardInterrupt:
        if raises:
            raise
        return judged(cohort, resolved, Answer(Status.UNKNOWN, stopped="interrupted"), None, (name, seed))
    clock.mark("compile")
    if made is None:
        chosen, answer = _first(choose(instance, solver), (instance, edges), watch, on_interrupt)
    else:
        instance, edges, answer = made
        chosen = known_solvers()["flow"]()
    clock.mark("solve")
    found = partial(_decoded, edges, resolved, instance, answer)
    del instance, edges  # the judge makes its own, in the same memory
    matching = _finished(found, raises=raises, first=partial(watch.report, "judge"))
    del found
    result = _finished(partial(judged, cohort, resolved, answer, matching, (chosen.name, seed)), raises=raises)
    clock.mark("judge")
    return clock.stamp(result)


def _decoded(edges: Edges, program: Program, instance: Instance, answer: Answer) -> Matching | None:
    return None if answer.chosen is None else decode(edges, program, instance, answer)


def _finished(work: Callable[[], T], *, raises: bool, first: Callable[[], None] = lambda: None) -> T:
    """What has to be done for an answer: at Ctrl-C once more from its beginning, where that is asked for."""
    try:
        first()
        return work()
    except KeyboardInterrupt:
        if raises:
            raise
        return work()


def _check_arguments(solver: Any, time_limit: Any, seed: Any, cancel: Any, on_interrupt: Any) -> None:
    methods = (getattr(solver, "solve", None), getattr(solver, "takes", None), getattr(solver, "name", None))
    if isinstance(solver, type) or (not isinstance(solver, str) and None in methods):
        hint = f"write {solver.__name__}()" if isinstance(solver, type) else ""
        text = f"found {excerpt(solver)}, expected a name or a solver with name, takes and solve"
        raise InputError(Problem("argument", "solver", text, hint))
    if cancel is not None and not hasattr(cancel, "is_set"):
        raise InputError(Problem("argument", "cancel", f"found {excerpt(cancel)}, expected a threading.Event"))
    sound = time_limit is None or (type(time_limit) in {int, float} and 0 <= time_limit < LONGEST)
    if not sound:
        raise InputError(
            Problem("argument", "time_limit", f"found {excerpt(time_limit)}, expected seconds from 0, or None")
        )
    check_seed(seed)
    if on_interrupt not in ("raise", "return"):
        text = f'found {excerpt(on_interrupt)}, expected "raise" or "return"'
        raise InputError(Problem("argument", "on_interrupt", text))


def check_progress(progress: Any) -> None:
    """Raise an InputError where this can be told nothing."""
    if progress is not None and not callable(progress):
        text = f"found {excerpt(progress)}, expected a function of one Progress, or None"
        raise InputError(Problem("argument", "progress", text))


def check_seed(seed: Any) -> None:
    """Raise an InputError where this is no seed: neither a whole number nor a printable text."""
    if type(seed) not in {int, str}:
        raise InputError(Problem("argument", "seed", f"found {excerpt(seed)}, expected a whole number or a text"))
    if (type(seed) is int and seed.bit_length() > 1000) or (type(seed) is str and not seed.isprintable()):
        raise InputError(Problem("argument", "seed", "expected fewer than 1,000 bits, or printable text"))


def choose(instance: Instance, solver: str | Solver) -> list[Solver]:
    """The solver to run; with "auto" all that take every kind of the instance, in the order in which to try them.

    Raises:
        InputError: an unknown name.
        UnsupportedError: the solver, or every solver, refuses a kind of constraint in the instance.
    """
    known = known_solvers()
    fitting = sorted(name for name, kind in known.items() if _needed(kind) <= instance.kinds <= kind.takes)
    if solver == "auto":
        ranked = sorted((known[name].rank, name) for name in fitting if known[name].rank is not None)
        if not ranked:
            usual = frozenset().union(*(kind.takes for kind in known.values()))
            raise UnsupportedError(f"no solver here can keep {_hard_part(instance, usual)}")
        return [known[name]() for _, name in ranked]
    chosen = _named(solver, known) if isinstance(solver, str) else solver
    if not _needed(chosen) <= instance.kinds:
        raise UnsupportedError(f"{chosen.name} is for groups, and nothing here asks for groups; use auto")
    if not instance.kinds <= chosen.takes:
        fitting = [name for name in fitting if known[name].rank is not None]
        others = f"use {' or '.join(fitting)}" if fitting else "no solver here can"
        raise UnsupportedError(f"{chosen.name} cannot keep {_hard_part(instance, chosen.takes)}; {others}")
    return [chosen]


def known_solvers() -> dict[str, type[Solver]]:
    """All solvers of mmatch by name, the portfolio that calls several of them, and those registered in this process."""
    from mmatch.portfolio import Portfolio

    kinds = [Portfolio, *(find("mmatch.solvers", name) for name in own_names("mmatch.solvers"))]
    return {kind.name: kind for kind in [*kinds, *registered("mmatch.solvers")]}


def _needed(solver: Solver | type[Solver]) -> frozenset[str]:
    """The kinds without which a solver has nothing to do."""
    return getattr(solver, "needs", frozenset())


def _named(solver: str, known: dict[str, type[Solver]]) -> Solver:
    found = known.get(solver) or elsewhere("mmatch.solvers", solver)
    if found is None:
        everywhere = sorted({*known, *names_elsewhere("mmatch.solvers")})
        close = get_close_matches(solver, everywhere, n=1)
        hint = f"did you mean {close[0]}?" if close else f"known: auto, {', '.join(everywhere)}"
        raise InputError(Problem("unknown-solver", "solver", f"no solver {excerpt(solver)}", hint))
    return found()


def _hard_part(instance: Instance, takes: frozenset[str]) -> str:
    """The constraint that a solver does not take, in the user's words."""
    for item in instance.unmet:
        if item.kind not in takes:
            return item.sentence
    if instance.groups is not None and "groups" not in takes:
        return instance.groups.why[0]
    return ", ".join(KINDS.get(kind, kind) for kind in sorted(instance.kinds - takes))


def _first(
    solvers: list[Solver], compiled: tuple[Instance, Edges], watch: Watch, on_interrupt: str
) -> tuple[Solver, Answer]:
    """The first solver whose network the sets of the instance fit, and its answer.

    "Infeasible" without evidence is asked of the next solver, too: where both say so, both are named.
    """
    first, *others = solvers
    try:
        answer = _run(first, compiled, watch, on_interrupt)
    except _CrossingError:
        if not others:
            raise
        return _first(others, compiled, watch, on_interrupt)  # the next one needs no network
    evidence = answer.evidence or answer.agreement
    if answer.status == Status.INFEASIBLE and not evidence and others and compiled[0].groups is None:
        second = _run(others[0], compiled, watch, on_interrupt)
        if second.status != Status.INFEASIBLE:
            return others[0], second
        answer = replace(answer, agreement=((first.name, "infeasible"), (others[0].name, "infeasible")))
    return first, answer


class _CrossingError(UnsupportedError):
    """Two sets of pairs that cross, in a sentence."""


def _run(solver: Solver, compiled: tuple[Instance, Edges], watch: Watch, on_interrupt: str) -> Answer:
    """The solver's answer; at Ctrl-C the best so far where that is asked for."""
    stopped = watch.reason()
    if stopped:
        return Answer(Status.UNKNOWN, stopped=stopped)
    try:
        return _sound(solver, compiled[0], solver.solve(compiled[0], watch))
    except MmatchError:
        raise
    except CrossingSets as crossing:
        one, other = (set_title(compiled[1], *item) for item in (crossing.one, crossing.other))
        raise _CrossingError(
            f"{solver.name} cannot keep both {one} and {other}: these two sets of pairs cross"
        ) from None
    except KeyboardInterrupt:
        if on_interrupt == "raise":
            raise
        return watch.best or Answer(Status.UNKNOWN, stopped="interrupted")
    except (Exception, SystemExit) as error:
        if error is watch.failed:
            raise
        raise SolverError(f"{solver.name} failed with {type(error).__name__}: {excerpt(str(error))}") from error


def _sound(solver: Solver, instance: Instance, answer: Any) -> Answer:
    """The answer of a solver, refused where it cannot be one.

    Raises:
        SolverError: where its form is wrong, or its status and its edges do not go together.
    """
    if not isinstance(answer, Answer):
        raise SolverError(f"{solver.name} returned {type(answer).__name__}, expected an Answer")
    if not is_evidence(answer.evidence):
        raise SolverError(f"{solver.name} gave evidence of a form that no proof has: {excerpt(answer.evidence)}")
    found = answer.chosen is not None
    if found != (answer.status in {Status.OPTIMAL, Status.FEASIBLE}):
        raise SolverError(f"{solver.name} answers {answer.status} {'with' if found else 'without'} chosen edges")
    if found:
        chosen = np.asarray(answer.chosen)
        if chosen.dtype != np.bool_ or chosen.shape != instance.request.shape:
            expected = f"{len(instance.request)} yes or no"
            raise SolverError(
                f"{solver.name} chose edges as {chosen.dtype} of shape {chosen.shape}, expected {expected}"
            )
    return answer


def judged(
    cohort: Cohort, program: Program, answer: Answer, matching: Matching | None, origin: tuple[str, int | str]
) -> Result:
    """The answer as a result, with what the judge says of it; ``origin`` is who gave it, and the seed.

    Raises:
        SolverError: where the judge refuses it.
    """
    evidence = answer.evidence
    proof = Proof(question_digest(cohort, program), evidence, agreement=answer.agreement)
    hopeful = isinstance(evidence, Branches) or (isinstance(evidence, Prices) and bool(evidence.multipliers))
    status = Status.OPTIMAL if matching is not None and hopeful else answer.status
    grade = judge(cohort, program, status, matching, proof)
    if grade.violations:
        messages = "; ".join(v.message for v in grade.violations[:3])
        raise SolverError(f"{origin[0]} gave a matching that the judge refuses: {messages}")
    if status != answer.status and grade.trust != Trust.PROVED:
        grade, status = replace(grade, trust=Trust.HEURISTIC), answer.status
    if status == Status.INFEASIBLE and grade.trust == Trust.PROVED and evidence is None:
        proof = replace(proof, evidence=Shortage())
    if status == Status.INFEASIBLE and grade.trust not in {Trust.PROVED, Trust.CORROBORATED}:
        status = Status.UNKNOWN  # never on one solver's word
    if status == Status.OPTIMAL and isinstance(evidence, Prices) and not hopeful and grade.trust != Trust.PROVED:
        raise SolverError(f"{origin[0]} claims an optimum that its own prices do not prove")
    if isinstance(evidence, Stability) and evidence.side and grade.trust != Trust.PROVED:
        raise SolverError(f"{origin[0]} claims the best stable matching of a side, and the judge does not find it so")
    return Result(
        program=program,
        status=status,
        found=matching,
        value=None if matching is None else grade.value,
        bound=None if matching is None else _claimed_bound(status, answer, grade),
        verified_bound=None if matching is None else grade.verified_bound,
        by_aim=MappingProxyType(dict(grade.by_aim)),
        trust=None if status == Status.UNKNOWN else grade.trust,
        proof=replace(proof, totals=grade.totals),
        solver=origin[0],
        seed=origin[1],
        resolution=grade.resolution,
        stopped=None if status == Status.OPTIMAL else answer.stopped,
    )


def _claimed_bound(status: Status, answer: Answer, grade: Grade) -> tuple[Any, ...]:
    done = len(grade.value) if status == Status.OPTIMAL else answer.tiers_done
    bound = [value if k < done else None for k, value in enumerate(grade.value)]
    if answer.limit is not None and done < len(bound):
        bound[done] = max(plain(answer.limit), grade.value[done])  # rounding must not put it below what is there
    return tuple(bound)


class _Clock:
    """How long each phase took."""

    def __init__(self) -> None:
        self.start = self.last = time.perf_counter()
        self.phases: dict[str, float] = {}

    def mark(self, phase: str) -> None:
        now = time.perf_counter()
        self.phases[phase] = now - self.last
        self.last = now

    def stamp(self, result: Result) -> Result:
        """The result with its runtime; a fresh object, nobody else has seen the other."""
        object.__setattr__(result, "runtime", self.last - self.start)
        object.__setattr__(result, "phases", MappingProxyType(self.phases))
        return result
