"""From files to a cohort: every row that cannot be taken is named by line, column and reason."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from mmatch.cohort.cohort import Cohort
from mmatch.display import Shown, Table
from mmatch.errors import InputError, Problem, Problems, excerpt
from mmatch.io.tables import InputTable
from mmatch.signup.answers import BOTH, FormAnswer, read_facts, read_people
from mmatch.signup.assembling import Assembler
from mmatch.signup.columns import settle_columns
from mmatch.signup.draft import Draft
from mmatch.signup.heads import check_known, sheet_of
from mmatch.signup.mapping import FileMapping, as_mapping, with_answers
from mmatch.signup.persons import FormPeople, FormPerson
from mmatch.signup.questions import Notes, Question, Spot
from mmatch.signup.rejected import Rejected, RejectedRow
from mmatch.signup.reports import mapping_of, note_faults, warn_of_cells, warn_of_ids
from mmatch.signup.roles import find_roles, find_sections, give_roles, name_by_role, roles_by_answers
from mmatch.signup.shapes import shapes
from mmatch.signup.sheets import IDENTITY, ROLES, Sheet
from mmatch.signup.sorting import apply_codes, check_identity, sort_sheets
from mmatch.signup.sources import Source, sources, tables_of
from mmatch.signup.topics import pair_topics
from mmatch.signup.values import Fault
from mmatch.signup.vocabulary import Words, words_of
from mmatch.signup.who import find_people, settle_ids
from mmatch.text import lookalikes

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
    """What reading gave: the cohort, how columns were understood, what is in doubt, rejected rows, and warnings.

    Attributes:
        mapping: what each column was taken to mean; prints as a table, can be saved, edited and given back.
        rejected: rows that were not taken (with ``on_bad_row="collect"``), writable as CSV.
        warnings: what is not wrong but worth knowing: people who answered twice, columns kept as attributes.
        questions: what is in doubt, with the evidence and the answers to give.
        samples: the first three different cells of each column, by (file, head).
    """

    mapping: FileMapping
    rejected: Rejected
    warnings: tuple[Problem, ...]
    questions: tuple[Question, ...] = ()
    likeliest: Cohort | None = None
    problems: tuple[Problem, ...] = ()
    samples: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)

    @property
    def cohort(self) -> Cohort:
        """The people of all good rows.

        Raises:
            InputError: questions are open that decide who meets whom; each is listed with the answers to give.
        """
        open_ones = [question.problem() for question in self.questions if question.decides]
        if open_ones:
            raise InputError([*open_ones, *self.problems])
        return self.guess

    @property
    def guess(self) -> Cohort:
        """The likeliest cohort, whatever is in doubt; the questions stay.

        Raises:
            InputError: rows that cannot be read even so.
        """
        if self.likeliest is None:
            raise InputError([*(question.problem() for question in self.questions if question.decides), *self.problems])
        return self.likeliest

    def tables(self) -> Iterator[Table]:
        """How columns were understood, what is asked, what was noted, and supply and demand."""
        yield from self.mapping.tables()
        if self.questions:
            rows = [(q.file, q.column, q.about, q.evidence, q.how) for q in self.questions]
            yield Table(("file", "column", "about", "evidence", "answer"), rows, "Questions", len(rows))
        if self.warnings:
            yield Table(("note",), [(str(warning),) for warning in self.warnings], "Notes", len(self.warnings))
        if self.likeliest is not None:
            yield from self.likeliest.tables()

    def __repr__(self) -> str:
        open_questions = f", {len(self.questions)} questions" if self.questions else ""
        people = repr(self.likeliest) if self.likeliest is not None else "no cohort"
        return f"<Reading: {people}{open_questions}, {len(self.rejected)} rejected rows, {len(self.warnings)} warnings>"


def read_cohort(
    *paths: Any, mentors: Any = None, mentees: Any = None, mapping: Any = None, on_doubt: str = "raise"
) -> Cohort:
    """Read sign-up files into a cohort: CSV, workbooks, JSON, or data frames; one file for both roles, or one for each.

    The role of a row comes from a role column, else from the file's name, else the first file holds the mentors.
    Ids come from an id column, else from e-mail addresses, else from full names.

    Args:
        paths: files or data frames, in any number.
        mentors: files or data frames whose people are mentors.
        mentees: files or data frames whose people are mentees.
        mapping: what columns mean, where the heads do not tell: {column: meaning}, a `FileMapping`, or the path of one.
        on_doubt: "raise" lists the questions that decide who meets whom; "guess" takes the likeliest.

    Raises:
        InputError: with every open question and every problem of every file, each with what was found and the way out.
        LimitError: a file above the stated limits.
    """
    _check_options(on_doubt=(on_doubt, "raise", "guess"))
    reading = read_files(*paths, mentors=mentors, mentees=mentees, mapping=mapping)
    return reading.guess if on_doubt == "guess" else reading.cohort


def read_files(
    *paths: Any,
    mentors: Any = None,
    mentees: Any = None,
    mapping: Any = None,
    answers: Sequence[str] = (),
    on_bad_row: str = "raise",
    duplicates: str = "last",
    words: Any = None,
) -> Reading:
    """Read sign-up files and tell how: the cohort, the mapping of columns, open questions, rejected rows and warnings.

    A doubt raises nothing here: it is a question of the reading, and its ``cohort`` raises while one is open that
    decides who meets whom.

    Args:
        paths: files or data frames, in any number.
        mentors: files or data frames whose people are mentors.
        mentees: files or data frames whose people are mentees.
        mapping: what columns mean, where the heads do not tell: {column: meaning}, a `FileMapping`, or the path of one.
        answers: answers to questions, such as "Column=meaning", as the questions state them.
        on_bad_row: "raise" refuses everything together; "collect" loads the good rows and hands back the others.
        duplicates: "last" lets the last answer of a person count, with a warning; "error" refuses.
        words: a file with more words for heads and cells, in the form of ``words.toml`` of this package.

    Raises:
        InputError: what is wrong with a whole file, and with on_bad_row="raise" every problem of every row.
        LimitError: a file above the stated limits.
    """
    _check_options(on_bad_row=(on_bad_row, "raise", "collect"), duplicates=(duplicates, "last", "error"))
    notes = Notes()
    given = sources(paths, mentors, mentees, notes)
    if json := next((source for source in given if source.is_json), None):
        from mmatch.io.cohorts import load_cohort

        if len(given) > 1:
            text = "a cohort in JSON is complete, expected no other file beside it"
            raise InputError(Problem("shape", json.name, text, "give it alone"))
        return Reading(FileMapping(), Rejected(), (), likeliest=load_cohort(json.value))
    sheets, forced = _sheets(given, as_mapping(mapping), answers, notes, words_of(words))
    return _Reader(sheets, forced, notes, duplicates).read(collect=on_bad_row == "collect")


def _check_options(**given: tuple[str, ...]) -> None:
    """Refuse options that are none of the texts behind them."""
    problems = Problems()
    for name, (value, *allowed) in given.items():
        if value not in allowed:
            problems.add("option", name, f"found {excerpt(value)}, expected {' or '.join(allowed)}")
    problems.raise_any()


def _sheets(
    given: Sequence[Source], mapping: FileMapping, answers: Sequence[str], notes: Notes, words: Words
) -> tuple[list[Sheet], FileMapping]:
    """All tables with the meanings of their heads, and the mapping with the answers."""
    tables: list[tuple[Source, InputTable]] = []
    failed: list[InputError] = []
    for source in given:
        try:
            tables += [(source, table) for table in tables_of(source, mapping, words, notes)]
        except InputError as error:
            failed.append(error)
    if failed:
        raise failed[0] if len(failed) == 1 else InputError(problem for error in failed for problem in error.problems)
    if answers:
        heads = [head for _, table in tables for head in table.heads]
        mapping = with_answers(mapping, answers, heads, [table.name for _, table in tables])
    sheets = [sheet_of(table, mapping, words, notes) for _, table in tables]
    for sheet, (source, table) in zip(sheets, tables, strict=True):
        sheet.role = sheet.forced.role or source.role_of(words, table.name)
        sheet.named = not (sheet.forced.role or source.role)
    check_known(mapping, sheets)
    apply_codes(sheets)
    for sheet in sheets:
        find_sections(sheet)
        find_people(sheet)
        find_roles(sheet)
        has_role = sheet.role and (len(sheets) > 1 or not sheet.named)
        if not has_role and not sheet.sections and not sheet.has(*ROLES):
            roles_by_answers(sheet)
    sort_sheets(sheets)
    notes.raise_any()
    return sheets, mapping


class _Reader:
    """One reading: answers once, then people, pairs and the cohort, again without the rows that were rejected."""

    def __init__(self, sheets: list[Sheet], forced: FileMapping, notes: Notes, duplicates: str) -> None:
        self.sheets, self.forced, self.notes, self.duplicates = sheets, forced, notes, duplicates
        for sheet in sheets:
            warn_of_cells(sheet)
        files = [sheet for sheet in sheets if sheet.shape == "people"]
        for sheet in files:
            name_by_role(sheet)
            check_identity(sheet)
        settle_ids(files)
        pair_topics(files)
        give_roles(files)
        found: list[list[FormAnswer]] = []
        for sheet in files:
            warn_of_ids(sheet)
            found.append(read_people(sheet))
        self.answers = [answer for answers in found for answer in answers]
        self.people: FormPeople | None = self._everybody(Notes(), frozenset())
        settle_columns(files, self.people)
        for sheet in sheets:
            note_faults(sheet)
        for sheet, answers in zip(files, found, strict=True):
            read_facts(sheet, answers)

    def read(self, *, collect: bool) -> Reading:
        """The reading; with ``collect`` bad rows are left out until the rest is sound."""
        if collect:
            for spot, problem in self.notes.unread:
                self.notes.add(problem, spot)
        bad: dict[Spot, list[Problem]] = self.notes.bad_rows() if collect else {}
        while True:
            notes = self.notes.again(collect=collect)
            cohort = self._attempt(notes, set(bad))
            questions = tuple(q for q in notes.questions if not self._answered(q))
            fresh = {spot: found for spot, found in notes.bad_rows().items() if spot not in bad} if collect else {}
            if not fresh:
                break
            bad |= fresh
        mapping = mapping_of(self.sheets, self.forced)
        samples = {(s.name, c.head): tuple(list(c.distinct)[:3]) for s in self.sheets for c in s.columns}
        problems = tuple(p for p, spot in notes.problems if spot is None or not collect)
        if cohort is None or problems:
            cohort = None
            if not any(question.decides for question in questions):
                notes.raise_any(whole_files_only=collect)
        for one, other in lookalikes(cohort.people.ids) if cohort is not None else ():
            text = f"{excerpt(one)} and {excerpt(other)} differ only by case or spaces: two people, or one?"
            notes.warn("similar-ids", "", text)
        return Reading(mapping, self._rejected(bad), tuple(notes.warnings), questions, cohort, problems, samples)

    def _answered(self, question: Question) -> bool:
        """Whether the mapping settles a question: it names the column's meaning, the file's shape, or the person."""
        if question.key and self.forced.answer(question.key):
            return True
        entry = self.forced.column(question.file, question.column) if question.column else None
        return entry is not None and bool(entry.meaning) and question.key == question.column

    def _everybody(self, notes: Notes, bad: Collection[Spot]) -> FormPeople:
        """All who answered, but for rows that are left out."""
        people = FormPeople(notes, self.forced, duplicates=self.duplicates)
        for answer in self.answers:
            if answer.sheet.spot(answer.row) in bad:
                people.leave_out(answer)
            else:
                people.take(answer)
        return people

    def _attempt(self, notes: Notes, bad: set[Spot]) -> Cohort | None:
        """A cohort of the rows that are not bad; None where more problems were noted."""
        for sheet in self.sheets:
            sheet.notes = notes
        people, self.people = self.people, None
        if people is None or bad or len(people.by_key) < len(self.answers):
            people = self._everybody(notes, bad)
        else:  # one answer a person: as they were for the columns; what was noted then counts now
            notes.take_over(people.notes)
            people.notes = notes
        covered = {role for answer in self.answers for role in answer.roles}
        draft = Draft(people, BOTH - covered)
        for shape in shapes():
            for sheet in [sheet for sheet in self.sheets if sheet.shape == shape.name]:
                sheet.left_out |= {spot.row for spot in bad if spot.file == sheet.name}
                shape.read(sheet, draft)
        persons, participants = Assembler(draft).participants()
        try:
            cohort = Cohort.at(
                participants,
                lambda row, field: f"@{row}.{field}",
                topics=draft.tree or None,
                history=draft.history,
                scores=draft.scores,
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
        person = persons[int(found[1])]
        field = found[3] if found[3] and found[3] != "topic" else found[2]
        source = person.source(*_COLUMNS_OF.get(field, (field,)))
        if source is None:
            notes.add(Problem(problem.code, excerpt(person.spelling), message, problem.hint))
        else:
            source[0].note(source[1], Fault(problem.code, message, problem.hint))

    def _rejected(self, bad: dict[Spot, list[Problem]]) -> Rejected:
        """The rejected rows in the order of files and lines."""
        rows = []
        for sheet in self.sheets:
            table, found = sheet.table, list[RejectedRow]()
            for spot, problems in bad.items():
                if spot.file == sheet.name:
                    k = spot.row
                    line, cells = (table.lines[k], table.rows[k]) if k >= 0 else table.spoiled[-1 - k]
                    found.append(RejectedRow(sheet.name, line, _reason(problems), table.heads, tuple(cells)))
            rows += sorted(found, key=lambda row: row.line)
        return Rejected(rows)


def _reason(problems: Sequence[Problem]) -> str:
    """All that is wrong with one row, without repeating the row's place."""
    columns = [re.search(r"column (\".*\")$", problem.where) for problem in problems]
    return "; ".join(
        (f"{column[1]}: " if column else "") + problem.message + (f" ({problem.hint})" if problem.hint else "")
        for problem, column in zip(problems, columns, strict=True)
    )
