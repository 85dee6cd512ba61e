"""Zones with every kind of clock: half hours, changes at midnight and around fasts, a day that was skipped."""

import datetime as dt
import zoneinfo

ZONES = [
    "Africa/Cairo",
    "Africa/Casablanca",
    "Africa/El_Aaiun",
    "Africa/Lagos",
    "America/Anchorage",
    "America/Asuncion",
    "America/Chicago",
    "America/Havana",
    "America/New_York",
    "America/Nuuk",
    "America/Phoenix",
    "America/Santiago",
    "America/Sao_Paulo",
    "America/St_Johns",
    "Asia/Beirut",
    "Asia/Gaza",
    "Asia/Kathmandu",
    "Asia/Kolkata",
    "Asia/Pyongyang",
    "Asia/Tehran",
    "Asia/Tokyo",
    "Australia/Eucla",
    "Australia/Lord_Howe",
    "Australia/Sydney",
    "Europe/Berlin",
    "Europe/London",
    "Europe/Volgograd",
    "Pacific/Apia",
    "Pacific/Chatham",
    "Pacific/Norfolk",
]


def changes(zone, years):
    """Days (UTC) on which a zone changes its clocks, found day by day."""
    info, day = zoneinfo.ZoneInfo(zone), dt.datetime(years[0], 1, 1, tzinfo=dt.UTC)
    while day.year <= years[-1]:
        after = day + dt.timedelta(days=1)
        if day.astimezone(info).utcoffset() != after.astimezone(info).utcoffset():
            yield day.date()
        day = after
