"""Packages whose names are found when they are first asked for, so that importing them stays light."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from typing import Any, NoReturn


def unknown(package: str, name: str, known: Mapping[str, str]) -> AttributeError:
    """The error of a name that a package does not have; ``known`` holds those that it has, and how each is written."""
    from difflib import get_close_matches

    close = get_close_matches(name, known, n=1)
    hint = f", did you mean {known[close[0]]!r}?" if close else ""
    return AttributeError(f"module {package!r} has no attribute {name!r}{hint}", name=name, obj=None)


def found_on_use(
    package: str, homes: Mapping[str, Iterable[str]], other: Callable[[str], Any] | None = None
) -> tuple[list[str], Callable[[str], Any], Callable[[], list[str]]]:
    """``__all__``, ``__getattr__`` and ``__dir__`` of a package.

    Args:
        package: its name.
        homes: {module: its public names}; under "" stand the submodules that are public themselves.
        other: what a name means that is not among them; it raises an AttributeError where it means nothing.
    """
    place = {name: home for home, names in homes.items() for name in names}
    listed = sorted(place)

    def refuse(name: str) -> NoReturn:
        raise unknown(package, name, {item: item for item in listed})

    def get(name: str) -> Any:
        if name not in place:
            return refuse(name) if name.startswith("_") or other is None else other(name)
        home = place[name]
        value = getattr(import_module(home), name) if home else import_module(f"{package}.{name}")
        setattr(sys.modules[package], name, value)
        return value

    return listed, get, lambda: listed
