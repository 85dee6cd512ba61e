"""The days after a match: `mmatch price`, `repair`, `relax`, `recommend` and `waiting`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mmatch.cli.inputs import (
    AnswerWords,
    AsJson,
    ContactOption,
    Language,
    Limit,
    Out,
    SignUps,
    event_of,
    only,
    print_json,
    question_of,
    schedule_file,
    with_fields,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from mmatch.cli.inputs import Inputs
    from mmatch.cohort import Cohort, Participant
    from mmatch.events import Event
    from mmatch.repairs import Change, Repair

ChangesFile = Annotated[
    str, typer.Option(help="A table of changes with the heads change, person, other, n; or an edited result.xlsx.")
]


def price(answer: AnswerWords, *, changes: ChangesFile, time_limit: Limit = None, as_json: AsJson = False) -> None:
    """Say what changes would cost, aim by aim, and who would move, before anything is changed.

    For example: mmatch price result --changes result/result.xlsx, after somebody has edited the workbook; or a table
    with the rows "place,Ann Lee,Mia Schulz" and "left,Bob Ray," under the heads change,person,other.
    """
    from mmatch.repairs import price as priced

    question = only(answer)
    made = priced(question.cohort, question.result, _changes(question, changes), time_limit=time_limit)
    _show(made, as_json=as_json)


@dataclass(frozen=True)
class NewDates:
    """What follows a repair on the calendar, as options."""

    schedule: Annotated[
        str | None, typer.Option(help="The schedule so far: new dates and letters to those whose plan changed follow.")
    ] = None
    now: Annotated[
        str | None, typer.Option(help="What time it is, such as 2027-01-20T12:00Z: what began before has been held.")
    ] = None
    calendars: Annotated[bool, typer.Option("--calendars", help="Write calendar files (.ics), too.")] = False
    key: Annotated[str, typer.Option(help="A secret from which the names of calendar entries are made.")] = ""
    sender: Annotated[str, typer.Option(help='Who writes the letters: "Mia Schulz <mia@example.org>".')] = ""
    language: Language = "en"

    def write(self, out: Path, before: Inputs, made: Repair, limit: float | None) -> str:
        """Write new dates and letters beside the repaired answer, and say in a sentence what changed."""
        from mmatch.explanations.words import counted
        from mmatch.io.schedules import read_schedule
        from mmatch.reporting import letters
        from mmatch.reporting.folder import write_schedule_folder
        from mmatch.scheduling import reschedule

        earlier = read_schedule(schedule_file(self.schedule or ""))
        dates = earlier.dates if self.now is None else replace(earlier.dates, now=self.now)
        found = reschedule(made.cohort, made.result, earlier, dates, time_limit=limit)
        write_schedule_folder(
            *(out / "schedule", made.cohort, found),
            calendars=self.calendars,
            key=self.key,
            now=self.now,
            language=self.language,
        )
        changed_letters = letters(made.cohort, made.result, found, language=self.language, sender=self.sender)
        changed_letters = changed_letters.since(before.result.matching, made.result.matching, (earlier, found))
        changed_letters.write(out / "letters")
        changed = f"{counted(len(found.plans), 'plan')} with dates, {len(found.cancelled)} called off"
        return (
            f"{changed}; {counted(len(changed_letters), 'letter')} to those whose plan changed, in {out / 'letters'}."
        )


@dataclass(frozen=True)
class OnTheDay:
    """What happens during an event, as options."""

    from_round: Annotated[int | None, typer.Option(help="Of an event: the first round that can still change.")] = None
    late: Annotated[
        list[str] | None,
        typer.Option(
            help="Of an event: a sign-up file of those who came late, mentees unless it says who is a mentor."
        ),
    ] = None
    absent: Annotated[
        list[str] | None, typer.Option(help='Of an event: who is away in some rounds: "Mia Schulz=3,4".')
    ] = None

    def arrived(self) -> tuple[Participant, ...]:
        """Those who came late."""
        if not self.late:
            return ()
        reading = SignUps().read(self.late)
        roles = [f"{question.key}=mentee" for question in reading.questions if question.about == "role"]
        return tuple((SignUps(answer=roles).read(self.late) if roles else reading).cohort)


@with_fields
def repair(  # noqa: PLR0913 - the options of the verb
    answer: AnswerWords,
    *,
    changes: Annotated[
        str | None,
        typer.Option(help="A table of changes with the heads change, person, other, n; or an edited result.xlsx."),
    ] = None,
    out: Out = None,
    keep: Annotated[
        str, typer.Option(help="pairs, or people: pairs may part so that somebody gets a place.")
    ] = "pairs",
    contact: ContactOption = "partner",
    time_limit: Limit = None,
    as_json: AsJson = False,
    dates: NewDates,
    day: OnTheDay,
) -> None:
    """Answer what has happened since a match, with as few people moved as possible, and write a new folder.

    The earlier folder stays as it is. With --schedule new dates follow, and letters to those whose plan changed. Of an
    event only rounds from --from-round on change, and nobody who has a place moves. For example:
    mmatch repair result --changes changes.csv --out result2
    mmatch repair event --changes no-shows.csv --from-round 2 --out event2
    """
    from mmatch.explanations import reasons
    from mmatch.repairs import repair as repaired
    from mmatch.reporting.folder import write_folder

    event = event_of(answer)
    if event is not None:
        _repair_event((event[0], event[2]), changes, day, out, (dates.language, dates.key, dates.now))
        return
    if changes is None or day != OnTheDay():
        raise typer.BadParameter("give --changes; --from-round, --late and --absent are for the folder of an event")
    if dates.schedule is not None and out is None:
        raise typer.BadParameter("new dates and letters need a folder: give --out")
    question = only(answer)
    listed = _changes(question, changes)
    made = repaired(question.cohort, question.result, listed, keep=keep, time_limit=time_limit)
    note = ""
    if out is not None and made.result.found is not None:
        why = reasons(made.cohort, made.result)
        write_folder(Path(out), (made.cohort, made.result.program), made.result, why, contact=contact)
        note = f"Written to {out}: as by mmatch match."
        if dates.schedule is not None:
            note += "\n" + dates.write(Path(out), question, made, time_limit)
    _show(made, as_json=as_json)
    if note and not as_json:
        typer.echo(note)


def _repair_event(
    question: tuple[Cohort, Event],
    changes: str | None,
    day: OnTheDay,
    out: str | None,
    options: tuple[str, str, str | None],
) -> None:
    """Answer what happens during an event."""
    from mmatch.cli.events import numbers_of
    from mmatch.events import repair_event
    from mmatch.repairs import Joined, read_changes
    from mmatch.reporting.event_folder import in_words, write_event_folder

    if day.from_round is None:
        raise typer.BadParameter("say which round is the first that can still change: --from-round 2")
    cohort, event = question
    listed: list[Change] = [] if changes is None else read_changes(cohort, changes)
    listed += [Joined(person) for person in day.arrived() if person.id not in cohort.people.index]
    away = numbers_of(cohort, day.absent or [], "--absent", "Mia Schulz=3,4")
    made = repair_event(cohort, event, listed, from_round=day.from_round, absent=away)
    called = {**event.names, **made.event.names}
    for who, rounds in sorted(made.moves.items(), key=lambda row: called[row[0]]):
        typer.echo(f"{called[who]}: new in round {', '.join(map(str, rounds))}")
    typer.echo(in_words(made.event))
    if out is not None:
        language, key, now = options
        written = write_event_folder(Path(out), made.cohort, made.event, language=language, key=key, now=now)
        typer.echo(f"Written to {out}: {', '.join(written)}.")


def relax(answer: AnswerWords, *, time_limit: Annotated[float, typer.Option(help="Seconds in all.")] = 60.0) -> None:
    """Say what would give those without a mentor one: places more, an exception, another topic, one rule less.

    Where no matching keeps all rules: which of them to leave out, or how many places more there must be. People may be
    named after the answer. For example: mmatch relax result "Mia Schulz"
    """
    from mmatch.repairs import recruits
    from mmatch.repairs import relax as relaxed
    from mmatch.reporting.console import console, table

    question, names = question_of(answer)
    people: list[str | None] = [question.person(name) for name in names] or [None]
    fixes = [relaxed(question.cohort, question.result, who, time_limit=time_limit) for who in people]
    called = question.cohort.people.called
    shown = [fix for found in fixes for fix in (*found, *filter(None, [found.together]))]
    rows = [(", ".join(called[who] for who in fix.who) or "the program", fix.text, fix.moved) for fix in shown]
    heads = ("who", "what would give them a mentor", "others who move")
    if rows:
        console().print(table(heads, rows, right=heads[2:]))
    if not rows and all(found.tried == 0 for found in fixes):
        typer.echo("Everybody who asks has a mentor: nothing to relax.")
    elif not rows and question.result.found is None:
        typer.echo("No matching exists without any one or two of the rules: mmatch explain says what is short.")
    elif not rows:
        typer.echo("No single change of those that were tried gives them a mentor.")
    if not all(found.complete for found in fixes):
        typer.echo("Not everything was tried: give more time with --time-limit.")
    for advice in recruits(question.cohort, question.result) if not names and question.result.found else ():
        typer.echo(f"To look for: {advice}.")


def recommend(
    answer: AnswerWords, *, k: Annotated[int, typer.Option("--most", help="How many places to show for each.")] = 5
) -> None:
    """Say which places people could have: without moving anybody, or with one other person moving.

    People are named after the answer: mentees, or mentors with a free place. For example:
    mmatch recommend result "Mia Schulz"
    """
    from mmatch.repairs import recommend as recommended

    question, names = question_of(answer)
    if not names:
        raise typer.BadParameter('say for whom: mmatch recommend result "Mia Schulz"')
    for name in names:
        places = recommended(question.cohort, question.result, question.person(name), k)
        for place in places:
            typer.echo(place.text)
        if not places:
            typer.echo(f"{name}: no place can be had by moving nobody, or one other person.")


def waiting(answer: AnswerWords) -> None:
    """List those who have no mentor, in their order, and who is next when a place with a mentor is free.

    For example: mmatch waiting result
    """
    from mmatch.repairs import alternates
    from mmatch.repairs import waiting as queue

    question = only(answer)
    called, found = question.cohort.people.called, queue(question.cohort, question.result)
    for number, who in enumerate(found, 1):
        typer.echo(f"{number}. {called[who]}")
    if not found:
        typer.echo("Nobody waits.")
    for mentor, following in alternates(question.cohort, question.result).items():
        typer.echo(f"A place with {called[mentor]} would go to {', then '.join(called[who] for who in following)}.")


def release(
    answer: AnswerWords,
    *,
    who: Annotated[
        list[str] | None, typer.Option(help="Only the matches of these people, by id, e-mail or full name.")
    ] = None,
    out: Annotated[str | None, typer.Option(help="Another result.json to write to.")] = None,
) -> None:
    """Publish matches: every later repair keeps them, unless a change names the pair or somebody in it leaves.

    For example: mmatch release result, or mmatch release result --who "Ann Lee"
    """
    from mmatch.explanations.words import counted
    from mmatch.io.results import write_result
    from mmatch.io.steps import followed
    from mmatch.repairs import release as released

    question = only(answer)
    made = released(question.result, None if not who else [question.person(name) for name in who])
    first = followed(answer[0])
    write_result(
        made, out or (first if first.suffix == ".json" else (first if first.is_dir() else first.parent) / "result.json")
    )
    typer.echo(f"{counted(len(made.released), 'pair')} released: later repairs keep them.")


def forget(
    folder: Annotated[str, typer.Argument(help="The folder that mmatch match wrote.")],
    person: Annotated[str, typer.Argument(help="By id, e-mail address or full name.")],
) -> None:
    """Erase a person from a folder: facts, answer and tables are written again without them.

    The others keep their mentors as far as can be. Other files in the folder, such as letters and pages, are not
    changed: those that still name the person are listed. For example: mmatch forget result "Mia Schulz"
    """
    from mmatch.explanations import reasons
    from mmatch.io.steps import followed
    from mmatch.repairs import Left
    from mmatch.repairs import repair as repaired
    from mmatch.reporting.folder import write_folder

    question = only([folder])
    who = question.cohort[question.person(person)]
    made = repaired(question.cohort, question.result, [Left(who.id)])
    why = reasons(made.cohort, made.result)
    write_folder(followed(folder), (made.cohort, made.result.program), made.result, why)
    others = sum(move.person != who.id for move in made.moves)
    typer.echo(f"Written to {folder} without them; {others} others get another mentor.")
    words = [word.encode() for word in (who.name, who.email, who.id) if len(word) > 1]
    left = [path for path in sorted(Path(folder).rglob("*")) if path.is_file() and _names(path, words)]
    if left:
        typer.echo("Still naming them, for you to delete: " + ", ".join(str(path) for path in left))


def _names(path: Path, words: list[bytes]) -> bool:
    """Whether a file has any of these words in it; workbooks are unpacked first."""
    from zipfile import ZipFile, is_zipfile

    if not is_zipfile(path):
        return any(word in path.read_bytes() for word in words)
    with ZipFile(path) as package:
        return any(word in package.read(name) for name in package.namelist() for word in words)


def _changes(question: Inputs, path: str) -> list[Change]:
    """The changes of a table, or those that make an edited list of matches of the answer."""
    from mmatch.errors import InputError, Problem
    from mmatch.io.hand_made import read_matches
    from mmatch.repairs import read_changes
    from mmatch.repairs.repairing import differences

    readers: list[Callable[[], list[Change]]] = [
        lambda: read_changes(question.cohort, path),
        lambda: differences(question.result.matching, read_matches(question.cohort, question.program, path)),
    ]
    for read in readers:
        try:
            return read()
        except InputError as error:
            if any(problem.code != "heads" for problem in error.problems):
                raise
    text = "found neither the heads change and person nor mentor and mentee"
    hint = "give a table of changes, or an edited list of matches"
    raise InputError(Problem("heads", Path(path).name, text, hint))


def _show(made: Repair, *, as_json: bool) -> None:
    from mmatch.explanations import reasons
    from mmatch.explanations.words import counted
    from mmatch.reporting.console import console, safe, table
    from mmatch.reporting.words import amount

    if as_json:
        moves = [
            {"person": m.person, "name": m.name, "before": m.before, "after": m.after, "why": m.why} for m in made.moves
        ]
        costs: list[dict[str, Any]] = [{"aim": c.aim, "before": c.before, "after": c.after} for c in made.costs]
        print_json({"status": str(made.result.status), "moves": moves, "waiting": made.waiting, "costs": costs})
    else:
        out = console()
        if made.result.found is None:
            for reason in reasons(made.cohort, made.result):
                out.print(safe(f"  {reason.message}"))
            typer.echo(f"There is no matching with these changes ({made.result.status}).")
            raise typer.Exit(1)
        others = sum(move.person in made.cohort.people.index for move in made.moves)
        typer.echo(f"{counted(others, 'mentee')} with other mentors than before; {len(made.waiting)} without any.")
        if made.moves:
            out.print(table(("who", "why"), [(move.name, move.why) for move in made.moves], "Who moves"))
        rows = [(cost.aim, amount(cost.before), amount(cost.after)) for cost in made.costs]
        out.print(table(("aim, most important first", "before", "after"), rows, "Costs", right=("before", "after")))
    if made.result.found is None:
        raise typer.Exit(1)
