"""What one person is given, in their language: a page and a hand-out. Nothing about anybody whom they do not meet."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from gettext import NullTranslations

from mmatch.cohort import Cohort
from mmatch.formats import format_of
from mmatch.formats.handouts import markdown, plain, session_title, steps, task_text
from mmatch.io.contacts import addresses
from mmatch.matching import Match
from mmatch.reporting.dated import Calendar, day, when, where
from mmatch.reporting.overview import Material
from mmatch.reporting.sections import CellGrid, Page, Section, ShownNames
from mmatch.scheduling.plans import Due, Plan, Schedule
from mmatch.texts import gettext_noop, translator_for

MISSED = {
    "no_offer": gettext_noop("Nobody offers this topic at present."),
    "rules": gettext_noop("The rules of the program leave no mentor for this wish."),
    "shortage": gettext_noop("More people asked for this topic than there are places."),
    "outranked": gettext_noop("The places on this topic went to others."),
    "price": gettext_noop("A place here would have cost others theirs."),
}
NO_PLACE = gettext_noop("No place was found.")
ROLES = {"mentor": gettext_noop("mentor"), "mentee": gettext_noop("mentee")}


def personal(found: Material, who: str) -> Page:
    """What one person may see: their own matches, dates and tasks, and in general words what could not be found."""
    texts = translator_for(found.cohort[who].language, found.language)
    names = ShownNames(found.cohort)
    matches = found.matches_of.get(who, [])
    sections = [
        *_meetings(found, who, matches, texts),
        *_when(found, names, who, texts),
        *_prepare(found, who, texts),
        *_missed(found, who, texts),
    ]
    n = len(matches)
    text = texts.ngettext("You take part in {n} match.", "You take part in {n} matches.", n).format(n=n)
    headline = text if matches else texts.gettext("No match was found for you this time.")
    title = f"{texts.gettext(found.title)}: {names.short(who)}"
    return Page(title, headline, sections=sections, language=texts.language)


def _meetings(found: Material, who: str, matches: list[Match], texts: NullTranslations) -> Iterator[Section]:
    """Whom this person meets, on what, and how to write to them."""
    _, names = texts.gettext, ShownNames(found.cohort)
    timed = any(match.slot for match in matches)
    known = [", ".join(addresses(found.cohort, match, who, found.contact).values()) for match in matches]
    rows: list[tuple[str, ...]] = []
    for match, address in zip(matches, known, strict=True):
        led = who == match.mentor
        role, own, met = ("mentor", (), match.mentees) if led else ("mentee", match.mentees, (match.mentor,))
        text, beside = _listed(names, met), ", ".join(names.short(name) for name in own if name != who)
        text = _("{people}, together with {others}").format(people=text, others=beside) if beside else text
        rows.append((_(ROLES[role]), match.topic or _("any"), text, *[address] * any(known), *[match.slot] * timed))
    if rows:
        heads = (_("you are"), _("topic"), _("with"), *[_("e-mail")] * any(known), *[_("when")] * timed)
        yield Section("meetings", _("Whom you meet"), grids=(CellGrid(_("Your matches"), heads, rows),))


def _when(found: Material, names: ShownNames, who: str, texts: NullTranslations) -> Iterator[Section]:
    """The sessions of this person on their own clock, and their own tasks."""
    _, plans = texts.gettext, found.plans_of.get(who, [])
    if found.schedule is None or not plans:
        return
    zone = Calendar(found.cohort, found.schedule, names).zone(who)
    meetings = [(meeting, plan) for plan in plans for meeting in plan.sessions]
    rows = [
        (*when(meeting, zone, texts), _listed(names, tuple(p for p in plan.people if p != who)), where(meeting, texts))
        for meeting, plan in sorted(meetings, key=lambda row: (row[0].start, row[1].people))
    ]
    heads = (_("date"), _("time"), _("with"), _("where"))
    grids = [CellGrid(_("Your sessions"), heads, rows)]
    dues = [(due, plan) for plan in plans for due in plan.dues if who in plan.doers(due)]
    tasks = sorted((due.by, due.text(_listed(names, plan.partners(who)), texts), due) for due, plan in dues)
    if tasks:
        own = [(day(due, zone, texts), text) for _by, text, due in tasks]
        grids.append(CellGrid(_("Your tasks"), (_("until"), _("what")), own))
    sentence = _("All times are in the time zone {zone}.").format(zone=zone)
    yield Section("dates", _("When you meet"), (sentence,), grids=grids)


def _prepare(found: Material, who: str, texts: NullTranslations) -> Iterator[Section]:
    """What to keep in mind, and what the sessions are about, point by point."""
    _, own = texts.gettext, {} if found.schedule is None else found.schedule.settings.formats
    roles = {(plan.format, "mentor" if who == plan.match.mentor else "mentee") for plan in found.plans_of.get(who, [])}
    for name, role in sorted(roles):
        form = format_of(name, own)
        heads = [session_title(k, len(form.sessions), texts) for k in range(len(form.sessions))]
        slots: list[list[str]] = [[]] * (len(heads) + 1)
        for k, (head, points) in enumerate(steps(form, role, heads, slots, texts)):
            if points:
                yield Section(f"agenda-{name}-{role}-{k}", f"{_(form.label)}: {head}", points=points)


def _missed(found: Material, who: str, texts: NullTranslations) -> Iterator[Section]:
    """What this person asked for and did not get, without a word about others."""
    _ = texts.gettext
    points = [
        f"{topic or _('any topic')}: {_(MISSED.get(kind, NO_PLACE))}"
        for topic, kind in found.missed_of.get(who, {}).items()
        if kind != "limit" or not found.matches_of.get(who)
    ]
    if points:
        yield Section("missed", _("What could not be found for you"), points=points)


def _listed(names: ShownNames, people: tuple[str, ...]) -> str:
    return ", ".join(map(names.short, people))


# -- hand-outs --------------------------------------------------------------------------------------------------------


def person_handout(cohort: Cohort, schedule: Schedule, who: str, *, language: str = "en") -> str:
    """A hand-out for one person as Markdown: for each match the topic, the partners, dates, places, agendas and tasks.

    It is in the person's own language where that is translated.

    Args:
        cohort: names the people.
        schedule: the plans.
        who: the id of a person.
        language: of those who state none, or one that is not translated.

    Raises:
        InputError: an unknown id, a language into which nobody has translated the texts.
    """
    texts = translator_for(cohort[who].language, language)
    calendar = Calendar(cohort, schedule, ShownNames(cohort))
    return "\n".join(_plan_handout(calendar, plan, who, texts) for plan in schedule.plans if who in plan.people)


def _plan_handout(calendar: Calendar, plan: Plan, who: str, texts: NullTranslations) -> str:
    _, names, zone = texts.gettext, calendar.names, calendar.zone(who)
    form = format_of(plan.format, calendar.schedule.settings.formats)
    facts = [
        _("Topic: {topic}").format(topic=plain(plan.match.topic or _("any topic"))),
        _("With: {people}").format(people=plain(_listed(names, plan.partners(who)))),
        _("All times are in the time zone {zone}.").format(zone=plain(zone)),
    ]
    heads = [session_title(k, len(plan.sessions), texts) for k in range(len(plan.sessions))]
    for head, meeting in zip(heads, plan.sessions, strict=True):
        facts.append(f"{head}: {', '.join(when(meeting, zone, texts))}, {plain(where(meeting, texts))}")
    slots: list[list[str]] = [[] for _slot in range(len(heads) + 1)]
    for due in sorted(plan.dues, key=lambda due: due.by):
        text = _task(due, plan, who, _listed(names, plan.partners(who)), texts)
        if text:
            until = _("Until {date}: {task}").format(date=day(due, zone, texts), task=text)
            slots[bisect_left([meeting.start for meeting in plan.sessions], due.by)].append(until)
    title = _("{format}: hand-out for {person}").format(format=_(form.label), person=names.short(who))
    role = "mentor" if who == plan.match.mentor else "mentee"
    return markdown(title, facts, steps(form, role, heads, slots, texts))


def _task(due: Due, plan: Plan, who: str, partners: str, texts: NullTranslations) -> str:
    """What a person has to do, or what comes from their partners; nothing where it is the partners' alone."""
    if who in plan.doers(due):
        return due.text(partners, texts)
    return task_text("expect", due.what, partners, texts) if due.kind in {"send", "answer"} else ""
