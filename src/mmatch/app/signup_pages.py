"""From files to people: upload, the columns as understood, the questions of the reader, readiness."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.datastructures import UploadFile

from mmatch.errors import InputError
from mmatch.reporting.charts import Bars
from mmatch.signup.mapping import MEANINGS

if TYPE_CHECKING:
    from starlette.datastructures import FormData
    from starlette.responses import Response

    from mmatch.app.views import View
    from mmatch.signup.questions import Question
    from mmatch.signup.reading import Reading

MOST_TOPICS = 40
MOST_ROWS = 100


def start(view: View) -> Response:
    """The first page: wherever the way goes on."""
    session = view.session
    if session.has("result.json"):
        return view.to("/review")
    if session.has("cohort.json"):
        return view.to("/readiness")
    return view.to("/columns" if session.has("signups") else "/signups")


def signups(view: View) -> Response:
    """The sign-up files, and a place for more."""
    return view.page("signups", files=[(name, len(data)) for name, data in view.session.files.files])


def take_signups(view: View, form: FormData) -> Response:
    """Take files, or leave one out."""
    if form.get("remove") is not None:
        view.session.remove_file(int(str(form["remove"])) if str(form["remove"]).isdecimal() else -1)
        return view.to("/signups")
    view.session.take_files(uploads(form), again=form.get("again") == "yes")
    return view.to("/columns")


def uploads(form: FormData) -> list[tuple[str, bytes]]:
    """The files of a form: their names as text, never as a path, and their bytes."""
    found = [item for item in form.getlist("files") if isinstance(item, UploadFile) and item.filename]
    return [(str(item.filename), item.file.read()) for item in found]


def columns(view: View) -> Response:
    """How the columns are understood, and what is asked."""
    try:
        reading = view.session.reading
    except InputError as error:  # a file that cannot be read at all: the page says which, and how to go on
        return view.page("columns", 422, problems=[str(p) for p in error.problems][:MOST_ROWS], reading=None)
    if reading is None:
        return view.to("/signups")
    settled = view.session.cohort is not None
    open_ones = [_asked(reading, question) for question in reading.questions]
    return view.page(
        "columns",
        reading=reading,
        settled=settled,
        questions=[row for row in open_ones if row["decides"]],
        minor=[row for row in open_ones if not row["decides"]],
        columns=[(c, reading.samples.get((c.file, c.column), ())) for c in reading.mapping.columns],
        meanings=MEANINGS,
        rejected=list(reading.rejected)[:MOST_ROWS],
        n_rejected=len(reading.rejected),
        skipped=view.session.files.answers.skip,
        warnings=[str(warning) for warning in reading.warnings if warning.code != "trimmed"],
        problems=[str(problem) for problem in reading.problems][:MOST_ROWS],
        roles=_roles(reading),
    )


def _roles(reading: Reading) -> tuple[int, int]:
    """How many mentors and mentees the likeliest reading has."""
    people = () if reading.likeliest is None else tuple(reading.likeliest)
    return sum(bool(person.offers) for person in people), sum(bool(person.requests) for person in people)


def _asked(reading: Reading, question: Question) -> dict[str, Any]:
    """A question with its choices and three cells beside them."""
    choices = list(dict.fromkeys(filter(None, (question.meaning, *question.alternatives))))
    words = MEANINGS if question.key == question.column else {}
    return {
        "key": question.key,
        "file": question.file,
        "column": question.column,
        "evidence": question.evidence,
        "how": question.how,
        "choices": [(choice, words.get(choice, "")) for choice in choices],
        "likely": question.meaning,
        "cells": reading.samples.get((question.file, question.column), ()),
        "decides": question.decides,
        "free": not choices,
    }


def answer(view: View, form: FormData) -> Response:
    """Take answers: choices of the reader's questions, other meanings of columns, rows left out."""
    keys, given = form.getlist("key"), []
    for number, key in enumerate(keys):
        typed = str(form.get(f"other-{number}", "")).strip()
        value = typed or str(form.get(f"choice-{number}", "")).strip()
        if value:
            given.append(f"{key}={value}")
    column, meaning = str(form.get("column", "")), str(form.get("meaning", ""))
    if column and meaning:
        given.append(f"{column}={meaning}")
    view.session.answer_questions(given, skip=form.get("skip") == "yes")
    return view.to("/columns")


def readiness(view: View) -> Response:
    """Supply and demand per topic, who has no candidate, what each rule removes."""
    from mmatch.explanations import readiness as ready

    cohort = view.session.people()
    found = view.session.once("readiness", lambda: ready(cohort, view.session.policy))
    topics = sorted(found.supply, key=lambda row: (row.wanted - (row.seats or 0), row.wanted), reverse=True)
    _ = view.texts.gettext
    rows = [(row.topic or "—", (row.wanted, row.seats or 0)) for row in topics[:MOST_TOPICS]]
    chart = Bars(_("Places wanted and offered, by topic"), (_("wanted"), _("offered")), rows)
    called = cohort.people.called
    return view.page(
        "readiness",
        found=found,
        chart=chart if rows else "",
        n_topics=len(topics),
        alone=[(who, called[who]) for who in found.alone[:MOST_ROWS]],
        removals=[(r.cause, r.removed, r.alone, len(r.stranded)) for r in found.removals],
        people=_counted(view),
    )


def _counted(view: View) -> tuple[int, int]:
    people = view.session.people()
    return len({*people.offers.owner.tolist()}), len({*people.requests.owner.tolist()})


PAGES = (
    ("/", start, None),
    ("/signups", signups, take_signups),
    ("/columns", columns, answer),
    ("/readiness", readiness, None),
)
