"""What an example is, and the options that scenarios take."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from mmatch.errors import InputError, Problem, excerpt

if TYPE_CHECKING:
    from mmatch.cohort import Cohort
    from mmatch.events.series import Occasion
    from mmatch.exact import Value
    from mmatch.matching import Status
    from mmatch.program import Program
    from mmatch.scheduling import Dates

Sheet = list[list[str]]
Sheets = dict[str, Sheet]


@dataclass(frozen=True, slots=True)
class RightAnswer:
    """What must come out, known without any solver: the status, the value per tier, and why."""

    status: Status
    value: tuple[Value, ...] | None
    why: str


@dataclass(frozen=True, slots=True)
class Example:
    """A cohort of invented people and the program under which they are matched.

    Attributes:
        name: the scenario, as `load` takes it.
        title: a few words.
        story: who these people are and what the program wants.
        cohort: the facts.
        program: the policy.
        right: what must come out, where that is known without a solver.
        case: which case of a scenario that has several.
        dates: what is requested of the calendar; None where the scenario has no dates.
        events: the events that are to be planned, for `plan_series`, or each for `plan_event`.
    """

    name: str
    title: str
    story: str
    cohort: Cohort
    program: Program
    right: RightAnswer | None = None
    case: str = ""
    dates: Dates | None = None
    events: tuple[Occasion, ...] = ()


def check_counts(scenario: str, **counts: object) -> None:
    """Raise an InputError where a seed is no whole number from 0, or a number of people none from 1."""
    for name, value in counts.items():
        least = 0 if name == "seed" else 1
        if type(value) is not int or not least <= value <= 1_000_000:
            text = f"found {excerpt(value)}, expected a whole number from {least} to 1,000,000"
            raise InputError(Problem("option", f"datasets.load({scenario!r}).{name}", text))


def even_loads(seats: int, mentors: int) -> tuple[int, int, int]:
    """Seats spread evenly over mentors: the lesser load, how many mentors have one more, and what `EvenLoad` counts."""
    load, more = divmod(seats, mentors)
    return load, more, more * load * (load + 1) // 2 + (mentors - more) * load * (load - 1) // 2


def closest(given: object, known: Iterable[str]) -> str:
    """A hint that names the closest of the known words, or all of them."""
    words = tuple(known)
    close = get_close_matches(str(given), words, n=1)
    return f"did you mean {close[0]}?" if close else f"known: {', '.join(words)}"
