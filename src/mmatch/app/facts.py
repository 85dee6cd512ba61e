"""What a step of the folder holds, read when it is first asked for."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mmatch.app.folders import StepFolder
from mmatch.app.signups import SignUpFiles
from mmatch.errors import InputError, Problem

if TYPE_CHECKING:
    from mmatch.cohort import Cohort
    from mmatch.events import Event
    from mmatch.program import Program
    from mmatch.result import Result
    from mmatch.scheduling import Schedule
    from mmatch.signup.reading import Reading


class Facts:
    """One folder, open in this process; what the step that counts holds is read once."""

    def __init__(self, path: Path) -> None:
        self.folder = StepFolder(path)
        self.guard = threading.RLock()
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

    @property
    def event(self) -> tuple[Cohort, Event] | None:
        """The event with its people; None before there is one."""
        from mmatch.io.events import read_event
        from mmatch.signup.reading import read_cohort

        def read() -> tuple[Cohort, Event] | None:
            place = self.folder.place / "event"
            if not (place / "event.json").exists():
                return None
            cohort = read_cohort(str(place / "cohort.json"))
            return cohort, read_event(cohort, place / "event.json")

        found: tuple[Cohort, Event] | None = self.once("event", read)
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
