"""The report as data: it says what is true, and a person's page shows nothing about others."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

import mmatch as mm
from mmatch import datasets


class Skeleton(HTMLParser):
    """Tags and texts of a page, in order."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.words = [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, sorted(name for name, _ in attrs)))

    def handle_data(self, data):
        self.words.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())


def people(name="Ann"):
    return mm.Cohort(
        [
            mm.Participant("ann", name=name, offers=[mm.Offer("data"), mm.Offer("r")], capacity=2),
            mm.Participant("cy", name="Cy Young", requests=[mm.Request("data")]),
            mm.Participant("di", name="Di Day", requests=[mm.Request("data"), mm.Request("law")]),
            mm.Participant("ed", name="Ed Edge", requests=[mm.Request("data")]),
        ]
    )


def reported(cohort, program=None, **options):
    program = mm.Program() if program is None else program
    return mm.report(cohort, mm.solve(cohort, program), **options)


def test_the_page_says_who_meets_whom_who_misses_out_and_how_sure_that_is():
    text = Skeleton(reported(people()).html).text
    assert "2 of 3 mentees are matched (2 of 4 seats) — proved best." in text
    assert "Find somebody who offers law: 1 place wanted, and nobody offers it." in text
    assert "nobody offers law" in text
    assert "A check that uses no solver confirmed it" in text
    assert mm.solve(people()).proof.digest in text


def test_no_matching_is_told_with_its_reason():
    text = Skeleton(reported(people(), mm.Program(rules=[mm.rules.Everyone()])).html).text
    assert "No matching keeps all rules — proved." in text
    assert "Why there is no matching" in text


@pytest.mark.parametrize(
    "name", ["<b>x</b>", '" onmouseover="x', "</td></table><script>", "'&amp;{{ 7*7 }}", "\u202eevil\x07"]
)
def test_names_change_no_tag_of_the_page(name):
    plain, hostile = (Skeleton(reported(people(who)).html) for who in ("Ann", name))
    assert plain.tags == hostile.tags
    assert ("{{ 7*7 }}" in hostile.text) == ("7*7" in name)
    assert not {"\u202e", "\x07"} & set("".join(hostile.words))


def test_a_persons_page_shows_nothing_about_people_whom_they_do_not_meet():
    """Names of everybody are planted; the reason of an unfilled seat names others and must not be there."""
    cohort = people()
    report = reported(cohort)
    met = {who: {who} for who in ("ann", "cy", "di", "ed")}
    for match in report.material.result.matching:
        for who in (match.mentor, *match.mentees):
            met[who] |= {match.mentor, *match.mentees}
    for who, known in met.items():
        text = Skeleton(report.person(who)).text
        for other in cohort:
            assert (other.name.split()[-1] in text) == (other.id in known), (who, other.id)
    (loser,) = {who for who, topic in report.material.result.matching.unmatched if topic == "data"}
    told = [row for row in report.material.reasons if row.who[:1] == (loser,)]
    names = {cohort[who].name for who in ("ann", "cy", "di", "ed")}
    assert any(sum(name in row.message for name in names) > 1 for row in told)
    missed = Skeleton(report.person(loser)).text
    assert "data: " in missed[missed.index("What could not be found for you") :]
    with pytest.raises(mm.InputError, match="zoe"):
        report.person("zoe")


def test_dates_on_a_persons_page_are_on_their_own_clock():
    example = datasets.load("three-sessions")
    result = mm.solve(example.cohort, example.program)
    schedule = mm.schedule(example.cohort, result, example.dates)
    report = mm.report(example.cohort, result, schedule=schedule)
    plan = next(plan for plan in schedule.plans if example.cohort[plan.match.mentees[0]].timezone)
    who = plan.match.mentees[0]
    text = Skeleton(report.person(who)).text
    wall = plan.sessions[0].begins(example.cohort[who].timezone)
    assert f"{wall:%a %Y-%m-%d}" in text
    assert f"{wall:%H:%M}, " in text
    assert f"All times are in the time zone {example.cohort[who].timezone}." in text
    assert "Three sessions: Session 1 of 3" in text
    mentor = Skeleton(report.person(plan.match.mentor)).text
    assert sum(due.what in mentor for due in plan.dues if due.who == "mentee" and due.kind == "send") == 0


def test_small_segments_are_not_told():
    rows = [mm.Participant("m", offers=[mm.Offer("a")], capacity=9)]
    rows += [mm.Participant(f"e{k}", requests=[mm.Request("a")], site="Oslo" if k < 6 else "Rome") for k in range(8)]
    text = Skeleton(reported(mm.Cohort(rows), by="site").html).text
    assert "Oslo 6 100%" in text
    assert "Rome fewer than 5" in text


def test_groups_show_what_did_not_open():
    example = datasets.load("expert-groups")
    text = Skeleton(reported(example.cohort, example.program).html).text
    assert "Groups that did not open" in text
    assert "Who misses out, and why" in text


def test_files_are_private_and_named_safely(tmp_path):
    odd = mm.Cohort(
        [mm.Participant("../../x", offers=[mm.Offer("a")]), mm.Participant("CON", requests=[mm.Request("a")])]
    )
    report = reported(odd)
    paths = report.write_people(tmp_path / "people")
    assert [path.name for path in paths] == ["0001-x.html", "0002-con.html"]
    assert {path.stat().st_mode & 0o777 for path in paths} == {0o600}
    assert report.write(tmp_path / "r.html").read_text(encoding="utf-8") == report.html
    with pytest.raises(mm.errors.ExportError):
        report.write(tmp_path / "nowhere" / "r.html")


def test_parts_of_other_questions_are_refused():
    cohort, other = people(), datasets.load("shortage")
    result = mm.solve(cohort)
    with pytest.raises(mm.InputError, match="made from another"):
        mm.report(other.cohort, result)
    dated = datasets.load("two-sessions")
    schedule = mm.schedule(dated.cohort, mm.solve(dated.cohort, dated.program), dated.dates)
    with pytest.raises(mm.InputError, match="the result has no such match"):
        mm.report(cohort, result, schedule=schedule)
    for wrong in ({"schedule": 3}, {"effects": "x"}, {"title": 3}, {"by": "shoe size"}):
        with pytest.raises(mm.InputError):
            mm.report(cohort, result, **wrong)


def test_in_a_notebook_it_stands_in_a_frame_of_its_own():
    report = reported(people('"></iframe><script>'))
    shown = Skeleton(report._repr_html_())
    assert [tag for tag, _ in shown.tags] == ["iframe"]
    assert repr(report) == "<Report: 4 people, optimal>"


def test_charts_say_in_words_what_they_show():
    text = reported(people()).html
    (label,) = re.findall(r'aria-label="(Supply and demand per topic\.[^"]*)"', text)
    assert "data: 3 places asked for, 2 places offered" in label
    assert "law: 1 places asked for, 0 places offered" in label
    assert "<script" not in text
