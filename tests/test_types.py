"""What a type checker says of code that uses mmatch: on the wheel that users install."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import mmatch as mm
from stubs import stubs

ROOT = Path(__file__).parent.parent
GOOD = """
import mmatch as mm

cohort = mm.Cohort([mm.Participant("ann", offers=[mm.Offer()]), mm.Participant("eva", requests=[mm.Request()])])
program = mm.Program(rules=[mm.rules.Differs("site")], aims=[mm.aims.Coverage()])
result: mm.Result = mm.solve(cohort, program, solver=mm.solvers.Flow())
reasons: tuple[mm.Reason, ...] = mm.reasons(cohort, result)
schedule: mm.Schedule = mm.schedule(cohort, result, mm.Dates(start="2027-01-11", end="2027-01-15"))
wrong: list[mm.Violation] = mm.verify(cohort, program, schedule, of=result)
"""
BAD = {
    "mm.Cohrt([])": 'Module has no attribute "Cohrt"',
    "mm.rules.Difers('site')": 'Module has no attribute "Difers"',
    "mm.solve(3)": 'Argument 1 to "solve" has incompatible type "int"; expected "Cohort"',
    "mm.reasons(mm.Cohort([]), mm.Program())": 'expected "Result"',
    "mm.Dates(start='2027-01-11', finish='2027-01-15')": 'Unexpected keyword argument "finish"',
}


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A folder with the wheel's files."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)  # noqa: S603
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
        wheel.extractall(folder / "site")
    return folder / "site"


def checked(installed, folder, text):
    """What mypy prints about a user's file."""
    (folder / "user.py").write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent", "--config-file=", "user.py"]
    environment = {**os.environ, "MYPYPATH": str(installed)}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False).stdout  # noqa: S603


def test_right_use_is_typed_and_wrong_use_is_told(installed, tmp_path):
    wrong = "".join(f"{code}\n" for code in BAD)
    told = checked(installed, tmp_path, GOOD + wrong)
    first = GOOD.count("\n") + 1
    assert len(told.splitlines()) == len(BAD) + 1, told
    for line, (code, message) in enumerate(BAD.items(), first):
        assert any(row.startswith(f"user.py:{line}: error: ") and message in row for row in told.splitlines()), code


def test_stubs_are_those_of_the_names_that_exist():
    """After a new rule, aim or public name: make stubs."""
    for path, text in stubs().items():
        assert path.read_text(encoding="utf-8") == text, path.name


@pytest.mark.parametrize(("given", "meant"), [("Cohrt", "Cohort"), ("solv", "solve"), ("rule", "rules")])
def test_a_misspelled_name_is_told_at_run_time_too(given, meant):
    with pytest.raises(AttributeError, match=f"no attribute '{given}', did you mean '{meant}'"):
        getattr(mm, given)
