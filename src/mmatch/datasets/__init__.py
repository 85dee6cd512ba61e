"""Example cohorts: seeded, invented people for tests, documentation, notebooks and benchmarks.

    example = mmatch.datasets.load("informational")
    result = mmatch.solve(example.cohort, example.program)

One scenario, one file: ``civil-service`` stands in ``civil_service.py``, which holds ``build`` and ``sheets``.
"""

from __future__ import annotations

import importlib
import inspect
import os
import pkgutil
from pathlib import Path
from types import ModuleType
from typing import Any

from mmatch.datasets._example import Example, RightAnswer, closest
from mmatch.errors import InputError, Problem, excerpt

__all__ = ["Example", "RightAnswer", "cases", "load", "names", "write_example"]


def names() -> tuple[str, ...]:
    """The names of all example cohorts.

    Example:
        >>> mm.datasets.names()[:3]
        ('adversarial', 'civil-service', 'corporate')
    """
    found = (module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_"))
    return tuple(sorted(name.replace("_", "-") for name in found))


def cases(name: str) -> tuple[str, ...]:
    """The cases that an example consists of, for ``load(name, case=…)``; most examples are one and have none.

    Raises:
        InputError: an unknown name.
    """
    return tuple(getattr(_module(name), "CASES", ()))


def load(name: str, **options: Any) -> Example:
    """An example cohort with its program; the same name and options always give the same people.

    Args:
        name: one of `names`.
        options: what the scenario takes, such as ``seed``, ``mentors``, ``mentees``, ``capacity``, ``case``.

    Raises:
        InputError: an unknown name, an unknown option, or an option out of range.

    Example:
        >>> mm.datasets.load("informational", mentors=10, mentees=20).cohort
        <Cohort: 30 people, 20 offers, 21 requests, 18 topics>
    """
    build = _module(name).build
    known = inspect.signature(build).parameters
    for option in options.keys() - known.keys():
        hint = closest(option, known)
        raise InputError(Problem("option", f"datasets.load({name!r})", f"unknown option {excerpt(option)}", hint))
    return build(**options)  # type: ignore[no-any-return]


def write_example(example: Example, folder: str | os.PathLike[str]) -> tuple[Path, ...]:
    """Write an example as the files that a coordinator would have: sign-up files, a little messy, and program.json.

    Args:
        example: from `load`.
        folder: made where it does not exist; files of the same names are replaced.

    Returns:
        The sign-up files in the order in which `read_cohort` takes them, then program.json. Where the example
        has dates, dates.json stands beside them.

    Raises:
        ExportError: a file could not be written.
    """
    from mmatch.datasets._sheets import write_files

    return write_files(_module(example.name).sheets(example), example, folder)


def _module(name: str) -> ModuleType:
    if name not in names():
        hint = closest(name, names())
        raise InputError(Problem("unknown-example", "datasets", f"no example is called {excerpt(name)}", hint))
    return importlib.import_module(f"{__name__}.{name.replace('-', '_')}")
