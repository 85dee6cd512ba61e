"""How far a run is, on a terminal or in a notebook: one callback, shown only where somebody looks."""

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
        self._screen: _Terminal | _Notebook | None = _screen()

    def __call__(self, progress: Progress) -> None:
        """Show one step, unless it comes too soon."""
        seconds = time.monotonic() - self._began
        if self._screen is None or seconds < self._patience or seconds - self._last < PAUSE:
            return
        self._last = seconds
        self._screen.show(progress, seconds)

    def close(self) -> None:
        """Wipe what was shown."""
        if self._screen is not None:
            self._screen.wipe()

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


class _Terminal:
    """One line of the error stream, written over and over."""

    def __init__(self) -> None:
        self._wrote = False

    def show(self, progress: Progress, seconds: float) -> None:
        self._wrote = True
        sys.stderr.write(f"\r\033[K{in_words(progress, seconds)}")
        sys.stderr.flush()

    def wipe(self) -> None:
        if self._wrote:
            sys.stderr.write("\r\033[K")
            sys.stderr.flush()


class _Notebook:
    """A bar under the cell, changed in place."""

    def __init__(self) -> None:
        self._handle: Any = None

    def show(self, progress: Progress, seconds: float) -> None:
        from IPython.display import HTML, display

        share = f' value="{progress.done}" max="{progress.total}"' if progress.total else ""
        shown = HTML(f"<progress{share}></progress> {escaped(in_words(progress, seconds))}")
        if self._handle is None:
            self._handle = display(shown, display_id=True)
        else:
            self._handle.update(shown)

    def wipe(self) -> None:
        if self._handle is not None:
            from IPython.display import HTML

            self._handle.update(HTML(""))


def _screen() -> _Terminal | _Notebook | None:
    """Where somebody looks: a notebook, a terminal, or nowhere."""
    ipython = sys.modules.get("IPython")
    shell = None if ipython is None else ipython.get_ipython()
    if getattr(shell, "kernel", None) is not None:
        return _Notebook()
    return _Terminal() if sys.stderr.isatty() else None
