"""Matchings as CSV files: for the coordinator, and for a mail merge."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Sequence

from mmatch.cohort import Cohort
from mmatch.io.contacts import addresses
from mmatch.io.csvs import write_rows
from mmatch.matching import Matching, Reason

MATCH_HEADS = ("group", "mentor", "mentor_name", "mentee", "mentee_name", "topic", "requested", "offer")
MERGE_HEADS = (
    *("person", "name", "role", "topic", "partners", "partner_names"),
    *("email", "partner_emails", "language"),
)


def write_matches(cohort: Cohort, matching: Matching, path: str | os.PathLike[str]) -> None:
    """Write all filled seats, one row a seat; seats of one group share its number."""
    names = cohort.people.name_of
    extras = matching.seats.extras
    rows = [
        (
            *(k, m.mentor, names.get(m.mentor), mentee, names.get(mentee), m.topic, requested, m.offer),
            *(getattr(m, name) for name in extras),
        )
        for k, m in enumerate(matching, 1)
        for mentee, requested in zip(m.mentees, m.requested, strict=True)
    ]
    write_rows(path, (*MATCH_HEADS, *extras), rows, numeric={"group"})


def write_unmatched(
    cohort: Cohort, matching: Matching, reasons: Sequence[Reason], path: str | os.PathLike[str]
) -> None:
    """Write all unfilled seats with the reasons for them."""
    names, why = cohort.people.name_of, reasons_by_seat(cohort, reasons)
    rows = [(who, names.get(who), topic, why.get((who, topic), "")) for who, topic in matching.unmatched]
    write_rows(path, ("mentee", "name", "topic", "reason"), rows)


def reasons_by_seat(cohort: Cohort, reasons: Sequence[Reason]) -> dict[tuple[str, str], str]:
    """The reasons for each unfilled seat as one text, without the name of whom it is about: {(mentee, topic): text}."""
    found: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for reason in reasons:
        if reason.kind != "score" and reason.who:
            who = reason.who[0]
            found[who, reason.topic].append(reason.message.removeprefix(f"{cohort.people.called[who]}: "))
    return {seat: "; ".join(messages) for seat, messages in found.items()}


def merge_rows(cohort: Cohort, matching: Matching, contact: str = "partner") -> list[tuple[str, ...]]:
    """One row for each person and match, under `MERGE_HEADS` and "slot": who they are, whom they meet, how to write."""
    people, names = cohort.people, cohort.people.name_of
    own_address = dict(zip(people.ids, people.emails or [""] * len(people.ids), strict=True))
    languages = dict(zip(people.ids, people.languages or [""] * len(people.ids), strict=True))
    rows = []
    for match in matching:
        sides = {"mentor": ((match.mentor,), match.mentees), "mentee": (match.mentees, (match.mentor,))}
        for role, (own, others) in sides.items():
            met = ", ".join(others), ", ".join(names.get(other) or other for other in others)
            for who in own:
                seen = ", ".join(addresses(cohort, match, who, contact).values())
                facts = (who, names.get(who, ""), role, match.topic, *met, own_address[who], seen, languages[who])
                rows.append((*facts, match.slot))
    return sorted(rows, key=lambda row: row[:1] + row[2:5])


def write_mail_merge(
    cohort: Cohort, matching: Matching, path: str | os.PathLike[str], *, contact: str = "partner"
) -> None:
    """Write one row for each person and match, for a mail merge: the person, the address, the partners, the time."""
    timed = bool(matching.seats.slot)
    rows = merge_rows(cohort, matching, contact)
    write_rows(path, (*MERGE_HEADS, *["slot"] * timed), rows if timed else [row[:-1] for row in rows])
