"""Workbooks (.xlsx, .xls, .ods) as tables, one a sheet: their parts are measured before they are unpacked."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
import zlib
from collections import Counter
from typing import TYPE_CHECKING, Any

from mmatch.errors import InputError, LimitError, Problem, excerpt
from mmatch.signup.tables import MOST_CELLS, InputTable, table_from_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmatch.signup.vocabulary import Words

MOST_INFLATED = 512 * 2**20
MOST_RATIO = 200  # a part that unpacks to more than this many times its size is no table of texts
SPARE = 1_000_000  # cells that a sheet may span whatever it holds
MOST_SPREAD = 20  # cells spanned for each cell filled, beyond the spare ones
LONGEST_CELL = 4 * 32_767
_CHUNK = 2**18
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_CELL = re.compile(rb'<(?:x:)?c\b[^>]*?\br="([A-Z]{1,3})(\d{1,7})"')
_FAULTS = (  # cells with an error, and formulas without a value
    re.compile(rb'<(?:x:)?c\b[^>]*?\br="([A-Z]{1,3}\d{1,7})"[^>]*\bt="e"'),
    re.compile(rb'<(?:x:)?c\b[^>]*?\bt="e"[^>]*?\br="([A-Z]{1,3}\d{1,7})"'),
    re.compile(rb'<c\b[^>]*?\br="([A-Z]{1,3}\d{1,7})"[^>]*>\s*<f[^>]*?(?:/>|>[^<]*</f>)\s*(?:<v\s*/>|<v></v>)?\s*</'),
)
_KEPT = re.compile(r"xl/worksheets/sheet\d+\.xml|xl/sharedStrings\.xml|content\.xml|META-INF/manifest\.xml")
_USED = re.compile(rb't="s"[^>]*>\s*<v>(\d+)</v>')
_REPEATED = re.compile(rb'number-(columns|rows)-repeated="(\d+)"')
_SHARED = re.compile(rb"<si\b.*?</si>", re.DOTALL)


def is_workbook(data: bytes) -> bool:
    """Whether some bytes begin as a workbook does."""
    return data.startswith((_ZIP, _OLE))


def tables_from_workbook(data: bytes, name: str, words: Words) -> tuple[list[InputTable], list[str]]:
    """(the sheets that hold tables, remarks on the others); places are rows of the sheet.

    Numbers lose a useless ".0", dates become ISO, empty cells stay empty; hidden sheets are not read.

    Raises:
        InputError: encrypted, with macros, damaged, or with cells that hold an error such as #REF!.
        LimitError: parts that unpack to far more than they hold.
    """
    import python_calamine

    faults = _measured(data, name) if data.startswith(_ZIP) else {}
    if data.startswith(_OLE) and "EncryptedPackage".encode("utf-16-le") in data:
        raise _refused(name, "the workbook is protected with a password", "save it without a password")
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets = [(meta.name, str(meta.visible), book.get_sheet_by_name(meta.name)) for meta in book.sheets_metadata]
        grids = [(title, visible, sheet.to_python(skip_empty_area=False)) for title, visible, sheet in sheets]
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        text = f"cannot be read as a workbook: {excerpt(str(error))}"
        raise _refused(name, text, "open it in a spreadsheet and save it as .xlsx") from None
    return _tables(grids, faults, name, words)


def _tables(
    grids: list[tuple[str, str, Any]], faults: dict[int, list[str]], name: str, words: Words
) -> tuple[list[InputTable], list[str]]:
    tables, remarks = [], []
    problems: list[Problem] = []
    for k, (title, visible, grid) in enumerate(grids):
        rows = [(number, [_text(cell) for cell in row]) for number, row in enumerate(grid, 1)]
        if not visible.endswith(".Visible"):
            if any(any(row) for _, row in rows):
                remarks.append(
                    f"the hidden sheet {excerpt(title)} was not read: show it in the workbook if people stand in it"
                )
            continue
        if max((sum(map(bool, row)) for _, row in rows), default=0) < 2:
            if any(any(row) for _, row in rows):
                remarks.append(f"the sheet {excerpt(title)} holds no table and was not read")
            continue
        problems += [
            Problem(
                "error-cell",
                f"{name}: {title}!{place}",
                "the cell holds an error or a formula without a value",
                "mend the formula, or write the value",
            )
            for place in faults.get(k, [])
        ]
        tables.append(table_from_rows(rows, f"{name}: {title}", words, unit="row"))
    if problems:
        raise InputError(problems)
    if not tables:
        raise _refused(name, "no visible sheet holds a table", "put heads over the columns, one row a person")
    return tables, remarks


def _text(value: Any) -> str:
    """A cell as text: 7.0 is 7, midnight is a date, and true is true."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ", "minutes")
    if isinstance(value, dt.date):
        return value.isoformat()
    return value.isoformat("minutes") if isinstance(value, dt.time) else str(value)


def _refused(name: str, found: str, hint: str) -> InputError:
    return InputError(Problem("workbook", name, found, hint))


def _measured(data: bytes, name: str) -> dict[int, list[str]]:
    """Look through every part within limits; the cells of each sheet that hold an error or an unfinished formula."""
    try:
        parts = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except (zipfile.BadZipFile, ValueError, OSError):
        raise _refused(name, "the file is damaged", "save it again as .xlsx") from None
    _check_kind({part.filename for part in parts}, any(part.flag_bits & 1 for part in parts), name)
    left = max(32 * 2**20, min(MOST_INFLATED, MOST_RATIO * len(data)))
    kept: dict[str, bytes] = {}
    for part in parts:
        chunks = []
        for chunk in _inflated(data, part, name):
            left -= len(chunk)
            if left < 0:
                text = f"{excerpt(part.filename)} unpacks to far more than its size"
                raise LimitError(Problem("too-large", name, text, "save the sheet as CSV"))
            if _KEPT.fullmatch(part.filename):
                chunks.append(chunk)
        kept[part.filename] = b"".join(chunks)
    if b"encryption-data" in kept.get("META-INF/manifest.xml", b""):
        raise _refused(name, "the workbook is protected with a password", "save it without a password")
    _check_repeats(kept.get("content.xml", b""), name)
    sheets = sorted((key for key in kept if key.startswith("xl/worksheets/")), key=lambda key: (len(key), key))
    faults = {}
    for number, key in enumerate(sheets):
        _check_span(kept[key], name, key)
        found = [cell for pattern in _FAULTS for cell in pattern.findall(kept[key])]
        faults[number] = [cell.decode() for cell in dict.fromkeys(found)]
    _check_strings(kept.get("xl/sharedStrings.xml", b""), [kept[key] for key in sheets], len(data), name)
    return faults


def _check_kind(names: set[str], encrypted: bool, name: str) -> None:
    if not names & {"xl/workbook.xml", "content.xml", "xl/workbook.bin"}:
        text = "found a zip archive, expected a workbook or text: compressed input is not supported"
        raise InputError(Problem("compressed", name, text, "save or unpack it as CSV first"))
    if any(part.endswith("vbaProject.bin") for part in names):
        raise _refused(name, "the workbook carries macros", "save it as .xlsx, without macros")
    if encrypted:
        raise _refused(name, "the workbook is protected with a password", "save it without a password")


def _check_strings(shared: bytes, sheets: list[bytes], size: int, name: str) -> None:
    """Texts that are kept once and stand in many cells: readers copy them into each."""
    lengths = [len(item) for item in _SHARED.findall(shared)]
    if lengths and max(lengths) > LONGEST_CELL:
        raise LimitError(Problem("too-large", name, f"a cell has more than {LONGEST_CELL // 4:,} characters"))
    uses = sum(sheet.count(b't="s"') for sheet in sheets)
    if uses * max(lengths, default=0) > 40 * size + 2**26:
        numbers = Counter(number for sheet in sheets for number in _USED.findall(sheet))
        total = sum(lengths[int(n)] * times for n, times in numbers.items() if int(n) < len(lengths))
        if total > 40 * size + 2**24:
            text = "long texts stand in very many cells"
            raise LimitError(Problem("too-large", name, text, "save the sheet as CSV"))


def _inflated(data: bytes, part: zipfile.ZipInfo, name: str) -> Iterator[bytes]:
    """The bytes of one part in small pieces, whatever size it claims."""
    at = part.header_offset
    start = (
        at + 30 + int.from_bytes(data[at + 26 : at + 28], "little") + int.from_bytes(data[at + 28 : at + 30], "little")
    )
    packed = memoryview(data)[start : start + part.compress_size]
    if part.compress_type == zipfile.ZIP_STORED:
        yield bytes(packed)
        return
    if part.compress_type != zipfile.ZIP_DEFLATED:
        raise _refused(name, "packed in a way that is not supported", "save it again as .xlsx")
    machine = zlib.decompressobj(-15)
    try:
        piece = machine.decompress(packed, _CHUNK)
        while piece:
            yield piece
            piece = machine.decompress(machine.unconsumed_tail, _CHUNK)
    except zlib.error:
        raise _refused(name, "the file is damaged", "save it again as .xlsx") from None


def _check_span(text: bytes, name: str, part: str) -> None:
    """A sheet spans few cells beyond those that it fills: readers hold the whole rectangle."""
    cells = _CELL.findall(text)
    count = len(cells)
    columns = max((_number(column) for column in {column for column, _ in cells}), default=0)
    rows = max((int(row) for row in {row for _, row in cells}), default=0)
    if rows * columns > min(MOST_CELLS, SPARE + MOST_SPREAD * count):
        found = f"{excerpt(part)} spans {rows:,} rows and {columns:,} columns and fills {count:,} cells"
        raise LimitError(Problem("too-large", name, found, "delete the cells far outside the table"))


def _number(column: bytes) -> int:
    number = 0
    for letter in column:
        number = number * 26 + letter - 64
    return number


def _check_repeats(text: bytes, name: str) -> None:
    """Repeated cells of an .ods sheet, counted where they hold anything."""
    total = 0
    for row in re.finditer(rb"<table:table-row\b([^>]*)>(.*?)</table:table-row>", text, re.DOTALL):
        if b"office:value" not in row[2] and b"<text:p" not in row[2]:
            continue
        times = [int(n) for kind, n in _REPEATED.findall(row[1]) if kind == b"rows"]
        cells = re.findall(rb"<table:table-cell\b([^>]*?)(?:/>|>)", row[2])
        wide = sum(next((int(n) for _, n in _REPEATED.findall(cell)), 1) for cell in cells if b"office:value" in cell)
        total += wide * (times[0] if times else 1)
    if total > SPARE + len(text):
        raise LimitError(Problem("too-large", name, f"repeated cells make {total:,} cells", "save the sheet as CSV"))
