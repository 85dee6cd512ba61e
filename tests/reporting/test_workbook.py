"""result.xlsx: what stands in it, that it is read back, and that no text in it acts."""

import io
import re
import zipfile

import pytest
import python_calamine
import xlsxwriter
from hypothesis import given

import mmatch as mm
from mmatch import Offer, Participant, Request
from mmatch.io.hand_made import earlier_pairs, read_matches
from mmatch.reporting import write_workbook
from strategies import cohorts, examples

HOSTILE = ["=1+1", "+SUM(A1)", "http://x.example", "@x", '=HYPERLINK("http://x")']


def written(cohort, result, path, **options):
    write_workbook(cohort, result, path, **options)
    return path


def sheets(path):
    book = python_calamine.CalamineWorkbook.from_path(path)
    return {
        meta.name: book.get_sheet_by_name(meta.name).to_python()
        for meta in book.sheets_metadata
        if meta.name != "Choices"
    }


def edited(path, change):
    """The workbook as somebody saves it after a change of its cells."""
    found = sheets(path)
    change(found)
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        for title, rows in found.items():
            page = book.add_worksheet(title)
            for k, row in enumerate(rows):
                for column, cell in enumerate(row):
                    page.write(k, column, cell)
    path.write_bytes(stream.getvalue())
    return path


@pytest.fixture
def program():
    return mm.Program(rules=[mm.rules.Differs("team")])


@pytest.fixture
def people():
    return mm.Cohort(
        [
            Participant("a", name="Ann", email="ann@x.org", offers=[Offer("data")], attributes={"team": "x"}),
            Participant("b", name="Bob", email="bob@x.org", offers=[Offer("law")], attributes={"team": "y"}),
            Participant("c", name="Cy", offers=[Offer("data")], attributes={"team": "y"}),
            Participant("e", name="Eva", requests=[Request("data")], attributes={"team": "y"}),
            Participant("f", name="Finn", email="f@x.org", requests=[Request("data")], attributes={"team": "z"}),
            Participant("g", name="Gia", requests=[Request("data")], attributes={"team": "z"}),
        ]
    )


def test_it_says_who_meets_whom_who_has_nobody_and_why(people, program, tmp_path):
    found = sheets(written(people, mm.solve(people, program), tmp_path / "result.xlsx"))
    assert list(found) == ["Matches", "Without a mentor", "Mentors", "Mail", "Program"]
    assert found["Matches"][0] == ["mentor", "mentee", "topic", "why"]
    assert found["Matches"][1] == ["Ann", "Eva", "data", "on data; 1 of 1 wish met: topic"]
    (left,) = found["Without a mentor"][1:]
    assert left[0] == ""
    assert left[2:] == ["data", left[3], "one more place on data"]
    assert found["Mentors"][2] == ["Bob", 0, 1, 1, "law"]
    mail = [dict(zip(found["Mail"][0], row, strict=True)) for row in found["Mail"][1:]]
    assert [(row["email"], row["partner_emails"]) for row in mail if row["person"] == "e"] == [("", "ann@x.org")]
    assert ["rule", "the two differ in team", "kept", ""] in found["Program"]


def test_each_row_offers_the_mentors_that_the_program_allows(people, program, tmp_path):
    path = written(people, mm.solve(people, program), tmp_path / "result.xlsx")
    choices = python_calamine.CalamineWorkbook.from_path(path).get_sheet_by_name("Choices").to_python()
    assert [[cell for cell in row if cell] for row in choices] == [["Ann"], ["Ann", "Cy"]]
    with zipfile.ZipFile(path) as package:
        page = package.read("xl/worksheets/sheet1.xml").decode()
        hidden = re.search(r'<sheet name="Choices"[^>]*state="(\w+)"', package.read("xl/workbook.xml").decode())
    assert hidden[1] == "hidden"
    assert [re.findall(r"[A-Z]\$\d+", rule) for rule in re.findall(r"<formula1>Choices!(.*?)<", page)] == [
        ["A$1", "A$1"],
        ["A$2", "B$2"],
    ]


@given(cohort=cohorts(least_loads=False))
@examples(40)
def test_what_is_written_is_read_back(cohort, tmp_path_factory):
    result = mm.solve(cohort)
    path = written(cohort, result, tmp_path_factory.mktemp("w") / "result.xlsx")
    assert sorted(read_matches(cohort, result.program, path).pairs()) == sorted(result.matching.pairs())


def test_a_pair_means_a_request_that_is_not_filled_yet(tmp_path):
    """Both pairs once meant the request on any topic, and what mmatch had written was refused when it was read back."""
    people = [mm.Participant(name, offers=[mm.Offer()]) for name in ("ann", "bob")]
    people.append(mm.Participant("eva", requests=[mm.Request(), mm.Request("data")]))
    cohort = mm.Cohort(people)
    result = mm.solve(cohort)
    path = written(cohort, result, tmp_path / "result.xlsx")
    assert not mm.verify(cohort, result.program, read_matches(cohort, result.program, path))


def test_groups_are_read_back(tmp_path):
    example = mm.datasets.load("expert-groups")
    result = mm.solve(example.cohort, example.program)
    path = written(example.cohort, result, tmp_path / "result.xlsx")
    again = read_matches(example.cohort, result.program, path)
    assert sorted((m.mentor, m.mentees, m.slot) for m in again) == sorted(
        (m.mentor, m.mentees, m.slot) for m in result.matching
    )
    assert mm.verify(example.cohort, example.program, again) == []


def test_a_changed_mentor_and_an_undone_match_are_read_as_they_stand(people, program, tmp_path):
    path = written(people, mm.solve(people, program), tmp_path / "result.xlsx")

    def change(found):
        matches, left = found["Matches"], found["Without a mentor"]
        (row,) = [row for row in matches if row[0] == "Cy"]
        left[1][0], row[0] = "Cy", ""

    path = edited(path, change)
    matching = read_matches(people, program, path)
    assert mm.verify(people, program, matching) == []
    before = {mentee for _, mentee, _ in mm.solve(people, program).matching.pairs()}
    after = {mentee for _, mentee, _ in matching.pairs()}
    assert before != after
    assert earlier_pairs(people, path)[0] == [(a, b, t) for a, b, t in sorted(matching.pairs())]


def test_a_mentor_whom_the_rules_forbid_is_named_by_the_judge(people, program, tmp_path):
    path = written(people, mm.solve(people, program), tmp_path / "result.xlsx")

    def change(found):
        for row in found["Matches"][1:]:
            row[0] = "Cy" if row[1] == "Eva" else ""

    (wrong,) = mm.verify(people, program, read_matches(people, program, edited(path, change)))
    assert (wrong.code, wrong.who) == ("rule:Differs", ("c", "e"))


def test_a_name_that_nobody_has_is_refused_with_sheet_and_row(people, program, tmp_path):
    path = written(people, mm.solve(people, program), tmp_path / "result.xlsx")

    def change(found):
        found["Matches"][1][0] = "Anna"

    with pytest.raises(mm.InputError, match=r"result.xlsx: Matches row 2 column \"mentor\".*Anna"):
        read_matches(people, program, edited(path, change))


def test_two_of_one_name_are_told_apart_by_their_ids(tmp_path):
    cohort = mm.Cohort(
        [Participant(who, name="Kim Li", offers=[Offer()]) for who in ("k1", "k2")]
        + [Participant(who, name="Jo", requests=[Request()]) for who in ("j1", "j2")]
    )
    result = mm.solve(cohort)
    path = written(cohort, result, tmp_path / "result.xlsx")
    assert {row[0] for row in sheets(path)["Matches"][1:]} == {"Kim Li (k1)", "Kim Li (k2)"}
    assert read_matches(cohort, result.program, path) == result.matching


def test_the_same_answer_is_the_same_file(people, program, tmp_path):
    one, other = (written(people, mm.solve(people, program), tmp_path / name) for name in ("a.xlsx", "b.xlsx"))
    assert one.read_bytes() == other.read_bytes()


@pytest.mark.parametrize("text", HOSTILE)
def test_texts_stay_texts(text, tmp_path):
    cohort = mm.Cohort(
        [Participant("a", name=text, offers=[Offer(text)]), Participant("e", name=f"{text}!", requests=[Request(text)])]
    )
    path = written(cohort, mm.solve(cohort), tmp_path / "result.xlsx")
    with zipfile.ZipFile(path) as package:
        pages = [package.read(name) for name in package.namelist() if name.startswith("xl/worksheets/")]
    assert not any(b"<f>" in page or b"<hyperlink" in page for page in pages)
    assert sheets(path)["Matches"][1][:3] == [cohort["a"].name, cohort["e"].name, text]


def test_dates_have_a_sheet_of_their_own(people, program, tmp_path):
    result = mm.solve(people, program)
    schedule = mm.schedule(people, result, start="2027-01-11", end="2027-02-11")
    found = sheets(written(people, result, tmp_path / "result.xlsx", schedule=schedule))
    assert len(found["Dates"]) == 1 + len(schedule.plans)
    assert found["Dates"][1][10].endswith("Z")


def test_who_is_to_see_addresses_is_a_choice_of_three(people, program, tmp_path):
    result = mm.solve(people, program)
    found = sheets(written(people, result, tmp_path / "result.xlsx", contact="none"))
    assert {row[7] for row in found["Mail"][1:]} == {""}
    with pytest.raises(mm.InputError, match='found "everybody", expected one of partner, all, none'):
        written(people, result, tmp_path / "result.xlsx", contact="everybody")


def test_no_matching_has_the_program_and_the_reasons(people, tmp_path):
    program = mm.Program(rules=[mm.rules.Everyone()])
    found = sheets(written(people, mm.solve(people, program), tmp_path / "result.xlsx"))
    assert list(found) == ["Program"]
    assert any(row[0] == "why not" and "1 short" in row[1] for row in found["Program"])
