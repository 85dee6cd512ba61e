"""What the page knows and does: each method is a verb of the library and a step of the folder."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mmatch.app.facts import Facts
from mmatch.app.signups import SignUpFiles
from mmatch.errors import MmatchError

if TYPE_CHECKING:
    from mmatch.cohort import Cohort
    from mmatch.events import Event
    from mmatch.program import Program
    from mmatch.repairs import Change, Repair
    from mmatch.result import Result
    from mmatch.scheduling import Dates, Schedule

MOST_PROPOSALS = 30
SIGN_UPS = ("signups", "answers.json", "mapping.json", "rejected.csv")
QUESTION = ("cohort.json", "program.json")
TABLES = ("matches.csv", "unmatched.csv", "mail_merge.csv", "result.xlsx")


class OutOfDateError(MmatchError):
    """A form of an earlier step: another tab has gone on meanwhile."""


@dataclass(frozen=True)
class Proposal:
    """Changes that somebody considers: the answer with them, solved and judged, not yet taken."""

    step: int
    changes: tuple[Change, ...]
    repair: Repair


class Session(Facts):
    """One folder, open in this process; its facts are read once for each step."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.proposals: OrderedDict[str, Proposal] = OrderedDict()

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

        carry = (*SIGN_UPS, *(("changes.csv", "event") if changes or done != "match" else ("event",)))
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

    def take_event(self, cohort: Cohort, event: Event, done: str) -> None:
        """Take an event: the folder that `mmatch event` writes, beside everything else."""
        from mmatch.reporting.event_folder import write_event_folder

        def fill(place: Path) -> None:
            write_event_folder(place / "event", cohort, event)

        carry = (*SIGN_UPS, *TABLES, *QUESTION, "result.json", "changes.csv", "schedule", "dates.json")
        self.folder.write(done, fill, carry=carry)
        self.keep("event", (cohort, event))

    def release(self, who: Sequence[str] | None) -> None:
        """Publish matches: all, or those of some people."""
        from mmatch.io.results import write_result
        from mmatch.repairs import release

        cohort, result = self.answer()
        made = release(result, who)
        carry = (*SIGN_UPS, *TABLES, *QUESTION, "changes.csv", "schedule", "dates.json", "event")
        self.folder.write("release", lambda place: write_result(made, place / "result.json"), carry=carry)
        for name, value in (("cohort", cohort), ("result", made)):
            self.keep(name, value)

    def plan_dates(self, dates: Dates) -> None:
        """Give every match its dates: the folder that `mmatch schedule` writes, with calendar files."""
        from mmatch.scheduling import schedule

        cohort, result = self.answer()
        found = schedule(cohort, result, dates)
        carry = (*SIGN_UPS, *TABLES, *QUESTION, "result.json", "changes.csv", "event")
        self.folder.write("dates", lambda place: _write_dates(place, cohort, found), carry=carry)
        for name, value in (("cohort", cohort), ("result", result), ("schedule", found)):
            self.keep(name, value)


def _write_dates(place: Path, cohort: Cohort, schedule: Schedule) -> None:
    from mmatch.io.schedules import write_dates
    from mmatch.reporting.folder import write_schedule_folder

    write_dates(schedule.dates, place / "dates.json")
    write_schedule_folder(place / "schedule", cohort, schedule, calendars=True)
