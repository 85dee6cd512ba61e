"""Dates: thousands of plans without shared rooms, hundreds with, and the overlap of a million candidate pairs.

Mentors have three mentees each; everybody states five windows of two or three hours a week; formats have three
sessions, eight weeks to place them in. With rooms, all first and last sessions are in person at one of three sites with
five rooms each. Beside ours, in the same run: one plain CP-SAT model of all plans, with the same costs.
"""

from __future__ import annotations

import sys
import time
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from benchmarks._common import Row, machine, part, print_table

if TYPE_CHECKING:
    from mmatch import Cohort, Result

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri")


@dataclass(frozen=True)
class Spec:
    """What is measured."""

    plans: int = 5000
    with_rooms: int = 500
    rooms: int = 5
    sites: tuple[str, ...] = ("north", "south", "west")
    per_mentor: int = 3
    windows: int = 5
    start: str = "2027-01-11"
    end: str = "2027-03-07"
    seconds: float = 20
    plain_seconds: float = 60
    people: int = 2000
    pairs: int = 1_000_000
    seed: int = 0


SPEC = Spec()


def question(plans: int, form: str = "three_session") -> tuple[Cohort, Result]:
    """Mentors with their mentees."""
    import numpy as np

    import mmatch as mm

    draw = np.random.default_rng(SPEC.seed)

    def week() -> str:
        days = draw.integers(0, 5, SPEC.windows)
        begins, lengths = draw.integers(8, 17, SPEC.windows), draw.integers(2, 4, SPEC.windows)
        return "; ".join(f"{DAYS[d]} {b}-{b + n}" for d, b, n in zip(days, begins, lengths, strict=True))

    people, pairs = [], []
    for k in range(plans):
        site = SPEC.sites[k // SPEC.per_mentor % len(SPEC.sites)]
        mentor = f"m{k // SPEC.per_mentor:05}"
        if k % SPEC.per_mentor == 0:
            people.append(
                mm.Participant(mentor, offers=[mm.Offer()], capacity=SPEC.per_mentor, availability=week(), site=site)
            )
        people.append(mm.Participant(f"e{k:05}", requests=[mm.Request(format=form)], availability=week(), site=site))
        pairs.append((mentor, f"e{k:05}"))
    cohort = mm.Cohort(people)
    program = mm.Program(formats=[in_rooms()] if form == "rooms" else ())
    return cohort, mm.evaluate(cohort, program, pairs)


def in_rooms() -> Any:
    """Three sessions, the first and the last in person."""
    import mmatch as mm

    meet, talk = mm.formats.SessionSpec(60, "in_person"), mm.formats.SessionSpec(60, "virtual")
    return mm.formats.Format("rooms", (meet, talk, meet), (mm.formats.Gap(), mm.formats.Gap()))


def part_apart() -> dict[str, Any]:
    """All plans without rooms."""
    import mmatch as mm

    given = question(SPEC.plans)
    start = time.perf_counter()
    found = mm.schedule(*given, start=SPEC.start, end=SPEC.end)
    took = time.perf_counter() - start
    start = time.perf_counter()
    wrong = len(mm.verify(given[0], given[1].program, found, of=given[1]))
    return {
        "seconds": took,
        "judge": time.perf_counter() - start,
        "status": str(found.status),
        "value": found.value,
        "wrong": wrong,
    }


def part_budgets(plans: int = 1000) -> dict[str, Any]:
    """Plans whose mentors have as many hours a month as three sessions take, and at most two sessions a day."""
    import mmatch as mm

    given = question(int(plans))
    enough = mm.scheduling.Diary(hours_per_month=2.25, per_day=2)
    diaries = {person.id: enough for person in given[0] if person.offers}
    start = time.perf_counter()
    found = mm.schedule(*given, mm.Dates(start=SPEC.start, end=SPEC.end, diaries=diaries))
    took = time.perf_counter() - start
    wrong = len(mm.verify(given[0], given[1].program, found, of=given[1]))
    return {"seconds": took, "status": str(found.status), "value": found.value, "wrong": wrong}


def part_rooms(seconds: float) -> dict[str, Any]:
    """Plans that share rooms, ours."""
    import mmatch as mm

    given = question(SPEC.with_rooms, "rooms")
    rooms = dict.fromkeys(SPEC.sites, SPEC.rooms)
    found = mm.schedule(*given, mm.Dates(start=SPEC.start, end=SPEC.end, rooms=rooms), time_limit=float(seconds))
    wrong = len(mm.verify(given[0], given[1].program, found, of=given[1]))
    return {"value": found.value, "bound": found.bound, "wrong": wrong}


def part_office_hours() -> dict[str, Any]:
    """The example of that name, without a time limit: hundreds of short talks that all hang together."""
    import mmatch as mm

    example = mm.datasets.load("office-hours")
    result = mm.solve(example.cohort, example.program)
    start = time.perf_counter()
    found = mm.schedule(example.cohort, result, example.dates)
    took = time.perf_counter() - start
    wrong = len(mm.verify(example.cohort, example.program, found, of=result))
    return {"seconds": took, "status": str(found.status), "value": found.value, "bound": found.bound, "wrong": wrong}


def part_plain(plans: int, form: str, seconds: float) -> dict[str, Any]:
    """One CP-SAT model of all plans, as one would write it: two workers, the same costs, rooms as cumulatives."""
    from ortools.sat.python import cp_model

    import mmatch as mm
    from mmatch.scheduling.free_time import FreeTime
    from mmatch.scheduling.schedule_settings import settings_of
    from mmatch.scheduling.tasks import task_of

    cohort, result = question(int(plans), form)
    rooms = dict.fromkeys(SPEC.sites, SPEC.rooms) if form == "rooms" else {}
    dates = mm.Dates(start=SPEC.start, end=SPEC.end, hours="", rooms=rooms)
    calendars = FreeTime(cohort, settings_of(cohort, list(result.matching), dates, result.program))
    tasks = [task for match in result.matching for task in [task_of(match, form, calendars)] if task.is_open]
    model = cp_model.CpModel()
    blocks: defaultdict[str, list[Any]] = defaultdict(list)
    rows = [plain_match(model, task, blocks) for task in tasks]
    for thing, intervals in blocks.items():
        if thing in rooms:
            model.add_cumulative(intervals, [1] * len(intervals), rooms[thing])
        elif thing:
            model.add_no_overlap(intervals)
    radix = 1 + sum(most for *_, most in rows)
    model.maximize(radix * sum(present for present, *_ in rows) - sum(price for _, price, _ in rows))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 2
    solver.parameters.max_time_in_seconds = float(seconds)
    start = time.perf_counter()
    status = solver.solve(model)
    took = time.perf_counter() - start
    if status not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        return {"status": solver.status_name(status), "value": None, "seconds": took}
    placed = sum(solver.boolean_value(present) for present, *_ in rows)
    cost = sum(solver.value(price) for _, price, _ in rows)
    return {"status": solver.status_name(status), "value": [placed, -cost], "seconds": took}


def plain_match(model: Any, task: Any, blocks: defaultdict[str, list[Any]]) -> tuple[Any, Any, int]:
    """Whether a match has dates, their price, and the highest one; its sessions go to its people and its site."""
    from ortools.sat.python import cp_model

    present = model.new_bool_var("")
    price, most, days = 0, 0, []
    for k, times in enumerate(task.starts):
        names = (times, task.days[k], task.prices[k])
        start, day, cost = (
            model.new_int_var_from_domain(cp_model.Domain.from_values(sorted(set(column.tolist()))), "")
            for column in names
        )
        model.add_allowed_assignments(
            [start, day, cost], list(zip(*(column.tolist() for column in names), strict=True))
        )
        block = model.new_optional_fixed_size_interval_var(start, task.format.sessions[k].minutes, present, "")
        for thing in (*task.people, task.sites[k]):
            blocks[thing].append(block)
        price, most = price + cost, most + int(task.prices[k].max())
        days.append(day)
    for gap, earlier, later in zip(task.format.gaps, days, days[1:], strict=False):
        model.add_linear_constraint(later - earlier, gap.least, gap.most).only_enforce_if(present)
        missed = model.new_int_var(0, gap.most + gap.target, "")
        model.add(missed >= later - earlier - gap.target).only_enforce_if(present)
        model.add(missed >= gap.target - later + earlier).only_enforce_if(present)
        price, most = price + task.wishes.gap * missed, most + task.wishes.gap * (gap.most + gap.target)
    paid = model.new_int_var(0, most, "")
    model.add(paid >= price).only_enforce_if(present)
    return present, paid, most


def part_overlap() -> dict[str, Any]:
    """How many starts each of many pairs of people share within four weeks."""
    import numpy as np

    from mmatch.availability import Grid, expand, parse_week

    draw = np.random.default_rng(SPEC.seed)
    weeks = [
        "; ".join(f"{DAYS[day]} {8 + hour}-{10 + hour}" for day, hour in draw.integers(0, (5, 8), (4, 2)).tolist())
        for _ in range(SPEC.people)
    ]
    zones = ("Europe/Berlin", "America/New_York", "Asia/Kathmandu")
    left, right = draw.integers(0, SPEC.people, (2, SPEC.pairs))
    start = time.perf_counter()
    free = [expand(parse_week(text), zones[k % 3], "2027-03-01", "2027-03-28") for k, text in enumerate(weeks)]
    grid = Grid.of(free, 60, 30)
    ready = time.perf_counter() - start
    shared = grid.shared(left, right)
    return {"seconds": time.perf_counter() - start, "expanding": ready, "sharing": int((shared > 0).sum())}


def part_joint(requests: int = 100_000) -> dict[str, Any]:
    """Single sessions matched and dated at once: ten candidate mentors, five shared slots with each."""
    import resource

    import numpy as np

    import mmatch as mm

    n = int(requests)
    draw = np.random.default_rng(SPEC.seed)
    slots = [f"{day} {hour}-{hour + 1}" for day in DAYS for hour in range(9, 17)]
    mentors = n // 10
    weeks = [sorted(draw.permutation(len(slots))[:10].tolist()) for _ in range(64)]  # ten free slots in a week
    texts = ["; ".join(slots[k] for k in week) for week in weeks]
    kind = draw.integers(0, len(weeks), mentors)
    partners = [np.flatnonzero([len(set(a) & set(b)) == 5 for b in weeks]) for a in weeks]
    people = [
        mm.Participant(f"m{k:06}", offers=[mm.Offer()], capacity=10, availability=texts[kind[k]])
        for k in range(mentors)
    ]
    scores = {}
    by_kind = [np.flatnonzero(kind == k) for k in range(len(weeks))]
    usable = [k for k in range(len(weeks)) if len(partners[k])]
    for k in range(n):
        own = usable[int(draw.integers(len(usable)))]
        people.append(mm.Participant(f"e{k:06}", requests=[mm.Request()], availability=texts[own]))
        pool = np.concatenate([by_kind[j] for j in partners[own]])
        for mentor in draw.choice(pool, size=min(10, len(pool)), replace=False).tolist():
            scores[f"m{mentor:06}", f"e{k:06}"] = int(draw.integers(1, 1000))
    cohort = mm.Cohort(people, scores=scores)
    program = mm.Program(rules=[mm.rules.CommonSlot(slots)])
    start = time.perf_counter()
    result = mm.solve(cohort, program)
    took = time.perf_counter() - start
    return {
        "seconds": took,
        "phases": {name: round(value, 1) for name, value in result.phases.items()},
        "trust": str(result.trust),
        "solver": result.solver,
        "value": result.value,
        "pairs": len(scores),
        "gigabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6,
    }


def run() -> list[Row]:
    """The rows of the table."""
    apart = part("benchmarks.schedules", "apart")
    budgets = part("benchmarks.schedules", "budgets")
    plain = part("benchmarks.schedules", "plain", 500, "three_session", SPEC.plain_seconds)
    ours = part("benchmarks.schedules", "rooms", SPEC.seconds)
    plain_rooms = part("benchmarks.schedules", "plain", SPEC.with_rooms, "rooms", SPEC.plain_seconds)
    office_hours = part("benchmarks.schedules", "office_hours")
    overlap = part("benchmarks.schedules", "overlap")
    joint = part("benchmarks.schedules", "joint")
    print(apart, budgets, plain, ours, plain_rooms, office_hours, overlap, joint, sep="\n")
    return [
        Row(
            "schedules",
            f"{SPEC.plans:,} plans of three sessions",
            f"{apart['seconds']:.2f} s, {apart['status']}",
            f"one CP-SAT model of 500 plans: {plain['status'].lower()} after {plain['seconds']:.0f} s",
            "",
            "about 6 s",
        ),
        Row(
            "schedules",
            "1,000 plans of three sessions, mentors with 2.25 hours a month",
            f"{budgets['seconds']:.2f} s, {budgets['status']}, {budgets['value'][0]} dated",
            "",
            "",
            "",
        ),
        Row(
            "schedules",
            f"{SPEC.with_rooms} plans, {len(SPEC.sites) * SPEC.rooms} rooms, {SPEC.seconds:.0f} s",
            f"{ours['value'][0]} dated, cost {-ours['value'][1]:,}; bound {ours['bound'][0]}, {-ours['bound'][1]:,}",
            f"one CP-SAT model, {SPEC.plain_seconds:.0f} s: "
            + (
                f"{plain_rooms['value'][0]} dated, cost {-plain_rooms['value'][1]:,}"
                if plain_rooms["value"]
                else "nothing"
            ),
            "",
            "better",
        ),
        Row(
            "schedules",
            f"the example office-hours, {office_hours['value'][0]} talks in one component, no time limit",
            f"{office_hours['seconds']:.1f} s, {office_hours['status']}, cost {-office_hours['value'][1]:,}",
            "",
            "",
            "",
        ),
        Row(
            "schedules",
            f"overlap of {SPEC.pairs:,} pairs over four weeks",
            f"{overlap['seconds']:.2f} s",
            f"{SPEC.people:,} calendars expanded in {overlap['expanding']:.2f} s of it",
            "",
            "< 2 s",
        ),
        Row(
            "schedules",
            f"100,000 requests, {joint['pairs']:,} pairs, 5 slots each: matched and dated at once",
            f"{joint['seconds']:.1f} s, {joint['trust']}, {joint['gigabytes']:.2f} GB",
            f"solver {joint['solver']}",
            "",
            "about 60 s, < 4 GB",
        ),
    ]


def main() -> None:
    """One part as JSON, or the table."""
    import json

    if sys.argv[1:2] == ["part"]:
        name, *arguments = sys.argv[2:]
        parts = {
            "apart": part_apart,
            "budgets": part_budgets,
            "rooms": part_rooms,
            "office_hours": part_office_hours,
            "plain": part_plain,
            "overlap": part_overlap,
            "joint": part_joint,
        }
        print(json.dumps(parts[name](*arguments)))
        return
    print(machine())
    print_table(run())


if __name__ == "__main__":
    main()
