"""Hand-outs: what a mentor or a mentee should know about a format, as Markdown, in every language of the texts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from gettext import NullTranslations

from mmatch.display import visible
from mmatch.errors import expect
from mmatch.formats._base import FollowUp, Format, Reflection, Touchpoint, refuse_format
from mmatch.texts import gettext_noop, translator

ROLES = ("mentor", "mentee")
MODES = {
    "virtual": gettext_noop("virtual"),
    "in_person": gettext_noop("in person"),
    "either": gettext_noop("virtual or in person"),
}
TASKS = {
    "send": gettext_noop("Send {partner} {what}"),
    "answer": gettext_noop("Answer {partner} with {what}"),
    "expect": gettext_noop("You get from {partner}: {what}"),
    "reflect": gettext_noop("Think about: {what}"),
    "do": "{what}",
}
_LINK = re.compile(r"https?://[\w!#$%&'()*+,./:;=?@\[\]~-]+", re.ASCII)
_ENTITY = re.compile(r"&(?=#?\w+;)")
_SIGNS = re.compile(r"([\\`*_\[\]>~|])")


def handout(form: Format, who: str, language: str = "en") -> str:
    """What a mentor or a mentee should know about a format, as Markdown that a program can edit.

    Args:
        form: the format.
        who: "mentor" or "mentee".
        language: of the texts, as a tag such as "de"; a program's own texts stay as they are.

    Raises:
        InputError: no format, neither of the two roles, a language into which nobody has translated the texts.
    """
    expect(form, Format, "form")
    if who not in ROLES:
        raise refuse_format(who, ROLES, "who")
    texts = translator(language)
    title = {
        "mentor": texts.gettext("{format}: hand-out for mentors"),
        "mentee": texts.gettext("{format}: hand-out for mentees"),
    }[who]
    heads = [session_head(form, k, texts) for k in range(len(form.sessions))]
    slots = [list(_duties(form, k, who, texts)) for k in range(len(form.sessions) + 1)]
    return markdown(title.format(format=texts.gettext(form.label)), (), steps(form, who, heads, slots, texts))


def steps(
    form: Format, who: str, heads: Sequence[str], slots: Sequence[Sequence[str]], texts: NullTranslations
) -> Iterator[tuple[str, Sequence[str]]]:
    """(heading, points) of a hand-out in the order of time.

    Args:
        form: the format.
        who: "mentor" or "mentee".
        heads: the heading of each session.
        slots: what is due before the first session, between each two, and after the last one.
        texts: the language.
    """
    _ = texts.gettext
    notes = form.mentor_notes if who == "mentor" else form.mentee_notes
    yield _("Keep in mind"), tuple(map(_, notes))
    last = len(form.sessions)
    for k, points in enumerate(slots):
        between = _("Between sessions {first} and {second}").format(first=k, second=k + 1)
        yield _("Before the first session") if k == 0 else between if k < last else _("After the last session"), points
        if k < last:
            yield heads[k], tuple(map(_, form.sessions[k].agenda))


def session_head(form: Format, k: int, texts: NullTranslations) -> str:
    """The heading of a session, such as "Session 1 of 2: 60 minutes, virtual"."""
    spec = form.sessions[k]
    minutes = texts.ngettext("{n} minute", "{n} minutes", spec.minutes).format(n=spec.minutes)
    return ": ".join((session_title(k, len(form.sessions), texts), f"{minutes}, {texts.gettext(MODES[spec.mode])}"))


def session_title(k: int, count: int, texts: NullTranslations) -> str:
    """Which session it is, such as "Session 1 of 2"; the only one is "The session"."""
    if count == 1:
        return texts.gettext("The session")
    return texts.gettext("Session {number} of {count}").format(number=k + 1, count=count)


def markdown(title: str, facts: Iterable[str], sections: Iterable[tuple[str, Sequence[str]]]) -> str:
    """A page of Markdown: facts in a list, then sections with points; sections without points are left out.

    Every text is plain: what looks like markup in it is escaped.
    """
    lines = [f"# {plain(title)}", "", *(f"- {fact}" for fact in facts)]
    for heading, points in sections:
        if points:
            lines += ["", f"## {plain(heading)}", "", *(f"- {plain(point)}" for point in points)]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)) + "\n"


def plain(text: str) -> str:
    """A text as one line of Markdown in which nothing is markup, but a link alone is one."""
    text = visible(" ".join(text.split()))
    bare = _ENTITY.sub("&amp;", text).replace("<", "&lt;")
    return f"<{text}>" if link(text) else _SIGNS.sub(r"\\\1", bare)


def link(text: str) -> bool:
    """Whether a text is the address of a page, and nothing else."""
    return _LINK.fullmatch(text) is not None


# -- what is due ------------------------------------------------------------------------------------------------------


def task_text(kind: str, what: str, partner: str, texts: NullTranslations) -> str:
    """A task in words: whom it is for, and what to do; of kind "expect", what comes from the partner."""
    parts = what.split("; ") if kind == "reflect" else [what]
    between = " " if what.endswith("?") else "; "
    return texts.gettext(TASKS[kind]).format(partner=partner, what=between.join(map(texts.gettext, parts)))


def _duties(form: Format, k: int, who: str, texts: NullTranslations) -> Iterator[str]:
    """What a role has to do after session k, counted from 1, and before the next one; 0 is before the first."""
    partner = texts.gettext("your mentor") if who == "mentee" else texts.gettext("your mentee")
    if k == 0 and form.before:
        when = texts.ngettext("{n} day before", "{n} days before", form.before.days).format(n=form.before.days)
        yield from _thoughts(form.before, who, when, texts)
    elif k == len(form.sessions):
        if form.after:
            yield from _thoughts(form.after, who, _days_after(form.after.days, texts), texts)
        if form.follow_up:
            yield from _exchange(form.follow_up, who, (_days_after(form.follow_up.days, texts), partner), texts)
    elif k > 0:
        gap = form.gaps[k - 1]
        for touch in gap.touchpoints:
            yield from _exchange(touch, who, (texts.gettext("Half-way between the sessions"), partner), texts)
            if touch.mentee_then and who == "mentee":
                yield f"{texts.gettext('Until the next session')}: {texts.gettext(touch.mentee_then)}"
        if gap.reflection:
            yield from _thoughts(gap.reflection, who, _days_after(gap.reflection.days, texts), texts)


def _days_after(n: int, texts: NullTranslations) -> str:
    return texts.ngettext("{n} day after the session", "{n} days after the session", n).format(n=n)


def _thoughts(reflection: Reflection, who: str, when: str, texts: NullTranslations) -> Iterator[str]:
    questions = reflection.mentor_questions if who == "mentor" else reflection.questions
    if questions:
        yield f"{when}: {task_text('reflect', '; '.join(questions), '', texts)}"


def _exchange(
    contact: Touchpoint | FollowUp, who: str, first: tuple[str, str], texts: NullTranslations
) -> Iterator[str]:
    """What the mentee sends and what the mentor answers, with one of them as the reader."""
    (when, partner), n = first, contact.answer_days
    sends, answers = ("send", "expect") if who == "mentee" else ("expect", "answer")
    then = texts.ngettext("Within {n} working day", "Within {n} working days", n).format(n=n)
    yield f"{when}: {task_text(sends, contact.mentee_sends, partner, texts)}"
    yield f"{then}: {task_text(answers, contact.mentor_sends, partner, texts)}"
