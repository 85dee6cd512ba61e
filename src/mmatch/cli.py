"""The command line: the same verbs as the library, thin."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mmatch.errors import MmatchError, NoMatchingError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Executor

    from mmatch.insight.comparison import Comparison
    from mmatch.io.reading import Reading
    from mmatch.matching import Matching, Reason, Result
    from mmatch.people import Cohort
    from mmatch.planning import Schedule
    from mmatch.program import Program

app = typer.Typer(
    name="mmatch",
    help="Match mentors and mentees, with proof.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

USAGE: Any = typer.BadParameter.__mro__[2]  # the root of errors about the command itself
Files = Annotated[list[str], typer.Argument(metavar="FILES...", help="Sign-up files: CSV or JSON.", show_default=False)]
ProgramFile = Annotated[str | None, typer.Option("--program", help="A program as JSON.", show_default=False)]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", help="Change the program: group=3-6, rule=Differs(department), aims=Coverage,EvenLoad."),
]
GroupSizes = Annotated[
    list[str] | None,
    typer.Option("--group", help="Mentees in one match: 3-6; for one topic data=2-4.", show_default=False),
]
MappingFile = Annotated[str | None, typer.Option("--mapping", help="A saved mapping of columns.", show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
Out = Annotated[str | None, typer.Option("--out", help="The folder to write to.", show_default=False)]
Collect = Annotated[bool, typer.Option("--skip-bad-rows", help="Load the good rows, write the others to rejected.csv.")]


def _version(*, wanted: bool) -> None:
    if wanted:
        from mmatch import __version__

        typer.echo(f"mmatch {__version__}")
        raise typer.Exit


@app.callback()
def main(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=lambda v: _version(wanted=v), is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Match mentors and mentees, with proof."""


@app.command()
def match(  # noqa: PLR0913 - the options of the verb
    files: Files,
    *,
    program: ProgramFile = None,
    settings: Settings = None,
    group: GroupSizes = None,
    out: Out = None,
    solver: Annotated[str, typer.Option(help="auto, flow, greedy, …")] = "auto",
    seed: Annotated[str, typer.Option(help="Of the lottery that breaks ties.")] = "0",
    time_limit: Annotated[float | None, typer.Option(help="Seconds.", show_default=False)] = None,
    mapping: MappingFile = None,
    as_json: AsJson = False,
    collect: Collect = False,
) -> None:
    """Decide who meets whom, prove it, and write the files."""
    from mmatch.engine import solve
    from mmatch.insight import reasons
    from mmatch.reporting.progress import ProgressBar

    reading = _read(files, mapping, collect=collect)
    policy = _policy(program, settings, group)
    number = int(seed) if seed.removeprefix("-").isascii() and seed.removeprefix("-").isdigit() else seed
    with ProgressBar() as progress:
        result = solve(
            reading.cohort,
            policy,
            solver=solver,
            seed=number,
            time_limit=time_limit,
            progress=progress,
            on_interrupt="return",
        )
    resolved = policy.resolve(reading.cohort, result.solver, result.proof.side)
    told = reasons(reading.cohort, resolved, result)
    if out is not None:
        _write_answer(Path(out), reading, resolved, (result, told))
    _print_answer((reading.cohort, resolved), (result, told), out, as_json=as_json)
    if result.stopped == "interrupted":
        raise typer.Exit(130)
    raise typer.Exit(0 if result.found is not None else 1)


@app.command()
def compare(  # noqa: PLR0913 - the options of the verb
    files: Files,
    *,
    strategies: Annotated[
        str | None, typer.Option(help="A JSON file with named strategies.", show_default=False)
    ] = None,
    strategy: Annotated[
        list[str] | None,
        typer.Option(help='One strategy: settings with ";" between, such as "even: aims=EvenLoad; solver=greedy".'),
    ] = None,
    program: ProgramFile = None,
    settings: Settings = None,
    group: GroupSizes = None,
    out: Out = None,
    store: Annotated[str | None, typer.Option(help="A folder that keeps runs.", show_default=False)] = None,
    seeds: Annotated[str, typer.Option(help="Several with commas: 0,1,2.")] = "0",
    time_limit: Annotated[float | None, typer.Option(help="Seconds for each run.", show_default=False)] = None,
    jobs: Annotated[int, typer.Option(min=1, help="Processes that run at the same time.")] = 1,
    mapping: MappingFile = None,
    as_json: AsJson = False,
) -> None:
    """Try several strategies and see what each costs.

    Shows what each reaches, how far below the best it stays, and which are dominated. Each --strategy is a change of
    --program and --set.
    """
    from mmatch.insight.comparison import compare as compared
    from mmatch.io.comparisons import comparison_to_json
    from mmatch.io.json_text import dump_json
    from mmatch.io.stores import FolderStore
    from mmatch.io.strategies import read_strategies, strategies_from_texts
    from mmatch.reporting.compared import print_comparison
    from mmatch.reporting.console import console
    from mmatch.reporting.progress import ProgressBar

    named = {} if strategies is None else read_strategies(strategies)
    named |= strategies_from_texts(_policy(program, settings, group), strategy or [])
    if not named:
        raise typer.BadParameter("name at least one strategy, with --strategy or --strategies")
    cohort = _read(files, mapping, collect=False).cohort
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
        _write_comparison(Path(out), found)
    if as_json:
        typer.echo(dump_json(comparison_to_json(found)), nl=False)
    else:
        print_comparison(console(), found)
        if out is not None:
            typer.echo(f"Written to {out}: comparison.csv, comparison.json.")
    raise typer.Exit(0 if any(run.matching is not None for run in found) else 1)


def _seeds(text: str) -> list[int | str]:
    """Seeds with commas between, as typed."""
    from mmatch.io.strategies import seed_from_text

    typed = [part.strip() for part in text.split(",")]
    if "" in typed:
        raise typer.BadParameter(f"found {text!r}, expected seeds with commas between: 0,1,2", param_hint="--seeds")
    return [seed_from_text(part) for part in typed]


@app.command()
def check(
    files: Files,
    *,
    program: ProgramFile = None,
    settings: Settings = None,
    group: GroupSizes = None,
    mapping: MappingFile = None,
    save_mapping: Annotated[str | None, typer.Option(help="Write the mapping here, to edit it.")] = None,
    as_json: AsJson = False,
) -> None:
    """Look before matching: columns, supply, rules.

    Shows how columns are read, supply and demand per topic, and what each rule removes.
    """
    from dataclasses import asdict

    from mmatch.insight import readiness
    from mmatch.io.files import atomic_write
    from mmatch.io.json_text import dump_json
    from mmatch.reporting.console import console, print_readiness, safe

    reading = _read(files, mapping, collect=False, quiet=True)
    found = readiness(reading.cohort, _policy(program, settings, group))
    if save_mapping is not None:
        atomic_write(save_mapping, reading.mapping.to_json())
    if as_json:
        typer.echo(dump_json(asdict(found)), nl=False)
        return
    out = console()
    out.print(safe(str(reading.mapping)))
    for warning in reading.warnings:
        out.print(safe(f"note: {warning}"))
    out.print(safe(repr(reading.cohort)))
    print_readiness(out, found)


@app.command()
def verify(
    cohort: Annotated[str, typer.Argument(help="cohort.json, or a sign-up file.")],
    program: Annotated[str, typer.Argument(help="program.json.")],
    answer: Annotated[str, typer.Argument(help="result.json, or a matches.csv made by hand.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Judge an answer without any solver.

    The answer is a result with its proof, or a list of matches made by hand.
    """
    from dataclasses import asdict

    from mmatch.io.json_text import dump_json
    from mmatch.proof import verify as judged
    from mmatch.reporting.console import console, print_violations

    facts, policy, found = _question(cohort, program, answer)
    violations = judged(facts, policy, found)
    if as_json:
        typer.echo(dump_json({"violations": [asdict(v) for v in violations]}), nl=False)
    elif violations:
        print_violations(console(), violations)
    else:
        typer.echo(_verdict(found))
    raise typer.Exit(1 if violations else 0)


@app.command()
def explain(
    cohort: Annotated[str, typer.Argument(help="cohort.json, or a sign-up file.")],
    program: Annotated[str, typer.Argument(help="program.json.")],
    answer: Annotated[str, typer.Argument(help="result.json.")],
    who: Annotated[list[str] | None, typer.Argument(help="Ids of people; all by default.")] = None,
    *,
    policy: Annotated[bool, typer.Option("--policy", help="What each tier and each rule costs instead.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say why each match, and each unfilled seat, is so."""
    from dataclasses import asdict

    from mmatch.insight import reasons
    from mmatch.io.json_text import dump_json
    from mmatch.matching import Matching
    from mmatch.reporting.console import console, safe, table

    facts, given, found = _question(cohort, program, answer)
    if isinstance(found, Matching):
        raise typer.BadParameter("explain needs a result.json, because reasons depend on what was proved")
    if policy:
        _print_policy((facts, given), found, as_json=as_json)
        return
    for name in who or ():
        _ = facts[name]
    told = [r for r in reasons(facts, given, found) if not who or set(who) & set(r.who)]
    if as_json:
        typer.echo(dump_json([asdict(r) for r in told]), nl=False)
        return
    out = console()
    out.print(table(("kind", "topic", "why"), [(r.kind, r.topic, r.message) for r in told]))
    if not told:
        out.print(safe("Nothing to explain: no match and no unfilled seat concerns them."))


def _print_policy(question: tuple[Cohort, Program], found: Result, *, as_json: bool) -> None:
    """What the policy decides."""
    from mmatch.insight import explain as explained
    from mmatch.io.json_text import dump_json
    from mmatch.reporting.console import console, print_policy

    told = explained(*question, found)
    if as_json:
        typer.echo(dump_json(told.to_json()), nl=False)
    else:
        print_policy(console(), told)


CohortFile = Annotated[str, typer.Argument(help="cohort.json, or a sign-up file.")]
ProgramPath = Annotated[str, typer.Argument(help="program.json.")]
AnswerFile = Annotated[str, typer.Argument(help="result.json, or a matches.csv made by hand.")]
DatesFile = Annotated[str | None, typer.Option("--dates", help="What is asked for, as dates.json.", show_default=False)]
Busy = Annotated[list[str] | None, typer.Option("--busy", help="What is taken: eva=eva.ics.", show_default=False)]
Holidays = Annotated[
    list[str] | None,
    typer.Option("--holidays", help="Nobody meets on public holidays: DE or DE-BY.", show_default=False),
]
Limit = Annotated[float | None, typer.Option("--time-limit", help="Seconds.", show_default=False)]
Key = Annotated[str, typer.Option(help="A secret from which the names of calendar entries are made.")]
Calendars = Annotated[bool, typer.Option("--calendars", help="Write calendar files (.ics), too.")]
Start = Annotated[str | None, typer.Option("--start", help="First date, such as 2027-01-11.", show_default=False)]
End = Annotated[str | None, typer.Option("--end", help="Last date.", show_default=False)]
Zone = Annotated[str | None, typer.Option("--zone", help="Of people who state none.", show_default=False)]
Now = Annotated[
    str | None, typer.Option("--now", help="What time it is, such as 2027-01-04T12:00Z.", show_default=False)
]


@app.command()
def schedule(  # noqa: PLR0913 - the options of the verb
    cohort: CohortFile,
    program: ProgramPath,
    answer: AnswerFile,
    *,
    dates: DatesFile = None,
    start: Start = None,
    end: End = None,
    zone: Zone = None,
    holidays: Holidays = None,
    busy: Busy = None,
    now: Now = None,
    time_limit: Limit = None,
    out: Out = None,
    calendars: Calendars = False,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Give every match its dates, and write tables and calendar files.

    Matches without dates have a reason, and the smallest change tried that helps.
    """
    from mmatch.planning import schedule as planned

    facts, policy, found = _question(cohort, program, answer)
    options = _dates(dates, {"start": start, "end": end, "zone": zone, "now": now}, holidays, busy)
    for name in ("start", "end"):
        if name not in options:
            raise typer.BadParameter(f"say when: --{name} 2027-01-11, or --dates dates.json")
    made = planned(facts, policy, _matching(found), **options, time_limit=time_limit, on_interrupt="return")
    _dated(facts, made, out, (calendars, key, now), as_json=as_json)


@app.command()
def reschedule(  # noqa: PLR0913 - the options of the verb
    cohort: CohortFile,
    program: ProgramPath,
    answer: AnswerFile,
    previous: Annotated[str, typer.Argument(help="schedule.json, as it is so far.")],
    *,
    dates: DatesFile = None,
    start: Start = None,
    end: End = None,
    zone: Zone = None,
    holidays: Holidays = None,
    busy: Busy = None,
    now: Now = None,
    published: Annotated[
        str | None, typer.Option(help="The last date up to which sessions were announced.", show_default=False)
    ] = None,
    time_limit: Limit = None,
    out: Out = None,
    calendars: Calendars = False,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Find new dates after changes, with as little moved as can be.

    Sessions that began before --now have been held and stay. Options that are not given are as before.
    """
    from mmatch.io.schedules import read_schedule
    from mmatch.planning import reschedule as replanned

    facts, policy, found = _question(cohort, program, answer)
    before = read_schedule(previous)
    changes = _dates(dates, {"start": start, "end": end, "zone": zone, "now": now}, holidays, busy)
    made = replanned(
        facts,
        policy,
        _matching(found),
        before,
        published=published,
        time_limit=time_limit,
        on_interrupt="return",
        **changes,
    )
    _dated(facts, made, out, (calendars, key, now), as_json=as_json)


def _matching(found: Result | Matching) -> Matching:
    from mmatch.matching import Matching

    return found if isinstance(found, Matching) else found.matching


def _dates(
    path: str | None, plain: dict[str, str | None], holidays: list[str] | None, busy: list[str] | None
) -> dict[str, Any]:
    """What a schedule is asked for: the file, then single options."""
    from mmatch.io.busy import busy_times
    from mmatch.io.dates import read_dates
    from mmatch.io.holidays import public_holidays

    found = {} if path is None else read_dates(path)
    found |= {name: value for name, value in plain.items() if value is not None}
    span: dict[str, Any] = {"start": found.get("start"), "end": found.get("end")}
    if (holidays or busy) and None in span.values():
        raise typer.BadParameter("say when: --start and --end, or --dates dates.json")
    closed = list(found.get("blackout", ()))
    for code in holidays or ():
        country, _, region = code.partition("-")
        closed += public_holidays(country, **span, region=region or None)
    if holidays:
        found["blackout"] = closed
    taken: dict[str, list[Any]] = {}
    for item in busy or ():
        who, is_given, file = item.partition("=")
        if not is_given:
            raise typer.BadParameter(f"write --busy id=file.ics, not {item!r}")
        taken.setdefault(who, []).extend(busy_times(file, **span, zone=found.get("zone") or "UTC"))
    return found | ({"busy": taken} if taken else {})


def _dated(
    facts: Cohort, made: Schedule, out: str | None, files: tuple[bool, str, str | None], *, as_json: bool
) -> None:
    """Print a schedule and write its files; the exit status says whether any match has dates."""
    from mmatch.io.json_text import dump_json
    from mmatch.io.schedules import schedule_to_json
    from mmatch.reporting.console import console
    from mmatch.reporting.schedules import print_schedule, write_schedule_folder

    calendars, key, now = files
    if out is not None:
        write_schedule_folder(Path(out), facts, made, calendars=calendars, key=key, now=now)
    if as_json:
        typer.echo(dump_json(schedule_to_json(made)), nl=False)
    else:
        print_schedule(console(), facts, made)
        if out is not None:
            typer.echo(f"Written to {out}: schedule.json, tables, hand-outs" + (", calendars." if calendars else "."))
    if made.stopped == "interrupted":
        raise typer.Exit(130)
    raise typer.Exit(0 if made.plans or not made.unplaced else 1)


@app.command()
def report(  # noqa: PLR0913 - the options of the verb
    cohort: CohortFile,
    program: ProgramPath,
    answer: Annotated[str, typer.Argument(help="result.json.")],
    dates: Annotated[str | None, typer.Argument(help="schedule.json, where there are dates.")] = None,
    *,
    out: Annotated[str, typer.Option(help="The page to write.")] = "report.html",
    people: Annotated[str | None, typer.Option(help="A folder for a page for each person.", show_default=False)] = None,
    by: Annotated[str | None, typer.Option(help="Compare shares matched by this.", show_default=False)] = None,
    title: Annotated[str, typer.Option(help="Of the pages.")] = "Mentoring program",
    policy: Annotated[bool, typer.Option("--policy", help="Also what each rule costs: solves again.")] = False,
) -> None:
    """Write everything on one HTML page, and a page for each person.

    The page needs no network and no script. Pages of people show only what that person may see.
    """
    from mmatch.insight import explain as explained
    from mmatch.io.schedules import read_schedule
    from mmatch.matching import Matching
    from mmatch.reporting.pages import report as reported

    facts, given, found = _question(cohort, program, answer)
    if isinstance(found, Matching):
        raise typer.BadParameter("report needs a result.json, because it says what was proved")
    schedule = None if dates is None else read_schedule(dates)
    explanation = explained(facts, given, found) if policy else None
    made = reported(facts, given, found, schedule=schedule, explanation=explanation, by=by, title=title)
    typer.echo(f"Written: {made.write(out)}")
    if people is not None:
        typer.echo(f"Written to {people}: {len(made.write_people(people))} pages, one a person.")


@app.command()
def example(
    name: Annotated[str, typer.Argument(help="The example; leave it out to list all.", show_default=False)] = "",
    out: Out = None,
) -> None:
    """Write an example cohort as sign-up files."""
    from mmatch import datasets

    if not name:
        for known in datasets.names():
            typer.echo(f"{known:16}{datasets.load(known).title}")
        return
    found = datasets.load(name)
    folder = Path(out or name)
    paths = datasets.write_example(found, folder)
    typer.echo(f"{found.title}\n\n{found.story}\n")
    for path in paths:
        typer.echo(f"wrote {path}")
    if found.dates:
        typer.echo(f"wrote {folder / 'dates.json'}")
    *sheets, program = map(str, paths)
    typer.echo(f"\nNow: mmatch match {' '.join(sheets)} --program {program} --out {folder / 'result'}")
    if found.dates:
        asked = " ".join(str(folder / "result" / name) for name in ("cohort.json", "program.json", "result.json"))
        typer.echo(f"Then: mmatch schedule {asked} --dates {folder / 'dates.json'} --out {folder / 'dates'}")


def run() -> int:  # noqa: PLR0911 - one return an exit status
    """The command with its exit status: 0 done, 1 the answer is no, 2 an error, 130 interrupted."""
    try:
        return int(app(standalone_mode=False) or 0)
    except NoMatchingError as error:
        return _told(error, 1)
    except MmatchError as error:
        return _told(error, 2)
    except typer.Exit as finished:
        return finished.exit_code
    except USAGE as error:
        error.show()
        return 2
    except (typer.Abort, KeyboardInterrupt):
        return _told("interrupted", 130)
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - Python flushes it at exit
        return 0


def _told(error: object, status: int) -> int:
    sys.stderr.write(f"{error}\n")
    return status


def _read(files: list[str], mapping: str | None, *, collect: bool, quiet: bool = False) -> Reading:
    from mmatch.io.reading import read_files

    reading = read_files(*files, mapping=mapping, errors="collect" if collect else "raise")
    if not quiet:
        _tell(reading)
        if len(reading.rejected):
            sys.stderr.write(f"{len(reading.rejected)} rows were left out\n")
    return reading


def _tell(reading: Reading) -> None:
    """Warnings on the error stream; trimmed cells in one line, `check` lists them by column."""
    trimmed = [warning for warning in reading.warnings if warning.code == "trimmed"]
    for warning in reading.warnings:
        if warning.code != "trimmed":
            sys.stderr.write(f"note: {warning}\n")
    if trimmed:
        sys.stderr.write(
            f"note: spaces around cells were trimmed in {len(trimmed)} columns (mmatch check lists them)\n"
        )


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


def _write_comparison(folder: Path, found: Comparison) -> None:
    from mmatch.io.comparisons import write_comparison
    from mmatch.reporting.folder import made_folder

    made_folder(folder)
    for name in ("comparison.csv", "comparison.json"):
        write_comparison(found, folder / name)


def _program(path: str | None) -> Program:
    from mmatch.io.programs import read_program
    from mmatch.program import Program

    return Program() if path is None else read_program(path)


def _policy(path: str | None, settings: list[str] | None, sizes: list[str] | None) -> Program:
    """The program of a file, or the usual one, with the changes of ``--set`` and ``--group``."""
    from mmatch.io.settings import group_settings, with_settings

    return with_settings(_program(path), [*(settings or []), *group_settings(sizes or [])])


def _question(cohort: str, program: str, answer: str) -> tuple[Cohort, Program, Result | Matching]:
    from mmatch.io.matches import read_matches
    from mmatch.io.programs import read_program
    from mmatch.io.reading import read_cohort
    from mmatch.io.results import read_result

    facts, policy = read_cohort(cohort), read_program(program)
    if answer.lower().endswith(".json"):
        return facts, policy, read_result(answer)
    return facts, policy, read_matches(facts, policy, answer)


def _write_answer(folder: Path, reading: Reading, policy: Program, found: tuple[Result, Any]) -> None:
    from mmatch.reporting.folder import write_folder

    write_folder(folder, (reading.cohort, policy), *found)
    if len(reading.rejected):
        reading.rejected.write(folder / "rejected.csv")


def _print_answer(
    question: tuple[Cohort, Program], answer: tuple[Result, tuple[Reason, ...]], out: str | None, *, as_json: bool
) -> None:
    from mmatch.io.json_text import dump_json
    from mmatch.io.results import result_to_json
    from mmatch.reporting.console import console, print_result

    if as_json:
        typer.echo(dump_json(result_to_json(answer[0])), nl=False)
        return
    print_result(console(), question, *answer)
    if out is not None:
        tables = "" if answer[0].found is None else "matches.csv, unmatched.csv, mail_merge.csv, "
        typer.echo(f"Written to {out}: {tables}cohort.json, program.json, result.json.")


def _verdict(found: Result | Matching) -> str:
    from mmatch.matching import Matching
    from mmatch.reporting.words import sureness

    if isinstance(found, Matching):
        return f"Valid: {len(found)} matches keep all rules. Whether they are the best is not claimed."
    if found.found is None:
        return f"True: {found.status}, {found.trust or 'nothing is claimed'}."
    return f"True: {found.status}, value {found.value}, {sureness(found)}."
