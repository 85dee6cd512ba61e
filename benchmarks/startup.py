"""How long a fresh interpreter takes to ``import mmatch`` and to answer ``mmatch --help``, against ``import numpy``."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass

from benchmarks._common import ROOT, Row, machine, middle, print_table, seconds, spread, wall

HEAVY = ("ortools", "pandas", "scipy", "networkx", "narwhals", "polars")
HELP = "import runpy, sys; sys.argv = ['mmatch', '--help']\ntry: runpy.run_module('mmatch', run_name='__main__')\n"
HELP += "except SystemExit as end: code = end.code\nelse: code = 0\n"
LOADED = f"import sys; print('loaded:', *[name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)\n"


@dataclass(frozen=True)
class Spec:
    """What is measured."""

    repetitions: int = 21
    most_import: float = 2.2  # times `import numpy`


SPEC = Spec()


def run() -> list[Row]:
    """Measure all commands in turn and return the rows of the table."""
    commands = {
        "nothing": ["-c", "pass"],
        "import numpy": ["-c", "import numpy"],
        "import mmatch": ["-c", "import mmatch"],
        "import every name": ["-c", "import mmatch; [getattr(mmatch, name) for name in mmatch.__all__]"],
    }
    if _answers_help():
        commands["mmatch --help"] = ["-m", "mmatch", "--help"]
    else:
        print("python -m mmatch --help does not work yet: left out")
    times: dict[str, list[float]] = {name: [] for name in commands}
    for turn in range(SPEC.repetitions + 1):
        for name, command in commands.items():
            taken = wall(command)
            if turn:
                times[name].append(taken)
    for name, values in times.items():
        print(f"{name:18} {spread(values)}")
    _print_loaded(commands)
    numpy, nothing = middle(times["import numpy"]), middle(times["nothing"])
    net = (middle(times["import mmatch"]) - nothing) / (numpy - nothing)
    print(f"import mmatch beside import numpy, the bare interpreter taken off both: {net:.2f}")
    compared = [name for name in commands if name not in {"nothing", "import numpy"}]
    return [
        Row(
            "startup",
            name,
            seconds(times[name]),
            seconds(times["import numpy"]),
            f"{middle(times[name]) / numpy:.2f} x import numpy",
            _target(name),
        )
        for name in compared
    ]


def _target(name: str) -> str:
    return f"≤ {SPEC.most_import:g} x" if name == "import mmatch" else ""


def _answers_help() -> bool:
    return not subprocess.run(
        [sys.executable, "-m", "mmatch", "--help"], cwd=ROOT, capture_output=True, check=False
    ).returncode


def _print_loaded(commands: dict[str, list[str]]) -> None:
    """Which heavy packages each command loads: none may."""
    for name in commands.keys() - {"nothing", "import numpy"}:
        code = HELP if name == "mmatch --help" else commands[name][1] + "\n"
        done = subprocess.run(
            [sys.executable, "-c", code + LOADED], cwd=ROOT, capture_output=True, text=True, check=False
        )
        told = next((line for line in done.stderr.splitlines() if line.startswith("loaded:")), "loaded: ?")
        print(f"{name}: {told if told != 'loaded:' else 'loads none of ' + ', '.join(HEAVY)}")


if __name__ == "__main__":
    print(machine())
    print_table(run())
