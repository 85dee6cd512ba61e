"""Expert-led groups: the portfolio at 10 and 30 seconds beside plain CP-SAT and plain HiGHS at 60, on the same model.

Each mentee's wish over the topics is Dirichlet(0.3); a mentor offers each topic with probability 2.5 / topics;
everybody is free in each of six slots with probability one half. A mentee asks for the topics with a wish above 0.15
and is content with one group; a group has 3 to 6 mentees and one slot; a mentor leads at most two. What counts is
100 x wish, rounded down. The largest size is for the portfolio alone. Not part of ``benchmarks.run``: it takes a
quarter of an hour.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from benchmarks._common import Row, machine, print_table

if TYPE_CHECKING:
    from mmatch import Cohort, Program

SLOTS = tuple(f"{day} {hour}-{hour + 1}" for day in ("Mon", "Tue", "Wed") for hour in (9, 14))


@dataclass(frozen=True)
class Spec:
    """What is measured."""

    sizes: tuple[tuple[int, int, int], ...] = ((100, 10, 8), (300, 25, 15), (1000, 60, 30), (3000, 200, 60))
    largest: tuple[int, int, int] = (20_000, 1000, 60)
    concentration: float = 0.3
    offers: float = 2.5
    least_wish: float = 0.15
    group: tuple[int, int] = (3, 6)
    led: int = 2
    ours: tuple[int, ...] = (10, 30)
    reference: int = 60  # seconds of the other solvers
    seed: int = 0
    at_ten: float = 0.0005  # below the best of the others at most


SPEC = Spec()


def cohort(size: tuple[int, int, int], seed: int = SPEC.seed) -> Cohort:
    """The people of one size: (mentees, mentors, topics)."""
    import numpy as np

    import mmatch as mm

    mentees, mentors, topics = size
    draw = np.random.default_rng(seed)
    wish = draw.dirichlet([SPEC.concentration] * topics, size=mentees)
    offers = draw.random((mentors, topics)) < SPEC.offers / topics
    free = [draw.random((n, len(SLOTS))) < 0.5 for n in (mentors, mentees)]
    windows = [
        ["; ".join(s for s, is_free in zip(SLOTS, row, strict=True) if is_free) or None for row in f] for f in free
    ]
    people = [
        mm.Participant(
            f"m{k}",
            offers=[mm.Offer(f"t{t}") for t in np.flatnonzero(offers[k])],
            groups=SPEC.led,
            availability=windows[0][k],
        )
        for k in range(mentors)
    ]
    people += [
        mm.Participant(
            f"e{k}",
            requests=[
                mm.Request(f"t{t}", priority=int(100 * wish[k, t])) for t in np.flatnonzero(wish[k] > SPEC.least_wish)
            ],
            availability=windows[1][k],
        )
        for k in range(mentees)
    ]
    return mm.Cohort(people)


def program() -> Program:
    """The policy: groups of 3 to 6 at a common slot, one for each mentee, the strongest wishes first."""
    import mmatch as mm

    rules = [mm.rules.CommonSlot(SLOTS), mm.rules.AtMost(1)]
    return mm.Program(group=SPEC.group, rules=rules, aims=[mm.aims.Priority()])


def solved(people: Cohort, solver: Any, seconds: float) -> tuple[Any, float]:
    """(result, seconds)."""
    import mmatch as mm

    start = time.perf_counter()
    result = mm.solve(people, program(), solver=solver, time_limit=seconds)
    return result, time.perf_counter() - start


def print_result(name: str, result: Any, seconds: float) -> None:
    """One line."""
    bound = result.verified_bound[0] if result.verified_bound else None
    claimed = result.bound[0] if result.bound else None
    value = result.value[0] if result.value else None
    gap = f"{100 * (bound - value) / value:.3f} %" if bound is not None and value else "-"
    leaves = f", {result.proof.leaves} leaves" if result.proof.leaves else ""
    print(
        f"  {name:<16} {seconds:6.1f} s  {result.status:<9} {result.trust!s:<12} value {value}, "
        f"bound {claimed}, verified gap {gap}{leaves}",
        flush=True,
    )


def measured(size: tuple[int, int, int], *, others: bool) -> list[Row]:
    """One size: ours, then the others."""
    import mmatch as mm

    people = cohort(size)
    name = f"{size[0]:,} mentees, {size[1]:,} mentors"
    print(name, flush=True)
    ours = {}
    for seconds in SPEC.ours:
        result, took = solved(people, "auto", seconds)
        print_result(f"ours, {seconds} s", result, took)
        ours[seconds] = result.value[0]
    best = 0
    solvers = {"CP-SAT, 2": mm.solvers.CpSat(workers=2), "CP-SAT, 8": mm.solvers.CpSat(workers=8), "HiGHS": "milp"}
    for label, solver in solvers.items() if others else ():
        result, took = solved(people, solver, SPEC.reference)
        print_result(label, result, took)
        best = max(best, result.value[0] if result.value else 0)
    rows = []
    for seconds, value in ours.items():
        target = "" if not best else f">= {best if seconds > 10 else best * (1 - SPEC.at_ten):.0f}"
        rows.append(Row("groups", f"{name}, {seconds} s", f"{value}", f"best of the others {best or '-'}", "", target))
    return rows


def largest() -> list[Row]:
    """The largest size in an interpreter of its own: the gap that the judge verifies, and the memory."""
    code = "from benchmarks import groups; groups.print_largest()"
    print(subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout, flush=True)
    return []


def print_largest() -> None:
    """Solve the largest size for a minute."""
    result, took = solved(cohort(SPEC.largest), "auto", SPEC.reference)
    print(f"{SPEC.largest[0]:,} mentees, {SPEC.largest[1]:,} mentors")
    print_result("ours, 60 s", result, took)
    print(f"  peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB")


def run(wanted: list[str]) -> list[Row]:
    """The sizes wanted (by their number of mentees), or all."""
    rows = [row for size in SPEC.sizes if not wanted or str(size[0]) in wanted for row in measured(size, others=True)]
    if not wanted or str(SPEC.largest[0]) in wanted:
        rows += largest()
    return rows


if __name__ == "__main__":
    print(machine())
    print_table(run(sys.argv[1:]))
