"""Workbooks (.xlsx, .xls, .ods) as sheets of texts: python-calamine reads them, and sees only what was measured.

An .xlsx or .ods is looked through first: what it spans, and which cells hold an error instead of a value. An old .xls
is read by a child process with little memory and time.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import posixpath
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape, quoteattr

from mmatch.errors import InputError, excerpt
from mmatch.io.packages import AS_XLSX, SPARE, Package, limit, local, refused

if TYPE_CHECKING:
    from collections.abc import Iterable

Faults = dict[tuple[int, int], str]

MOST_SHEETS, MOST_MARKS = 200, 100_000
MOST_TEXT = 10  # bytes of text in cells for each byte of the file
ROW = 6  # an empty row costs as much as so many cells
LONGEST_CELL = 4 * 32_767
NO_VALUE = "a formula without a value"
_CHUNK = 2**16
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_REST = rb'(?: (?!r)[\w:]++="[^"<>]*+")*+'  # attributes, none of which is a second place
_INSIDE = rb"(?:[^<]++|<(?!/?(?:c|row)[\s/>]|!|[^<>\s]*:)[^<>]*+>)*+</c>"
_ROW = re.compile(
    rb'<row r="(\d{1,7}+)"' + _REST + rb'(?:/>|>(?:<c r="[A-Z]{1,3}+\1"' + _REST + rb"(?:><v>[^<]*+</v></c>|/>|>"
    rb"" + _INSIDE + rb"))*+</row>)\s*"
)
_COLUMN = re.compile(rb'<c r="([A-Z]+)')
_FILLED = re.compile(rb'<c r="([A-Z]*+)(\d++)"' + _REST + rb">")
_ERROR = re.compile(rb'<c r="([A-Z]+)(\d+)"[^>/]*\bt="e"[^>/]*>(.*?)</c>', re.DOTALL)
_FORMULA = re.compile(
    rb'<c r="([A-Z]+)(\d+)"(?![^>]*\bt="(?:str|e)")[^>/]*>\s*'
    rb"<f\b(?:[^>]*/>|[^>]*>[^<]*</f>)\s*(?:<v\s*/>|<v></v>)?\s*</c>"
)
_STYLED = re.compile(rb'<c r="([A-Z]+)(\d+)" s="(\d+)"(?: t="n")?>')
_USED = re.compile(rb'\bt="s"[^>]*>\s*<v>(\d{1,7})</v>')
_KEPT = frozenset(["worksheet", "sheetData", "row", "c", "v", "f", "is", "t", "r", "rPh", "sst", "si"])
_PLACE = re.compile(r"([A-Za-z]{1,3})(\d{1,7})")
_ATTRIBUTES = re.compile(r"office:|table:formula")
_TYPES = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
_CHILD = """
import io, json, os, sys
sys.path.append(sys.argv[1])
import python_calamine
data = sys.stdin.buffer.read()
try:
    import resource
    seconds, memory = 2 + len(data) // 2**19, 48 * 2**20 + 40 * len(data)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    with open("/proc/self/statm") as pages:
        memory += int(pages.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
except (ImportError, OSError, ValueError):
    pass
book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
found = []
for k, meta in enumerate(book.sheets_metadata):
    if str(meta.typ).endswith(".WorkSheet"):
        sheet = book.get_sheet_by_index(k)
        rows = list(sheet.iter_rows()) if sheet.start else []
        found.append([meta.name, str(meta.visible).endswith(".Visible"), (sheet.start or (0, 0))[1], rows])
text = json.dumps(found, default=lambda value: [type(value).__name__, str(value)])
sys.stdout.write(text if len(text) < 2**24 + 40 * len(data) else 1 / 0)
"""


@dataclass(slots=True)
class WorkbookSheet:
    """What was seen of a sheet: where it holds errors, numbers shown with zeros before them, and percents."""

    title: str
    visible: bool = True
    filled: bool = False
    faults: Faults = field(default_factory=dict)
    zeros: dict[tuple[int, int], int] = field(default_factory=dict)
    percents: dict[int, int] = field(default_factory=dict)
    rows: list[tuple[int, list[str]]] = field(default_factory=list)


def is_workbook(data: bytes) -> bool:
    """Whether some bytes begin as a workbook does."""
    return data.startswith((_ZIP, _OLE))


def read_workbook(data: bytes, name: str) -> list[WorkbookSheet]:
    """All sheets of a workbook. Numbers lose a useless ".0" and keep zeros shown before them, percents are as stored.

    Dates become ISO, empty cells stay empty; merged cells fill only the first one. Hidden rows and columns are read,
    hidden sheets are not.

    Raises:
        InputError: encrypted, with macros, damaged, or of a kind that is not read.
        LimitError: the workbook would unpack to far more than its size.
    """
    return _Workbook(data, name).sheets() if data.startswith(_ZIP) else _from_xls(data, name)


def _texts(rows: Iterable[list[Any]], start: int, sheet: WorkbookSheet) -> list[tuple[int, list[str]]]:
    """The rows of a sheet as texts; the first cell stands in the column ``start``."""
    found, before = [], [""] * start
    for number, row in enumerate(rows, 1):
        texts = before + [cell if type(cell) is str else _text(cell) for cell in row]
        if len(max(texts, key=len, default="")) > LONGEST_CELL:
            raise limit(f"{sheet.title} row {number}", f"a cell has more than {LONGEST_CELL:,} characters")
        found.append((number, texts))
    for (line, column), digits in sheet.zeros.items():
        texts = found[line - 1][1] if line <= len(found) else []
        if column < len(texts) and texts[column].isdecimal():
            texts[column] = texts[column].zfill(digits)
    return found


def _text(value: Any) -> str:
    """A cell as text: 7.0 is 7, midnight is a date, and true is true; the child names the types that JSON lacks."""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ", "minutes")
    if isinstance(value, list):
        kind, text = value
        return str(text) if kind == "timedelta" else _text(getattr(dt, kind).fromisoformat(text))
    return value.isoformat("minutes") if isinstance(value, dt.time) else str(value)


def _from_xls(data: bytes, name: str) -> list[WorkbookSheet]:
    """An old workbook, read by a child that may die of it."""
    import python_calamine

    for sign, found in (("EncryptedPackage", "is protected with a password"), ("_VBA_PROJECT", "carries macros")):
        if sign.encode("utf-16-le") in data:
            raise refused(name, f"the workbook {found}", "save it as .xlsx, without a password or macros")
    code = [sys.executable, "-I", "-c", _CHILD, str(Path(python_calamine.__file__).parent.parent)]
    try:
        done = subprocess.run(code, input=data, capture_output=True, check=True, timeout=10 + len(data) / 2**18)  # noqa: S603
        found = json.loads(done.stdout)
    except (subprocess.SubprocessError, OSError, ValueError):
        text = "the old workbook cannot be read: it is damaged or protected, or would take too much memory or time"
        raise refused(name, text, AS_XLSX) from None
    sheets = []
    for title, visible, start, rows in found:
        sheets.append(WorkbookSheet(f"{title}", visible, bool(rows)))
        sheets[-1].rows = _texts(rows, start, sheets[-1])
    return sheets


class _Workbook(Package):
    """A zipped workbook: what its sheets span and hold is found out before python-calamine reads them."""

    def __init__(self, data: bytes, name: str) -> None:
        super().__init__(data, name)
        self.spread = SPARE // 16 + 2 * len(data)
        self.weight = SPARE + MOST_TEXT * len(data)

    def sheets(self) -> list[WorkbookSheet]:
        """All sheets, measured, with the rows that python-calamine reads from those that are not hidden."""
        import python_calamine

        found = self.xlsx() if "xl/workbook.xml" in self.parts else self.ods()
        try:
            book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(self.archive()))
            for k, sheet in enumerate(found):
                grid = book.get_sheet_by_index(k) if sheet.visible else None
                if grid and grid.start:
                    sheet.rows = _texts(grid.iter_rows(), grid.start[1], sheet)
        except InputError:
            raise
        except BaseException as error:
            if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
                raise
            raise refused(self.name, f"cannot be read as a workbook: {excerpt(str(error))}", AS_XLSX) from None
        return found

    def xlsx(self) -> list[WorkbookSheet]:
        """The sheets in their order; what belongs to them is handed on with a plain list of sheets."""
        related = {}
        for _, facts in self.elements(self.unpacked("xl/_rels/workbook.xml.rels"), "Relationship"):
            path = posixpath.normpath(posixpath.join("/xl", facts.get("Target", "")))[1:].casefold()
            related[facts.get("Id", "")] = facts.get("Type", "").rpartition("/")[2], path
        shared = {kind: path for kind, path in related.values() if path in self.parts}
        styles = self.styles(shared["styles"]) if "styles" in shared else {}
        lengths = self.lengths(shared["sharedStrings"]) if "sharedStrings" in shared else []
        links = [_link(kind, kind, f"{kind}.xml") for kind in ("styles", "sharedStrings") if kind in shared]
        found: list[WorkbookSheet] = []
        listed, old = "", ""
        for tag, facts in self.elements(self.unpacked("xl/workbook.xml"), "workbookPr", "sheet"):
            kind, path = related.get(facts.get("id", ""), ("worksheet", ""))
            if tag == "workbookPr" or kind != "worksheet":  # charts hold no cells
                old = ' date1904="1"' if facts.get("date1904") in {"1", "true"} else old
                continue
            sheet, new = WorkbookSheet(facts.get("name", ""), facts.get("state", "visible") == "visible"), len(found)
            self.look_through(path, f"xl/worksheets/{new}.xml", sheet, lengths, styles)
            links.append(_link(f"s{new}", "worksheet", f"worksheets/{new}.xml"))
            listed += f'<sheet name="{new}" sheetId="{new + 1}" r:id="s{new}"/>'
            found.append(sheet)
            self.few(found)
        workbook = f'<workbook xmlns:r="{_TYPES[:-1]}"><workbookPr{old}/><sheets>{listed}</sheets></workbook>'
        self.add("xl/workbook.xml", workbook.encode())
        for folder, inside in (("", _link("w", "officeDocument", "xl/workbook.xml")), ("xl/", "".join(links))):
            name = f"{folder}_rels/{'workbook.xml' if folder else ''}.rels"
            self.add(name, f"<Relationships>{inside}</Relationships>".encode())
        return found

    def few(self, sheets: list[WorkbookSheet]) -> None:
        """Refuse a workbook of too many sheets."""
        if len(sheets) > MOST_SHEETS:
            raise limit(self.name, f"the workbook has more than {MOST_SHEETS} sheets")

    def styles(self, path: str) -> dict[bytes, int]:
        """The styles that show percents (0), and those that show zeros before numbers (how many digits)."""
        text = self.unpacked(path, "xl/styles.xml")
        codes, found, number = {"9": "%", "10": "%"}, {}, -1
        for tag, facts in self.elements(text, "numFmt", "cellXfs", "cellStyleXfs", "cellStyles", "dxfs", "xf"):
            if tag == "numFmt":
                codes[facts.get("numFmtId", "")] = re.sub(r'"[^"]*"|\\.', "", facts.get("formatCode", ""))
            elif tag != "xf":
                number = 0 if tag == "cellXfs" else -1
            elif number >= 0:
                code = codes.get(facts.get("numFmtId", ""), "")
                zeros = re.fullmatch(r"(0{2,15})(?:;.*)?", code)
                if zeros or "%" in code:
                    found[b"%d" % number] = len(zeros[1]) if zeros else 0
                number += 1
        return found

    def lengths(self, path: str) -> list[int]:
        """How many bytes each of the texts takes that cells share."""
        text = self.unpacked(path, "xl/sharedStrings.xml")
        return _lengths(text) or _lengths(self.rewritten(text)) or [len(text)] * text.count(b"<")

    def look_through(
        self, path: str, new: str, sheet: WorkbookSheet, lengths: list[int], styles: dict[bytes, int]
    ) -> None:
        """Measure a sheet, and find what stands in its cells instead of values or is shown in another way."""
        text = self.unpacked(path, new)
        measured = _measured(text)
        if measured is None:
            text = self.rewritten(text)
            measured = _measured(text)
            if measured is None:
                raise self.damaged()
        high, wide = measured
        if high * (wide + ROW) > self.spread:  # cells that have a colour and no value do not count
            high = wide = 0
            for cell in _FILLED.finditer(text):
                high, wide = max(high, int(cell[2])), max(wide, _number(cell[1]))
        self.spread -= high * (wide + ROW)
        if self.spread < 0:
            found = f"the sheet {excerpt(sheet.title)} spans {high:,} rows and {wide:,} columns"
            raise limit(self.name, f"{found}, far more than it fills: delete the cells outside the table")
        if len(text) // 20 * max(lengths, default=0) > self.weight:  # a cell takes more than 20 bytes
            uses = [int(n[1]) for n in _USED.finditer(text)]
            others = max(0, text.count(b't="s"') - len(uses)) * max(lengths)
            self.weigh(others + sum(lengths[n] for n in uses if n < len(lengths)))
        sheet.filled = b"</c>" in text
        text = self.mark(text, sheet, styles)
        if len(text) != self.made[-1][3]:
            self.made.pop()
            self.add(new, text)

    def mark(self, text: bytearray, sheet: WorkbookSheet, styles: dict[bytes, int]) -> bytearray:
        """Note the cells that are not as they look; the text without errors, as not all kinds of them can be read."""
        errors = b't="e"' in text
        for found in _ERROR.finditer(text) if errors else ():
            value = re.search(rb"<v>([^<]*)</v>", found[3])
            sheet.faults[_place(found)] = value[1].decode(errors="replace") if value else "an error"
            self.few_marks(sheet)
        for found in _FORMULA.finditer(text) if b"<f" in text else ():
            sheet.faults[_place(found)] = NO_VALUE
            self.few_marks(sheet)
        for found in _STYLED.finditer(text) if styles else ():
            digits, (row, column) = styles.get(found[3]), _place(found)
            if digits:
                sheet.zeros[row, column] = digits
            elif digits == 0:
                sheet.percents.setdefault(column, row)
            self.few_marks(sheet)
        return bytearray(_ERROR.sub(rb'<c r="\1\2"/>', text)) if errors else text

    def few_marks(self, sheet: WorkbookSheet) -> None:
        """Refuse a sheet in which too many cells hold errors or number formats."""
        if len(sheet.faults) + len(sheet.zeros) > MOST_MARKS:
            raise limit(self.name, f"the sheet {excerpt(sheet.title)} has very many cells with errors or formats")

    def weigh(self, size: int) -> None:
        """Refuse a workbook whose cells hold too many characters in all; ``size`` more stand in the next."""
        self.weight -= size
        if self.weight < 0:
            raise limit(self.name, "long texts stand in very many cells")

    def rewritten(self, text: bytearray) -> bytearray:
        """A sheet, or the texts that sheets share, in the spelling that most programs write."""
        made, row, column, kind = bytearray(), 0, 0, ""

        def write(piece: str) -> None:
            self.spend(len(piece))
            made.extend(piece.encode())

        def begin(tag: str, facts: dict[str, str]) -> None:
            nonlocal row, column, kind
            tag = kind = local(tag)
            place = ""
            if tag == "row":
                row, column = int(facts.get("r", row + 1)), 0
                place = f' r="{row}"'
            elif tag == "c":
                given = _PLACE.fullmatch(facts.get("r") or letters(column + 1) + str(row))
                if given is None or int(given[2]) != row:
                    raise ValueError
                column = _number(given[1].upper().encode())
                place = f' r="{given[1].upper()}{row}"'
                place += "".join(f" {key}={quoteattr(facts[key])}" for key in ("s", "t") if key in facts)
            if tag in _KEPT:
                write(f"<{tag}{place}>")

        def data(piece: str) -> None:
            if kind in {"t", "v", "f"}:
                write(escape(piece))

        def end(tag: str) -> None:
            nonlocal kind
            kind = ""
            if (name := local(tag)) in _KEPT:
                write(f"</{name}>")

        self.parse(text, begin, end, data)
        return made

    def ods(self) -> list[WorkbookSheet]:
        """The sheets of an OpenDocument workbook; repeated cells count as often as they stand there."""
        if b"encryption-data" in self.unpacked("META-INF/manifest.xml", "META-INF/manifest.xml"):
            raise refused(self.name, "the workbook is protected with a password", "save it without a password")
        self.add("mimetype", b"application/vnd.oasis.opendocument.spreadsheet")
        text = self.unpacked("content.xml", "content.xml")
        reader = _Content(self)
        self.parse(text, reader.begin, reader.end, reader.data)
        return reader.sheets


class _Content:
    """The sheets of an .ods: what they span, and which cells hold errors."""

    def __init__(self, package: _Workbook) -> None:
        self.package, self.hidden = package, set[str]()
        self.sheets: list[WorkbookSheet] = []
        self.style = ""
        self.row = self.column = self.times = self.wide = self.high = self.repeated = self.size = 0
        self.cell: dict[str, str] | None = None
        self.shown = ""

    def begin(self, tag: str, facts: dict[str, str]) -> None:
        """An element opens: a style, a table, a row or a cell, with its attributes."""
        if tag == "style:style":
            self.style = facts.get("style:name", "")
        elif tag == "style:table-properties" and facts.get("table:display") == "false":
            self.hidden.add(self.style)
        elif tag == "table:table":
            self.sheets.append(WorkbookSheet(facts["table:name"], facts.get("table:style-name") not in self.hidden))
            self.package.few(self.sheets)
            self.row = self.wide = self.high = 0
        elif tag == "table:table-row":
            self.times, self.column = max(0, int(facts.get("table:number-rows-repeated", 1))), 0
        elif tag in {"table:table-cell", "table:covered-table-cell"}:
            self.repeated = max(0, int(facts.get("table:number-columns-repeated", 1)))
            self.cell, self.shown, self.size = facts, "", sum(map(len, facts.values()))
        elif tag == "text:s":
            self.size += max(0, int(facts.get("text:c", 1)))

    def data(self, piece: str) -> None:
        """A piece of the text of a cell; what is kept of it can name an error."""
        self.size += len(piece)
        if self.cell is not None and len(self.shown) < 40:
            self.shown += piece.strip()

    def end(self, tag: str) -> None:
        """An element closes: its cell, row or table is counted."""
        if tag in {"table:table-cell", "table:covered-table-cell"} and self.cell is not None:
            self.take(self.cell)
            self.column, self.cell = self.column + self.repeated, None
        elif tag == "table:table-row":
            self.row += self.times
        elif tag == "table:table":
            self.spend(self.high * (self.wide + ROW))

    def take(self, facts: dict[str, str]) -> None:
        """One cell, as often as it is repeated."""
        package, sheet = self.package, self.sheets[-1]
        filled = any(map(_ATTRIBUTES.match, facts))
        self.spend(self.column // 16 if not filled else 0)
        if not filled:
            return
        self.high, self.wide = self.row + self.times, max(self.wide, self.column + self.repeated)
        self.spend(0)
        package.weigh(self.size * self.repeated * self.times)
        sheet.filled = True
        kind = facts.get("office:value-type")
        if facts.get("calcext:value-type") == "error" or (kind is None and "table:formula" in facts):
            found = (self.shown or "an error") if "calcext:value-type" in facts else NO_VALUE
            for row in range(self.row + 1, self.row + min(self.times, MOST_MARKS) + 1):
                for column in range(self.column, self.column + self.repeated):
                    sheet.faults[row, column] = found
                    package.few_marks(sheet)
        if kind == "percentage":
            sheet.percents.setdefault(self.column, self.row + 1)

    def spend(self, cells: int) -> None:
        """Count what the sheet spans so far, and refuse one that spans far more than it fills."""
        self.package.spread -= cells
        if self.package.spread - self.high * (self.wide + ROW) < 0:
            found = f"a sheet spans {self.high:,} rows and {self.wide:,} columns, far more than it fills"
            raise limit(self.package.name, f"{found}: delete the cells outside the table")


def _measured(text: bytearray) -> tuple[int, int] | None:
    """(rows, columns) that cells reach; None where anything is written in an unusual way."""
    at, end = text.find(b"<sheetData>") + 11, text.rfind(b"</sheetData>")
    if at < 11 or text.count(b"sheetData", 0, at) != 1 or b"<!" in text[:at]:
        return None
    high, columns = 0, set[bytes]()
    for row in _ROW.finditer(text, at, end):
        if row.start() != at:
            return None
        at, high = row.end(), max(high, int(row[1]))
    if at != end:
        return None
    for k in range(0, len(text), _CHUNK):
        columns.update(_COLUMN.findall(text, k, k + _CHUNK + 10))  # a letter too few does no harm
    return high, max(map(_number, columns), default=0)


def _lengths(text: bytearray) -> list[int]:
    """The sizes of texts that sheets share; none where one is written in an unusual way."""
    found: list[int] = []
    at = len(text) if b"<!" in text or b":si" in text else text.find(b"<si>")
    while 0 <= at < len(text):
        end = text.find(b"</si>", at + _CHUNK) + 5
        pieces = text[at : end if end > 4 else len(text)].split(b"</si>")
        if not all(piece.startswith((b"<si><t", b"<si><r>")) for piece in pieces[:-1]):
            return []
        found += map(len, pieces[:-1])
        at = end if end > 4 else len(text)
    return found


def _place(found: re.Match[bytes]) -> tuple[int, int]:
    return int(found[2]), _number(found[1]) - 1


def _number(column: bytes) -> int:
    number = 0
    for letter in column:
        number = number * 26 + letter - 64
    return number


def letters(number: int) -> str:
    """The name of a column of a sheet: 1 is A, 27 is AA."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _link(name: str, kind: str, target: str) -> str:
    return f'<Relationship Id="{name}" Type="{_TYPES}{kind}" Target="{target}"/>'
