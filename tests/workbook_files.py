"""Workbooks for tests: written by XlsxWriter, or put together part by part as a program with bad intentions would."""

import io
import struct
import zipfile
from xml.sax.saxutils import escape

import xlsxwriter

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
HEADS = (
    '<row r="1"><c r="A1" t="inlineStr"><is><t>id</t></is></c><c r="B1" t="inlineStr"><is><t>name</t></is></c></row>'
)


def written(*sheets, options=None):
    """A workbook of (name, rows) by XlsxWriter; a cell may be (value, number format)."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, **(options or {})})
    for name, rows in sheets:
        sheet = book.add_worksheet(name)
        for k, row in enumerate(rows):
            for j, cell in enumerate(row):
                value, code = cell if isinstance(cell, tuple) else (cell, None)
                style = book.add_format({"num_format": code}) if code else None
                if isinstance(value, str):
                    sheet.write_string(k, j, value, style)
                else:
                    sheet.write(k, j, value, style)
    book.close()
    return target.getvalue()


def zipped(parts):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return target.getvalue()


def parts_of(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def parts(*sheets, shared="", styles=""):
    """The parts of an .xlsx from the insides of ``sheetData``; a sheet may be (inside, attributes, part)."""
    rows = [
        sheet if isinstance(sheet, tuple) else (sheet, "", f"worksheets/sheet{k}.xml") for k, sheet in enumerate(sheets)
    ]
    listed = "".join(
        f'<sheet name="S{k}" sheetId="{k + 1}" {more} r:id="r{k}"/>' for k, (_, more, _) in enumerate(rows)
    )
    links = "".join(
        f'<Relationship Id="r{k}" Type="{OFFICE}/worksheet" Target="{path}"/>' for k, (_, _, path) in enumerate(rows)
    )
    links += f'<Relationship Id="s" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/>' if shared else ""
    links += f'<Relationship Id="f" Type="{OFFICE}/styles" Target="styles.xml"/>' if styles else ""
    start = f'<Relationship Id="w" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
    found = {
        "_rels/.rels": f"<Relationships>{start}</Relationships>",
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f"<Relationships>{links}</Relationships>",
    }
    for inside, _, path in rows:
        found[f"xl/{path.removeprefix('/xl/')}"] = (
            f'<worksheet xmlns="{MAIN}"><sheetData>{inside}</sheetData></worksheet>'
        )
    if shared:
        found["xl/sharedStrings.xml"] = f'<sst xmlns="{MAIN}">{shared}</sst>'
    if styles:
        found["xl/styles.xml"] = f'<styleSheet xmlns="{MAIN}">{styles}</styleSheet>'
    return found


def xlsx(*sheets, **more):
    return zipped(parts(*sheets, **more))


def cell(text, attributes=""):
    kind = 'office:value-type="string"' if text else ""
    return f"<table:table-cell {kind} {attributes}><text:p>{escape(text)}</text:p></table:table-cell>"


def ods(*tables, hidden=(), manifest=""):
    """An .ods from the insides of ``table:table``."""
    inside = "".join(
        f'<table:table table:name="T{k}" table:style-name="{"off" if k in hidden else "on"}">{table}</table:table>'
        for k, table in enumerate(tables)
    )
    spaces = " ".join(f'xmlns:{name}="urn:{name}"' for name in ("office", "table", "text", "style", "calcext"))
    style = '<style:style style:name="off"><style:table-properties table:display="false"/></style:style>'
    return zipped(
        {
            "mimetype": ODS,
            "META-INF/manifest.xml": f"<manifest>{manifest}</manifest>",
            "content.xml": f"<office:document-content {spaces}>{style}{inside}</office:document-content>",
        }
    )


def ods_rows(rows):
    return "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in rows)


def record(kind, data=b""):
    return struct.pack("<2H", kind, len(data)) + data


def xls(records, *names, sheet_at=None):
    """An old workbook: a compound file with one stream; ``names`` are further entries of its directory."""
    head = record(0x809, struct.pack("<4H2I", 0x600, 5, 0, 0, 0, 0))
    bound = lambda at: record(0x85, struct.pack("<I2B", at, 0, 0) + b"\x02\x00S0")  # noqa: E731
    at = len(head) + len(bound(0)) + 4
    stream = head + bound(at) + record(0x0A) + record(0x809, struct.pack("<4H2I", 0x600, 16, 0, 0, 0, 0))
    stream += b"".join(records) + record(0x0A)
    stream = stream.ljust(max(4096, -(-len(stream) // 512) * 512), b"\0")
    count = len(stream) // 512

    def entry(name, kind, start, size):
        text = name.encode("utf-16-le") + b"\0\0"
        return (
            text.ljust(64, b"\0")
            + struct.pack("<HBB3I", len(text), kind, 1, 2**32 - 1, 2**32 - 1, 1)
            + bytes(36)
            + struct.pack("<IQ", start, size)
        )

    folder = entry("Root Entry", 5, 2**32 - 2, 0) + entry("Workbook", 2, 2, len(stream))
    folder += b"".join(entry(name, 1, 0, 0) for name in names[:2])
    table = [2**32 - 3, 2**32 - 2, *range(3, count + 2), 2**32 - 2]
    table = struct.pack(f"<{len(table)}I", *table).ljust(512, b"\xff")
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<5H", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<9I", 0, 1, 1, 0, 4096, 2**32 - 2, 0, 2**32 - 2, 0) + struct.pack("<I", 0)
    return header.ljust(512, b"\xff") + table + folder.ljust(512, b"\0") + stream


def label(row, column, text):
    return record(0x204, struct.pack("<4HB", row, column, 0, len(text), 0) + text.encode("latin-1"))
