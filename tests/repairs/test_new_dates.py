"""After a repair new dates follow, what was held stays, and letters go to those only whose plan changed."""

import csv
import sys

import icalendar
import pytest

from mmatch import cli


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mentors.csv").write_text(
        "id,name,topics,capacity,email\n"
        "ann,Ann Lee,data,1,ann@example.org\nbob,Bob Ray,law,2,bob@example.org\ncem,Cem Can,data,1,cem@example.org\n"
    )
    (tmp_path / "mentees.csv").write_text(
        "id,name,topic,email\n"
        "eva,Eva Ek,data,eva@example.org\nfinn,Finn Fox,law,finn@example.org\ngia,Gia Go,data,gia@example.org\n"
        "hal,Hal Ho,data,hal@example.org\n"
    )
    assert mmatch("match", "mentors.csv", "mentees.csv", "--out", "result") == 0
    assert mmatch("schedule", "result", "--start", "2027-01-11", "--end", "2027-02-12", "--out", "schedule") == 0
    return tmp_path


def mmatch(*arguments):
    sys.argv = ["mmatch", *arguments]
    return cli.run()


def rows_of(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_dates_and_letters_follow_a_repair(folder, capsys):
    pairs = {row["mentee"]: row["mentor"] for row in rows_of(folder / "result/matches.csv")}
    waits = next(who for who in ("eva", "gia", "hal") if who not in pairs)
    left, mentor = next((who, mentor) for who, mentor in pairs.items() if who != "finn")
    (folder / "changes.csv").write_text(f"change,person\nleft,{left}\n")
    words = ("--schedule", "schedule", "--now", "2027-01-10T00:00Z", "--calendars", "--out", "after")
    capsys.readouterr()
    assert mmatch("repair", "result", "--changes", "changes.csv", *words) == 0
    said = capsys.readouterr().out
    assert "3 plans with dates, 1 called off; 2 letters to those whose plan changed" in said
    assert {row["person"] for row in rows_of(folder / "after/letters/mail_merge.csv")} == {waits, mentor}
    assert mmatch("verify", "after", "after/schedule") == 0
    gone = sorted((folder / "after/schedule/calendars/cancelled").iterdir())
    first = icalendar.Calendar.from_ical(gone[0].read_bytes()).walk("VEVENT")[0]
    assert (str(first["status"]), int(first["sequence"])) == ("CANCELLED", 1)


def test_what_has_been_held_stays(folder):
    """In March all sessions have been held: nobody's dates change, and whoever is new has none left."""
    pairs = {row["mentee"]: row["mentor"] for row in rows_of(folder / "result/matches.csv")}
    (folder / "changes.csv").write_text("change,person,n\nseats,bob,3\n")
    words = ("--schedule", "schedule", "--now", "2027-03-01T00:00Z", "--out", "after")
    assert mmatch("repair", "result", "--changes", "changes.csv", *words) == 0
    before, after = (rows_of(folder / place / "sessions.csv") for place in ("schedule", "after/schedule"))
    assert before == after
    assert len(before) == len(pairs)
    assert rows_of(folder / "after/letters/mail_merge.csv") == []


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--schedule", "schedule"), "give --changes"),
        (("--changes", "changes.csv", "--schedule", "schedule"), "give --out"),
        (("--changes", "changes.csv", "--from-round", "2"), "are for the folder of an event"),
    ],
)
def test_what_is_missing_is_said(folder, capsys, words, told):
    (folder / "changes.csv").write_text("change,person\nleft,eva\n")
    assert mmatch("repair", "result", *words) == 2
    assert told in capsys.readouterr().err
