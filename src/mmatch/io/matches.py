"""Matchings as CSV files: for the coordinator, for a mail merge, and read back from a hand-made list."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from mmatch.errors import Problems, excerpt
from mmatch.instance.from_pairs import matching_from_pairs
from mmatch.io.csvs import write_rows
from mmatch.io.files import file_name, read_text
from mmatch.io.tables import Table, table_from_text
from mmatch.matching import Match, Matching

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

    from mmatch.cohort import Cohort
    from mmatch.matching import Reason
    from mmatch.program import Program

MATCH_HEADS = ("group", "mentor", "mentor_name", "mentee", "mentee_name", "topic", "requested", "offer")
MERGE_HEADS = ("person", "name", "role", "topic", "partners", "partner_names")


def write_matches(cohort: Cohort, matching: Matching, path: str | os.PathLike[str]) -> None:
    """Write all filled seats, one row a seat; seats of one group share its number."""
    names = _names(cohort)
    extras = matching.seats.extras
    rows = [
        (k, m.mentor, names.get(m.mentor), mentee, names.get(mentee), m.topic, asked, m.offer, *_of(m, extras))
        for k, m in enumerate(matching, 1)
        for mentee, asked in zip(m.mentees, m.requested, strict=True)
    ]
    write_rows(path, (*MATCH_HEADS, *extras), rows, numeric={"group"})


def _of(match: Match, names: Sequence[str]) -> list[str]:
    return [getattr(match, name) for name in names]


def write_unmatched(cohort: Cohort, matching: Matching, told: Sequence[Reason], path: str | os.PathLike[str]) -> None:
    """Write all unfilled seats with the reasons for them."""
    names, why = _names(cohort), reasons_by_seat(told)
    rows = [(who, names.get(who), topic, why.get((who, topic), "")) for who, topic in matching.unmatched]
    write_rows(path, ("mentee", "name", "topic", "reason"), rows)


def reasons_by_seat(told: Sequence[Reason]) -> dict[tuple[str, str], str]:
    """(mentee, topic) -> all reasons for an unfilled seat in one text."""
    found: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for reason in told:
        if reason.kind != "score" and reason.who:
            found[reason.who[0], reason.topic].append(reason.message.removeprefix(f"{reason.who[0]}: "))
    return {seat: "; ".join(messages) for seat, messages in found.items()}


def write_mail_merge(cohort: Cohort, matching: Matching, path: str | os.PathLike[str]) -> None:
    """Write one row for each person and match, for a mail merge: who they are, their role, whom they meet, when."""
    names = _names(cohort)
    timed = bool(matching.seats.slot)
    rows = []
    for match in matching:
        told = ", ".join(filter(None, (names.get(m) or m for m in match.mentees)))
        when = [match.slot] * timed
        ids, mentors = ", ".join(match.mentors), ", ".join(names.get(m) or m for m in match.mentors)
        members = ", ".join(match.mentees)
        rows += [(m, names.get(m), "mentor", match.topic, members, told, *when) for m in match.mentors]
        rows += [(m, names.get(m), "mentee", match.topic, ids, mentors, *when) for m in match.mentees]
    rows.sort(key=lambda row: (str(row[0]), row[2], row[3], row[4]))
    write_rows(path, (*MERGE_HEADS, *(["slot"] * timed)), rows)


def _names(cohort: Cohort) -> dict[str, str]:
    people = cohort.people
    return dict(zip(people.ids, people.names, strict=True)) if people.names else {}


def read_matches(cohort: Cohort, program: Program, path: str | os.PathLike[str]) -> Matching:
    """Read a hand-made matching, or one that `write_matches` wrote, from a CSV file; `verify` judges it.

    The heads are mentor, mentee, and where there are topics topic; group, offer, requested, slot and co_mentor are
    optional.

    Raises:
        InputError: missing heads, unknown people, with the line.
    """
    table = table_from_text(read_text(path), file_name(path))
    rows = _rows(table)
    problems = Problems()
    for k, row in enumerate(rows):
        for head in ("mentor", "mentee", *(["co_mentor"] if row.get("co_mentor") else [])):
            if row[head] not in cohort.people.index:
                problems.add("unknown-id", table.place(k, head), f"unknown {head} {excerpt(row[head])}")
    problems.raise_any()
    if rows and set(MATCH_HEADS) <= rows[0].keys():
        return matching_from_pairs(cohort, _grouped(rows), program)
    pairs = [(r["mentor"], r["mentee"], *([r["topic"]] if "topic" in r else [])) for r in rows]
    return matching_from_pairs(cohort, pairs, program)


def _rows(table: Table) -> list[dict[str, str]]:
    """The rows by lower-case head.

    Raises:
        InputError: no mentor or mentee column, rows with too many or too few cells.
    """
    heads = [head.lower() for head in table.heads]
    problems = Problems()
    if not {"mentor", "mentee"} <= set(heads):
        found = ", ".join(map(excerpt, table.heads))
        problems.add("heads", table.name, f"found the heads {found}, expected mentor and mentee")
    for line, cells in table.spoiled:
        text = f"found {len(cells)} cells, the header has {len(heads)}"
        problems.add("ragged", f"{table.name} {table.unit} {line}", text)
    problems.raise_any()
    return [dict(zip(heads, row, strict=True)) for row in table.rows]


def _grouped(rows: Sequence[dict[str, str]]) -> list[Match]:
    groups: defaultdict[tuple[str, ...], list[tuple[str, str]]] = defaultdict(list)
    for row in rows:
        key = (row["group"], row["mentor"], row["topic"], row["offer"], row.get("slot", ""), row.get("co_mentor", ""))
        groups[key].append((row["mentee"], row["requested"]))
    matches = []
    for (_, mentor, topic, offer, slot, beside), seats in groups.items():
        ordered = sorted(seats)
        mentees, requested = tuple(m for m, _ in ordered), tuple(t for _, t in ordered)
        matches.append(Match(mentor, mentees, topic, offer, requested, slot, beside))
    return matches
