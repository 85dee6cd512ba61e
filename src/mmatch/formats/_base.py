"""What a session format is: sessions, what happens between them, and when each is due. Data, no behaviour."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from mmatch.display import Shown, Table
from mmatch.errors import InputError, Problem, Problems, excerpt

MODES = ("virtual", "in_person", "either")
KINDS = ("plan", "action", "product", "feedback")
LONGEST = 24 * 60
MOST_DAYS = 366
LONGEST_PLACE = 500
LONGEST_WORDS = 100
REGULAR = 3  # sessions; more of them is regular mentoring


@dataclass(frozen=True, slots=True)
class SessionSpec:
    """One session: how long in minutes, how people meet, what it is about, point by point, and where.

    Args:
        minutes: from 1 to 1440.
        mode: "virtual", "in_person", or "either": as all who attend can.
        agenda: the points, each with its minutes where they are fixed.
        place: an address or a link, where all matches hold this session at one place.

    Raises:
        InputError: no whole minutes in this range, another mode, an agenda that is no tuple of texts, no text.
    """

    minutes: int = 60
    mode: str = "either"
    agenda: tuple[str, ...] = ()
    place: str = ""

    def __post_init__(self) -> None:
        problems = Problems()
        _count(self.minutes, "SessionSpec.minutes", (1, LONGEST), problems)
        _one_of(self.mode, MODES, "SessionSpec.mode", problems)
        _texts(self.agenda, "SessionSpec.agenda", problems)
        place_fault(self.place, "SessionSpec.place", problems)
        problems.raise_any()


@dataclass(frozen=True, slots=True)
class Touchpoint:
    """What passes between two sessions by e-mail: a plan, a report on action steps, a work product, plain feedback.

    The mentee sends by half the time between the two sessions; the mentor answers within ``answer_days`` working days
    and at least ``lead_days`` days before the next session.

    Args:
        kind: "plan", "action", "product" or "feedback".
        mentee_sends: what, so that it can stand behind "send".
        mentor_sends: what, so that it can stand behind "answer with".
        answer_days: working days from Monday to Friday on which nothing is closed.
        lead_days: days.
        mentee_then: what the mentee does with the answer until the next session, in a sentence; "" is nothing.
    """

    kind: str = "feedback"
    mentee_sends: str = "a short report of what was tried"
    mentor_sends: str = "feedback"
    answer_days: int = 3
    lead_days: int = 2
    mentee_then: str = ""


@dataclass(frozen=True, slots=True)
class Reflection:
    """Questions to think about alone, due so many days before the first session, or after a session.

    Args:
        questions: for each mentee.
        days: before or after.
        mentor_questions: for the mentor, due at the same time; without any the mentor has no such task.
    """

    questions: tuple[str, ...]
    days: int
    mentor_questions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A contact after the last session: the mentee writes so many days later, the mentor answers.

    Args:
        days: from the end of the last session.
        mentee_sends: what, so that it can stand behind "send".
        mentor_sends: what, so that it can stand behind "answer with".
        answer_days: working days from Monday to Friday on which nothing is closed.
    """

    days: int = 30
    mentee_sends: str = "a short note: what came of the next steps"
    mentor_sends: str = "a short reply"
    answer_days: int = 3


@dataclass(frozen=True, slots=True)
class Gap:
    """The time between two sessions: least, wanted and most days, from start to start, and what happens in it.

    With ``working=True`` the days are those from Monday to Friday on which nothing is closed. A ``reflection`` is due
    so many days after the earlier session, and before the later one begins.
    """

    least: int = 7
    target: int = 14
    most: int = 30
    touchpoints: tuple[Touchpoint, ...] = ()
    working: bool = False
    reflection: Reflection | None = None


@dataclass(frozen=True, slots=True)
class Format(Shown):
    """How often and how a pair or group meets: sessions, the gaps between them, what everybody does alone.

    Args:
        name: what programs and requests call it.
        sessions: one or more.
        gaps: one fewer than sessions.
        before: to reflect on before the first session.
        after: to reflect on after the last one.
        good_for: when to choose it, in words that can stand behind "good for".
        follow_up: a contact weeks after the last session.
        title: what people read instead of the name.
        words: words in a topic that call for this format, such as "lesson planning"; "differentiat*" has any ending, a
            "*" alone stands for up to two words, and "= teaching" is the whole topic.
        mentee_notes: what a mentee should keep in mind, point by point.
        mentor_notes: what a mentor should keep in mind.

    Raises:
        InputError: numbers or names that no format can have; all of them at once.
    """

    name: str
    sessions: tuple[SessionSpec, ...]
    gaps: tuple[Gap, ...] = ()
    before: Reflection | None = None
    after: Reflection | None = None
    good_for: str = ""
    follow_up: FollowUp | None = None
    title: str = ""
    words: tuple[str, ...] = ()
    mentee_notes: tuple[str, ...] = ()
    mentor_notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        problems = Problems()
        _check(self, problems)
        problems.raise_any()

    def tables(self) -> Iterator[Table]:
        """The sessions, and how far they are apart."""
        rows = [(k, s.minutes, s.mode.replace("_", " "), "; ".join(s.agenda)) for k, s in enumerate(self.sessions, 1)]
        yield Table(("session", "minutes", "mode", "agenda"), rows, self.label, len(rows))
        if self.gaps:
            gaps = [(k, g.least, g.target, g.most, len(g.touchpoints)) for k, g in enumerate(self.gaps, 1)]
            yield Table(("after session", "least", "wanted", "most", "touchpoints"), gaps, "Days between", len(gaps))

    @property
    def label(self) -> str:
        """What people read: the title, else the name in words."""
        return self.title or self.name.replace("_", " ").capitalize()

    @property
    def regular(self) -> bool:
        """Whether this is regular mentoring: more than three sessions."""
        return len(self.sessions) > REGULAR

    def held(self, *modes: str) -> Format:
        """The same format as a blend of virtual and in person: how each session is held, in order.

        Its name tells the blend, such as ``two_session_in_person_virtual``, and is understood wherever a format is
        named.

        Raises:
            InputError: not one of "virtual", "in_person" and "either" for each session.
        """
        if len(modes) != len(self.sessions):
            text = f"found {len(modes)} ways to meet, expected {len(self.sessions)}: one for each session"
            raise InputError(Problem("format", f"{self.name}.held", text))
        sessions = tuple(replace(spec, mode=mode) for spec, mode in zip(self.sessions, modes, strict=True))
        return replace(self, name="_".join((self.name, *modes)), sessions=sessions)


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
    for name in ("good_for", "title"):
        _text(getattr(form, name), f"{where}.{name}", problems)
    for name in ("words", "mentee_notes", "mentor_notes"):
        _texts(getattr(form, name), f"{where}.{name}", problems)
    if _all(form.words, str) and any(len(text) > LONGEST_WORDS or text.split().count("*") > 2 for text in form.words):
        text = f"found {excerpt(form.words)}, expected at most {LONGEST_WORDS} characters with at most two * alone"
        problems.add("format", f"{where}.words", text)
    for name in ("before", "after"):
        _check_reflection(getattr(form, name), f"{where}.{name}", problems)
    if type(form.follow_up) is FollowUp:
        _check_contact(form.follow_up, ("days", "answer_days"), f"{where}.follow_up", problems)
    elif form.follow_up is not None:
        text = f"found {excerpt(form.follow_up)}, expected a FollowUp or None"
        problems.add("format", f"{where}.follow_up", text)
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
    _check_reflection(gap.reflection, f"{where}.reflection", problems)
    if not _all(gap.touchpoints, Touchpoint):
        problems.add("format", f"{where}.touchpoints", "expected a tuple of Touchpoints")
        return
    for touch in gap.touchpoints:
        _one_of(touch.kind, KINDS, f"{where}.touchpoints", problems)
        _text(touch.mentee_then, f"{where}.touchpoints.mentee_then", problems)
        _check_contact(touch, ("answer_days", "lead_days"), f"{where}.touchpoints", problems)


def _check_contact(contact: Touchpoint | FollowUp, days: tuple[str, ...], where: str, problems: Problems) -> None:
    for name in ("mentee_sends", "mentor_sends"):
        _text(getattr(contact, name), f"{where}.{name}", problems)
    for name in days:
        _count(getattr(contact, name), f"{where}.{name}", (0, MOST_DAYS), problems)


def _check_reflection(reflection: Any, where: str, problems: Problems) -> None:
    if reflection is None:
        return
    if type(reflection) is not Reflection:
        problems.add("format", where, f"found {excerpt(reflection)}, expected a Reflection or None")
        return
    _count(reflection.days, f"{where}.days", (0, MOST_DAYS), problems)
    for name in ("questions", "mentor_questions"):
        _texts(getattr(reflection, name), f"{where}.{name}", problems)


def place_fault(value: Any, where: str, problems: Problems) -> None:
    """Note a place that is no short line of text: an address, or a link."""
    if type(value) is not str or len(value) > LONGEST_PLACE or not (value.isprintable() and value == value.strip()):
        text = f"found {excerpt(value)}, expected one line: an address or a link of at most {LONGEST_PLACE} characters"
        problems.add("format", where, text)


def _text(value: Any, where: str, problems: Problems) -> None:
    if type(value) is not str:
        problems.add("format", where, f"found {excerpt(value)}, expected a text")


def _texts(values: Any, where: str, problems: Problems) -> None:
    if not _all(values, str):
        problems.add("format", where, f"found {excerpt(values)}, expected a tuple of texts")


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
