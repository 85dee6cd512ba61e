"""Changes as rows of changes.csv, which the command line takes, and as parts of an address."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from mmatch.io.csvs import rows_to_text
from mmatch.io.files import atomic_write, read_text

if TYPE_CHECKING:
    from mmatch.cohort import Cohort
    from mmatch.repairs import Change

HEADS = ("change", "person", "other", "n", "topic", "rule", "why")


def row_of(change: Change) -> tuple[str, ...]:
    """A change as a row under `HEADS`."""
    cells = dict.fromkeys(HEADS, "")
    cells["change"] = change.word
    free = ["person", "other"]
    for item in fields(change):
        value: Any = getattr(change, item.name)
        if item.name in {"n", "topic", "why"}:
            cells[item.name] = str(value)
        elif item.name == "rule":
            cells["rule"] = value if isinstance(value, str) else value.name
        else:
            cells[free.pop(0)] = str(value)
    return tuple(cells.values())


def add_changes(changes: Sequence[Change], path: Path) -> None:
    """Add changes to a table of those that were made; people who came late stand in the cohort."""
    from mmatch.repairs import Joined

    rows = [row_of(change) for change in changes if not isinstance(change, Joined)]
    if rows:
        text = rows_to_text(HEADS, rows)
        before = read_text(path) if path.exists() else ""
        atomic_write(path, before + (text.split("\n", 1)[1] if before else text))


def changes_of(cohort: Cohort, rows: Iterable[Sequence[str]]) -> list[Change]:
    """The changes that rows of a form say, read as `mmatch repair` reads a table: people by id, e-mail or name.

    Raises:
        InputError: another word, or people who are not here.
    """
    return changes_in(cohort, rows_to_text(HEADS, rows).encode())


def changes_in(cohort: Cohort, data: bytes) -> list[Change]:
    """The changes of a table that was sent.

    Raises:
        InputError: missing heads, another word, or people who are not here.
    """
    from mmatch.repairs import read_changes

    with TemporaryDirectory(prefix="mmatch-") as made:
        path = Path(made, "changes.csv")
        path.write_bytes(data)
        found: list[Change] = read_changes(cohort, path)
        return found
