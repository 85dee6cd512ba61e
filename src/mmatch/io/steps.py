"""A folder with numbered steps in it, as `mmatch app` writes it: the file ``current`` names the one that counts."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path

from mmatch.errors import InputError, Problem, excerpt

POINTER = "current"
ITSELF = "000"  # the folder itself, as `mmatch match` wrote it
_STEP = re.compile(r"\d{3,9}")


def followed(folder: str | os.PathLike[str]) -> Path:
    """The folder in which the files stand: the step that ``current`` names, or the folder itself where there is none.

    Raises:
        InputError: ``current`` names no step that is there.
    """
    place = Path(folder)
    name = None
    with suppress(OSError, UnicodeDecodeError):
        name = (place / POINTER).read_text(encoding="ascii").strip() if place.is_dir() else None
    if name is None and not (place / POINTER).is_file():
        return place
    if name is None or not _STEP.fullmatch(name) or not (name == ITSELF or (place / name).is_dir()):
        text = f"found {excerpt(name or '')}, expected the number of a folder beside it"
        raise InputError(Problem("broken-step", POINTER, text, "write the number of a step that is there into it"))
    return place if name == ITSELF else place / name
