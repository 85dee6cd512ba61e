"""Example cohorts: always the same people, right answers where they are known, and files that read back."""

import csv
import json
import subprocess
import sys
from collections import Counter

import pytest

import mmatch as mm
from mmatch import datasets
from mmatch.signup import read_files

CASES = datasets.cases("adversarial")
EVERY = [(name, case) for name in datasets.names() for case in datasets.cases(name) or ("",)]
SIZES = {  # mentors, mentees, people
    "informational": (80, 120, 200),
    "shortage": (41, 113, 154),
    "civil-service": (500, 500, 750),
    "corporate": (200, 350, 550),
    "expert-groups": (6, 60, 66),
    "flash-tables": (25, 100, 125),
    "two-sessions": (25, 40, 65),
    "three-sessions": (30, 45, 75),
    "office-hours": (120, 12, 132),
    "speed-event": (140, 140, 280),
    "year-of-events": (40, 100, 140),
}
DATED = ("two-sessions", "three-sessions", "office-hours")


def example(name, case="", **options):
    return datasets.load(name, **options, **({"case": case} if case else {}))


@pytest.fixture(scope="module")
def solved():
    """Examples and results, each solved once for all tests."""
    known = {}

    def answer(name, case=""):
        if (name, case) not in known:
            one = example(name, case)
            known[name, case] = one, mm.solve(one.cohort, one.program)
        return known[name, case]

    return answer


def test_every_scenario_is_one_file():
    assert datasets.names() == tuple(sorted(["adversarial", *SIZES]))


@pytest.mark.parametrize("name", SIZES)
def test_sizes_are_those_of_the_story(name):
    cohort = datasets.load(name).cohort
    mentors, mentees = sum(bool(p.offers) for p in cohort), sum(bool(p.requests) for p in cohort)
    assert (mentors, mentees, len(cohort)) == SIZES[name]


@pytest.mark.parametrize("name", SIZES)
def test_same_seed_same_people_other_seed_others(name):
    first, again, other = datasets.load(name, seed=7), datasets.load(name, seed=7), datasets.load(name, seed=8)
    assert first.cohort == again.cohort
    assert first.cohort != other.cohort


def test_the_people_are_the_same_on_every_machine():
    """The draws must not depend on the platform, the hash seed or the version of NumPy."""
    told = [
        (name, p.name, p.attributes.get("job title"))
        for name in SIZES
        if name not in {"expert-groups", *DATED}
        for p in [datasets.load(name).cohort["p081"]]
    ]
    assert told == [
        ("informational", "João Carvalho", "user researcher"),
        ("shortage", "João Carvalho", None),
        ("civil-service", "João Carvalho", "Adviser"),
        ("corporate", "João Carvalho", None),
        ("flash-tables", "João Carvalho", None),
        ("speed-event", "João Carvalho", None),
        ("year-of-events", "João Carvalho", None),
    ]
    learner = datasets.load("expert-groups").cohort["p061"]
    assert (learner.name, learner.availability) == ("Piotr Nowak", "Tue 9-12; Wed 9-12; Wed 13-17")


@pytest.mark.parametrize("name", DATED)
def test_examples_with_dates_are_dated(solved, tmp_path, name):
    """Most matches find dates; whatever the schedule says, the judge finds nothing wrong with it."""
    one, result = solved(name)
    if name == "office-hours":
        one = datasets.load(name, mentors=30, mentees=4)
        result = mm.solve(one.cohort, one.program)
    mm.write_dates(one.dates, tmp_path / "dates.json")
    dates = mm.read_dates(tmp_path / "dates.json")
    assert dates == one.dates
    found = mm.schedule(one.cohort, result, dates, time_limit=20)
    assert mm.verify(one.cohort, one.program, found, of=result) == []
    assert len(found.plans) >= 0.9 * len(result.matching)
    assert all(item.reason for item in found.unplaced)
    again = tmp_path / "schedule.json"
    mm.write_schedule(found, again)
    assert mm.read_schedule(again) == found


def test_two_sessions_meet_in_rooms_and_hand_drafts_around(solved):
    one, result = solved("two-sessions")
    found = mm.schedule(one.cohort, result, one.dates, time_limit=20)
    for plan in found.plans:
        first, second = plan.sessions
        assert (first.mode, second.mode) == ("in_person", "virtual")
        assert first.room in {"1", "2", "3"}
        assert 10 <= (second.begins("Europe/Lisbon").date() - first.begins("Europe/Lisbon").date()).days <= 21
        assert [due.kind for due in plan.dues] == ["reflect", "send", "answer", "reflect"]
        assert first.start < plan.dues[1].by <= plan.dues[2].by < second.start


@pytest.mark.parametrize("name", SIZES)
def test_other_sizes(name):
    cohort = datasets.load(name, mentors=6, mentees=9).cohort
    assert (sum(bool(p.offers) for p in cohort), sum(bool(p.requests) for p in cohort)) == (6, 9)


@pytest.mark.parametrize(("name", "case"), EVERY)
def test_every_example_is_solved_as_it_must_be(solved, name, case):
    one, result = solved(name, case)
    assert one.title
    assert one.story.endswith(".")
    assert "{" not in one.story
    assert result.trust is mm.Trust.PROVED
    if one.right:
        assert (result.status, result.value) == (one.right.status, one.right.value)
    else:
        assert result.status is mm.Status.OPTIMAL
        assert result.matching.unmatched, "a cohort in which everybody is matched teaches nothing"


@pytest.mark.parametrize(
    ("capacity", "filled", "loads"), [(1, 41, {1: 41}), (2, 82, {2: 41}), (None, 113, {3: 31, 2: 10})]
)
def test_shortage_has_a_closed_form(capacity, filled, loads):
    one = datasets.load("shortage", capacity=capacity)
    result = mm.solve(one.cohort, one.program)
    seats = result.matching.seats
    assert len(seats) == filled == one.right.value[0]
    assert Counter(Counter(seats.mentor).values()) == loads
    assert result.value == one.right.value


def test_civil_service_has_half_of_each_side_in_both_roles():
    cohort = datasets.load("civil-service").cohort
    assert sum(bool(p.offers and p.requests) for p in cohort) == 250


def test_civil_service_counts_what_the_story_says(solved):
    one, result = solved("civil-service")
    score = 0
    for mentor, mentee, _ in result.matching.pairs():
        a, b = one.cohort[mentor].attributes, one.cohort[mentee].attributes
        assert a["organisation"] != b["organisation"]
        score += {1: 9, 2: 12}[a["grade"] - b["grade"]] + 10 * (a["profession"] == b["profession"])
        score += 6 * ("identity" in a and a.get("identity") == b.get("identity"))
    assert result.value[1] == score


def test_corporate_pairs_have_no_no_on_either_side(solved):
    one, result = solved("corporate")
    for mentor, mentee, _ in result.matching.pairs():
        for x, y in [(one.cohort[mentor], one.cohort[mentee]), (one.cohort[mentee], one.cohort[mentor])]:
            for asked, answer in [("genders", y.attributes["gender"]), ("sites", y.site)]:
                yes, maybe = (x.attributes.get(f"{asked}_pref_{word}", ()) for word in ("yes", "maybe"))
                assert not (yes or maybe) or answer in yes + maybe
    assert len(one.cohort.people.ranks) == len(one.cohort)
    assert sum(p.requests[0].priority > 1 for p in one.cohort if p.requests) > 10


def test_informational_talks_are_across_departments_and_without_managers(solved):
    one, result = solved("informational")
    for mentor, mentee, topic in result.matching.pairs():
        a, b = one.cohort[mentor], one.cohort[mentee]
        assert a.attributes["department"] != b.attributes["department"]
        assert mentor not in b.avoids
        assert topic in {a.site, a.attributes["job title"]}
    assert max(Counter(result.matching.seats.mentor).values()) == 2


def test_expert_groups_ask_as_the_story_says_and_one_topic_does_not_open(solved):
    one, result = solved("expert-groups")
    asked = Counter(r.topic for p in one.cohort for r in p.requests)
    assert sorted(asked.values(), reverse=True) == [25, 18, 13, 4]
    assert all(3 <= len(match.mentees) <= 6 and match.slot for match in result.matching)
    led = Counter(match.mentor for match in result.matching)
    assert all(led[p.id] <= p.groups for p in one.cohort if p.offers)
    assert Counter(topic for _, topic in result.matching.unmatched)["contract law"] == 4


def test_flash_tables_seat_everybody_evenly(solved):
    _, result = solved("flash-tables")
    assert result.matching.unmatched == []
    assert [len(match.mentees) for match in result.matching] == [4] * 25


def test_the_corporate_form_can_meet_in_groups():
    one = datasets.load("corporate", mentors=40, mentees=70, group=(2, 3))
    result = mm.solve(one.cohort, one.program)
    assert (result.solver, result.trust) == ("portfolio", mm.Trust.PROVED)
    assert {len(match.mentees) for match in result.matching} == {2, 3}
    pairs = datasets.load("corporate", mentors=40, mentees=70)
    assert one.cohort == pairs.cohort
    assert "one group of 2 to 3" in one.story
    assert "group" not in pairs.story


@pytest.mark.parametrize(("name", "case"), EVERY)
def test_files_read_back_as_the_same_cohort(solved, tmp_path, name, case):
    one, result = solved(name, case)
    *sign_up, program = datasets.write_example(one, tmp_path / "new")
    reading = read_files(*sign_up)
    assert reading.cohort == one.cohort
    policy = mm.Program.from_json(json.loads(program.read_text(encoding="utf-8")))
    assert policy == one.program
    again = mm.solve(reading.cohort, policy)
    assert (again.status, again.value) == (result.status, result.value)
    assert again.found == result.found


def table(path):
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream))


def test_informational_files_are_messy(tmp_path):
    mentors, mentees, _ = datasets.write_example(datasets.load("informational"), tmp_path)
    rows = table(mentors)
    cells = [cell for row in rows for cell in row]
    assert rows[0][0] == "Participant ID"
    assert rows[-6:] == [[""] * len(rows[0])] * 6
    assert any(cell.endswith(" ") for cell in cells)
    assert any("\u00a0" in cell for cell in cells)
    asking = [row[0] for row in table(mentees)[1:] if row[0]]
    assert len(set(asking)) < len(asking)  # who asks on two topics has a row for each


def test_civil_service_file_is_one_form_export(tmp_path):
    form, _ = datasets.write_example(datasets.load("civil-service"), tmp_path)
    head, *rows = table(form)
    assert head[:2] == ["Timestamp", "Do you want to sign up as a mentor?"]
    assert len(rows) == 750 + 300
    assert Counter(row[1].strip() for row in rows) == {"Yes": 250, "No": 250, "Both": 250, "": 300}
    assert all(row[5].strip().endswith("@example.org") for row in rows[:750])


def test_corporate_files_answer_in_sentences(tmp_path):
    mentors, mentees, points, _ = datasets.write_example(datasets.load("corporate"), tmp_path)
    head, *rows = table(mentors)
    assert "I can handle this! Give me three mentees." in {row[head.index("max_mentee_count")] for row in rows}
    assert table(mentees)[0] == head
    assert table(points)[0] == ["mentee", "mentor", "score"]


def test_duplicates_stand_in_the_files_only(tmp_path):
    *paths, _ = datasets.write_example(datasets.load("adversarial", case="duplicates"), tmp_path)
    warnings = read_files(*paths).warnings
    assert Counter(w.code for w in warnings)["duplicate-id"] == 2


@pytest.mark.parametrize("case", CASES)
def test_adversarial_answers_say_why(case):
    assert len(datasets.load("adversarial", case=case).right.why) > 20


@pytest.mark.parametrize(
    ("name", "options", "told"),
    [
        ("shortages", {}, "shortage"),
        ("shortage", {"capacitee": 1}, "capacity"),
        ("shortage", {"capacity": 0}, "capacity"),
        ("informational", {"seed": -1}, "seed"),
        ("corporate", {"mentors": 2.5}, "mentors"),
        ("adversarial", {"case": "duplicate"}, "duplicates"),
        ("flash-tables", {"mentors": 3, "mentees": 16}, "found 16 mentees, expected at most 15 at 3 tables of 5"),
        ("corporate", {"group": (3, 2)}, "group"),
    ],
)
def test_wrong_names_and_options_are_refused_with_a_hint(name, options, told):
    with pytest.raises(mm.InputError, match=told):
        datasets.load(name, **options)


def test_a_place_that_cannot_be_written_is_an_export_error(tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(mm.errors.ExportError, match="was not written"):
        datasets.write_example(datasets.load("shortage"), tmp_path / "file")


def test_importing_datasets_is_light():
    code = "import sys, mmatch.datasets; print([m for m in ('numpy', 'scipy', 'ortools') if m in sys.modules])"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603 - our own code
    assert shown.stdout.strip() == "[]"


def test_events_are_planned_as_their_stories_say():
    flash, speed, year = map(datasets.load, ("flash-tables", "speed-event", "year-of-events"))
    tables = mm.plan_event(flash.cohort, mm.Program(), flash.events[0].rounds)
    assert (tables.value[0], tables.together_again, tables.sit_outs) == (300, (0, 0), {})
    evening = mm.plan_event(speed.cohort, speed.program, speed.events[0].rounds)
    assert (evening.value[0], evening.status, evening.sit_outs) == (560, "optimal", {})
    series = mm.plan_series(year.cohort, year.program, year.events)
    assert (len(series), series.again) == (7, {})
    assert mm.verify(year.cohort, year.program, series) == []
