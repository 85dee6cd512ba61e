"""What a type checker says of code that uses mmatch: on the wheel that users install."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import mmatch as mm
from stubs import stubs

GOOD = """
from pathlib import Path

import mmatch as mm
from mmatch.comparison import Comparison, Strategy
from mmatch.events import Event, Rounds, Series
from mmatch.explanations import Explanation
from mmatch.matching import Reason, Violation

cohort = mm.Cohort([mm.Participant("ann", offers=[mm.Offer()]), mm.Participant("eva", requests=[mm.Request()])])
program = mm.Program(rules=[mm.rules.Differs("site")], aims=[mm.aims.Coverage()])
result: mm.Result = mm.solve(cohort, program, solver=mm.solvers.Flow())
reasons: tuple[Reason, ...] = mm.reasons(cohort, result)
schedule: mm.Schedule = mm.schedule(cohort, result, mm.Dates(start="2027-01-11", end="2027-01-15"))
wrong: list[Violation] = mm.verify(cohort, program, schedule, of=result)
files: tuple[Path, ...] = mm.io.write_calendars(cohort, schedule, "folder", now="2027-01-05T12:00Z")
stable: list[mm.Matching] = mm.stable.stable_matchings(cohort, program)
weekly = mm.formats.Format("weekly", (mm.formats.SessionSpec(), mm.formats.SessionSpec()), (mm.formats.Gap(7, 7, 7),))
event: Event = mm.plan_event(cohort, program, Rounds(count=2))
year: Series = mm.plan_series(cohort, program, [Rounds(count=1, start="2027-01-11T14:00")])
plans: tuple[mm.scheduling.Plan, ...] = mm.scheduling.suggest(cohort, schedule, schedule.plans[0])
found: mm.errors.Problem = mm.errors.InputError([]).problems[0]
why: Explanation = mm.explain(cohort, result, "eva")
runs: Comparison = mm.compare(cohort, {"one": Strategy(program)})
"""
BAD = {  # what mypy says, what pyright says
    "mm.Cohrt([])": ('Module has no attribute "Cohrt"', '"Cohrt" is not a known attribute of module'),
    "mm.rules.Difers('site')": ('Module has no attribute "Difers"', '"Difers" is not a known attribute'),
    "mm.io.wite_dues": ('Module has no attribute "wite_dues"', '"wite_dues" is not a known attribute'),
    "mm.errors.InputEror": ('Module has no attribute "InputEror"', '"InputEror" is not a known attribute'),
    "mm.formats.Gab(1)": ('Module has no attribute "Gab"', '"Gab" is not a known attribute'),
    "mm.stable.rank_bye": ('Module has no attribute "rank_bye"', '"rank_bye" is not a known attribute'),
    "mm.scheduling.sugest": ('Module has no attribute "sugest"', '"sugest" is not a known attribute'),
    "mm.testing.check_rul": ('Module has no attribute "check_rul"', '"check_rul" is not a known attribute'),
    "mm.solve(3)": (
        'Argument 1 to "solve" has incompatible type "int"; expected "Cohort"',
        'cannot be assigned to parameter "cohort" of type "Cohort"',
    ),
    "mm.reasons(mm.Cohort([]), mm.Program())": ('expected "Result"', 'cannot be assigned to parameter "result"'),
    "mm.Dates(start='2027-01-11', end='2027-01-15', finish='')": (
        'Unexpected keyword argument "finish"',
        'No parameter named "finish"',
    ),
}


@pytest.fixture(scope="module")
def installed(built, tmp_path_factory):
    """A folder with the wheel's files."""
    folder = tmp_path_factory.mktemp("wheel")
    with zipfile.ZipFile(next(built.glob("*.whl"))) as wheel:
        wheel.extractall(folder)
    return folder


def mypy(installed, folder):
    """{line: message} of what mypy says about a user's file."""
    command = [sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent", "--config-file=", "user.py"]
    environment = {**os.environ, "MYPYPATH": str(installed)}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    rows = [row.split(":", 3) for row in done.stdout.splitlines() if ": error: " in row]
    return [(int(line), message) for _, line, _, message in rows]


def pyright(installed, folder):
    """The same of pyright, which comes with a Node of its own."""
    home = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    checker = shutil.which("basedpyright", path=home)
    if checker is None:
        pytest.skip("no basedpyright here: it is one of the packages for development")
    settings = {"extraPaths": [str(installed)], "typeCheckingMode": "standard"}
    (folder / "pyrightconfig.json").write_text(json.dumps(settings), encoding="utf-8")
    command = [checker, "--pythonpath", sys.executable, "--outputjson", "user.py"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603
    rows = [row for row in json.loads(done.stdout)["generalDiagnostics"] if row["severity"] == "error"]
    return [(row["range"]["start"]["line"] + 1, row["message"]) for row in rows]


@pytest.mark.parametrize(("checker", "column"), [(mypy, 0), (pyright, 1)], ids=["mypy", "pyright"])
def test_right_use_is_typed_and_wrong_use_is_told(checker, column, installed, tmp_path):
    (tmp_path / "user.py").write_text(GOOD + "".join(f"{code}\n" for code in BAD), encoding="utf-8")
    told = checker(installed, tmp_path)
    first = GOOD.count("\n") + 1
    assert [line for line, _ in told] == list(range(first, first + len(BAD))), told
    for (_, message), (code, expected) in zip(told, BAD.items(), strict=True):
        assert expected[column] in message, code


def test_stubs_are_those_of_the_names_that_exist():
    """After a new rule, aim or public name: make stubs."""
    for path, text in stubs().items():
        assert path.read_text(encoding="utf-8") == text, path.name


@pytest.mark.parametrize(
    ("given", "meant"), [("Cohrt", "Cohort"), ("solv", "solve"), ("rule", "rules"), ("wite_dues", "io.write_dues")]
)
def test_a_misspelled_name_is_told_at_run_time_too(given, meant):
    with pytest.raises(AttributeError, match=f"no attribute '{given}', did you mean '{meant}'"):
        getattr(mm, given)


@pytest.mark.parametrize(
    "place",
    ["io.write_dues", "formats.Gap", "explanations.Explanation", "rules.Differs", "plot.week", "solvers.Progress"],
)
def test_a_name_that_stands_elsewhere_is_told(place):
    name = place.partition(".")[2]
    with pytest.raises(AttributeError, match=f"^mmatch has no '{name}': it is mmatch.{place}$"):
        getattr(mm, name)


@pytest.mark.parametrize("room", mm._TYPES)
def test_a_room_is_found_right_after_the_import(room):
    """Once ``mm.lotteries`` was unknown until something had imported it: the build of the site met that."""
    code = f"import mmatch as mm; print(mm.{room}.{mm._TYPES[room][0]}.__name__)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout.strip() == mm._TYPES[room][0]


def test_a_package_that_finds_its_names_on_use_names_the_closest():
    with pytest.raises(AttributeError, match="'wite_dues', did you mean 'write_dues'"):
        _ = mm.io.wite_dues
