"""What type checkers see of packages whose names are found on use: written by ``make stubs``, checked by a test."""

from pathlib import Path

import mmatch as mm
from mmatch.registry.own import load_own, own_names

HOME = Path(mm.__file__).parent
BASES = {"rules": ("Rule",), "aims": ("Aim", "PairAim"), "solvers": ()}


def stubs():
    """{file: its text}."""
    rows = [f"from mmatch.{room} import {name} as {name}" for name, room in sorted(mm._PLACE.items())]
    rooms = [f"from mmatch import {room} as {room}" for room in mm._ROOMS]
    found = {HOME / "__init__.pyi": _text(mm.__doc__, [*rooms, *rows, "", "__version__: str"])}
    for room, bases in BASES.items():
        kinds = [load_own(f"mmatch.{room}", name) for name in own_names(f"mmatch.{room}")]
        rows = [f"from {kind.__module__} import {kind.__name__} as {kind.__name__}" for kind in kinds]
        rows += [f"from mmatch.{room}._base import {name} as {name}" for name in bases]
        package = getattr(mm, room)
        found[HOME / room / "__init__.pyi"] = _text(package.__doc__, sorted(rows))
    return found


def _text(doc, rows):
    first = doc.strip().splitlines()[0]
    return "\n".join([f"# {first} Written by `make stubs`.", "", *rows, ""])


if __name__ == "__main__":
    for path, text in stubs().items():
        path.write_text(text, encoding="utf-8")
