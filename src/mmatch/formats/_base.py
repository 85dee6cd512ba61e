"""What a session format is: meetings, what happens between them, and when each is due. Data, no behaviour."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mmatch.display import Shown, Table
from mmatch.errors import InputError, Problem, Problems, excerpt

MODES = ("virtual", "in_person", "either")
KINDS = ("plan", "action", "product", "feedback")
LONGEST = 24 * 60
MOST_DAYS = 366
REGULAR = 3  # sessions; more of them is regular mentoring


@dataclass(frozen=True, slots=True)
class SessionSpec:
    """One meeting: how long in minutes, "virtual", "in_person" or "either", and what it is about, point by point.

    Raises:
        InputError: no whole minutes from 1 to 1440, another mode, an agenda that is no tuple of texts.
    """

    minutes: int = 60
    mode: str = "either"
    agenda: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        problems = Problems()
        _count(self.minutes, "SessionSpec.minutes", (1, LONGEST), problems)
        _one_of(self.mode, MODES, "SessionSpec.mode", problems)
        if not _all(self.agenda, str):
            problems.add("format", "SessionSpec.agenda", f"found {excerpt(self.agenda)}, expected a tuple of texts")
        problems.raise_any()


@dataclass(frozen=True, slots=True)
class Touchpoint:
    """What passes between two meetings by e-mail: a plan, a report on action, a work product, or plain feedback.

    The mentee sends by half the time between the two meetings; the mentor answers within ``answer_days`` working days
    and at least ``lead_days`` days before the next meeting.
    """

    kind: str = "feedback"
    mentee_sends: str = "a short report of what was tried"
    mentor_sends: str = "feedback"
    answer_days: int = 3
    lead_days: int = 2


@dataclass(frozen=True, slots=True)
class Gap:
    """The time between two meetings: least, wanted and most days, from start to start, and touchpoints in it.

    With ``working=True`` the days are those from Monday to Friday on which nothing is closed.
    """

    least: int = 7
    target: int = 14
    most: int = 30
    touchpoints: tuple[Touchpoint, ...] = ()
    working: bool = False


@dataclass(frozen=True, slots=True)
class Reflection:
    """Questions to think about alone: due so many days before the first meeting, or after the last one."""

    questions: tuple[str, ...]
    days: int


@dataclass(frozen=True, slots=True)
class Format(Shown):
    """How often and how a pair or group meets: sessions, the gaps between them, reflections before and after.

    Args:
        name: what programs and requests call it.
        sessions: one or more.
        gaps: one fewer than sessions.
        before: to reflect on before the first meeting.
        after: to reflect on after the last one.
        good_for: when to choose it, in a sentence.

    Raises:
        InputError: numbers or names that no format can have; all of them at once.
    """

    name: str
    sessions: tuple[SessionSpec, ...]
    gaps: tuple[Gap, ...] = ()
    before: Reflection | None = None
    after: Reflection | None = None
    good_for: str = ""

    def __post_init__(self) -> None:
        problems = Problems()
        _check(self, problems)
        problems.raise_any()

    def tables(self) -> Iterator[Table]:
        """The sessions, and how far they are apart."""
        rows = [(k, s.minutes, s.mode.replace("_", " "), "; ".join(s.agenda)) for k, s in enumerate(self.sessions, 1)]
        yield Table(("session", "minutes", "mode", "agenda"), rows, self.name.replace("_", " "), len(rows))
        if self.gaps:
            gaps = [(k, g.least, g.target, g.most, len(g.touchpoints)) for k, g in enumerate(self.gaps, 1)]
            yield Table(("after session", "least", "wanted", "most", "touchpoints"), gaps, "Days between", len(gaps))

    @property
    def regular(self) -> bool:
        """Whether this is regular mentoring: more than three meetings."""
        return len(self.sessions) > REGULAR


def _check(form: Format, problems: Problems) -> None:
    where = "Format"
    if type(form.name) is not str or not form.name.isidentifier():
        problems.add("format", f"{where}.name", f"found {excerpt(form.name)}, expected a name such as two_session")
    if not _all(form.sessions, SessionSpec) or not form.sessions:
        problems.add("format", f"{where}.sessions", "expected a tuple of one SessionSpec or more")
        return
    if not _all(form.gaps, Gap):
        problems.add("format", f"{where}.gaps", f"found {excerpt(form.gaps)}, expected a tuple of Gaps")
        return
    if len(form.gaps) != len(form.sessions) - 1:
        found, wanted = len(form.gaps), len(form.sessions) - 1
        problems.add("format", f"{where}.gaps", f"found {found}, expected {wanted}: one between two sessions")
        return
    if type(form.good_for) is not str:
        problems.add("format", f"{where}.good_for", f"found {excerpt(form.good_for)}, expected a text")
    for name in ("before", "after"):
        _check_reflection(getattr(form, name), f"{where}.{name}", problems)
    for k, gap in enumerate(form.gaps):
        _check_gap(gap, f"{where}.gaps[{k}]", problems)


def _check_gap(gap: Gap, where: str, problems: Problems) -> None:
    for name in ("least", "target", "most"):
        _count(getattr(gap, name), f"{where}.{name}", (0, MOST_DAYS), problems)
    if len(problems) == 0 and not gap.least <= gap.target <= gap.most:
        text = f"found {gap.least}, {gap.target}, {gap.most}, expected least <= target <= most"
        problems.add("format", where, text)
    if type(gap.working) is not bool:
        problems.add("format", f"{where}.working", f"found {excerpt(gap.working)}, expected True or False")
    if not _all(gap.touchpoints, Touchpoint):
        problems.add("format", f"{where}.touchpoints", "expected a tuple of Touchpoints")
        return
    for touch in gap.touchpoints:
        _one_of(touch.kind, KINDS, f"{where}.touchpoints", problems)
        for name in ("mentee_sends", "mentor_sends"):
            if type(getattr(touch, name)) is not str:
                problems.add("format", f"{where}.touchpoints.{name}", "expected a text")
        for name in ("answer_days", "lead_days"):
            _count(getattr(touch, name), f"{where}.touchpoints.{name}", (0, MOST_DAYS), problems)


def _check_reflection(reflection: Any, where: str, problems: Problems) -> None:
    if reflection is None:
        return
    if type(reflection) is not Reflection:
        problems.add("format", where, f"found {excerpt(reflection)}, expected a Reflection or None")
        return
    _count(reflection.days, f"{where}.days", (0, MOST_DAYS), problems)
    if not _all(reflection.questions, str):
        problems.add("format", f"{where}.questions", "expected a tuple of texts")


def _all(values: Any, kind: type) -> bool:
    return isinstance(values, tuple) and all(type(value) is kind for value in values)


def _count(value: Any, where: str, span: tuple[int, int], problems: Problems) -> None:
    if type(value) is not int or not span[0] <= value <= span[1]:
        problems.add("format", where, f"found {excerpt(value)}, expected a whole number from {span[0]} to {span[1]}")


def _one_of(value: Any, known: tuple[str, ...], where: str, problems: Problems) -> None:
    if value not in known:
        problems.add("format", where, f"found {excerpt(value)}, expected one of {', '.join(known)}")


def refuse_format(name: Any, known: tuple[str, ...], where: str) -> InputError:
    """The error for a name that no format has."""
    return InputError(Problem("format", where, f"found {excerpt(name)}, expected one of {', '.join(known)}"))
