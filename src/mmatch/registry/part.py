"""What rules and aims have in common: frozen fields that validate themselves, a short title, a JSON form."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import KW_ONLY, MISSING, Field, dataclass, field, fields
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar

from mmatch.errors import InputError, MmatchError, PluginError, Problem, UnsupportedError, excerpt
from mmatch.exact import count_fault, number_fault
from mmatch.registry.lookup import find
from mmatch.registry.wording import in_words
from mmatch.text import nfc, suggestion

if TYPE_CHECKING:
    from mmatch.cohort import Cohort

IF_GIVEN = MappingProxyType({"if given": True})  # metadata of a field: left out, it changes no digest


class Part:
    """A rule or an aim: a frozen dataclass; its fields are its arguments."""

    package: ClassVar[str] = ""

    def __post_init__(self) -> None:
        """Check the arguments, and store them in canonical form."""

    @property
    def name(self) -> str:
        """The class name, as users write it."""
        return type(self).__name__

    @property
    def title(self) -> str:
        """The part as a user would write it, such as ``LevelGap(1, 2)``."""
        shown: list[str] = []
        named: list[str] = []
        skipped = False  # what stands behind an argument that is left out needs its name
        for item in fields(self):  # type: ignore[arg-type]
            value = getattr(self, item.name)
            if value == _default(item):
                skipped = skipped or not item.kw_only
                continue
            text = getattr(value, "__qualname__", None) or excerpt(repr(value)).strip('"')
            if skipped or item.kw_only:
                named.append(f"{item.name}={text}")
            else:
                shown.append(text)
        return f"{self.name}({', '.join(shown + named)})"

    @property
    def in_words(self) -> str:
        """The part as a coordinator would say it: what must hold, or what is wanted."""
        return in_words(self)

    def __repr__(self) -> str:
        return self.title

    def to_json(self) -> dict[str, Any]:
        """The part as plain data: {"name": …, and each argument that is not the default}.

        Raises:
            UnsupportedError: where an argument is a plain function, or the part is none of this installation: what is
                written must be read back.
        """
        if find(self.package, self.name) is not type(self):
            raise UnsupportedError(f"{self.title} is no part of mmatch itself, so a JSON file could not be read back")
        data: dict[str, Any] = {"name": self.name}
        for item in fields(self):  # type: ignore[arg-type]
            value = getattr(self, item.name)
            if callable(value):
                raise UnsupportedError(f"{self.title} holds a plain function, which cannot be written to JSON")
            if value != _default(item):
                data[item.name] = _listed(value)
        return data

    def canonical(self) -> str:
        """A text that is the same exactly for the same part; plain functions enter by qualified name."""
        values = []
        for item in fields(self):  # type: ignore[arg-type]
            value = getattr(self, item.name)
            if "if given" in item.metadata and value == _default(item):
                continue
            if callable(value):
                value = f"{value.__module__}.{getattr(value, '__qualname__', type(value).__qualname__)}"
            values.append((item.name, value))
        return f"{self.name}{values!r}"

    def refuse(self, field: str, message: str) -> InputError:
        """The error of a bad argument."""
        return InputError(Problem("argument", f"{self.name}.{field}", message))

    def text(self, field: str) -> None:
        """Check that a field is a non-empty text."""
        value = getattr(self, field)
        if type(value) is not str or not value:
            raise self.refuse(field, f"found {excerpt(value)}, expected a non-empty text")

    def count(self, field: str, *, least: int = 0, optional: bool = False) -> None:
        """Check that a field is a whole number."""
        fault = count_fault(getattr(self, field), field, least=least, optional=optional)
        if fault:
            raise self.refuse(field, fault)

    def number(self, field: str, fits: Callable[[Any], bool] = lambda _: True, expected: str = "") -> None:
        """Check that a field is a finite number that fits."""
        value = getattr(self, field)
        fault = number_fault(value, field)
        if fault or not fits(value):
            raise self.refuse(field, fault or f"found {value}, expected {expected}")

    def choice(self, field: str, allowed: tuple[str, ...]) -> None:
        """Check that a field is one of a few texts."""
        value = getattr(self, field)
        if value not in allowed:
            raise self.refuse(field, f"found {excerpt(value)}, expected one of {', '.join(map(repr, allowed))}")

    def put(self, field: str, value: Any) -> None:
        """Store the canonical form of an argument (only while the part is being made)."""
        object.__setattr__(self, field, value)


@dataclass(frozen=True, repr=False)
class Compared(Part):
    """A rule or an aim that compares an attribute of both people, or one of the mentor with one of the mentee."""

    attribute: str = ""
    _: KW_ONLY
    mentor: str = field(default="", metadata=IF_GIVEN)
    mentee: str = field(default="", metadata=IF_GIVEN)

    def __post_init__(self) -> None:
        super().__post_init__()
        two_names(self)
        if bool(self.mentor) == bool(self.attribute):
            raise self.refuse("attribute", "expected one attribute of both people, or else mentor= and mentee=")
        if not self.mentor:
            self.text("attribute")

    @property
    def names(self) -> tuple[str, str]:
        """The attribute of the mentor, and of the mentee."""
        return self.mentor or self.attribute, self.mentee or self.attribute

    def check(self, cohort: Cohort) -> None:
        """The attributes must exist somewhere in the cohort."""
        for name in self.names:
            known_attribute(self, cohort, name)


@contextmanager
def guarded(part: Part) -> Iterator[None]:
    """Whatever a rule or an aim raises leaves as an MmatchError that names it.

    Raises:
        PluginError: for anything that is no MmatchError already.
    """
    try:
        yield
    except MmatchError:
        raise
    except Exception as error:
        raise PluginError(f"{part.title} raised {type(error).__name__}: {excerpt(str(error))}") from error


def named_pairs(part: Part, pairs: Any) -> tuple[tuple[str, ...], ...]:
    """(mentor, mentee[, topic]) tuples in canonical order, each once.

    Raises:
        InputError: where an entry has another form.
    """
    if isinstance(pairs, str) or not hasattr(pairs, "__iter__"):
        raise part.refuse(
            "pairs", f"found {excerpt(pairs)}, expected a list of (mentor, mentee) or (mentor, mentee, topic)"
        )
    rows = [tuple(pair) if isinstance(pair, list | tuple) else (pair,) for pair in pairs]
    for k, row in enumerate(rows):
        if len(row) not in {2, 3} or not all(type(name) is str for name in row):
            raise part.refuse(
                f"pairs[{k}]", f"found {excerpt(row)}, expected (mentor, mentee) or (mentor, mentee, topic)"
            )
    return tuple(sorted({tuple(map(nfc, row)) for row in rows}))


def two_names(part: Any) -> None:
    """Check that the attributes of mentor and mentee are both named, or neither.

    Raises:
        InputError: one of them alone, or no text.
    """
    given = [name for name in ("mentor", "mentee") if getattr(part, name) != ""]
    for name in given:
        part.text(name)
    if len(given) == 1:
        text = f"found an attribute of the {given[0]} alone, expected mentor= and mentee=, or neither"
        raise part.refuse(given[0], text)


def known_attribute(part: Part, cohort: Cohort, attribute: str) -> None:
    """Raise an InputError with a suggestion where nobody has the attribute."""
    if attribute not in cohort.attribute_names:
        text = f"nobody has the attribute {excerpt(attribute)}"
        raise InputError(Problem("unknown-attribute", part.title, text, suggestion(attribute, cohort.attribute_names)))


def _default(item: Field[Any]) -> Any:
    return item.default_factory() if item.default_factory is not MISSING else item.default


def _listed(value: Any) -> Any:
    if isinstance(value, tuple | frozenset):
        return [_listed(v) for v in (sorted(value) if isinstance(value, frozenset) else value)]
    return value
