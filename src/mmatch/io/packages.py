"""Zipped documents of spreadsheets: unpacked in pieces under limits, parsed under limits, and packed again.

python-calamine and other readers have no limits, so they are given a new archive that holds only what was looked at.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from typing import TYPE_CHECKING
from xml.parsers import expat

from mmatch.errors import InputError, LimitError, Problem

if TYPE_CHECKING:
    from collections.abc import Callable

SPARE = 8 * 2**20  # bytes that any workbook may unpack to, and that its texts may fill
MOST_RATIO = 40  # and how many more for each byte of the file
MOST_PARTS, MOST_ELEMENTS, DEEPEST = 5000, 70_000, 100
AS_XLSX = "open it in a spreadsheet and save it as .xlsx"
_CHUNK = 2**16


def refused(name: str, found: str, hint: str) -> InputError:
    """The error for a workbook that is not read."""
    return InputError(Problem("workbook", name, found, hint))


def limit(name: str, found: str) -> LimitError:
    """The error for a workbook that is too large."""
    return LimitError(Problem("too-large", name, found, "save the sheet as CSV"))


class Package:
    """A zipped workbook: its parts, what they may still unpack to, and what is handed on."""

    def __init__(self, data: bytes, name: str) -> None:
        self.data, self.name = data, name
        self.left = SPARE + MOST_RATIO * len(data)
        try:
            found = zipfile.ZipFile(io.BytesIO(data)).infolist()
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
            raise self.damaged() from None
        self.parts = {part.filename.casefold(): part for part in found}
        if self.parts.keys().isdisjoint({"xl/workbook.xml", "content.xml", "xl/workbook.bin", "encryptedpackage"}):
            text = "found a zip archive, expected a workbook or text: compressed input is not supported"
            raise InputError(Problem("compressed", name, text, "save or unpack it as CSV first"))
        if "xl/workbook.bin" in self.parts:
            raise refused(name, "a binary workbook (.xlsb) is not read", AS_XLSX)
        if any(re.search(r"vbaproject|xl/macrosheets/|^(?:basic|scripts)/", part) for part in self.parts):
            raise refused(name, "the workbook carries macros", "save it without macros")
        if any(part.flag_bits & 1 for part in found):
            raise refused(name, "the workbook is protected with a password", "save it without a password")
        if len(self.parts) < len(found) or len(found) > MOST_PARTS:
            raise self.damaged()
        self.made: list[tuple[str, int, int, int, bytes | bytearray | memoryview]] = []

    def damaged(self) -> InputError:
        """The error for a part that cannot be read."""
        return refused(self.name, "the file is damaged, or written in a way that is not supported", AS_XLSX)

    def spend(self, size: int) -> None:
        """Count bytes that were unpacked or written.

        Raises:
            LimitError: far more than the file's size.
        """
        self.left -= size
        if self.left < 0:
            raise limit(self.name, "the workbook unpacks to far more than its size")

    def unpacked(self, path: str, hand_on: str = "") -> bytearray:
        """A part, inflated in pieces whatever size it claims, and handed on as it is under a new name."""
        part = self.parts.get(path.casefold())
        if part is None:
            raise self.damaged()
        at = part.header_offset
        begin = at + 30 + sum(struct.unpack("<2H", self.data[at + 26 : at + 30].ljust(4, b"\0")))
        packed, text = memoryview(self.data)[begin : begin + part.compress_size], bytearray()
        machine = zlib.decompressobj(-15) if part.compress_type == zipfile.ZIP_DEFLATED else None
        try:
            for k in range(0, len(packed), _CHUNK):
                piece = machine.decompress(packed[k : k + _CHUNK], 4 * _CHUNK) if machine else packed[k : k + _CHUNK]
                while piece:
                    self.spend(len(piece))
                    text += piece
                    piece = machine.decompress(machine.unconsumed_tail, 4 * _CHUNK) if machine else b""
        except zlib.error:
            raise self.damaged() from None
        if zlib.crc32(text) != part.CRC or (machine and not machine.eof) or part.compress_type not in {0, 8}:
            raise self.damaged()
        if b"\0" in text[:200]:  # UTF-16
            raise self.damaged()
        if hand_on:
            self.made.append((hand_on, part.compress_type, part.CRC, len(text), packed))
        return text

    def add(self, path: str, text: bytes | bytearray) -> None:
        """Hand on a part that was made here."""
        self.made.append((path, 0, zlib.crc32(text), len(text), text))

    def archive(self) -> bytes:
        """What was handed on as a zip of its own."""
        body, index = bytearray(), bytearray()
        for path, method, crc, size, packed in self.made:
            facts = struct.pack("<5H3I2H", 20, 0, method, 0, 33, crc, len(packed), size, len(path), 0)
            index += b"PK\1\2\x14\0" + facts + struct.pack("<3H2I", 0, 0, 0, 0, len(body)) + path.encode()
            body += b"PK\3\4" + facts + path.encode() + packed
        n = len(self.made)
        return bytes(body + index + b"PK\5\6" + struct.pack("<4H2IH", 0, 0, n, n, len(index), len(body), 0))

    def parse(
        self,
        text: bytes | bytearray,
        begin: Callable[[str, dict[str, str]], object],
        end: Callable[[str], object] = str,
        data: Callable[[str], object] = str,
    ) -> None:
        """XML without a document type, and not deeply nested."""
        depth = 0

        def begun(tag: str, attributes: dict[str, str]) -> None:
            nonlocal depth
            depth += 1
            if depth > DEEPEST:
                raise self.damaged()
            begin(tag, attributes)

        def ended(tag: str) -> None:
            nonlocal depth
            depth -= 1
            end(tag)

        def typed(*_: object) -> None:
            raise self.damaged()

        if text.count(b"<") > SPARE // 14 + 2 * len(self.data):
            raise limit(self.name, "the workbook has far more parts than its size allows")
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = begun, ended, data
        parser.StartDoctypeDeclHandler = typed
        try:
            parser.Parse(bytes(text), True)
        except (expat.ExpatError, ValueError, LookupError):
            raise self.damaged() from None

    def elements(self, text: bytearray, *wanted: str) -> list[tuple[str, dict[str, str]]]:
        """The elements of some names of a part, in order."""
        found: list[tuple[str, dict[str, str]]] = []

        def begin(tag: str, attributes: dict[str, str]) -> None:
            if (name := local(tag)) in wanted:
                found.append((name, {local(key): value for key, value in attributes.items()}))
                if len(found) > MOST_ELEMENTS:
                    raise limit(self.name, "the workbook has too many sheets or formats")

        self.parse(text, begin)
        return found


def local(tag: str) -> str:
    """A name of XML without its prefix."""
    return tag.rpartition(":")[2]
