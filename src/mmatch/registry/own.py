"""Rules, aims and solvers of mmatch itself: one file each, and its class has the file's name."""

from __future__ import annotations

import importlib
import pkgutil
import re
from functools import cache
from typing import Any


@cache
def own_names(package: str) -> tuple[str, ...]:
    """Class names of all parts in a package: ``level_gap.py`` holds ``LevelGap``; files that start with _ hold none."""
    path = importlib.import_module(package).__path__
    files = [module.name for module in pkgutil.iter_modules(path) if not module.name.startswith("_")]
    words = {"cpsat": "CpSat"}
    return tuple(words.get(file) or "".join(word.capitalize() for word in file.split("_")) for file in files)


def own(package: str, name: str) -> bool:
    """Whether a name is that of a part of mmatch itself; solvers also by the name that `solve` takes."""
    known = own_names(package)
    solver = package == "mmatch.solvers" and name.replace("_", "").lower() in {"portfolio", *map(str.lower, known)}
    return name in known or solver


def load_own(package: str, name: str) -> Any:
    """The class of one of the `own_names`, imported now."""
    file = {"CpSat": "cpsat"}.get(name) or re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
    return getattr(importlib.import_module(f"{package}.{file}"), name)
