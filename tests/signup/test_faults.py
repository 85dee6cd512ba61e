"""The faults F01 to F27 of files, each with its message: what was found, where, and what to change."""

import csv
import os
import tracemalloc

import pandas as pd
import pytest

from mmatch.errors import InputError, LimitError, MmatchError
from mmatch.io.files import read_bytes
from mmatch.io.json_text import load_json, parse_json
from mmatch.signup import read_cohort, read_files, tables

GOOD = "id,name\nm1,Ann\n"


@pytest.fixture
def told(tmp_path):
    """The text of the error that reading a file raises."""

    def read(content, name="mentors.csv", **options):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        with pytest.raises(InputError) as caught:
            read_cohort(path, **options)
        return str(caught.value)

    return read


@pytest.fixture
def cohort_of(tmp_path):
    def read(content, name="mentors.csv", **options):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_cohort(path, **options)

    return read


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_f01_unicode_files_are_read(cohort_of, encoding):
    assert cohort_of("id,name\nm1,Zoë\n".encode(encoding))["m1"].name == "Zoë"


def test_f01_other_bytes_are_refused(told):
    assert told("id,name\nm1,Зоя\n".encode("cp1251")).startswith("mentors.csv: not UTF-8 at byte 11 (")
    assert told("id,name\nm1,Zoë\n".encode("mac_roman")).startswith("mentors.csv: not UTF-8 at byte 13 (")
    assert told("id,name\nm1,Zoë\n".encode("cp850")).startswith("mentors.csv: not UTF-8 at byte 13 (")
    assert "not UTF-16 at byte" in told(b"\xff\xfe" + "id,name".encode("utf-16-le") + b"\x00")


def test_f02_nul_byte(told):
    assert told("id,name\nm1,A\0nn\n").startswith("mentors.csv line 2: found a NUL character, expected text")


def test_f03_a_quote_that_is_never_closed_names_its_own_line(told):
    text = told('id,name,notes\nm1,Ann,"fine\nreally"\nm2,"Bob,x\nm3,Cid,y\nm4,Dee,z\n')
    assert text.startswith("mentors.csv line 4: quote opened on line 4 never closed")


def test_f03_text_after_a_closing_quote(told):
    assert "mentors.csv line 2: found text after a closing quote" in told('id,name\nm1,"Ann"x\n')


def test_f04_ragged_rows_are_named_and_the_others_kept(told, tmp_path):
    text = "id,name\nm1,Ann,extra\nm2\nm3,Cid\n"
    assert told(text).splitlines() == [
        "mentors.csv line 2: line 2 has 3 cells, header has 2 (quote cells that hold the delimiter)",
        "mentors.csv line 3: line 3 has 1 cells, header has 2 (quote cells that hold the delimiter)",
    ]
    reading = read_files(tmp_path / "mentors.csv", on_bad_row="collect")
    assert [p.id for p in reading.cohort] == ["m3"]
    assert [(r.line, r.cells) for r in reading.rejected] == [(2, ("m1", "Ann", "extra")), (3, ("m2",))]


def test_f04_blank_cells_beyond_the_header_do_no_harm(cohort_of):
    assert len(cohort_of("id,name\nm1,Ann,,\n")) == 1


def test_f05_repeated_heads(told):
    assert 'the head "team" stands 2 times, and this row fills two differently' in told("id,team,team\nm1,a,b\n")
    assert 'two heads differ only by case or spaces: "Team" and "team"' in told("id,Team,team\nm1,a,b\n")


def test_f06_a_cell_too_long(tmp_path):
    path = tmp_path / "mentors.csv"
    path.write_text("id,notes\nm1," + "x" * 200_000 + "\n")
    with pytest.raises(LimitError, match=r"mentors.csv line 2: a cell has more than 131,072 characters"):
        read_cohort(path)
    assert csv.field_size_limit() == 131072


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf"])
def test_f07_an_empty_file_has_no_header(told, content):
    assert "the file is empty, expected a header line" in told(content)


def test_f07_blank_lines_are_no_header(told):
    assert "the file holds only spaces and delimiters, expected a header line" in told("\n,,\n \n")


def test_f07_only_a_header_is_a_valid_empty_side(cohort_of):
    assert len(cohort_of("id,name\n")) == 0


def test_f07_a_missing_header(told):
    text = told("m1,Ann,python\nm2,Bob,sql\n")
    assert 'no column says who a person is; found the heads "m1", "Ann", "python"' in text
    assert "is the header line missing?" in text


def test_f08_a_delimiter_under_which_no_head_makes_sense(told):
    assert 'no column says who a person is; found the heads "a", "b", "c"' in told("a;b;c\n1;2;3\n")


@pytest.mark.parametrize("name", ["NA", "None", "Null", "nan", "NaN"])
def test_f09_words_for_nothing_are_kept_as_text(cohort_of, name):
    assert cohort_of(f"id,name,team\n{name},{name},{name}\n")[name].attributes["team"] == name


def test_f10_float_ids_in_a_data_frame():
    frame = pd.DataFrame({"id": [7.0, float("nan")], "name": ["Ann", "Bob"]})
    with pytest.raises(InputError, match=r'mentors column "id": ids are floats, expected text.*read with dtype=str'):
        read_cohort(mentors=frame)


def test_f10_ids_keep_their_zeros_and_digits(cohort_of):
    assert [p.id for p in cohort_of("id\n007\n9007199254740993\n")] == ["007", "9007199254740993"]


@pytest.mark.parametrize("cell", ["1 000", "١٢", "1_000", "\uff11\uff12", "inf", "-1", "1e3", "½", "nan"])
@pytest.mark.parametrize("column", ["capacity", "score"])
def test_f11_only_plain_digits_are_numbers(told, cell, column):
    if column == "score":
        if cell in {"-1", "1e3"}:
            return
        text = told(f'mentee,mentor,score\nx,m,"{cell}"\nx,n,2\n', "pairs.csv")
        assert text.startswith('pairs.csv line 2 column "score": found')
    else:
        text = told(f'id,capacity\nm1,"{cell}"\n')
        assert text.startswith('mentors.csv line 2 column "capacity": found')
    assert "expected" in text


def test_f11_ambiguous_words_are_asked_about(told):
    text = told("id,capacity\nm1,one or two or three maybe\n")
    assert '"one or two or three maybe" names no single number; 1 is the safe end' in text
    assert '--answer "capacity: one or two or three maybe=1"' in text


def test_f12_yes_and_no_are_a_fixed_list(told):
    text = told("id,both mentor and mentee\nm1,perchance\n")
    assert 'line 2 column "both mentor and mentee": found "perchance", expected mentor, mentee or both' in text


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_f13_json_numbers_are_finite(told, number):
    assert "not finite" in told(f'{{"schema": "mmatch/cohort", "version": {number}}}', "c.json")


def test_f14_json_keys_stand_once(told):
    assert 'duplicate key "id" in one object' in told('{"id": 1, "id": 2}', "c.json")


def test_f15_json_depth(tmp_path):
    for depth in (200, 100_000):
        path = tmp_path / "c.json"
        path.write_text("[" * depth + "]" * depth)
        with pytest.raises(LimitError, match="nested more than 100 deep"):
            load_json(path)


def test_f16_json_digits():
    with pytest.raises(LimitError, match="a number of 5,000 digits, limit 1,000"):
        parse_json("9" * 5000)


def test_f17_wrong_types_have_a_json_pointer(told):
    assert "c.json /: found a list, expected an object with the schema mmatch/cohort" in told("[]", "c.json")
    text = told(
        '{"schema": "mmatch/cohort", "version": 1, "participants": [{"id": "a", "capacity": "2", "capactiy": 1},'
        ' {"id": 1, "offers": [{"group": [1]}]}, {"name": "x"}]}',
        "c.json",
    )
    assert text.splitlines() == [
        'c.json /participants/0/capacity: found text "2", expected a whole number',
        'c.json /participants/0/capactiy: unknown field "capactiy" (did you mean "capacity"?)',
        "c.json /participants/1/id: found a whole number 1, expected text",
        "c.json /participants/1/offers/0/group: found a list, expected more items",
        'c.json /participants/2/id: missing field "id"',
    ]


def test_f17_facts_that_contradict_have_a_json_pointer(told):
    text = told(
        '{"schema": "mmatch/cohort", "version": 1, "participants": [{"id": "a", "ranks": ["b"], "offers": [{}, {}]}],'
        ' "scores": [["a", "z", 1]]}',
        "c.json",
    )
    assert 'c.json /participants/0/ranks/0: unknown id "b"' in text
    assert "c.json /participants/0/offers/1: duplicate offer id" in text
    assert 'unknown id "z"' in text


def test_f18_only_regular_files_of_limited_size(tmp_path):
    fifo = tmp_path / "fifo.csv"
    os.mkfifo(fifo)
    for path in (fifo, tmp_path, "/dev/zero"):
        with pytest.raises(InputError, match="not a regular file"):
            read_cohort(path)
    big = tmp_path / "big.csv"
    big.write_bytes(b"x" * 101)
    with pytest.raises(LimitError, match=r"big.csv: more than 100 bytes, limit 100"):
        read_bytes(big, 100)


def test_f18_missing_files(tmp_path):
    with pytest.raises(InputError, match=r"mentors.csv: cannot be read: no such file or directory"):
        read_cohort(tmp_path / "mentors.csv")
    with pytest.raises(InputError, match="no file was given"):
        read_cohort()


@pytest.mark.parametrize(
    ("magic", "kind"),
    [(b"\x1f\x8b", "a gzip archive"), (b"\x28\xb5\x2f\xfd", "a zstd")],
)
def test_f19_compressed_files_are_not_opened(told, magic, kind):
    text = told(magic + b"\0" * 50, "mentors.xlsx")
    assert f"found {kind}" in text
    assert "compressed input is not supported" in text


@pytest.mark.parametrize("path", ["https://example.org/mentors.csv", "s3://bucket/mentors.csv", "file:///etc/passwd"])
def test_f20_addresses_are_no_files(path):
    with pytest.raises(InputError, match="not a local file"):
        read_cohort(path)


def test_f22_rows_columns_and_cells_are_limited(tmp_path, monkeypatch):
    path = tmp_path / "mentors.csv"
    path.write_text("id,name\n" + "a,b\n" * 20)
    for name, told in (("MOST_ROWS", "more than 10 rows"), ("MOST_CELLS", "more than 10 cells")):
        with monkeypatch.context() as patch:
            patch.setattr(tables, name, 10)
            with pytest.raises(LimitError, match=told):
                read_cohort(path)
    path.write_text(",".join(["id", *("x" * 1 + str(k) for k in range(30_000))]) + "\n")
    with pytest.raises(LimitError, match="30,001 columns, limit 20,000"):
        read_cohort(path)


def test_f23_data_frames():
    people = pd.DataFrame(
        {
            "id": ["m1", "m2"],
            "topic": [["python", "sql"], ["sql"]],
            "capacity": pd.array([2, None], dtype="Int64"),
            "team": pd.Categorical(["a", None]),
            "since": pd.to_datetime(["2020-01-01", None]),
            "remote": [True, False],
            "load": [0.5, 1.0],
        },
        index=[0, 0],
    )
    cohort = read_cohort(mentors=people, mentees=pd.DataFrame({"id": ["x"], "topic": ["sql"]}))
    assert [o.topic for o in cohort["m1"].offers] == ["python", "sql"]
    assert [p.capacity for p in cohort] == [2, None, None]
    assert cohort["m1"].attributes == {"team": "a", "since": "2020-01-01T00:00:00", "remote": True, "load": 0.5}
    assert cohort["m2"].attributes == {"remote": False, "load": 1}


@pytest.mark.parametrize(
    ("frame", "expected"),
    [
        (pd.DataFrame([["a", "b"]], columns=["id", "id"]), 'the column "id" stands 2 times'),
        (pd.DataFrame([["a", "b"]], columns=pd.MultiIndex.from_tuples([("id", "x"), ("id", "y")])), "expected text"),
        (pd.DataFrame([["a"]], columns=[0]), "found the column name 0 of type int, expected text"),
        (pd.DataFrame({"id": ["a"], "x": [{"deep": 1}]}), 'column "x": found dict in row 0, expected text'),
        (pd.DataFrame({"id": ["a"], "x": [pd.Timedelta(1)]}), 'column "x": found the dtype Duration'),
        (pd.DataFrame(), "the data frame has no columns"),
        (object(), "found object, expected the path of a file or a data frame"),
        (17, "found int, expected the path of a file or a data frame"),
    ],
)
def test_f23_frames_that_mean_nothing(frame, expected):
    with pytest.raises(InputError) as caught:
        read_cohort(mentors=frame)
    assert expected in str(caught.value)


@pytest.mark.parametrize("missing", [None, "", float("nan"), pd.NA])
def test_f24_missing_ids(missing):
    with pytest.raises(InputError, match=r'mentors row 1 column "id": found an empty cell, expected an id'):
        read_cohort(mentors=pd.DataFrame({"id": pd.array(["m1", missing], dtype=object), "name": ["Ann", "Bob"]}))


def test_f25_line_breaks_are_allowed_in_notes_but_not_in_ids(told, cohort_of):
    cohort = cohort_of('id,notes\nm1,"two\nlines of a rather long note, which is no list of items at all"\nm2,x\n')
    assert "\n" in cohort["m1"].attributes["notes"]
    text = told('id,notes\nm1,"two\nlines"\n"m\n2",x\n')
    assert 'mentors.csv line 4 column "id":' in text
    assert "control character U+000A" in text


def test_f26_the_same_file_twice(tmp_path):
    path = tmp_path / "mentors.csv"
    path.write_text(GOOD)
    reading = read_files(path, tmp_path / "." / "mentors.csv")
    assert [w.code for w in reading.warnings] == ["same-file"]
    assert len(reading.cohort) == 1


def test_f27_very_many_errors_are_told_shortly(told):
    tracemalloc.start()
    text = told("id,capacity\n" + "".join(f"m{k},zz\n" for k in range(20_000)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert text.endswith("… and 19,980 more")
    assert len(text) < 4000
    assert peak < 60e6


def test_several_bad_files_are_told_together(tmp_path):
    (tmp_path / "mentors.csv").write_text("id,capacity\nmentor1,lots\n")
    (tmp_path / "mentees.csv").write_text("id,ranks,time zone\nx1,mentor2,Mars/Base\nx2,mentor1,\n")
    with pytest.raises(InputError) as caught:
        read_cohort(tmp_path / "mentors.csv", tmp_path / "mentees.csv")
    assert [str(p).split(":")[0] for p in caught.value.problems] == [
        'mentors.csv line 2 column "capacity"',
        'mentees.csv line 2 column "ranks"',
    ]
    assert 'unknown id "mentor2" (did you mean "mentor1"?)' in str(caught.value)


def test_duplicates_can_be_refused(tmp_path):
    (tmp_path / "mentors.csv").write_text("id\nm1\nm1\n")
    with pytest.raises(InputError, match=r'line 3 column "id": duplicate id "m1", first at mentors.csv line 2'):
        read_files(tmp_path / "mentors.csv", duplicates="error")


def test_trimming_is_told(cohort_of, tmp_path):
    assert cohort_of("id , name\n m1\u00a0,\u200bAnn \n")["m1"].name == "Ann"
    warnings = read_files(tmp_path / "mentors.csv").warnings
    assert [str(w) for w in warnings] == [
        'mentors.csv column "id": 1 cells had spaces around them, now trimmed',
        'mentors.csv column "name": 1 cells had spaces around them, now trimmed',
    ]


def test_messages_quote_one_short_cell_and_nothing_else(told):
    text = told("id,name,capacity\nm1,SECRET-NAME," + "q" * 500 + "\u202e\n")
    assert "SECRET-NAME" not in text
    assert len(text) < 300


@pytest.mark.parametrize("options", [{"on_bad_row": "ignore"}, {"duplicates": "first"}])
def test_unknown_options(tmp_path, options):
    (tmp_path / "mentors.csv").write_text(GOOD)
    with pytest.raises(MmatchError, match="expected"):
        read_files(tmp_path / "mentors.csv", **options)


@pytest.mark.parametrize("on_bad_row", ["raise", "collect"])
def test_a_table_that_names_nobody_is_refused_for_that(tmp_path, on_bad_row):
    path = tmp_path / "sign-ups.csv"
    path.write_text("LANGUAGE\nde\nen\n", encoding="utf-8")
    with pytest.raises(InputError, match="no column says who a person is") as caught:
        read_files(path, on_bad_row=on_bad_row)
    assert len(caught.value.problems) == 1
