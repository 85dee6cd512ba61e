"""Session formats: how often people meet and what happens between. One format, one file, found by listing the folder.

Formats are data (`Format`): the three that ship are in ``single.py``, ``two_session.py`` and ``three_session.py``;
others are a few lines of a program's own.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Mapping
from dataclasses import dataclass

from mmatch.cohort import Request
from mmatch.errors import expect
from mmatch.formats._base import Format, Gap, Reflection, SessionSpec, Touchpoint, refuse_format

FORMATS = tuple(module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_"))
_PRODUCTS = re.compile(  # words in a topic that mean something made
    r"\b(?:analysis|application|cv|deck|design|draft|essay|grant|letter|lesson|plan|plans|planning|poster|portfolio"
    r"|presentation|proposal|prototype|report|resume|slides)\b"
)


def format_of(name: str, own: Mapping[str, Format] | None = None) -> Format:
    """The format of a name: one of a program's own, else one that ships.

    Raises:
        InputError: no format has this name.
    """
    if own is not None and name in own:
        return own[name]
    if name not in FORMATS:
        raise refuse_format(name, (*FORMATS, *(own or ())), "format")
    found: Format = importlib.import_module(f"mmatch.formats.{name}").FORMAT
    return found


@dataclass(frozen=True, slots=True)
class Recommendation:
    """A format for a request, and why."""

    format: str
    reason: str


def recommend_format(request: Request, topics: Mapping[str, str] | None = None) -> Recommendation:
    """Which format suits a request, with the reason: narrow topics one meeting, work products two, broad ones three.

    Where any one of several topics will do, it is the longest format that one of them needs.

    Args:
        request: the wish; a format that it states itself is kept.
        topics: the topic tree {child: parent}, where a topic with others below it is broad.

    Raises:
        InputError: what is given is no request.
    """
    expect(request, Request, "request")
    if request.format is not None:
        return Recommendation(request.format, "the request asks for it")
    found = [_recommended(topic, topics or {}) for topic in request.topics]
    return max(found, key=lambda advice: len(format_of(advice.format).sessions))


def _recommended(topic: str, topics: Mapping[str, str]) -> Recommendation:
    if not topic:
        return Recommendation("three_session", "no topic is named: finding out what it is takes a meeting of its own")
    below = sorted(child for child, parent in topics.items() if parent == topic)
    if below:
        return Recommendation("three_session", f"{topic} is broad: it includes {_listed(below)}")
    words = sorted(set(_PRODUCTS.findall(topic.casefold())))
    if words:
        return Recommendation("two_session", f"{_listed(words)} means a work product, to get feedback on")
    return Recommendation("single", f"{topic} is narrow: one meeting can answer it")


def _listed(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def handout(form: Format, who: str) -> str:
    """What a mentor or a mentee should know about a format, as Markdown that a program can edit.

    Args:
        form: the format.
        who: "mentor" or "mentee".

    Raises:
        InputError: no format, or neither of the two.
    """
    expect(form, Format, "form")
    if who not in {"mentor", "mentee"}:
        raise refuse_format(who, ("mentor", "mentee"), "who")
    lines = [f"# {form.name.replace('_', ' ').capitalize()}: hand-out for the {who}", ""]
    if form.before and who == "mentee":
        lines += [f"## Before: {form.before.days} days ahead", "", *_points(form.before.questions)]
    for k, session in enumerate(form.sessions):
        lines += [f"## Meeting {k + 1}: {session.minutes} minutes, {session.mode.replace('_', ' ')}", ""]
        lines += _points(session.agenda)
        if k < len(form.gaps):
            lines += _between(form.gaps[k], who)
    if form.after and who == "mentee":
        lines += [f"## Afterwards: within {form.after.days} days", "", *_points(form.after.questions)]
    return "\n".join(lines).rstrip() + "\n"


def _points(items: tuple[str, ...]) -> list[str]:
    return [*(f"- {item}" for item in items), ""]


def _between(gap: Gap, who: str) -> list[str]:
    lines = [f"## Between: {gap.target} days, at least {gap.least} and at most {gap.most}", ""]
    for touch in gap.touchpoints:
        send = f"by half-time the mentee sends {touch.mentee_sends}"
        answer = f"within {touch.answer_days} working days the mentor answers with {touch.mentor_sends}"
        text = f"{send}; {answer}, {touch.lead_days} days before the next meeting at the latest"
        addressed = {"mentee": ("the mentee sends", "you send"), "mentor": ("the mentor answers", "you answer")}[who]
        lines += _points((text.replace(*addressed),))
    return lines


__all__ = [
    "FORMATS",
    "Format",
    "Gap",
    "Recommendation",
    "Reflection",
    "SessionSpec",
    "Touchpoint",
    "format_of",
    "handout",
    "recommend_format",
]
