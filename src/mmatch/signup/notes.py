"""What is found while reading: problems with the rows they stand in, and warnings."""

from __future__ import annotations

from dataclasses import dataclass, field

from mmatch.errors import InputError, Problem
from mmatch.signup.questions import Question

MOST_KEPT = 100_000


@dataclass(frozen=True, slots=True)
class Spot:
    """One row of one file: its name there, and its number among the rows read (not the line)."""

    file: str
    row: int


@dataclass(slots=True)
class Notes:
    """A notebook of one reading. ``problems`` pairs each problem with its row, None where it is about a whole file."""

    problems: list[tuple[Problem, Spot | None]] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    unread: list[tuple[Spot, str, str, str]] = field(default_factory=list)
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

    def ask(self, question: Question) -> None:
        """Note a doubt, once."""
        if not any((q.file, q.key, q.about) == (question.file, question.key, question.about) for q in self.questions):
            self.questions.append(question)

    def again(self, *, collect: bool) -> Notes:
        """A notebook for one more attempt, with what is noted so far; with ``collect`` bad rows are known elsewhere."""
        problems = [] if collect else list(self.problems)
        return Notes(problems, list(self.warnings), list(self.questions), beyond=self.beyond)

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
        rows: dict[Spot, list[Problem]] = {}
        for problem, spot in self.problems:
            if spot is not None:
                rows.setdefault(spot, []).append(problem)
        return rows
