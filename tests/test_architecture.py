"""The rooms: imports run one way, public names are listed, and importing stays light."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import FunctionType

import pytest

import mmatch as mm

HOME = Path(mm.__file__).parent
FLOORS = [
    {"errors", "display", "arrays", "exact", "text", "texts", "progress", "lazy"},
    {"availability", "matching", "constraints", "terms", "stages"},
    {"cohort"},
    {"candidates"},
    {"rules", "aims", "formats", "registry"},
    {"program"},
    {"result"},
    {"instance"},
    {"network", "mechanisms", "groups"},
    {"proof", "solvers"},
    {"portfolio"},
    {"engine"},
    {"explanations", "scheduling", "lotteries", "stable", "events", "verifying"},
    {"comparison"},
    {"io", "plot"},
    {"signup", "repairs"},
    {"reporting", "datasets", "testing"},
    {"app"},
    {"cli", "__main__"},
]
FLOOR = {room: level for level, rooms in enumerate(FLOORS) for room in rooms}
FILES = sorted(HOME.rglob("*.py"))


def room(path):
    return path.relative_to(HOME).parts[0].removesuffix(".py")


def imported(path, *, types=False):
    """(module, name) pairs that a file imports when it runs, also inside functions; on request those of types, too."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    typed = {
        id(inner)
        for branch in ast.walk(tree)
        if not types and isinstance(branch, ast.If) and "TYPE_CHECKING" in ast.dump(branch.test)
        for inner in ast.walk(branch)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and id(node) not in typed:
            yield from ((node.module or "", alias.name) for alias in node.names)
        elif isinstance(node, ast.Import) and id(node) not in typed:
            yield from ((alias.name, "") for alias in node.names)


def rooms_of(path):
    """The rooms that a file knows, be it for types only."""
    for module, name in imported(path, types=True):
        if module == "mmatch" and name != "__version__":
            yield name
        elif module.startswith("mmatch."):
            yield module.split(".")[1]


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(HOME)))
def test_imports_run_one_way(path):
    if room(path) == "__init__":
        return
    for target in rooms_of(path):
        assert target in FLOOR, target
        assert FLOOR[target] <= FLOOR[room(path)], target
        assert target != "cli" or room(path) in {"cli", "__main__"}
        assert target != "app" or path.name == "page.py" or room(path) == "app"
        assert target != "testing" or room(path) == "testing"


@pytest.mark.parametrize("path", sorted((HOME / "solvers").glob("[a-z]*.py")), ids=lambda p: p.name)
def test_solvers_know_neither_people_nor_proofs_nor_each_other(path):
    for module, _ in imported(path):
        assert not module.startswith(("mmatch.proof", "mmatch.engine", "mmatch.rules", "mmatch.aims", "mmatch.program"))
        assert not module.startswith("mmatch.cohort")
        if module.startswith("mmatch.solvers."):
            assert module.split(".")[2].startswith("_")


@pytest.mark.parametrize("path", sorted((HOME / "proof").glob("*.py")), ids=lambda p: p.name)
def test_judges_see_no_solver(path):
    assert all("solvers" not in module and "ortools" not in module for module, _ in imported(path))


ROOMS = {room: import_module(f"mmatch.{room}") for room in (*mm._ROOMS, *mm._TYPES)}
PUBLIC = {  # module: its public names
    "mmatch": mm.__all__,
    **{f"mmatch.{room}": getattr(ROOMS[room], "__all__", dir(ROOMS[room])) for room in mm._ROOMS},
    **{f"mmatch.{room}": names for room, names in mm._TYPES.items()},
}


@pytest.mark.parametrize("package", PUBLIC)
def test_no_module_bears_the_name_of_a_public_function(package):
    """Python sets an imported submodule as an attribute of its package: it would take the place of the function."""
    home = import_module(package)
    functions = {name for name in PUBLIC[package] if isinstance(getattr(home, name), FunctionType)}
    modules = {found.name for found in iter_modules(getattr(home, "__path__", ()))}
    assert not functions & modules


def test_all_public_names_exist_and_are_listed():
    assert dir(mm) == mm.__all__
    assert len(mm.__all__) == 60
    for package, names in PUBLIC.items():
        for name in names:
            value = getattr(import_module(package), name)
            assert value.__doc__ or not callable(value), name
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = mm.nothing


def test_the_page_of_the_api_names_all_that_is_public_and_nothing_else():
    page = (HOME.parent.parent / "docs/reference/api.md").read_text(encoding="utf-8")
    public = {f"{package}.{name}".removeprefix("mmatch.") for package, names in PUBLIC.items() for name in names}
    named = set(re.findall(r"(?:`|^## )(?:mm|mmatch)\.([A-Za-z_.]+)", page, re.MULTILINE))
    assert public - named == set()
    assert {name for name in named - public if name.rpartition(".")[0] not in {"Cohort", "cohort"}} == set()


@pytest.mark.parametrize(
    "code", ["import mmatch", "import mmatch.__main__, mmatch.cli", "import mmatch.io, mmatch.testing"]
)
def test_importing_loads_no_solver_and_no_frames(code):
    heavy = "ortools scipy networkx pandas polars narwhals pydantic"
    program = f"import sys; {code}; print([m for m in {heavy!r}.split() if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout.strip() == "[]"


def test_nothing_swallows_everything_and_nothing_asserts():
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            assert not isinstance(node, ast.Assert), path
            assert not (isinstance(node, ast.ExceptHandler) and node.type is None), path


def test_every_code_of_a_problem_or_a_violation_is_documented():
    page = (HOME.parent.parent / "docs/reference/error-codes.md").read_text(encoding="utf-8")
    pattern = r'(?:Problem|Violation|problems\.add|notes?\.warn|note)\(\s*"([a-z][a-z-]+)"'
    codes = {code for path in FILES for code in re.findall(pattern, path.read_text(encoding="utf-8"))}
    assert len(codes) > 50
    assert {code for code in codes if f"`{code}`" not in page} == set()


def test_names_that_have_moved_are_found_with_a_warning():
    with pytest.warns(DeprecationWarning, match=r"mmatch\.NoMatchingError is now mmatch\.errors\.NoMatchingError"):
        assert mm.NoMatchingError is mm.errors.NoMatchingError
