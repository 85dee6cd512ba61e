"""Reads, writes and describes one kind of JSON file from its schema, version and typed fields."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, GetPydanticSchema, TypeAdapter, ValidationError
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import PydanticSerializationError, core_schema

from mmatch.errors import ExportError, InputError
from mmatch.io.faults import check_header, problems_of
from mmatch.io.files import file_name
from mmatch.io.json_text import load_json
from mmatch.io.typed import STRICT_INSIDE, Member, Types

STRICT = ConfigDict(strict=True, hide_input_in_errors=True)  # the rest stands in STRICT_INSIDE


class _Described(GenerateJsonSchema):
    """JSON Schemas without a title for each field, described by the first sentences of docstrings."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - pydantic asks for each
        return False

    def dataclass_schema(self, schema: core_schema.DataclassSchema) -> dict[str, Any]:
        made = super().dataclass_schema(schema)
        return {**made, "description": " ".join(made.get("description", "").split("\n\n")[0].split())}


@dataclass(frozen=True)
class Document:
    """One kind of JSON file: what its ``schema`` says, its version, and its fields with their types.

    ``root`` is how places in it read: "result" for ``result.proof.digest``, "" for ``plans[0]``, "/" for JSON pointers.
    Files ``by_hand`` need not say what they are.
    """

    schema: str
    version: int
    fields: Mapping[str, Member]
    types: Types = field(default_factory=Types)
    root: str = ""
    by_hand: bool = False

    @cached_property
    def _adapter(self) -> TypeAdapter[dict[str, Any]]:
        header: dict[str, Member] = {"schema": (Literal[self.schema], True), "version": (Literal[self.version], True)}

        def schema(_source: Any, handler: Callable[[Any], Any]) -> core_schema.CoreSchema:
            members = {
                name: core_schema.typed_dict_field(handler(self.types.json_type(annotation)), required=required)
                for name, (annotation, required) in {**header, **self.fields}.items()
            }
            return core_schema.typed_dict_schema(members, config=STRICT_INSIDE)

        return TypeAdapter(Annotated[Any, GetPydanticSchema(schema)], config=STRICT)

    def read(self, data: object, name: str = "") -> dict[str, Any]:
        """The fields of a file from plain data, each as its type says; only those that are there.

        Args:
            data: as `mmatch.io.json_text.parse_json` gives it.
            name: of the file, for messages.

        Raises:
            InputError: another schema or version, and every field that is missing, unknown or of another type.
        """
        if self.by_hand and isinstance(data, dict):
            data = {"schema": self.schema, "version": self.version, **data}
        check_header(data, self.schema, self.version, (name, self.root))
        try:
            found = self._adapter.validate_python(data)
        except ValidationError as error:
            raise InputError(problems_of(error, data, self.json_schema(), (name, self.root))) from None
        return {key: value for key, value in found.items() if key not in {"schema", "version"}}

    def load(self, path: str | os.PathLike[str]) -> dict[str, Any]:
        """The fields of a file, as `read` gives them.

        Raises:
            InputError: not readable, no JSON, or as in `read`.
        """
        return self.read(load_json(path), file_name(path))

    def plain(self, values: Mapping[str, Any], *, defaults: bool = True) -> dict[str, Any]:
        """The fields of a file as plain data, after its schema and version; `read` gives them back.

        Args:
            values: the fields.
            defaults: whether fields inside that have their default are written, too.

        Raises:
            ExportError: a value that such a file cannot hold.
        """
        whole = {"schema": self.schema, "version": self.version, **values}
        try:
            return self._adapter.dump_python(  # type: ignore[no-any-return]
                whole, mode="json", exclude_defaults=not defaults, warnings="error"
            )
        except PydanticSerializationError as error:
            raise ExportError(f"cannot be written as {self.schema}: {type(error).__name__}") from None

    def json_schema(self) -> dict[str, Any]:
        """The JSON Schema (draft 2020-12) of such a file."""
        title = f"{self.schema.replace('/', ' ')}, version {self.version}"
        head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title}
        return head | {
            key: value
            for key, value in self._adapter.json_schema(schema_generator=_Described).items()
            if key != "title"
        }
