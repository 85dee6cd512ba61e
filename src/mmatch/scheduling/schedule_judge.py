"""The independent judge of schedules: every minute of every session against each person's local time.

It shares only the facts with the searches: windows are parsed again, time zones are looked up minute by minute.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import lru_cache
from itertools import combinations, pairwise, product
from typing import Any
from zoneinfo import ZoneInfo

from mmatch.availability import parse_week
from mmatch.cohort import Cohort, Participant
from mmatch.errors import InputError
from mmatch.formats import Gap, format_of
from mmatch.matching import Match, Matching, Violation
from mmatch.program import Program
from mmatch.scheduling.diaries import FREE, Diary
from mmatch.scheduling.plans import Plan, Schedule, Session
from mmatch.scheduling.schedule_settings import Settings, format_name, key_of

START = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_week = lru_cache(maxsize=4096)(parse_week)


def judge_schedule(
    cohort: Cohort, program: Program, schedule: Schedule, matching: Matching | None = None
) -> list[Violation]:
    """Check a schedule independently and list everything that is wrong with it; an empty list means that all is well.

    Each match has one plan or one reason (of the matching, where it is given); as many sessions as its format, of the
    right length and mode, with the right gaps, and time for what is due between them; everybody is free in their own
    zone during every minute, has no more sessions than their limits say, and is in one place at a time, with the way
    between two places; no site holds more sessions at a time than it has rooms; pinned sessions are where they were
    pinned. Sessions that have taken place are as they were.
    """
    dated = [plan.match for plan in schedule.plans] + [item.match for item in schedule.unplaced]
    found = list(_wrong_matches(matching or Matching(tuple(dict.fromkeys(dated)), ()), dated))
    names = frozenset(cohort.people.ids)
    known = [plan for plan in schedule.plans if names.issuperset(plan.people)]
    by_person = _by_person(known, schedule.settings)
    people = {name: cohort[name] for name in sorted(by_person)}
    if dict(schedule.settings.formats) != program.own_formats:
        found.append(Violation("plan-format", "the formats are not those of the program"))
    for plan in known:
        wanted = format_name(cohort, program, plan.match)
        if plan.format != wanted:
            text = f"{plan.match.mentor}: the format is {plan.format}, expected {wanted}"
            found.append(Violation("plan-format", text, plan.people))
        found += _wrong_plan(people, schedule.settings, plan)
    for name, person in people.items():
        found += _wrong_person(person, schedule.settings, by_person[name])
    return [*found, *_wrong_rooms(schedule)]


def _wrong_matches(matching: Matching, dated: list[Match]) -> Iterator[Violation]:
    given, listed = (Counter((m.mentor, m.mentees, m.offer, m.topic) for m in matches) for matches in (matching, dated))
    for key in (given - listed) + (listed - given):
        missing = given[key] > listed[key]
        wrong = "has no plan and no reason" if missing else "is planned too often, or not in the matching"
        names = (key[0], *key[1])
        yield Violation("plan-match", f"the match of {' and '.join(names)} {wrong}", names)


# -- one plan ---------------------------------------------------------------------------------------------------------


def _wrong_plan(known: Mapping[str, Participant], settings: Settings, plan: Plan) -> Iterator[Violation]:
    form = format_of(plan.format, settings.formats)
    names, key = plan.people, key_of(plan.match)
    pins, kept, agreed = (given.get(key, {}) for given in (settings.pins, settings.kept, settings.agreed))
    if [session.minutes for session in plan.sessions] != [spec.minutes for spec in form.sessions]:
        yield Violation("plan-sessions", f"{plan.match.mentor}: not the sessions of {form.name}", names)
        return
    people = [known[name] for name in names]
    for k, (session, spec) in enumerate(zip(plan.sessions, form.sessions, strict=True)):
        fixed = kept.get(k, pins.get(k, session.start))
        if fixed != session.start:
            yield Violation("plan-pin", f"{plan.match.mentor}: session {k + 1} is not at its given time", names)
        if k in kept:
            continue
        if spec.mode not in {"either", session.mode} or not _can_meet(people, session, settings):
            yield Violation("plan-mode", f"{plan.match.mentor}: a session is {session.mode or 'nowhere'}", names)
        since = None if agreed.get(k) == session.start else settings.since
        for person in people:
            if (since is not None and session.start < since) or not _free(person, settings, session):
                yield Violation("plan-time", f"{person.id} is not free from {_shown(session)}", (person.id,))
    zone = ZoneInfo(people[0].timezone or settings.zone)
    for k, (gap, (earlier, later)) in enumerate(zip(form.gaps, pairwise(plan.sessions), strict=True)):
        if not {k, k + 1} <= kept.keys():
            yield from _wrong_gap(gap, (earlier, later), settings, zone, names)


def _wrong_gap(
    gap: Gap, sessions: tuple[Session, Session], settings: Settings, zone: ZoneInfo, names: tuple[str, ...]
) -> Iterator[Violation]:
    """A gap that is too short or too long, and touchpoints that have no time."""
    earlier, later = sessions
    one, other = (_local_time(session.start, zone).date() for session in sessions)
    days = (other - one).days
    if gap.working:
        first, sign = (one, 1) if days >= 0 else (other, -1)
        days = sign * sum(_works(first + dt.timedelta(days=k), settings) for k in range(1, abs(days) + 1))
    if not gap.least <= days <= gap.most or later.start < earlier.end:
        text = f"{names[0]}: {days} days between two sessions, expected {gap.least} to {gap.most}"
        yield Violation("plan-gap", text, names)
    for touch in gap.touchpoints:
        answered, left = one, touch.answer_days
        while left:
            answered += dt.timedelta(days=1)
            left -= _works(answered, settings)
        if answered + dt.timedelta(days=touch.lead_days) > other:
            text = f"{names[0]}: {touch.answer_days} working days to answer and {touch.lead_days} days to read do not"
            yield Violation("plan-touchpoint", f"{text} fit between two sessions", names)


def _works(date: dt.date, settings: Settings) -> bool:
    return date.weekday() < 5 and (date - START.date()).days not in settings.blackout


def _can_meet(people: list[Participant], session: Session, settings: Settings) -> bool:
    if session.mode not in {"virtual", "in_person"} or not all(session.mode in person.modes for person in people):
        return False
    if session.mode == "virtual":
        return session.site == ""
    sites = {person.site for person in people}
    ways = all(site == session.site or (site, session.site) in settings.travel for site in sites)
    return session.site in sites and "" not in sites and ways


# -- one person -------------------------------------------------------------------------------------------------------


def _free(person: Participant, settings: Settings, session: Session) -> bool:
    """Whether every minute is in a window, on a date that is open, and not taken."""
    zone = ZoneInfo(person.timezone or settings.zone)
    diary = settings.diaries.get(person.id, FREE)
    try:
        windows = settings.hours if person.availability is None else _week(person.availability)
    except InputError:
        windows = ()
    buffer = settings.buffer if diary.buffer is None else diary.buffer
    if any(low - buffer < session.end and session.start < high + buffer for low, high in diary.busy):
        return False
    for day, clock, until in _stretches(session.start, session.end, zone):
        if not settings.start <= day <= settings.end:
            return False
        if day in diary.dates:
            spans = list(diary.dates[day])
        elif day in settings.blackout or day in diary.blackout:
            return False
        else:
            spans = [(w.start, w.end) for w in windows if w.day == (day + 3) % 7]  # 1970-01-01 was a Thursday
        if not _covered(clock, until, spans):
            return False
    return True


@lru_cache(maxsize=1 << 16)
def _stretches(start: int, end: int, zone: ZoneInfo) -> tuple[tuple[int, int, int], ...]:
    """(day, from, to) of the local times from one minute to another, looked up minute by minute.

    A stretch goes on as long as the clock moves by a minute each minute.
    """
    found: list[tuple[int, int, int]] = []
    for minute in range(start, end):
        day, clock = _shows(minute, zone)
        if found and found[-1][0] == day and found[-1][2] == clock:
            found[-1] = day, found[-1][1], clock + 1
        else:
            found.append((day, clock, clock + 1))
    return tuple(found)


@lru_cache(maxsize=1 << 18)
def _shows(minute: int, zone: ZoneInfo) -> tuple[int, int]:
    """The day and the minute of the day that the clock of a zone shows."""
    local = _local_time(minute, zone)
    return (local.date() - START.date()).days, local.hour * 60 + local.minute


def _covered(clock: int, until: int, spans: list[tuple[int, int]]) -> bool:
    """Whether every minute of a stretch is in one of some spans."""
    for low, high in sorted(spans):
        if low <= clock < high:
            clock = high
    return clock >= until


Attended = list[tuple[Session, bool]]  # with whether it has taken place


def _by_person(plans: list[Plan], settings: Settings) -> dict[str, Attended]:
    found: dict[str, Attended] = {}
    for plan in plans:
        kept = settings.kept.get(key_of(plan.match), {})
        for (k, session), name in product(enumerate(plan.sessions), plan.people):
            found.setdefault(name, []).append((session, k in kept))
    return found


def _wrong_person(person: Participant, settings: Settings, attended: Attended) -> Iterator[Violation]:
    """Two sessions at a time, and limits that are exceeded."""
    diary = settings.diaries.get(person.id, FREE)
    buffer = settings.buffer if diary.buffer is None else diary.buffer
    ordered = sorted(attended, key=lambda row: (row[0].start, row[0].end))
    for (one, held), (other, after) in combinations(ordered, 2):
        way = settings.travel.get((one.site or person.site, other.site or person.site), 0)
        pause = max(buffer, way)
        if other.start < one.end + pause and not (held and after):
            yield Violation("plan-overlap", f"{person.id} has two sessions at once", (person.id,))
            break
    zone = ZoneInfo(person.timezone or settings.zone)
    rows = [(_local_time(session.start, zone).date(), session, held) for session, held in attended]
    for text, most, period, weigh in _limits(diary):
        used: Counter[object] = Counter()
        for date, session, _ in rows:
            used[period(date)] += weigh(session)
        if any(used[period(date)] > most for date, _, held in rows if not held):
            yield Violation("plan-limit", f"{person.id} has more than {text}", (person.id,))


def _limits(diary: Diary) -> Iterator[tuple[str, float, Any, Any]]:
    """(in words, at most, the period of a date, what a session counts)."""
    periods: list[tuple[str, str, Any]] = [
        ("per_day", "day", lambda date: date),
        ("per_week", "week", lambda date: date.isocalendar()[:2]),
        ("per_month", "month", lambda date: (date.year, date.month)),
    ]
    for name, text, period in periods:
        if (most := getattr(diary, name)) is not None:
            yield f"{most} sessions a {text}", most, period, lambda _: 1
    if (hours := diary.hours_per_month) is not None:
        yield f"{hours} hours a month", hours, periods[-1][-1], lambda session: Fraction(session.minutes, 60)


# -- rooms ------------------------------------------------------------------------------------------------------------


def _wrong_rooms(schedule: Schedule) -> Iterator[Violation]:
    """Sessions in person without a room of their own, where a site has rooms."""
    settings = schedule.settings
    taken: dict[tuple[str, str], list[tuple[int, int, str]]] = {}
    for plan in schedule.plans:
        kept, mentor = settings.kept.get(key_of(plan.match), {}), plan.match.mentor
        for k, session in enumerate(plan.sessions):
            if session.mode != "in_person" or session.site not in settings.rooms or k in kept:
                continue
            if session.room in settings.rooms[session.site]:
                span = (session.start, session.end, mentor)
                taken.setdefault((session.site, session.room), []).append(span)
            else:
                yield Violation("plan-room", f"{mentor}: no room at {session.site} from {_shown(session)}", (mentor,))
    for (site, room), spans in sorted(taken.items()):
        for one, other in pairwise(sorted(spans)):
            if other[0] < one[1]:
                text = f"two sessions at once in room {room} at {site}: of {one[2]} and of {other[2]}"
                yield Violation("plan-room", text, (one[2], other[2]))


def _local_time(minute: int, zone: ZoneInfo) -> dt.datetime:
    return (START + dt.timedelta(minutes=minute)).astimezone(zone)


def _shown(session: Session) -> str:
    return f"{session.begins():%Y-%m-%d %H:%M} UTC, {session.minutes} minutes"
