"""One run of a solver that Ctrl-C, a cancel event and a deadline can end."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mmatch.instance import Watch

TICK = 0.05  # seconds between two looks at the clock, the cancel event and Ctrl-C
GRACE = 3.0  # seconds after a deadline for a solver that looks at the clock by itself


class _Work:
    """A call in a thread of its own."""

    def __init__(self, call: Callable[[], Any]) -> None:
        self.done: list[Any] = []
        self.failed: list[BaseException] = []
        self.thread = threading.Thread(target=self._run, args=(call,), daemon=True)
        self.thread.start()

    def _run(self, call: Callable[[], Any]) -> None:
        try:
            self.done.append(call())
        except BaseException as error:  # noqa: BLE001 - handed to the waiting thread
            self.failed.append(error)

    def running(self) -> bool:
        """Whether it goes on after another moment."""
        self.thread.join(TICK)
        return self.thread.is_alive()

    def result(self) -> Any:
        """What it gave, or raised."""
        if self.failed:
            raise self.failed[0]
        return self.done[0]


def searched(solver: Any, model: Any, watch: Watch) -> Any:
    """Run in a thread of its own, so that Ctrl-C and cancel act at once; a stop is asked for until it is heard."""
    work = _Work(lambda: solver.solve(model))
    try:
        while work.running():
            if watch.reason():
                solver.stop_search()
    except BaseException:
        while work.running():
            solver.stop_search()
        raise
    return work.result()


def unless_stopped(call: Callable[[], Any], watch: Watch) -> Any | None:
    """The result of a call that nothing can stop; None where the host cannot wait for it any longer.

    The thread then goes on by itself, up to its own limit or the end of the process: Ctrl-C and cancel do not wait.
    """
    work, ticks = _Work(call), 0.0
    while work.running():
        reason = watch.reason()
        ticks += TICK if reason == "time_limit" else 0.0
        if reason == "cancelled" or ticks > GRACE:
            return None
    return work.result()
