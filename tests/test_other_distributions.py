"""Parts from another distribution, really built and installed: known by name, loaded on use, judged like ours."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

import mmatch as mm
from mmatch.instance import Answer
from mmatch.registry import plugins, register

SAMPLE = Path(__file__).parent / "sample_plugin"
COHORT = "mm.Cohort([mm.Participant('ann', offers=[mm.Offer('x')]), mm.Participant('bo', requests=[mm.Request('x')])])"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A folder with the sample distribution installed in it."""
    folder = tmp_path_factory.mktemp("site")
    options = ("--quiet", "--no-index", "--no-deps", "--no-build-isolation", "--disable-pip-version-check")
    command = [sys.executable, "-m", "pip", "install", *options, "--target", folder, SAMPLE]
    subprocess.run(command, check=True)  # noqa: S603 - our own folder
    return folder


@pytest.fixture(scope="module")
def other(site, tmp_path_factory):
    """A second distribution that offers a name of the first."""
    info = tmp_path_factory.mktemp("other") / "rival-0.1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: rival\nVersion: 0.1\n")
    (info / "entry_points.txt").write_text("[mmatch.rules]\nEarlierLetter = rival:Rule\n")
    return os.pathsep.join([str(site), str(info.parent)])


def run(path, code):
    """What a fresh interpreter prints, as JSON."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(path), os.environ.get("PYTHONPATH", "")])}
    text = f"import json\nimport mmatch as mm\nfrom mmatch.registry import installed_plugins\n{code}"
    command = [sys.executable, "-c", text]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def refused(path, code):
    """The error that an expression ends in, as (class, text)."""
    tried = (
        f"try:\n    {code}\nexcept mm.MmatchError as error:\n    print(json.dumps([type(error).__name__, str(error)]))"
    )
    return run(path, tried)


def test_what_is_installed_is_listed_without_being_loaded(site):
    code = "import sys\nfound = [[p.kind, p.name, p.distribution, p.version, p.fault] for p in installed_plugins()]\n"
    listed, loaded = run(site, f"{code}print(json.dumps([found, 'mmatch_sample' in sys.modules]))")
    assert not loaded
    assert ["rule", "EarlierLetter", "mmatch-sample", "1.2.0", ""] in listed
    faults = {(kind, name): fault for kind, name, _, _, fault in listed}
    assert faults["aim", "Missing"] == ""
    assert faults["aim", "Coverage"] == "mmatch-sample offers a name of mmatch itself, which stays mmatch's"
    assert "stays mmatch's" in faults["solver", "flow"]


def test_they_keep_the_contract_and_are_read_back_from_json(site):
    checks = "mm.testing.check_rule(mm.rules.EarlierLetter(False)); mm.testing.check_aim(mm.aims.ShortNames())"
    solver = "mm.testing.check_solver(__import__('mmatch_sample').Nobody())"
    assert run(site, f"{checks}; {solver}; print(1)") == 1


def test_what_is_broken_is_listed_when_all_are_loaded(site):
    found = run(site, "print(json.dumps([[p.name, p.fault] for p in installed_plugins(load=True) if p.fault]))")
    faults = dict(found)
    assert faults["Missing"].startswith("mmatch-sample cannot be loaded: AttributeError")
    assert faults["quitter"].startswith("mmatch-sample cannot be loaded: SystemExit")
    assert faults["Later"] == "mmatch-sample: it is written for parts of version 99, and this mmatch has 1"
    assert faults.keys() == {"Missing", "quitter", "Later", "Coverage", "flow"}


def test_a_rule_and_an_aim_are_used_judged_and_written(site):
    code = f"""
program = mm.Program(rules=[mm.rules.EarlierLetter()], aims=[mm.aims.ShortNames()])
again = mm.Program.from_json(program.to_json())
cohort = {COHORT}
result = mm.solve(cohort, again)
print(json.dumps([again == program, result.matching.pairs(), str(result.trust), mm.verify(cohort, program, result)]))
"""
    assert run(site, code) == [True, [["ann", "bo", "x"]], "proved", []]


def test_a_solver_is_known_by_name_and_believed_in_nothing(site):
    code = f"result = mm.solve({COHORT}, solver='nobody')\n"
    assert run(site, f"{code}print(json.dumps([result.solver, result.status, result.trust]))") == [
        "nobody",
        "feasible",
        "heuristic",
    ]
    assert run(site, f"result = mm.solve({COHORT}, solver='flow')\nprint(json.dumps(result.trust))") == "proved"


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("mm.aims.Missing", "aim 'Missing': mmatch-sample cannot be loaded"),
        ("mm.aims.Later", "it is written for parts of version 99"),
        ("mm.Program.from_json({'aims': ['Later']})", "it is written for parts of version 99"),
        (f"mm.solve({COHORT}, solver='quitter')", "cannot be loaded: SystemExit"),
    ],
)
def test_a_broken_part_is_one_sentence_on_use(site, code, told):
    kind, text = refused(site, code)
    assert kind == "PluginError"
    assert told in text
    assert "\n" not in text


def test_two_that_claim_one_name_mean_neither(other):
    kind, text = refused(other, "mm.rules.EarlierLetter")
    assert (kind, text) == (
        "PluginError",
        "rule 'EarlierLetter': offered by mmatch-sample and rival, so the name means neither: uninstall one",
    )


def test_a_name_in_a_file_is_never_an_import_path(site):
    kind, text = refused(site, "mm.Program.from_json({'rules': ['mmatch_sample:EarlierLetter']})")
    assert kind == "InputError"
    assert "did you mean EarlierLetter?" in text


def test_a_class_of_a_notebook_is_registered_under_its_name(monkeypatch):
    monkeypatch.setattr(plugins, "_registered", {})

    @register
    @dataclass(frozen=True, repr=False)
    class Nobody(mm.rules.Rule):
        def allows(self, pairs):
            return np.zeros(pairs.shape, dtype=bool)

    program = mm.Program.from_json(mm.Program(rules=[mm.rules.Nobody()]).to_json())
    assert program.rules == (Nobody(),)
    assert "Nobody" in dir(mm.rules)

    @register
    class Idle:
        name, rank, takes = "idle", None, frozenset({"linear", "convex_load", "bounds"})

        def solve(self, instance, _watch):
            return Answer(mm.Status.FEASIBLE, np.zeros(len(instance.request), dtype=bool))

    people = [mm.Participant("ann", offers=[mm.Offer("x")]), mm.Participant("bo", requests=[mm.Request("x")])]
    assert mm.solve(mm.Cohort(people), solver="idle").value == (0, 0, 0)


@dataclass(frozen=True, repr=False)
class Differs(mm.rules.Rule):
    """Bears the name of one of ours."""


@pytest.mark.parametrize(
    ("part", "told"),
    [(Differs, "Differs is a rule of mmatch itself"), (3, "no rule, no aim"), (dict, "no rule, no aim and no solver")],
)
def test_what_cannot_be_registered_is_told(part, told):
    with pytest.raises(mm.InputError, match=told):
        register(part)
