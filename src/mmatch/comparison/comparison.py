"""Many strategies over one or more cohorts: what each reaches, what it costs, and which are worth a thought."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, MutableMapping, Sequence
from concurrent.futures import Executor, as_completed
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from itertools import zip_longest
from typing import Any

from mmatch.aims._base import Aim
from mmatch.cohort import Cohort
from mmatch.comparison.measures import Metrics
from mmatch.comparison.run_records import (
    AS_IT_IS,
    LASTING,
    Parcel,
    matching_of,
    opened_run,
    run_key,
    run_strategy,
    sealed_run,
)
from mmatch.comparison.strategies import Seed, Strategy, named_strategies, unique
from mmatch.display import Table
from mmatch.engine import LONGEST, check_progress
from mmatch.errors import InputError, MmatchError, Problem, excerpt
from mmatch.exact import Exact, Value, plain, readable
from mmatch.matching import Framed, Matching, Status, Trust
from mmatch.progress import Progress


@dataclass(frozen=True)
class Run:
    """What one strategy gave for one cohort and one seed; where it failed, ``status`` is None and ``reason`` says why.

    Attributes:
        cohort: the name of the cohort.
        strategy: the name of the strategy.
        seed: of the lottery.
        status: how the run ended, as in `Result`; so are trust, value, bound, verified_bound, solver, stopped.
        runtime: seconds of the solve, wherever and whenever it ran.
        reason: why there is no matching; empty where there is one.
        matching: the matching, or None.
        metrics: all metrics of the matching, or None.
        totals: (aim, exact total) of every aim that occurs in any strategy; None where it could not be measured.
    """

    cohort: str
    strategy: str
    seed: Seed
    status: Status | None = None
    trust: Trust | None = None
    value: tuple[Value, ...] | None = None
    bound: tuple[Value | None, ...] | None = None
    verified_bound: tuple[Value | None, ...] | None = None
    solver: str = ""
    stopped: str | None = None
    runtime: float | None = field(default=None, compare=False)
    reason: str = ""
    matching: Matching | None = field(default=None, repr=False)
    metrics: Metrics | None = field(default=None, repr=False)
    totals: tuple[tuple[str, Exact | None], ...] = field(default=(), repr=False)

    @property
    def measures(self) -> dict[str, Value | None]:
        """What the matching reaches in every aim, in the user's unit, more is better."""
        return {name: None if total is None else readable(total) for name, total in self.totals}

    def dominates(self, other: Run) -> bool:
        """Whether this run is at least as good in every aim, and better in one."""
        pairs: list[tuple[Any, Any]] = [(a, b) for (_, a), (_, b) in zip(self.totals, other.totals, strict=False)]
        if self.cohort != other.cohort or any(None in pair for pair in pairs):
            return False
        return all(a >= b for a, b in pairs) and any(a > b for a, b in pairs)


@dataclass(frozen=True, slots=True)
class Price:
    """How far one run stays below the best of all runs of its cohort in one aim, and which share of the best that is.

    ``share`` is None where the best is 0, and for aims whose measure is a vector.
    """

    cohort: str
    strategy: str
    seed: Seed
    aim: str
    below: Value
    share: float | None


class Comparison(Framed, Sequence[Run]):
    """All runs, in the order of cohorts, strategies and seeds; a failed one is a row with a reason."""

    def __init__(self, runs: Iterable[Run]) -> None:
        self._runs = tuple(runs)

    def __len__(self) -> int:
        return len(self._runs)

    def __iter__(self) -> Iterator[Run]:
        return iter(self._runs)

    def __getitem__(self, index: Any) -> Any:
        return self._runs[index]

    def __eq__(self, other: object) -> bool:
        return self._runs == other._runs if isinstance(other, Comparison) else NotImplemented

    def __hash__(self) -> int:
        return hash(tuple((run.cohort, run.strategy, run.seed, run.status, run.value) for run in self))

    def __repr__(self) -> str:
        failed = sum(run.matching is None for run in self)
        front = ", ".join(dict.fromkeys(run.strategy for run in self.pareto))
        lost = f", {failed} without a matching" if failed else ""
        return f"<Comparison: {len(self)} runs{lost}; not dominated: {front or 'none'}>"

    def tables(self) -> Iterator[Table]:
        """How each strategy ended, what it reaches in every aim, and who dominates it."""
        heads = ("cohort", "strategy", "outcome", *self.aims, "dominated by")
        rows = [
            (
                run.cohort,
                self.label(run),
                run.reason or f"{run.status}, {run.trust}",
                *(run.measures.get(aim) for aim in self.aims),
                ", ".join(self.dominated_by(run)),
            )
            for run in self
        ]
        yield Table(heads, rows)

    @property
    def aims(self) -> tuple[str, ...]:
        """Every aim that was measured."""
        return tuple(dict.fromkeys(name for run in self for name, _ in run.totals))

    @property
    def pareto(self) -> list[Run]:
        """Runs that no other run of their cohort dominates: nothing is better in one aim and as good in all others."""
        return [run for run, by in zip(self, self._dominators, strict=True) if run.matching is not None and not by]

    def dominated_by(self, run: Run) -> list[str]:
        """The strategies that dominate a run, with the seed where a strategy ran with several.

        Raises:
            InputError: a run of another comparison.
        """
        if run not in self._runs:
            raise InputError(Problem("argument", "run", f"found {excerpt(run)}, expected a run of this comparison"))
        return list(self._dominators[self._runs.index(run)])

    @cached_property
    def _dominators(self) -> tuple[tuple[str, ...], ...]:
        return tuple(tuple(dict.fromkeys(self.label(other) for other in self if other.dominates(run))) for run in self)

    def label(self, run: Run) -> str:
        """The strategy's name, with the seed where it ran with several."""
        several = {other.seed for other in self if other.strategy == run.strategy}
        return run.strategy if len(several) == 1 else f"{run.strategy} (seed {run.seed})"

    @cached_property
    def prices(self) -> list[Price]:
        """For every run with a matching, and every aim: how much below the best of its cohort it is."""
        best: dict[tuple[str, str], Any] = {}
        for run in self:
            for aim, total in run.totals:
                if total is not None:
                    best[run.cohort, aim] = max(best.get((run.cohort, aim), total), total)
        return [
            Price(run.cohort, run.strategy, run.seed, aim, *_below(best[run.cohort, aim], total))
            for run in self
            for aim, total in run.totals
            if total is not None
        ]

    def rows(self) -> list[dict[str, Any]]:
        """One flat row a run: status, bounds, every aim with its price, every metric; None where there is nothing."""
        prices = {(p.cohort, p.strategy, p.seed, p.aim): p for p in self.prices}
        names = next((list(run.metrics.scalars()) for run in self if run.metrics is not None), [])
        return [self._row(run, prices, names) for run in self]

    def _row(self, run: Run, prices: Mapping[Any, Price], names: Sequence[str]) -> dict[str, Any]:
        row: dict[str, Any] = {"cohort": run.cohort, "strategy": run.strategy, "seed": str(run.seed)}
        row |= {name: _text(getattr(run, name)) for name in ("status", "trust", "value", "bound", "verified_bound")}
        row |= {"solver": run.solver or None, "stopped": run.stopped, "runtime": run.runtime}
        row |= {"reason": run.reason or None, "pareto": None if run.matching is None else not self.dominated_by(run)}
        row["dominated_by"] = "; ".join(self.dominated_by(run)) or None
        measures, metrics = run.measures, {} if run.metrics is None else run.metrics.scalars()
        for aim in self.aims:
            price = prices.get((run.cohort, run.strategy, run.seed, aim))
            row[aim] = _scalar(measures.get(aim))
            row[f"{aim}: below best"] = None if price is None else _scalar(price.below)
            row[f"{aim}: share below best"] = None if price is None else price.share
        return {**row, **{name: metrics.get(name) for name in names}}

    def columns(self) -> dict[str, list[Any]]:
        """One row a run, as `rows` has them."""
        rows = self.rows()
        columns = {name: [row[name] for row in rows] for name in (rows[0] if rows else ())}
        for name, values in columns.items():
            if any(isinstance(value, float) for value in values):  # one type for each column
                columns[name] = [float(value) if isinstance(value, int) else value for value in values]
        return columns


def _below(best: Any, total: Any) -> tuple[Value, float | None]:
    if isinstance(total, tuple):
        return tuple(plain(a - b) for a, b in zip_longest(best, total, fillvalue=Fraction(0))), None
    return plain(best - total), float((best - total) / abs(best)) if best else None


def _text(value: Any) -> str | None:
    if value is None:
        return None
    return ", ".join("?" if v is None else str(v) for v in value) if isinstance(value, tuple) else str(value)


def _scalar(value: Any) -> Any:
    return _text(value) if isinstance(value, tuple) else value


def compare(
    cohorts: Cohort | Mapping[str, Cohort],
    strategies: Any,
    *,
    executor: Executor | None = None,
    store: MutableMapping[str, Any] | None = None,
    seeds: Sequence[Seed] = (0,),
    time_limit: float | None = None,
    progress: Callable[[Progress], object] | None = None,
) -> Comparison:
    """Try several strategies on one or more cohorts, and see what each reaches and what it costs.

    Every aim that occurs in any strategy is measured on every matching. A strategy that fails is a row with a reason.

    Runs are independent. What is in the store is not run again: its key is a SHA-256 of cohort, program, solver, seed,
    time limit and version; an entry that is broken is run again. Programs with plain functions (`Check`, `Score`) or
    foreign parts run in the calling process and are never stored, because a name does not say what they do.

    Args:
        cohorts: one, or {name: cohort}.
        strategies: a list, or {name: …}, of `Program`, (program, solver) or `Strategy`.
        executor: runs them in parallel: any `concurrent.futures.Executor`; None is one after the other.
        store: finished runs: any mutable mapping from text to text, such as `FolderStore`, a dict, or a shelf.
        seeds: each strategy runs once with each, unless it has a seed of its own.
        time_limit: seconds for each run.
        progress: called with a `Progress` after each run.

    Raises:
        InputError: arguments of another form. What a run raises becomes its row; errors of the executor pass through.

    Example:
        >>> cohort = mm.Cohort.from_scores([[9, 1], [5, 4]], capacity=1)
        >>> fit = mm.Program(aims=[mm.aims.Coverage(), mm.aims.Fit()])
        >>> even = mm.Program(aims=[mm.aims.Coverage(), mm.aims.WorstOff(), mm.aims.Fit()])
        >>> for run in mm.compare(cohort, {"fit": fit, "worst-off first": even}):
        ...     print(run.strategy, run.value)
        fit (2, 13)
        worst-off first (2, 4, 13)
    """
    facts: Any = {"cohort": cohorts} if isinstance(cohorts, Cohort) else cohorts
    sound = isinstance(facts, Mapping) and facts
    if not sound or not all(type(k) is str and isinstance(v, Cohort) for k, v in facts.items()):
        text = f"found {excerpt(cohorts)}, expected a Cohort, or {{name: Cohort}} with at least one"
        raise InputError(Problem("argument", "cohorts", text))
    named = named_strategies(strategies)
    _check(executor, store, seeds, time_limit)
    check_progress(progress)
    tasks = [
        _Task(cohort, name, strategy, seed, run_key(facts[cohort], strategy, seed, time_limit))
        for cohort in facts
        for name, strategy in named.items()
        for seed in (seeds if strategy.seed is None else (strategy.seed,))
    ]
    found: dict[_Task, dict[str, Any]] = {}
    with closing(_finished(facts, tasks, (executor, store), time_limit)) as finished:
        for task, data in finished:
            found[task] = data
            if progress is not None:
                progress(Progress("compare", len(found), len(tasks)))
    measured = {name: _aims(cohort, named.values()) for name, cohort in facts.items()}
    return Comparison(_run(task, found[task], facts[task.cohort], measured[task.cohort]) for task in tasks)


@dataclass(frozen=True, eq=False)
class _Task:
    """One run to come; ``key`` is None where it is never stored."""

    cohort: str
    name: str
    strategy: Strategy
    seed: Seed
    key: str | None


def _check(executor: Any, store: Any, seeds: Any, time_limit: Any) -> None:
    checks = (
        ("executor", executor, executor is None or hasattr(executor, "submit"), "a concurrent.futures.Executor"),
        ("store", store, store is None or isinstance(store, MutableMapping), "a mutable mapping such as FolderStore"),
        (
            "seeds",
            seeds,
            isinstance(seeds, Sequence) and not isinstance(seeds, str) and all(type(s) in {int, str} for s in seeds),
            "a list of whole numbers or texts",
        ),
        (
            "time_limit",
            time_limit,
            time_limit is None or (type(time_limit) in {int, float} and 0 <= time_limit < LONGEST),
            "seconds from 0, or None",
        ),
    )
    for name, value, sound, expected in checks:
        if not sound:
            raise InputError(Problem("argument", name, f"found {excerpt(value)}, expected {expected}"))
    if not seeds or len(set(seeds)) < len(seeds):
        raise InputError(Problem("argument", "seeds", f"found {excerpt(seeds)}, expected each seed once"))


def _finished(
    facts: Mapping[str, Cohort],
    tasks: Sequence[_Task],
    ways: tuple[Executor | None, MutableMapping[str, Any] | None],
    time_limit: float | None,
) -> Generator[tuple[_Task, dict[str, Any]], None, None]:
    """Every task with what it gave: from the store, else from a run, which then goes to the store."""
    executor, store = ways
    missing: dict[object, list[_Task]] = {}
    for task in tasks:
        kept = None if store is None or task.key is None else opened_run(task.key, store.get(task.key))
        if kept is not None:
            yield task, kept
        else:
            missing.setdefault(task.key or id(task), []).append(task)  # equal questions are asked once
    first = [same[0] for same in missing.values()]
    parcels = {name: Parcel(cohort) for name, cohort in facts.items()}
    calls = {task: (parcels[task.cohort], task.strategy, task.seed, time_limit) for task in first}
    with closing(_called(calls, executor)) as called:
        for task, found in called:
            if store is not None and task.key is not None and found.get("error", LASTING[0]) in LASTING:
                store[task.key] = sealed_run(task.key, found)
            for same in missing[task.key or id(task)]:
                yield same, found


def _called(
    calls: Mapping[_Task, tuple[Any, ...]], executor: Executor | None
) -> Generator[tuple[_Task, dict[str, Any]], None, None]:
    """Run all calls, as they finish; what is left is cancelled where somebody stops listening, at Ctrl-C say."""
    away = [task for task in calls if executor is not None and task.key is not None]
    futures = {} if executor is None else {executor.submit(run_strategy, *calls[task]): task for task in away}
    try:
        for task, arguments in calls.items():
            if executor is None or task.key is None:
                yield task, run_strategy(*arguments)
        for future in as_completed(futures):
            yield futures[future], future.result()
    finally:
        for future in futures:
            future.cancel()


def _aims(cohort: Cohort, strategies: Iterable[Strategy]) -> list[tuple[str, Aim]]:
    """Every aim that occurs in a strategy and can be meant for the cohort, once, without its weight, by name."""
    found: list[Aim] = []
    for strategy in strategies:
        for tier in strategy.program.resolve(cohort).tiers:
            found += [aim for aim in (replace(item, weight=1) for item in tier) if aim not in found]
    fitting = []
    for aim in found:
        with suppress(InputError):
            aim.check(cohort)
            fitting.append(aim)
    return list(zip(unique(aim.title.removesuffix("()") for aim in fitting), fitting, strict=True))


def _run(task: _Task, data: Mapping[str, Any], cohort: Cohort, aims: Sequence[tuple[str, Aim]]) -> Run:
    """A run from its data, measured in every aim."""
    if "error" in data:
        return Run(task.cohort, task.name, task.seed, reason=data["reason"])
    matching = matching_of(data)
    return Run(
        task.cohort,
        task.name,
        task.seed,
        status=Status(data["status"]),
        trust=None if data["trust"] is None else Trust(data["trust"]),
        matching=matching,
        **{name: _values(data[name]) for name in (*AS_IT_IS, "reason")},
        metrics=None if data["metrics"] is None else Metrics.from_dict(data["metrics"]),
        totals=() if matching is None else tuple((name, _total(aim, cohort, matching)) for name, aim in aims),
    )


def _values(data: Any) -> Any:
    """Tuples again, which JSON makes lists."""
    return tuple(map(_values, data)) if isinstance(data, list | tuple) else data


def _total(aim: Aim, cohort: Cohort, matching: Matching) -> Exact | None:
    """The exact total; None where this aim cannot be measured on it (a function of one's own that fails, say)."""
    try:
        total: Any = aim.measure(cohort, matching)
    except MmatchError:
        return None
    return tuple(map(Fraction, total)) if isinstance(total, tuple) else Fraction(total)
