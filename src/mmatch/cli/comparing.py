"""`mmatch compare` tries several strategies and shows them side by side."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mmatch.cli.inputs import AsJson, Files, Out, Policy, SignUps, print_json, understood, with_fields

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Executor


@with_fields
def compare(  # noqa: PLR0913 - the options of the verb
    files: Files,
    *,
    strategies: Annotated[str | None, typer.Option(help="A JSON file with named strategies.")] = None,
    strategy: Annotated[
        list[str] | None,
        typer.Option(help='One strategy: settings with ";" between, such as "even: aims=EvenLoad; solver=greedy".'),
    ] = None,
    out: Out = None,
    store: Annotated[str | None, typer.Option(help="A folder that keeps runs.")] = None,
    seeds: Annotated[str, typer.Option(help="Several with commas: 0,1,2.")] = "0",
    time_limit: Annotated[float | None, typer.Option(help="Seconds for each run.")] = None,
    jobs: Annotated[int, typer.Option(min=1, help="Processes that run at the same time.")] = 1,
    as_json: AsJson = False,
    policy: Policy,
    signups: SignUps,
) -> None:
    """Try several strategies and see what each costs.

    Shows what each reaches, how far below the best it stays, and which are dominated. Each --strategy is a change of
    --program and --set. For example: mmatch compare mentors.csv mentees.csv --strategy "even: aims=Coverage,EvenLoad"
    """
    from mmatch.comparison.comparison import compare as compared
    from mmatch.io.comparisons import (
        FolderStore,
        comparison_to_json,
        read_strategies,
        strategies_from_texts,
        write_comparison,
    )
    from mmatch.io.files import made_folder
    from mmatch.reporting.console import console, print_comparison
    from mmatch.reporting.progress_bar import ProgressBar

    named = {} if strategies is None else read_strategies(strategies)
    program = policy.read()
    named |= strategies_from_texts(program, strategy or [])
    if not named:
        raise typer.BadParameter("name at least one strategy, with --strategy or --strategies")
    cohort = policy.suited(understood(signups.read(files)), program)
    with ProgressBar() as progress, _executor(jobs) as executor:
        found = compared(
            cohort,
            named,
            executor=executor,
            store=None if store is None else FolderStore(store),
            seeds=_seeds(seeds),
            time_limit=time_limit,
            progress=progress,
        )
    if out is not None:
        folder = made_folder(Path(out))
        for name in ("comparison.csv", "comparison.json"):
            write_comparison(found, folder / name)
    if as_json:
        print_json(comparison_to_json(found))
    else:
        print_comparison(console(), found)
        if out is not None:
            typer.echo(f"Written to {out}: comparison.csv, comparison.json.")
    raise typer.Exit(0 if any(run.matching is not None for run in found) else 1)


def _seeds(text: str) -> list[int | str]:
    """Seeds with commas between, as typed."""
    from mmatch.io.comparisons import seed_from_text

    typed = [part.strip() for part in text.split(",")]
    if "" in typed:
        raise typer.BadParameter(f"found {text!r}, expected seeds with commas between: 0,1,2", param_hint="--seeds")
    return list(map(seed_from_text, typed))


@contextmanager
def _executor(jobs: int) -> Iterator[Executor | None]:
    """Processes of our own for several jobs, started afresh; none for one."""
    if jobs == 1:
        yield None
        return
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    with ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn")) as executor:
        yield executor
