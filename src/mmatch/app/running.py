"""One long matching at a time, in a thread of its own: how far it is, and how to stop it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from mmatch.errors import InputError, MmatchError, Problem

if TYPE_CHECKING:
    from mmatch.app.session import Session
    from mmatch.progress import Progress

PATIENCE = 0.9  # seconds after which the page shows how far the run is


class Runs:
    """The matching that runs, if any."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.thread: threading.Thread | None = None
        self.cancel = threading.Event()
        self.progress: Progress | None = None
        self.fault: MmatchError | None = None

    @property
    def running(self) -> bool:
        """Whether a matching runs now."""
        return self.thread is not None and self.thread.is_alive()

    def start(self) -> None:
        """Begin to match.

        Raises:
            InputError: one runs already.
        """
        if self.running:
            raise InputError(Problem("busy", "match", "a matching is running already", "wait for it, or cancel it"))
        self.cancel.clear()
        self.progress = self.fault = None
        step = self.session.folder.number
        self.thread = threading.Thread(target=self._run, args=(step,), name="mmatch-match", daemon=True)
        self.thread.start()

    def over_soon(self) -> bool:
        """Whether the matching that was begun is over within a moment."""
        if self.thread is not None:
            self.thread.join(PATIENCE)
        return not self.running

    def _run(self, step: int) -> None:
        from mmatch.engine import solve
        from mmatch.repairs.releasing import kept_released, still_released

        try:
            cohort, program, before = self.session.people(), self.session.policy, self.session.result
            if before is not None:  # what was published stays
                program = kept_released(program, before, cohort)
            result = solve(cohort, program, progress=self._note, cancel=self.cancel)
            if self.cancel.is_set():
                return
            if before is not None:
                result = still_released(result, before)
            with self.session.guard:
                self.session.check(step)
                self.session.take_result(cohort, result, "match")
        except MmatchError as error:
            self.fault = error

    def _note(self, progress: Progress) -> None:
        self.progress = progress
