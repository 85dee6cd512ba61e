"""Stable matching: built, solved and judged, beside algmatch; how time grows; and thousands of small instances alike.

Speed: students who list distinct mentors at random, mentors who order all who list them. Both sides start from Python
dicts in one interpreter of their own each. `python -m benchmarks.stable agree` compares matchings on random instances:
hospital-residents and projects from both sides; with ties the super-stable matching (`agree 2000 5000`: 2,000 of each,
seeds from 5,000).
"""

from __future__ import annotations

import json
import random
import resource
import sys
import time
from dataclasses import dataclass
from typing import Any

from benchmarks._common import PEERS, Row, machine, middle, part, print_table, seconds, spread

MODULE = "benchmarks.stable"


@dataclass(frozen=True)
class Spec:
    """What is measured."""

    students: int = 5_000
    mentors: int = 500
    choices: int = 6
    repetitions: int = 5
    least_ratio: float = 20.0
    growing: tuple[tuple[int, int, int], ...] = ((10_000, 1_000, 20), (100_000, 10_000, 20), (100_000, 10_000, 100))
    tied: tuple[tuple[int, int, int, float, int], ...] = (
        (1_000, 1_000, 3, 0.7, 1),
        (1_000, 200, 3, 0.8, 5),
        (1_000, 1_000, 6, 0.9, 1),
        (1_000, 1_000, 10, 0.8, 1),
    )  # mentees, mentors, choices, chance that the next one is as good, seats
    chosen: tuple[tuple[int, int], ...] = ((1_000, 20), (1_000, 100))  # people on each side, choices
    instances: int = 1_000
    per_run: int = 250


SPEC = Spec()


def run() -> list[Row]:
    """Measure and return the rows of the table."""
    size = (SPEC.students, SPEC.mentors, SPEC.choices)
    ours = part(MODULE, "ours", *size, SPEC.repetitions)["seconds"]
    case = f"{SPEC.students:,} students, {SPEC.choices} choices: built, solved, judged"
    print(f"{case}: {spread(ours)}")
    told, ratio, target = "", "", f"≥ {SPEC.least_ratio:g} x"
    if PEERS.exists():
        peer = part(MODULE, "peer", *size, 3, python=PEERS)["seconds"]
        print(f"  algmatch {spread(peer)}")
        told, ratio = f"algmatch {seconds(peer)}", f"{middle(peer) / middle(ours):.0f} x faster"
    rows = [Row("stable", case, seconds(ours), told, ratio, target)]
    for students, mentors, choices in SPEC.growing:
        found = part(MODULE, "ours", students, mentors, choices, 1)
        text = f"{students:,} x {mentors:,}, {choices} choices"
        print(f"{text}: {found['seconds'][0]:.2f} s, {found['peak']:.0f} MB, of which the dicts {found['before']:.0f}")
        rows.append(Row("stable", text, f"{found['seconds'][0]:.2f} s", "", "", f"{found['peak']:.0f} MB"))
    for size in SPEC.tied:
        found = part(MODULE, "largest", *size)
        text = "{:,} x {:,}, {} choices, ties {}, {} seats: the largest weakly stable".format(*size)
        told = f"{found['seats']} seats, at most {found['most']}"
        print(f"{text}: {found['seconds']:.1f} s, {told}, 3/2: {found['three_halves']}, of any kind {found['any']}")
        rows.append(Row("stable", text, f"{found['seconds']:.1f} s", "", told, "exact ≤ 60 s"))
    for people, choices in SPEC.chosen:
        found = part(MODULE, "aims", people, choices)
        text = f"{people:,} x {people:,}, {choices} choices: egalitarian; minimum regret"
        told = f"{found['egalitarian']:.2f} s; {found['regret']:.2f} s"
        print(f"{text}: {told}, proved")
        rows.append(Row("stable", text, told, "", "", ""))
    return rows


def lists(students: int, mentors: int, choices: int, seed: int = 0) -> tuple[dict[str, list[str]], Any]:
    """(what each student wants, what each mentor wants): whoever is listed lists back."""
    draw = random.Random(seed)
    names = [f"h{k}" for k in range(mentors)]
    wishes = {f"s{k}": draw.sample(names, choices) for k in range(students)}
    orders: dict[str, list[str]] = {name: [] for name in names}
    for student, listed in wishes.items():
        for name in listed:
            orders[name].append(student)
    for order in orders.values():
        draw.shuffle(order)
    return wishes, orders


def timed_ours(students: int, mentors: int, choices: int, repetitions: int) -> dict[str, Any]:
    """Seconds from dicts to a judged result."""
    import mmatch as mm

    wishes, orders = lists(students, mentors, choices)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    found = []
    for _ in range(repetitions):
        start = time.perf_counter()
        cohort = mm.Cohort.from_rankings(wishes, orders, capacity=-(-students // mentors))
        result = mm.solve(cohort, solver="stable")
        found.append(time.perf_counter() - start)
        if result.trust != mm.Trust.PROVED:
            raise SystemExit("not proved")
    return {"seconds": found, "before": before, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3}


def timed_peer(students: int, mentors: int, choices: int, repetitions: int) -> dict[str, Any]:
    """Seconds of algmatch on the same lists."""
    from algmatch import HospitalResidentsProblem

    wishes, orders = lists(students, mentors, choices)
    question = {
        "residents": {int(name[1:]) + 1: [int(h[1:]) + 1 for h in listed] for name, listed in wishes.items()},
        "hospitals": {
            int(name[1:]) + 1: {
                "capacity": -(-students // mentors),
                "preferences": [int(s[1:]) + 1 for s in order],
            }
            for name, order in orders.items()
        },
    }
    found = []
    for _ in range(repetitions):
        start = time.perf_counter()
        HospitalResidentsProblem(dictionary=question, optimised_side="residents").get_stable_matching()
        found.append(time.perf_counter() - start)
    return {"seconds": found}


def timed_largest(students: int, mentors: int, choices: int, chance: float, seats: int) -> dict[str, Any]:
    """The largest weakly stable matching where some mentors are wanted more than others, and both sides tie."""
    import mmatch as mm

    draw = random.Random(1)
    names, wanted = [f"h{k}" for k in range(mentors)], [(k + 1) ** -0.5 for k in range(mentors)]
    wishes: dict[str, dict[str, None]] = {f"s{k}": {} for k in range(students)}
    for listed in wishes.values():
        while len(listed) < choices:
            listed[draw.choices(names, wanted)[0]] = None
    orders: dict[str, list[str]] = {name: [] for name in names}
    for student, listed in wishes.items():
        for name in listed:
            orders[name].append(student)
    for order in orders.values():
        draw.shuffle(order)
    sides = [{k: _with_ties(list(v), draw, chance) for k, v in side.items()} for side in (wishes, orders)]
    cohort = mm.Cohort.from_rankings(*sides, capacity=seats)
    start = time.perf_counter()
    most = mm.solve(cohort, solver=mm.solvers.Stable(ties="largest"), time_limit=60)
    taken = time.perf_counter() - start
    some = mm.solve(cohort, solver=mm.solvers.Stable(ties="three_halves"))
    return {
        "seconds": taken,
        "seats": most.value[0],
        "most": most.bound[0],
        "three_halves": some.value[0],
        "any": some.bound[0],
    }


def timed_aims(people: int, choices: int) -> dict[str, Any]:
    """The egalitarian stable matching and one of minimum regret, judged."""
    import mmatch as mm

    cohort = mm.Cohort.from_rankings(*lists(people, people, choices))
    wanted = {"egalitarian": mm.aims.Preference("both"), "regret": mm.aims.RankProfile("generous", of="both")}
    found = {}
    for name, aim in wanted.items():
        start = time.perf_counter()
        result = mm.solve(cohort, mm.Program(aims=[aim]), solver="stable")
        found[name] = time.perf_counter() - start
        if result.trust != mm.Trust.PROVED:
            raise SystemExit("not proved")
    return found


# -- small instances alike ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class World:
    """A small instance; numbers from 1, a tie is an inner list."""

    students: dict[int, list[Any]]
    owner: dict[int, int]
    seats: dict[int, int]
    capacity: dict[int, int]
    orders: dict[int, list[Any]]


def world(seed: int, *, projects: bool, ties: bool) -> World:
    """A random instance in which whoever is listed lists back."""
    draw = random.Random(seed)
    mentors = range(1, draw.randint(1, 5) + 1)
    offers = range(1, draw.randint(len(mentors), len(mentors) + 4) + 1) if projects else mentors
    owner = {o: o if o <= len(mentors) else draw.choice(mentors) for o in offers}
    wishes = {s: draw.sample(offers, draw.randint(1, len(offers))) for s in range(1, draw.randint(2, 9) + 1)}
    orders: dict[int, list[Any]] = {m: [] for m in mentors}
    for mentor in mentors:
        orders[mentor] = [s for s, listed in wishes.items() if any(owner[o] == mentor for o in listed)]
        draw.shuffle(orders[mentor])
    seats = {o: draw.randint(1, 2) for o in offers}
    most = {m: sum(seats[o] for o in offers if owner[o] == m) for m in mentors}
    least = {m: max(seats[o] for o in offers if owner[o] == m) for m in mentors}
    capacity = {m: draw.randint(least[m], most[m]) for m in mentors}
    tied = (lambda x: _with_ties(x, draw, 0.35)) if ties else list
    return World(
        {s: tied(x) for s, x in wishes.items()}, owner, seats, capacity, {m: tied(x) for m, x in orders.items()}
    )


def _with_ties(names: list[Any], draw: random.Random, chance: float) -> list[Any]:
    found: list[list[Any]] = []
    for name in names:
        if found and draw.random() < chance:
            found[-1].append(name)
        else:
            found.append([name])
    return [group if len(group) > 1 else group[0] for group in found]


CASES = {
    "hospital-residents, mentees": (False, False, "mentee", "weak"),
    "hospital-residents, mentors": (False, False, "mentor", "weak"),
    "projects, mentees": (True, False, "mentee", "weak"),
    "projects, mentors": (True, False, "mentor", "weak"),
    "hospital-residents with ties, super": (False, True, "mentee", "super"),
    "projects with ties, super": (True, True, "mentee", "super"),
}


def peer_answers(case: str, first: int, count: int) -> dict[str, Any]:
    """What algmatch says of each instance: pairs (student, offer), or None where nothing is stable."""
    projects, ties, side, kind = CASES[case]
    return {
        "answers": [
            _asked(world(seed, projects=projects, ties=ties), projects, ties, side, kind)
            for seed in range(first, first + count)
        ]
    }


def _asked(small: World, projects: bool, ties: bool, side: str, kind: str) -> list[list[int]] | None:
    import algmatch

    name = "StudentProjectAllocation" if projects else "HospitalResidentsProblem"
    problem = getattr(algmatch, name + ("WithTies" if ties else ""))
    orders = {m: {"capacity": small.capacity[m], "preferences": small.orders[m]} for m in small.orders}
    if projects:
        offers = {o: {"capacity": small.seats[o], "lecturer": m} for o, m in small.owner.items()}
        question = {"students": small.students, "projects": offers, "lecturers": orders}
        sides = {"mentee": "students", "mentor": "lecturers"}
    else:
        question = {"residents": small.students, "hospitals": orders}
        sides = {"mentee": "residents", "mentor": "hospitals"}
    more = {"stability_type": kind} if ties else {}
    found = problem(dictionary=question, optimised_side=sides[side], **more).get_stable_matching()
    if found is None:
        return None
    mine = found["student_sided" if projects else "resident_sided"]
    return sorted([int(a[1:]), int(b[1:])] for a, b in mine.items() if b)


def our_answer(small: World, projects: bool, side: str, kind: str) -> list[list[int]] | None:
    """The same from here."""
    import mmatch as mm

    cohort = _cohort(small, projects)
    result = mm.solve(cohort, solver=mm.solvers.Stable(side=side, kind=kind))
    if result.found is None:
        return None
    s = result.found.seats
    return sorted(
        [int(e[1:]), int((t if projects else m)[1:])] for m, e, t in zip(s.mentor, s.mentee, s.topic, strict=True)
    )


def _cohort(small: World, projects: bool) -> Any:
    import mmatch as mm

    letter = "p" if projects else "m"

    def named(names: list[Any], mark: str) -> list[Any]:
        return [[f"{mark}{k}" for k in name] if isinstance(name, list) else f"{mark}{name}" for name in names]

    return mm.Cohort.from_rankings(
        {f"s{s}": named(listed, letter) for s, listed in small.students.items()},
        {f"m{m}": named(order, "s") for m, order in small.orders.items()},
        capacity={f"m{m}": n for m, n in small.capacity.items()},
        offers={f"p{o}": f"m{m}" for o, m in small.owner.items()} if projects else None,
        offer_capacity={f"p{o}": n for o, n in small.seats.items()} if projects else 1,
    )


def agree(instances: int, start: int = 0) -> int:
    """How many instances differ, over all cases; seeds from ``start``."""
    wrong = 0
    for case, (projects, ties, side, kind) in CASES.items():
        differ = none = 0
        for first in range(0, instances, SPEC.per_run):
            count = min(SPEC.per_run, instances - first)
            answers = part(MODULE, "answers", case, start + first, count, python=PEERS)["answers"]
            for seed, theirs in zip(range(start + first, start + first + count), answers, strict=True):
                ours = our_answer(world(seed, projects=projects, ties=ties), projects, side, kind)
                none += theirs is None
                if ours != theirs:
                    differ += 1
                    print(f"  {case}, seed {seed}: ours {ours}, theirs {theirs}")
        print(f"{case}: {instances} instances, {none} without a stable matching, {differ} differ", flush=True)
        wrong += differ
    return wrong


if __name__ == "__main__":
    if sys.argv[1:2] == ["part"]:
        task, *given = sys.argv[2:]
        if task == "answers":
            print(json.dumps(peer_answers(given[0], int(given[1]), int(given[2]))))
        else:
            timed: dict[str, Any] = {
                "ours": timed_ours,
                "peer": timed_peer,
                "largest": timed_largest,
                "aims": timed_aims,
            }
            print(json.dumps(timed[task](*(float(x) if "." in x else int(x) for x in given))))
    elif sys.argv[1:2] == ["agree"]:
        sys.exit(min(agree(*(map(int, sys.argv[2:4]) if sys.argv[2:] else (SPEC.instances,))), 1))
    else:
        print(machine())
        print_table(run())
