"""Good rows load, bad rows are handed back with line and reason, mended and read again."""

import csv
import io

import pytest

from mmatch.errors import InputError
from mmatch.signup import read_cohort, read_files

MENTORS = (
    'id,name,capacity,time zone\nm1,Ann,2,\nm2,Bob,lots,Mars\n,Nobody,1,\nm4,"Dee\nDot",1,UTC+2\nm5,Eve,1,No\nm6,x\n'
)


def rows_of(path):
    return list(csv.reader(io.StringIO(path.read_text(), newline="")))


@pytest.fixture
def paths(tmp_path):
    (tmp_path / "mentors.csv").write_text(MENTORS)
    (tmp_path / "mentees.csv").write_text("id,wishes\nx,m2; m1\ny,m9\nz,m4\n")
    return tmp_path / "mentors.csv", tmp_path / "mentees.csv"


def test_all_problems_are_raised_together(paths):
    with pytest.raises(InputError) as caught:
        read_cohort(*paths)
    assert [p.code for p in caught.value.problems] == [
        "ragged",
        "id-missing",
        "count",
        "unknown-id",
    ]
    # a time zone that nobody knows decides nothing by itself: it is asked about, and holds up no cohort


def test_good_rows_are_loaded_and_bad_ones_named(paths):
    reading = read_files(*paths, on_bad_row="collect")
    assert [p.id for p in reading.cohort] == ["m1", "m4", "x", "z"]
    assert reading.cohort["x"].ranks == ("m1", "m4")
    assert [(r.file, r.line) for r in reading.rejected] == [
        ("mentors.csv", 3),
        ("mentors.csv", 4),
        ("mentors.csv", 7),
        ("mentors.csv", 8),
        ("mentees.csv", 3),
    ]
    assert (
        reading.rejected[0].reason
        == '"capacity": found "lots", expected one whole number from 0, in digits or words (write one number); '
        '"time zone": unknown time zone "Mars", expected a place '
        "(write a place of the IANA database, such as Europe/Berlin or America/New_York)"
    )
    assert 'unknown id "m9"' in reading.rejected[4].reason
    told = [w for w in reading.warnings if w.code == "left-out"]
    assert [str(w) for w in told] == ['mentees.csv line 2 column "wishes": "m2" was rejected and is left out']


def test_what_is_read_and_what_is_previewed_is_the_same(paths, tmp_path):
    reading = read_files(*paths, on_bad_row="collect")
    bad = {r.line for r in reading.rejected if r.file == "mentors.csv"}
    kept = [line for k, line in enumerate(MENTORS.split("\n"), 1) if k not in bad]
    clean = tmp_path / "clean mentors.csv"
    clean.write_text("\n".join(kept))
    assert [p.id for p in read_cohort(clean)] == [p.id for p in reading.cohort if p.offers]


def test_rejected_rows_are_written_with_line_and_reason_first_mended_and_read_again(paths, tmp_path):
    reading = read_files(*paths, on_bad_row="collect")
    out = tmp_path / "rejected mentors.csv"
    reading.rejected.write(out, "mentors.csv")
    rows = rows_of(out)
    assert rows[0] == ["line", "reason", "file", "id", "name", "capacity", "time zone"]
    assert rows[1][0] == "3"
    assert rows[1][1].startswith('"capacity": found "lots", expected one whole number from 0, in digits or words')
    assert rows[1][3:] == ["m2", "Bob", "lots", "Mars"]
    mended = out.read_text().replace(",lots,Mars", ",three,UTC").splitlines()
    out.write_text("\n".join(mended[:2]))
    assert read_cohort(out)["m2"].capacity == 3


def test_rows_with_too_many_cells_keep_them(tmp_path):
    path = tmp_path / "mentors.csv"
    path.write_text("id,name\nm1,Ann,x,y\n")
    read_files(path, on_bad_row="collect").rejected.write(tmp_path / "out.csv")
    rows = rows_of(tmp_path / "out.csv")
    assert rows[0][-2:] == ["beyond the last column 1", "beyond the last column 2"]
    assert rows[1][3:] == ["m1", "Ann", "x", "y"]


def test_what_is_wrong_with_a_whole_file_is_raised_even_so(tmp_path):
    path = tmp_path / "mentors.csv"
    path.write_text("id,team,team\nm1,a,b\n")
    with pytest.raises(InputError, match="stands 2 times"):
        read_files(path, on_bad_row="collect")


def test_rejected_rows_show_no_cells_in_their_repr(paths):
    rejected = read_files(*paths, on_bad_row="collect").rejected
    assert repr(rejected) == "<Rejected: 5 rows>"
    assert "Bob" not in repr(rejected[0])


def test_rows_of_triples_are_rejected_one_by_one(tmp_path):
    path = tmp_path / "scores.csv"
    path.write_text("mentor,mentee,score\na,x,1\na,y,much\nb,x,2\nb,x,3\n")
    reading = read_files(path, on_bad_row="collect")
    assert reading.cohort.scores == {("a", "x"): 1, ("b", "x"): 2}
    assert [r.line for r in reading.rejected] == [3, 5]


def test_who_has_withdrawn_stays_out_when_another_row_is_rejected(tmp_path):
    mentors = tmp_path / "mentors.csv"
    mentors.write_text("name,capacity\nAnn Lee,1\nBob Kay,2\n", encoding="utf-8")
    mentees = tmp_path / "mentees.csv"
    rows = ["Cat Orr,withdrawn,1,yes,no", "Dan Poe,,2,yes,maybe", "Fay Sun,,1,yes,no", "Eve Rae,,soon,no,yes"]
    mentees.write_text("\n".join(["name,status,priority,Ann Lee,Bob Kay", *rows]), encoding="utf-8")
    reading = read_files(mentors, mentees, on_bad_row="collect")
    assert [person.id for person in reading.guess] == ["Ann Lee", "Bob Kay", "Dan Poe", "Fay Sun"]
    assert [row.cells[0] for row in reading.rejected] == ["Eve Rae"]


def test_a_duplicate_is_told_once(tmp_path):
    path = tmp_path / "people.csv"
    path.write_text("name,role,site\nAnn Lee,both,Rome\nBob Kay,mentee,Rome\nAnn Lee,both,Oslo\n", encoding="utf-8")
    (row,) = read_files(path, on_bad_row="collect", duplicates="error").rejected
    assert row.reason.count("duplicate id") == 1
