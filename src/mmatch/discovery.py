"""Parts found by listing files: a rule, an aim or a solver is one file, and its class has the file's name.

What is not found there may come from elsewhere: `mmatch.plugins`.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from difflib import get_close_matches
from functools import cache
from types import ModuleType
from typing import Any

from mmatch.plugins import elsewhere, names_elsewhere


@cache
def own_names(package: str) -> tuple[str, ...]:
    """Class names of all parts in a package: ``level_gap.py`` holds ``LevelGap``; files that start with _ hold none."""
    path = importlib.import_module(package).__path__
    return tuple(_class_name(module.name) for module in pkgutil.iter_modules(path) if not module.name.startswith("_"))


def names(package: str) -> tuple[str, ...]:
    """Names of all parts of a package, ours and others'."""
    return tuple(sorted({*own_names(package), *names_elsewhere(package)}))


def own(package: str, name: str) -> bool:
    """Whether a name is that of a part of mmatch itself; solvers also by the name that `solve` takes."""
    known = own_names(package)
    solver = package == "mmatch.solvers" and name.replace("_", "").lower() in {"portfolio", *map(str.lower, known)}
    return name in known or solver


def find(package: str, name: str) -> Any:
    """The class of this name, imported now; None where there is none.

    Raises:
        PluginError: where another distribution offers the name, and what it offers is broken.
    """
    return getattr(_module(package, name), name) if name in own_names(package) else elsewhere(package, name)


def closest(package: str, name: str) -> str:
    """A hint that names the closest part, or all of them."""
    known = names(package)
    close = get_close_matches(name, known, n=1)
    return f"did you mean {close[0]}?" if close else f"known: {', '.join(known)}"


def attribute_of(package: str, name: str) -> Any:
    """What ``package.Name`` means: for the ``__getattr__`` of a package of parts.

    Raises:
        AttributeError: where there is no such part.
    """
    part = find(package, name)
    if part is None:
        raise AttributeError(f"module {package!r} has no attribute {name!r}: {closest(package, name)}")
    return part


def _module(package: str, name: str) -> ModuleType:
    return importlib.import_module(f"{package}.{_file_name(name)}")


def _class_name(file: str) -> str:
    return {"cpsat": "CpSat", "milp": "Milp"}.get(file) or "".join(word.capitalize() for word in file.split("_"))


def _file_name(name: str) -> str:
    return {"CpSat": "cpsat"}.get(name) or re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
