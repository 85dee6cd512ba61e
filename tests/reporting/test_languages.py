"""What participants are given is in their language, whole: found by a language that marks whatever is translated."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

import mmatch as mm
from mmatch import texts
from mmatch.formats import FORMATS
from mmatch.io.calendars import calendar_file
from mmatch.reporting import person_handout
from mmatch.reporting.folder import write_schedule_folder

LINK = "https://example.org/room?a=1&b=2"
NAMES = {"ann": "ANN", "eva": "EVA", "finn": "FINN", "zoe": "ZOE"}


class Marked(texts.Translations):
    """Every text that is translated stands between two signs."""

    def gettext(self, message):
        return f"\u00ab{message}\u00bb"

    def ngettext(self, msgid1, msgid2, n):
        return f"\u00ab{msgid1 if n == 1 else msgid2}\u00bb"


def without_marked(text):
    """What is left of a text without the translated parts, which may stand inside each other."""
    while "\u00ab" in text:
        text, before = re.sub("\u00ab[^\u00ab\u00bb]*\u00bb", "", text), text
        assert text != before
    return text


class Words(HTMLParser):
    """What a page shows or says, and its language."""

    def __init__(self, page):
        super().__init__()
        self.words, self.links, self.language = [], [], ""
        self.feed(re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL))

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.language = found.get("lang", self.language)
        self.words += [found[name] for name in ("aria-label", "title", "data-head") if name in found]
        self.links += [found["href"]] if tag == "a" else []

    def handle_data(self, data):
        self.words.append(data)


def question(name, language="", names=NAMES):
    """A mentor with two mentees on a format, and somebody who gets no mentor."""
    people = [mm.Participant("ann", name=names["ann"], offers=[mm.Offer("LAW")], capacity=2, language=language)]
    people += [
        mm.Participant(who, name=names[who], requests=[mm.Request(topic)], language=language)
        for who, topic in (("eva", "LAW"), ("finn", "LAW"), ("zoe", "ART"))
    ]
    cohort = mm.Cohort(people)
    result = mm.solve(cohort, mm.Program(format=name, group=(1, 2)))
    made = mm.schedule(cohort, result, mm.Dates(start="2027-01-11", end="2027-03-31", links={"": LINK}))
    assert len(made.plans) == 1
    return cohort, result, made


@pytest.mark.parametrize("name", FORMATS)
def test_pages_and_hand_outs_have_no_text_that_is_not_translated(name, monkeypatch):
    monkeypatch.setattr(texts, "_translations", Marked)
    cohort, result, made = question(name, "de")
    data = {*NAMES.values(), "LAW", "ART", "UTC", "min", *re.findall(r"\w+", LINK)}
    report = mm.report(cohort, result, made)
    given = {who: " | ".join(Words(report.person(who)).words) for who in NAMES}
    given |= {f"{who} hand-out": person_handout(cohort, made, who) for who in NAMES}
    for who, text in given.items():
        left = set(re.findall(r"[^\W\d_]+", without_marked(text)))
        assert left <= data, (who, left - data)
    for who in ("ann", "eva"):
        entries = calendar_file(cohort, made, now="2027-01-01T12:00Z", person=who).decode().replace("\r\n ", "")
        said = " ".join(re.findall(r"^(?:SUMMARY|DESCRIPTION):(.*)\r$", entries, re.MULTILINE)).replace("\\n", " ")
        assert set(re.findall(r"[^\W\d_]+", without_marked(said))) <= data


@pytest.mark.parametrize(
    ("stated", "language", "read", "headline"),
    [
        ("", "en", "en", "You take part in 1 match."),
        ("de", "en", "de", "Sie haben 1 Match."),
        ("de-AT", "fr", "de", "Sie haben 1 Match."),
        ("", "fr", "fr", "Vous avez 1 mise en relation."),
        ("pt", "es", "es", "Tiene 1 emparejamiento."),
    ],
)
def test_people_read_their_own_language_else_that_of_the_program(stated, language, read, headline):
    cohort, result, made = question("single", stated)
    page = Words(mm.report(cohort, result, made, language=language).person("eva"))
    assert page.language == read
    assert headline in page.words
    with pytest.raises(mm.InputError, match='found "xx", expected one of en, de, es, fr'):
        mm.report(cohort, result, made, language="xx")
    with pytest.raises(mm.InputError, match='found "xx"'):
        person_handout(cohort, made, "eva", language="xx")


def test_a_hand_out_has_topic_partner_dates_place_agenda_and_tasks():
    cohort, _, made = question("two_session_plan_virtual_virtual")
    assert person_handout(cohort, made, "eva").splitlines()[:16] == [
        "# Two sessions on a plan: hand-out for EVA",
        "",
        "- Topic: LAW",
        "- With: ANN",
        "- All times are in the time zone UTC.",
        f"- Session 1 of 2: Mon 2027-01-11, 09:00, 60 min, <{LINK}>",
        f"- Session 2 of 2: Mon 2027-02-01, 09:00, 60 min, <{LINK}>",
        "",
        "## Keep in mind",
        "",
        "- Keep the plan to one page: what to do, with whom, and by when.",
        "",
        "## Before the first session",
        "",
        "- Until Sat 2027-01-09 09:00: Think about: What do I want to be able to do? What have I tried already?",
        "",
    ]
    mentor = person_handout(cohort, made, "ann")
    assert "- With: EVA, FINN" in mentor
    assert "- Until Thu 2027-01-21 21:30: You get from EVA, FINN: a plan: what to do, with whom, and by when" in mentor
    assert "- Until Tue 2027-01-26 21:30: Answer EVA, FINN with feedback on the plan" in mentor
    assert person_handout(cohort, made, "zoe") == ""
    assert "FINN" not in person_handout(cohort, made, "eva")
    with pytest.raises(mm.InputError, match="nobody"):
        person_handout(cohort, made, "nobody")


def test_a_page_links_to_where_people_meet_and_to_nothing_else():
    hostile = {**NAMES, "ann": 'https://evil.example/"><script>x</script>', "eva": "[x](javascript:y) {what} *b*"}
    cohort, result, made = question("single_virtual", names=hostile)
    page = mm.report(cohort, result, made).person("eva")
    assert [link for link in Words(page).links if not link.startswith("#")] == [LINK]
    assert "<script" not in page
    text = person_handout(cohort, made, "eva")
    assert "\\[x\\](javascript:y) {what} \\*b\\*" in text
    assert "<script" not in text
    assert text.count("](") == text.count("\\](")


def test_hand_outs_of_two_blends_are_two_files(tmp_path):
    """Names that are equal in their first forty letters were once one file."""
    blends = [f"three_session_product_in_person_virtual_{mode}" for mode in ("virtual", "in_person")]
    people = [mm.Participant("ann", offers=[mm.Offer()], capacity=2, site="Rome")]
    people += [
        mm.Participant(f"e{k}", requests=[mm.Request(format=name)], site="Rome") for k, name in enumerate(blends)
    ]
    cohort = mm.Cohort(people)
    made = mm.schedule(cohort, mm.solve(cohort), start="2027-01-11", end="2027-03-31")
    write_schedule_folder(tmp_path, cohort, made)
    assert {path.name for path in tmp_path.glob("handout-*-mentee.md")} == {
        f"handout-{name.replace('_', '-')}-mentee.md" for name in blends
    }


@pytest.mark.parametrize(
    "place", ["javascript:alert(1)", "https://x y", 'https://x/"onclick="y', "Hall <b>2</b>", "ftp://x"]
)
def test_a_place_that_is_no_page_is_a_text(place):
    cohort, result, _ = question("single_virtual")
    made = mm.schedule(cohort, result, mm.Dates(start="2027-01-11", end="2027-03-31", links={"": place}))
    page = Words(mm.report(cohort, result, made).person("eva"))
    assert [link for link in page.links if not link.startswith("#")] == []
    assert place in page.words
    data = calendar_file(cohort, made, now="2027-01-01T12:00Z")
    assert b"URL" not in data
    assert b"LOCATION:" in data
