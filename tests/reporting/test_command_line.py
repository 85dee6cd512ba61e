"""The command line as a coordinator meets it: files in, tables and files out, honest exit statuses."""

from __future__ import annotations

import csv
import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

import mmatch as mm
from mmatch import cli

MENTORS = "id,name,topic,department,capacity\nann,Ann Lee,data,IT,2\nbob,=cmd(),data,HR,1\n"
MENTEES = "id,name,topic,department\ncy,Cy,data,HR\ndi,Di,data,IT\ned,Ed,law,IT\nflo,Flo,data,IT\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "mentors.csv").write_text(MENTORS, encoding="utf-8")
    (tmp_path / "mentees.csv").write_text(MENTEES, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(capsys, monkeypatch, *arguments):
    monkeypatch.setattr(sys, "argv", ["mmatch", *arguments])
    status = cli.run()
    out, err = capsys.readouterr()
    return status, out, err


@pytest.fixture
def mmatch(capsys, monkeypatch):
    return lambda *arguments: run(capsys, monkeypatch, *arguments)


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


RULE = ("--set", "rule=Differs(department)")


def test_match_prints_the_answer_and_writes_the_files(folder, mmatch):
    status, out, _ = mmatch("match", "mentors.csv", "mentees.csv", *RULE, "--out", "result")
    assert status == 0
    assert "3 of 4 mentees are matched — proved best." in out or "2 of 4 mentees are matched — proved best." in out
    assert "nobody offers law" in out
    written = sorted(path.name for path in (folder / "result").iterdir())
    assert written == [
        "cohort.json",
        "mail_merge.csv",
        "matches.csv",
        "program.json",
        "result.json",
        "result.xlsx",
        "unmatched.csv",
    ]
    rows = rows_of(folder / "result/matches.csv")
    assert {"group", "mentor", "mentee", "topic"} <= rows[0].keys()
    assert "'=cmd()" in {row["mentor_name"] for row in rows}
    if os.name == "posix":
        assert stat.S_IMODE((folder / "result/matches.csv").stat().st_mode) == 0o600


@pytest.mark.usefixtures("folder")
def test_what_match_writes_is_verified_and_read_back(mmatch):
    mmatch("match", "mentors.csv", "mentees.csv", *RULE, "--out", "result")
    question = ("result/cohort.json", "result/program.json")
    assert mmatch("verify", *question, "result/result.json")[:2] == (
        0,
        "True: optimal, value (2, 2, 0), proved best.\n",
    )
    status, out, _ = mmatch("verify", *question, "result/matches.csv")
    assert (status, out.split(":")[0]) == (0, "Valid")
    result, cohort = mm.read_result("result/result.json"), mm.read_cohort("result/cohort.json")
    assert result == mm.solve(cohort, mm.read_program("result/program.json"))
    assert mm.verify(cohort, mm.read_program("result/program.json"), result) == []


def test_verify_says_no_to_an_edited_result_and_to_bad_hand_made_matches(folder, mmatch):
    mmatch("match", "mentors.csv", "mentees.csv", *RULE, "--out", "result")
    path = folder / "result/result.json"
    data = json.loads(path.read_text())
    data["value"][0] = 3
    path.write_text(json.dumps(data))
    status, out, _ = mmatch("verify", "result/cohort.json", "result/program.json", "result/result.json")
    assert status == 1
    assert "claims value" in out
    (folder / "mine.csv").write_text("mentor,mentee\nann,di\n")
    status, out, _ = mmatch("verify", "result/cohort.json", "result/program.json", "mine.csv", "--json")
    assert (status, json.loads(out)["violations"][0]["code"]) == (1, "rule:Differs")


@pytest.mark.usefixtures("folder")
def test_explain_tells_about_one_person(mmatch):
    mmatch("match", "mentors.csv", "mentees.csv", *RULE, "--out", "result")
    question = ("result/cohort.json", "result/program.json", "result/result.json")
    status, out, _ = mmatch("explain", *question, "ed", "--json")
    assert (status, [r["kind"] for r in json.loads(out)]) == (0, ["no_offer"])
    assert mmatch("explain", *question, "nobody")[0] == 2


@pytest.mark.usefixtures("folder")
def test_explain_tells_what_a_policy_costs(mmatch):
    mmatch("match", "mentors.csv", "mentees.csv", *RULE, "--out", "result")
    question = ("result/cohort.json", "result/program.json", "result/result.json", "--policy")
    status, out, err = mmatch("explain", *question)
    assert not err
    assert status == 0
    assert "What decided" in out
    assert "without Differs('department')" in out
    status, out, _ = mmatch("explain", *question, "--json")
    told = json.loads(out)
    assert told["tiers"][0]["title"] == "Coverage()"
    assert {"change", "status", "trust", "values", "gains"} == set(told["what_if"][0])


def test_check_shows_mapping_supply_and_removals(folder, mmatch):
    status, out, _ = mmatch("check", "mentors.csv", "mentees.csv", *RULE, "--save-mapping", "mapping.json")
    assert status == 0
    assert "nobody offers it" in out
    assert "the rule that the two differ in department" in " ".join(out.split())
    assert (folder / "mapping.json").exists()
    assert mmatch("check", "mentors.csv", "mentees.csv", "--mapping", "mapping.json", "--json")[0] == 0


def test_no_is_exit_status_one_and_names_who_is_short(folder, mmatch):
    status, out, _ = mmatch("match", "mentors.csv", "mentees.csv", "--set", "rule=Everyone()", "--out", "no")
    assert status == 1
    assert "1 mentee (Ed) needs 1 place, and nobody may mentor them: 1 short" in out
    assert "No matching keeps all rules — proved." in out
    assert sorted(path.name for path in (folder / "no").iterdir()) == ["cohort.json", "program.json", "result.json"]
    assert mmatch("match", "mentors.csv", "mentees.csv", "--time-limit", "0")[0] == 1


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("match", "nothing.csv"), "no such file"),
        (("match", "mentors.csv", "--set", "group=6-3"), "above most"),
        (("match", "mentors.csv", "--program", "mentors.csv"), "not JSON"),
        (("match", "mentors.csv", "mentees.csv", "--solver", "magic"), "no solver"),
        (("match", "mentors.csv", "mentees.csv", "--set", "group=3-6", "--solver", "flow"), "least group size of 3"),
        (("example", "magic"), "magic"),
        (("matsch",), "No such command"),
        (("match",), "Missing argument"),
        (("match", "mentors.csv", "--time-limit", "soon"), "valid number"),
    ],
)
def test_errors_are_exit_status_two_and_one_sentence(folder, mmatch, arguments, told):
    assert folder.exists()
    status, out, err = mmatch(*arguments)
    assert status == 2
    assert told in err
    assert "Traceback" not in out + err


def test_bad_rows_can_be_left_out_and_are_written(folder, mmatch):
    (folder / "mentors.csv").write_text(MENTORS + "zed,Zed,data,IT,lots\n")
    assert mmatch("match", "mentors.csv", "mentees.csv")[0] == 2
    status, _, err = mmatch("match", "mentors.csv", "mentees.csv", "--skip-bad-rows", "--out", "result")
    assert status == 0
    assert "1 rows were left out" in err
    assert "zed" in (folder / "result/rejected.csv").read_text()


def test_json_for_machines_is_the_result(folder, mmatch):
    assert folder.exists()
    status, out, _ = mmatch("match", "mentors.csv", "mentees.csv", "--json", "--seed", "spring")
    assert (status, json.loads(out)["seed"], json.loads(out)["trust"]) == (0, "spring", "proved")


@pytest.mark.usefixtures("folder")
def test_examples_are_listed_and_written(mmatch):
    status, out, _ = mmatch("example")
    assert (status, "informational" in out) == (0, True)
    assert mmatch("example", "informational", "--out", "try")[0] == 0
    assert mmatch("match", "try/mentors.csv", "try/mentees.csv", "--program", "try/program.json")[0] == 0


def test_groups_are_printed_and_numbered(folder, mmatch):
    status, out, _ = mmatch("match", "mentors.csv", "mentees.csv", "--set", "group=1-2", "--out", "result")
    assert (status, "mentees" in out) == (0, True)
    rows = rows_of(folder / "result/matches.csv")
    assert len(rows) == 3
    assert len({row["group"] for row in rows}) == 2
    assert mmatch("verify", "result/cohort.json", "result/program.json", "result/matches.csv")[0] == 0


def test_hostile_names_cannot_steer_a_terminal(folder, mmatch):
    (folder / "mentors.csv").write_text("id,name,topic\nann,[red]Ann[/red] \u202eevil,data\n", encoding="utf-8")
    status, out, _ = mmatch("match", "mentors.csv", "mentees.csv")
    assert status == 0
    assert "[red]Ann[/red]" in out
    assert "\u202e" not in out


@pytest.mark.parametrize("words", [["-h"], ["match", "-h"], ["verify", "--help"]])
def test_help_is_short_to_ask_for(mmatch, words):
    status, out, _ = mmatch(*words)
    assert (status, out.startswith("Usage: mmatch")) == (0, True)


def test_python_m_is_the_same(folder):
    done = subprocess.run(
        [sys.executable, "-m", "mmatch", "match", "mentors.csv", "mentees.csv"],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env={**os.environ, "PYTHONUTF8": "1"},
    )
    assert (done.returncode, "proved best" in done.stdout) == (0, True)


TWO = ("--strategy", "usual: solver=auto", "--strategy", "even: aims=EvenLoad; solver=greedy")


def test_compare_prints_what_each_reaches_and_writes_the_files(folder, mmatch):
    status, out, _ = mmatch("compare", "mentors.csv", "mentees.csv", *RULE, *TWO, "--out", "result")
    assert status == 0
    assert "Worth a thought" in out
    assert max(map(len, out.splitlines())) <= 100
    rows = rows_of(folder / "result/comparison.csv")
    assert [(row["strategy"], row["solver"]) for row in rows] == [("usual", "flow"), ("even", "greedy")]
    data = json.loads((folder / "result/comparison.json").read_text())
    cohort = mm.read_cohort("mentors.csv", "mentees.csv")
    program = mm.Program(rules=[mm.rules.Differs("department")])
    assert tuple(data["runs"][0]["value"]) == mm.solve(cohort, program).value


def test_compare_takes_a_file_seeds_jobs_and_a_store(folder, mmatch):
    program = mm.Program(aims=[mm.aims.EvenLoad()]).to_json()
    named = {"even": {"program": program, "solver": "flow"}, "own": {"seed": 4}}
    (folder / "strategies.json").write_text(json.dumps({"strategies": named}))
    arguments = ("--strategies", "strategies.json", "--seeds", "0,spring", "--store", "runs", "--jobs", "2", "--json")
    status, out, _ = mmatch("compare", "mentors.csv", "mentees.csv", *arguments)
    runs = json.loads(out)["runs"]
    assert (status, [(run["strategy"], run["seed"]) for run in runs]) == (
        0,
        [("even", 0), ("even", "spring"), ("own", 4)],
    )
    assert len(list((folder / "runs").iterdir())) == 3
    assert mmatch("compare", "mentors.csv", "mentees.csv", *arguments)[1] == out


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("seeds", ["", "0,,1"])
def test_seeds_left_blank_are_told(mmatch, seeds):
    status, _, told = mmatch("compare", "mentors.csv", "mentees.csv", "--strategy", "solver=flow", "--seeds", seeds)
    assert status == 2
    assert "seeds with commas between" in " ".join(told.split())


@pytest.mark.usefixtures("folder")
def test_compare_without_any_matching_is_exit_status_one(mmatch):
    question = ("compare", "mentors.csv", "mentees.csv")
    status, out, _ = mmatch(*question, "--strategy", "rule=Everyone()", "--strategy", "solver=magic")
    assert status == 1
    assert "infeasible: 1 mentee (Ed) needs 1 place" in " ".join(out.split())
    assert "No strategy found a matching." in out


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"strategies": {}}', "expected"),
        ('{"schema": "x", "strategies": {"a": {}}}', "expected mmatch/strategies"),
        ('{"strategies": {"a": 3}}', "expected an object"),
        ('{"strategies": {"a": {"aims": []}}}', "unknown field"),
        ('{"strategies": {"a": {"solver": 3}}}', "strategies.a.solver"),
        ('{"strategies": {"a": {"program": {"aims": ["Magic"]}}}}', "Magic"),
    ],
)
def test_broken_strategies_are_told_with_their_place(folder, mmatch, text, told):
    (folder / "s.json").write_text(text)
    status, _, err = mmatch("compare", "mentors.csv", "mentees.csv", "--strategies", "s.json")
    assert (status, told in err, "s.json" in err) == (2, True, True)
    assert mmatch("compare", "mentors.csv", "mentees.csv")[0] == 2


BROKEN = (
    [],
    {},
    {"version": 99},
    {"schema": "x"},
    {"status": "perfect"},
    {"matches": 3},
    {"matches": [{}], "unmatched": []},
    {"matches": [], "unmatched": [["a"]]},
    {"proof": {"totals": ["1/0"]}},
    {"proof": {"prices": [["x"]]}},
    {"extra": 1},
)


@pytest.mark.parametrize("data", BROKEN)
def test_broken_result_files_are_input_errors(folder, data):
    (folder / "r.json").write_text(json.dumps(data))
    with pytest.raises(mm.InputError):
        mm.read_result(folder / "r.json")


EXPERTS = "id,topic,groups,availability\nann,data,1,Mon 9-12\nbob,law,1,Mon 9-12\n"
LEARNERS = "id,topic,availability\n" + "".join(
    f"{topic}{k},{topic},Mon 9-12\n" for topic, n in (("data", 4), ("law", 2)) for k in range(n)
)


@pytest.fixture
def groups(tmp_path, monkeypatch):
    (tmp_path / "mentors.csv").write_text(EXPERTS, encoding="utf-8")
    (tmp_path / "mentees.csv").write_text(LEARNERS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def columns(line):
    return [cell for cell in (part.strip() for part in line.split("  ")) if cell]


def test_groups_are_printed_one_mentee_a_line_with_size_and_time(groups, mmatch):
    slot = ("--set", "rule=CommonSlot(['Mon 9-10'])")
    status, out, _ = mmatch("match", "mentors.csv", "mentees.csv", "--group", "3-4", *slot, "--out", "result")
    lines = out.splitlines()
    assert status == 0
    assert columns(lines[3]) == ["mentor", "mentees", "topic", "when", "size"]
    assert columns(lines[5]) == ["1", "ann", "data0", "data", "Mon 9-10", "4"]
    assert [columns(line) for line in lines[6:9]] == [["data1"], ["data2"], ["data3"]]
    assert "4 of 6 mentees are matched — proved best." in lines
    assert {row["slot"] for row in rows_of(groups / "result/matches.csv")} == {"Mon 9-10"}
    assert {row["slot"] for row in rows_of(groups / "result/mail_merge.csv")} == {"Mon 9-10"}
    assert mmatch("verify", *(f"result/{name}" for name in ("cohort.json", "program.json", "matches.csv")))[0] == 0


@pytest.mark.usefixtures("groups")
@pytest.mark.parametrize("order", [("3-4", "law=2-4"), ("law=2-4", "3-4")])
def test_a_topic_may_have_a_size_of_its_own_in_any_order(mmatch, order):
    sizes = [word for text in order for word in ("--group", text)]
    status, out, _ = mmatch("match", "mentors.csv", "mentees.csv", *sizes)
    assert status == 0
    assert "6 of 6 mentees are matched — proved best." in out
    assert mmatch("check", "mentors.csv", "mentees.csv", *sizes)[0] == 0
    status, out, _ = mmatch("compare", "mentors.csv", "mentees.csv", *sizes, "--strategy", "a:", "--json")
    assert (status, json.loads(out)["runs"][0]["value"][0]) == (0, 6)


@pytest.mark.usefixtures("groups")
@pytest.mark.parametrize(
    ("sizes", "told"),
    [("3", None), ("many", "expected least-most"), ("4-3", "least"), ("data=", "topic=least-most"), ("lwa=2-3", "lwa")],
)
def test_group_sizes_are_checked(mmatch, sizes, told):
    status, _, err = mmatch("match", "mentors.csv", "mentees.csv", "--group", sizes)
    assert (status, told is None or told in err) == (0 if told is None else 2, True), err


def test_what_is_not_proved_is_said_in_shares_rounded_up(groups, mmatch):
    """The judge's bound of a tier in words; 1 of 300 is 0.34 %, never 0.33 %."""
    from dataclasses import replace

    from mmatch.reporting.words import headline, sureness

    mmatch("match", "mentors.csv", "mentees.csv", "--out", "result")
    cohort, result = mm.read_cohort(groups / "result/cohort.json"), mm.read_result(groups / "result/result.json")
    open_one = replace(result, status=mm.Status.FEASIBLE, trust=mm.Trust.HEURISTIC, stopped="time_limit")
    for value, bound, words in [
        ((300, 1, 0), (301, None, None), "; at most 0.34 % better is possible in aim 1"),
        ((300, -8, 0), (300, -6, None), "; at most 2 better is possible in aim 2"),
        ((300, 8, 0), (300, None, None), ""),
    ]:
        told = sureness(replace(open_one, value=value, verified_bound=bound))
        assert told == f"good, but not proved best, stopped by the time limit{words}"
        assert told in headline(cohort, replace(open_one, value=value, verified_bound=bound))


WEEKS = {"mentors.csv": "id,topic,capacity,availability\nann,r,2,Mon 9-12\n"}
WEEKS |= {"mentees.csv": "id,topic,availability\neva,r,Mon 9-12\nfinn,r,Tue 9-12\n"}
QUESTION = ("result/cohort.json", "result/program.json", "result/result.json")
SPAN = ("--start", "2027-01-11", "--end", "2027-01-31")


@pytest.fixture
def matched(tmp_path, monkeypatch, mmatch):
    for name, text in WEEKS.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert mmatch("match", *WEEKS, "--out", "result")[0] == 0
    return tmp_path


def test_schedule_prints_dates_and_writes_tables_and_calendars(matched, mmatch):
    status, out, _ = mmatch(
        *(
            "schedule",
            *QUESTION,
            *SPAN,
            "--out",
            "dates",
            "--calendars",
            "--now",
            "2027-01-04T12:00Z",
            "--key",
            "secret",
        )
    )
    assert status == 0
    assert "Mon 2027-01-11" in out
    assert "1 of 2 matches have dates, and no other dates are better." in out
    assert "No dates for ann with finn: " in out
    written = sorted(str(path.relative_to(matched / "dates")) for path in (matched / "dates").rglob("*.*"))
    tables = ["dues.csv", "mail_merge.csv", "result.xlsx", "schedule.json", "sessions.csv", "unplaced.csv"]
    tables += ["handout-single-mentee.md", "handout-single-mentor.md"]
    tables += ["handouts/0001-ann.md", "handouts/0002-eva.md"]
    calendars = ["all.ics", "matches/0001-ann-eva.ics", "people/0001-ann.ics", "people/0002-eva.ics"]
    assert written == sorted([*tables, *(f"calendars/{name}" for name in calendars)])
    assert rows_of(matched / "dates/unplaced.csv")[0]["mentees"] == "finn"


def test_schedule_takes_holidays_calendars_and_a_file_of_dates(matched, mmatch):
    ics = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", "BEGIN:VEVENT", "UID:1", "DTSTAMP:20270101T000000Z"]
    ics += ["DTSTART:20270111T080000Z", "DTEND:20270111T180000Z", "END:VEVENT", "END:VCALENDAR", ""]
    (matched / "eva.ics").write_text("\r\n".join(ics), encoding="utf-8")
    dates = {"schema": "mmatch/dates", "version": 1, "start": "2027-01-11", "end": "2027-01-31", "grain": 60}
    (matched / "dates.json").write_text(json.dumps(dates), encoding="utf-8")
    asked = ("schedule", *QUESTION, "--dates", "dates.json", "--busy", "eva=eva.ics", "--holidays", "US")
    status, out, _ = mmatch(*asked, "--json")
    assert status == 0
    made = json.loads(out)  # the 11th is taken, the 18th is Martin Luther King day
    assert made["plans"][0]["sessions"][0]["start"] == "2027-01-25T09:00Z"
    assert made["settings"]["grain"] == 60


def test_calendars_are_read_on_the_wall_of_the_person(tmp_path, mmatch, monkeypatch):
    """Ann's day off was read in UTC, so it ended at four in the afternoon for her, and a session was put at five."""
    monkeypatch.chdir(tmp_path)
    hours = "America/Los_Angeles,{}\n"
    (tmp_path / "mentors.csv").write_text("id,timezone,availability\nann," + hours.format("Tue 17-18; Thu 17-18"))
    (tmp_path / "mentees.csv").write_text("id,timezone,availability\ncy," + hours.format("daily 0-24"))
    assert mmatch("match", "mentors.csv", "mentees.csv", "--out", "result")[0] == 0
    day = ["DTSTART;VALUE=DATE:20270112", "UID:a", "END:VEVENT", "BEGIN:VEVENT", "UID:b", "DURATION:PT1H"]
    lines = ["BEGIN:VCALENDAR", "BEGIN:VEVENT", *day, "DTSTART;TZID=My Zone:20270113T090000", "END:VEVENT"]
    (tmp_path / "ann.ics").write_text("\n".join([*lines, "END:VCALENDAR"]))
    asked = ("schedule", "result", "--start", "2027-01-11", "--end", "2027-01-17", "--busy", "ann=ann.ics")
    status, out, err = mmatch(*asked)
    assert status == 2
    assert "ann.ics event 2 of 2027-01-13: cannot be understood: unknown time zone My Zone" in out + err
    for meaning in ("My Zone=Europe/Berlin", "*="):
        status, out, _ = mmatch(*asked, "--calendar-zone", meaning, "--grain", "15")
        assert status == 0
        assert "Thu 2027-01-14" in out
    assert mmatch(*asked, "--calendar-zone", "My Zone")[0] == 2
    assert mmatch(*asked[:-1], "bo=ann.ics")[0] == 2


def test_reschedule_moves_as_little_as_possible(matched, mmatch):
    assert mmatch("schedule", *QUESTION, *SPAN, "--out", "dates")[0] == 0
    same, out, _ = mmatch("reschedule", *QUESTION, "dates/schedule.json", "--json")
    assert (same, json.loads(out)["value"]) == (0, [1, 0, 0, 0])
    later = ("--start", "2027-01-18", "--published", "2027-01-15")
    status, out, _ = mmatch("reschedule", *QUESTION, "dates/schedule.json", *later, "--json")
    made = json.loads(out)
    assert (status, made["value"]) == (0, [1, -1, -1, -7 * 1440])
    assert made["plans"][0]["sessions"][0]["revision"] == 1


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        (("schedule", *QUESTION), 2, "--start"),
        (("schedule", *QUESTION, "--start", "soon", "--end", "2027-01-31"), 2, "expected a date"),
        (("schedule", *QUESTION, *SPAN, "--busy", "eva"), 2, "id=file.ics"),
        (("schedule", *QUESTION, *SPAN, "--busy", "eva=none.ics"), 2, "none.ics"),
        (("schedule", *QUESTION, *SPAN, "--holidays", "XX"), 2, "codes such as DE"),
        (("schedule", *QUESTION, "--start", "2027-01-12", "--end", "2027-01-13"), 1, "0 of 2"),
        (("reschedule", *QUESTION, "result/result.json"), 2, "mmatch/schedule"),
    ],
)
def test_schedule_says_in_a_sentence_what_is_wrong(matched, mmatch, arguments, status, told):
    found, out, err = mmatch(*arguments)
    assert found == status
    assert told in out + err
    assert "Traceback" not in out + err


PEOPLE = """name,role,topic,format
Ann Lee,mentor,lesson planning; cooking,
Eva Roth,mentee,lesson planning,
Finn Dahl,mentee,cooking,
Gia Moss,mentee,lesson planning,two_session_plan
"""


def test_the_need_chooses_the_format(tmp_path, mmatch):
    """Topics that say nothing keep the format of the program, and requests keep what they state."""
    (tmp_path / "people.csv").write_text(PEOPLE, encoding="utf-8")
    status, _, told = mmatch("match", str(tmp_path / "people.csv"), "--format", "auto", "--out", str(tmp_path / "out"))
    assert status == 0
    assert 'note: three_session_product for lesson planning: "lesson planning" calls for' in told
    assert "note: single for cooking: nothing is known of cooking" in told
    cohort = mm.read_cohort(tmp_path / "out" / "cohort.json")
    formats = {person.name: [request.format for request in person.requests] for person in cohort if person.requests}
    assert formats == {"Eva Roth": ["three_session_product"], "Finn Dahl": [None], "Gia Moss": ["two_session_plan"]}
    _, out, _ = mmatch("check", str(tmp_path / "people.csv"))
    assert "Formats of sessions" in out
    assert "1 other topic: nothing says which format it calls for." in out
    assert mmatch("report", str(tmp_path / "out"), "--out", str(tmp_path / "r.html"))[0] == 0
    assert "These topics call for more or fewer sessions" in (tmp_path / "r.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("wanted", "found"), [("two_session_in_person_virtual", "two_session_in_person_virtual"), ("clinic.toml", "clinic")]
)
def test_a_format_by_its_name_or_from_a_file(folder, mmatch, wanted, found):
    (folder / "clinic.toml").write_text('like = "two_session"\nname = "clinic"\n', encoding="utf-8")
    (folder / "p.json").write_text('{"formats": [{"like": "single", "name": "clinic"}]}', encoding="utf-8")
    arguments = ("match", "mentors.csv", "mentees.csv", "--program", "p.json", "--format", wanted, "--out", "out")
    assert mmatch(*arguments)[0] == 0
    program = mm.read_program("out/program.json")
    assert program.format == found
    assert len(program.formats) == 1
    status, _, told = mmatch("match", "mentors.csv", "mentees.csv", "--format", "ten")
    assert (status, "expected one of single" in told) == (2, True)


def test_regular_mentoring_is_noted_and_not_refused(folder, mmatch):
    (folder / "long.json").write_text(
        '{"name": "long", "sessions": [{}, {}, {}, {}], "gaps": [{}, {}, {}]}', encoding="utf-8"
    )
    status, _, told = mmatch("match", "mentors.csv", "mentees.csv", "--format", "long.json")
    assert (status, "note: long has 4 sessions: this is regular mentoring" in told) == (0, True)


def test_a_language_that_nobody_translated_stops_before_anything_is_written(folder, mmatch):
    mmatch("match", "mentors.csv", "mentees.csv", "--out", "out")
    for verb in (("schedule", "--start", "2027-01-11", "--end", "2027-02-12", "--out", "dates"), ("report",)):
        status, _, told = mmatch(verb[0], "out", *verb[1:], "--language", "tlh")
        assert (status, 'found "tlh", expected one of en, de, es, fr' in told) == (2, True)
    assert not (folder / "dates").exists()
    assert not (folder / "report.html").exists()


def test_a_person_is_erased_from_a_folder_and_files_that_still_name_them_are_listed(folder, mmatch):
    mmatch("match", "mentors.csv", "mentees.csv", "--out", "result")
    mmatch("letters", "result", "--out", "result/letters")
    status, out, _ = mmatch("forget", "result", "Cy")
    assert status == 0
    assert "Written to result without them" in out
    assert "letters/mail_merge.csv" in "".join(out.split())
    assert mmatch("verify", "result")[0] == 0
    for name in ("cohort.json", "matches.csv", "mail_merge.csv", "result.json"):
        assert '"cy"' not in (folder / "result" / name).read_text()
        assert "Cy" not in (folder / "result" / name).read_text()


@pytest.mark.usefixtures("folder")
def test_the_days_after_say_who_is_next_and_what_would_help(mmatch):
    """Ann and Bob are full; Ed asks for law; one of the three who ask for data waits."""
    mmatch("match", "mentors.csv", "mentees.csv", *RULE, "--out", "result")
    waits = [row["mentee"] for row in rows_of(Path("result/unmatched.csv"))]
    status, out, _ = mmatch("waiting", "result")
    assert status == 0
    assert out.startswith("1. ")
    assert len([line for line in out.splitlines() if line[0].isdigit()]) == len(waits)
    status, out, _ = mmatch("relax", "result")
    assert status == 0
    assert "one more place with" in out
    status, out, _ = mmatch("recommend", "result", "Di")
    assert (status, "Di" in out) == (0, True)
    assert mmatch("recommend", "result")[0] == 2


def test_matching_and_dates_together(folder, mmatch):
    dates = {"schema": "mmatch/dates", "version": 1, "start": "2027-01-11", "end": "2027-01-15"}
    (folder / "dates.json").write_text(json.dumps(dates))
    (folder / "a.csv").write_text("id,topics,availability\nann,data,Mon 9-11\nbob,data,Tue 9-11\n")
    (folder / "b.csv").write_text("id,topic,availability\neva,data,Tue 9-10\nfinn,data,Mon 9-12; Tue 9-12\n")
    status, out, _ = mmatch("match", "a.csv", "b.csv", "--dates", "dates.json", "--out", "result")
    assert status == 0
    assert "2 mentees have dates: no other matching has dates for more." in out
    assert mmatch("verify", "result", "result/schedule")[0] == 0


def test_the_next_round_takes_over_what_the_last_one_left(folder, mmatch):
    mmatch("match", "mentors.csv", "mentees.csv", *RULE, "--out", "result")
    (folder / "feedback.csv").write_text("mentor,mentee,met,fit,room\nAnn Lee,Cy,yes,no,7\n")
    again = ("match", "mentors.csv", "mentees.csv", *RULE)
    status, _, err = mmatch(*again, "--before", "result", "--feedback", "feedback.csv", "--out", "next")
    assert (status, "the column 'room' is not used" in err) == (0, True)
    cohort = mm.read_cohort("next/cohort.json")
    assert [(one.mentor, one.mentee) for one in cohort.history] == [("ann", "cy")]
    assert ("ann", "cy") not in [pair[:2] for pair in mm.read_result("next/result.json").matching.pairs()]
    status, _, err = mmatch(*again, "--waiting-first")
    assert (status, "name the earlier round, too: --before result" in err) == (2, True)
