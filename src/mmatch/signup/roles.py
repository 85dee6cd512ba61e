"""In which roles each row signs up: a column of roles, yes and no, who answers which questions, or the file says so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from mmatch.errors import excerpt
from mmatch.signup.questions import answers
from mmatch.signup.sheets import IDENTITY, MENTEE_ONLY, MENTOR_ONLY, ROLES, Column, Sheet
from mmatch.signup.values import count as count_of
from mmatch.signup.values import fits, is_tidy_number, readable, yes_or_no
from mmatch.signup.values import roles as roles_of
from mmatch.signup.vocabulary import Words, plain, rounded_head, spoken

STEM = 5  # letters that two words share where one is a form of the other
MOST_ANSWERS = 5  # different answers of a column that may say who is a mentor
LEAST = 2  # how much more must speak for one side than for the other
FEW, MOST, USUAL = 0.1, 0.5, 0.8  # of the rows with an answer fill a column that does not belong to it, or that does


def find_roles(sheet: Sheet) -> None:
    """The column that says mentor, mentee or both is known by its cells, whatever its head."""
    for column in sheet.of("mentor", "mentee", "role", ""):
        if agreed := "" if column.forced else _agreed_side(column):
            column.meaning = f"is_{agreed}"
        elif column.meaning == "role" and not _are_roles(column):
            if column.forced:
                _settle_answers(column, ())
            else:
                column.meaning = ""
    if any(column.forced for column in sheet.of(*ROLES)):
        return
    role_columns = [column for column in sheet.of("", "role", "status") if _are_roles(column)]
    least = 0.9 if sheet.role else 0.6  # a column of remarks says it of a few
    role_columns = [c for c in role_columns if c.meaning == "role" or c.filled >= least * len(sheet.rows)]
    role_columns = [c for c in role_columns if c.meaning == "role" or not c.speaks("past")] or role_columns
    named = [
        c for c in role_columns if c.meaning == "role" or sheet.side_of(c.head) or {"mentor", "mentee"} <= set(c.plain)
    ]
    for column in sheet.of("role"):
        column.meaning = ""
    if chosen := named or role_columns:
        _check_agreement(*chosen)
        chosen[0].meaning = "role"
        declined = _declined(chosen[0])
        _settle_answers(chosen[0], declined)
        for row in [row for row in sheet.rows if chosen[0].cell(row) in declined]:
            sheet.left_out |= {row}
            text = f"left out: says {excerpt(chosen[0].cell(row))}"
            chosen[0].warn("left-out", text, "change the cell if the person takes part", row)


def find_sections(sheet: Sheet) -> None:
    """Lines such as "Mentees" between the rows say in which role everybody below them stands."""
    side, lines, rows = "", set[int](), {}
    for row, cells in enumerate(sheet.table.rows):
        filled = [cell for cell in cells if cell]
        alone = len(filled) == 1 and len(cells) > 2 and len(filled[0].split()) < 6
        if named := sheet.side_of(filled[0]) if alone else "":
            side = named
            lines.add(row)
        elif side:
            rows[row] = side
    named_first = sheet.columns[0].meaning in {*IDENTITY, "number"} and all(sheet.table.rows[row][0] for row in lines)
    if len(set(rows.values())) == 1 and named_first and not sheet.has(*ROLES):  # above a lone "Mentees" are the others
        other = "mentee" if side == "mentor" else "mentor"
        rows |= dict.fromkeys(set(sheet.rows) - rows.keys() - lines, other)
    if len(set(rows.values())) == 2:
        sheet.sections, sheet.left_out = rows, sheet.left_out | lines
        for row in sorted(lines):
            sheet.warn("left-out", "left out: a line that names the role of the rows below it", row=row)


def _agreed_side(column: Column) -> str:
    """The side to which yes and no refer, as in "Mentor", "as a mentor" or "I want to be … [a mentor]"."""
    if column.reads(yes_or_no) < 1:
        return ""
    if column.meaning in {"mentor", "mentee"}:
        return column.meaning if column.sheet.has(*IDENTITY) else ""
    side = column.sheet.side_of(column.option or column.head)
    short = column.claim.meaning == f"is_{side}" and len(column.head.split()) < 4
    return side if short or (column.meaning == "role" and column.option) else ""


def _settle_answers(column: Column, declined: Collection[str]) -> None:
    """Answers of a role column that are no known words: told by the questions that follow, else asked one by one."""
    unread = [text for text in column.distinct if not fits(text, roles_of, column.sheet.words)]
    if unread:
        sides = _sides_of_answers(column, _dependent(column, column.sheet.rows))
        column.values = {**{text: side for text, side in sides.items() if text in unread}, **column.values}
        _ask_answers(column, [text for text in unread if text not in sides and text not in declined])


def _ask_answers(column: Column, texts: Iterable[str]) -> None:
    """One question for each answer of a column of roles that nothing explains."""
    unexplained = list(texts)
    for text in unexplained if len(unexplained) <= MOST_ANSWERS else ():
        if text not in {"mentor", "mentee", "both"}:
            evidence = f"the answers seem to say who is a mentor and who a mentee: which of them is {excerpt(text)}?"
            column.doubt("role", evidence, "mentor", "mentee", "both", key=f"{column.head}: {text}")


def _check_agreement(first: Column, *others: Column) -> None:
    """Of several role columns the first counts where all say the same, else it is asked which."""
    pairs = {c.head: zip(first.cells(), c.cells(), strict=True) for c in others}
    differing = [head for head, cells in pairs.items() if any(a and b and a != b for a, b in cells)]
    if differing:
        heads = " and ".join(excerpt(c.head, 60) for c in (first, *others))
        how = " or ".join([answers(first.head, "role"), *(f'--answer "{head}=role"' for head in differing)])
        text = f"{heads} both say who is a mentor or a mentee, and differ"
        first.doubt("role", text, "role", *differing, likely="role", how=how)


def _declined(column: Column) -> set[str]:
    """Answers that decline beside those that name roles: "No, not this year" beside "Yes, as a mentor"."""
    words = column.sheet.words
    if column.sheet.role or column.speaks("past"):
        return set()
    unread = [text for text in list(column.distinct)[:41] if not fits(text, roles_of, words)]
    return {text for text in unread if fits(text, yes_or_no, words) and not yes_or_no(text, words)}


def _are_roles(column: Column) -> bool:
    words = column.sheet.words
    if not 1 <= len(column.distinct) <= 40:
        return False
    cells = column.distinct.keys() - _declined(column)
    share = readable(cells, roles_of, words)
    if column.meaning == "role" or share < 1:
        return column.meaning == "role" and share >= 0.5
    every = {role for cell in cells for role in roles_of(cell, words)}
    return max(map(len, cells)) < 80 and (len(every) == 2 or len(cells) == 1)


# --------------------------------------------------------------------------- who answers which questions


@dataclass(frozen=True, slots=True)
class Branching:
    """A column whose answers decide which other columns are filled: those columns, by the answers that fill them."""

    column: Column
    groups: dict[frozenset[str], list[Column]]
    sides: dict[str, str]
    yes: str = ""  # of a question of yes and no: the answer that fills further columns

    @property
    def weight(self) -> int:
        """How many columns depend on it."""
        return sum(map(len, self.groups.values()))


def roles_by_answers(sheet: Sheet) -> None:
    """Find the column whose answers decide which other questions are answered, and say which answer is whose.

    Online forms ask mentors and mentees different questions: where "I share experience" goes with "Ask me about" and
    "I look for advice" with "I want to learn", the column holds the roles in the form's own words.
    """
    found, words = branchings(sheet), sheet.words
    agreed = sorted(((_evidence(one), one.column) for one in found if one.yes), key=lambda pair: pair[0])
    if len(agreed) == 2 and agreed[1][0] - agreed[0][0] >= LEAST:
        for (_, column), side in zip(agreed, ("mentee", "mentor"), strict=True):
            later = [text for text in column.distinct if not fits(text, yes_or_no, words)]
            column.meaning, sheet.role = f"is_{side}", sheet.forced.role
            column.values = {**dict.fromkeys(later, "no"), **column.values}
            for text in later:
                column.warn("role", f"{excerpt(text)} is read as no", "else answer in a mapping")
        return
    for column in sheet.unknown if not sheet.role else ():  # "Would you like to be a mentor?" with yes and no
        asks = column.claim.meaning in {"is_mentor", "is_mentee"} and not column.speaks("past")
        plainly = all(fits(text, yes_or_no, words) or fits(text, roles_of, words) for text in column.distinct)
        if asks and len(column.distinct) > 1 and plainly:
            column.meaning = column.claim.meaning
    telling = [branching for branching in found if len(set(branching.sides.values())) > 1]
    if telling and not sheet.has(*ROLES):
        best = max(telling, key=lambda branching: branching.weight)
        best.column.meaning, sheet.role = "role", sheet.forced.role
        best.column.values = {**best.sides, **best.column.values}
        said = "; ".join(f"{excerpt(text, 40)} is {side}" for text, side in best.sides.items())
        text = f"read as the role, by the questions that follow: {said}"
        best.column.warn("role", text, "else answer in a mapping")


def branchings(sheet: Sheet) -> list[Branching]:
    """All columns of a few answers, one in nearly every row, on which other columns depend."""
    rows = [row for row, (who, _, _) in sheet.people() if who]
    found = []
    for column in sheet.unknown:
        texts = list(column.distinct)
        nearly_full = sum(bool(column.cell(row)) for row in rows) >= 0.9 * len(rows)
        few = 2 <= len(texts) <= MOST_ANSWERS and nearly_full and max(map(len, texts)) < 120
        numbers = any(map(is_tidy_number, texts)) and {*texts} != {"0", "1"}
        if not few or column.forced or column.speaks("past") or numbers:
            continue
        groups = _dependent(column, rows)
        plainly = [text for text in texts if fits(text, yes_or_no, sheet.words)]
        agreeing = [text for text in plainly if yes_or_no(text, sheet.words)]
        yes = agreeing[0] if len(agreeing) == 1 < len(plainly) and frozenset(agreeing) in groups else ""
        if groups:
            found.append(Branching(column, groups, _sides_of_answers(column, groups), yes))
    return found


def _evidence(branching: Branching) -> int:
    """Whose questions follow a yes: above 0 a mentor's, below a mentee's."""
    column = branching.column
    claimed = {"is_mentor": 3, "is_mentee": -3}.get(column.claim.meaning, 0)
    columns = branching.groups[frozenset({branching.yes})]
    return claimed + sum(map(side_of_column, columns)) + side_of_text(column.head, column.sheet.words)


def _sides_of_answers(column: Column, groups: dict[frozenset[str], list[Column]]) -> dict[str, str]:
    """Mentor, mentee or both for each answer; nothing where no evidence tells them apart."""
    if not groups:
        return {}
    words = column.sheet.words
    texts = frozenset(column.distinct)
    first, *ranked = sorted(groups, key=lambda answered: -len(groups[answered]))
    second = next((other for other in ranked if other - first and first - other), texts - first)
    sides = [(first, second), (second, first)]
    said = [sum(side_of_text(text, words) for text in one - other) for one, other in sides]
    agreed = column.reads(yes_or_no) == 1
    if agreed:
        head = side_of_text(column.head, words)
        said = [head, -head] if any(yes_or_no(text, words) for text in first) else [-head, head]
    signed = [sum(side_of_column(c) + _names_others(c, other) for c in groups.get(one, ())) for one, other in sides]
    lean = signed[0] + said[0] - signed[1] - said[1]
    opposed = said[0] * said[1] < 0 or (second in groups and signed[0] * signed[1] <= 0)
    opposed = opposed or (not agreed and abs(lean) > LEAST and said[0] > said[1] and first | second == texts)
    if abs(lean) < LEAST or not (opposed or (not agreed and _asks_for_roles(column))):
        return {}
    mentor, mentee = (first, second) if lean > 0 else (second, first)
    both = mentor & mentee
    return {
        text: "both" if text in both else "mentor" if text in mentor else "mentee"
        for text in column.distinct
        if text in mentor | mentee
    }


def _asks_for_roles(column: Column) -> bool:
    """Whether a head asks in which role somebody takes part: "Role (G/N)", "I sign up as", "Buddy or new starter"."""
    named = sum(f" {plain(text)} " in f" {plain(column.head)} " for text in column.distinct)
    known = column.sheet.words.claim(rounded_head(column.head)[0]).meaning == "role" or column.claim.meaning == "role"
    return known or named > 1 or (column.speaks("join") and len(column.plain) < 8)


def _names_others(column: Column, others: frozenset[str]) -> int:
    """Evidence for mentors: a number under a head that names the other side, as in "Freshers that I take on"."""
    stems = {word[:STEM] for text in others for word in plain(text).split() if len(word) >= STEM}
    named = any(word[:STEM] in stems for word in column.plain)
    return 3 if named and column.reads(count_of) == 1 else 0


def _dependent(column: Column, rows: list[int]) -> dict[frozenset[str], list[Column]]:
    """The other columns that only some answers fill, by those answers."""
    by_answer: defaultdict[str, list[int]] = defaultdict(list)
    for row in rows:
        if text := column.cell(row):
            by_answer[text].append(row)
    groups: defaultdict[frozenset[str], list[Column]] = defaultdict(list)
    together = {c.stem if c.stem and not c.option else c.number: c for c in column.sheet.columns}
    for other in together.values():  # the last of the options of a question stands for all
        options = [c for c in column.sheet.columns if c is other or (not c.option and c.stem and c.stem == other.stem)]
        if other is column or other.meaning in {*IDENTITY, *ROLES, "ignore", "number", "attribute"}:
            continue
        filled = {text: sum(any(c.cell(row) for c in options) for row in found) for text, found in by_answer.items()}
        shares = {text: count / len(by_answer[text]) for text, count in filled.items()}
        answered = frozenset(text for text, share in shares.items() if share >= MOST)
        n_answering = sum(len(by_answer[text]) for text in answered)
        clear = all(share >= MOST or share <= FEW for share in shares.values())
        if clear and 1 < n_answering < len(rows) - 1 and sum(filled[text] for text in answered) >= USUAL * n_answering:
            groups[answered].append(other)
    return groups


def side_of_column(column: Column) -> int:
    """Whose question a column asks: above 0 a mentor's, below a mentee's, 0 where nothing tells."""
    words = column.sheet.words
    if words.limit(column.head) and column.reads(count_of) == 1:
        return 2
    stated_side = "mentor" if column.stated in MENTOR_ONLY else "mentee" if column.stated in MENTEE_ONLY else ""
    side = column.claim.side or stated_side
    return {"mentor": 2, "mentee": -2}[side] if side else side_of_text(column.head, words)


def side_of_text(text: str, words: Words) -> int:
    """Whether a text speaks of giving (above 0) or of getting (below)."""
    tokens, named = plain(text).split(), spoken(text)
    giving = words.times("giver", tokens) + any(word in words.listed("roles.mentor") for word in named)
    taking = words.times("taker", tokens) + any(word in words.listed("roles.mentee") for word in named)
    return (giving > taking) - (giving < taking)


# --------------------------------------------------------------------------- whole files


def name_by_role(sheet: Sheet) -> None:
    """In a table of people the head "Mentor", "Student" or "Tutor" stands over their names."""
    if sheet.has("id", "name", "first_name", "last_name"):
        return
    sides = []
    for column in sheet.of("mentor", "mentee", ""):
        side = column.meaning or (sheet.side_of(column.head) if len(column.head.split()) == 1 else "")
        cells = column.distinct
        if side and (column.meaning or (len(cells) >= 0.9 * len(sheet.rows) and all(" " in cell for cell in cells))):
            sides.append((side, column))
    if len(sides) == 1:
        side, column = sides[0]
        sheet.role, column.meaning = sheet.role or side, "name"


def give_roles(people: list[Sheet]) -> None:
    """By a role column, else by the answers that go together, the file's name, its questions, or the order of files."""
    for sheet in people:
        if not sheet.role and sheet.identity() and sheet.identity()[0].meaning in {"mentor", "mentee"}:
            sheet.role = sheet.identity()[0].meaning
    same = len(people) > 1 and len({sheet.role for sheet in people}) == 1
    for sheet in [s for s in people if same and s.named and s.role]:  # "Rank your mentors.csv" holds mentees
        other_side = "mentee" if sheet.role == "mentor" else "mentor"
        heads = {text.casefold() for c in sheet.columns for text in (c.option, c.head) if text}
        ranked = any(len(other.called() & heads) > 1 for other in people if other is not sheet)
        sheet.role = other_side if ranked or _sides(sheet) == {other_side} else sheet.role
    open_ones = [s for s in people if not s.has(*ROLES) and not s.sections]
    neutral = [s for s in open_ones if not s.role]
    if len(people) == 1 == len(open_ones) and (neutral or people[0].named):
        _role_of_only_file(people[0])
        return
    for sheet in neutral:
        sides = _sides(sheet)
        sheet.role = next(iter(sides)) if len(sides) == 1 else ""
    untold = [sheet for sheet in neutral if not sheet.role]
    leaning = [side_of_text(sheet.name, sheet.words) for sheet in untold]
    if sorted(leaning) == [-1, 1]:  # their names speak of giving and of getting: "experienced", "newly joined"
        for sheet, lean in zip(untold, leaning, strict=True):
            sheet.role = "mentor" if lean > 0 else "mentee"
    taken = {sheet.role for sheet in people}
    for sheet in neutral:
        if not sheet.role:
            sheet.role = "mentee" if "mentor" in taken else "mentor"
        taken.add(sheet.role)
        text = f"no role column, and the name says no role: everybody in it is read as a {sheet.role}"
        sheet.warn("role", text, "add a role column, or name the files mentors.csv and mentees.csv")


def _sides(sheet: Sheet) -> set[str]:
    """Whose answers the columns of a sheet hold, as far as their heads tell."""
    filled = [c for c in sheet.columns if c.is_filled]
    claimed = {column.stated for column in filled}
    sides = {c.claim.side for c in filled if "topic" in (c.meaning, c.claim.meaning)}
    sides |= {side for side, only in (("mentor", MENTOR_ONLY), ("mentee", MENTEE_ONLY)) if claimed & only}
    return sides - {""}


def _role_of_only_file(sheet: Sheet) -> None:
    """One file without a word on roles: which questions a row answers tells; where none does, it is asked."""
    for column in sheet.unknown:
        partly = column.filled < 0.9 * len(sheet.rows)
        if partly and sheet.words.limit(column.head) and column.reads(count_of) == 1:
            column.claim = replace(column.claim, meaning="capacity")
    sides = _sides(sheet)
    if len(sides) == 2:
        sheet.by_filling, sheet.role = True, "both"
        text = "no role column: whoever fills what mentors state is a mentor, whoever fills what mentees state a mentee"
        sheet.warn("role", text, "add a role column holding mentor, mentee or both")
        return
    if sheet.role or not sheet.identity():
        return
    sheet.role = likely = next(iter(sides), "mentor")
    best = max(branchings(sheet), key=lambda branching: branching.weight, default=None)
    if best is not None and best.weight > 1 and not best.yes:
        _ask_answers(best.column, best.column.distinct)
        return
    left = ", ".join(excerpt(c.head, 60) for c in sheet.of("", "status")[:6])
    text = f"nothing says who is a mentor and who is a mentee; everybody would be read as a {likely} (columns: {left})"
    how = answers(sheet.name, "mentor", "mentee", "both") + ", add a role column, or give a file for each role"
    sheet.doubt("role", text, "mentor", "mentee", "both", likely=likely, how=how, key=sheet.name)
