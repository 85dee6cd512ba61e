"""Parts from elsewhere: announced by other distributions as entry points, or registered in this process.

They are known by name, loaded on first use, and judged like ours. None takes the place of a part of mmatch itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from mmatch.errors import InputError, PluginError, Problem, excerpt
from mmatch.registry.own import own

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

API = 1  # what parts may state as ``mmatch_api``: grows when parts must be written another way
KINDS = {"mmatch.rules": "rule", "mmatch.aims": "aim", "mmatch.solvers": "solver"}
T = TypeVar("T", bound=type)

_registered: dict[tuple[str, str], type] = {}


@dataclass(frozen=True, slots=True)
class Plugin:
    """A rule, an aim or a solver that another distribution offers, and what is known to be wrong with it.

    ``kind`` is "rule", "aim" or "solver". ``fault`` is empty where the part can be used, as far as it has been tried.
    """

    kind: str
    name: str
    distribution: str
    version: str
    fault: str = ""


def register(part: T) -> T:
    """Make a rule, an aim or a solver of your own known by name in this process; usable as a decorator.

    Afterwards it is found in `mm.rules`, `mm.aims` or `solver="name"`, and JSON can name it. Registering a class again
    under the same name takes the place of the earlier one, as notebooks need it.

    Raises:
        InputError: where it is none of these, or has the name of a part of mmatch itself.
    """
    package, name = _package(part), part_name(part)
    fault = _fault(package, name, part) if package else "it is no rule, no aim and no solver"
    if not fault and own(package, name):
        fault = f"{name} is a {KINDS[package]} of mmatch itself"
    if fault:
        raise InputError(Problem("argument", "register", f"found {excerpt(part)}: {fault}"))
    _registered[package, name] = part
    return part


def installed_plugins(*, load: bool = False) -> list[Plugin]:
    """All rules, aims and solvers that other distributions offer, with what is wrong with them.

    Args:
        load: whether to load each, so that broken ones are found; else only clashes of names are.
    """
    return [plugin for package in KINDS for plugin in _listed(package, load=load)]


def names_elsewhere(package: str) -> set[str]:
    """Names of parts that are not mmatch's own."""
    return {name for home, name in _registered if home == package} | set(_announced(package))


def registered(package: str) -> list[type]:
    """The parts that were registered in this process."""
    return [part for (home, _), part in _registered.items() if home == package]


def elsewhere(package: str, name: str) -> Any:
    """A part that is not mmatch's own, loaded now; None where nobody offers the name.

    Raises:
        PluginError: where two distributions offer it, or it is broken.
    """
    if (package, name) in _registered:
        return _registered[package, name]
    points = _announced(package).get(name, ())
    if not points:
        return None
    fault = _clash(package, name, points)
    part, broken = (None, fault) if fault else _loaded(package, points[0])
    if broken:
        raise PluginError(f"{KINDS[package]} {name!r}: {broken}")
    return part


def part_name(part: Any) -> str:
    """What a part is called: a solver by its ``name``, a rule or an aim by its class."""
    return str(getattr(part, "name", "")) if _package(part) == "mmatch.solvers" else str(getattr(part, "__name__", ""))


@cache
def _announced(package: str) -> dict[str, tuple[EntryPoint, ...]]:
    """Entry points by name: those that are installed when the first one is asked for."""
    from importlib.metadata import entry_points

    found: dict[str, tuple[EntryPoint, ...]] = {}
    for point in sorted(entry_points(group=package), key=lambda p: (p.name, _origin(p), p.value)):
        others = found.get(point.name, ())
        if all((_origin(other), other.value) != (_origin(point), point.value) for other in others):
            found[point.name] = (*others, point)
    return found


def _listed(package: str, *, load: bool) -> list[Plugin]:
    found = []
    for name, points in _announced(package).items():
        fault = _clash(package, name, points)
        for point in points:
            known = fault or (_loaded(package, point)[1] if load else "")
            version = point.dist.version if point.dist is not None else ""
            found.append(Plugin(KINDS[package], name, _origin(point), version, known))
    return found


def _origin(point: EntryPoint) -> str:
    return "" if point.dist is None else point.dist.name


def _clash(package: str, name: str, points: tuple[EntryPoint, ...]) -> str:
    """Why a name means nothing, where it does not."""
    if own(package, name):
        return f"{_origin(points[0])} offers a name of mmatch itself, which stays mmatch's"
    if len(points) > 1:
        return f"offered by {' and '.join(map(_origin, points))}, so the name means neither: uninstall one"
    return ""


def _loaded(package: str, point: EntryPoint) -> tuple[Any, str]:
    """(the part, what is wrong with it)."""
    try:
        part = point.load()
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a stranger's module does when it is imported
        return None, f"{_origin(point)} cannot be loaded: {type(error).__name__}: {excerpt(str(error))}"
    fault = _fault(package, point.name, part)
    return part, f"{_origin(point)}: {fault}" if fault else ""


def _package(part: Any) -> str:
    """Where a class belongs; empty where it is no part."""
    if not isinstance(part, type):
        return ""
    stated = getattr(part, "package", "")
    if stated in KINDS:
        return str(stated)
    return "mmatch.solvers" if callable(getattr(part, "solve", None)) else ""


def _fault(package: str, name: str, part: Any) -> str:
    """What is wrong with a class under the name that it is offered by; empty where nothing is."""
    stated = getattr(part, "mmatch_api", API)
    if stated != API:
        return f"it is written for parts of version {excerpt(stated)}, and this mmatch has {API}"
    if _package(part) != package:
        return f"found {excerpt(part)}, expected the class of a {KINDS[package]}"
    if part_name(part) != name:
        return f"it calls itself {part_name(part)!r}, expected {name!r}"
    takes = getattr(part, "takes", None)
    if package == "mmatch.solvers" and not (isinstance(takes, frozenset) and hasattr(part, "rank") and name):
        return "a solver states name, takes (a frozenset) and rank"
    return ""
