"""One run of a solver that Ctrl-C, a cancel event and a deadline can end."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import Any

from mmatch.instance import Watch

TICK = 0.05  # seconds between two looks at the clock, the cancel event and Ctrl-C
GRACE = 3.0  # seconds after a deadline for a solver that looks at the clock by itself


def _started(call: Callable[[], Any]) -> Future[Any]:
    """A call in a thread of its own."""
    work: Future[Any] = Future()

    def run() -> None:
        try:
            work.set_result(call())
        except BaseException as error:  # noqa: BLE001 - handed to the waiting thread
            work.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return work


def _goes_on(work: Future[Any]) -> bool:
    """Whether a call goes on after another moment."""
    return bool(wait([work], TICK).not_done)


def searched(solver: Any, model: Any, watch: Watch) -> Any:
    """Run in a thread of its own, so that Ctrl-C and cancel act at once; a stop is asked for until it is heard."""
    work = _started(lambda: solver.solve(model))
    try:
        while _goes_on(work):
            if watch.reason():
                solver.stop_search()
    except BaseException:
        while _goes_on(work):
            solver.stop_search()
        raise
    return work.result()


def unless_stopped(call: Callable[[], Any], watch: Watch) -> Any | None:
    """The result of a call that nothing can stop; None where the host cannot wait for it any longer.

    The thread then goes on by itself, up to its own limit or the end of the process: Ctrl-C and cancel do not wait.
    """
    work, ticks = _started(call), 0.0
    while _goes_on(work):
        reason = watch.reason()
        ticks += TICK if reason == "time_limit" else 0.0
        if reason == "cancelled" or ticks > GRACE:
            return None
    return work.result()
