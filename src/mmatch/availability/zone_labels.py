"""What people and forms call a time zone, and the place that they mean."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
import unicodedata
import zoneinfo
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache, lru_cache
from importlib import resources
from typing import Any

from mmatch.availability.zones import LONGEST_NAME, is_zone_name, zone_exists, zone_of
from mmatch.errors import InputError, Problem, excerpt

AREAS = ["Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"]
_OFFSET = re.compile(
    r"(?:\b(?:UTC|GMT)\s*|(?<![\w:+-]))([+-])\s*(\d{1,2})(?:[:.]?(\d{2}))?(?![\d:.])|\b(UTC|GMT)\b",
    re.IGNORECASE | re.ASCII,
)
_MINUS = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"))
_APART = re.compile(r"[,;()\[\]|]|\s-\s|\s/\s")
_SLASH = re.compile("/")
_ENDING = re.compile(r" (?:time ?zone|time|zone|zeit|islands?)$")
_SEASON = re.compile(r"\b(?:daylight|summer)( saving| savings)? time$")
_COPY = re.compile(r"(?<=standard time) \d+$")  # "GMT Standard Time 1", as calendar programs number them
_UTC = re.compile(r"coordinated universal time(?=[+-])", re.IGNORECASE)
_HINT = "write a place of the IANA database, such as Europe/Berlin or America/New_York"


def zone_from_label(text: str, where: str = "timezone") -> tuple[str, str]:
    """The time zone that people and forms name, such as "(GMT-05:00) Eastern Time (US & Canada)", and a note.

    IANA names in any case, cities of the IANA database and countries in one zone, Windows' names, the labels of forms,
    abbreviations and offsets. An offset beside a place only checks it: the place counts, with its summer time.

    Args:
        text: what somebody wrote or chose.
        where: what the text is, for the error.

    Returns:
        The IANA name, and what is worth knowing about the reading; "" where nothing is.

    Raises:
        InputError: a label that names no zone, or several, or whose offset contradicts the place all year.
    """
    if type(text) is not str or len(text) > LONGEST_NAME:
        raise _refused(where, f"unknown time zone {excerpt(text)}, expected a name such as Europe/Berlin", "")
    found, message, hint = _read(_tidy(text))
    if not found:
        message = message or f"unknown time zone {excerpt(text)}, expected a place"
        label, known = _tidy(text), _labels()
        names = {**{city: zones[0] for city, zones in known.cities.items()}, **known.zones}
        parts = [part.strip().casefold() for part in (label, *_APART.split(_offsets(label)[1]))]
        close = [name for part in parts for name in get_close_matches(part, names, n=1, cutoff=0.8)]
        raise _refused(where, message, hint or (f"did you mean {names[close[0]]}?" if close else _HINT))
    return found, message


def is_zone_label(text: str) -> bool:
    """Whether a text is nothing but a label of a time zone, be it one that decides too little."""
    found, message, _ = _read(_tidy(text))
    return bool(found or message)


def _tidy(text: str) -> str:
    return _UTC.sub("UTC", " ".join(unicodedata.normalize("NFKC", text).translate(_MINUS).split()))


def _refused(where: str, message: str, hint: str) -> InputError:
    return InputError(Problem("timezone", where, message, hint))


@dataclass(frozen=True, slots=True)
class _Labels:
    """What is known: names by their plain form, abbreviations, and offsets that one place keeps."""

    names: Mapping[str, str]
    zones: Mapping[str, str]
    cities: Mapping[str, tuple[str, ...]]  # and countries
    abbreviations: Mapping[str, Sequence[str]]
    ambiguous: Mapping[str, Sequence[str]]
    offsets: Mapping[str, str]


@cache
def _labels() -> _Labels:
    from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

    data: dict[str, Any] = tomllib.loads(
        resources.files("mmatch.availability").joinpath("zone_labels.toml").read_text(encoding="utf-8")
    )
    names = {_plain(label): name for label, name in WINDOWS_TO_OLSON.items() if not label.startswith("UTC")}
    names |= {_plain(label): name for name, labels in data["labels"].items() for label in labels}
    zones = {name.casefold(): name for name in sorted(zoneinfo.available_timezones()) if is_zone_name(name)}
    cities: dict[str, tuple[str, ...]] = {}
    for name in zones.values():
        area, _, place = name.rpartition("/")
        if area.split("/")[0] in AREAS:
            cities[_plain(place)] = (*cities.get(_plain(place), ()), name)
    for country, places in _countries():
        cities.setdefault(_plain(country), places)
    for place in data["places"]["unsure"]:
        cities.pop(_plain(place), None)
    return _Labels(names, zones, cities, data["abbreviations"], data["ambiguous"], data["offsets"])


def _countries() -> Iterator[tuple[str, tuple[str, ...]]]:
    """(name, zones) of each country, from the tables of the IANA database: "Berlin, Germany" is in one of its zones."""

    def rows(name: str) -> Iterator[list[str]]:
        text = resources.files("tzdata.zoneinfo").joinpath(name).read_text(encoding="utf-8")
        return (line.split("\t") for line in text.splitlines() if not line.startswith("#"))

    zones: dict[str, tuple[str, ...]] = {}
    for code, _, zone, *_ in rows("zone.tab"):
        zones[code] = (*zones.get(code, ()), zone)
    yield from ((name, zones[code]) for code, name in rows("iso3166.tab") if code in zones)


def _plain(text: str) -> str:
    """Lower case without accents and punctuation: "W. Europe Standard Time" is "w europe standard time"."""
    letters = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    words = re.sub(r"[^\w]+|_", " ", letters.replace(".", "").replace("'", "").replace("\u2019", "")).split()
    return " ".join(word for word in words if word != "and")


@lru_cache(maxsize=4096)
def _read(text: str) -> tuple[str, str, str]:
    """(IANA name, a note, ""); or ("", what is wrong, the way out)."""
    known = _labels()
    exact = known.zones.get(text.casefold()) or (text if "/" in text and zone_exists(text) else "")
    if exact in {"UTC", "GMT"}:
        return _fixed(text, 0)
    if exact and not _abbreviation(text):
        return exact, "", ""
    offsets, rest = ([], text) if _places(text) else _offsets(text)
    if len(offsets) > 1:
        return "", f"found {excerpt(text)}, which names several offsets", ""
    offset = offsets[0] if offsets else None
    said = list(_said(rest))
    if not said and offset is not None:
        return _fixed(text, offset)
    meant = [(part, places) for part, places in said if places]
    if not meant or (offset is None and len(meant) < len(said)):
        return "", "", ""
    return _agreed(text, offset, meant)


def _offsets(text: str) -> tuple[list[int], str]:
    """The offsets that a label states, in minutes, and the rest of it."""
    found = []
    for match in _OFFSET.finditer(text):
        sign, hours, minutes, _ = match.groups()
        value = 0 if sign is None else (int(hours) * 60 + int(minutes or 0)) * (-1 if sign == "-" else 1)
        found.append(value)
    return list(dict.fromkeys(found)), _OFFSET.sub(" ", text).strip(" ()[]:,-")


def _said(text: str, apart: re.Pattern[str] = _APART) -> Iterator[tuple[str, tuple[str, ...]]]:
    """(part, the zones that it can mean) of each part of a label; slashes part only what is no name."""
    for part in [text] if _places(text) else filter(_plain, map(str.strip, apart.split(text))):
        places = _places(part)
        if places or "/" not in part or apart is _SLASH:
            yield part, places
        else:
            yield from _said(part, _SLASH)


def _abbreviation(text: str) -> Sequence[str]:
    """What an abbreviation can mean, the likeliest first."""
    key, known = text.strip(" .").upper(), _labels()
    return known.abbreviations.get(key) or known.ambiguous.get(key) or ()


def _places(text: str) -> tuple[str, ...]:
    """The zones that one part of a label can mean, the likeliest first."""
    if short := _abbreviation(text):
        return tuple(short)
    known, word = _labels(), text.strip()
    pieces = word.strip("/").split("/")
    for k in range(len(pieces) - 1):  # /freeassociation.sourceforge.net/Europe/Berlin
        name = known.zones.get("/".join(pieces[k:]).replace(" ", "_").casefold())
        if name and (k == 0 or word.startswith("/")):
            return (name,)
    plain = _plain(word)
    for form in dict.fromkeys(
        (plain, _SEASON.sub("standard time", plain), _COPY.sub("", plain), _ENDING.sub("", plain))
    ):
        if form in known.names:
            return (known.names[form],)
        if form in known.cities:
            return known.cities[form]
        if form in known.zones:
            return (known.zones[form],)
    return ()


def _agreed(text: str, offset: int | None, meant: list[tuple[str, tuple[str, ...]]]) -> tuple[str, str, str]:
    """The zone that all parts of a label can mean, at whose places clocks show the offset at some time of the year."""
    fitting = [tuple(name for name in names if offset is None or offset in _clocks(name)) for _, names in meant]
    fitting = [names for names in fitting if names]
    if not fitting:
        place = meant[0][1][0]
        shown = " and ".join(dict.fromkeys(map(_shown, _clocks(place))))
        message = f"found {excerpt(text)}, but clocks in {place} are at {shown}, not at {_shown(offset or 0)}"
        return "", message, f"write {place}, or the offset alone"
    common = set.intersection(*({_clocks(name) for name in names} for names in fitting))
    left = [name for names in fitting for name in names if _clocks(name) in common]
    if not left:
        places = ", ".join(names[0] for names in fitting)
        return "", f"found {excerpt(text)}, which names several time zones: {places}", "write one of them"
    alone = meant[0][0] if len(meant) == 1 and _abbreviation(meant[0][0]) else ""
    if len({*map(_clocks, left)}) > 1 and alone.upper() not in _labels().abbreviations:
        return "", f"found {excerpt(text)}, which means several time zones", f"write one of {', '.join(left[:5])}"
    if not alone:
        return next((name for name in left if "/" in name), left[0]), "", ""
    fixed = "" if len({*_clocks(left[0])}) > 1 else ", and this one has no summer time"
    return left[0], f"{excerpt(text)} is read as {left[0]}: not everybody means the same hours by it{fixed}", ""


@cache
def _clocks(name: str) -> tuple[int, int]:
    """Minutes by which the clocks of a zone are ahead of UTC in January and in July."""
    info = zone_of(name)
    found = [dt.datetime(2026, month, 15, 12, tzinfo=info).utcoffset() or dt.timedelta() for month in (1, 7)]
    return found[0] // dt.timedelta(minutes=1), found[1] // dt.timedelta(minutes=1)


def _shown(offset: int) -> str:
    """An offset as people write it: UTC-5, UTC+5:30."""
    hours, minutes = divmod(abs(offset), 60)
    return f"UTC{'-' if offset < 0 else '+'}{hours}" + (f":{minutes:02}" if minutes else "")


def _fixed(text: str, offset: int) -> tuple[str, str, str]:
    """The zone of an offset that no place stands beside; the sign in its name is turned round."""
    note = f"{excerpt(text)} knows no summer time"
    if offset == 0:
        return "Etc/UTC", "" if "utc" in text.casefold() else note, ""
    if offset % 60 == 0 and -12 <= offset // 60 <= 14:
        return f"Etc/GMT{'-' if offset > 0 else '+'}{abs(offset) // 60}", note, ""
    place = _labels().offsets.get(f"{'-' if offset < 0 else '+'}{abs(offset) // 60:02}:{abs(offset) % 60:02}")
    if place:
        return place, f"{note}: read as {place}", ""
    expected = "expected a place such as Asia/Kolkata: of other offsets only whole hours from -12 to +14 have a zone"
    return "", f"found {excerpt(text)}, {expected}", _HINT
