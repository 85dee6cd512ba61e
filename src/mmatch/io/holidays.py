"""Public holidays of a country, for the dates on which nobody meets."""

from __future__ import annotations

import datetime as dt

from mmatch.availability import date_of, day_of
from mmatch.errors import ExtraError, InputError, Problem, excerpt


def public_holidays(
    country: str, start: dt.date | str, end: dt.date | str, *, region: str | None = None
) -> tuple[str, ...]:
    """The public holidays of a country between two dates, for ``Dates(…, blackout=…)`` or a `Diary`.

    Args:
        country: a code of two letters (ISO 3166-1), such as "DE".
        start: first date.
        end: last date.
        region: a part of the country (ISO 3166-2 without the country), such as "BY".

    Returns:
        Dates such as "2027-05-01", in order.

    Raises:
        InputError: an unknown country or region, or no dates.
        ExtraError: the package holidays is not installed.
    """
    try:
        import holidays
    except ModuleNotFoundError:
        raise ExtraError("public holidays need the package holidays: pip install 'mmatch[holidays]'") from None
    first, last = (date_of(day_of(day, "dates")) for day in (start, end))
    try:
        found = holidays.country_holidays(country, subdiv=region, years=range(first.year, last.year + 1))
    except (NotImplementedError, AttributeError, TypeError):
        text = f"found {excerpt(country)}" + (f" with the region {excerpt(region)}" if region is not None else "")
        raise InputError(Problem("country", "country", f"{text}, expected codes such as DE and BY")) from None
    return tuple(sorted(day.isoformat() for day in found if first <= day <= last))
