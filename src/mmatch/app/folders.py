"""The folder of the page: numbered steps, each written whole, and the pointer to the one that counts."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from mmatch.errors import ExportError, MmatchError
from mmatch.io.files import atomic_write, made_folder
from mmatch.io.steps import ITSELF, POINTER, followed

ABOUT = "step.json"
TEMPORARY = ".step-"


class InUseError(MmatchError):
    """Another process has the folder open."""


class StepFolder:
    """A folder of which this process is the only writer; ``number`` is the step that counts, 0 the folder itself.

    Raises:
        InUseError: another process has it open.
        InputError: the pointer names no step.
    """

    def __init__(self, path: Path) -> None:
        self.path = made_folder(path)
        self._lock = _locked(self.path / ".lock")
        for left in self.path.glob(f"{TEMPORARY}*"):  # of a process that was killed
            shutil.rmtree(left, ignore_errors=True)
        try:
            place = followed(self.path)
        except MmatchError:
            self.close()
            raise
        self.number = 0 if place == self.path else int(place.name)

    def close(self) -> None:
        """Let other processes open the folder."""
        self._lock.close()

    @property
    def place(self) -> Path:
        """The folder of the step that counts."""
        return self.step(self.number)

    def step(self, number: int) -> Path:
        """The folder of a step."""
        return self.path / f"{number:03}" if number else self.path

    def numbers(self) -> list[int]:
        """The numbers of all steps."""
        return sorted(int(item.name) for item in self.path.iterdir() if item.name.isdecimal() and item.is_dir())

    def about(self, number: int) -> dict[str, Any]:
        """What made a step: the number of the step before it, and a word for what was done."""
        with suppress(OSError, ValueError):
            found = json.loads((self.step(number) / ABOUT).read_text(encoding="utf-8"))
            if isinstance(found, dict) and type(found.get("before")) is int:
                return found
        return {"before": 0, "done": ""}

    def before(self) -> int | None:
        """The step to which undoing goes; None where there is none."""
        number = self.about(self.number)["before"]
        there = number and self.step(number).is_dir()
        return number if self.number and (there or (self.path / "cohort.json").exists()) else None

    def after(self) -> int | None:
        """The step to which redoing goes: the latest that followed this one."""
        found = [number for number in self.numbers() if self.about(number)["before"] == self.number]
        return max(found, default=None)

    def write(self, done: str, fill: Callable[[Path], None], *, carry: Iterable[str] = ()) -> int:
        """Write a new step, whole, and then let the pointer name it: whoever is killed on the way has the old one.

        Args:
            done: a word for what was done.
            fill: writes the files of the step into a folder that has those of ``carry`` already.
            carry: names of files and folders that are as they were.

        Raises:
            ExportError: the disk refuses; the state is as it was.
        """
        number = max([*self.numbers(), 0]) + 1
        temporary = Path(tempfile.mkdtemp(dir=self.path, prefix=TEMPORARY))
        try:
            for name in carry:
                _linked(self.place / name, temporary / name)
            fill(temporary)
            atomic_write(temporary / ABOUT, json.dumps({"before": self.number, "done": done}))
            _settled(temporary)
            temporary.rename(self.step(number))
            _flushed(self.path)
        except OSError as error:
            raise ExportError(f"the step was not written: {error.strerror}; what was there is intact") from None
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
        self.go(number)
        return number

    def go(self, number: int) -> None:
        """Let another step count: undo and redo."""
        atomic_write(self.path / POINTER, f"{number:03}\n" if number else f"{ITSELF}\n")
        _flushed(self.path)
        self.number = number


def _linked(source: Path, target: Path) -> None:
    """The same file or folder in another place, without a second copy where the disk allows it."""
    if source.is_dir():
        shutil.copytree(source, target, copy_function=_link)
    elif source.is_file():
        _link(str(source), str(target))


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _settled(folder: Path) -> None:
    """See that all files and folders are on the disk, not only in memory."""
    for place, _, names in os.walk(folder):
        for name in names:
            _flushed(Path(place, name))
        _flushed(Path(place))


def _flushed(path: Path) -> None:
    if os.name == "nt" and path.is_dir():
        return
    descriptor = os.open(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _locked(path: Path) -> IO[bytes]:
    """A file that this process holds until it ends, however it ends."""
    stream = path.open("ab")
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        else:
            import fcntl

            fcntl.flock(stream.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        stream.close()
        text = "this folder is open in another window of mmatch app: close that one first, or choose another folder"
        raise InUseError(text) from None
    return stream
