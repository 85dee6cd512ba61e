"""What the columns of people mean: heads say what is likely, cells decide, and what stays in doubt is asked."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from difflib import get_close_matches
from typing import TYPE_CHECKING

from mmatch.availability import read_hours, slot_of_head, zone_from_label
from mmatch.errors import InputError, excerpt
from mmatch.signup import values
from mmatch.signup.lists import SEPARATORS, Options, list_style, split
from mmatch.signup.questions import Question, answers, shown
from mmatch.signup.sheets import NAME_LISTS, TOPICS, Column, Sheet
from mmatch.signup.values import Fault
from mmatch.signup.vocabulary import plain, rounded_head
from mmatch.signup.who import readable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mmatch.availability import Slot
    from mmatch.signup.answers import FormAnswer
    from mmatch.signup.notes import Notes
    from mmatch.signup.persons import FormPeople

NEAR = 0.85  # how much of two heads must agree, of 1, for one to be a misspelling of the other
FEWEST_LETTERS = 5
CHECKED = {  # meanings whose cells follow a grammar, and what a question about them is about
    "capacity": (values.count, "capacity"),
    "seats": (values.count, "capacity"),
    "mentors": (values.count, "capacity"),
    "groups": (values.count, "capacity"),
    "min_load": (values.count, "capacity"),
    "priority": (values.priority, "priority"),
    "modes": (values.modes, "modes"),
    "timezone": (lambda text, _words: _zone(text), "time zone"),
}


def _zone(text: str) -> str:
    try:
        return zone_from_label(text)[0]
    except InputError as error:
        raise Fault("timezone", error.problems[0].message) from None


_DECIDING = frozenset({"capacity", "role", "topics", "wishes", "bans", "identity"})


class Understanding:
    """Gives every column of the files of people its meaning. One use."""

    def __init__(self, sheets: list[Sheet], answers_: list[FormAnswer], people: FormPeople, notes: Notes) -> None:
        self.sheets, self.people, self.notes = sheets, people, notes
        self.roles = {id(sheet): {a.row: a.roles for a in answers_ if a.sheet is sheet} for sheet in sheets}
        self.answered: defaultdict[int, list[FormAnswer]] = defaultdict(list)
        for answer in answers_:
            self.answered[id(answer.sheet)].append(answer)

    def run(self) -> None:
        """Settle all columns: those that follow a grammar, people, hours, topics, and what stays an attribute."""
        for sheet in self.sheets:
            self._grids_said_twice(sheet)
            self._checked(sheet)
            self._hours(sheet)
            self._blocks(sheet)
            self._wishes(sheet)
        Topics(self).run()
        for sheet in self.sheets:
            self._near_misses(sheet)
            self._named_people(sheet)
            self._list_attributes(sheet)

    def ask(
        self, sheet: Sheet, column: Column, about: str, meaning: str, others: tuple[str, ...], evidence: str
    ) -> None:
        """Ask about a column."""
        cells = shown(sheet.distinct(column))
        self.notes.ask(
            Question(
                sheet.name,
                column.head,
                about,
                meaning,
                others,
                f"{evidence}; cells: {cells}",
                answers(column.head, *filter(None, (meaning, *others))),
                column.head,
                about in _DECIDING,
            )
        )

    def _grids_said_twice(self, sheet: Sheet) -> None:
        """A list column and one yes/no column for each of its options say the same: the list counts."""
        by_head = {column.head: column for column in sheet.columns}
        for column in sheet.columns:
            stem, option = column.stem, column.option
            if column.forced or not option or stem not in by_head:
                continue
            if readable(sheet.distinct(column), values.yes_or_no, sheet.words) == 1 and sheet.is_filled(by_head[stem]):
                column.meaning = "ignore"

    def _checked(self, sheet: Sheet) -> None:
        """Columns whose heads promise numbers and the like must hold them, or it is asked what they are."""
        for column in sheet.columns:
            claimed = column.meaning or column.claim.meaning
            if column.forced or claimed not in CHECKED or column.meaning not in {"", claimed}:
                continue
            read, about = CHECKED[claimed]
            cells = sheet.distinct(column)
            share = readable(cells, read, sheet.words)
            if not cells:
                continue
            if share >= 0.5 or (column.claim.sure and (len(cells) < 3 or any(map(_has_digit, cells)))):
                column.meaning = claimed
            elif claimed in {"capacity", "mentors", "seats"}:
                column.meaning = ""
                part = "none of them" if share == 0 else f"{share:.0%} of them"
                self.ask(
                    sheet, column, about, "", (claimed, "attribute"), f"the head promises numbers, {part} reads as one"
                )
            elif claimed == "timezone" and column.claim.sure:
                self.ask(
                    sheet,
                    column,
                    about,
                    "",
                    ("timezone", "attribute:region"),
                    "no cell names a time zone" if share == 0 else "most cells name no time zone",
                )
                column.meaning = ""
            else:
                column.meaning = ""

    def _hours(self, sheet: Sheet) -> None:
        """Columns named after hours or parts of the day, and columns of weekly hours in words."""
        named = {c.number: slot for c in sheet.unknown if (slot := slot_of_head(c.head)) is not None}
        ticks = [
            c
            for c in sheet.unknown
            if c.number in named
            and named[c.number].day is not None
            and named[c.number].start is not None
            and (not sheet.is_filled(c) or readable(sheet.distinct(c), values.answer, sheet.words) >= 0.8)
        ]
        bits = [c for c in sheet.unknown if set(sheet.distinct(c)) <= {"0", "1"}]
        if len(ticks) > 1 and any(map(sheet.is_filled, ticks)):
            for column in ticks:
                column.meaning = "hours"
        elif len(bits) in {168, 336}:
            for column in bits:
                column.meaning = "hours"
        self._half_hours(sheet, named)
        for column in sheet.columns:
            claimed = column.meaning == "availability" or (
                not column.meaning and column.claim.meaning == "availability"
            )
            if column.forced or not claimed:
                continue
            cells = sheet.distinct(column)
            good = len(cells) if column.slot else sum(map(_is_hours, cells))
            column.meaning = "availability" if good or column.claim.sure else ""
            if cells and not column.meaning:
                self.ask(
                    sheet, column, "availability", "", ("availability", "attribute"), "no cell reads as weekly hours"
                )

    def _half_hours(self, sheet: Sheet, named: dict[int, Slot]) -> None:
        """Heads that name days over cells that name hours, or hours over days: "[Monday]" over "9-12"."""
        halves = [
            c
            for c in sheet.unknown
            if c.number in named and (named[c.number].day is None) != (named[c.number].start is None)
        ]
        for column in halves if len(halves) > 1 else ():
            column.slot = named[column.number]
            cells = [column.with_slot(cell) for cell in sheet.distinct(column) if not sheet.names_nobody(cell)]
            if cells and sum(map(_is_hours, cells)) >= 0.8 * len(cells):
                column.meaning = "availability"
            else:
                column.slot = None

    def _blocks(self, sheet: Sheet) -> None:
        """Columns named after people hold answers about them: yes or no, scores, or ranks."""
        named = [
            c for c in sheet.columns if not c.forced and c.meaning in {"", *NAME_LISTS, *TOPICS} and self._names(c)
        ]
        cells = {cell for column in named for cell in sheet.distinct(column)}
        if len(named) < 2 and not (named and cells):
            return
        kind = block_kind(cells, sheet)
        if not kind:
            if len(named) > 1 and cells:
                odd = sorted(cell for cell in cells if not _is_answer_or_number(cell, sheet))
                first = next(c for c in named if set(odd) & set(sheet.distinct(c)))
                self.ask(
                    sheet,
                    first,
                    "wishes",
                    "",
                    ("scores", "ranked", "choices", "ignore"),
                    f"{len(named)} columns are named after people; cells such as {shown(odd)} are no answers",
                )
            return
        if kind == "scores":
            kind = scores_or_ranks(sheet, named, self.notes)
        for column in named:
            column.meaning = kind
            column.decimals = values.has_decimal_commas(cells, sheet.table.delimiter)
            column.how = "bans" if kind == "scores" and banned_value(cells) is not None else ""

    def _names(self, column: Column) -> bool:
        texts = (column.option, column.head, rounded_head(column.head)[0])
        return any(text and self.people.find(text) is not None for text in texts)

    def _wishes(self, sheet: Sheet) -> None:
        """Cells that name people are wishes or bans where the head says so, and are never dropped in silence."""
        counting = []
        for column in sheet.columns:
            claimed = column.meaning if column.meaning in NAME_LISTS else column.claim.meaning
            if column.forced or column.meaning not in {"", *NAME_LISTS}:
                continue
            share = self._share_of_names(sheet, column)
            wish = claimed in {"ranks", "mentee_ranks", "choice", "avoids", "is_mentor", "is_mentee"}
            if column.meaning in NAME_LISTS and share is not None and share < 0.5:
                self._no_names(sheet, column, share)
            elif wish and share is not None and share >= 0.5 and not column.meaning:
                other = self._side_named(sheet, column)
                column.meaning = "avoids" if claimed == "avoids" else "mentee_ranks" if other == "mentee" else "ranks"
            elif not column.meaning and share is not None and share == 1 and _counts_up(column, sheet):
                counting.append(column)
        for column in counting:
            column.meaning = "mentee_ranks" if self._side_named(sheet, column) == "mentee" else "ranks"

    def _no_names(self, sheet: Sheet, column: Column, share: float) -> None:
        """A head that promises people and cells that name none."""
        firm = plain(column.head) not in {
            "choice",
            "choices",
            "preference",
            "preferences",
            "rank",
            "ranks",
            "ranking",
            "wish",
        }
        if share > 0 or (firm and column.meaning != "attribute"):
            about = "bans" if column.meaning == "avoids" else "wishes"
            meaning = column.meaning
            self.ask(
                sheet,
                column,
                about,
                "",
                (meaning, "attribute"),
                "the head promises names of people, and "
                + ("no cell names" if share == 0 else f"only {share:.0%} name")
                + " anybody known",
            )
        column.meaning = ""

    def _share_of_names(self, sheet: Sheet, column: Column) -> float | None:
        """The share of cells that name people whom the files know; None where all cells are blank or name nobody."""
        total = good = 0
        for cell in sheet.same_head(column):
            if sheet.names_nobody(cell):
                continue
            pieces = self.people.named(cell)
            total += 1
            good += bool(pieces) and 2 * sum(self.people.knows(text) for text, _ in pieces) >= len(pieces)
        return good / total if total else None

    def _side_named(self, sheet: Sheet, column: Column) -> str:
        found: Counter[str] = Counter()
        for cell in sheet.distinct(column):
            for _, person in self.people.named(cell):
                found.update(person.roles if person is not None else ())
        return "mentee" if found["mentee"] > found["mentor"] else "mentor"

    def _named_people(self, sheet: Sheet) -> None:
        """A column that names people under a head that does not say why: asked, or noted for a manager."""
        for column in sheet.unknown:
            if self._share_of_names(sheet, column) != 1.0 or column.head == "":
                continue
            cells = sheet.distinct(column)
            if all(values.is_tidy_number(cell) for cell in cells) or (sum(cells.values()) < 2 and len(sheet.rows) > 5):
                continue
            if sheet.words.has("other", plain(column.head).split()):
                place = f"{sheet.name} column {excerpt(column.head)}"
                hint = "map it to ranks if they are wishes, to avoids if they must not be matched"
                self.notes.warn("names", place, "names people of the program and is kept as an attribute", hint)
            else:
                self.ask(
                    sheet,
                    column,
                    "wishes",
                    "",
                    ("ranks", "avoids", "attribute"),
                    "every cell names somebody of the program",
                )

    def _near_misses(self, sheet: Sheet) -> None:
        """A head that is nearly one that decides who meets whom is asked about, not assumed."""
        decides = {
            "capacity",
            "topic",
            "offers",
            "requests",
            "ranks",
            "avoids",
            "mentors",
            "role",
            "seats",
            "availability",
        }
        known = [h for h, m in sheet.words.heads.items() if m in decides and len(h) >= FEWEST_LETTERS and h.isascii()]
        for column in sheet.unknown:
            words = plain(column.head)
            if self._is_some_limit(sheet, column):
                text = "the head speaks of a number, and only mentors fill it"
                self.ask(sheet, column, "capacity", "", ("capacity", "attribute"), text)
                continue
            near = get_close_matches(words, known, n=1, cutoff=NEAR) if words.replace(" ", "").isalpha() else []
            if not near or words in sheet.words.heads or not sheet.is_filled(column):
                continue
            meaning = sheet.words.heads[near[0]]
            about = {"avoids": "bans", "ranks": "wishes", "role": "role", "availability": "availability"}.get(
                meaning, "topics" if meaning in TOPICS else "capacity"
            )
            if meaning in CHECKED and readable(sheet.distinct(column), CHECKED[meaning][0], sheet.words) < 0.5:
                continue
            self.ask(sheet, column, about, "", (meaning, "attribute"), f"the head is nearly {excerpt(near[0])}")

    def _is_some_limit(self, sheet: Sheet, column: Column) -> bool:
        """Whether a column may be a capacity under a head that nobody knows: numbers that only mentors state."""
        words, cells = plain(column.head).split(), sheet.distinct(column)
        if sheet.has("capacity") or not cells or sheet.words.has("time", words) or sheet.words.has("other", words):
            return False
        roles = self.roles[id(sheet)]
        mentors = all("mentor" in found for row, found in roles.items() if sheet.cell(row, column))
        return sheet.words.has("many", words) and mentors and readable(cells, values.count, sheet.words) == 1

    def _list_attributes(self, sheet: Sheet) -> None:
        """Columns that nobody understands stay attributes, and are listed once."""
        kept = [c.head for c in sheet.unknown if c.head]
        if kept:
            heads = ", ".join(excerpt(head, 40) for head in kept[:12]) + (", …" if len(kept) > 12 else "")
            self.notes.warn("attributes", sheet.name, f"kept as attributes, for rules: {heads}")


def pair_topics(sheets: list[Sheet], side_of: Callable[[Sheet, Column], str], notes: Notes) -> None:
    """Two columns that share their values are what mentors offer and what mentees ask for.

    A head that stands on both sides is an attribute of everybody, such as the department. Where neither head speaks of
    topics, of offering or of wanting, it is asked.

    Args:
        sheets: the files of people.
        side_of: whose answers a column holds, as far as that is known: mentor, mentee or "".
        notes: where it is asked.
    """
    if any(sheet.has(*TOPICS) for sheet in sheets):
        return
    heads = Counter(head for sheet in sheets for head in {column.head.casefold() for column in sheet.columns})
    found: dict[str, list[tuple[Sheet, Column, set[str]]]] = {"mentor": [], "mentee": []}
    for sheet in sheets:
        for column in sheet.unknown:
            side, cells = side_of(sheet, column), sheet.distinct(column)
            open_claim = column.claim.meaning in {"", "ranks", "mentee_ranks", "choice", "topic"}
            if side and cells and open_claim and heads[column.head.casefold()] == 1:
                style = list_style(cells, expected=True)
                texts = {_key(item) for cell in cells for item in split(cell, style)}
                if not all(map(values.is_tidy_number, texts)):
                    found[side].append((sheet, column, texts))
    shared = [
        (len(texts & wanted), (sheet, column), (other_sheet, other))
        for sheet, column, texts in found["mentor"]
        for other_sheet, other, wanted in found["mentee"]
        if len(texts & wanted) * 2 >= min(len(texts), len(wanted))
        and (len(texts & wanted) > 1 or min(len(texts), len(wanted)) == 1)
    ]
    if not shared:
        return
    _, offers, requests = max(shared, key=lambda item: item[0])
    told = any(c.claim.side or c.claim.meaning == "topic" for _, c in (offers, requests))
    for (sheet, column), meaning in ((offers, "offers"), (requests, "requests")):
        column.meaning = meaning
        if not told:
            text = (
                f"{excerpt(offers[1].head)} and {excerpt(requests[1].head)} share their values: offered and asked for?"
            )
            how = answers(column.head, meaning, "attribute")
            others = ("attribute",)
            notes.ask(Question(sheet.name, column.head, "topics", meaning, others, text, how, column.head))


class Topics:
    """Which columns hold topics, and how their cells are split: by what recurs over all files."""

    def __init__(self, understanding: Understanding) -> None:
        self.all = understanding
        self.sheets = understanding.sheets

    def run(self) -> None:
        """Settle the columns of topics in all files."""
        for sheet in self.sheets:
            for column in sheet.columns:
                if column.forced:
                    continue
                claimed = column.meaning if column.meaning in TOPICS else column.claim.meaning
                ticked = not column.meaning and not column.claim.meaning and column.option and column.claim.side
                if column.meaning in TOPICS or (not column.meaning and claimed in {"topic", "choice"}):
                    if sheet.is_filled(column) and (column.meaning or self._plausible(sheet, column, claimed)):
                        column.meaning = self._meaning(sheet, column)
                elif ticked and self._is_grid(sheet, column):
                    column.meaning = self._meaning(sheet, column)
        for sheet in self.sheets:
            self._options_as_heads(sheet)
        pair_topics(self.sheets, self._whose, self.all.notes)
        self._by_shared_values()
        self._compare_sides()
        self._split()

    def _plausible(self, sheet: Sheet, column: Column, claimed: str) -> bool:
        """Whether cells under a weak claim look like topics rather than like stories or numbers."""
        cells = sheet.distinct(column)
        if all(values.is_tidy_number(cell) for cell in cells) and not column.option:
            return False
        if claimed == "choice":
            known = {_key(t) for other in self.sheets for c in other.of(*TOPICS) for t in self._texts(other, c)}
            return bool(cells) and sum(_key(cell) in known for cell in cells) >= 0.5 * len(cells)
        recurring = sum(times > 1 for times in cells.values()) * 3 >= len(cells)
        listed = any(sep in cell for cell in cells for sep in (";", "\n", ","))
        short = sum(len(cell) < 60 for cell in cells) >= 0.7 * len(cells)
        if (
            column.option
            or recurring
            or (listed and self._is_shared(sheet, column))
            or short
            or self._is_shared(sheet, column)
        ):
            return True
        self.all.ask(
            sheet,
            column,
            "topics",
            "",
            ("topic", "attribute"),
            "the head asks for topics, the cells are long and never recur",
        )
        return False

    def _is_grid(self, sheet: Sheet, column: Column) -> bool:
        """One column of a grid whose options are topics: several columns of one question, asked of both sides."""
        siblings = [c for c in sheet.columns if column.stem and c.stem == column.stem and not c.forced]
        return (
            len(siblings) > 1
            and slot_of_head(column.option) is None
            and any(
                c.option == column.option and c is not column and c.claim.side != column.claim.side
                for other in self.sheets
                for c in other.columns
            )
        )

    def _texts(self, sheet: Sheet, column: Column) -> list[str]:
        style = list_style(sheet.distinct(column), expected=True)
        return [item for cell in sheet.distinct(column) for item in split(cell, style)]

    def _is_shared(self, sheet: Sheet, column: Column) -> bool:
        """Whether other columns, of the other side, hold the same texts."""
        own = {_key(text) for text in self._texts(sheet, column)}
        return any(
            len(own & {_key(t) for t in self._texts(other, c)}) > 0
            for other in self.sheets
            for c in other.columns
            if c is not column and (c.meaning in TOPICS or c.claim.meaning == "topic")
        )

    def _meaning(self, sheet: Sheet, column: Column) -> str:
        """offers, requests, or topic where a row of both roles states the same: told by head and filling."""
        if column.meaning in {"offers", "requests"} and column.claim.sure:
            side = "mentor" if column.meaning == "offers" else "mentee"
        else:
            side = column.claim.side
        filled = self._filled_by(sheet, column)
        if not side:
            side = filled
        elif filled and filled != side and len({r for roles in self.all.roles[id(sheet)].values() for r in roles}) == 2:
            self.all.ask(
                sheet,
                column,
                "topics",
                "offers" if filled == "mentor" else "requests",
                ("offers", "requests"),
                f"the head speaks of what a {side} states, and only a {filled} fills it",
            )
            side = filled
        return {"mentor": "offers", "mentee": "requests"}.get(side, "topic")

    def _filled_by(self, sheet: Sheet, column: Column) -> str:
        """Mentor or mentee, where only rows of people in this role fill a column, in a table with both."""
        roles = self.all.roles[id(sheet)]
        filled: Counter[str] = Counter()
        for row, found in roles.items():
            if len(found) == 1 and sheet.cell(row, column):
                filled[next(iter(found))] += 1
        both = {next(iter(found)) for found in roles.values() if len(found) == 1}
        if len(both) < 2 or not filled:
            return ""
        (first, most), *rest = filled.most_common()
        return first if not rest or rest[0][1] * 10 <= most else ""

    def _options_as_heads(self, sheet: Sheet) -> None:
        """Columns whose cells repeat their heads are ticked options, and "Other" beside them one in own words."""
        ticked = [c for c in sheet.unknown if {_key(cell) for cell in sheet.distinct(c)} == {_key(c.head)}]
        if len(ticked) < 2 or sheet.has(*TOPICS):
            return
        beside = {c.number + 1 for c in ticked}
        others = [c for c in sheet.unknown if c.number in beside and c not in ticked and sheet.is_other(c.head)]
        for column in [*ticked, *others]:
            column.meaning = self._meaning(sheet, column)
            if column in ticked:
                column.how, column.option = "tick", column.head

    def _whose(self, sheet: Sheet, column: Column) -> str:
        roles = {role for found in self.all.roles[id(sheet)].values() for role in found}
        return next(iter(roles)) if len(roles) == 1 else self._filled_by(sheet, column)

    def _by_shared_values(self) -> None:
        """A side without topics beside one with them: the column that holds the same texts."""
        for side, meaning, other in (("mentor", "offers", "requests"), ("mentee", "requests", "offers")):
            sheets = [s for s in self.sheets if side in {r for roles in self.all.roles[id(s)].values() for r in roles}]
            wanted = {_key(t) for s in self.sheets for c in s.of(other, "topic") for t in self._texts(s, c)}
            if not wanted or any(s.has(meaning, "topic") for s in sheets):
                continue
            heads_elsewhere = {c.head.casefold() for s in self.sheets if s not in sheets for c in s.columns}
            for sheet in sheets:
                self._take_shared(sheet, meaning, wanted, heads_elsewhere)

    def _take_shared(self, sheet: Sheet, meaning: str, wanted: set[str], elsewhere: set[str]) -> None:
        best: tuple[float, Column] | None = None
        for column in sheet.unknown:
            cells = list(sheet.distinct(column))
            if not cells or column.head.casefold() in elsewhere:
                continue
            hits = [cell for cell in cells if any(text in _key(cell) for text in wanted if len(text) > 2)]
            shared = {text for text in wanted if any(text in _key(cell) for cell in cells)}
            share = len(hits) / len(cells)
            if share >= 0.5 and len(shared) >= 2 and (best is None or share > best[0]):
                best = share, column
        if best:
            column = best[1]
            column.meaning = meaning
            place = f"{sheet.name} column {excerpt(column.head)}"
            self.all.notes.warn(
                "shared-values", place, f"read as {meaning}: its cells are the topics of the other side"
            )

    def _compare_sides(self) -> None:
        """Topics that are asked for and that no column offers: a question, not a match of everybody with all."""
        mentors = [s for s in self.sheets if any("mentor" in r for r in self.all.roles[id(s)].values())]
        asked = [(s, c) for s in self.sheets for c in s.of("requests", "topic") if s.is_filled(c)]
        asked = [(s, c) for s, c in asked if any("mentee" in r for r in self.all.roles[id(s)].values())]
        for sheet in mentors:
            columns = [
                c
                for c in sheet.unknown
                if len(sheet.distinct(c)) > 1 and not all(map(values.is_tidy_number, sheet.distinct(c)))
            ]
            if asked and not sheet.has("offers", "topic") and columns and sheet.table.name != asked[0][0].name:
                heads = ", ".join(excerpt(c.head, 40) for c in columns[:5])
                self.all.ask(
                    sheet,
                    columns[0],
                    "topics",
                    "",
                    ("offers", "attribute"),
                    f"mentees ask for topics, and no column says what mentors offer (columns left: {heads})",
                )

    def _split(self) -> None:
        """How the cells of topics are split: learned from all of them together."""
        alone: list[str] = []
        joined: list[str] = []
        commas: list[tuple[Sheet, Column]] = []
        for sheet in self.sheets:
            for column in sheet.of(*TOPICS):
                cells = list(sheet.same_head(column))
                if not column.how and column.option and self._ticks(sheet, column):
                    column.how = "tick"
                column.how = column.how or list_style(cells, expected=True)
                single = column.how == "list ," and _is_choice(column, sheet)
                if single:
                    column.how = "text"
                if column.how == "tick":
                    alone.append(column.option)
                elif column.how == "list ,":
                    joined += sheet.texts(column)
                    commas.append((sheet, column))
                elif column.how in SEPARATORS or single:
                    alone += [item for cell in cells for item in split(cell, column.how)]
                else:
                    joined += sheet.texts(column)
        options = Options(alone, joined)
        for sheet, column in commas:
            column.options = options
            doubtful = [cell for cell in options.doubtful if cell in sheet.distinct(column)]
            if doubtful and not column.forced:
                self.all.ask(
                    sheet,
                    column,
                    "topics",
                    column.meaning,
                    (),
                    f"{shown(doubtful)} may be one topic or two; name the options in the mapping (values)",
                )

    def _ticks(self, sheet: Sheet, column: Column) -> bool:
        """Whether cells tick the option in the head: they repeat it, say yes or no, a degree or a level."""
        siblings = [c for c in sheet.columns if c.stem == column.stem and c.meaning == column.meaning]
        if len(siblings) < 2 or sheet.is_other(column.option):
            return False
        cells = sheet.distinct(column)
        repeats = all(_key(cell) == _key(column.option) for cell in cells)
        degrees = {_key(cell) for c in siblings for cell in sheet.distinct(c)}
        return repeats or len(degrees) <= 12


def _has_digit(text: str) -> bool:
    return any(letter.isnumeric() for letter in text)


def _is_hours(text: str) -> bool:
    try:
        return bool(read_hours(text)[0])
    except InputError:
        return False


def _key(text: str) -> str:
    return " ".join(text.casefold().split())


def _is_choice(column: Column, sheet: Sheet) -> bool:
    """Whether a head asks for one choice of several: "First choice of topic"."""
    words = set(plain(column.head).split())
    return bool(words & sheet.words.listed("numbers.ordinals")) or bool(
        re.search(r"(?<!\d)[1-9]$", column.head.strip())
    )


def _counts_up(column: Column, sheet: Sheet) -> bool:
    """Whether a head is a place in an order: First, 1, #1, Choice A, 1. Wunsch."""
    words = plain(column.head).split()
    ordinal = set(words) & sheet.words.listed("numbers.ordinals")
    numbered = re.fullmatch(r"\D*[1-9][.)]?\D*", column.head)
    lettered = len(words) > 1 and re.fullmatch(r"[a-e]", words[-1])
    first = words and words[0].startswith(("erst", "zweit", "dritt"))
    return len(words) < 7 and bool(ordinal or numbered or lettered or first)


def block_kind(cells: Iterable[str], sheet: Sheet) -> str:
    """What the cells of a block are: "accepts" (0 and 1), "choices" (yes, maybe, no), "scores", or nothing of these."""
    distinct = set(cells) - {""}
    numeric = {cell for cell in distinct if cell[:1].isdigit() or cell[:1] in "+-"}
    if numeric and all(sheet.words.answers.get(plain(cell)) == "no" for cell in distinct - numeric):
        distinct = numeric  # "n/a" among scores
    if not distinct:
        return ""
    if distinct <= {"0", "1"}:
        return "accepts"
    if values.has_decimal_commas(distinct, sheet.table.delimiter) or all(map(values.is_tidy_number, distinct)):
        return "scores"
    if all(re.fullmatch(r"-?\d+(?:\.\d+)?%|[1-9]\d?(?:st|nd|rd|th|er|e|\.)?", cell) for cell in distinct):
        return "scores" if any(cell.endswith("%") for cell in distinct) else "ranked"
    return "choices" if all(_is_answer(cell, sheet) for cell in distinct) else ""


def _is_answer(cell: str, sheet: Sheet) -> bool:
    try:
        return bool(values.answer(cell, sheet.words))
    except Fault:
        return False


def _is_answer_or_number(cell: str, sheet: Sheet) -> bool:
    return values.is_tidy_number(cell) or _is_answer(cell, sheet)


def scores_or_ranks(sheet: Sheet, columns: list[Column], notes: Notes) -> str:
    """Ranks where the heads say so; a question where every row is a permutation and no head tells."""
    said = plain(" ".join([sheet.columns[0].head, *(c.stem for c in columns if c.option)])).split()
    scale = " ".join([sheet.name, *(c.head for c in sheet.columns)])
    best = re.findall(
        r"(\d+)\s*(?:=|is|ist|est|es|é|e)\s*(?:the |der |le |el |la |o |a |il )?(\w+)", scale, re.IGNORECASE
    )
    tops = {number for number, word in best if sheet.words.has("best", [plain(word)])}
    if tops:
        return "ranked" if tops == {"1"} else "scores"
    if sheet.words.has("points", said) or sheet.words.has("points", plain(sheet.name).split()):
        return "scores"
    if sheet.words.has("rank", said) or sheet.words.has("rank", plain(sheet.name).split()):
        return "ranked"
    if are_permutations(sheet, columns):
        first = columns[0]
        text = (
            f"every row ranks the {len(columns)} people in the heads from 1: is 1 the best choice, or the lowest score?"
        )
        how = answers(first.head, "ranked", "scores")
        notes.ask(Question(sheet.name, first.head, "wishes", "scores", ("ranked",), text, how, first.head))
    return "scores"


def are_permutations(sheet: Sheet, columns: list[Column]) -> bool:
    """Whether every row that answers ranks the columns: 1, 2, 3 and so on, each once."""
    rows = 0
    for row in sheet.rows:
        numbers = sorted(int(c) for column in columns if (c := sheet.cell(row, column)).isdigit())
        if not numbers:
            continue
        if not numbers or numbers != list(range(1, len(numbers) + 1)):
            return False
        rows += 1
    return rows > 1 and len(columns) > 1 and (rows > 2 or len(columns) > 2)


def banned_value(cells: Iterable[str]) -> int | None:
    """The number that means "never": -1 among -1, 0, 1; -5 among whole numbers from -5 to 5."""
    distinct = {cell for cell in cells if cell}
    for least in (1, 5):
        if str(-least) in distinct and distinct <= {str(k) for k in range(-least, least + 1)}:
            return -least
    return None
