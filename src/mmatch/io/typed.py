"""JSON by types: the annotations of a dataclass say what a file may hold, and everything else is refused.

No field is named twice: a field that a dataclass gains is written, read, and described by the JSON Schema. A dataclass
is an object, a tuple, sequence or set a list, a mapping an object (or rows of a list, where its keys are tuples). What
looks otherwise in a file than in memory, such as a point in time, has a form of its own (`mmatch.io.forms`).

Importing this loads pydantic, so `import mmatch` does not.
"""

from __future__ import annotations

import sys
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from enum import Enum
from types import MappingProxyType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import (
    AfterValidator,
    Discriminator,
    GetPydanticSchema,
    SerializerFunctionWrapHandler,
    Strict,
    WrapSerializer,
)
from pydantic_core import PydanticCustomError, core_schema

from mmatch.errors import InputError, Problem

STRICT_INSIDE = core_schema.CoreConfig(  # a dataclass does not inherit what holds around it
    strict=True, extra_fields_behavior="forbid", allow_inf_nan=False, revalidate_instances="always"
)
Member = tuple[Any, bool]  # the annotation, and whether the field must be there


def guarded(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function as pydantic takes it: an InputError becomes one wrong field among others."""

    def run(value: Any) -> Any:
        try:
            return function(value)
        except InputError as error:
            raise PydanticCustomError("mmatch", "refused", {"problems": error.problems}) from None

    return run


def _checked(value: Any, build: Callable[[Any], Any]) -> Any:
    """A dataclass that checks itself: what it refuses is one wrong field among others."""
    return guarded(build)(value)


def _finite(value: float) -> float:
    """A number that is one as a float, too: a whole number above the greatest float is none."""
    try:
        float(value)
    except OverflowError:
        raise PydanticCustomError("finite_number", "a finite number") from None
    return value


def _of(generic: Any, inner: Any) -> Any:
    """A generic type of types that are known only now."""
    return generic[inner]


def annotated(kind: Any, *extras: Any) -> Any:
    """A type with what pydantic needs to know beside it."""
    return _of(Annotated, (kind, *extras))


NUMBER = Annotated[int | float, AfterValidator(_finite)]


@dataclass(frozen=True)
class Types:
    """How annotations become types of JSON.

    Args:
        forms: types to use instead of an annotation (key: the annotation), or of a field (key: (class, name)).
        keys: what a field is called in files, where that is not its name: {(class, name): key}.
        names: what annotations may name that their module imports for type checkers only.
    """

    forms: Mapping[Any, Any] = field(default_factory=dict)
    keys: Mapping[tuple[type, str], str] = field(default_factory=dict)
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
        return annotated(kind, Strict(strict=False)) if issubclass(kind, Enum) else kind  # by its text

    def _union(self, *inner: Any) -> Any:
        """One of several types; of several dataclasses that state their ``kind`` the one of this kind."""
        kinds = [item for item in inner if is_dataclass(item) and "kind" in item.__dataclass_fields__]
        if len(kinds) < 2:
            return _of(Union, tuple(map(self.json_type, inner)))
        by_kind = annotated(_of(Union, tuple(map(self.json_type, kinds))), Discriminator("kind"))
        return _of(Union, (by_kind, *(self.json_type(item) for item in inner if item not in kinds)))

    def _list(self, *items: Any) -> Any:
        found = tuple(item if item is ... else self.json_type(item) for item in items)
        return annotated(_of(tuple, found), Strict(strict=False))

    def _set(self, item: Any) -> Any:
        return annotated(_of(frozenset, self.json_type(item)), Strict(strict=False), WrapSerializer(_in_order))

    def _mapping(self, key: Any, value: Any) -> Any:
        """An object, or rows that end with the value where keys are tuples; immutable once read."""
        if get_origin(key) is tuple:
            row = self._list(*get_args(key), value)
            return annotated(self._list(row, ...), AfterValidator(guarded(_from_rows)), WrapSerializer(_as_rows))
        plain = _of(dict, (self.json_type(key), self.json_type(value)))
        return annotated(plain, AfterValidator(MappingProxyType), WrapSerializer(_as_dict))

    def record(self, kind: type) -> Any:
        """A dataclass as an object with its fields; what its own checks refuse is reported with its place."""
        defaults = {item.name: item for item in fields(kind)}

        def schema(_source: Any, handler: Callable[[Any], Any]) -> core_schema.CoreSchema:
            members = []
            for name, (annotation, _) in self.fields_of(kind).items():
                member = _with_default(handler(self.json_type(annotation)), defaults[name])
                key = self.keys.get((kind, name))
                members.append(core_schema.dataclass_field(name, member, validation_alias=key, serialization_alias=key))
            args = core_schema.dataclass_args_schema(kind.__name__, members)
            checks = hasattr(kind, "__post_init__")
            whole = core_schema.dataclass_schema(
                kind,
                args,
                list(defaults),
                config=STRICT_INSIDE,
                post_init=checks,
                strict=False,
                slots=hasattr(kind, "__slots__"),
            )
            if not checks:
                return whole
            return core_schema.no_info_wrap_validator_function(_checked, whole)

        return Annotated[Any, GetPydanticSchema(schema)]


def _with_default(schema: core_schema.CoreSchema, item: Any) -> core_schema.CoreSchema:
    if item.default is not MISSING:
        return core_schema.with_default_schema(schema, default=item.default)
    if item.default_factory is not MISSING:
        return core_schema.with_default_schema(schema, default_factory=item.default_factory)
    return schema


def _as_dict(value: Mapping[Any, Any], handler: SerializerFunctionWrapHandler) -> Any:
    return handler(dict(value))


def _in_order(value: frozenset[Any], handler: SerializerFunctionWrapHandler) -> Any:
    return sorted(handler(value))


def _as_rows(value: Mapping[Any, Any], handler: SerializerFunctionWrapHandler) -> Any:
    return handler(tuple((*key, item) for key, item in value.items()))


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
