"""How long a search for dates may take, and what stops it."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import Any

from mmatch.errors import InputError, Problem, excerpt
from mmatch.instance import Watch


@dataclass(eq=False)
class RunLimits(Watch):
    """When to stop, and what Ctrl-C does: with ``returns`` it ends the search and keeps what was found."""

    returns: bool = False
    interrupted: bool = False
    is_cut: bool = False  # a component had no more time

    def reason(self) -> str | None:
        """Why to stop now: "interrupted", "cancelled", "time_limit", or None."""
        return "interrupted" if self.interrupted else super().reason()

    def take_note_of(self, share: RunLimits) -> None:
        """Remember what happened while a share of the time was used."""
        self.interrupted |= share.interrupted
        self.is_cut |= share.is_cut or share.reason() == "time_limit"

    def stopped(self) -> str | None:
        """Why not everything was searched to its end."""
        return self.reason() or ("time_limit" if self.is_cut else None)

    @classmethod
    def of(cls, time_limit: Any, cancel: threading.Event | None, on_interrupt: str) -> RunLimits:
        """When to stop.

        Raises:
            InputError: arguments of another form.
        """
        if time_limit is not None and (type(time_limit) not in {int, float} or not 0 <= time_limit < 10**9):
            raise InputError(
                Problem("argument", "time_limit", f"found {excerpt(time_limit)}, expected seconds, or None")
            )
        if cancel is not None and not hasattr(cancel, "is_set"):
            raise InputError(Problem("argument", "cancel", f"found {excerpt(cancel)}, expected a threading.Event"))
        if on_interrupt not in ("raise", "return"):
            text = f'found {excerpt(on_interrupt)}, expected "raise" or "return"'
            raise InputError(Problem("argument", "on_interrupt", text))
        deadline = None if time_limit is None else time.monotonic() + time_limit
        return cls(deadline, cancel, returns=on_interrupt == "return")
