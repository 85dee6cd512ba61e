"""A folder as a store of finished runs."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, MutableMapping
from pathlib import Path

from mmatch.errors import ExportError, InputError, Problem, excerpt
from mmatch.io.files import atomic_write, file_name, local_path

KEY = re.compile(r"[0-9a-f]{64}")


class FolderStore(MutableMapping[str, str]):
    """A folder that keeps the runs of `compare`, so that they need not run again; one file a run.

    Files are written in one step, so several processes may share the folder. Keys are SHA-256 in hexadecimal. What a
    file holds is checked by `compare` when it is read.

    Args:
        folder: made where it does not exist.

    Raises:
        ExportError: the folder cannot be made.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self._folder = Path(local_path(folder))
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ExportError(f"cannot make the folder {excerpt(file_name(folder))}: {error.strerror}") from None

    def _file(self, key: object) -> Path:
        if not isinstance(key, str) or not KEY.fullmatch(key):
            text = f"found {excerpt(key)}, expected a SHA-256 in hexadecimal"
            raise InputError(Problem("argument", "FolderStore", text))
        return self._folder / f"{key}.json"

    def __getitem__(self, key: str) -> str:
        try:
            return self._file(key).read_bytes().decode(errors="replace")
        except OSError:
            raise KeyError(key) from None

    def __setitem__(self, key: str, value: str) -> None:
        atomic_write(self._file(key), value)

    def __delitem__(self, key: str) -> None:
        try:
            self._file(key).unlink()
        except FileNotFoundError:
            raise KeyError(key) from None

    def __iter__(self) -> Iterator[str]:
        return (path.stem for path in sorted(self._folder.glob("*.json")) if KEY.fullmatch(path.stem))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        return f"<FolderStore: {len(self)} runs>"
