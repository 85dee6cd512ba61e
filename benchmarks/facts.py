"""How long a cohort of 100,000 participants takes to build from rows, and how much memory it needs."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass

from benchmarks._common import ROOT, Row, machine, middle, print_table, spread

PROGRAM = """
import resource, sys, time
import mmatch as mm
rows = [(f"p{k}", f"topic {k % 50}", f"unit {k % 9}", k % 30) for k in range(int(sys.argv[1]))]
mm.Cohort([])
start = time.perf_counter()
people = [
    mm.Participant(
        name,
        offers=[mm.Offer(topic, level=years)] if years % 2 else (),
        requests=() if years % 2 else [mm.Request(topic, level=years)],
        attributes={"unit": unit, "years": years},
    )
    for name, topic, unit, years in rows
]
made = time.perf_counter()
cohort = mm.Cohort(people)
print(made - start, time.perf_counter() - made, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000)
"""


@dataclass(frozen=True)
class Spec:
    """What is measured."""

    people: int = 100_000
    repetitions: int = 5
    most_seconds: float = 2.0
    most_megabytes: int = 400


SPEC = Spec()


def run() -> list[Row]:
    """Build the cohort in fresh interpreters and return the rows of the table."""
    found = []
    for _ in range(SPEC.repetitions):
        command = [sys.executable, "-c", PROGRAM, str(SPEC.people)]
        done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
        found.append([float(word) for word in done.stdout.split()])
    objects, cohort, memory = (middle(list(column)) for column in zip(*found, strict=True))
    total = [row[0] + row[1] for row in found]
    print(f"{SPEC.people:,} people: {middle(total):.2f} s ({spread(total)}), of which Cohort {cohort:.2f} s")
    print(f"  peak memory of the process, rows included: {memory:.0f} MB")
    case = f"{SPEC.people:,} people from rows"
    return [
        Row("facts", case, f"{middle(total):.2f} s", f"objects {objects:.2f} s", "", f"≤ {SPEC.most_seconds} s"),
        Row("facts", "peak memory there", f"{memory:.0f} MB", "", "", f"≤ {SPEC.most_megabytes} MB"),
    ]


if __name__ == "__main__":
    print(machine())
    print_table(run())
