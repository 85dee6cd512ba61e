"""A progress bar for a terminal or a notebook."""

from __future__ import annotations

import sys
import time
from typing import Any, Self

from mmatch.display import escaped
from mmatch.progress import Progress
from mmatch.reporting.words import amount

PATIENCE = 1.0  # seconds before anything is shown
PAUSE = 0.1  # seconds between two changes of what is shown


class ProgressBar:
    """Shows how far a run is, with the best value and the bound so far: give it to ``progress=`` of any verb.

    In a notebook it is a bar under the cell, on a terminal one line that is wiped when the run ends; nothing is shown
    where nobody looks, and nothing before the first second is over. Used as a context manager, it cleans up behind
    itself; ``close`` does the same.
    """

    def __init__(self, *, patience: float = PATIENCE) -> None:
        self._began, self._patience, self._last = time.monotonic(), patience, -PAUSE
        ipython = sys.modules.get("IPython")
        shell = None if ipython is None else ipython.get_ipython()
        self._notebook = getattr(shell, "kernel", None) is not None
        self._watched = self._notebook or sys.stderr.isatty()
        self._shown: Any = None  # what stands on the screen; in a notebook the handle that changes it

    def __call__(self, progress: Progress) -> None:
        """Show one step, unless it comes too soon."""
        seconds = time.monotonic() - self._began
        if not self._watched or seconds < self._patience or seconds - self._last < PAUSE:
            return
        self._last, line = seconds, in_words(progress, seconds)
        if not self._notebook:
            self._shown = line
            sys.stderr.write(f"\r\033[K{line}")
            sys.stderr.flush()
            return
        from IPython.display import HTML, display

        share = f' value="{progress.done}" max="{progress.total}"' if progress.total else ""
        bar = HTML(f"<progress{share}></progress> {escaped(line)}")
        if self._shown is None:
            self._shown = display(bar, display_id=True)
        else:
            self._shown.update(bar)

    def close(self) -> None:
        """Wipe what was shown."""
        if self._shown is None:
            return
        if self._notebook:
            from IPython.display import HTML

            self._shown.update(HTML(""))
        else:
            sys.stderr.write("\r\033[K")
            sys.stderr.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def in_words(progress: Progress, seconds: float) -> str:
    """One step as a line: the phase, how much of it is done, value, bound, time."""
    part = f" {progress.done:,} of {progress.total:,}" if progress.total else ""
    known = [(name, values[0]) for name in ("value", "bound") if (values := getattr(progress, name))]
    shown = [f"{name} {amount(value)}" for name, value in known if value is not None]
    return " · ".join([f"{progress.phase}{part}", *shown, f"{seconds:.0f} s"])
