"""The way through the page, form by form, without a browser: every verb, every refusal, nothing lost."""

import io
import json
import zipfile

import pytest
from typer.testing import CliRunner

import mmatch as mm
from mmatch.app.serving import begin_with
from mmatch.cli import app as command

MENTORS = b"id,name,topic,department,capacity\nann,Ann Lee,data,IT,two\nbob,Bob Ray,data; writing,HR,1\n"
MENTEES = b"id,name,topic,department\ncy,Cy,data,HR\ndi,Di,data,IT\ned,Ed,law,IT\nflo,Flo,data,IT\ngus,Gus,data,HR\n"
FILES = (("mentors.csv", MENTORS), ("mentees.csv", MENTEES))


def shown(answer):
    from html import unescape

    return unescape(answer.text)


@pytest.fixture
def small(page):
    """The page of the example in README.md, matched."""
    page.upload(*FILES)
    page.post("/policy", do="add-rule", part="Differs", attribute="department")
    page.match()
    return page


def test_from_files_to_a_matching(page):
    assert page.get("/").url.path == "/signups"
    answer = page.upload(*FILES)
    assert answer.url.path == "/columns"
    assert "2 mentors and 5 mentees" in answer.text
    assert "nobody" not in page.get("/readiness").text
    answer = page.post("/policy", do="add-rule", part="Differs", attribute="department")
    assert "Mentor and mentee differ in department" in answer.text
    answer = page.match()
    assert "3 of 5 mentees are matched — proved best." in answer.text
    assert page.pairs() == {("ann", "cy"), ("ann", "gus"), ("bob", "flo")}
    assert page.sound()
    assert {"cohort.json", "program.json", "result.json", "matches.csv", "mapping.json", "result.xlsx"} <= {
        path.name for path in page.session.folder.place.iterdir()
    }


def test_the_command_line_goes_on_where_the_page_stopped(small):
    path = str(small.session.folder.path)
    assert CliRunner().invoke(command, ["verify", path]).output.startswith("True: optimal")
    assert "Di" in CliRunner().invoke(command, ["waiting", path]).output


def test_the_page_goes_on_where_the_command_line_stopped(tmp_path, open_page):
    for name, data in FILES:
        (tmp_path / name).write_bytes(data)
    out = tmp_path / "state"
    files = [str(tmp_path / name) for name, _ in FILES]
    assert CliRunner().invoke(command, ["match", *files, "--out", str(out)]).exit_code == 0
    page = open_page("state")
    assert page.get("/").url.path == "/review"
    before = page.pairs()
    page.accept(page.get("/change", change="left", person="Ann Lee"))
    assert "ann" not in {mentor for mentor, _ in page.pairs()}
    page.post("/versions", do="undo")
    assert page.pairs() == before
    assert (out / "current").read_text() == "000\n"
    page.post("/versions", do="redo")
    assert page.pairs() != before


def test_a_swap_a_move_a_lock_and_an_undo(small):
    before = small.pairs()
    answer = small.get("/change", change="swap", person="Cy", other="Flo")
    assert "no rule-abiding pair" in answer.text  # they are from one department
    answer = small.get("/change", change="place", person="Bob Ray", other="Di")
    assert "Flo" in answer.text
    assert small.pairs() == before  # nothing happens before it is accepted
    assert small.accept(answer).url.path == "/review"
    assert ("bob", "di") in small.pairs()
    assert small.sound()
    assert (small.session.folder.place / "changes.csv").read_text().splitlines()[1].startswith("place,bob,di")
    small.accept(small.get("/change", change="apart", person="ann", other="gus"))
    assert ("ann", "gus") not in small.pairs()
    assert len((small.session.folder.place / "changes.csv").read_text().splitlines()) == 3
    small.accept(small.get("/change", change="keep", person="ann", other="cy"))
    assert "Kept together: Ann Lee - Cy" in shown(small.get("/policy")).replace(" · ", " - ")
    for _ in range(3):
        small.post("/versions", do="undo")
    assert small.pairs() == before


def test_why_not_and_side_by_side(small):
    answer = small.get("/why", one="Ann Lee", other="Di")
    assert "ruled out by" in shown(answer)
    assert "Side by side" in answer.text
    assert small.get("/why", one="Ann Lee", other="Nobody").status_code == 422


def test_who_waits_is_told_what_would_help(small):
    answer = small.get("/review", view="waiting")
    assert "nobody offers law" in answer.text
    answer = small.get("/person", id="di", seek="yes")
    assert "what=fix" in answer.text
    answer = small.get("/change", what="fix", of="di", number="0")
    small.accept(answer)
    assert "di" in {mentee for _, mentee in small.pairs()}
    assert small.sound()


def test_an_exception_stays_visible(small):
    small.accept(small.get("/change", change="except", person="ann", other="di", rule="Differs", why="a promise"))
    assert "Exceptions to the rules" in small.get("/review").text


def test_release_freezes_and_a_drop_out_moves_nobody_else(matched):
    page = matched
    page.post("/release", do="all")
    before = page.pairs()
    assert len(page.session.result.released) == len(page.session.result.matching.pairs())
    mentor = min(before)[0]
    page.accept(page.get("/change", change="left", person=mentor))
    assert {pair for pair in before if pair[0] != mentor} <= page.pairs()
    assert page.sound()


def test_dates_letters_and_files_to_take_away(matched):
    page = matched
    answer = page.post("/release", do="dates", start="2027-01-11", end="2027-02-28", zone="Europe/Berlin")
    assert "Matches with dates" in answer.text
    letters = page.get("/letters")
    assert page.get("/letters", letter="0").text.count("<article") == 1
    assert "letters.zip" in letters.text
    for name in ("result.xlsx", "matches.csv", "sessions.csv", "report.html"):
        answer = page.get(f"/download/{name}")
        assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'
        assert len(answer.content) > 100
    for name, ending in (("letters.zip", ".eml"), ("calendars.zip", ".ics")):
        package = zipfile.ZipFile(io.BytesIO(page.get(f"/download/{name}").content))
        assert any(item.endswith(ending) for item in package.namelist())
    page.accept(page.get("/change", change="left", person=min(page.pairs())[0]))
    assert page.session.schedule is not None


@pytest.mark.parametrize(
    "fields", [{"start": "soon", "end": "2027-01-01"}, {"start": "2027-02-01", "end": "2027-01-01"}, {}]
)
def test_dates_that_cannot_be_are_a_sentence(small, fields):
    assert small.post("/release", do="dates", **fields).status_code == 422


def test_late_sign_ups(small):
    late = ("mentees.csv", b"id,name,topic,department\nhal,Hal,data,HR\nzoe,Zoe,writing,IT\n")
    hidden = small.hidden(small.get("/later").text)
    answer = small.client.post("/later", data={**hidden, "role": "mentee"}, files=[("files", late)])
    assert answer.status_code == 200
    assert {"hal", "zoe"}.isdisjoint(small.session.cohort.people.index)
    small.accept(answer)
    assert {"hal", "zoe"} <= set(small.session.cohort.people.index)
    assert small.sound()


def test_a_form_of_an_earlier_step_changes_nothing(small):
    hidden = small.hidden(small.get("/policy").text)
    proposal = small.get("/change", change="left", person="ann")
    small.accept(small.get("/change", change="left", person="cy"))
    number = small.session.folder.number
    answer = small.client.post("/policy", data={**hidden, "do": "drop-rule", "at": "0"})
    assert (answer.status_code, "out of date" in answer.text) == (409, True)
    assert "out of date" in small.accept(proposal).text
    assert small.session.folder.number == number


def test_the_policy_in_words_and_in_order(small):
    answer = small.post("/policy", do="down", at="0")
    first, second = small.session.policy.tiers[:2]
    assert [type(aim).__name__ for tier in (first, second) for aim in tier] == ["TopicFit", "Coverage"]
    assert answer.url.path == "/policy"
    small.post("/policy", do="drop-rule", at="0")
    assert small.session.policy.rules == ()
    small.post("/policy", do="format", least="1", most="3", format="two_session")
    assert (small.session.policy.group, small.session.policy.format_name) == ((1, 3), "two_session")
    assert small.session.result is None
    for fields in (
        {"do": "x"},
        {"do": "add-rule", "part": "Same"},
        {"do": "add-aim", "part": "os"},
        {"do": "up", "at": "x"},
    ):
        assert small.post("/policy", **fields).status_code == 422
    assert "First: " in small.get("/policy/costs").text


def test_no_matching_is_told_with_its_reasons(page):
    page.upload(*FILES)
    page.post("/policy", do="add-rule", part="Everyone")
    answer = page.match()
    assert "No matching keeps all rules" in answer.text
    assert "Ed" in answer.text


def test_one_matching_at_a_time_and_cancel(page, monkeypatch):
    begin_with(page.session, "informational")
    from mmatch import engine

    def endless(cohort, program, *, progress, cancel):
        progress(mm.solvers.Progress("solve", 1, 3))
        cancel.wait(30)
        return real(cohort, program)

    real = engine.solve
    monkeypatch.setattr(engine, "solve", endless)
    answer = page.post("/match")
    assert 'http-equiv="refresh"' in answer.text
    assert "solve (1 / 3)" in answer.text
    assert page.post("/match").status_code == 422
    page.post("/match", do="cancel")
    assert page.get("/match", begun="now").status_code == 200
    assert not page.session.has("result.json")
    monkeypatch.undo()
    assert page.match().url.path == "/review"


@pytest.mark.parametrize("name", ["cohort.json", "program.json", "result.json", "answers.json", "current"])
@pytest.mark.parametrize("content", [b"", b"{", b'{"schema": "mmatch/other"}', b"\xff"])
def test_a_broken_file_is_named(small, open_page, name, content):
    folder = small.session.folder
    small.session.folder.close()
    place = folder.path if name == "current" else folder.place
    (place / name).unlink()
    (place / name).write_bytes(content)
    if name == "current":
        with pytest.raises(mm.InputError, match="current"):
            open_page("state")
        return
    again = open_page("state")
    answer = again.get("/columns" if name == "answers.json" else "/review")
    assert answer.status_code == 422
    assert name in answer.text
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("tag", ["en", "de", "es", "fr"])
def test_the_page_speaks_the_language_of_the_browser(page, tag):
    from mmatch.texts import translator

    answer = page.client.get("/signups", headers={"accept-language": f"pt, {tag}-AT;q=0.8"})
    assert f'<html lang="{tag}">' in answer.text
    assert translator(tag).gettext("Upload") in answer.text
    page.get("/signups", lang="fr")
    assert '<html lang="fr">' in page.client.get("/versions", headers={"accept-language": tag}).text


def test_answers_are_kept_as_a_file_and_a_mapping(page):
    page.upload(*FILES)
    page.post("/columns", column="department", meaning="site")
    place = page.session.folder.place
    assert json.loads((place / "answers.json").read_text())["answers"] == ["department=site"]
    assert page.session.cohort["ann"].site == "IT"
    assert (
        mm.read_cohort(
            place / "signups/001/mentors.csv", place / "signups/002/mentees.csv", mapping=place / "mapping.json"
        )["ann"].site
        == "IT"
    )


def test_a_file_is_left_out_again(page):
    page.upload(*FILES)
    page.post("/signups", remove="1")
    assert [name for name, _ in page.session.files.files] == ["mentors.csv"]
    assert "both are needed" in page.get("/columns").text
    assert page.get("/readiness").status_code == 422


def test_hours_that_say_nothing_are_a_smaller_doubt_and_leave_nobody_out(page):
    rows = b"id,topic,availability\ncy,data,flexible\ndi,data,Mon 9-12\n"
    answer = page.upload(("mentors.csv", b"id,topic,capacity\nann,data,2\n"), ("mentees.csv", rows))
    assert "Smaller doubts" in answer.text
    assert {"cy", "di"} <= set(page.session.cohort.people.index)
    page.post("/columns", key="availability: flexible", **{"other-0": "Tue 9-12"})
    assert page.session.cohort["cy"].availability != ()


def test_rows_that_cannot_be_read_are_shown_and_left_out_only_when_somebody_says_so(page):
    rows = b"id,topic,capacity\nann,data,2\nbob,data,many\n"
    answer = page.upload(("mentors.csv", rows), ("mentees.csv", b"id,topic\ncy,data\n"))
    while "Go on without these rows" not in answer.text:  # what "many" means may be asked first
        answer = page.post("/columns", key="capacity: many", **{"other-0": "lots"})
    assert page.session.cohort is None
    page.post("/columns", skip="yes")
    assert "bob" not in page.session.cohort.people.index
    assert (page.session.folder.place / "rejected.csv").exists()


def test_what_is_released_stays_in_a_new_matching(small):
    small.post("/release", do="some", who="Cy")
    assert "1 of 3 pairs are released" in small.get("/release").text
    small.post("/policy", do="drop-rule", at="0")
    small.match()
    assert ("ann", "cy") in small.pairs()
    assert small.sound()


def test_new_dates_after_a_drop_out_are_one_step(matched):
    page = matched
    page.post("/release", do="dates", start="2027-01-11", end="2027-02-28")
    number = page.session.folder.number
    page.accept(page.get("/change", change="left", person=min(page.pairs())[0]))
    assert page.session.folder.number == number + 1
    page.post("/versions", do="undo")
    assert page.session.schedule is not None


def test_a_table_of_changes_is_taken_as_it_is(small):
    hidden = small.hidden(small.get("/later").text)
    table = ("changes.csv", b"change,person,other\nleft,Cy,\nplace,Bob Ray,Di\n")
    answer = small.client.post("/later", data=hidden, files=[("files", table)])
    small.accept(answer)
    assert ("bob", "di") in small.pairs()
    assert "cy" not in small.session.cohort.people.index


ODD = ["", "x", "-1", "1" * 40, "\0", "../..", "<b>", "ann", "é", "1e9"]


@pytest.mark.parametrize("odd", ODD)
def test_no_address_makes_more_than_a_sentence(small, odd):
    for path in ("/review", "/person", "/pair", "/why", "/change", "/versions", "/letters", "/match", "/columns"):
        fields = (
            "view",
            "q",
            "page",
            "id",
            "seek",
            "mentor",
            "mentee",
            "one",
            "other",
            "change",
            "person",
            "n",
            "what",
        )
        more = ("of", "number", "with", "letter", "sender", "proposal", "lang", "back", "begun")
        answer = small.get(path, **dict.fromkeys(fields + more, odd))
        assert answer.status_code in {200, 404, 409, 422}, path
        for name in ("what", "change"):
            for word in ("place", "fix", "swap", "seats", "left", "except", "asks"):
                assert small.get("/change", **{name: word, "of": "di", "number": odd, "person": odd}).status_code < 500
    for path in ("/policy", "/versions", "/release", "/signups", "/columns", "/later", "/match"):
        answer = small.post(path, do=odd, at=odd, number=odd, part=odd, least=odd, remove=odd, who=odd, key=odd)
        assert answer.status_code in {200, 409, 422}, path


def test_an_event_is_planned_and_a_no_show_is_one_tap(matched):
    page = matched
    pairs = page.pairs()
    answer = page.post("/event", round="4", minutes="15", start="2027-03-02T14:00")
    assert "in 4 rounds" in answer.text
    _, before = page.session.event
    who = next(iter(before)).mentor
    answer = page.post("/event", do="away", who=who, round="2")
    assert answer.status_code == 200
    cohort, after = page.session.event
    assert mm.verify(cohort, after.stated, after) == []
    assert {one.round for one in after if one.mentor == who} <= {1}
    stayed = [one for one in before if one.mentor != who]
    assert all((one.round, one.mentor, one.mentees[0]) in met(after) for one in stayed)
    assert page.pairs() == pairs
    assert len(page.get("/download/event.xlsx").content) > 1_000
    path = str(page.session.folder.place / "event")
    assert CliRunner().invoke(command, ["verify", path]).output.startswith("Valid")
    for fields in (
        {"round": "0", "minutes": "1"},
        {"round": "2", "minutes": "x"},
        {"do": "away", "who": "x", "round": "2"},
    ):
        assert page.post("/event", **fields).status_code == 422
    page.post("/versions", do="undo")
    assert len(list(page.session.event[1])) == len(list(before))


def met(event):
    return {(one.round, one.mentor, who) for one in event for who in one.mentees}


def test_after_changes_the_answer_is_compared_with_the_best(small):
    assert "Nobody moves." in small.get("/change", what="best").text
    small.accept(small.get("/change", change="apart", person="ann", other="gus"))
    small.accept(small.get("/change", change="seats", person="ann", n="1"))
    answer = small.get("/change", what="best")
    assert "Compared with the best" in answer.text
    assert "stays as it is" in answer.text
    assert 'name="proposal"' not in answer.text
