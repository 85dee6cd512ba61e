"""What an event is written as: JSON that is judged when it is read, tables for the desk, a card for everybody."""

import csv
import datetime as dt
import json
import sys

import icalendar
import pytest
import python_calamine

import mmatch as mm
from mmatch import Offer, Participant, Request, cli
from mmatch.events import Rounds


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "mentors.csv").write_text("id,name,topics\nann,Ann Lee,data\nbob,Bob Ray,data\ncem,Cem Can,data\n")
    (tmp_path / "mentees.csv").write_text("id,name,topic\neva,Eva Ek,data\nfinn,<b>Finn</b>,data\ngia,=cmd(),data\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def mmatch(*arguments):
    sys.argv = ["mmatch", *arguments]
    return cli.run()


def rows_of(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_the_command_plans_writes_and_verifies(folder, capsys):
    words = ("event", "mentors.csv", "mentees.csv", "--rounds", "3", "--start", "2027-03-02T14:00", "--out", "event")
    assert mmatch(*words) == 0
    assert "9 meetings in 3 rounds, as many as possible; nobody sits out." in capsys.readouterr().out
    assert len(rows_of(folder / "event/rounds.csv")) == 9
    chart = rows_of(folder / "event/chart.csv")
    assert [*chart[0]] == ["mentor", "round 1 14:00", "round 2 14:18", "round 3 14:36"]
    assert all(len(set(row.values())) == 4 for row in chart)
    people = {row["id"]: row for row in rows_of(folder / "event/itineraries.csv")}
    assert people["gia"]["name"].startswith("'=")
    assert people["eva"]["round 2"].startswith("14:18 table ")
    page = (folder / "event/cards.html").read_text(encoding="utf-8")
    assert "&lt;b&gt;Finn" in page
    assert mmatch("verify", "event") == 0
    assert "Valid: 9 meetings" in capsys.readouterr().out
    data = json.loads((folder / "event/event.json").read_text())
    data["tables"][0]["mentees"] = data["tables"][1]["mentees"]
    (folder / "event/event.json").write_text(json.dumps(data))
    assert mmatch("verify", "event") == 1


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--seats", "few"), "write --seats 1 or --seats 3-5"),
        (("--absent", "Eva Ek"), 'write --absent "Mia Schulz=1,2"'),
        (("--absent", "Zoe=1"), 'unknown person "Zoe"'),
        (("--start", "noon"), "expected a date and time"),
    ],
)
def test_what_cannot_be_meant_is_one_sentence(words, told, capsys):
    assert mmatch("event", "mentors.csv", "mentees.csv", *words) == 2
    assert told in " ".join(capsys.readouterr().err.replace("│", " ").split())


def test_an_event_comes_back_from_its_file(tmp_path):
    cohort = mm.Cohort(
        [
            *(Participant(m, offers=[Offer("x"), Offer("y")]) for m in ("ann", "bob")),
            *(Participant(e, requests=[Request("x"), Request("y")]) for e in ("d", "e", "f")),
        ]
    )
    rounds = Rounds(count=2, absent={"d": [1]}, fixed={"e": 5}, breaks=1)
    event = mm.plan_event(cohort, mm.Program(rules=[mm.rules.Forbid([("ann", "f")])]), rounds)
    mm.io.write_event(event, tmp_path / "event.json")
    again = mm.io.read_event(cohort, tmp_path / "event.json")
    assert (again.rounds, list(again), again.value, again.best) == (rounds, list(event), event.value, event.best)
    assert mm.verify(cohort, again.stated, again) == []
    assert again.to_frame().shape[0] == sum(len(one.mentees) for one in event)


def test_one_pool_needs_no_roles(folder, capsys):
    (folder / "people.csv").write_text("id,name,department\na,Ann,HR\nb,Bob,IT\nc,Cem,HR\nd,Dora,IT\n")
    assert mmatch("introduce", "people.csv", "--set", "rule=Differs(department)", "--out", "coffee") == 0
    assert "2 circles in 1 round: no other pairs are better." in capsys.readouterr().out
    pairs = [{row["person 1"], row["person 2"]} for row in rows_of(folder / "coffee/introductions.csv")]
    assert {frozenset(pair) for pair in pairs} in (
        {frozenset({"Ann", "Bob"}), frozenset({"Cem", "Dora"})},
        {frozenset({"Ann", "Dora"}), frozenset({"Bob", "Cem"})},
    )
    assert mmatch("introduce", "people.csv", "--size", "3-4", "--json") == 0
    made = json.loads(capsys.readouterr().out)
    assert (made["rounds"], made["repeats"]) == ([[["a", "b", "c", "d"]]], 0)
    assert mmatch("introduce", "people.csv", "--size", "4", "--set", "rule=Differs(department)") == 2
    assert "2 pairs sit together whom a rule keeps apart" in capsys.readouterr().err


def planned(folder, *words):
    assert mmatch("event", "mentors.csv", "mentees.csv", "--rounds", "2", "--start", "2027-03-02T14:00", *words) == 0


def test_each_person_has_a_calendar_and_whoever_runs_it_has_all_rounds(folder):
    planned(folder, "--out", "event", "--now", "2027-01-01T00:00Z")
    files = sorted(path.name for path in (folder / "event/calendars/people").iterdir())
    assert files == ["0001-ann.ics", "0002-bob.ics", "0003-cem.ics", "0004-eva.ics", "0005-finn.ics", "0006-gia.ics"]
    eva = icalendar.Calendar.from_ical((folder / "event/calendars/people/0004-eva.ics").read_bytes()).walk("VEVENT")
    begins = [entry["dtstart"].dt for entry in eva]
    assert [(f"{when:%Y-%m-%d %H:%M}", when.tzinfo) for when in begins] == [
        ("2027-03-02 14:00", None),
        ("2027-03-02 14:18", None),
    ]
    assert all(str(entry["summary"]).startswith(f"Round {k}: ") for k, entry in enumerate(eva, 1))
    assert len({entry["uid"] for entry in eva}) == 2
    whole = icalendar.Calendar.from_ical((folder / "event/calendars/all.ics").read_bytes()).walk("VEVENT")
    assert [str(entry["description"]).count("table") for entry in whole] == [3, 3]
    before = (folder / "event/calendars/all.ics").read_bytes()
    planned(folder, "--out", "event", "--now", "2027-01-01T00:00Z")
    assert (folder / "event/calendars/all.ics").read_bytes() == before


def test_a_start_with_an_offset_is_one_moment():
    cohort = mm.Cohort([Participant("ann", offers=[Offer()]), Participant("eva", requests=[Request()])])
    event = mm.plan_event(cohort, None, Rounds(count=1, start="2027-03-02T14:00+02:00"))
    (entry,) = icalendar.Calendar.from_ical(mm.io.event_calendar(cohort, event, now="2027-01-01T00:00Z")).walk("VEVENT")
    assert entry["dtstart"].dt == dt.datetime(2027, 3, 2, 12, 0, tzinfo=dt.UTC)
    without = mm.plan_event(cohort, None, 1)
    with pytest.raises(mm.InputError, match="calendar files need times"):
        mm.io.event_calendar(cohort, without, now="2027-01-01T00:00Z")


def test_the_workbook_holds_texts_only(folder):
    planned(folder, "--out", "event")
    book = python_calamine.CalamineWorkbook.from_path(folder / "event/event.xlsx")
    assert book.sheet_names == ["Rounds", "Chart", "Itineraries"]
    assert len(book.get_sheet_by_name("Rounds").to_python()) == 7
    assert "=cmd()" in [row[1] for row in book.get_sheet_by_name("Itineraries").to_python()]


def test_cards_of_people_and_tables_are_printed_a_sheet_each(folder):
    planned(folder, "--out", "event")
    for name, n in (("cards", 6), ("tables", 3)):
        page = (folder / f"event/{name}.html").read_text(encoding="utf-8")
        assert '<main id="main" class="apart">' in page
        assert page.count("<section ") == n


def test_letters_tell_each_person_their_rounds_in_their_language(folder, capsys):
    (folder / "mentees.csv").write_text("id,name,topic,language\neva,Eva Ek,data,de\nfinn,Finn,data,\ngia,Gia,data,\n")
    planned(folder, "--out", "event")
    assert mmatch("letters", "event", "--out", "letters") == 0
    assert "Written to letters: 6 letters" in capsys.readouterr().out
    (eva,) = (folder / "letters").glob("*-eva-event.txt")
    text = eva.read_text(encoding="utf-8")
    assert "- Runde 1: 14:00 Tisch" in text
    assert "Di 2027-03-02" in text
    merged = {row["person"]: row for row in rows_of(folder / "letters/mail_merge.csv")}
    assert {row["letter"] for row in merged.values()} == {"event"}
    assert merged["eva"]["partners"].count(";") == 1
    assert mmatch("letters", "event", "--since", "event") == 2


def test_the_next_event_of_a_series_brings_new_people_together(folder, capsys):
    planned(folder, "--out", "january")
    (folder / "mentees.csv").write_text("name,topic,email\nEva Ek,data,eva@example.org\nFinn,data,f@example.org\n")
    words = ("--rounds", "1", "--start", "2027-04-02T14:00", "--before", "january", "--out", "february")
    assert mmatch("event", "mentors.csv", "mentees.csv", *words) == 0
    history = {(m["mentor"], m["mentee"]) for m in json.loads((folder / "february/cohort.json").read_text())["history"]}
    assert len(history) == 6
    assert mmatch("verify", "february") == 0
    assert mmatch("event", "mentors.csv", "mentees.csv", "--before", "nowhere") == 2
    assert "there is no event in 'nowhere'" in capsys.readouterr().err


def test_no_shows_and_late_arrivals_on_the_day(folder, capsys):
    planned(folder, "--out", "event")
    (folder / "gone.csv").write_text("change,person\nleft,Eva Ek\n")
    (folder / "late.csv").write_text("id,name,topic\nhal,Hal Ho,data\n")
    words = ("repair", "event", "--changes", "gone.csv", "--late", "late.csv", "--from-round", "2", "--out", "now")
    assert mmatch(*words) == 0
    said = capsys.readouterr().out
    assert "Hal Ho: new in round 2" in said
    assert "6 meetings in 2 rounds" in said
    assert mmatch("verify", "now") == 0
    assert mmatch("repair", "event", "--changes", "gone.csv") == 2
    assert "--from-round 2" in capsys.readouterr().err
    assert mmatch("repair", "event", "--absent", "Eva Ek=2", "--from-round", "2") == 0


def test_a_picture_has_a_cell_for_each_round_of_each_mentor():
    people = [Participant(f"m{k}", offers=[Offer()]) for k in range(3)]
    cohort = mm.Cohort([*people, *(Participant(f"e{k}", name=f"$E{k}", requests=[Request()]) for k in range(2))])
    event = mm.plan_event(cohort, None, Rounds(count=2, start="2027-03-02T14:00"))
    ax = mm.plot.rounds(event)
    assert len(ax.patches) == 6
    assert sorted(text.get_text() for text in ax.texts) == ["$E0", "$E0", "$E1", "$E1"]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["1\n14:00", "2\n14:18"]
