"""What a person's calendar adds to the weekly windows: busy times, single dates, preferred hours, and limits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field, fields
from functools import partial
from types import MappingProxyType
from typing import Any

from mmatch.availability import DAY, YEARS, Window, day_of, day_text, instant, parse_week
from mmatch.cohort import Cohort
from mmatch.errors import InputError, Problem, Problems, excerpt
from mmatch.text import note_unknown

MOST = 10_000  # sessions in a day, week or month
HOURS = 24 * 31
LAST = (YEARS[-1] - 1969) * 366 * DAY  # minutes
DAYS = range(*(day_of(f"{year}-01-01") for year in (YEARS[0], YEARS[-1])))
Span = tuple[int, int]
CAPS = ("per_day", "per_week", "per_month", "hours_per_month")


@dataclass(frozen=True, slots=True)
class Diary:
    """What one person's calendar adds to their weekly windows.

    Args:
        busy: (from, to) of busy times, as times with an offset such as "2027-01-11T09:00+01:00", or as whole UTC
            minutes from 1970-01-01.
        dates: {date: hours} that hold instead of the weekly windows, such as {"2027-01-11": "9-12, 14-16"}; "" is
            nothing on this date.
        blackout: dates on which this person does not meet, local to them.
        preferred: weekly windows that this person prefers, such as "Tue 9-12".
        buffer: minutes that this person needs between two sessions and around busy times; None is the schedule's.
        per_day: most sessions on one date in this person's time zone; None is no limit, 0 is 0.
        per_week: most sessions from a Monday to a Sunday.
        per_month: most sessions in a calendar month.
        hours_per_month: most hours of sessions in a calendar month.

    Raises:
        InputError: all values of another form.
    """

    busy: Sequence[tuple[Any, Any]] = ()
    _: KW_ONLY
    dates: Mapping[Any, Any] = field(default_factory=lambda: MappingProxyType({}), hash=False)
    blackout: Sequence[Any] = ()
    preferred: Any = ()
    buffer: int | None = None
    per_day: int | None = None
    per_week: int | None = None
    per_month: int | None = None
    hours_per_month: float | None = None

    def __post_init__(self) -> None:
        problems = Problems()
        readers: dict[str, Callable[[Any], Any]] = {
            "busy": busy_of,
            "dates": _dates,
            "blackout": partial(blackout_of, where="Diary.blackout"),
            "preferred": _preferred,
            "buffer": lambda value: _count(value, "buffer", DAY),
            **{name: partial(_count, name=name, most=MOST) for name in CAPS[:3]},
            "hours_per_month": _hours,
        }
        for name, reader in readers.items():
            try:
                object.__setattr__(self, name, reader(getattr(self, name)))
            except InputError as error:
                problems.found.extend(error.problems)
        problems.raise_any()

    def __repr__(self) -> str:
        limits = [f"{name} {value}" for name in CAPS if (value := getattr(self, name)) is not None]
        facts = [f"{len(self.busy)} times taken", f"{len(self.dates)} dates with hours of their own", *limits]
        return f"<Diary: {', '.join(facts)}>"

    def __reduce__(self) -> tuple[Any, ...]:
        values = {item.name: getattr(self, item.name) for item in fields(self)}
        return partial(Diary, **{**values, "dates": dict(self.dates)}), ()

    @property
    def capped(self) -> bool:
        """Whether the person has any limit."""
        return any(getattr(self, name) is not None for name in CAPS)


def _wrong(code: str, name: str, message: str) -> InputError:
    return InputError(Problem(code, f"Diary.{name}", message))


def busy_of(times: Any, where: str = "Diary.busy") -> tuple[Span, ...]:
    """Busy times in UTC minutes, in order.

    Raises:
        InputError: no list of (from, to).
    """
    if isinstance(times, str | bytes | Mapping) or not hasattr(times, "__iter__"):
        raise InputError(Problem("time", where, f"found {excerpt(times)}, expected a list of (from, to)"))
    found = []
    for pair in times:
        if not isinstance(pair, tuple | list) or len(pair) != 2:
            raise InputError(Problem("time", where, f"found {excerpt(pair)}, expected (from, to)"))
        low, high = (at if type(at) is int and abs(at) < LAST else moment(at, where) for at in pair)
        if not low < high:
            raise InputError(Problem("time", where, f"found {excerpt(pair)}, which ends before it has begun"))
        found.append((low, high))
    return tuple(sorted(found))


def moment(value: Any, where: str = "time") -> int:
    """UTC minutes of a text with an offset or of an aware datetime, to the minute.

    Raises:
        InputError: no such time, or one without a zone.
    """
    if isinstance(value, dt.datetime):
        if value.tzinfo is None:
            raise InputError(Problem("time", where, f"found {excerpt(str(value))} without a time zone", "add tzinfo"))
        value = value.astimezone(dt.UTC).isoformat(timespec="auto").replace("+00:00", "Z")
    return instant(value, None, where)


def _dates(given: Any) -> Mapping[int, tuple[Span, ...]]:
    if not isinstance(given, Mapping):
        raise _wrong("date", "dates", f"found {excerpt(given)}, expected {{date: hours}}")
    found = {}
    for date, hours in given.items():
        day = _day(date, "Diary.dates")
        where = f"Diary.dates[{day_text(day)}]"
        if not isinstance(hours, str | tuple):
            raise InputError(Problem("window", where, f"found {excerpt(hours)}, expected hours such as 9-12"))
        if isinstance(hours, tuple):
            found[day] = hours
        else:
            windows = parse_week(f"Mon {hours}", where) if hours.strip() else ()
            found[day] = tuple((window.start, window.end) for window in windows)
    return MappingProxyType(dict(sorted(found.items())))


def blackout_of(dates: Any, where: str = "blackout") -> tuple[int, ...]:
    """Day numbers of dates.

    Raises:
        InputError: no list of dates.
    """
    if isinstance(dates, str | bytes) or not hasattr(dates, "__iter__"):
        text = f"found {excerpt(dates)}, expected a list of dates"
        raise InputError(Problem("date", where, text, 'write ["2027-01-25"]'))
    return tuple(sorted({_day(day, where) for day in dates}))


def _day(date: Any, where: str) -> int:
    """The number of a date; a number that is one already is of a date from 1973 to 2199, and no 20270111."""
    return date if type(date) is int and date in DAYS else day_of(date, where)


def _preferred(text: Any) -> tuple[Window, ...]:
    if isinstance(text, tuple) and all(isinstance(window, Window) for window in text):
        return text
    if not isinstance(text, str | tuple | list):
        raise _wrong("window", "preferred", f"found {excerpt(text)}, expected a text such as Tue 9-12")
    return parse_week(text, "Diary.preferred")


def _count(value: Any, name: str, most: int) -> int | None:
    if value is not None and (type(value) is not int or not 0 <= value <= most):
        raise _wrong("count", name, f"found {excerpt(value)}, expected a whole number from 0 to {most}, or None")
    return value


def _hours(value: Any) -> float | None:
    if value is not None and (type(value) not in {int, float} or not 0 <= value <= HOURS):
        text = f"found {excerpt(value)}, expected hours from 0 to {HOURS}, or None"
        raise _wrong("number", "hours_per_month", text)
    return None if value is None else float(value)


def diaries_of(
    cohort: Cohort,
    *,
    hours_per_month: str | None = None,
    per_day: str | None = None,
    per_week: str | None = None,
    per_month: str | None = None,
    preferred: str | None = None,
) -> dict[str, Diary]:
    """Diaries from what people wrote in their sign-up forms: each argument names an attribute of the cohort.

    ``diaries_of(cohort, hours_per_month="hours per month")`` reads the limit of each person who states one; 0 is 0.

    Returns:
        {id: Diary} of the people who state any of it, for ``Dates(…, diaries=…)``.

    Raises:
        InputError: an attribute that nobody has, and cells that do not fit.
    """
    given = {
        "hours_per_month": hours_per_month,
        "per_day": per_day,
        "per_week": per_week,
        "per_month": per_month,
        "preferred": preferred,
    }
    wanted = {name: attribute for name, attribute in given.items() if attribute is not None}
    people, problems = list(cohort), Problems()
    for attribute in wanted.values():
        if not any(attribute in person.attributes for person in people):
            text = f"nobody has the attribute {excerpt(attribute)}"
            note_unknown(problems, "diaries_of", attribute, cohort.attribute_names, code="unknown-attribute", text=text)
    problems.raise_any()
    found: dict[str, Diary] = {}
    for person in people:
        stated = {name: person.attributes[key] for name, key in wanted.items() if key in person.attributes}
        try:
            if stated:
                found[person.id] = Diary(**stated)
        except InputError as error:
            problems.found.extend(
                Problem(p.code, f"participant {excerpt(person.id)}.{p.where.removeprefix('Diary.')}", p.message, p.hint)
                for p in error.problems
            )
    problems.raise_any()
    return found


FREE = Diary()
