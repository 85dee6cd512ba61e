"""A comparison on a terminal. Needs the extra ``cli``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from mmatch.reporting.console import safe, table
from mmatch.reporting.words import amount

if TYPE_CHECKING:
    from rich.console import Console

    from mmatch.comparison.comparison import Comparison, Price, Run

LONG = 1.0  # seconds worth telling
ACROSS = 6  # runs beside each other in one table
SHOWN = (
    ("matched", "mentees matched"),
    ("mean_fit", "mean fit"),
    ("worst_off", "worst-off"),
    ("gini", "Gini of fit"),
    ("greatest_load", "greatest load"),
    ("unused_mentors", "unused mentors"),
    ("new_connections", "new connections"),
    ("blocking_pairs", "blocking pairs"),
    ("envy", "envy"),
)


def print_comparison(out: Console, comparison: Comparison) -> None:
    """How each run ended and who dominates it; then, for each cohort, what each reaches and how far below the best."""
    number = {id(run): str(k) for k, run in enumerate(comparison, 1)}
    several = len({run.cohort for run in comparison}) > 1
    labels = {id(run): f"{run.cohort}: " * several + comparison.label(run) for run in comparison}
    standing = ["" if r.matching is None else "; ".join(comparison.dominated_by(r)) or "nobody" for r in comparison]
    rows = [(number[id(r)], labels[id(r)], _outcome(r), by) for r, by in zip(comparison, standing, strict=True)]
    out.print(table(("", "strategy", "outcome", "dominated by"), rows, "Strategies"))
    for cohort in dict.fromkeys(run.cohort for run in comparison):
        runs = [run for run in comparison if run.cohort == cohort and run.matching is not None]
        title = f"What they reach in {cohort}" if several else "What they reach"
        for start in range(0, len(runs), ACROSS):
            _print_reached(out, comparison, runs[start : start + ACROSS], (title, number))
    front = ", ".join(dict.fromkeys(run.strategy for run in comparison.pareto))
    worth = f"Worth a thought, because nothing is better in one aim and as good in all others: {front}."
    out.print(safe(worth if front else "No strategy found a matching."))


def _outcome(run: Run) -> str:
    if run.status is None or run.matching is None:
        return f"{run.status or 'failed'}: {run.reason}"
    seconds = f", {run.runtime:,.0f} s" if (run.runtime or 0) >= LONG else ""
    return f"{run.status}, {run.trust}{seconds}"


def _print_reached(out: Console, comparison: Comparison, runs: Sequence[Run], words: tuple[str, Any]) -> None:
    title, number = words
    prices = {(p.cohort, p.strategy, p.seed, p.aim): p for p in comparison.prices}
    rows: list[tuple[str, ...]] = []
    for aim in comparison.aims:
        cells = [(run.measures.get(aim), prices.get((run.cohort, run.strategy, run.seed, aim))) for run in runs]
        rows.append((aim, *(_priced(amount(value), price) for value, price in cells)))
    for name, meaning in SHOWN:
        numbers = [None if run.metrics is None else run.metrics.scalars()[name] for run in runs]
        if any(value is not None for value in numbers):
            rows.append((meaning, *map(_short, numbers)))
    heads = ["", *(number[id(run)] for run in runs)]
    out.print(table(heads, rows, title, right=heads[1:]))


def _short(value: Any) -> str:
    return "" if value is None else f"{value:,.4g}" if isinstance(value, float) else f"{value:,}"


def _priced(value: str, price: Price | None) -> str:
    """A value with what it costs: how far below the best, as a share where there is one."""
    if price is None or not price.below:
        return value
    if price.share is None:
        return f"{value} (-{amount(price.below)})"
    return f"{value} (-{100 * price.share:.1f} %)"
