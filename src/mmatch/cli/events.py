"""`mmatch event` plans rounds of short meetings, `mmatch introduce` pairs or circles of people who are all alike."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mmatch.cli.inputs import AsJson, Files, Language, Limit, Out, Policy, SignUps, print_json, understood, with_fields

if TYPE_CHECKING:
    from mmatch.cohort import Cohort
    from mmatch.events import Event, Rounds


@dataclass(frozen=True)
class EventRounds:
    """How many rounds an event has, who sits together and who is away, as options."""

    rounds: Annotated[int, typer.Option(help="How many rounds.")] = 4
    seats: Annotated[str, typer.Option(help="Mentees at a table: 1 for pairs, 3-5 around a mentor.")] = "1"
    start: Annotated[str, typer.Option(help="When the first round begins, such as 2027-03-02T14:00.")] = ""
    minutes: Annotated[int, typer.Option(help="Of each round.")] = 15
    changeover: Annotated[int, typer.Option(help="Minutes between two rounds.")] = 3
    tables: Annotated[int | None, typer.Option(help="At most so many tables at a time.")] = None
    absent: Annotated[
        list[str] | None, typer.Option(help='Who is away when: "Mia Schulz=1,2". For each person once.')
    ] = None
    fixed: Annotated[list[str] | None, typer.Option(help='Who stays at which table: "Ann Lee=3".')] = None
    breaks: Annotated[int | None, typer.Option(help="At most so many rounds in a row for a mentor.")] = None
    before: Annotated[
        list[str] | None,
        typer.Option(help="The folder of an earlier event: nobody meets the same people while there is anybody new."),
    ] = None

    def read(self, cohort: Cohort) -> Rounds:
        """The rounds that they mean."""
        from mmatch.events import Rounds

        return Rounds(
            count=self.rounds,
            seats=_sizes(self.seats),
            absent=numbers_of(cohort, self.absent or [], "--absent", "Mia Schulz=1,2"),
            fixed={
                who: table for who, (table, *_) in numbers_of(cohort, self.fixed or [], "--fixed", "Ann Lee=3").items()
            },
            breaks=self.breaks,
            tables=self.tables,
            start=self.start,
            minutes=self.minutes,
            changeover=self.changeover,
        )

    def earlier(self, cohort: Cohort) -> list[Event]:
        """The earlier events, with people under the ids that they have now."""
        from mmatch.io.events import read_event
        from mmatch.repairs.feedback import same_people
        from mmatch.signup.reading import read_cohort

        found = []
        for folder in map(Path, self.before or ()):
            if not (folder / "event.json").exists():
                raise typer.BadParameter(f"there is no event in {str(folder)!r}: name the folder of mmatch event --out")
            people = read_cohort(str(folder / "cohort.json"))
            found.append(read_event(people, folder / "event.json").renamed(same_people(people, cohort)))
        return found


@with_fields
def event(  # noqa: PLR0913 - the options of the verb
    files: Files,
    *,
    options: EventRounds,
    out: Out = None,
    language: Language = "en",
    key: Annotated[str, typer.Option(help="A secret from which the names of calendar entries are made.")] = "",
    now: Annotated[str | None, typer.Option(help="What time it is, for calendars: 2027-01-04T12:00Z.")] = None,
    time_limit: Limit = None,
    as_json: AsJson = False,
    policy: Policy,
    signups: SignUps,
) -> None:
    """Plan an event: in each round everybody meets somebody new who fits.

    For example: mmatch event mentors.csv mentees.csv --rounds 4 --start 2027-03-02T14:00 --out event
    """
    from mmatch.events import after_events, plan_event
    from mmatch.reporting.console import console, safe, table
    from mmatch.reporting.event_folder import in_words, write_event_folder

    program = policy.read()
    cohort = understood(signups.read(files), capacity=False)
    rounds, earlier = options.read(cohort), options.earlier(cohort)
    if earlier:
        cohort, program = after_events(cohort, program, rounds, earlier)
    made = plan_event(cohort, program, rounds, time_limit=time_limit)
    written = [] if out is None else write_event_folder(Path(out), cohort, made, language=language, key=key, now=now)
    if as_json:
        rows: dict[str, Any] = made.columns()
        print_json({"status": str(made.status), "value": made.value, "bound": made.bound, "meetings": rows})
        return
    names = cohort.people.called
    cell = {(one.mentor, one.round): ", ".join(names[who] for who in one.mentees) for one in made}
    numbers = range(1, rounds.count + 1)
    hosts = sorted({one.mentor for one in made}, key=lambda who: names[who])
    rows_shown = [(names[who], *(cell.get((who, n), "-") for n in numbers)) for who in hosts[:MOST_SHOWN]]
    screen = console()
    screen.print(table(("mentor", *(f"round {n}" for n in numbers)), rows_shown, "Rounds"))
    if len(hosts) > MOST_SHOWN:
        screen.print(f"… and {len(hosts) - MOST_SHOWN} more")
    screen.print(safe(in_words(made)))
    if out is not None:
        typer.echo(f"Written to {out}: {', '.join(written)}.")


@with_fields
def introduce(  # noqa: PLR0913 - the options of the verb
    files: Files,
    *,
    size: Annotated[str, typer.Option(help="People in a circle: 2 for pairs, 4-5.")] = "2",
    rounds: Annotated[int, typer.Option(help="How many rounds.")] = 1,
    out: Out = None,
    time_limit: Limit = None,
    as_json: AsJson = False,
    policy: Policy,
    signups: SignUps,
) -> None:
    """Introduce people who are all alike to each other: coffee pairs, or circles without a host.

    Everybody in the files takes part, mentors or mentees. For example: mmatch introduce people.csv --out coffee
    """
    from mmatch.errors import InputError
    from mmatch.events.introducing import plan_introductions
    from mmatch.explanations.words import counted
    from mmatch.io.csvs import write_rows
    from mmatch.io.files import made_folder
    from mmatch.reporting.console import console, safe, table

    program, reading = policy.read(), signups.read(files)
    sides = [f"{question.key}=both" for question in reading.questions if question.about == "role"]
    if sides:  # who is a mentor and who is a mentee makes no difference here
        reading = replace(signups, answer=[*(signups.answer or ()), *sides]).read(files)
    try:
        cohort = understood(reading, capacity=False)
    except InputError as error:
        if any(problem.code != "nobody" for problem in error.problems):
            raise
        cohort = reading.cohort  # one pool has no mentors, or no mentees
    made = plan_introductions(cohort, program, _sizes(size, "--size"), rounds, time_limit=time_limit)
    rows = [(n, *(made.names[who] for who in circle)) for n, one in enumerate(made.rounds, 1) for circle in one]
    widest = max((len(row) for row in rows), default=3) - 1
    padded = [(*row, *[""] * (widest + 1 - len(row))) for row in rows]
    if out is not None:
        folder = made_folder(Path(out))
        write_rows(folder / "introductions.csv", ("round", *(f"person {k}" for k in range(1, widest + 1))), padded)
    if as_json:
        print_json({"status": str(made.status), "rounds": made.rounds, "value": made.value, "repeats": made.repeats})
        return
    screen = console()
    shown = [(str(n), ", ".join(map(str, people))) for n, *people in rows[:MOST_SHOWN]]
    screen.print(table(("round", "people"), shown, "Introductions"))
    if len(rows) > MOST_SHOWN:
        screen.print(f"… and {len(rows) - MOST_SHOWN} more")
    what = "introductions" if made.size[1] > 2 else "pairs"
    proved = f"no other {what} are better" if str(made.status) == "optimal" else "better ones may exist"
    again = f"; {counted(made.repeats, 'pair')} again (at least {made.fewest} must)" if made.repeats else ""
    alone = f"; without anybody: {', '.join(made.names[who] for who in made.alone)}" if made.alone else ""
    held = f"{counted(len(rows), 'circle')} in {counted(rounds, 'round')}"
    screen.print(safe(f"{held}: {proved}{again}{alone}."))
    if out is not None:
        typer.echo(f"Written to {out}: introductions.csv.")


MOST_SHOWN = 10


def _sizes(text: str, option: str = "--seats") -> tuple[int, int]:
    """Least and most people at a table."""
    least, _, most = text.partition("-")
    if not least.isdigit() or not (most or least).isdigit():
        raise typer.BadParameter(f"write {option} 1 or {option} 3-5, not {text!r}")
    return int(least), int(most or least)


def numbers_of(cohort: Cohort, items: list[str], option: str, example: str) -> dict[str, list[int]]:
    """Numbers of people by name, such as the rounds in which they are away."""
    from mmatch.io.hand_made import Names

    names, found = Names(cohort), dict[str, list[int]]()
    for item in items:
        who, given, text = item.rpartition("=")
        numbers = text.split(",")
        if not given or not all(number.strip().isdigit() for number in numbers):
            raise typer.BadParameter(f'write {option} "{example}", not {item!r}')
        found[names.id_of(who, "person")] = [int(number) for number in numbers]
    return found
