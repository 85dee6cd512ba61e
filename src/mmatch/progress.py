"""How a long run reports how far it is, and learns that it should stop."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from mmatch.exact import Value

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a long run is: the phase, steps done of a total, and value and bound of the tiers known so far."""

    phase: str
    done: int = 0
    total: int = 0
    value: tuple[Value, ...] | None = None
    bound: tuple[Value | None, ...] | None = None


@dataclass(eq=False)
class Watch(Generic[T]):
    """When to stop early, where to report progress, and the best answer so far."""

    deadline: float | None = None
    cancel: threading.Event | None = None
    progress: Callable[[Progress], object] | None = None
    best: T | None = None
    failed: Exception | None = None

    def reason(self) -> str | None:
        """Why to stop now: "cancelled", "time_limit", or None."""
        if self.cancel is not None and self.cancel.is_set():
            return "cancelled"
        return "time_limit" if self.deadline is not None and time.monotonic() >= self.deadline else None

    def report(
        self,
        phase: str,
        done: int = 0,
        total: int = 0,
        value: tuple[Value, ...] | None = None,
        bound: tuple[Value | None, ...] | None = None,
    ) -> None:
        """Report progress, if anybody asked for it; finished tiers bound themselves, so ``bound`` may be left out."""
        if self.progress is not None:
            try:
                self.progress(Progress(phase, done, total, value, value if bound is None else bound))
            except Exception as error:
                self.failed = error  # the host's own error, not the solver's
                raise
