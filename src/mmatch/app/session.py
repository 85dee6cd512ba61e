"""What the page knows and does: each method is a verb of the library and a step of the folder."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mmatch.app.folders import StepFolder
from mmatch.app.signups import SignUpFiles
from mmatch.errors import InputError, MmatchError, Problem

if TYPE_CHECKING:
    from mmatch.cohort import Cohort
    from mmatch.program import Program
    from mmatch.repairs import Change, Repair
    from mmatch.result import Result
    from mmatch.scheduling import Dates, Schedule
    from mmatch.signup.reading import Reading

MOST_PROPOSALS = 30
SIGN_UPS = ("signups", "answers.json", "mapping.json", "rejected.csv")
TABLES = ("matches.csv", "unmatched.csv", "mail_merge.csv", "result.xlsx")


class OutOfDateError(MmatchError):
    """A form of an earlier step: another tab has gone on meanwhile."""


@dataclass(frozen=True)
class Proposal:
    """Changes that somebody considers: the answer with them, solved and judged, not yet taken."""

    step: int
    changes: tuple[Change, ...]
    repair: Repair


class Session:
    """One folder, open in this process; its facts are read once for each step."""

    def __init__(self, path: Path) -> None:
        self.folder = StepFolder(path)
        self.guard = threading.RLock()
        self.proposals: OrderedDict[str, Proposal] = OrderedDict()
        self._kept: dict[Any, Any] = {}

    def once(self, name: str, read: Any) -> Any:
        """What a step holds, read when it is first asked for."""
        key = (self.folder.number, name)
        if key in (kept := self._kept):
            return kept[key]
        value = read()  # it may take long: others go on meanwhile
        with self.guard:
            self._kept = {old: found for old, found in self._kept.items() if old[0] == self.folder.number}
            self._kept[key] = value
        return value

    def keep(self, name: str, value: Any) -> None:
        """Keep what was just written for the step that now counts."""
        self._kept[self.folder.number, name] = value

    def has(self, name: str) -> bool:
        """Whether the step has a file."""
        return (self.folder.place / name).exists()

    @property
    def files(self) -> SignUpFiles:
        """The sign-up files of the step, and the answers about them."""
        return self.once("files", lambda: SignUpFiles.of(self.folder.place))  # type: ignore[no-any-return]

    @property
    def reading(self) -> Reading | None:
        """How the sign-up files are understood; None without files."""
        found: Reading | None = self.once("reading", self.files.read)
        return found

    @property
    def cohort(self) -> Cohort | None:
        """The people; None while questions are open."""
        from mmatch.signup.reading import read_cohort

        path = self.folder.place / "cohort.json"
        found: Cohort | None = self.once("cohort", lambda: read_cohort(str(path)) if path.exists() else None)
        return found

    @property
    def program(self) -> Program:
        """The policy as it stands in the folder, else the usual one."""
        from mmatch.io.programs import read_program
        from mmatch.program import Program as Policy

        path = self.folder.place / "program.json"
        found: Program = self.once("program", lambda: read_program(path) if path.exists() else Policy())
        return found

    @property
    def policy(self) -> Program:
        """The policy with its own aims, without those that a repair put before them."""
        from mmatch.repairs.repairing import own_aims

        program = self.program
        return program if program.aims is None else replace(program, aims=own_aims(program))

    @property
    def result(self) -> Result | None:
        """The answer; None before the first matching."""
        found: Result | None = self.once("result", lambda: self.result_of(self.folder.number))
        return found

    def result_of(self, number: int) -> Result | None:
        """The answer of any step."""
        from mmatch.io.programs import read_program
        from mmatch.io.results import read_result

        place = self.folder.step(number)
        if not (place / "result.json").exists():
            return None
        return read_result(place / "result.json", read_program(place / "program.json"))

    @property
    def schedule(self) -> Schedule | None:
        """The dates; None before there are any."""
        from mmatch.io.schedules import read_schedule

        path = self.folder.place / "schedule" / "schedule.json"
        found: Schedule | None = self.once("schedule", lambda: read_schedule(path) if path.exists() else None)
        return found

    def answer(self) -> tuple[Cohort, Result]:
        """The people and the answer, for what comes after a match.

        Raises:
            InputError: nobody has been matched yet.
        """
        cohort, result = self.cohort, self.result
        if cohort is None or result is None:
            raise InputError(Problem("not-yet", "match", "there is no matching yet", "go through the steps before"))
        return cohort, result

    def people(self) -> Cohort:
        """The people, for what comes before a match.

        Raises:
            InputError: the sign-up files are not settled yet.
        """
        cohort = self.cohort
        if cohort is None:
            text = "the sign-up files are not settled yet"
            raise InputError(Problem("not-yet", "signups", text, "answer the questions about the columns first"))
        return cohort

    def check(self, step: int) -> None:
        """Raise an OutOfDateError where a form belongs to another step than the one that counts."""
        if step != self.folder.number:
            raise OutOfDateError("out of date")

    def take_files(self, uploads: Sequence[tuple[str, bytes]], *, again: bool) -> None:
        """Take sign-up files, beside those that are here or instead of them."""
        self._settle("upload", self.files.with_files(uploads, again=again))

    def remove_file(self, number: int) -> None:
        """Leave one sign-up file out again."""
        self._settle("remove", self.files.without(number))

    def answer_questions(self, answers: Sequence[str], *, skip: bool) -> None:
        """Answer questions of the reader, and whether rows that cannot be read are left out."""
        self._settle("answers", self.files.with_answers(answers, skip=skip))

    def _settle(self, done: str, files: SignUpFiles) -> None:
        """Read the files; as soon as nothing is in doubt, the people stand in the folder, too."""
        from mmatch.io.cohorts import write_cohort

        reading = files.read()
        cohort = files.settled(reading)

        def fill(place: Path) -> None:
            files.write(place)
            if cohort is not None and reading is not None:
                reading.mapping.save(place / "mapping.json")
                write_cohort(cohort, place / "cohort.json")
                if len(reading.rejected):
                    reading.rejected.write(place / "rejected.csv")

        self.folder.write(done, fill, carry=("program.json",))
        for name, value in (("files", files), ("reading", reading), ("cohort", cohort)):
            self.keep(name, value)

    def set_policy(self, program: Program) -> None:
        """Take another policy; the answer to the earlier one stays in its own step."""
        from mmatch.io.programs import write_program
        from mmatch.repairs.releasing import kept_released

        if self.result is not None:
            program = kept_released(program, self.result, self.people())
        self.people()
        carry = (*SIGN_UPS, "cohort.json")
        self.folder.write("policy", lambda place: write_program(program, place / "program.json"), carry=carry)

    def take_result(
        self,
        cohort: Cohort,
        result: Result,
        done: str,
        changes: Sequence[Change] = (),
        schedule: Schedule | None = None,
    ) -> None:
        """Take an answer: the files that `mmatch match` writes, what was changed so far, and dates where there are."""
        from mmatch.app.journal import add_changes
        from mmatch.explanations import reasons
        from mmatch.reporting.folder import write_folder

        def fill(place: Path) -> None:
            write_folder(place, (cohort, result.program), result, reasons(cohort, result))
            add_changes(changes, place / "changes.csv")
            if schedule is not None:
                _write_dates(place, cohort, schedule)

        carry = (*SIGN_UPS, *(("changes.csv",) if changes or done != "match" else ()))
        self.folder.write(done, fill, carry=carry)
        for name, value in (("cohort", cohort), ("result", result), ("program", result.program)):
            self.keep(name, value)
        if schedule is not None:
            self.keep("schedule", schedule)

    def propose(self, changes: Sequence[Change]) -> str:
        """Solve what some changes would do, and keep it ready to be taken; the answer names it."""
        from mmatch.repairs import repair

        cohort, result = self.answer()
        return self.keep_proposal(changes, repair(cohort, result, changes))

    def keep_proposal(self, changes: Sequence[Change], made: Repair) -> str:
        """Keep a repair ready to be taken."""
        import secrets

        name = secrets.token_hex(8)
        self.proposals[name] = Proposal(self.folder.number, tuple(changes), made)
        while len(self.proposals) > MOST_PROPOSALS:
            self.proposals.popitem(last=False)
        return name

    def proposal(self, name: str) -> Proposal:
        """A proposal that still holds.

        Raises:
            OutOfDateError: it belongs to another step, or is forgotten.
        """
        found = self.proposals.get(name)
        if found is None:
            raise OutOfDateError("out of date")
        self.check(found.step)
        return found

    def accept(self, name: str) -> None:
        """Take a proposal; where there are dates, new ones follow."""
        from mmatch.scheduling import reschedule

        found, schedule = self.proposal(name), self.schedule
        made = found.repair
        words = {change.word for change in found.changes}
        if schedule is not None:
            schedule = reschedule(made.cohort, made.result, schedule, schedule.dates)
        done = words.pop() if len(words) == 1 else "changes"
        self.take_result(made.cohort, made.result, done, found.changes, schedule)

    def release(self, who: Sequence[str] | None) -> None:
        """Publish matches: all, or those of some people."""
        from mmatch.io.results import write_result
        from mmatch.repairs import release

        cohort, result = self.answer()
        made = release(result, who)
        carry = (*SIGN_UPS, *TABLES, "cohort.json", "program.json", "changes.csv", "schedule", "dates.json")
        self.folder.write("release", lambda place: write_result(made, place / "result.json"), carry=carry)
        for name, value in (("cohort", cohort), ("result", made)):
            self.keep(name, value)

    def plan_dates(self, dates: Dates) -> None:
        """Give every match its dates: the folder that `mmatch schedule` writes, with calendar files."""
        from mmatch.scheduling import schedule

        cohort, result = self.answer()
        found = schedule(cohort, result, dates)
        carry = (*SIGN_UPS, *TABLES, "cohort.json", "program.json", "result.json", "changes.csv")
        self.folder.write("dates", lambda place: _write_dates(place, cohort, found), carry=carry)
        for name, value in (("cohort", cohort), ("result", result), ("schedule", found)):
            self.keep(name, value)


def _write_dates(place: Path, cohort: Cohort, schedule: Schedule) -> None:
    from mmatch.io.schedules import write_dates
    from mmatch.reporting.folder import write_schedule_folder

    write_dates(schedule.dates, place / "dates.json")
    write_schedule_folder(place / "schedule", cohort, schedule, calendars=True)
