"""Reads local files within a limit of size, and writes them in one step."""

from __future__ import annotations

import os
import re
import stat
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from mmatch.errors import EXCERPT, ExportError, InputError, LimitError, Problem, excerpt

MOST_BYTES = 256 * 2**20
_CHUNK = 2**20
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/")  # one letter and a colon is a Windows drive
_READ_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_COMPRESSED = {
    b"PK\x03\x04": "an Excel workbook or zip archive",
    b"\x1f\x8b": "a gzip archive",
    b"BZh": "a bzip2 archive",
    b"\xfd7zXZ\x00": "an xz archive",
    b"\x28\xb5\x2f\xfd": "a zstd archive",
    b"7z\xbc\xaf": "a 7z archive",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"%PDF": "a PDF document",
}
_BOMS = (
    (b"\xef\xbb\xbf", "utf-8", "UTF-8"),
    (b"\xff\xfe", "utf-16-le", "UTF-16"),
    (b"\xfe\xff", "utf-16-be", "UTF-16"),
)


def file_name(path: object) -> str:
    """The name of a file as messages show it: the last part, without control characters."""
    text = os.fspath(path) if isinstance(path, str | os.PathLike) else repr(path)
    shown = excerpt(os.fsdecode(text).replace("\\", "/").rstrip("/").rsplit("/", 1)[-1])
    return shown[1:-1]


def read_text(path: str | os.PathLike[str]) -> str:
    """The text of a local file, UTF-8 or UTF-16 with a byte order mark.

    Raises:
        InputError: no such file, no regular file, an address, compressed, or not Unicode.
        LimitError: too large.
    """
    return decoded(read_bytes(path), file_name(path))


def read_bytes(path: str | os.PathLike[str], most: int = MOST_BYTES) -> bytes:
    """The bytes of a local, regular file; the size is checked while reading.

    Raises:
        InputError: no such file, no regular file, or an address.
        LimitError: larger than ``most`` bytes.
    """
    name = file_name(path)
    descriptor = _opened(local_path(path), name)
    with open(descriptor, "rb", closefd=True) as stream:  # noqa: PTH123 - a descriptor has no path
        data = bytearray()
        while chunk := stream.read(min(_CHUNK, most + 1 - len(data))):
            data += chunk
    if len(data) > most:
        raise LimitError(Problem("too-large", name, f"more than {most:,} bytes, limit {most:,}", "split the file"))
    return bytes(data)


def local_path(path: Any) -> str:
    """A path as text, or an InputError: only local files are read, never addresses."""
    name = file_name(path)
    if not isinstance(path, str | os.PathLike) or not isinstance(os.fspath(path), str):
        text = f"found {type(path).__name__} {excerpt(path)}, expected the path of a file or a data frame"
        raise InputError(Problem("type", "paths", text))
    given = os.fspath(path)
    if _ADDRESS.match(given):
        text = f"found {excerpt(given)}, not a local file"
        raise InputError(Problem("not-local", name, text, "download it and give the path of the copy"))
    if "\0" in given or not given:
        raise InputError(Problem("file-missing", name, f"found the path {excerpt(given)}, expected the path of a file"))
    return given


def _opened(path: str, name: str) -> int:
    """A descriptor of a regular file; a FIFO or a device is refused without waiting for it."""
    try:
        descriptor = os.open(path, _READ_FLAGS)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "not a path"
        text = f"cannot be read: {reason.lower()}"
        raise InputError(Problem("file-missing", name, text, f"looked for {excerpt(path, 2 * EXCERPT)}")) from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise InputError(Problem("not-a-file", name, "not a regular file", "give the path of a CSV or JSON file"))
    return descriptor


def decoded(data: bytes, name: str) -> str:
    """Bytes as text, never by a guess.

    Raises:
        InputError: compressed, or neither UTF-8 nor UTF-16 with a byte order mark.
    """
    for magic, kind in _COMPRESSED.items():
        if data.startswith(magic):
            text = f"found {kind}, expected text: compressed input is not supported"
            raise InputError(Problem("compressed", name, text, "save or unpack it as CSV first"))
    mark, encoding, spoken = next((row for row in _BOMS if data.startswith(row[0])), (b"", "utf-8", "UTF-8"))
    try:
        return data[len(mark) :].decode(encoding)
    except UnicodeDecodeError as error:
        text = f"not {spoken} at byte {error.start + len(mark)}"
        hint = "in the spreadsheet choose 'Save as: CSV UTF-8'; in code decode it, such as with encoding='cp1252'"
        raise InputError(Problem("encoding", name, text, hint)) from None


def made_folder(folder: Path) -> Path:
    """The folder, made where it does not exist.

    Raises:
        ExportError: it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ExportError(f"cannot make the folder {excerpt(str(folder))}: {error.strerror}") from None
    return folder


def atomic_write(path: str | os.PathLike[str], data: str | bytes) -> None:
    """Write a file in one step: it is either the whole new file or still the old one. Only its owner may read it.

    A symbolic link is replaced, not followed.

    Raises:
        ExportError: the place cannot be written, or is a device or a pipe; what stood there is intact.
    """
    target = Path(local_path(path))
    with suppress(OSError, ValueError):
        mode = target.stat().st_mode
        if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):  # a file would take its place, for everybody
            raise ExportError(f"{file_name(path)} was not written: it is a device or a pipe, expected a file")
    temporary = None
    try:
        payload = data.encode() if isinstance(data, str) else data
        descriptor, temporary = tempfile.mkstemp(dir=target.parent, prefix=".mmatch-", suffix=".tmp")  # mode 0600
        with open(descriptor, "wb", closefd=True) as stream:  # noqa: PTH123 - a descriptor has no path
            stream.write(payload)
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).replace(target)
    except UnicodeEncodeError as error:
        text = f"{file_name(path)} was not written: lone surrogate at position {error.start} is not valid Unicode"
        raise ExportError(text) from None
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise ExportError(f"{file_name(path)} was not written: {reason}; what stood there is intact") from None
    finally:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)
