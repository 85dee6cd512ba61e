"""What values show of themselves: counts and ids, never names or attributes; every text stays text."""

from __future__ import annotations

import io
import sys
from html.parser import HTMLParser

import nbclient
import nbformat
import pytest

import mmatch as mm
from mmatch.display import MOST_ROWS, Table, as_html
from mmatch.formats import format_of
from mmatch.lotteries import randomise
from mmatch.progress import Progress
from mmatch.reporting import ProgressBar

CANARY = "zzcanaryzz"
HOSTILE = '<img src=x onerror=alert(1)>"'


class Tags(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, tuple(attrs)))


def gallery(topic="r"):
    """One value of every kind that a user gets to hold, with secrets where people have names and attributes."""
    facts = {"name": CANARY, "attributes": {"note": CANARY}, "timezone": "UTC"}
    people = [
        mm.Participant("ann", offers=[mm.Offer(topic, level=3)], capacity=2, mentee_ranks=["eva", "finn"], **facts),
        mm.Participant("bob", offers=[mm.Offer(topic)], mentee_ranks=["eva", "finn"], **facts),
        mm.Participant("eva", requests=[mm.Request(topic)], ranks=["ann", "bob"], **facts),
        mm.Participant("finn", requests=[mm.Request(topic), mm.Request("law")], ranks=["ann", "bob"], **facts),
    ]
    cohort = mm.Cohort(people)
    program = mm.Program(format="two_session", rules=[mm.rules.NoRepeat()], aims=[mm.aims.Coverage()])
    result = mm.solve(cohort, program)
    return {
        "cohort": cohort,
        "participant": cohort["finn"],
        "program": program,
        "default program": mm.Program(),
        "result": result,
        "matching": result.matching,
        "readiness": mm.readiness(cohort, program),
        "explanation": mm.policy(cohort, result),
        "metrics": mm.metrics(cohort, result),
        "comparison": mm.compare(cohort, {"a": program, "b": mm.Program()}),
        "shortlists": mm.shortlists(cohort, program, 2),
        "draw": randomise(cohort, program),
        "schedule": mm.schedule(cohort, result, start="2027-01-11", end="2027-01-20"),
        "report": mm.report(cohort, result),
        "plan": mm.schedule(cohort, result, start="2027-01-11", end="2027-02-20").plans[0],
        "dated": mm.scheduling.solve_and_schedule(cohort, program, mm.Dates(start="2027-01-11", end="2027-02-20")),
        "format": format_of("two_session"),
    }


@pytest.fixture(scope="module")
def shown():
    return gallery()


def test_everything_shows_tables_in_a_notebook(shown):
    for name, value in shown.items():
        tags = Tags(value._repr_html_()).found
        assert any(tag in {"table", "iframe"} for tag, _ in tags), name


def test_neither_line_nor_tables_tell_names_or_attributes(shown):
    for name, value in shown.items():
        assert CANARY not in repr(value), name
        if name != "report":  # which is made to show names
            assert CANARY not in value._repr_html_(), name
        assert name == "format" or len(repr(value)) < 400, name


def test_hostile_texts_add_no_tag(shown):
    for name, value in gallery(HOSTILE).items():
        text = value._repr_html_()
        assert [tag for tag, _ in Tags(text).found] == [tag for tag, _ in Tags(shown[name]._repr_html_()).found], name


def test_evidence_of_a_large_question_is_a_short_line():
    """A proof once printed a price for every person."""
    proof = mm.solve(mm.Cohort.from_scores([[k % 7 for k in range(30)]] * 60, capacity=1)).proof
    assert repr(proof).startswith("<Proof: prices, ")
    assert len(repr(proof)) < 100
    assert len(repr(mm.solve(gallery()["cohort"], solver="stable").proof.stability)) < 100
    diary = mm.scheduling.Diary(busy=[(0, 60)], per_week=2)
    assert repr(diary) == "<Diary: 1 times taken, 0 dates with hours of their own, per_week 2>"


def test_long_tables_are_cut_and_say_so():
    text = as_html("many", [Table(("n",), [(k,) for k in range(50)], total=50)])
    assert text.count("<tr>") == 1 + MOST_ROWS
    assert "… and 30 more" in text
    assert "more" not in as_html("few", [Table(("n",), [(None,), (0.5,)])])


class Terminal(io.StringIO):
    def isatty(self):
        return True


STEP = Progress("solve", 2, 8, (12,), (15.5,))


def test_a_terminal_has_one_line_that_is_wiped(monkeypatch):
    monkeypatch.setattr(sys, "stderr", screen := Terminal())
    with ProgressBar(patience=0) as bar:
        bar(STEP)
        bar(STEP)  # too soon to be shown
    assert screen.getvalue() == "\r\033[Ksolve 2 of 8 · value 12 · bound 15.5 · 0 s\r\033[K"


def test_nothing_is_shown_where_nobody_looks_or_before_it_takes_long(monkeypatch):
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with ProgressBar(patience=0) as bar:
        bar(STEP)
    monkeypatch.setattr(sys, "stderr", screen := Terminal())
    with ProgressBar() as bar:
        bar(STEP)
    assert screen.getvalue() == ""


def test_a_notebook_has_a_bar_that_is_changed_in_place_and_shows_values_and_figures():
    """In a real kernel, as Jupyter runs it."""
    cells = [
        "import mmatch as mm\nfrom mmatch.reporting import ProgressBar\nbar = ProgressBar(patience=0)",
        "bar(mm.solvers.Progress('<solve>', 2, 8, (12,), None))",
        "bar.close()",
        "cohort = mm.Cohort.from_scores([[1, 2], [3, 4]], capacity=1)\ncohort",
        "mm.plot.supply(cohort).figure",
    ]
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    wiped = nbclient.NotebookClient(book, kernel_name="python3", timeout=60)
    wiped.execute()
    (shown,) = book.cells[1].outputs
    assert shown.data["text/html"] == ""  # closed two cells later, in place
    assert "<table>" in book.cells[3].outputs[0].data["text/html"]
    assert "image/png" in book.cells[4].outputs[0].data
    book.cells = book.cells[:2]
    nbclient.NotebookClient(book, kernel_name="python3", timeout=60).execute()
    text = book.cells[1].outputs[0].data["text/html"]
    assert text.startswith('<progress value="2" max="8"></progress> &lt;solve&gt; 2 of 8 · value 12')


def test_numbers_stand_right_in_notebooks():
    page = as_html("x", [Table(("topic", "seats"), [("data", 3)])])
    assert '<th scope="col" style="text-align:right;white-space:normal">seats</th>' in page
    assert '<td style="text-align:left;white-space:normal">data</td>' in page


@pytest.mark.parametrize("backend", ["pandas", "polars", "pyarrow"])
def test_what_verbs_give_becomes_a_frame(backend):
    people = [mm.Participant("a", name="Ann", offers=[mm.Offer("x")])]
    people += [mm.Participant(who, requests=[mm.Request("x")]) for who in ("e", "f")]
    cohort = mm.Cohort(people)
    result = mm.solve(cohort)
    schedule = mm.schedule(cohort, result, start="2027-01-11", end="2027-02-11")
    frames = {
        "reasons": (mm.reasons(cohort, result).to_frame(backend), 3, ["kind", "who", "topic", "message"]),
        "unmatched": (result.matching.to_frame(backend, of="unmatched"), 1, ["mentee", "topic"]),
        "readiness": (mm.readiness(cohort).to_frame(backend), 1, ["topic", "offers", "seats"]),
        "metrics": (mm.metrics(cohort, result).to_frame(backend), 1, ["seats", "filled"]),
        "dues": (schedule.to_frame(backend, of="dues"), len(schedule.plans[0].dues), ["plan", "who", "kind"]),
        "unplaced": (schedule.to_frame(backend, of="unplaced"), 0, ["mentor", "mentees", "reason", "try"]),
    }
    for name, (frame, n, heads) in frames.items():
        columns = frame.column_names if backend == "pyarrow" else list(frame.columns)
        assert (len(frame), columns[: len(heads)]) == (n, heads), name
    with pytest.raises(mm.InputError, match='of: found "due", expected one of sessions, dues, unplaced'):
        schedule.to_frame(backend, of="due")


def test_reasons_show_themselves_as_a_table_and_hide_names_in_repr():
    cohort = mm.Cohort(
        [mm.Participant("a", name="Ann", offers=[mm.Offer("x")]), mm.Participant("e", requests=[mm.Request("y")])]
    )
    found = mm.reasons(cohort, mm.solve(cohort))
    assert repr(found) == "<Reasons: 1 no_offer>"
    assert "nobody offers y" in found._repr_html_()
    assert repr(found[0]) == "Reason(kind='no_offer', who=('e',), topic='y')"
    assert str(found[0]) == "e: nobody offers y"
