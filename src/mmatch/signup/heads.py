"""From the heads of a table and the given mapping to a sheet whose columns have meanings."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from mmatch.errors import Problem, Problems, excerpt
from mmatch.io.tables import InputTable
from mmatch.signup.mapping import OTHERS, FileMapping
from mmatch.signup.questions import Notes
from mmatch.signup.sheets import BLOCKS, IDENTITY, REPEATABLE, Column, Sheet
from mmatch.signup.vocabulary import Claim, Words, opened_head, plain, rounded_head, spoken
from mmatch.text import suggestion

_LONGEST_OPTION = 80
_DASHES = "-\u2013\u2014\u2212.{}[]/_ "  # what people write into a cell that they leave open
_REJECTED_HEADS = ("line", "reason", "file")


def sheet_of(table: InputTable, mapping: FileMapping, words: Words, notes: Notes) -> Sheet:
    """A table with the meanings that its heads and the given mapping tell; cells of nothing but dashes are blank."""
    rows = [["" if cell[:1] in _DASHES and not cell.strip(_DASHES) else cell for cell in row] for row in table.rows]
    table = replace(table, rows=rows)
    columns = [
        Column(number, head, claim=_claim(head, stem, option, words), stem=stem, option=option)
        for number, (head, (stem, option)) in enumerate(zip(table.heads, options_of(table.heads, words), strict=True))
    ]
    others = mapping.column(table.name, OTHERS)
    rejected = tuple(head.casefold() for head in table.heads[:3]) == _REJECTED_HEADS
    for column in columns:
        entry = mapping.column(table.name, column.head)
        if entry is not None:
            column.meaning, column.how, column.values = entry.meaning, entry.how, dict(entry.values)
            column.forced = bool(entry.meaning)
        if rejected and column.number < 3:
            column.meaning, column.forced = "ignore", True
        elif not column.forced and column.claim.sure and column.claim.meaning not in {"topic_parent", "topic_synonym"}:
            column.meaning = column.claim.meaning
        about_person = column.meaning in {*IDENTITY, "mentee", "role"} or not (column.number or column.head)
        if others and not entry and not about_person and (not column.meaning or others.meaning in BLOCKS):
            column.meaning, column.how, column.values = others.meaning, others.how, dict(others.values)
            column.forced = True
    sheet = Sheet(table, columns, words, notes, forced=mapping.file(table.name))
    _check_heads(sheet)
    return sheet


def options_of(heads: Sequence[str], words: Words) -> list[tuple[str, str]]:
    """(question, option) of each head: in brackets, or behind a dash or colon or in brackets where heads share it."""
    found = [opened_head(head) for head in heads]
    marks = (" - ", " \u2013 ", ": ")
    ways = [[(head.rpartition(mark)[0].strip(), head.rpartition(mark)[2].strip()) for head in heads] for mark in marks]
    for pairs in (*ways, [rounded_head(head) for head in heads]):
        times = Counter(stem for stem, option in pairs if stem and option)
        for k, (stem, option) in enumerate(pairs):
            if not option or found[k][1] or len(option) >= _LONGEST_OPTION or (times[stem] < 2 and stem not in heads):
                continue
            ordinal = not words.listed("numbers.ordinals").isdisjoint(plain(option).split()) or option[:1].isdigit()
            ordinal = ordinal and plain(option) not in words.heads  # "About you - First name"
            prefix = bool(words.side_of(spoken(stem))) and len(stem.split()) < 4  # "Mentors: how many?"
            if not ordinal and not prefix:
                found[k] = (stem, option)
    return [(stem, option) if option else ("", "") for stem, option in found]


def _claim(head: str, stem: str, option: str, words: Words) -> Claim:
    """What a head claims: all of it where that is sure, else the question in it, else the option behind it."""
    whole = words.claim(head)
    if whole.sure or not stem:
        return whole
    question = words.claim(stem, option)
    decided = question.meaning or question.side or plain(option) in words.listed("rows.types")
    return question if decided else words.claim(option)


def _check_heads(sheet: Sheet) -> None:
    """Repeated heads are lists where the meaning is one; other repetitions, and heads without a text, are told."""
    exact = Counter(sheet.table.heads)
    first: dict[str, str] = {}
    for column in sheet.columns:
        head = column.head
        key = unicodedata.normalize("NFKC", head).casefold()
        if not head:
            if column.number:  # the first may be the corner of a matrix
                leave_out(sheet, column)
        elif first.setdefault(key, head) != head:
            text = f"two heads differ only by case or spaces: {excerpt(first[key])} and {excerpt(head)}"
            sheet.notes.add(Problem("duplicate-head", sheet.name, text, "rename or remove one"))
        elif exact[head] > 1 and column.meaning not in REPEATABLE:
            same = [c for c in sheet.columns if c.head == head]
            follows_options = sheet.is_other(head) and all(exact[sheet.columns[c.number - 1].head] > 1 for c in same)
            if follows_options or all(set(c.distinct) == {head} for c in same):  # ticked options of several questions
                again = {h for h, times in exact.items() if times > 1}
                for c in same:
                    c.stem = next((q.head for q in sheet.columns[c.number :: -1] if q.head not in again), "")
            else:
                _one_question(sheet, same)
                exact[head] = 1


def _one_question(sheet: Sheet, columns: list[Column]) -> None:
    """Columns of one head of which no row fills more than one are one question, asked in each branch of a form."""
    first, *more = columns
    for k, row in enumerate(sheet.table.rows) if not (first.forced and first.meaning == "attribute") else ():
        if len({row[column.number] for column in columns} - {""}) > 1:
            text = f"the head {excerpt(first.head)} stands {len(columns)} times, and this row fills two differently"
            hint = "rename one, or map the head to a list such as ranks"
            sheet.notes.add(Problem("duplicate-head", sheet.table.place(k), text, hint))
            return
    for row in sheet.table.rows:
        row[first.number] = next((row[column.number] for column in columns if row[column.number]), "")
    for column in more:
        column.meaning, column.forced = "ignore", True


def leave_out(sheet: Sheet, column: Column) -> None:
    """Ignore a column without a head, and say so where it holds anything."""
    column.meaning = "ignore"
    if any(row[column.number] for row in sheet.table.rows):
        place = f"{sheet.name} column {column.number + 1}"
        sheet.notes.warn("no-head", place, "the column has no head and was left out", "name it to keep it")


def check_known(mapping: FileMapping, sheets: list[Sheet]) -> None:
    """Every column that a mapping names must stand in a file.

    Raises:
        InputError: with a suggestion for each column that does not.
    """
    heads = {sheet.name: {column.head for column in sheet.columns} for sheet in sheets}
    known = {head for found in heads.values() for head in found}
    problems = Problems()
    for entry in mapping.columns:
        if entry.file and entry.file not in heads:
            hint = suggestion(entry.file, heads) or f"the files are {', '.join(sorted(heads))}"
            problems.add("unknown-file", "mapping", f"no file is called {excerpt(entry.file)}", hint)
        elif entry.column != OTHERS and entry.column not in (heads[entry.file] if entry.file else known):
            text = f"no column is called {excerpt(entry.column)}"
            columns = f"the columns are {', '.join(excerpt(h) for h in sorted(known)[:20])}"
            hint = suggestion(entry.column, known) or columns
            problems.add("unknown-column", f"mapping[{excerpt(entry.column)}]", text, hint)
    problems.raise_any()
