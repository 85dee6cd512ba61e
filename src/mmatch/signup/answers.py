"""The rows of a file of people as answers: who, in which roles, and the facts that the cells state."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any

from mmatch.availability import read_hours, zone_from_label
from mmatch.errors import InputError, Problem, excerpt
from mmatch.signup.lists import list_style, split
from mmatch.signup.sheets import COUNTS, LISTS, ROLES, TOPICS, Column, Sheet
from mmatch.signup.values import Fault, count, fits, is_tidy_number, modes, number, priority, roles, yes_or_no
from mmatch.signup.vocabulary import name_key, plain

BOTH = frozenset({"mentor", "mentee"})
_ORDERS = {"choice", "rank", "ranks", "choices", "preference", "priority order"}
_LEVELLED = re.compile(r"(.*\S)\s*(?:[:=]\s*|\(\s*)(\d+(?:[.,]\d+)?)\s*\)?", re.DOTALL)


@dataclass(slots=True)
class FormAnswer:
    """What one row says about one person. ``facts`` are keyed by meaning, ``attributes`` by name."""

    sheet: Sheet
    row: int
    id: str
    roles: frozenset[str] = frozenset()
    number: str = ""
    name: str = ""
    email: str = ""
    name_key: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    attributes: dict[str, Any] = field(default_factory=dict)
    per_topic: frozenset[str] = frozenset()

    def place(self, *meanings: str) -> str:
        """Where the answer states a fact: the cell where a column has one of these meanings, else the row."""
        columns = self.sheet.identity() if "id" in meanings else self.sheet.of(*meanings)
        return next(iter(columns), self.sheet).place(self.row)


def read_people(sheet: Sheet) -> list[FormAnswer]:
    """One answer a row, identities and roles only; rows without an id are noted and left out."""
    sheet.is_read = True
    identity = sheet.identity()
    if not identity:
        return []
    numbers = sheet.of("id")[:1]
    found, emails = [], sheet.of("email")
    rows = sheet.rows[::-1] if newest_first(sheet) else sheet.rows
    for row, (who, name, address) in sheet.people(rows):
        for column in emails if not address else ():
            if text := column.cell(row):
                message = f"found {excerpt(text)}, expected one e-mail address: no address is kept"
                column.warn("email", message, row=row)
        if not who and _holds_nothing(sheet, row):
            sheet.warn("no-person", "left out: it says nothing about anybody", row=row)
            continue
        if not who or (identity[0].meaning == "id" and not identity[0].cell(row)):
            text = "found an empty cell, expected an id: the id is empty or missing"
            identity[0].note(row, Fault("id-missing", text))
            continue
        number = numbers[0].cell(row) if numbers else ""
        answer = FormAnswer(sheet, row, who, _roles(sheet, row), number, name, address)
        if name:
            answer.facts["name"], answer.name_key = name, name_key(name)
        if address:
            answer.facts["email"] = address
        sheet.row_roles[row] = answer.roles
        found.append(answer)
    return found


def newest_first(sheet: Sheet) -> bool:
    """Whether the rows of a form's export stand with the newest answer on top."""
    for column in sheet.columns:
        if column.claim.meaning == "ignore" and column.is_filled:
            for order in ((0, 1, 2), (2, 1, 0), (2, 0, 1)):
                found = [re.findall(r"\d+", text) for text in column.cells() if text]
                if all(len(numbers) > 2 for numbers in found):
                    keys = [[int(n[k]) for k in order] + [int(x) for x in n[3:]] for n in found]
                    if keys == sorted(keys, reverse=True) and keys != sorted(keys):
                        return max(int(n[0]) for n in found) > 31 if order[0] == 0 else True
    return False


def _holds_nothing(sheet: Sheet, row: int) -> bool:
    """Whether a row holds no more than the number of an answer, a time, a code, or boxes that are not ticked."""
    texts = [c.cell(row) for c in sheet.columns if c.meaning not in {"number", "ignore"}]
    return not any(
        len(text) > 3 and sheet.words.answers.get(plain(text)) != "no" and not is_tidy_number(text) for text in texts
    )


def _roles(sheet: Sheet, row: int) -> frozenset[str]:
    """The roles that a row states, else those of its file."""
    if row in sheet.sections:
        return frozenset({sheet.sections[row]})
    said, columns = set[str](), [column for column in sheet.of(*ROLES) if column.cell(row)]
    try:
        for column in columns:
            said |= _role_cell(sheet, column.cell(row), column.meaning)
    except Fault as fault:
        sheet.of(*ROLES)[0].note(row, fault)
        return frozenset()
    if said >= BOTH or any(column.meaning != "both" for column in columns):
        return frozenset(said)
    if sheet.by_filling:
        sides = [(_side(column), column) for column in sheet.columns]
        return frozenset(side for side, column in sides if side and column.cell(row))
    first = sheet.of(*ROLES)[:1]
    if not sheet.role and first and first[0].meaning != "both":
        text = "found an empty cell, expected mentor, mentee or both"
        first[0].note(row, Fault("role", text, "or name the file mentors.csv or mentees.csv"))
        return frozenset()
    return BOTH if sheet.role == "both" else frozenset({sheet.role} if sheet.role else ())


def _side(column: Column) -> str:
    """Whose question about topics or limits a column asks: offers and capacity are a mentor's, requests a mentee's."""
    if not {column.meaning, column.claim.meaning} & {*TOPICS, "capacity"}:
        return ""
    return {"offers": "mentor", "capacity": "mentor", "requests": "mentee"}.get(column.meaning, column.claim.side)


def _role_cell(sheet: Sheet, text: str, meaning: str) -> frozenset[str]:
    """The roles of one cell. Where only one role is asked about, "no" means the other one."""
    if meaning == "role" or not fits(text, yes_or_no, sheet.words):
        return roles(text, sheet.words)
    agreed = yes_or_no(text, sheet.words)
    if meaning == "both":
        return BOTH if agreed else frozenset()
    named, other = ("mentor", "mentee") if meaning == "is_mentor" else ("mentee", "mentor")
    if agreed:
        return frozenset({named})
    return frozenset() if sheet.has(f"is_{other}") else frozenset({other})


def read_facts(sheet: Sheet, found: list[FormAnswer]) -> None:
    """Read all columns of a sheet into its answers."""
    facts = _Facts(sheet, found)
    for column in sheet.columns:
        facts.read(column)
    facts.order_choices()


class _Facts:
    """Reads the columns of a sheet into its answers; each different text is read once."""

    def __init__(self, sheet: Sheet, answers: list[FormAnswer]) -> None:
        self.sheet, self.answers = sheet, answers

    def read(self, column: Column) -> None:
        """Read one column; one without a meaning is an attribute."""
        column.meaning = column.meaning or "attribute"
        column.how = column.how or _style(column)
        read = self._reader(column)
        if read is None:
            return
        for answer in self.answers:
            if (value := column.read(answer.row, read)) is not None:
                self._store(answer, column, value)

    def _reader(self, column: Column) -> Callable[[str], Any] | None:
        """How a cell of this column becomes a value; None where the column holds no fact of its own."""
        how, words = column.how, self.sheet.words
        texts: Callable[[str], Any] = (lambda text: split(text, how)) if how.startswith("list") else str
        plainly: dict[str, Callable[[str], Any]] = {"number": number, "true/false": partial(yes_or_no, words=words)}
        readers: dict[str, Callable[[str], Any]] = {
            **dict.fromkeys(TOPICS, partial(self._ticked if how == "tick" else self._topics, column)),
            **dict.fromkeys(LISTS - TOPICS, partial(self._names, "text" if how == "list ," else how)),
            **dict.fromkeys(COUNTS, partial(self._count, column)),
            "level": number if how == "number" else str,
            "attribute": plainly.get(how, texts),
            "language": texts,
            "priority": partial(priority, words=words),
            "modes": partial(modes, words=words),
            "timezone": partial(self._zone, column),
            "availability": partial(self._hours, column),
            "site": str,
            "format": _format,
        }
        read = readers.get(column.meaning.partition(":")[0])
        return read and cache(read)

    def _names(self, how: str, text: str) -> tuple[str, ...]:
        return () if self.sheet.names_nobody(text) else split(text, how)

    def _topics(self, column: Column, text: str) -> tuple[str, ...]:
        return column.options.split(text) if column.options and column.how == "list ," else split(text, column.how)

    def _ticked(self, column: Column, text: str) -> Any:
        """One option of a grid: ticked, answered with a degree, or given a level."""
        no = self.sheet.words.answers.get(plain(text)) == "no"
        cannot = column.meaning == "offers" and self.sheet.words.has("without", plain(text).split())
        if (no or cannot) and plain(text) != plain(column.option):
            return None
        if re.fullmatch(r"\d+(?:\.\d+)?", text) and text != "1":
            return {column.option: number(text)}
        return (column.option,)

    def _count(self, column: Column, text: str) -> int | None:
        if any(f"{plain(text)} ".startswith(f"{blank} ") for blank in self.sheet.words.listed("rows.blank")):
            return None
        found = count(text, self.sheet.words)
        if found.doubt:
            evidence = f"{excerpt(text)} {found.doubt}; {found.value} is the safe end"
            column.doubt("capacity", evidence, likely=str(found.value), key=f"{column.head}: {text}")
        return found.value

    def _zone(self, column: Column, text: str, label: str = "", example: str = "") -> str | None:
        """The time zone that a cell names, or a label in a cell of hours."""
        try:
            name, note = zone_from_label(label or text)
        except InputError as error:
            self._wonder(column, text, "time zone", error.problems[0], example or "a place such as Europe/Berlin")
            return None
        if note and not label:
            column.warn("zone", note, "write a place, such as Europe/Berlin")
        return name

    def _hours(self, column: Column, text: str) -> Any:
        if column.slot is not None and self.sheet.says_no_time(text):
            return None
        try:
            return read_hours(column.with_slot(text))
        except InputError as error:
            self._wonder(column, text, "hours", error.problems[0], "Mon 9-12; Wed 14-16")
            return (text, "")

    def _wonder(self, column: Column, text: str, about: str, problem: Problem, example: str) -> None:
        """Ask about a cell that decides nothing by itself, and name the rows in which it stands."""
        sheet, key = self.sheet, f"{column.head}: {text}"
        rows = [answer.row for answer in self.answers if column.cell(answer.row) == text]
        lines = ", ".join(str(sheet.table.lines[row]) for row in rows[:5])
        how = f'say what it means with --answer "{key}={example}", or {problem.hint or "mend the cell"}'
        column.doubt(about, f"{sheet.table.unit} {lines}: {problem.message}", how=how, key=key)
        for row in rows:
            unread = Problem("window", column.place(row), problem.message, problem.hint)
            sheet.notes.unread.append((sheet.spot(row), unread))

    def _store(self, answer: FormAnswer, column: Column, value: Any) -> None:
        """Put a value where its meaning belongs; lists of several columns follow each other."""
        meaning = column.meaning
        if meaning == "language" and (tag := self.sheet.words.languages.get(plain(str(value)))):
            answer.facts["language"] = tag
        if meaning == "language" or meaning.startswith("attribute"):
            answer.attributes.setdefault(column.attribute, value)
            return
        bare = plain(column.head) in {"level", "skill level", "expertise level"}
        if meaning == "level" and (column.how != "number" or not bare):
            answer.attributes[column.attribute] = value
            answer.per_topic |= {column.attribute}
        if meaning == "level" and column.how != "number":
            return
        if isinstance(value, dict):
            answer.facts["levels"] = {**answer.facts.get("levels", {}), **value}
            value = tuple(value)
        elif meaning in TOPICS and column.how != "tick":
            others = [c for c in self.sheet.of(meaning) if c is not column and self.sheet.is_other(c.option)]
            if any(c.cell(answer.row) for c in others):  # a column beside it holds what was stated
                value = tuple(item for item in value if not self.sheet.is_other(item))
        if meaning == "availability":
            value, zone = value
            if zone and (found := self._zone(column, column.cell(answer.row), zone, "Mon 9-12")):
                answer.facts.setdefault("hours_zone", found)
        self._add(answer, column, value)

    def _add(self, answer: FormAnswer, column: Column, value: Any) -> None:
        """Add a value to those of other columns with the same meaning; where only one can be, the first counts."""
        meaning, before = column.meaning, answer.facts.get(column.meaning)
        if before is None:
            answer.facts[meaning] = value
        elif meaning in LISTS:
            answer.facts[meaning] = tuple(dict.fromkeys([*before, *value]))
        elif meaning == "availability":
            answer.facts[meaning] = f"{before}; {value}"
        elif before != value:
            text = f"found {excerpt(value)}, another column with this meaning says {excerpt(before)}, which counts"
            column.warn("contradiction", text, row=answer.row)

    def order_choices(self) -> None:
        """Topics in the order of a column of ranks beside them, one row a topic; levels written behind topics."""
        orders = [c for c in self.sheet.of("attribute") if plain(c.head) in _ORDERS]
        for answer in self.answers:
            for meaning in TOPICS & answer.facts.keys():
                items = answer.facts[meaning]
                found = [_LEVELLED.fullmatch(item) for item in items]
                if items and all(found):
                    levels = {f[1]: number(f[2].replace(",", ".")) for f in found if f}
                    answer.facts["levels"] = {**answer.facts.get("levels", {}), **levels}
                    answer.facts[meaning] = tuple(levels)
                for column in orders:
                    cell = column.cell(answer.row)
                    if len(answer.facts[meaning]) == 1 and cell.isdigit():
                        answer.facts["choice"] = {answer.facts[meaning][0]: int(cell)}
                        answer.per_topic |= {column.attribute}
                        answer.attributes.pop(column.attribute, None)


def _style(column: Column) -> str:
    """How the cells of a column are read, where the mapping does not say it; columns of one head are read alike."""
    cells = column.same_head()
    if column.meaning in LISTS:
        return list_style(cells, expected=True)
    if column.meaning == "level":
        numbers = [is_tidy_number(cell.removeprefix("+")) for cell in cells]
        return "number" if 2 * sum(numbers) > len(numbers) or not numbers else "text"
    if column.meaning != "language" and not column.meaning.startswith("attribute"):
        return ""
    if cells and all(map(is_tidy_number, cells)):
        return "number"
    if cells and {cell.casefold() for cell in cells} <= {"true", "false"}:
        return "true/false"
    expected = column.speaks("lists")
    style = list_style(cells, expected=expected)
    return "list ;" if expected and style == "text" else style


def _format(text: str) -> str:
    """The name of a session format: as it is called, or in words such as "Two sessions"."""
    from mmatch.formats import FORMATS

    if re.fullmatch(r"\w+", text) and text.casefold() not in {"one", "two", "three", "1", "2", "3"}:
        return text  # also the name of a program's own format
    numbers = {"single": 0, "one": 0, "1": 0, "two": 1, "2": 1, "three": 2, "3": 2}
    meant = {numbers[word] for word in plain(text).split() if word in numbers}
    if len(meant) == 1:
        return ("single", "two_session", "three_session")[meant.pop()]
    hint = "or map the column to attribute"
    raise Fault("format", f"found {excerpt(text)}, expected one of {', '.join(sorted(FORMATS))}", hint)
