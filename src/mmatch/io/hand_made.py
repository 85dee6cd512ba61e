"""Matchings from CSV files and workbooks: made by hand, or written by mmatch and changed since."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from mmatch.errors import InputError, Problem, Problems, excerpt
from mmatch.instance.from_pairs import matching_from_pairs
from mmatch.io.csvs import as_written
from mmatch.io.files import decoded, file_name, read_bytes
from mmatch.io.matches import MATCH_HEADS
from mmatch.io.tables import SPACES, DelimitedText
from mmatch.io.workbooks import is_workbook, read_workbook
from mmatch.matching import Match

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

    from mmatch.cohort import Cohort
    from mmatch.matching import Matching
    from mmatch.program import Program


MOST_SUGGESTED = 20


class Names:
    """Who is meant by an id, an e-mail address or a full name."""

    def __init__(self, cohort: Cohort) -> None:
        self.ids = cohort.people.index
        self.by_name: defaultdict[str, list[str]] = defaultdict(list)
        self.names: dict[str, str] = {}
        self.suggestions = MOST_SUGGESTED
        people = cohort.people
        for names in filter(None, (people.names, people.emails)):
            for who, name in zip(people.ids, names, strict=True):
                if who not in self.by_name[_folded(name)]:
                    self.by_name[_folded(name)].append(who)
                self.names[_folded(name)] = name

    def id_of(self, text: str, what: str) -> str:
        """The id of the person; ``what`` (mentor, mentee, person) stands in messages.

        Raises:
            InputError: nobody, or several, are called so.
        """
        if text in self.ids:
            return text
        meant = self.by_name.get(_folded(text), []) if text.strip() else []
        name, _, who = text.removesuffix(")").rpartition(" (")  # as sentences and workbooks name one of two namesakes
        if not meant and who in self.by_name[_folded(name)]:
            return who
        if len(meant) == 1:
            return meant[0]
        if meant:
            message = f"{len(meant)} people are called {excerpt(text)}: {', '.join(sorted(meant)[:5])}"
            raise InputError(Problem("unknown-id", what, message, "give the id"))
        hint = ""
        if self.suggestions:  # each takes time
            self.suggestions -= 1
            known = {**self.names, **{who: who for who in self.ids}}
            close = get_close_matches(text, self.ids, n=1) or get_close_matches(_folded(text), known, n=1)
            hint = f"did you mean {known[close[0]]}?" if close else ""
        raise InputError(Problem("unknown-id", what, f"unknown {what} {excerpt(text)}", hint))


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


def read_matches(cohort: Cohort, program: Program, path: str | os.PathLike[str]) -> Matching:
    """Read a hand-made matching, or one that mmatch wrote, from a CSV file or a workbook; `verify` judges it.

    The heads are mentor, mentee, and where there are topics topic; group, offer, requested and slot are
    optional. Of a workbook all sheets with the heads mentor and mentee count, and rows without a mentor do not.

    People are named by id, by e-mail address, or by full name where only one person has it.

    Raises:
        InputError: missing heads, unknown people, with the line.
    """
    (found, from_sheets), names = read_rows(path), Names(cohort)
    problems = Problems()
    for place, row in found:
        for head in ("mentor", "mentee"):
            try:
                row[head] = names.id_of(row[head], head)
            except InputError as error:
                where = f"{place} column {excerpt(head)}"
                problems.found += [replace(problem, where=where) for problem in error.problems]
    problems.raise_any()
    rows = [row for _, row in found]
    if from_sheets:
        return matching_from_pairs(cohort, _edited(cohort, rows), program)
    if rows and set(MATCH_HEADS) <= rows[0].keys():
        return matching_from_pairs(cohort, _grouped(rows), program)
    pairs = [(r["mentor"], r["mentee"], *([r["topic"]] if "topic" in r else [])) for r in rows]
    return matching_from_pairs(cohort, pairs, program)


def earlier_pairs(cohort: Cohort, path: str | os.PathLike[str]) -> tuple[list[tuple[str, ...]], int]:
    """(the pairs of an earlier list whose people are still there, how many are not), read by id, address or name.

    Raises:
        InputError: missing heads.
    """
    (rows, _), names = read_rows(path), Names(cohort)
    pairs: list[tuple[str, ...]] = []
    for _, row in rows:
        try:
            found = names.id_of(row["mentor"], "mentor"), names.id_of(row["mentee"], "mentee")
        except InputError:
            continue
        pairs.append((*found, row["topic"]) if row.get("topic") else found)
    return pairs, len(rows) - len(pairs)


Rows = list[tuple[str, dict[str, str]]]


def read_rows(path: str | os.PathLike[str], heads: Sequence[str] = ("mentor", "mentee")) -> tuple[Rows, bool]:
    """(place and cells by lower-case head of each row under some heads, whether they come from a workbook).

    Raises:
        InputError: missing heads, rows with too many or too few cells, a file that cannot be read.
    """
    data, name = read_bytes(path), file_name(path)
    if is_workbook(data):
        return _sheet_rows(data, name, heads), True
    return _text_rows(decoded(data, name), name, heads), False


def _sheet_rows(data: bytes, name: str, wanted: Sequence[str]) -> Rows:
    """The rows of all visible sheets that have the heads; a row without one of these cells is none."""
    found, seen = [], 0
    for sheet in read_workbook(data, name):
        rows = [(line, [cell.strip(SPACES) for cell in cells]) for line, cells in sheet.rows]
        first = next((k for k, (_, row) in enumerate(rows) if {*wanted} <= set(map(str.lower, row))), None)
        if first is None or not sheet.visible:
            continue
        seen += 1
        heads = [head.lower() for head in rows[first][1]]
        below = ((line, dict(zip(heads, cells, strict=False))) for line, cells in rows[first + 1 :])
        found += [(f"{name}: {sheet.title} row {n}", row) for n, row in below if all(map(row.get, wanted))]
    if not seen:
        raise InputError(Problem("heads", name, f"no sheet has the heads {' and '.join(wanted)}"))
    return found


def _edited(cohort: Cohort, rows: Sequence[dict[str, str]]) -> list[Any]:
    """Rows of a workbook as matches; where a mentor was changed, the topic is the closest that the new one offers."""
    offers, tree = cohort.offers, cohort.topic_tree
    names = [tree.names[code] for code in offers.topic.tolist()]
    owned = set(zip([cohort.people.ids[row] for row in offers.owner.tolist()], names, strict=True))
    grouped = any(row.get("group") for row in rows)
    if not grouped and not any(row.get("when") for row in rows):
        triples = [(row["mentor"], row["mentee"], row.get("topic", "")) for row in rows]
        return [t if (t[0], t[2]) in owned else t[:2] for t in triples]
    mentees: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
    for row in rows:
        mentees[row["mentor"], row.get("topic", ""), row.get("when", ""), row.get("group", "")].append(row["mentee"])
    return [Match(m, tuple(sorted(who)), topic, "", (), slot) for (m, topic, slot, _), who in mentees.items()]


def _text_rows(content: str, name: str, wanted: Sequence[str]) -> Rows:
    """The rows below the heads; titles above them are skipped."""
    text = DelimitedText.of(content, name)
    failed: list[InputError] = []
    for delimiter in (text.delimiter,) if text.delimiter else (",", ";", "\t"):
        try:
            records = [(n, [as_written(cell.strip(SPACES)) for cell in cells]) for n, cells in text.records(delimiter)]
        except InputError as error:
            failed.append(error)
            continue
        heads = next((k for k, (_, row) in enumerate(records) if {*wanted} <= set(map(str.lower, row))), None)
        if heads is not None:
            return _below(name, records[heads:])
        found = ", ".join(map(excerpt, next(row for _, row in records if any(row))))
        failed.append(InputError(Problem("heads", name, f"found the heads {found}, expected {' and '.join(wanted)}")))
    raise failed[0]


def _below(name: str, records: Sequence[tuple[int, list[str]]]) -> Rows:
    (_, first), *rest = records
    heads = [head.lower() for head in first]
    while not heads[-1]:
        heads.pop()
    problems, rows = Problems(), []
    for line, cells in rest:
        if len(cells) < len(heads) or any(cells[len(heads) :]):
            if any(cells):
                text = f"found {len(cells)} cells, the header has {len(heads)}"
                problems.add("ragged", f"{name} line {line}", text)
        elif any(cells) and cells[: len(heads)] != first[: len(heads)]:
            rows.append((f"{name} line {line}", dict(zip(heads, cells, strict=False))))
    problems.raise_any()
    return rows


def _grouped(rows: Sequence[dict[str, str]]) -> list[Match]:
    groups: defaultdict[tuple[str, ...], list[tuple[str, str]]] = defaultdict(list)
    for row in rows:
        key = (row["group"], row["mentor"], row["topic"], row["offer"], row.get("slot", ""))
        groups[key].append((row["mentee"], row["requested"]))
    matches = []
    for (_, mentor, topic, offer, slot), seats in groups.items():
        ordered = sorted(seats)
        mentees, requested = tuple(m for m, _ in ordered), tuple(t for _, t in ordered)
        matches.append(Match(mentor, mentees, topic, offer, requested, slot))
    return matches
