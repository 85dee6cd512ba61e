"""One run of CP-SAT that Ctrl-C, a cancel event and a deadline can end."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mmatch.instance import Watch

TICK = 0.05  # seconds between two looks at the clock, the cancel event and Ctrl-C


def searched(solver: Any, model: Any, watch: Watch) -> Any:
    """Run in a thread of its own, so that Ctrl-C and cancel act at once; a stop is asked for until it is heard."""
    done: list[Any] = []
    failed: list[BaseException] = []

    def work() -> None:
        try:
            done.append(solver.solve(model))
        except BaseException as error:  # noqa: BLE001 - handed to the waiting thread
            failed.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        while thread.is_alive():
            thread.join(TICK)
            if watch.reason() and thread.is_alive():
                solver.stop_search()
    except BaseException:
        while thread.is_alive():
            solver.stop_search()
            thread.join(TICK)
        raise
    if failed:
        raise failed[0]
    return done[0]
