"""Progress on a terminal: shown only where somebody looks, and only on work that takes long."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mmatch.instance import Progress

PATIENCE = 1.0  # seconds before anything is shown


@contextmanager
def shown_progress() -> Iterator[Callable[[Progress], None]]:
    """A progress callback for `solve` that writes one line to the terminal's error stream."""
    start, wrote = time.monotonic(), [False]

    def show(progress: Progress) -> None:
        seconds = time.monotonic() - start
        if sys.stderr.isatty() and seconds > PATIENCE:
            part = f" {progress.done:,} of {progress.total:,}" if progress.total else ""
            sys.stderr.write(f"\r\033[K{progress.phase}{part} … {seconds:.0f} s")
            sys.stderr.flush()
            wrote[0] = True

    try:
        yield show
    finally:
        if wrote[0]:
            sys.stderr.write("\r\033[K")
            sys.stderr.flush()
