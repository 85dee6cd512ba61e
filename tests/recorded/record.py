"""The record: what mmatch answered before the house was rebuilt, question by question, through the public door.

``python tests/recorded/record.py check`` asks everything again and prints what differs; ``write`` makes the record anew
(only where a change of answers is meant, and then the changelog says so). A line is

    <question> <solver>: <status> <trust> <value> matching <digest> question <digest>

Errors are recorded by their class. What is meant to differ stands in `known.py`, each kind with its reason.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import fields, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import mmatch as mm
from mmatch.lotteries import randomise
from recorded import questions
from recorded.known import meant

FOLDER = Path(__file__).parent
SIZES = {"pairs": 700, "groups": 500, "ranks": 400, "dates": 300, "lotteries": 100, "examples": 17}
PAIR_SOLVERS = ("auto", "flow", "cpsat", "milp", "greedy", "boston", "serial_dictatorship", "top_trading_cycles")
GROUP_SOLVERS = ("auto", "cpsat", "milp")


def short(*values):
    """Sixteen hex digits of some plain values."""
    return hashlib.sha256(repr(values).encode()).hexdigest()[:16]


def matching_digest(matching):
    """Who meets whom, as a digest."""
    rows = [(m.mentor, m.mentees, m.topic, m.offer, m.requested, m.slot, "") for m in matching]
    return short(sorted(rows), matching.unmatched)


def failure(error):
    """An error as a word: messages may get better, kinds stay."""
    codes = sorted({p.code for p in error.problems}) if isinstance(error, mm.InputError) else []
    public = next(kind.__name__ for kind in type(error).__mro__ if not kind.__name__.startswith("_"))
    return " ".join([public, *codes])


def answer(cohort, program, solver="auto", **options):
    """One line about one question."""
    try:
        result = mm.solve(cohort, program, solver=solver, **options)
    except mm.MmatchError as error:
        return failure(error)
    if mm.verify(cohort, program, result):
        return "REFUSED BY THE JUDGE"
    found = matching_digest(result.matching) if result.value is not None else "-"
    trust = result.trust or "-"
    return f"{result.status} {trust} {result.value} {result.bound} {found} {result.proof.digest[:12]}"


def pairs(number):
    """Pairs under every solver, and the kinds of reasons."""
    cohort, program = questions.of_pairs(number)
    for solver in PAIR_SOLVERS[: None if number % 5 == 0 else 4]:
        yield solver, answer(cohort, program, solver)
    yield "reasons", kinds(cohort, program)
    if number % 5 == 0:
        yield "metrics", measures(cohort, program)


def kinds(cohort, program):
    """The kinds of reasons and whom they are about."""
    try:
        result = mm.solve(cohort, program)
        found = mm.reasons(cohort, result)
    except mm.MmatchError as error:
        return failure(error)
    return short(sorted((r.kind, r.who, r.topic) for r in found))


def measures(cohort, program):
    """All figures of the metrics."""
    try:
        result = mm.solve(cohort, program)
        if result.value is None:
            return "-"
        found = mm.metrics(cohort, result)
    except mm.MmatchError as error:
        return failure(error)
    return short([(item.name, str(getattr(found, item.name))) for item in fields(found)])


def groups(number):
    """Groups under the solvers that take them."""
    cohort, program = questions.of_groups(number)
    for solver in GROUP_SOLVERS:
        yield solver, answer(cohort, program, solver)


def ranks(number):
    """Stable matching and its relatives."""
    cohort, tied = questions.of_ranks(number)
    usual, stable = mm.Program(), mm.solvers.Stable
    for side in ("mentee", "mentor"):
        yield side, answer(cohort, usual, stable(side=side), seed=number)
    yield "super", answer(cohort, usual, stable(kind="super"))
    for ties in ("three_halves", "largest"):
        yield ties, answer(cohort, usual, stable(ties=ties))
    for tiers in ([mm.aims.Preference("both")], [mm.aims.RankProfile("generous"), mm.aims.Preference("mentors")]):
        yield tiers[0].name, answer(cohort, mm.Program(aims=tiers), stable())
    for kind in ("weak", "strong", "super", "envy"):
        yield f"rule {kind}", answer(cohort, mm.Program(rules=[mm.rules.Stable(kind)], aims=[mm.aims.Coverage()]))
    if not tied:
        yield "all", every_stable(cohort)


def every_stable(cohort):
    """All stable matchings."""
    try:
        return short([matching_digest(matching) for matching in mm.stable.stable_matchings(cohort)])
    except mm.MmatchError as error:
        return failure(error)


def dates(number):
    """Dates of a hand-made matching: how many are placed and at which cost."""
    cohort, chosen, asked = questions.of_dates(number)
    try:
        usual = mm.Program(formats=asked.pop("formats"))
        found = mm.schedule(cohort, mm.evaluate(cohort, usual, chosen), mm.Dates(**asked))
        yield "schedule", dated(found)
        left = mm.evaluate(cohort, usual, [pair for pair in chosen if pair[1] != "e0"])
        yield "reschedule", dated(mm.reschedule(cohort, left, found, replace(found.dates, buffer=30)))
    except mm.MmatchError as error:
        yield "dates", failure(error)


def dated(schedule):
    """What a schedule is worth."""
    return f"{schedule.status} {schedule.value} {schedule.bound} {len(schedule.plans)} {len(schedule.unplaced)}"


def lotteries(number):
    """Exact chances, and the matching drawn."""
    cohort, _ = questions.of_pairs(10_000 + number)
    try:
        draw = randomise(cohort, mm.Program(), seed=number)
    except mm.MmatchError as error:
        yield "chances", failure(error)
        return
    yield "chances", f"{short(sorted(draw.chances.items()))} {matching_digest(draw.matching)}"


def examples(number):
    """The example cohorts as they ship, but for those that came later: what their events reach has tests of its own."""
    names = [name for name in mm.datasets.names() if name not in {"speed-event", "year-of-events"}]
    name, case = [(name, case) for name in names for case in mm.datasets.cases(name) or ("",)][number]
    example = mm.datasets.load(name, **({"case": case} if case else {}))
    label = f"{name} {case}".strip()
    yield f"{label} auto", answer(example.cohort, example.program)
    yield f"{label} usual", answer(example.cohort, mm.Program())
    yield f"{label} reasons", kinds(example.cohort, example.program)
    yield f"{label} metrics", measures(example.cohort, example.program)
    if example.dates and name != "office-hours":  # ends at its time limit
        result = mm.solve(example.cohort, example.program)
        yield f"{label} dates", dated(mm.schedule(example.cohort, result, example.dates))


def lines(task):
    """The lines of one question."""
    kind, number = task
    return [f"{kind} {number} {what}: {found}" for what, found in globals()[kind](number)]


def tasks(every=1):
    """All questions, or every so many of each kind."""
    return [(kind, number) for kind, size in SIZES.items() for number in range(0, size, every)]


def asked(every=1, workers=2) -> Iterator[str]:
    """The lines of all questions, in order."""
    with ProcessPoolExecutor(workers) as pool:
        for found in pool.map(lines, tasks(every), chunksize=10):
            yield from found


def recorded():
    """{question and solver: what was answered}."""
    text = (FOLDER / "answers.txt").read_text(encoding="utf-8")
    return dict(line.split(": ", 1) for line in text.splitlines())


def differences(every=1, workers=2):
    """(question, before, now) of every answer that is another one and is not meant to be."""
    before = recorded()
    for line in asked(every, workers):
        question, now = line.split(": ", 1)
        old = before.get(question, "not recorded")
        if old != now and not meant(question, old, now):
            yield question, old, now


def main():
    """Write the record, or check it."""
    if sys.argv[1:] == ["write"]:
        (FOLDER / "answers.txt").write_text("\n".join(asked()) + "\n", encoding="utf-8")
        return 0
    found = list(differences())
    for question, old, now in found:
        print(f"{question}\n  was {old}\n  now {now}")  # noqa: T201 - a script
    print(f"{len(found)} differ")  # noqa: T201
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
