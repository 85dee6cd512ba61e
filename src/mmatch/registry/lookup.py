"""Rules, aims and solvers by name: mmatch's own first, then those of plug-ins."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from mmatch.lazy import found_on_use
from mmatch.registry.own import load_own, own_names
from mmatch.registry.plugins import elsewhere, names_elsewhere


def names(package: str) -> tuple[str, ...]:
    """Names of all parts of a package, ours and others'."""
    return tuple(sorted({*own_names(package), *names_elsewhere(package)}))


def find(package: str, name: str) -> Any:
    """The class of this name, imported now; None where there is none.

    Raises:
        PluginError: where another distribution offers the name, and what it offers is broken.
    """
    return load_own(package, name) if name in own_names(package) else elsewhere(package, name)


def closest(package: str, name: str) -> str:
    """A hint that names the closest part, or all of them."""
    known = names(package)
    close = get_close_matches(name, known, n=1)
    return f"did you mean {close[0]}?" if close else f"known: {', '.join(known)}"


def parts_on_use(
    package: str, homes: Mapping[str, Iterable[str]]
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """``__getattr__`` and ``__dir__`` of a package of parts: its files, plug-ins, and what stands in ``homes``."""

    def part(name: str) -> Any:
        found = find(package, name)
        if found is None:
            raise AttributeError(f"module {package!r} has no attribute {name!r}: {closest(package, name)}")
        return found

    listed, get, _ = found_on_use(package, homes, part)
    return get, lambda: sorted([*listed, *names(package)])
