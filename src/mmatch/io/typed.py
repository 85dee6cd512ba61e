"""What a JSON file may hold, from the annotations of dataclasses: everything else is refused.

A dataclass is an object, a tuple, sequence or set a list, a mapping an object (or rows of a list, where its keys are
tuples). What stands otherwise in a file than in memory, such as a point in time, has a form of its own.
"""

from __future__ import annotations

import re
import sys
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from enum import Enum
from fractions import Fraction
from functools import reduce
from operator import or_
from types import MappingProxyType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import (
    AfterValidator,
    Discriminator,
    GetPydanticSchema,
    PlainSerializer,
    PlainValidator,
    Strict,
    WithJsonSchema,
    WrapSerializer,
)
from pydantic_core import PydanticCustomError, PydanticSerializationUnexpectedValue, core_schema

from mmatch.availability import day_of, day_text, instant, parse_week, time_text, week_text, zone_of
from mmatch.errors import InputError, Problem, excerpt

STRICT_INSIDE = core_schema.CoreConfig(  # a dataclass does not inherit what holds around it
    strict=True, extra_fields_behavior="forbid", allow_inf_nan=False, revalidate_instances="always"
)
_FRACTION = re.compile(r"(-?[0-9]{1,4000})(?:/([0-9]{1,4000}))?", re.ASCII)
EXACT_IN_JSON = 2**53  # whole numbers above it are changed by many readers of JSON
Member = tuple[Any, bool]  # the annotation, and whether the field must be there


def guarded(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function as pydantic takes it: an InputError becomes one wrong field among others."""

    def run(value: Any) -> Any:
        try:
            return function(value)
        except InputError as error:
            raise PydanticCustomError("mmatch", "refused", {"problems": error.problems}) from None

    return run


def _finite(value: float) -> float:
    """A number that is one as a float, too: a whole number above the greatest float is none."""
    try:
        float(value)
    except OverflowError:
        raise PydanticCustomError("finite_number", "a finite number") from None
    return value


def _of(generic: Any, *inner: Any) -> Any:
    """A generic type of types that are known only now."""
    return generic[inner]


NUMBER = Annotated[int | float, AfterValidator(_finite)]


@dataclass(frozen=True)
class Types:
    """How annotations become types of JSON.

    Args:
        forms: types to use instead of an annotation (key: the annotation), or of a field (key: (class, name)).
        names: what annotations may name that their module imports for type checkers only.
    """

    forms: Mapping[Any, Any] = field(default_factory=dict)
    names: Mapping[str, Any] = field(default_factory=dict)

    def fields_of(self, kind: type, leave_out: Sequence[str] = ()) -> dict[str, Member]:
        """The fields of a dataclass with their types; those without a default must be there."""
        module = vars(sys.modules[kind.__module__])
        hints = typing.get_type_hints(kind, localns={**self.names, **module}, include_extras=True)
        found = {}
        for item in fields(kind):
            if item.name not in leave_out:
                required = item.default is MISSING and item.default_factory is MISSING
                found[item.name] = self.forms.get((kind, item.name), hints[item.name]), required
        return found

    def json_type(self, annotation: Any) -> Any:
        """The type of JSON of an annotation."""
        if annotation in self.forms:
            return self.json_type(self.forms[annotation])
        if isinstance(annotation, type) and get_origin(annotation) is None:
            return self._plain(annotation)
        builders: dict[Any, Callable[..., Any]] = {
            Union: self._union,
            UnionType: self._union,
            tuple: self._list,
            Sequence: lambda item: self._list(item, ...),
            frozenset: self._set,
            dict: self._mapping,
            Mapping: self._mapping,
        }
        build = builders.get(get_origin(annotation))
        return annotation if build is None else build(*get_args(annotation))

    def _plain(self, kind: type) -> Any:
        if kind is float:
            return NUMBER
        if is_dataclass(kind):
            return self.record(kind)
        return Annotated[kind, Strict(strict=False)] if issubclass(kind, Enum) else kind  # by its text

    def _union(self, *inner: Any) -> Any:
        """One of several types; of several dataclasses that state their ``kind`` the one of this kind."""
        kinds = [item for item in inner if is_dataclass(item) and "kind" in item.__dataclass_fields__]
        types = {item: self.json_type(item) for item in inner}
        if len(kinds) > 1:
            by_kind = _of(Annotated, reduce(or_, [types.pop(item) for item in kinds]), Discriminator("kind"))
            return reduce(or_, [by_kind, *types.values()])
        return reduce(or_, types.values())

    def _list(self, *items: Any) -> Any:
        found = tuple(item if item is ... else self.json_type(item) for item in items)
        return _of(Annotated, _of(tuple, *found), Strict(strict=False))

    def _set(self, item: Any) -> Any:
        in_order = WrapSerializer(lambda value, handler: sorted(handler(value)))
        return _of(Annotated, _of(frozenset, self.json_type(item)), Strict(strict=False), in_order)

    def _mapping(self, key: Any, value: Any) -> Any:
        """An object, or rows that end with the value where keys are tuples; immutable once read."""
        if get_origin(key) is tuple:
            rows = self._list(self._list(*get_args(key), value), ...)
            as_rows = WrapSerializer(lambda value, handler: handler(tuple((*k, item) for k, item in value.items())))
            return _of(Annotated, rows, AfterValidator(guarded(_from_rows)), as_rows)
        plain = _of(dict, self.json_type(key), self.json_type(value))
        as_dict = WrapSerializer(lambda value, handler: handler(dict(value)))
        return _of(Annotated, plain, AfterValidator(MappingProxyType), as_dict)

    def record(self, kind: type) -> Any:
        """A dataclass as an object with its fields; what its own checks refuse is reported with its place."""

        def schema(_source: Any, handler: Callable[[Any], Any]) -> core_schema.CoreSchema:
            members = []
            annotations = self.fields_of(kind)
            for item in fields(kind):
                member = handler(self.json_type(annotations[item.name][0]))
                given: dict[str, Any] = {"default": item.default, "default_factory": item.default_factory}
                for name in [name for name, value in given.items() if value is not MISSING]:
                    member = core_schema.with_default_schema(member, **{name: given[name]})
                members.append(core_schema.dataclass_field(item.name, member))
            checks = hasattr(kind, "__post_init__")
            whole = core_schema.dataclass_schema(
                kind,
                core_schema.dataclass_args_schema(kind.__name__, members),
                list(annotations),
                config=STRICT_INSIDE,
                post_init=checks,
                strict=False,
                slots=hasattr(kind, "__slots__"),
            )
            if not checks:
                return whole
            return core_schema.no_info_wrap_validator_function(lambda value, build: guarded(build)(value), whole)

        return Annotated[Any, GetPydanticSchema(schema)]


def _from_rows(rows: Sequence[tuple[Any, ...]]) -> Mapping[Any, Any]:
    refuse_repeated([row[:-1] for row in rows])
    return MappingProxyType({row[:-1]: row[-1] for row in rows})


def refuse_repeated(keys: Sequence[Any]) -> None:
    """Refuse rows of which one would silently take the place of another.

    Raises:
        InputError: at the first row whose key an earlier one has.
    """
    seen = set()
    for number, key in enumerate(keys):
        if key in seen:
            raise InputError(Problem("duplicate-key", f"[{number}]", "an earlier row says the same, or otherwise"))
        seen.add(key)


# -- single values that stand otherwise in a file than in memory -------------------------------------------------------


def text_form(read: Callable[[Any], Any], write: Callable[[Any], str], description: str) -> Any:
    """Something that a file holds as text: how it is read, written, and described in the JSON Schema."""
    described = WithJsonSchema({"type": "string", "description": description})
    return Annotated[Any, PlainValidator(guarded(read)), PlainSerializer(write), described]


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
