"""Doubts of the reader: what is asked, why, and which answers settle it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mmatch.errors import Problem, excerpt


@dataclass(frozen=True, slots=True)
class Question:
    """A doubt about a column, a person or a file, with the evidence and the answers that settle it.

    Attributes:
        file: the file as messages show it.
        column: the head, "" where the doubt is about no column.
        about: identity, people, role, topics, capacity, wishes, bans, pairs or availability, which decide who meets
            whom; hours, time zone or spelling, which do not.
        meaning: what the guess takes it for; "" for nothing.
        alternatives: what else it may be.
        evidence: what was found, with the first three cells.
        how: the answers to give, such as ``--answer "Column=topic"``.
        key: what stands before the "=" of an answer.
        decides: whether the answer decides who meets whom; only such questions hold up a cohort.
    """

    file: str
    column: str
    about: str
    meaning: str
    alternatives: tuple[str, ...]
    evidence: str
    how: str
    key: str = ""
    decides: bool = True

    def __str__(self) -> str:
        place = self.file + (f" column {excerpt(self.column, 120)}" if self.column else "")
        return f"{place}: {self.evidence} ({self.how})"

    def problem(self) -> Problem:
        """The question as a problem of the input, for an error that lists all of them."""
        place = self.file + (f" column {excerpt(self.column, 120)}" if self.column else "")
        return Problem("question", place, self.evidence, self.how)


def shown(cells: Iterable[str]) -> str:
    """The first three cells as evidence."""
    found = list(dict.fromkeys(cell for cell in cells if cell))
    return ", ".join(excerpt(cell, 40) for cell in found[:3]) + (", …" if len(found) > 3 else "")


def answers(key: str, *meanings: str) -> str:
    """How to answer: one option of the command line for each meaning."""
    return "say " + " or ".join(f'--answer "{key}={meaning}"' for meaning in meanings)
