"""The page of one person: whom they meet, when, and what to prepare. Nothing about anybody whom they do not meet."""

from __future__ import annotations

from collections.abc import Iterator

from mmatch.explanations.words import counted
from mmatch.formats import format_of
from mmatch.matching import Match
from mmatch.reporting.dated import DUTY, Calendar, day, when, where
from mmatch.reporting.overview import Material
from mmatch.reporting.sections import CellGrid, Page, Section, ShownNames

MISSED = {
    "no_offer": "Nobody offers this topic at present.",
    "rules": "The rules of the program leave no mentor for this wish.",
    "shortage": "More people asked for this topic than there are places.",
    "outranked": "The places on this topic went to others.",
    "price": "A place here would have cost others theirs.",
}


def personal(found: Material, who: str) -> Page:
    """What one person may see: their own matches, dates and tasks, and in general words what could not be found."""
    names = ShownNames(found.cohort)
    matches = found.matches_of.get(who, [])
    sections = [*_meetings(names, who, matches), *_when(found, names, who), *_prepare(found, who), *_missed(found, who)]
    text = f"You take part in {counted(len(matches), 'match')}." if matches else "No match was found for you this time."
    return Page(f"{found.title}: {names.short(who)}", text, sections=sections)


def _meetings(names: ShownNames, who: str, matches: list[Match]) -> Iterator[Section]:
    """Whom this person meets, and on what."""
    timed = any(match.slot for match in matches)
    rows = []
    for match in matches:
        led = who == match.mentor
        role, own, met = ("mentor", (), match.mentees) if led else ("mentee", match.mentees, (match.mentor,))
        text, beside = ", ".join(map(names.short, met)), ", ".join(names.short(name) for name in own if name != who)
        text += f", together with {beside}" if beside else ""
        rows.append((role, match.topic or "any", text, *[match.slot] * timed))
    if rows:
        heads = ("you are", "topic", "with", *["when"] * timed)
        yield Section("meetings", "Whom you meet", grids=(CellGrid("Your matches", heads, rows),))


def _when(found: Material, names: ShownNames, who: str) -> Iterator[Section]:
    """The sessions of this person on their own clock, and their own tasks."""
    plans = found.plans_of.get(who, [])
    if found.schedule is None or not plans:
        return
    calendar = Calendar(found.cohort, found.schedule, names)
    zone = calendar.zone(who)
    meetings = [(meeting, plan) for plan in plans for meeting in plan.sessions]
    rows = [
        (*when(meeting, zone), ", ".join(names.short(p) for p in plan.people if p != who), where(meeting))
        for meeting, plan in sorted(meetings, key=lambda row: (row[0].start, row[1].people))
    ]
    grids = [CellGrid("Your sessions", ("date", "time", "with", "where"), rows)]
    dues = sorted(
        (due.by, f"{DUTY[due.kind]} {due.what}", due)
        for plan in plans
        for due in plan.dues
        if who in ((plan.match.mentor,) if due.who == "mentor" else plan.match.mentees)
    )
    if dues:
        tasks = [(day(due, zone), text) for _, text, due in dues]
        grids.append(CellGrid("Your tasks", ("until", "what"), tasks))
    yield Section("dates", "When you meet", (f"All times are in the time zone {zone}.",), grids=grids)


def _prepare(found: Material, who: str) -> Iterator[Section]:
    """What the sessions are about, point by point."""
    own = {} if found.schedule is None else found.schedule.settings.formats
    for name in dict.fromkeys(plan.format for plan in found.plans_of.get(who, [])):
        form = format_of(name, own)
        title = name.replace("_", " ")
        for k, session in enumerate(form.sessions, 1):
            if session.agenda:
                place = f" {k} of {len(form.sessions)}" if len(form.sessions) > 1 else ""
                yield Section(f"agenda-{name}-{k}", f"Session{place} ({title}): agenda", points=session.agenda)


def _missed(found: Material, who: str) -> Iterator[Section]:
    """What this person asked for and did not get, without a word about others."""
    points = [
        f"{topic or 'any topic'}: {MISSED.get(kind, 'No place was found.')}"
        for topic, kind in found.missed_of.get(who, {}).items()
    ]
    if points:
        yield Section("missed", "What could not be found for you", points=points)
