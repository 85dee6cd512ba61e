"""People: one row a person, one column a fact, and tables that only add to the people of other files."""

from __future__ import annotations

from mmatch.signup.answers import FormAnswer, read_facts
from mmatch.signup.blocks import read_block, read_hours
from mmatch.signup.columns import find_hours, find_hours_in_words
from mmatch.signup.draft import Draft
from mmatch.signup.shapes import Shape
from mmatch.signup.sheets import BLOCKS, COUNTS, IDENTITY, NAME_LISTS, Column, Sheet

ADDED = COUNTS | NAME_LISTS | {"priority"}
MOST_COLUMNS = 5  # of a table whose heads only seem to speak of wishes


def _read_people(sheet: Sheet, draft: Draft) -> None:
    """Availability drawn as hours, and columns named after people; all other answers are read before all shapes."""
    if sheet.has("hours"):
        read_hours(sheet, draft)
    if sheet.has(*BLOCKS - {"hours"}):
        read_block(sheet, draft, "")


def _adds(sheet: Sheet, known: frozenset[str]) -> bool:
    """Whether every row is about somebody known, and says wishes and limits, and nothing else that counts."""
    meanings = {_stated(column) for column in sheet.columns} - {*IDENTITY, "mentor", "mentee", "ignore", ""}
    plainly = sheet.has(*ADDED) or len(sheet.columns) < MOST_COLUMNS
    if not known or not meanings or not meanings <= ADDED or not sheet.identity() or not plainly:
        return False
    return all(who.casefold() in known for _, (who, _, _) in sheet.people() if who)


def _read_additions(sheet: Sheet, draft: Draft) -> None:
    """Add every row's facts to the person; they count more than what the person's own row says."""
    identity = sheet.identity()[0]
    for column in sheet.columns:
        column.meaning = _stated(column)
    found = []
    for row in sheet.rows:
        name = draft.refer(row, identity, sheet.person(row)[0], identity.meaning)
        if name is not None:
            found.append(FormAnswer(sheet, row, name))
    read_facts(sheet, found)
    for answer in found:
        person = draft.person(answer.id)
        for meaning, value in answer.facts.items():
            person.extra[meaning] = value
            column = next(c for c in sheet.of(meaning) if c.cell(answer.row))
            person.sources[meaning] = (column, answer.row)


def _stated(column: Column) -> str:
    """What a column states; a head that only seems to name people who are wished for or kept apart does, too."""
    return column.meaning or (column.claim.meaning if column.claim.meaning in NAME_LISTS else "")


def _read_list(sheet: Sheet, draft: Draft) -> None:
    """A list of the staff, or a poll, adds attributes and hours to those who signed up elsewhere, and nobody."""
    find_hours(sheet)
    find_hours_in_words(sheet)
    kept = {*IDENTITY, "ignore", "number", "hours", "availability", "timezone"}
    for column in sheet.columns:
        if column.meaning not in kept and not column.meaning.startswith("attribute"):
            column.meaning = "attribute"
    found, people = [], list(sheet.people())
    for row, texts in people:
        person = next(filter(None, map(draft.people.find, filter(None, texts[::-1]))), None)
        if person is not None:
            found.append(FormAnswer(sheet, row, person.spelling))
    if len(found) < len(people):
        text = f"{len(people) - len(found)} of {len(people)} people in it signed up nowhere else and take no part"
        sheet.warn("list", text, "name its role (--answer) if they do")
    read_facts(sheet, found)
    for answer in found:
        extra = draft.person(answer.id).extra
        extra.setdefault("attributes", {}).update(answer.attributes)
        extra |= {fact: value for fact, value in answer.facts.items() if fact in {"availability", "timezone"}}
    _read_people(sheet, draft)


SHAPES = (
    Shape("additions", 40, _adds, _read_additions),
    Shape("people", 100, lambda sheet, _: bool(sheet.columns), _read_people),
    Shape("list", 110, lambda *_: False, _read_list),  # told from the files beside it
)
