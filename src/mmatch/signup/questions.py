"""What is found while reading: problems with the rows they stand in, warnings, and what is asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from mmatch.errors import InputError, Problem, excerpt

MOST_KEPT = 100_000
DECIDING = frozenset(  # what decides who meets whom; unread hours, time zones and spellings of topics do not
    {"identity", "people", "role", "topics", "capacity", "wishes", "bans", "pairs", "availability"}
)


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
        return f"{self._place()}: {self.evidence} ({self.how})"

    def problem(self) -> Problem:
        """The question as a problem of the input, for an error that lists all of them."""
        return Problem("question", self._place(), self.evidence, self.how)

    def _place(self) -> str:
        return self.file + (f" column {excerpt(self.column, 120)}" if self.column else "")


def shown(cells: Iterable[str]) -> str:
    """The first three cells as evidence."""
    found = list(dict.fromkeys(cell for cell in cells if cell))
    return ", ".join(excerpt(cell, 40) for cell in found[:3]) + (", …" if len(found) > 3 else "")


def answers(key: str, *meanings: str) -> str:
    """How to answer: one option of the command line for each meaning."""
    return "say " + " or ".join(f'--answer "{key}={meaning}"' for meaning in meanings)


class Spot(NamedTuple):
    """One row of one file: its name there, and its number among the rows read (not the line)."""

    file: str
    row: int


@dataclass(slots=True)
class Notes:
    """A notebook of one reading. ``problems`` pairs each problem with its row, None where it is about a whole file."""

    problems: list[tuple[Problem, Spot | None]] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    unread: list[tuple[Spot, Problem]] = field(default_factory=list)
    beyond: int = 0

    def add(self, problem: Problem, spot: Spot | None = None) -> None:
        """Note a problem; beyond a hundred thousand they are only counted."""
        if len(self.problems) < MOST_KEPT:
            self.problems.append((problem, spot))
        else:
            self.beyond += 1

    def warn(self, code: str, where: str, message: str, hint: str = "") -> None:
        """Note something that is not wrong but that the user should know."""
        self.warnings.append(Problem(code, where, message, hint))

    def doubt(
        self,
        file: str,
        column: str,
        about: str,
        evidence: str,
        *meanings: str,
        likely: str = "",
        how: str = "",
        key: str = "",
    ) -> None:
        """Ask, once, what something means: the guess takes what is likely, and other meanings are offered beside it.

        Answers read "key=meaning", where the key is the head unless another is given, or ``how`` words them otherwise.
        """
        key = key or column
        if any((q.file, q.key, q.about) == (file, key, about) for q in self.questions):
            return
        others = tuple(dict.fromkeys(m for m in meanings if m != likely))
        how = how or answers(key, *filter(None, (likely, *others)))
        self.questions.append(Question(file, column, about, likely, others, evidence, how, key, about in DECIDING))

    def again(self, *, collect: bool) -> Notes:
        """A notebook for one more attempt, with what is noted so far; with ``collect`` bad rows are known elsewhere."""
        problems = [(problem, spot) for problem, spot in self.problems if spot is None or not collect]
        return Notes(problems, list(self.warnings), list(self.questions), beyond=self.beyond)

    def take_over(self, other: Notes) -> None:
        """Note what another notebook has."""
        self.problems += other.problems
        self.warnings += other.warnings
        known = {(q.file, q.key, q.about) for q in self.questions}
        self.questions += [q for q in other.questions if (q.file, q.key, q.about) not in known]

    def raise_any(self, *, whole_files_only: bool = False) -> None:
        """Raise all problems together, if there are any.

        Raises:
            InputError: with every problem noted.
        """
        found = [problem for problem, spot in self.problems if spot is None or not whole_files_only]
        if found and self.beyond:
            found.append(Problem("more", "", f"and {self.beyond:,} more problems, not kept"))
        if found:
            raise InputError(found)

    def bad_rows(self) -> dict[Spot, list[Problem]]:
        """The problems of each row that has any, in the order found."""
        rows: defaultdict[Spot, list[Problem]] = defaultdict(list)
        for problem, spot in self.problems:
            if spot is not None:
                rows[spot].append(problem)
        return rows
