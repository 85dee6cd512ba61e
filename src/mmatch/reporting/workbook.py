"""result.xlsx: an answer as a workbook that a coordinator reads, edits and gives back."""

from __future__ import annotations

import datetime as dt
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

from mmatch import __version__
from mmatch.arrays import NONE
from mmatch.candidates.edges import candidates
from mmatch.explanations import reasons as reasons_of
from mmatch.explanations.words import listed
from mmatch.instance.capacities import capacities
from mmatch.io.contacts import check_contact
from mmatch.io.files import atomic_write
from mmatch.io.matches import MERGE_HEADS, merge_rows, reasons_by_seat
from mmatch.io.sessions import SESSION_HEADS, session_rows
from mmatch.reporting.words import HELP, aim_rows, headline
from mmatch.result import check_answer

if TYPE_CHECKING:
    import os

    from mmatch.cohort import Cohort
    from mmatch.matching import Reason
    from mmatch.result import Result
    from mmatch.scheduling.plans import Schedule

MOST_CHOICES = 200_000  # mentors on all drop-downs together
WIDEST, LONGEST = 60, 32_000  # characters of a column, and of a cell
CREATED = dt.datetime(2000, 1, 1)  # noqa: DTZ001 - a fixed date, so that the same answer is the same file
EDIT = (
    "To change a match, choose another mentor from the list in the first column of Matches, or give somebody a mentor "
    "under Without a mentor; empty the cell to undo a match. Save it beside the cohort.json of the match, then run: "
    "mmatch verify result.xlsx"
)


@dataclass(slots=True)
class WorkSheet:
    """One sheet: heads, rows of texts and numbers, and for each row the mentors that its drop-down offers."""

    title: str
    heads: Sequence[str]
    rows: list[Sequence[Any]] = field(default_factory=list)
    choices: list[tuple[str, ...]] = field(default_factory=list)


def write_workbook(
    cohort: Cohort,
    result: Result,
    path: str | os.PathLike[str],
    schedule: Schedule | None = None,
    *,
    contact: str = "partner",
    reasons: Sequence[Reason] | None = None,
) -> None:
    """Write an answer as a workbook: who meets whom, who has no mentor and why, loads, mail, dates, the program.

    Texts are written as texts, so that no cell acts as a formula or a link; the same answer gives the same bytes.
    Edited matches are read back by `io.read_matches`, and on the command line in the place of a result.

    Args:
        cohort: the facts.
        result: the answer.
        path: where to; an old file is replaced only by the whole new one.
        schedule: dates for the matches, for a sheet of their own.
        contact: whose addresses people see in the sheet Mail: "partner", "all" or "none".
        reasons: those of the result, where they are known already.

    Raises:
        InputError: parts that do not belong together.
        ExportError: the place cannot be written.
    """
    check_answer(cohort, result)
    check_contact(contact)
    reasons = reasons_of(cohort, result) if reasons is None else reasons
    write_sheets(path, "Matching", list(_sheets(cohort, result, reasons, schedule, contact)))


def write_sheets(path: str | os.PathLike[str], title: str, sheets: Sequence[WorkSheet]) -> None:
    """Write sheets as a workbook; texts stay texts, and the same sheets give the same bytes.

    Raises:
        ExportError: the place cannot be written.
    """
    import xlsxwriter

    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(stream, options) as book:
        book.set_properties({"title": title, "created": CREATED})
        styles = {"head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})}
        styles["cell"] = book.add_format({"text_wrap": True, "valign": "top"})
        lists = list(dict.fromkeys(chain.from_iterable(sheet.choices for sheet in sheets)))
        offered = lists if sum(map(len, lists)) <= MOST_CHOICES else []
        place = {names: f"=Choices!$A${k}:${_column(len(names))}${k}" for k, names in enumerate(offered, 1) if names}
        for sheet in sheets:
            _write(book.add_worksheet(sheet.title), sheet, styles, place)
        if place:
            hidden = book.add_worksheet("Choices")
            for k, names in enumerate(offered):
                for column, name in enumerate(names):
                    hidden.write_string(k, column, name)
            hidden.hide()
    atomic_write(path, stream.getvalue())


def _column(number: int) -> str:
    from xlsxwriter.utility import xl_col_to_name

    return str(xl_col_to_name(number - 1))


def _write(page: Any, sheet: WorkSheet, styles: dict[str, Any], place: dict[tuple[str, ...], str]) -> None:
    """A sheet with wide columns, a head that stays, and filters."""
    for column, head in enumerate(sheet.heads):
        cells = (str(row[column]) for row in sheet.rows[:1000])
        width = max(map(len, (head, *chain.from_iterable(cell.splitlines() or [""] for cell in cells))))
        page.set_column(column, column, min(width + 2, WIDEST), styles["cell"])
        page.write_string(0, column, head, styles["head"])
    for k, row in enumerate(sheet.rows, 1):
        for column, cell in enumerate(row):
            if type(cell) in {int, float}:
                page.write_number(k, column, cell, styles["cell"])
            elif cell:
                page.write_string(k, column, str(cell)[:LONGEST], styles["cell"])
    for k, names in enumerate(sheet.choices, 1):
        if names in place:
            rule = {"validate": "list", "source": place[names], "error_type": "warning"}
            message = "The program does not allow this mentor for this mentee. Keep it all the same?"
            page.data_validation(k, 0, k, 0, {**rule, "error_title": "Not allowed", "error_message": message})
    page.freeze_panes(1, 0)
    if sheet.rows:
        page.autofilter(0, 0, len(sheet.rows), len(sheet.heads) - 1)


def _sheets(
    cohort: Cohort, result: Result, reasons: Sequence[Reason], schedule: Schedule | None, contact: str
) -> Iterator[WorkSheet]:
    if result.found is not None:
        yield from _matches(cohort, result, reasons)
        yield _mentors(cohort, result)
        timed = bool(result.matching.seats.slot)
        rows = merge_rows(cohort, result.matching, contact)
        yield WorkSheet("Mail", (*MERGE_HEADS, *["when"] * timed), [row[: len(row) - (not timed)] for row in rows])
    if schedule is not None:
        yield WorkSheet("Dates", SESSION_HEADS, list(session_rows(cohort, schedule)))
    yield _program(cohort, result, reasons)


def _matches(cohort: Cohort, result: Result, reasons: Sequence[Reason]) -> Iterator[WorkSheet]:
    """Who meets whom, and who has no mentor; each with the mentors that the program allows."""
    matching, called = result.matching, cohort.people.called
    allowed = _allowed(cohort, result)
    grouped = any(len(match.mentees) > 1 for match in matching)
    timed = bool(matching.seats.slot)
    why = {(r.who[1], r.who[0], r.topic): r.message for r in reasons if r.kind == "score"}
    beside = (*["group"] * grouped, *["when"] * timed)
    made = WorkSheet("Matches", ("mentor", "mentee", "topic", *beside, "why"))
    for number, match in enumerate(matching, 1):
        for mentee, requested in zip(match.mentees, match.requested, strict=True):
            text = why.get((mentee, match.mentor, match.topic), "")
            text = text.removeprefix(f"{called[match.mentor]} with {called[mentee]}: ")
            extra = (*[number] * grouped, *[match.slot] * timed)
            made.rows.append((called[match.mentor], called[mentee], match.topic, *extra, text))
            made.choices.append(allowed.get((mentee, requested), ()))
    yield made
    texts, helps = reasons_by_seat(cohort, reasons), {(r.who[0], r.topic): r.kind for r in reversed(reasons) if r.who}
    made = WorkSheet("Without a mentor", ("mentor", "mentee", "topic", *beside, "why", "what would help"))
    for who, topic in dict.fromkeys(matching.unmatched):
        text = HELP.get(helps.get((who, topic), ""), "").format(topic=topic or "any topic")
        made.rows.append(("", called[who], topic, *[""] * len(beside), texts.get((who, topic), ""), text))
        made.choices.append(allowed.get((who, topic), ()))
    yield made


def _allowed(cohort: Cohort, result: Result) -> dict[tuple[str, str], tuple[str, ...]]:
    """For each request, by mentee and topic, the mentors that facts and rules allow, in the order of their names."""
    edges, people, called = candidates(cohort, result.program.rules), cohort.people.ids, cohort.people.called
    requests = edges.request_rows[edges.request]
    mentors = cohort.offers.owner[edges.offer_rows[edges.offer]]
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    order = np.argsort(requests, kind="stable")
    starts = np.flatnonzero(np.diff(requests[order], prepend=NONE))
    for part in np.split(order, starts[1:]) if len(order) else ():
        row = int(requests[part[0]])
        key = people[cohort.requests.owner[row]], cohort.topic_tree.labels[cohort.requests.topic[row]]
        names = {called[people[mentor]] for mentor in np.unique(mentors[part]).tolist()}
        found[key] = tuple(sorted(names, key=str.casefold))
    return found


def _mentors(cohort: Cohort, result: Result) -> WorkSheet:
    """How many mentees each mentor has, and how many more they could take."""
    people, offers, tree = cohort.people, cohort.offers, cohort.topic_tree
    most, load = capacities(cohort, result.program).mentor, Counter(result.matching.seats.mentor)
    made = WorkSheet("Mentors", ("mentor", "mentees", "places", "free", "topics"))
    for row in np.unique(offers.owner).tolist():
        who = people.ids[row]
        topics = [tree.names[code] for code in offers.topic[offers.owner == row].tolist() if tree.names[code]]
        places = max(int(most[row]), 0)
        free = places - load[who]
        made.rows.append((people.called[who], load[who], places, free or "full", listed(topics, "topics")))
    return made


def _program(cohort: Cohort, result: Result, reasons: Sequence[Reason]) -> WorkSheet:
    """What was asked for, what came out, and how to change it by hand."""
    made = WorkSheet("Program", ("what", "", "reached", "how sure"))
    made.rows.append(("answer", headline(cohort, result), "", ""))
    made.rows += [
        ("rule", rule.in_words, "kept" if result.found is not None else "", "") for rule in result.program.rules
    ]
    made.rows += [(f"aim {place}", aim, reached, sure) for place, aim, reached, sure in aim_rows(result)]
    if result.found is None:
        made.rows += [("why not", reason.message, "", "") for reason in reasons]
    else:
        made.rows.append(("to change it", EDIT, "", ""))
    made.rows.append(("made by", f"mmatch {__version__}, {result.solver}, seed {result.seed}", "", ""))
    return made
