"""Every error that bad input can raise, in one tree.

MmatchError
├── InputError          the facts or the policy are wrong: all problems of one input, collected
├── UnsupportedError    right, but not with this solver: names the ones that can
├── NoMatchingError     the answer has no matching (infeasible, or nothing found in time)
├── LimitError          larger than a stated limit
├── SolverError         a solver lied or crashed: its answer was refused by the judge
├── ExportError         a file could not be written; the old one is intact
├── ExtraError          an optional package is not installed
└── PluginError         somebody else's solver, rule or aim is broken
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

__all__ = [
    "BrokenRulesError",
    "ExportError",
    "ExtraError",
    "InputError",
    "LimitError",
    "MmatchError",
    "NoMatchingError",
    "PluginError",
    "Problem",
    "SolverError",
    "UnsupportedError",
]

MOST_SHOWN = 20
MOST_CHARACTERS = 4000
EXCERPT = 80


def excerpt(value: object, most: int = EXCERPT) -> str:
    """A short quotation of a value for a message: cut, and with control and bidi characters escaped."""
    text = value if type(value) is str else _shown(value)
    cut = text if len(text) <= most else text[: most - 1] + "…"
    safe = "".join(
        c if not unicodedata.category(c).startswith(("C", "Zl", "Zp")) else c.encode("unicode_escape").decode("ascii")
        for c in cut
    )
    return f'"{safe}"' if type(value) is str else safe


def _shown(value: object) -> str:
    """The repr of a value; its type where that fails or would be endless."""
    if isinstance(value, int) and value.bit_length() > 1000:
        return f"a number of {value.bit_length()} bits"
    try:
        return repr(value)
    except Exception:  # noqa: BLE001 - somebody else's repr must not hide the error that is being told
        return f"a {type(value).__name__}"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: a stable code, where it is, what was found and what was expected.

    ``where`` reads like ``participants[17].capacity`` or ``mentors.csv line 18 column "capacity"``.
    """

    code: str
    where: str
    message: str
    hint: str = ""

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        return f"{place}{self.message}" + (f" ({self.hint})" if self.hint else "")


class MmatchError(Exception):
    """The root of every error that bad input can raise."""


class InputError(MmatchError):
    """The input is wrong; every problem of it is in ``problems``, the first twenty in the text."""

    def __init__(self, problems: Iterable[Problem] | Problem) -> None:
        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__(_summary(self.problems))

    def __reduce__(self) -> tuple[type[InputError], tuple[tuple[Problem, ...]]]:
        return InputError, (self.problems,)


class LimitError(InputError):
    """The input is larger than a stated limit."""


class UnsupportedError(MmatchError):
    """The question is right, but this solver cannot answer it; the text names those that can."""


class NoMatchingError(MmatchError):
    """There is no matching to read: the program is infeasible, or nothing was found in time."""


class BrokenRulesError(MmatchError):
    """A hand-made matching breaks rules or limits; ``violations`` holds every way in which it does."""

    def __init__(self, violations: Iterable[Any]) -> None:
        self.violations: tuple[Any, ...] = tuple(violations)
        lines = [violation.message for violation in self.violations[:MOST_SHOWN]]
        more = len(self.violations) - len(lines)
        super().__init__("\n".join(lines) + (f"\n… and {more:,} more" if more else ""))

    def __reduce__(self) -> tuple[type[BrokenRulesError], tuple[tuple[Any, ...]]]:
        return BrokenRulesError, (self.violations,)


class SolverError(MmatchError):
    """A solver gave an answer that the judge refused, or failed: a bug here or in the solver, never the user's."""


class ExportError(MmatchError):
    """A file could not be written; what stood there before is intact."""


class ExtraError(MmatchError):
    """A part of mmatch needs a package that is not installed; the text says which command installs it."""


class PluginError(MmatchError):
    """A solver, rule or aim from another distribution is broken, or two claim one name."""


@dataclass(slots=True)
class Problems:
    """A notebook of problems: note them as they are found, raise them all together at the end."""

    found: list[Problem] = field(default_factory=list)

    def add(self, code: str, where: str, message: str, hint: str = "") -> None:
        """Note one problem."""
        self.found.append(Problem(code, where, message, hint))

    def __iter__(self) -> Iterator[Problem]:
        return iter(self.found)

    def __len__(self) -> int:
        return len(self.found)

    def raise_any(self) -> None:
        """Raise one InputError with everything noted so far, if anything was.

        Raises:
            InputError: where at least one problem was noted.
        """
        if self.found:
            raise InputError(self.found)


def _summary(problems: tuple[Problem, ...]) -> str:
    """The text of an error: its first problems, one a line, and how many more there are."""
    lines = [str(problem) for problem in problems[:MOST_SHOWN]]
    while len(lines) > 1 and sum(map(len, lines)) + len(lines) > MOST_CHARACTERS - 40:
        lines.pop()
    more = len(problems) - len(lines)
    text = "\n".join(lines)
    if len(text) > MOST_CHARACTERS - 40:
        text = text[: MOST_CHARACTERS - 41] + "…"
    return text + (f"\n… and {more:,} more" if more else "")


def expect(value: object, kind: type, where: str) -> None:
    """Raise an InputError where a value is something else than was asked for."""
    if not isinstance(value, kind):
        article = "an" if kind.__name__[0] in "AEIOU" else "a"
        text = f"found {type(value).__name__}, expected {article} {kind.__name__}"
        raise InputError(Problem("type", where, text))


def choice(found: str, where: str, known: Sequence[str]) -> str:
    """One of a few words, or an InputError that names them."""
    if found not in known:
        raise InputError(Problem("value", where, f"found {excerpt(found)}, expected one of {', '.join(known)}"))
    return found
