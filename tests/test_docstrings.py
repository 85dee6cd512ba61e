"""The examples in docstrings: each is run, in an empty folder, with ``mm`` for mmatch."""

import doctest
from importlib import import_module
from pathlib import Path

import pytest

import mmatch as mm

HOME = Path(mm.__file__).parent
MODULES = [
    ".".join(path.relative_to(HOME.parent).with_suffix("").parts).removesuffix(".__init__")
    for path in sorted(HOME.rglob("*.py"))
    if ">>> " in path.read_text(encoding="utf-8")
]


@pytest.mark.parametrize("name", MODULES)
def test_examples_show_what_comes_out(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    failed, tried = doctest.testmod(import_module(name), globs={"mm": mm})
    assert (failed, tried > 0) == (0, True)


def test_the_verbs_and_the_facts_have_examples():
    names = "Cohort Participant Offer Request Program solve verify evaluate metrics compare write_cohort"
    assert [name for name in names.split() if ">>> " not in getattr(mm, name).__doc__] == []
