"""What type checkers see of packages whose names are found on use: written by ``make stubs``, checked by a test."""

from importlib import import_module
from pathlib import Path

import mmatch as mm
from mmatch.registry.own import load_own, own_names

HOME = Path(mm.__file__).parent
BASES = {"rules": ("Rule",), "aims": ("Aim", "PairAim"), "solvers": ("Progress",)}
LISTED = ("io", "testing", "comparison", "reporting")  # other packages that find their names on use


def stubs():
    """{file: its text}."""
    rooms = [f"from mmatch import {room} as {room}" for room in sorted({*mm._ROOMS, *mm._TYPES})]
    names = [name for name in mm.__all__ if name not in mm._ROOMS and name != "__version__"]
    rows = [*rooms, *_rows(mm, names), "", "__version__: str"]
    found = {HOME / "__init__.pyi": _text(mm, rows)}
    for room, bases in BASES.items():
        package = getattr(mm, room)
        own = [load_own(f"mmatch.{room}", name).__name__ for name in own_names(f"mmatch.{room}")]
        found[HOME / room / "__init__.pyi"] = _text(package, _rows(package, [*own, *bases]))
    for room in LISTED:
        package = import_module(f"mmatch.{room}")
        found[HOME / room / "__init__.pyi"] = _text(package, _rows(package, package.__all__))
    return found


def _rows(package, names):
    return sorted(f"from {getattr(package, name).__module__} import {name} as {name}" for name in names)


def _text(package, rows):
    first = package.__doc__.strip().splitlines()[0]
    return "\n".join([f"# {first} Written by `make stubs`.", "", *rows, ""])


if __name__ == "__main__":
    for path, text in stubs().items():
        path.write_text(text, encoding="utf-8")
