"""What the columns of people mean: heads say what is likely, cells decide, and what stays in doubt is asked."""

from __future__ import annotations

import re
from difflib import get_close_matches

from mmatch.availability import Slot, read_hours, slot_of_head, zone_from_label
from mmatch.errors import InputError, excerpt
from mmatch.signup.blocks import find_blocks
from mmatch.signup.persons import FormPeople
from mmatch.signup.questions import answers, shown
from mmatch.signup.sheets import COUNTS, TOPICS, Column, Sheet
from mmatch.signup.topics import settle_topics
from mmatch.signup.values import UNLIMITED, Fault, answer, readable, yes_or_no
from mmatch.signup.values import count as count_of
from mmatch.signup.values import modes as modes_of
from mmatch.signup.values import priority as priority_of
from mmatch.signup.vocabulary import Words, plain
from mmatch.signup.wishes import find_wishes, name_people_left

NEAR = 0.85  # how much of two heads must agree, of 1, for one to be a misspelling of the other
FEWEST_LETTERS = STEM = 5  # of a word, for it to be compared
MOST_MENTEES = 30  # that somebody takes under a head that only nearly speaks of a limit
DATED = re.compile(r"\d{4}-\d\d-\d\d")
COUNTED = frozenset({"capacity", "mentors", "seats"})
ABOUT = {"avoids": "bans", "ranks": "wishes", "role": "role", "availability": "availability", "mentors": "capacity"}
ABOUT |= dict.fromkeys(("capacity", "seats"), "capacity") | dict.fromkeys(TOPICS, "topics")


def _zone(text: str, words: Words) -> str:  # noqa: ARG001 - every grammar of cells takes the words
    try:
        return zone_from_label(text)[0]
    except InputError as error:
        raise Fault("timezone", error.problems[0].message) from None


CHECKED = {  # meanings whose cells follow a grammar
    **dict.fromkeys(COUNTS, count_of),
    "priority": priority_of,
    "modes": modes_of,
    "timezone": _zone,
}


def settle_columns(sheets: list[Sheet], people: FormPeople) -> None:
    """Give every column of the files of people its meaning."""
    mentees = _mentee_words(sheets)
    for sheet in sheets:
        _grids_said_twice(sheet)
        _limits(sheet, mentees)
        _checked(sheet)
        find_hours(sheet)
        find_blocks(sheet, people)
        find_wishes(sheet, people)
    settle_topics(sheets)
    for sheet in sheets:
        find_hours_in_words(sheet)
        _near_misses(sheet)
        name_people_left(sheet, people)
        if kept := [c.head for c in sheet.unknown if c.head]:
            heads = ", ".join(excerpt(head, 40) for head in kept[:12]) + (", …" if len(kept) > 12 else "")
            sheet.warn("attributes", f"kept as attributes, for rules: {heads}")


def _grids_said_twice(sheet: Sheet) -> None:
    """A list column and one yes/no column for each of its options say the same: the list counts."""
    by_head = {column.head: column for column in sheet.columns}
    for column in sheet.columns:
        stem = by_head.get(column.stem) if column.option and not column.forced else None
        if stem and stem.is_filled and column.reads(yes_or_no) == 1:
            column.meaning = "ignore"


def _mentee_words(sheets: list[Sheet]) -> frozenset[str]:
    """Beginnings of the words by which a program calls its mentees: in answers about roles, and in names of files."""
    found: dict[str, set[str]] = {"mentor": set(), "mentee": set()}
    for sheet in sheets:
        single = {row: next(iter(said)) for row, said in sheet.row_roles.items() if len(said) == 1}
        if len(set(single.values())) == 1:
            found[next(iter(single.values()))] |= set(plain(sheet.name).split())
        for column in sheet.of("role"):
            for side, text in {(side, sheet.table.rows[row][column.number]) for row, side in single.items()}:
                found[side] |= set(plain(text).split())
    stems = {side: {word[:STEM] for word in words if len(word) >= STEM} for side, words in found.items()}
    return frozenset(stems["mentee"] - stems["mentor"])


def _limits(sheet: Sheet, mentees: frozenset[str]) -> None:
    """Small numbers that only mentors state, under a head that speaks of people they take: how many they take."""
    if sheet.has("capacity"):
        return
    found = [(_limit(column, mentees), column) for column in sheet.unknown]
    most = max((strength for strength, _ in found), default=0)
    columns = [column for strength, column in found if strength == most > 0]
    sure = most > 1 or (sheet.has_side("mentor") and sheet.has_side("mentee"))
    for column in columns:
        if len(columns) == 1 and sure:
            column.meaning = "capacity"
            text = "read as the number of mentees that a mentor takes"
            column.warn("capacity", text, "else map it to attribute")
        else:
            column.ask("capacity", "the head speaks of a number, and only mentors fill it", "capacity", "attribute")


def _limit(column: Column, mentees: frozenset[str]) -> int:
    """How surely a column says how many mentees a mentor takes."""
    claim, sheet, roles = column.claim, column.sheet, column.sheet.row_roles
    wanted = column.forced or claim.meaning == "mentors" or (claim.side == "mentee" and claim.meaning == "topic")
    strength = 0 if wanted else sheet.words.limit(column.head, mentees)
    cells = {row: cell for row in roles if not sheet.names_nobody(cell := column.cell(row)) and cell != "0"}
    mentors = all("mentor" in roles[row] for row in cells)
    if not strength or not cells or (not mentors and strength < 3 and claim.side != "mentor"):
        return 0
    texts = {cell for row, cell in cells.items() if "mentor" in roles[row]}
    if readable(texts, count_of, sheet.words) < 1:
        return 0
    counts = [count_of(cell, sheet.words).value for cell in texts]
    return strength if all(count <= MOST_MENTEES or count == UNLIMITED for count in counts) else 0


def _checked(sheet: Sheet) -> None:
    """Columns whose heads promise numbers and the like must hold them, or it is asked what they are."""
    for column in sheet.columns:
        claimed, cells = column.stated, column.distinct
        if column.forced or claimed not in CHECKED or not cells:
            continue
        share = column.reads(CHECKED[claimed])
        digits = any(letter.isnumeric() for cell in cells for letter in cell)
        if share >= 0.5 or (column.claim.sure and (len(cells) < 3 or digits)):
            column.meaning = claimed
            continue
        column.meaning = ""
        some = "no cell" if share == 0 else "not even half of the cells"
        if claimed in COUNTED and (share or digits or column.claim.sure):
            column.ask("capacity", f"the head promises numbers, and {some} reads as one", claimed, "attribute")
        elif claimed == "timezone" and column.claim.sure:
            column.ask("time zone", f"{some} names a time zone", claimed, "attribute:region")


def find_hours(sheet: Sheet) -> None:
    """Columns named after hours or parts of the day, and columns of weekly hours in words."""
    named = {c.number: slot_of_head(c.head) for c in sheet.of("", "availability") if not c.forced}
    busy = [c for c in sheet.columns if _not_free(c) and slot_of_head(c.head) is not None]
    if len(busy) > 1 and not any(c.forced for c in busy):
        text = f"{len(busy)} heads seem to ask when people are NOT free"
        how = "give columns that say when they are free, or " + answers(busy[0].head, "attribute")
        busy[0].doubt("availability", text, "attribute", how=how)
    slots = {k: slot for k, slot in named.items() if slot is not None and sheet.columns[k] not in busy}
    whole = {number for number, slot in slots.items() if slot.day is not None and slot.start is not None}
    ticks = [c for c in sheet.unknown if c.number in whole and (not c.is_filled or c.reads(answer) >= 0.8)]
    bits = [c for c in sheet.unknown if set(c.distinct) <= {"0", "1"}]
    if len(ticks) < 2 or not any(c.is_filled for c in ticks):
        ticks = bits if len(bits) in {168, 336} else []
    for column in ticks:
        column.meaning = "hours"
    _half_hours(sheet, slots)
    for column in [c for c in sheet.columns if c.stated == "availability" and not c.forced]:
        cells = column.distinct
        good = bool(cells) if column.slot else any(map(is_hours, cells))
        dated = bool(cells) and all(map(DATED.fullmatch, cells))
        column.meaning = "availability" if not dated and (good or column.claim.sure) else ""
        if dated:
            hint = "the dates in mmatch schedule --dates say when somebody cannot meet"
            column.warn("hours", "holds dates, not hours of a week, and is kept as an attribute", hint)
        elif cells and not column.meaning:
            column.ask("availability", "no cell reads as weekly hours", "availability", "attribute")


def _half_hours(sheet: Sheet, slots: dict[int, Slot]) -> None:
    """Heads that name days over cells that name hours, or hours over days: "[Monday]" over "9-12"."""
    halves = [sheet.columns[k] for k, slot in slots.items() if (slot.day is None) != (slot.start is None)]
    for column in halves if len(halves) > 1 else ():
        column.slot = slots[column.number]
        cells = [column.with_slot(cell) for cell in column.distinct if not sheet.says_no_time(cell)]
        if cells and sum(map(is_hours, cells)) >= 0.8 * len(cells):
            column.meaning = "availability"
        else:
            column.slot = None


def find_hours_in_words(sheet: Sheet) -> None:
    """A column whose cells are weekly hours, days with times of the clock, whatever its head."""
    has_hours = sheet.has("availability", "hours")
    for column in sheet.unknown:
        cells = [cell for cell in column.distinct if not sheet.says_no_time(cell)]
        negative = _not_free(column)
        if negative and cells and all(is_hours(cell) or _names_days(cell) for cell in cells):
            text = f"the head seems to ask when people are NOT free; cells: {shown(cells)}"
            hint = "give a column that says when they are free, or "
            how = hint + answers(column.head, "attribute", "availability")
            column.doubt("availability", text, "attribute", "availability", how=how)
        if has_hours or negative:
            continue
        timed = [cell for cell in cells if is_hours(cell) and any(letter.isdigit() for letter in cell)]
        if len(cells) > 1 and len(timed) >= 0.8 * len(cells):
            column.meaning = "availability"
            column.warn("availability", "read as when somebody is free: its cells are weekly hours")


def _near_misses(sheet: Sheet) -> None:
    """A head that is nearly one that decides who meets whom is asked about, not assumed."""
    known = [h for h, m in sheet.words.heads.items() if m in ABOUT and len(h) >= FEWEST_LETTERS and h.isascii()]
    for column in sheet.unknown:
        words, cells = plain(column.head), column.distinct
        near = get_close_matches(words, known, n=1, cutoff=NEAR) if words.replace(" ", "").isalpha() else []
        if not near or words in sheet.words.heads or not cells:
            continue
        meaning = sheet.words.heads[near[0]]
        if meaning not in CHECKED or column.reads(CHECKED[meaning]) >= 0.5:
            column.ask(ABOUT[meaning], f"the head is nearly {excerpt(near[0])}", meaning, "attribute")


def _not_free(column: Column) -> bool:
    """Whether a head that may speak of hours asks for those at which somebody is not free."""
    return column.speaks("negative", "busy") or bool(re.search(r"n['\u2019]t\b", column.head))


def _names_days(text: str) -> bool:
    """Whether a cell names nothing but days of the week."""
    slots = [slot_of_head(f"[{part}]") for part in re.split(r"[,;/\n]", text) if part.strip()]
    return bool(slots) and all(slot is not None and slot.day is not None for slot in slots)


def is_hours(text: str) -> bool:
    """Whether a cell reads as weekly hours."""
    try:
        return bool(read_hours(text)[0])
    except InputError:
        return False
