"""Pairs of mentor and mentee, one row a pair: scores, who must not meet, who would like to, who has met before."""

from __future__ import annotations

import re
from functools import partial

from mmatch.cohort.participants import Meeting
from mmatch.signup.blocks import banned_value
from mmatch.signup.draft import Draft
from mmatch.signup.questions import answers
from mmatch.signup.shapes import Shape
from mmatch.signup.sheets import Column, Sheet
from mmatch.signup.values import Fault, has_decimal_commas, is_tidy_number, number
from mmatch.signup.vocabulary import plain, spoken

Pair = tuple[Column, Column]
_OTHERS = {"id", "email", "first_name", "last_name", "role", "capacity", "offers", "requests", "availability"}
_OWN_HEADS = {"mentor", "mentee", "group", "requested", "offer"}  # of a list of matches as this program writes it


# ---------------------------------------------------------------------- which columns name a pair, and what pairs are


def _pair(sheet: Sheet) -> Pair | None:
    """(mentor column, mentee column) of a table of pairs; None where it has not one of each."""
    sides = [_side(sheet, column) for column in sheet.columns]
    found = [[c for c, said in zip(sheet.columns, sides, strict=True) if said == side] for side in ("mentor", "mentee")]
    if not all(found):
        return None
    mentor, mentee = (min(columns, key=lambda column: len(column.plain)) for columns in found)
    other_columns = [c for c, said in zip(sheet.columns, sides, strict=True) if not said]
    wished = any(column.meaning == "ranks" and not column.forced for column in (mentor, mentee))
    if wished and not all(c.speaks("rank") for c in other_columns if c.is_filled):
        return None
    of_people = any(c.meaning in _OTHERS for c in other_columns)
    return None if of_people and not mentor.forced else (mentor, mentee)


def _side(sheet: Sheet, column: Column) -> str:
    """Mentor or mentee, where a head names one of them and says no more than who it is."""
    if column.meaning in {"mentor", "mentee"}:
        return column.meaning
    if column.meaning not in {"", "id", "name", "email", "ranks"} or column.forced:
        return ""
    rest = set(column.plain) - sheet.words.listed("roles.mentor") - sheet.words.listed("roles.mentee")
    return sheet.words.side_of(spoken(column.head)) if all(sheet.words.has("beside", [word]) for word in rest) else ""


def _known_pair(sheet: Sheet, known: frozenset[str]) -> Pair | None:
    """The two columns of a table all of whose cells name known people; None where it names people of its own."""
    filled = [c for c in sheet.columns if c.is_filled]
    named = [column for column in filled if all(cell.casefold() in known for cell in column.distinct)]
    own = any(column.meaning in {"id", "name", "first_name", "last_name"} for column in filled)
    return (named[0], named[1]) if known and len(named) == 2 and not own else None


def _score(sheet: Sheet, pair: Pair | None) -> Column | None:
    """The column of scores: named so, or the only other one and all numbers, but no dates, places or counts."""
    if sheet.has("score"):
        return sheet.of("score")[0]
    others = [c for c in sheet.unknown if c.head and c not in (pair or ())]
    if len(sheet.columns) != 3 or len(others) != 1 or not others[0].is_filled:
        return None
    cells = others[0].distinct
    years = all(re.fullmatch(r"(?:19|20)\d\d", cell) for cell in cells)
    counts = years or others[0].speaks("rank", "met", "time")
    return others[0] if all(map(is_tidy_number, cells)) and not counts else None


def _said(sheet: Sheet, pair: Pair | None) -> str:
    """What the pairs of a table without scores are, by its name and its other heads; "" where nothing says it."""
    words = plain(re.sub(r"\.\w{2,4}\b", "", sheet.name)).split()
    words += [word for c in sheet.columns if c not in (pair or ()) for word in c.plain]
    kinds = {"bans": "bans", "met": "history", "wishes": "wishes"}
    said = next((kind for concept, kind in kinds.items() if sheet.words.has(concept, words)), "")
    return said or ("history" if sheet.has("date") else "")


def _kind(sheet: Sheet, known: frozenset[str]) -> str:
    """Which of the shapes below a table has; "" for none."""
    pair = _pair(sheet)
    if pair and _score(sheet, pair):
        return "triples"
    said = _said(sheet, pair)
    if not pair and (said == "wishes" or not _known_pair(sheet, known)):
        return ""
    return said if said in {"bans", "wishes"} else "history" if _score(sheet, pair) is None else ""


# ---------------------------------------------------------------------- what each kind adds to the draft


def _columns(sheet: Sheet, draft: Draft) -> Pair | None:
    """The columns of a table that is one of pairs, which they mean from now on."""
    pair = _pair(sheet) or _known_pair(sheet, draft.people.spellings())
    for column, role in zip(pair or (), ("mentor", "mentee"), strict=False):
        column.meaning = role
    return pair


def _named(sheet: Sheet, draft: Draft) -> dict[int, tuple[str, str]]:
    """(mentor, mentee) of every row, by their ids; whoever is unknown is noted."""
    found, pair = {}, _columns(sheet, draft)
    for row in sheet.rows if pair else ():
        columns = zip(("mentor", "mentee"), pair or (), strict=True)
        mentor, mentee = (draft.refer(row, c, c.cell(row), role) for role, c in columns)
        if mentor is not None and mentee is not None:
            found[row] = mentor, mentee
    return found


def _read_bans(sheet: Sheet, draft: Draft) -> None:
    """Keep every row's pair apart."""
    for mentor, mentee in _named(sheet, draft).values():
        if mentor != mentee:
            draft.keep_apart(mentee, mentor)


def _read_wishes(sheet: Sheet, draft: Draft) -> None:
    """Add every row's mentor to the mentee's wish list, in the order that a column states."""
    found = _named(sheet, draft)
    order = next((c for c in sheet.unknown if c.speaks("rank")), None)
    places = {row: order.cell(row) if order else "" for row in found}
    for row in sorted(found, key=lambda row: int(places[row]) if places[row].isdigit() else 0):
        mentor, mentee = found[row]
        if mentor != mentee:
            extra = draft.person(mentee).extra
            extra["ranks"] = (*extra.get("ranks", ()), mentor)


def _read_history(sheet: Sheet, draft: Draft) -> None:
    """Past meetings, also of people who have left. What the pairs are is asked where nothing tells."""
    said, pair = _said(sheet, _pair(sheet)), _columns(sheet, draft)
    if pair is None:
        return
    own = {column.head.casefold() for column in sheet.columns} >= _OWN_HEADS
    if not sheet.forced.shape and (own or not said):
        unsaid = "pairs of mentor and mentee, and nothing says what they are"
        text = f"{'a list of matches as mmatch writes it' if own else unsaid}: have they met before?"
        how = answers(sheet.name, "history", "bans", "wishes") + ", or give a list of matches to keep with --keep"
        meant = ("history", "bans", "wishes", "keep")
        pair[0].doubt("pairs", text, *meant, likely="history", how=how, key=sheet.name)
    topics, dates = sheet.of("topic"), sheet.of("date")
    for row in sheet.rows:
        texts = [column.cell(row) for column in pair]
        for column, text in zip(pair, texts, strict=True):
            if not text:
                column.note(row, Fault("id-missing", "found an empty cell, expected an id"))
        people = [draft.people.find(text) if text else None for text in texts]
        names = [text if person is None else person.spelling for text, person in zip(texts, people, strict=True)]
        if people[0] is not None and people[0].roles == {"mentee"}:
            names.reverse()
        if all(names):
            topic, date = (columns[0].cell(row) if columns else "" for columns in (topics, dates))
            draft.history.append(Meeting(names[0], names[1], topic=topic, date=date or None))


def _read_triples(sheet: Sheet, draft: Draft) -> None:
    """Every row's score; a file of nothing but -1 says only who must never meet."""
    score, pair = _score(sheet, _pair(sheet)), _pair(sheet)
    if pair is None or score is None:
        return
    cells = set(filter(None, score.cells()))
    banned = banned_value(cells) if score.how in {"", "bans"} else None
    only_bans = cells == {str(banned)}
    score.meaning, score.how = "score", "number" if banned is None else "bans"
    if banned is not None and not only_bans and not sheet.forced.shape:
        _ask_of_others(sheet, draft, pair)
    read = partial(number, comma=has_decimal_commas(cells, sheet.table.delimiter))
    if not only_bans and draft.scores is None:
        draft.scores = {}
    found = _named(sheet, draft)
    for row in sheet.rows:
        value = score.read(row, read)
        if value is None or row not in found:
            continue
        mentor, mentee = found[row]
        if mentor == mentee:
            pair[1].note(row, Fault("self", "nobody is matched with themselves"))
        elif only_bans:
            draft.keep_apart(mentee, mentor)
        elif value != banned:
            draft.add_score(row, score, (mentor, mentee), value)


def _ask_of_others(sheet: Sheet, draft: Draft, pair: Pair) -> None:
    """Pairs that stand in no row are not allowed: asked where the file may be a list of wishes and bans."""
    pairs = {tuple(column.cell(row) for column in pair) for row in sheet.rows}
    mentors, mentees = (sum(role in p.roles for p in draft.people) for role in ("mentor", "mentee"))
    if not draft.open_roles and len(pairs) < mentors * mentees:
        text = f"{len(pairs):,} of {mentors * mentees:,} pairs stand here, some with -1: are all others forbidden?"
        how = answers(sheet.name, "triples") + " (they are), or leave only the rows with -1 in the file (they are not)"
        pair[0].doubt("bans", text, likely="triples", how=how, key=sheet.name)


def _is(kind: str, sheet: Sheet, known: frozenset[str]) -> bool:
    return _kind(sheet, known) == kind


_READERS = {"triples": _read_triples, "bans": _read_bans, "wishes": _read_wishes, "history": _read_history}
SHAPES = tuple(Shape(kind, 10, partial(_is, kind), read) for kind, read in _READERS.items())
