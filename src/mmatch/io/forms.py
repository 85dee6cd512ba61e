"""How single values stand in JSON files where that differs from memory: times, dates, weeks, zones, fractions."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from typing import Annotated, Any

from pydantic import PlainSerializer, PlainValidator, WithJsonSchema
from pydantic_core import PydanticSerializationUnexpectedValue

from mmatch.availability import day_of, day_text, instant, local_time, parse_week, week_text, zone_of
from mmatch.errors import InputError, Problem, excerpt
from mmatch.io.typed import guarded

_FRACTION = re.compile(r"(-?[0-9]{1,4000})(?:/([0-9]{1,4000}))?", re.ASCII)
EXACT_IN_JSON = 2**53  # whole numbers above it are changed by many readers of JSON


def text_form(read: Callable[[Any], Any], write: Callable[[Any], str], description: str) -> Any:
    """Something that a file holds as text: how it is read, written, and described in the JSON Schema."""
    described = WithJsonSchema({"type": "string", "description": description})
    return Annotated[Any, PlainValidator(guarded(read)), PlainSerializer(write), described]


def time_text(minute: int) -> str:
    """A UTC minute as text, such as "2027-01-11T09:30Z"."""
    return f"{local_time(minute, 'UTC'):%Y-%m-%dT%H:%M}Z"


def fraction(value: object) -> Fraction:
    """The number of a text such as "5/4".

    Raises:
        InputError: no such text, or too many digits.
    """
    found = _FRACTION.fullmatch(value) if isinstance(value, str) else None
    if found is None or int(found[2] or 1) == 0:
        text = f"found {excerpt(value)}, expected a number, or a fraction as text such as 1/3"
        raise InputError(Problem("number", "", text))
    return Fraction(int(found[1]), int(found[2] or 1))


def _week(value: Any) -> Any:
    if not isinstance(value, str):
        raise InputError(Problem("window", "", f"found {excerpt(value)}, expected a text such as Tue 9-12"))
    return parse_week(value, "")


def _fraction_text(value: object) -> str:
    if not isinstance(value, Fraction):  # then it is of the other type of a union
        raise PydanticSerializationUnexpectedValue(f"found {type(value).__name__}, expected a fraction")
    return str(value)


INSTANT = text_form(lambda value: instant(value, None, ""), time_text, "a point in time, such as 2027-01-11T09:30Z")
DAY = text_form(lambda value: day_of(value, ""), day_text, "a date, such as 2027-01-11")
WEEK = text_form(_week, week_text, "weekly windows, such as Mon 9-12; Wed 14:30-16")
ZONE = text_form(lambda value: zone_of(value, "").key, str, "a time zone, such as Europe/Berlin")
FRACTION = text_form(fraction, _fraction_text, "a fraction, such as 5/4")
