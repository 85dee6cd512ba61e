"""In which roles each row signs up: a column of roles, yes and no, who answers which questions, or the file says so."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from mmatch.errors import excerpt
from mmatch.signup import values
from mmatch.signup.questions import answers
from mmatch.signup.sheets import IDENTITY, ROLES, Column, Sheet
from mmatch.signup.values import Fault, readable
from mmatch.signup.vocabulary import plain, spoken

if TYPE_CHECKING:
    from mmatch.signup.notes import Notes
    from mmatch.signup.vocabulary import Words

MENTOR_ONLY = frozenset(["capacity", "seats", "groups", "min_load", "offers", "mentee_ranks", "strict_mentee_ranks"])
MENTEE_ONLY = frozenset(["requests", "ranks", "strict_ranks", "mentors", "priority", "format"])
MOST_ANSWERS = 5  # different answers of a column that may say who is a mentor
LEAST = 2  # how much more must speak for one side than for the other
FEW, MOST, USUAL = 0.1, 0.5, 0.8  # of the rows with an answer fill a column that does not belong to it, or that does


def find_roles(sheet: Sheet, notes: Notes) -> None:
    """The column that says mentor, mentee or both is known by its cells, whatever its head."""
    words = sheet.words
    for column in sheet.of("mentor", "mentee", "role", ""):
        if column.forced:
            if column.meaning == "role" and not _are_roles(sheet, column):
                _say_values(column, _sides_of_answers(sheet, column)[0])
        elif agreed := _agreed_side(sheet, column):
            column.meaning = f"is_{agreed}"
        elif column.meaning == "role" and not _are_roles(sheet, column):
            column.meaning = ""
    if any(column.forced for column in sheet.of(*ROLES)):
        return
    told = [column for column in sheet.of("", "role") if _are_roles(sheet, column)]
    least = 0.9 if sheet.role else 0.6  # a column of remarks says it of a few
    told = [c for c in told if c.meaning == "role" or sum(sheet.distinct(c).values()) >= least * len(sheet.rows)]
    told = [c for c in told if c.meaning == "role" or not words.has("past", plain(c.head).split())] or told
    both = {"mentor", "mentee"}
    named = [
        c for c in told if c.meaning == "role" or words.side_of(spoken(c.head)) or both <= set(plain(c.head).split())
    ]
    chosen = named or told
    _check_agreement(sheet, chosen, notes)
    for column in sheet.of("role"):
        column.meaning = ""
    if chosen:
        chosen[0].meaning = "role"
    elif not sheet.role and not sheet.has(*ROLES):
        for column in sheet.unknown:  # "Would you like to be a mentor?", where every cell is a plain yes or no
            asks = column.claim.meaning in {"is_mentor", "is_mentee"}
            if asks and not words.has("past", plain(column.head).split()):
                cells = sheet.distinct(column)
                if len(cells) > 1 and readable(cells, _yes_or_role, words) == 1:
                    column.meaning = column.claim.meaning


def _agreed_side(sheet: Sheet, column: Column) -> str:
    """The side to which yes and no refer, as in "Mentor", "as a mentor" or "I want to be … [a mentor]"."""
    cells = sheet.distinct(column)
    if not cells or readable(cells, values.yes_or_no, sheet.words) < 1:
        return ""
    if column.meaning in {"mentor", "mentee"}:
        return column.meaning if sheet.of(*IDENTITY) else ""
    side = sheet.words.side_of(spoken(column.option or column.head))
    bare = (column.meaning == "role" and column.option) or column.claim.meaning == f"is_{side}"
    return side if bare else ""


def _check_agreement(sheet: Sheet, columns: list[Column], notes: Notes) -> None:
    """Of several role columns the first counts where all say the same, else it is asked which."""
    if len(columns) < 2:
        return
    first, *others = columns
    differing = [
        c.head
        for c in others
        if any(a and b and a != b for a, b in zip(sheet.cells(first), sheet.cells(c), strict=True))
    ]
    if differing:
        heads = " and ".join(excerpt(c.head, 60) for c in columns)
        how = " or ".join([answers(first.head, "role"), *(f'--answer "{head}=role"' for head in differing)])
        text = f"{heads} both say who is a mentor or a mentee, and differ"
        notes.doubt(sheet.name, first.head, "role", text, "role", *differing, likely="role", how=how)


def _are_roles(sheet: Sheet, column: Column) -> bool:
    cells = sheet.distinct(column)
    if not cells or len(cells) > 40:
        return False
    share = readable(cells, values.roles, sheet.words)
    if column.meaning == "role":
        return share >= 0.5
    every = {role for cell in cells if share == 1 for role in values.roles(cell, sheet.words)}
    return share == 1 and max(map(len, cells)) < 80 and (len(every) == 2 or len(cells) == 1)


def _yes_or_role(text: str, words: Words) -> object:
    try:
        return values.yes_or_no(text, words)
    except Fault:
        return values.roles(text, words)


# --------------------------------------------------------------------------- who answers which questions


def roles_by_answers(sheet: Sheet, notes: Notes) -> None:
    """Find the column whose answers decide which other questions are answered, and say which answer is whose.

    Online forms ask mentors and mentees different questions: where "I share experience" goes with "Ask me about" and
    "I look for advice" with "I want to learn", the column holds the roles in the form's own words.
    """
    agreed: dict[str, Column] = {}
    found: list[tuple[int, Column, dict[str, str]]] = []
    for column in [c for c in sheet.unknown if _may_tell(sheet, c)]:
        sides, columns = _sides_of_answers(sheet, column)
        if len(set(sides.values())) > 1:
            found.append((columns, column, sides))
            if readable(sheet.distinct(column), values.yes_or_no, sheet.words) == 1:
                yes = next(side for text, side in sides.items() if values.yes_or_no(text, sheet.words))
                agreed.setdefault(yes, column)
    if len(agreed) == 2:
        for side, column in agreed.items():
            column.meaning = f"is_{side}"
    elif found:
        _, column, sides = max(found, key=lambda item: item[0])
        column.meaning = "role"
        _say_values(column, sides)
        said = "; ".join(f"{excerpt(text, 40)} is {side}" for text, side in sides.items())
        place = f"{sheet.name} column {excerpt(column.head)}"
        notes.warn("role", place, f"read as the role, by the questions that follow: {said}", "else answer in a mapping")
    if agreed or found:
        sheet.role = sheet.forced.role


def _say_values(column: Column, sides: dict[str, str]) -> None:
    column.values = {**{text: side for text, side in sides.items() if side}, **column.values}


def _may_tell(sheet: Sheet, column: Column) -> bool:
    """Whether a column holds one of a few answers in nearly every row."""
    cells = sheet.distinct(column)
    few = 2 <= len(cells) <= MOST_ANSWERS and sum(cells.values()) >= 0.9 * len(sheet.rows)
    return (
        few
        and not column.forced
        and max(map(len, cells)) < 120
        and not sheet.words.has("past", plain(column.head).split())
    )


def _sides_of_answers(sheet: Sheet, column: Column) -> tuple[dict[str, str], int]:
    """(mentor, mentee or both for each answer, none where nothing tells; how many other columns depend on it)."""
    groups = _dependent(sheet, column)
    texts = list(sheet.distinct(column))
    signed: defaultdict[frozenset[str], int] = defaultdict(int)
    for answered, columns in groups.items():
        signed[answered] = sum(side_of_column(sheet, c) for c in columns)
    ranked = sorted(groups, key=lambda answered: -len(groups[answered]))
    count = sum(map(len, groups.values()))
    if not ranked:
        return {}, 0
    first = ranked[0]
    second = next((other for other in ranked[1:] if other - first and first - other), frozenset(texts) - first)
    said = [
        sum(side_of_text(text, sheet.words) for text in one - other)
        for one, other in ((first, second), (second, first))
    ]
    if readable(texts, values.yes_or_no, sheet.words) == 1:
        head = side_of_text(column.head, sheet.words)
        said = [head, -head] if any(values.yes_or_no(text, sheet.words) for text in first) else [-head, head]
    lean = signed[first] + said[0] - signed[second] - said[1]
    words_tell = said[0] * said[1] < 0
    heads_tell = second in groups and signed[first] * signed[second] <= 0
    if abs(lean) < LEAST or not (words_tell or heads_tell):
        return {}, count
    mentor, mentee = (first, second) if lean > 0 else (second, first)
    sides = {
        text: "both" if text in mentor and text in mentee else "mentor" if text in mentor else "mentee"
        for text in texts
        if text in mentor | mentee
    }
    return sides, count


def _dependent(sheet: Sheet, column: Column) -> dict[frozenset[str], list[Column]]:
    """The other columns that only some answers fill, by those answers."""
    rows: defaultdict[str, list[int]] = defaultdict(list)
    for row in sheet.rows:
        rows[sheet.cell(row, column)].append(row)
    rows.pop("", None)
    groups: defaultdict[frozenset[str], list[Column]] = defaultdict(list)
    for other in sheet.columns:
        if other is column or other.meaning in {*IDENTITY, *ROLES, "ignore", "number", "attribute"}:
            continue
        shares = {text: sum(bool(sheet.cell(row, other)) for row in found) / len(found) for text, found in rows.items()}
        answered = frozenset(text for text, share in shares.items() if share >= MOST)
        asked = sum(len(found) for text, found in rows.items() if text in answered)
        usual = sum(shares[text] * len(rows[text]) for text in answered) >= USUAL * asked
        clear = usual and all(share >= MOST or share <= FEW for share in shares.values())
        if clear and 1 < asked < len(sheet.rows) - 1:
            groups[answered].append(other)
    return groups


def side_of_column(sheet: Sheet, column: Column) -> int:
    """Whose question a column asks: above 0 a mentor's, below a mentee's, 0 where nothing tells."""
    meaning, side = column.meaning or column.claim.meaning, column.claim.side
    if side or meaning in MENTOR_ONLY | MENTEE_ONLY:
        return 2 if side == "mentor" or (not side and meaning in MENTOR_ONLY) else -2
    if sheet.words.limits(column.head) and readable(sheet.distinct(column), values.count, sheet.words) == 1:
        return 2
    return side_of_text(column.head, sheet.words)


def side_of_text(text: str, words: Words) -> int:
    """Whether a text speaks of giving (above 0) or of getting (below)."""
    tokens = plain(text).split()
    named = spoken(text)
    giving = words.times("giver", tokens) + any(word in words.listed("roles.mentor") for word in named)
    taking = words.times("taker", tokens) + any(word in words.listed("roles.mentee") for word in named)
    return (giving > taking) - (giving < taking)


# --------------------------------------------------------------------------- whole files


def name_by_role(sheet: Sheet) -> None:
    """In a table of people the head "Mentor" or "Mentee" stands over their names."""
    sides = sheet.of("mentor", "mentee")
    if len(sides) == 1 and not sheet.has("id", "name", "first_name", "last_name"):
        sheet.role = sheet.role or sides[0].meaning
        sides[0].meaning = "name"


def give_roles(people: list[Sheet], notes: Notes) -> None:
    """By a role column, else by the answers that go together, the file's name, its questions, or the order of files."""
    for sheet in people:
        if not sheet.role and sheet.identity() and sheet.identity()[0].meaning in {"mentor", "mentee"}:
            sheet.role = sheet.identity()[0].meaning
    neutral = [s for s in people if not s.role and not s.has(*ROLES)]
    if len(people) == 1 and neutral:
        _role_of_only_file(neutral[0], notes)
        return
    for sheet in neutral:
        sides = _sides(sheet)
        sheet.role = next(iter(sides)) if len(sides) == 1 else ""
    _by_names(neutral)
    taken = {sheet.role for sheet in people}
    for sheet in neutral:
        if not sheet.role:
            sheet.role = "mentee" if "mentor" in taken else "mentor"
        taken.add(sheet.role)
        text = f"no role column, and the name says no role: everybody in it is read as a {sheet.role}"
        notes.warn("role", sheet.name, text, "add a role column, or name the files mentors.csv and mentees.csv")


def _by_names(neutral: list[Sheet]) -> None:
    """Two files whose names speak of giving and of getting: "experienced" and "newly joined"."""
    open_ones = [sheet for sheet in neutral if not sheet.role]
    leaning = {id(sheet): side_of_text(sheet.name, sheet.words) for sheet in open_ones}
    if len(open_ones) == 2 and sum(leaning.values()) == 0:
        for sheet in open_ones:
            sheet.role = {1: "mentor", -1: "mentee"}.get(leaning[id(sheet)], "")


def _sides(sheet: Sheet) -> set[str]:
    """Whose answers the columns of a sheet hold, as far as their heads tell."""
    claimed = {c.meaning or c.claim.meaning for c in sheet.columns if sheet.is_filled(c)}
    topical = [c for c in sheet.columns if sheet.is_filled(c) and "topic" in (c.meaning, c.claim.meaning)]
    sides = {c.claim.side for c in topical if c.claim.side}
    return sides | ({"mentor"} if claimed & MENTOR_ONLY else set()) | ({"mentee"} if claimed & MENTEE_ONLY else set())


def _role_of_only_file(sheet: Sheet, notes: Notes) -> None:
    """One file without a word on roles: which questions a row answers tells; where none does, it is asked."""
    sides = _sides(sheet)
    if len(sides) == 2:
        sheet.by_filling, sheet.role = True, "both"
        text = "no role column: whoever fills what mentors state is a mentor, whoever fills what mentees state a mentee"
        notes.warn("role", sheet.name, text, "add a role column holding mentor, mentee or both")
        return
    likely = next(iter(sides)) if sides else "mentor"
    sheet.role = likely
    telling = [(_sides_of_answers(sheet, c)[1], c) for c in sheet.unknown if _may_tell(sheet, c)]
    columns, column = max(telling, key=lambda item: item[0], default=(0, None))
    if column is not None and columns > 1:
        for cell in sheet.distinct(column):
            if cell not in {"mentor", "mentee", "both"}:
                text = f"the answers decide which questions follow: is {excerpt(cell)} a mentor's, or a mentee's?"
                key = f"{column.head}: {cell}"
                notes.doubt(sheet.name, column.head, "role", text, "mentor", "mentee", "both", key=key)
        return
    left = ", ".join(excerpt(c.head, 60) for c in sheet.unknown[:6])
    text = f"nothing says who is a mentor and who is a mentee; everybody would be read as a {likely} (columns: {left})"
    how = answers(sheet.name, "mentor", "mentee", "both") + ", add a role column, or give a file for each role"
    notes.doubt(sheet.name, "", "role", text, "mentor", "mentee", "both", likely=likely, how=how, key=sheet.name)
