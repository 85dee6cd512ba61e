"""Scenario 8 beside mentor-match: from the form export to a proven result with reasons, against their matching alone.

Both take the same 750 people and the same policy: another organisation, one or two grades up, most people matched
first, then 12 / 9 for the grades, 10 for the profession, 6 for identity. Ours is timed from the path of the CSV file to
the result and its reasons; theirs only inside ``process_data``, with the people read and built before the clock starts.
Each run is a fresh interpreter, ours and theirs in turn.
"""

from __future__ import annotations

import csv
import json
import operator
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from benchmarks._common import PEERS, Row, machine, middle, part, print_table, seconds, spread

MODULE = "benchmarks.civil_service"


@dataclass(frozen=True)
class Spec:
    """What is measured."""

    seed: int = 0
    mentors: int = 500
    mentees: int = 500
    repetitions: int = 5
    warm: int = 3  # further runs in the same interpreter, shown beside the first
    bonus: int = 100_000  # theirs: one more match goes before any score
    least_ratio: float = 5.0


SPEC = Spec()


def run() -> list[Row]:
    """Measure both and return the row of the table."""
    if not PEERS.exists():
        print("mentor-match is not installed: run `make peers`")
        return []
    first, warm, theirs = [], [], []
    with tempfile.TemporaryDirectory() as folder:
        _write(folder)
        for _ in range(SPEC.repetitions):
            told = part(MODULE, "ours", folder)
            peer = part(MODULE, "peer", folder, python=PEERS)
            first.append(told["seconds"][0])
            warm.append(middle(told["seconds"][1:]))
            theirs.append(peer["seconds"])
    ratio = middle(theirs) / middle(first)
    print(f"mmatch, CSV to reasons, fresh interpreter: {spread(first)}; once warm {middle(warm):.3f} s")
    print(f"  of these: {', '.join(f'{name} {value:.3f}' for name, value in told['parts'].items())}")
    print(f"mentor-match 7.0.1, process_data alone:    {spread(theirs)}")
    print(f"mmatch: value {told['value']}, {told['trust']}, {told['reasons']} reasons {told['kinds']}")
    print(f"mentor-match: {peer['matched']} matched, score {peer['score']}")
    print(f"{ratio:.1f} times as fast, {middle(theirs) / middle(warm):.1f} once warm (at least {SPEC.least_ratio:g})")
    case = f"{SPEC.mentors} + {SPEC.mentees}, CSV to reasons"
    return [
        Row(
            "civil_service", case, seconds(first), seconds(theirs), f"{ratio:.1f} x faster", f"≥ {SPEC.least_ratio:g} x"
        )
    ]


def _write(folder: str) -> None:
    from mmatch import datasets

    example = datasets.load("civil-service", seed=SPEC.seed, mentors=SPEC.mentors, mentees=SPEC.mentees)
    datasets.write_example(example, folder)


def ours(folder: str) -> dict[str, object]:
    """CSV in, proven result and reasons out; the first call loads OR-Tools on the way."""
    import mmatch
    from mmatch.signup import read_cohort

    program = mmatch.Program.from_json(json.loads((Path(folder) / "program.json").read_text(encoding="utf-8")))
    taken, parts = [], {}
    for _ in range(1 + SPEC.warm):
        start = time.perf_counter()
        cohort = read_cohort(Path(folder) / "form.csv")
        read = time.perf_counter()
        result = mmatch.solve(cohort, program)
        solved = time.perf_counter()
        found = mmatch.reasons(cohort, result)
        end = time.perf_counter()
        taken.append(end - start)
        parts = parts or {"read": read - start, "solve": solved - read, "reasons": end - solved}
    return {
        "seconds": taken,
        "parts": parts,
        "value": result.value,
        "trust": str(result.trust),
        "reasons": len(found),
        "kinds": Counter(reason.kind for reason in found),
    }


def peer(folder: str) -> dict[str, object]:
    """The same people and policy in mentor-match's own words; only its matching is timed."""
    from matching.mentee import Mentee
    from matching.mentor import Mentor
    from matching.process import process_data

    rows = _people(Path(folder) / "form.csv")
    mentors = [_person(Mentor, row) for row in rows if row["role"] in {"Yes", "Both"}]
    mentees = [_person(Mentee, row) for row in rows if row["role"] in {"No", "Both"}]
    start = time.perf_counter()
    process_data(mentors, mentees, [_rules()])
    taken = time.perf_counter() - start
    pairs = [(mentor, mentee) for mentee in mentees for mentor in mentee.mentors]
    return {"seconds": taken, "matched": len(pairs), "score": sum(_score(*pair) for pair in pairs)}


def _people(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        rows = [{head: cell.strip() for head, cell in row.items()} for row in csv.DictReader(stream)]
    return [{"role": row["Do you want to sign up as a mentor?"], **row} for row in rows if row["Your staff number"]]


def _person(kind, row):
    person = kind(
        grade=row["Your grade"],
        organisation=row["Your organisation"],
        profession=row["Your profession"],
        email=row["Your email address"],
    )
    person.identity = row["Your identity"]
    return person


def _rules():
    """Applied from the last to the first: those that disqualify come first and save the others."""
    from matching.rules.rule import Disqualify, Equivalent, Generic, Grade, UnmatchedBonus

    return [
        UnmatchedBonus(SPEC.bonus),
        Generic({True: 6, False: 0}, lambda match: _same_identity(match.mentor, match.mentee)),
        Equivalent("profession", {True: 10, False: 0}),
        Grade(1, operator.eq, {True: 9, False: 0}),
        Grade(2, operator.eq, {True: 12, False: 0}),
        Disqualify(lambda match: not 1 <= match.mentor.grade - match.mentee.grade <= 2),
        Disqualify(lambda match: match.mentor.organisation == match.mentee.organisation),
    ]


def _same_identity(mentor, mentee) -> bool:
    return bool(mentor.identity) and mentor.identity == mentee.identity


def _score(mentor, mentee) -> int:
    steps = {1: 9, 2: 12}[mentor.grade - mentee.grade]
    return steps + 10 * (mentor.profession == mentee.profession) + 6 * _same_identity(mentor, mentee)


if __name__ == "__main__":
    if sys.argv[1:2] == ["part"]:
        print(json.dumps({"ours": ours, "peer": peer}[sys.argv[2]](sys.argv[3])))
    else:
        print(machine())
        print_table(run())
