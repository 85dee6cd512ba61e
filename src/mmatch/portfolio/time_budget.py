"""How long a strategy may work, and solvers that are waited for in a thread of their own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mmatch.instance import Watch

TICK = 0.05
GRACE = 1.0  # seconds after a deadline, for calls that look at the clock by themselves
SLICE = 5.0  # seconds of one neighbourhood at most, under a time limit


class Stopped(Exception):  # noqa: N818 - a way out, not an error
    """The host asked to stop, or the time is over."""


class Budget:
    """What is left to spend: seconds under a time limit, else so many searches without success."""

    def __init__(self, watch: Watch, share: float, idle: int) -> None:
        self.watch, self.idle = watch, idle
        left = seconds_left(watch)
        self.until = None if left is None else time.monotonic() + left * share
        self.last = 0.0

    def fraction(self, share: float, idle: int) -> Budget:
        """A share of what is left."""
        found = Budget(self.watch, share, idle)
        left = self.left()
        found.until = None if left is None else time.monotonic() + left * share
        return found

    def left(self) -> float | None:
        """Seconds left; None without a limit."""
        return None if self.until is None else max(self.until - time.monotonic(), 0.0)

    def spent(self) -> bool:
        """Whether there is nothing left."""
        left = self.left()
        return self.watch.reason() is not None or (left is not None and left <= 0)

    def timed(self, work: Callable[..., Any], *arguments: Any, limits: int, longest: float = SLICE) -> Any:
        """Call work(…, (seconds, limits)) in a thread, and note how long it took."""
        left = self.left()
        start = time.monotonic()
        try:
            return waited(self.watch, work, *arguments, (None if left is None else min(left, longest), limits))
        finally:
            self.last = time.monotonic() - start


def seconds_left(watch: Watch) -> float | None:
    """Seconds to the deadline; None without one."""
    return None if watch.deadline is None else max(watch.deadline - time.monotonic(), 0.0)


def waited(watch: Watch, work: Callable[..., Any], *arguments: Any) -> Any:
    """The result of a call that cannot be stopped: it runs in a thread; Ctrl-C and cancel do not wait for it.

    Raises:
        Stopped: where the host cancels meanwhile, or the time is long over; the call ends by itself at its own limits.
    """
    done: list[Any] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            done.append(work(*arguments))
        except BaseException as error:  # noqa: BLE001 - handed to the waiting thread
            failed.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    while thread.is_alive():
        thread.join(TICK)
        late = watch.deadline is not None and time.monotonic() > watch.deadline + GRACE
        if late or (watch.cancel is not None and watch.cancel.is_set()):
            raise Stopped
    if failed:
        raise failed[0]
    return done[0]
