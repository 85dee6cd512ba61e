"""From files to a cohort: every row that cannot be taken is named by line, column and reason."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from mmatch.cohort.cohort import Cohort
from mmatch.display import Shown, Table
from mmatch.errors import InputError, MmatchError, Problem, Problems, excerpt
from mmatch.signup.answers import FormAnswer, read_facts, read_people
from mmatch.signup.assembling import Assembler
from mmatch.signup.draft import Draft
from mmatch.signup.mapping import FileMapping, as_mapping
from mmatch.signup.notes import Notes, Spot
from mmatch.signup.persons import FormPeople, FormPerson
from mmatch.signup.rejected import Rejected, RejectedRow
from mmatch.signup.shapes import shapes
from mmatch.signup.sheet_warnings import mapping_of, warn_of_cells, warn_of_heads
from mmatch.signup.sheets import IDENTITY, Sheet, check_known, sheet_of
from mmatch.signup.sorting import sort_sheets
from mmatch.signup.sources import Source, is_json, sources, table_of
from mmatch.text import lookalikes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_TOKEN = re.compile(r"@(\d+)\.([a-z_]+)(?:\[\d+\](?:\.([a-z]+))?)?")
_COLUMNS_OF = {
    "id": IDENTITY,
    "offers": ("topic", "offers"),
    "requests": ("topic", "requests"),
    "ranks": ("ranks", "strict_ranks"),
    "mentee_ranks": ("mentee_ranks", "strict_mentee_ranks", "ranks", "strict_ranks"),
}


@dataclass(frozen=True, slots=True)
class Reading(Shown):
    """What reading gave: the cohort, how columns were understood, rejected rows, and warnings.

    Attributes:
        cohort: the people of all good rows.
        mapping: what each column was taken to mean; prints as a table, can be saved, edited and given back.
        rejected: rows that were not taken (with ``errors="collect"``), writable as CSV.
        warnings: what is not wrong but worth knowing: trimmed cells, people who answered twice, addresses as ids.
    """

    cohort: Cohort
    mapping: FileMapping
    rejected: Rejected
    warnings: tuple[Problem, ...]

    def tables(self) -> Iterator[Table]:
        """How columns were understood, what was noted, and supply and demand."""
        yield from self.mapping.tables()
        if self.warnings:
            yield Table(("note",), [(str(warning),) for warning in self.warnings], "Notes", len(self.warnings))
        yield from self.cohort.tables()

    def __repr__(self) -> str:
        return f"<Reading: {self.cohort!r}, {len(self.rejected)} rejected rows, {len(self.warnings)} warnings>"


def read_cohort(*paths: Any, mentors: Any = None, mentees: Any = None, mapping: Any = None) -> Cohort:
    """Read sign-up files into a cohort: CSV, JSON, or data frames; one file for both roles, or one for each.

    The role of a row comes from a role column, else from the file's name, else the first file holds the mentors.
    Ids come from an id column, else from e-mail addresses, else from full names.

    Args:
        paths: files or data frames, in any number.
        mentors: files or data frames whose people are mentors.
        mentees: files or data frames whose people are mentees.
        mapping: what columns mean, where the heads do not tell: {column: meaning}, a `FileMapping`, or the path of one.

    Raises:
        InputError: with every problem of every file, each with line, column, what was found and what was expected.
        LimitError: a file above the stated limits.
    """
    return read_files(*paths, mentors=mentors, mentees=mentees, mapping=mapping).cohort


def read_files(
    *paths: Any,
    mentors: Any = None,
    mentees: Any = None,
    mapping: Any = None,
    errors: str = "raise",
    duplicates: str = "last",
) -> Reading:
    """Read sign-up files and tell how: the cohort, the mapping of columns, rejected rows and warnings.

    Args:
        paths: files or data frames, in any number.
        mentors: files or data frames whose people are mentors.
        mentees: files or data frames whose people are mentees.
        mapping: what columns mean, where the heads do not tell: {column: meaning}, a `FileMapping`, or the path of one.
        errors: "raise" refuses everything together; "collect" loads the good rows and hands back the others.
        duplicates: "last" lets the last answer of a person count, with a warning; "error" refuses.

    Raises:
        InputError: what is wrong with a whole file, and with errors="raise" every problem of every row.
        LimitError: a file above the stated limits.
    """
    _options(errors, duplicates)
    notes = Notes()
    forced = as_mapping(mapping)
    given = sources(paths, mentors, mentees, notes)
    if any(map(is_json, given)):
        return _read_json(given)
    reader = _Reader(_sheets(given, forced, notes), forced, notes, duplicates)
    return reader.read(collect=errors == "collect")


def _options(errors: str, duplicates: str) -> None:
    problems = Problems()
    if errors not in {"raise", "collect"}:
        problems.add("option", "errors", f"found {excerpt(errors)}, expected raise or collect")
    if duplicates not in {"last", "error"}:
        problems.add("option", "duplicates", f"found {excerpt(duplicates)}, expected last or error")
    problems.raise_any()


def _read_json(given: Sequence[Source]) -> Reading:
    """A cohort that we wrote; it is complete, so it stands alone."""
    from mmatch.io.cohorts import load_cohort

    if len(given) > 1:
        text = "a cohort in JSON is complete, expected no other file beside it"
        raise InputError(Problem("shape", next(s.name for s in given if is_json(s)), text, "give it alone"))
    return Reading(load_cohort(given[0].value), FileMapping(), Rejected(), ())


def _sheets(given: Sequence[Source], forced: FileMapping, notes: Notes) -> list[Sheet]:
    """All tables with their meanings; what is wrong with several files is raised together."""
    made: list[Sheet] = []
    failed: list[MmatchError] = []
    for source in given:
        try:
            sheet = sheet_of(table_of(source, forced), forced, notes)
            sheet.role = sheet.forced.role or source.role_by_name
            made.append(sheet)
        except InputError as error:
            failed.append(error)
    if len(failed) == 1:
        raise failed[0]
    if failed:
        raise InputError(problem for error in failed for problem in getattr(error, "problems", ()))
    check_known(forced, made)
    sort_sheets(made, notes)
    notes.raise_any()
    return made


class _Reader:
    """One reading: answers once, then people, pairs and the cohort, again without the rows that were rejected."""

    def __init__(self, sheets: list[Sheet], forced: FileMapping, notes: Notes, duplicates: str) -> None:
        self.sheets, self.forced, self.notes, self.duplicates = sheets, forced, notes, duplicates
        self.answers: list[FormAnswer] = []
        for sheet in sheets:
            warn_of_cells(sheet, notes)
            if sheet.shape == "people":
                answers = read_people(sheet, notes)
                self.answers += answers
        self._mark_blocks()
        for sheet in sheets:
            if sheet.shape == "people":
                read_facts(sheet, [a for a in self.answers if a.sheet is sheet], notes)
                warn_of_heads(sheet, forced, notes)

    def _mark_blocks(self) -> None:
        """Columns named after people or hours are told apart from attributes, now that the people are known."""
        from mmatch.signup.blocks import mark_blocks

        people = FormPeople(Notes())
        for answer in self.answers:
            people.take(answer)
        for sheet in self.sheets:
            if sheet.shape == "people":
                mark_blocks(sheet, people)

    def read(self, *, collect: bool) -> Reading:
        """The reading; with ``collect`` bad rows are left out until the rest is sound."""
        bad: dict[Spot, list[Problem]] = self.notes.bad_rows() if collect else {}
        while True:
            notes = Notes([] if collect else list(self.notes.problems), list(self.notes.warnings), self.notes.beyond)
            cohort = self._attempt(notes, set(bad))
            if not collect:
                notes.raise_any()
            notes.raise_any(whole_files_only=True)
            fresh = {spot: found for spot, found in notes.bad_rows().items() if spot not in bad}
            if cohort is not None and not fresh:
                break
            if not fresh:
                notes.raise_any()
            bad |= fresh
        mapping = mapping_of(self.sheets, self.forced)
        for one, other in lookalikes(cohort.people.ids):
            text = f"{excerpt(one)} and {excerpt(other)} differ only by case or spaces: two people, or one?"
            notes.warn("similar-ids", "", text)
        return Reading(cohort, mapping, self._rejected(bad), tuple(notes.warnings))

    def _attempt(self, notes: Notes, bad: set[Spot]) -> Cohort | None:
        """A cohort of the rows that are not bad; None where more problems were noted."""
        people = FormPeople(notes, duplicates=self.duplicates)
        for answer in self.answers:
            if answer.sheet.spot(answer.row) in bad:
                people.leave_out(answer)
            else:
                people.take(answer)
        covered = {role for answer in self.answers for role in answer.roles}
        draft = Draft(people, notes, frozenset({"mentor", "mentee"} - covered))
        sound = [sheet if not bad else _without(sheet, bad) for sheet in self.sheets]
        for shape in shapes():
            for sheet in sound:
                if sheet.shape == shape.name:
                    shape.read(sheet, draft)
        persons, participants = Assembler(draft).participants()
        try:
            cohort = Cohort.at(
                participants, lambda row, field: f"@{row}.{field}", history=draft.history, scores=draft.scores
            )
        except InputError as error:
            for problem in error.problems:
                self._placed(problem, persons, notes)
            return None
        return None if notes.problems else cohort

    def _placed(self, problem: Problem, persons: Sequence[FormPerson], notes: Notes) -> None:
        """A problem of a participant, noted at the cell that states the fact."""
        message = _TOKEN.sub(lambda found: persons[int(found[1])].spelling, problem.message)
        found = _TOKEN.match(problem.where)
        if not found:
            notes.add(replace(problem, message=message))
            return
        field = found[3] if found[3] and found[3] != "topic" else found[2]
        source = persons[int(found[1])].source(*_COLUMNS_OF.get(field, (field,)))
        if source is None:
            notes.add(Problem(problem.code, excerpt(persons[int(found[1])].spelling), message, problem.hint))
        else:
            source[0].note(notes, source[1], source[2], (problem.code, message, problem.hint))

    def _rejected(self, bad: dict[Spot, list[Problem]]) -> Rejected:
        """The rejected rows in the order of files and lines."""
        rows: list[RejectedRow] = []
        for sheet in self.sheets:
            table = sheet.table
            cells = {k: (table.lines[k], row) for k, row in enumerate(table.rows)}
            cells |= {-1 - k: spoiled for k, spoiled in enumerate(table.spoiled)}
            found = [(spot, problems) for spot, problems in bad.items() if spot.file == sheet.name]
            rows += sorted(
                (
                    RejectedRow(
                        sheet.name, cells[spot.row][0], _reason(problems), table.heads, tuple(cells[spot.row][1])
                    )
                    for spot, problems in found
                ),
                key=lambda row: row.line,
            )
        return Rejected(rows)


def _reason(problems: Sequence[Problem]) -> str:
    """All that is wrong with one row, without repeating the row's place."""
    return "; ".join(f"{_column(p.where)}{p.message}" + (f" ({p.hint})" if p.hint else "") for p in problems)


def _column(where: str) -> str:
    found = re.search(r"column (\".*\")$", where)
    return f"{found[1]}: " if found else ""


def _without(sheet: Sheet, bad: set[Spot]) -> Sheet:
    """A sheet whose bad rows are blank for shapes that read rows themselves."""
    gone = frozenset(spot.row for spot in bad if spot.file == sheet.name)
    return replace(sheet, left_out=gone) if gone else sheet
