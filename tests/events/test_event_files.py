"""What an event is written as: JSON that is judged when it is read, tables for the desk, a card for everybody."""

import csv
import json
import sys

import pytest

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
