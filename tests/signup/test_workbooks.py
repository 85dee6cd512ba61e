"""Workbooks: the same people as in a CSV file, errors where they stand, and bombs that cost next to nothing."""

import csv
import datetime as dt
import io
import json
import random
import re
import struct
import subprocess
import sys
import zipfile
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mmatch as mm
from mmatch.errors import InputError, LimitError, MmatchError
from mmatch.io.workbooks import NO_VALUE
from mmatch.signup.tables import table_from_text
from mmatch.signup.vocabulary import words_of
from mmatch.signup.workbooks import tables_from_workbook
from strategies import examples
from workbook_files import HEADS, cell, label, ods, ods_rows, parts, parts_of, record, written, xls, xlsx, zipped

WORDS = words_of()
PEOPLE = [["id", "name", "email"], ["a1", "Ann", "ann@example.org"], ["b2", "Ben", "ben@example.org"]]
MACHINERY = """
import json, resource, sys
import mmatch.signup.reading, python_calamine
from mmatch.errors import MmatchError
from mmatch.signup.vocabulary import words_of
from mmatch.signup.workbooks import tables_from_workbook
words = words_of()
def most():
    return max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
def spent():
    found = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in found)
data = sys.stdin.buffer.read()
before, start = most(), spent()
try:
    tables_from_workbook(data, "bomb", words)
    told = "read"
except MmatchError as error:
    told = str(error)
print(json.dumps([told, (most() - before) / 1024, spent() - start]))
"""


def read(data):
    tables, remarks = tables_from_workbook(data, "w", WORDS)
    return tables, remarks, {table.name: table.faults for table in tables if table.faults}


def refusal(data):
    with pytest.raises(InputError) as caught:
        read(data)
    return str(caught.value)


# what cells hold

texts = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Z")), min_size=1, max_size=8).map(
    "x".__add__
)
values = st.one_of(texts, st.integers(0, 10**9), st.dates(dt.date(1990, 1, 1), dt.date(2050, 1, 1)))


@examples(60)
@given(st.lists(st.lists(values, min_size=3, max_size=3), min_size=1, max_size=6), st.booleans())
def test_a_workbook_and_a_csv_file_are_the_same_table(rows, in_strings):
    table = [["id", "name", "email"], *rows]
    target = io.StringIO()
    csv.writer(target, lineterminator="\n").writerows(table)
    expected = table_from_text(target.getvalue(), "w", ",", WORDS)
    dated = [[(v, "yyyy-mm-dd") if isinstance(v, dt.date) else v for v in row] for row in table]
    for data in (
        written(("S", dated), options={"in_memory": True, "constant_memory": in_strings}),
        ods(ods_rows([map(str, row) for row in table])),
    ):
        (found,), remarks, faults = read(data)
        assert (found.heads, found.rows, found.lines) == (expected.heads, expected.rows, expected.lines)
        assert (remarks, faults) == ([], {})


def test_numbers_dates_and_truth_as_text():
    row = [7, 7.5, True, (dt.date(2026, 3, 1), "dd/mm/yyyy"), (dt.datetime(2026, 3, 1, 9, 20), "yyyy-mm-dd hh:mm")]  # noqa: DTZ001
    row += [(dt.time(10, 40), "hh:mm"), (204, "00000"), (123456, "00000"), ("204", "00000"), 1e20]
    heads = ["id", "name", "email", *"abcdefg"]
    ((table,), remarks, _) = read(written(("S", [heads, row])))
    expected = ["7", "7.5", "true", "2026-03-01", "2026-03-01 09:20", "10:40", "00204", "123456", "204", "1e+20"]
    assert (table.rows, remarks) == ([expected], [])


def test_percents_are_read_as_stored_with_one_remark_a_sheet():
    rows = [["id", "name", "free", "busy"], ["a", "Ann", (0.5, "0%"), (0.25, "0.00%")], ["b", "Ben", (1, "0%"), 2]]
    ((table,), remarks, _) = read(written(("S", rows)))
    assert [row[2] for row in table.rows] == ["0.5", "1"]
    assert remarks == ['"S": the column "free" is formatted as percent and read as stored: 0.5']


def test_errors_and_formulas_without_a_value_are_told_where_they_stand():
    row = '<row r="3"><c r="A3" t="e"><v>#N/A</v></c><c r="B3"><f>A1&gt;2</f></c><c r="C3" t="str"><f>""</f><v></v></c>'
    row += '<c r="D3" t="e"><f>1/0</f><v>#SPILL!</v></c><c r="E3"><f t="shared" si="0"/><v></v></c>'
    row += '<c r="F3"><f>1</f><v>2</v></c></row>'
    (_, _, faults) = read(xlsx(HEADS + '<row r="2"><c r="A2"><v>1</v></c></row>' + row))
    assert faults == {"w: S0": {(3, 0): "#N/A", (3, 1): NO_VALUE, (3, 3): "#SPILL!", (3, 4): NO_VALUE}}


def inline(place, text):
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def test_an_error_is_named_where_its_column_counts_and_noted_elsewhere(tmp_path):
    path = tmp_path / "book.xlsx"
    heads = ["Name", "Role", "Topic", "Max mentees", "Shirt"]
    rows = [heads, ["Ann", "mentor", "Law", "2", "M"], ["Ben", "mentee", "Law", "", "L"]]
    cells = "".join(
        f'<row r="{k}">' + "".join(inline(f"{'ABCDE'[n]}{k}", text) for n, text in enumerate(row)) + "</row>"
        for k, row in enumerate(rows, 1)
    )
    shirt = cells.replace(inline("E2", "M"), '<c r="E2" t="e"><v>#REF!</v></c>')
    path.write_bytes(xlsx(shirt))
    reading = mm.read_files(path)
    assert [dict(person.attributes) for person in reading.cohort] == [{}, {"shirt": "L"}]
    assert any("S0!E2 holds #REF!" in str(warning) for warning in reading.warnings)
    path.write_bytes(xlsx(shirt.replace(inline("D2", "2"), '<c r="D2" t="e"><v>#N/A</v></c>')))
    with pytest.raises(InputError, match='S0 row 2 column "Max mentees": S0!D2 holds #N/A'):
        mm.read_files(path)


def test_errors_of_an_ods():
    bad = cell("#N/A", 'calcext:value-type="error" table:formula="of:=x"')
    late = '<table:table-cell table:formula="of:=x"/>'
    (_, _, faults) = read(ods(ods_rows(PEOPLE) + f"<table:table-row>{cell('c3')}{bad}{late}</table:table-row>"))
    assert faults == {"w: T0": {(4, 1): "#N/A", (4, 2): NO_VALUE}}


def test_sheets_are_found_by_their_relations_not_by_their_names():
    rows = '<row r="2"><c r="A2" t="e"><v>#REF!</v></c></row>'
    data = xlsx(
        (HEADS + rows, "", "worksheets/sheet3.xml"),
        (HEADS + rows, 'state="hidden"', "worksheets/sheet1.xml"),
        (HEADS, "", "/xl/other/Sheet 2.xml"),
    )
    tables, remarks, faults = read(data)
    assert [table.name for table in tables] == ["w: S0", "w: S2"]
    assert list(faults) == ["w: S0"]
    assert remarks == ['the hidden sheet "S1" was not read: show it in the workbook if people stand in it']
    tables, remarks, _ = read(ods(ods_rows(PEOPLE), ods_rows(PEOPLE), hidden={0}))
    assert [table.name for table in tables] == ["w: T1"]
    assert len(remarks) == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda text: re.sub(r'="([^"]*)"', r"='\1'", text),
        lambda text: text.replace("<c ", "<!-- a cell --><c "),
        lambda text: text.replace('<c r="A1" ', "<c ").replace('<row r="1"', "<row"),
        lambda text: (
            text.replace("<", "<x:").replace("<x:/", "</x:").replace("<x:worksheet ", '<x:worksheet xmlns:x="m" ')
        ),
        lambda text: text.replace("id</t>", "<![CDATA[id]]></t>"),
        lambda text: text.replace('<c r="A2">', '<c   r = "A2"\n>'),
    ],
)
def test_other_spellings_are_the_same_sheet(change):
    text = parts(HEADS + '<row r="2"><c r="A2"><v>5</v></c><c r="B2" t="str"><v>A &amp; B</v></c></row>')
    sheet = text["xl/worksheets/sheet0.xml"].replace("<sheetData>", '<dimension ref="A1:B2"/><sheetData>')
    text["xl/worksheets/sheet0.xml"] = change(sheet + "\n")
    ((table,), _, _) = read(zipped(text))
    assert (table.heads, table.rows) == (("id", "name"), [["5", "A & B"]])


def test_old_workbooks_are_read_by_a_child():
    records = [label(k, j, text) for k, row in enumerate(PEOPLE) for j, text in enumerate(row)]
    records.append(record(0x203, struct.pack("<3Hd", 3, 0, 0, 7.0)))
    ((table,), remarks, faults) = read(xls(records))
    assert table.rows == [*PEOPLE[1:], ["7", "", ""]]
    assert (len(remarks), faults) == (1, {})
    assert "macros" in refusal(xls(records, "_VBA_PROJECT_CUR"))


# what is refused in words


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"xl/workbook.bin": b""}, "binary workbook"),
        ({"xl/vbaProject.bin": b""}, "carries macros"),
        ({"xl/macrosheets/sheet1.xml": b""}, "carries macros"),
        ({"XL/WORKBOOK.XML": b"<workbook/>"}, "the file is damaged"),
        ({"xl/workbook.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><workbook/>'}, "the file is damaged"),
        ({"xl/workbook.xml": b"<a>" * 3000}, "the file is damaged"),
        ({"xl/worksheets/sheet0.xml": "<worksheet/>".encode("utf-16")}, "the file is damaged"),
    ],
)
def test_kinds_that_are_not_read(more, told):
    assert told in refusal(zipped({**parts(HEADS), **more}))


def test_passwords_and_other_archives():
    data = bytearray(xlsx(HEADS))
    data[data.index(b"PK\1\2") + 8] |= 1
    assert "password" in refusal(bytes(data))
    assert "password" in refusal(ods(ods_rows(PEOPLE), manifest="<manifest:encryption-data/>"))
    assert "password" in refusal(b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"))
    assert "compressed input is not supported" in refusal(zipped({"a.txt": "a"}))


def test_cells_outside_a_table():
    text = parts_of(ods(ods_rows(PEOPLE)))
    text["content.xml"] = (
        text["content.xml"].replace(b"table:table ", b"table:tables ").replace(b":table>", b":tables>")
    )
    assert "damaged" in refusal(zipped(text))


def test_a_changed_byte_is_found():
    data = bytearray(zipped(parts(HEADS)))
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, text in parts_of(bytes(data)).items():
            archive.writestr(name, text)
    assert "damaged" in refusal(target.getvalue().replace(b"<t>name", b"<t>mane"))


# bombs


def nested(levels):
    return "<a>" * levels + "</a>" * levels


def quoted_overlap():
    """Every entry of the directory points at one part, which is the sheet."""
    body = zlib.compress(b" " * 4_000_000, 9)[2:-4]
    data = bytearray(
        b"PK\3\4"
        + struct.pack("<5H3I2H", 20, 0, 8, 0, 33, zlib.crc32(b" " * 4_000_000), len(body), 4_000_000, 1, 0)
        + b"a"
        + body
    )
    start, names = len(data), ["xl/workbook.xml", "xl/_rels/workbook.xml.rels", *(f"xl/{k}.xml" for k in range(3000))]
    for name in names:
        data += b"PK\1\2\x14\0" + struct.pack(
            "<5H3I2H", 20, 0, 8, 0, 33, zlib.crc32(b" " * 4_000_000), len(body), 4_000_000, len(name), 0
        )
        data += struct.pack("<3H2I", 0, 0, 0, 0, 0) + name.encode()
    return bytes(data + b"PK\5\6" + struct.pack("<4H2IH", 0, 0, len(names), len(names), len(data) - start, start, 0))


def lying():
    data = xlsx(HEADS + " " * 60_000_000)
    return data.replace(
        struct.pack("<I", len(parts(HEADS + " " * 60_000_000)["xl/worksheets/sheet0.xml"])), struct.pack("<I", 9)
    )


def repeated_part():
    text = parts(*[HEADS] * 150)
    wide = HEADS + '<row r="9000"><c r="AD9000"><v>1</v></c></row>'
    text["xl/worksheets/sheet0.xml"] = parts(wide)["xl/worksheets/sheet0.xml"]
    text["xl/_rels/workbook.xml.rels"] = "".join(text["xl/_rels/workbook.xml.rels"]).replace("sheet", "sheet0.xml#", 0)
    for k in range(1, 150):
        text["xl/_rels/workbook.xml.rels"] = text["xl/_rels/workbook.xml.rels"].replace(f"sheet{k}.xml", "sheet0.xml")
    return zipped(text)


def far(tag):
    return lambda: xlsx(HEADS + f'<row r="200000"><{tag}><v>1</v></c></row>')


def cells(n, inside):
    return "".join(f'<row r="{k}"><c r="A{k}"{inside}</c></row>' for k in range(2, n))


STRING = "<si><t>id</t></si><si><t>" + "long " * 6000 + "</t></si>"
MANY = 'table:number-columns-repeated="16000"'
OFTEN = 'table:number-rows-repeated="1000000"'
BOMBS = {
    "far": (far('c r="ALL200000"'), "far more than it fills"),
    "far, two places": (far('c r="A200000" r="ALL200000"'), "damaged"),
    "far, two places without a blank": (far('c r="A200000" s="1"r="ALL200000"'), "damaged"),
    "far, other quotes": (far("c r='ALL200000'"), "far more than it fills"),
    "far, small letters": (far('c r="all200000"'), "far more than it fills"),
    "far, many letters": (far('c r="ZZZZZZZ200000"'), "damaged"),
    "far, without places": (
        lambda: xlsx(HEADS + "<row/>" * 99_000 + "<row>" + "<c/>" * 1000 + "<c><v>1</v></c></row>"),
        "far more",
    ),
    "far, in another folder": (
        lambda: xlsx((HEADS + '<row r="200000"><c r="ALL200000"><v>1</v></c></row>', "", "x/y.xml")),
        "far more",
    ),
    "far in every sheet": (repeated_part, "far more than it fills"),
    "texts in very many cells": (
        lambda: xlsx(cells(90_000, ' t="s"><v>1</v>'), shared=STRING),
        "long texts stand in very many cells",
    ),
    "texts in very many cells, after formulas": (
        lambda: xlsx(cells(90_000, ' t="s"><f>1</f><v>1</v>'), shared=STRING),
        "long texts stand in very many cells",
    ),
    "texts in very many cells, after empty texts": (
        lambda: xlsx(cells(90_000, ' t="s"><v>1</v>'), shared="<si/>" * 9 + STRING),
        "long texts stand in very many cells",
    ),
    "very long text": (
        lambda: xlsx(HEADS + f'<row r="2"><c r="A2" t="inlineStr"><is><t>{"a" * 5_000_000}</t></is></c></row>'),
        "more than 131,068 characters",
    ),
    "spaces": (lambda: xlsx(HEADS + " " * 300_000_000), "unpacks to far more"),
    "cells": (lambda: xlsx(HEADS + '<row r="2"><c r="A2"><v>1</v></c></row>' * 900_000), "unpacks to far more"),
    "fewer cells": (lambda: xlsx(HEADS + cells(150_000, "><v>1.5</v>")), "read"),
    "a low row": (lambda: xlsx(HEADS + '<row r="65000"><c r="B65000"><v>1</v></c></row>'), "read"),
    "a lower row": (
        lambda: xlsx(HEADS + '<row r="260000"><c r="B260000"><v>1</v></c></row>'),
        "far more than it fills",
    ),
    "one place often": (lambda: xlsx(HEADS + '<row r="2">' + '<c r="A2"><v>1</v></c>' * 340_000 + "</row>"), "read"),
    "errors": (lambda: xlsx(HEADS + cells(99_000, ' t="e"><v>#N/A</v>')), "read"),
    "more errors": (lambda: xlsx(HEADS + cells(150_000, ' t="e"><v>#N/A</v>')), "very many cells with errors"),
    "formulas": (lambda: xlsx(HEADS + cells(99_000, "><f>A1</f>")), "read"),
    "unusual cells": (lambda: xlsx(HEADS + "<row>" + "<c><v>1</v></c>" * 500_000 + "</row>"), ""),
    "a size that is not true": (lying, "unpacks to far more"),
    "overlapping parts": (quoted_overlap, "damaged"),
    "very many sheets": (lambda: xlsx(*[HEADS] * 2000), "more than 200 sheets"),
    "very many formats": (
        lambda: xlsx(HEADS, styles="<cellXfs>" + "<xf/>" * 400_000 + "</cellXfs>"),
        "too many sheets or formats",
    ),
    "very many parts": (lambda: zipped({**parts(HEADS), **{f"a{k}": b"" for k in range(20_000)}}), "damaged"),
    "deep": (lambda: xlsx(HEADS, styles=nested(300_000)), "damaged"),
    "deep cells": (lambda: xlsx(HEADS + '<row r="2"><c r="A2">' + nested(500_000) + "</c></row>"), ""),
    "ods: columns": (
        lambda: ods(ods_rows(PEOPLE) + f"<table:table-row>{cell('a', MANY)}</table:table-row>" * 200),
        "far more",
    ),
    "ods: empty columns": (
        lambda: ods(
            ods_rows(PEOPLE)
            + f"<table:table-row><table:table-cell {MANY}/><table:table-cell/></table:table-row>" * 20_000
        ),
        "far more than it fills",
    ),
    "ods: empty columns, then one": (
        lambda: ods(
            ods_rows(PEOPLE) + f"<table:table-row><table:table-cell {MANY}/>{cell('a')}</table:table-row>" * 200
        ),
        "far more than it fills",
    ),
    "ods: rows": (
        lambda: ods(ods_rows(PEOPLE) + f"<table:table-row {OFTEN}>{cell('a')}</table:table-row>"),
        "far more",
    ),
    "ods: empty rows, then one": (
        lambda: ods(ods_rows(PEOPLE) + f"<table:table-row {OFTEN}>{cell('')}</table:table-row>" + ods_rows(PEOPLE)),
        "far more than it fills",
    ),
    "ods: endless": (
        lambda: ods(
            ods_rows(PEOPLE)
            + OFTEN.join(("<table:table-row ", f">{cell('a')}</table:table-row>")).replace("1000000", "9" * 19)
        ),
        "far more",
    ),
    "ods: spaces": (
        lambda: ods(
            ods_rows([["id", "name"]]) + '<table:table-row><table:table-cell office:value-type="string">'
            '<text:p>a<text:s text:c="1000000000"/></text:p></table:table-cell></table:table-row>'
        ),
        "long texts",
    ),
    "ods: a text often": (
        lambda: ods(
            ods_rows(PEOPLE)
            + f'<table:table-row table:number-rows-repeated="20000">{cell("long " * 6000)}</table:table-row>'
        ),
        "long texts",
    ),
    "ods: cells": (
        lambda: ods(
            ods_rows(PEOPLE),
            "<table:table-row>" + '<table:table-cell office:value="1"/>' * 220_000 + "</table:table-row>",
        ),
        "",
    ),
    "ods: elements": (lambda: ods(ods_rows(PEOPLE) + "<a/>" * 2_000_000), ""),
    "xls: far": (
        lambda: xls([*(label(0, k, "ab") for k in range(3)), label(65_535, 255, "x")]),
        "the old workbook cannot be read",
    ),
    "xls: a claim": (
        lambda: xls(
            [record(0x200, struct.pack("<2I3H", 0, 2**31, 0, 2**15, 0)), label(0, 0, "id"), label(0, 1, "name")]
        ),
        "",
    ),
    "xls: texts": (lambda: xls([record(0xFC, struct.pack("<2I", 1, 2**31 - 1)), label(0, 0, "id")]), ""),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_costs_next_to_nothing(name):
    make, told = BOMBS[name]
    command = ["sh", "-c", '"$@"; exit $?', "sh", sys.executable, "-c", MACHINERY]  # or it counts the memory of pytest
    done = subprocess.run(command, input=make(), capture_output=True, check=True)  # noqa: S603
    found, megabytes, seconds = json.loads(done.stdout)
    print(name, len(make()), found[:90], round(megabytes), round(seconds, 2))  # noqa: T201
    assert told in found
    assert megabytes < 80
    assert seconds < 3


# random input


def survives(data):
    try:
        read(data)
    except MmatchError as error:
        assert str(error)
    return True


@examples(150)
@given(st.binary(max_size=300))
def test_random_bytes(data):
    assert survives(b"PK\3\4" + data)


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_mutated_workbooks(kind):
    draw = random.Random(20261130)
    rows = [
        ["id", "name", "day", "part"],
        *([f"p{k}", f"Name {k}", (dt.date(2026, 1, k), "yyyy-mm-dd"), 0.5] for k in range(1, 9)),
    ]
    whole = written(("S", rows)) if kind == "xlsx" else ods(ods_rows(PEOPLE * 3))
    inside = {name: bytes(text) for name, text in parts_of(whole).items()}
    for turn in range(400):
        if turn % 4 == 0:
            data = bytearray(whole)
            for _ in range(draw.randrange(1, 6)):
                data[draw.randrange(4, len(data))] = draw.randrange(256)
            assert survives(bytes(data[: draw.choice([len(data), draw.randrange(4, len(data))])]))
            continue
        changed = dict(inside)
        name = draw.choice(sorted(inside))
        text = bytearray(inside[name])
        for _ in range(draw.randrange(1, 4)):
            at = draw.randrange(len(text) or 1)
            text = text or bytearray(b" ")
            if draw.random() < 0.5:
                text[at] = draw.choice(b"<>/\"'=&;019 AZce\x00\xff")
            else:
                end = min(len(text), at + draw.randrange(1, 40))
                text[at:end] = text[at:end] * draw.choice([0, 2])
        changed[name] = bytes(text)
        assert survives(zipped(changed))


def test_mutated_old_workbooks():
    draw = random.Random(7)
    whole = xls([label(k, j, text) for k, row in enumerate(PEOPLE) for j, text in enumerate(row)])
    for _ in range(12):
        data = bytearray(whole)
        for _ in range(draw.randrange(1, 9)):
            data[draw.randrange(8, 2200)] = draw.randrange(256)
        assert survives(bytes(data))


def test_limits_are_of_the_kind_that_readers_expect():
    with pytest.raises(LimitError):
        read(far('c r="ALL200000"')())
