"""The folder of the page: steps are whole, the pointer is followed, one process writes."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

import mmatch as mm
from mmatch.app.folders import InUseError, StepFolder
from mmatch.cli import app as command
from mmatch.io.steps import followed

PAYLOAD = 200_000


@pytest.fixture
def folder(tmp_path):
    made = StepFolder(tmp_path / "state")
    yield made
    made.close()


def put(text):
    return lambda place: (place / "a.txt").write_text(text)


def test_steps_are_written_undone_and_done_again(folder):
    for text in ("one", "two"):
        folder.write("place", put(text))
    assert (folder.number, folder.before(), folder.after()) == (2, 1, None)
    folder.go(1)
    assert (folder.place / "a.txt").read_text() == "one"
    assert (folder.before(), folder.after()) == (None, 2)
    assert followed(folder.path) == folder.path / "001"
    folder.write("swap", put("three"))
    assert (folder.number, folder.before(), folder.numbers()) == (3, 1, [1, 2, 3])


def test_what_did_not_change_is_carried_and_stays_as_it_was(folder):
    folder.write("upload", put("one"))
    folder.write("policy", lambda place: (place / "b.txt").write_text("b"), carry=("a.txt", "nothing"))
    assert sorted(path.name for path in folder.place.iterdir()) == ["a.txt", "b.txt", "step.json"]
    assert (folder.place / "a.txt").samefile(folder.step(1) / "a.txt")


def test_a_step_that_fails_leaves_nothing(folder):
    folder.write("upload", put("one"))
    with pytest.raises(ZeroDivisionError):
        folder.write("policy", lambda _: 1 // 0)
    assert folder.number == 1
    assert sorted(path.name for path in folder.path.iterdir()) == [".lock", "001", "current"]


def test_the_pointer_moves_only_when_the_step_is_there(folder, monkeypatch):
    folder.write("upload", put("one"))
    seen = []
    go = folder.go
    monkeypatch.setattr(folder, "go", lambda number: (seen.append(folder.step(number).is_dir()), go(number)))
    folder.write("policy", lambda place: seen.append(followed(folder.path).name))
    assert seen == ["001", True]


def test_a_second_process_is_told_in_one_sentence(folder):
    code = (
        f"from pathlib import Path; from mmatch.app.folders import StepFolder; StepFolder(Path({str(folder.path)!r}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)  # noqa: S603
    assert "InUseError: this folder is open in another window" in done.stderr
    with pytest.raises(InUseError):
        StepFolder(folder.path)
    folder.close()
    StepFolder(folder.path).close()


@pytest.mark.parametrize("text", ["", "7", "../..", "/etc", "004", "\xff"])
def test_a_broken_pointer_is_named(folder, text):
    folder.write("upload", put("one"))
    (folder.path / "current").write_text(text, encoding="latin-1")
    with pytest.raises(mm.InputError, match="current"):
        followed(folder.path)


WRITER = """
import sys
from pathlib import Path
from mmatch.app.folders import StepFolder
folder = StepFolder(Path(sys.argv[1]))
print("ready", flush=True)
while True:
    number = max([0, *folder.numbers()]) + 1
    def fill(place):
        for name in "abc":
            (place / name).write_text(f"{number}:" + "x" * int(sys.argv[2]))
    folder.write("place", fill)
"""


def test_killed_at_any_moment_the_folder_is_as_before_or_after(tmp_path):
    moments = random.Random(5)
    for _ in range(12):
        writer = subprocess.Popen(  # noqa: S603
            [sys.executable, "-c", WRITER, str(tmp_path), str(PAYLOAD)], stdout=subprocess.PIPE, text=True
        )
        assert writer.stdout.readline() == "ready\n"
        time.sleep(moments.uniform(0.0, 0.12))
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        writer.stdout.close()
        found = StepFolder(tmp_path)
        for number in found.numbers():
            texts = {(found.step(number) / name).read_text() for name in "abc"}
            assert texts == {f"{number}:" + "x" * PAYLOAD}
        assert found.number in {0, *found.numbers()}
        assert not list(tmp_path.glob(".step-*"))
        found.close()


@pytest.fixture
def matched(tmp_path):
    """A folder with two steps, of which the first counts, as the page writes them; and its result."""
    from mmatch.reporting.folder import write_folder

    example = mm.datasets.load("shortage")
    result = mm.solve(example.cohort, example.program)
    state = StepFolder(tmp_path / "state")
    question = (example.cohort, result.program)
    state.write("match", lambda place: write_folder(place, question, result, mm.reasons(example.cohort, result)))
    state.write("left", put("nothing here"))
    state.go(1)
    state.close()
    return state.path, example.cohort, result


def test_every_verb_of_the_command_line_follows_the_pointer(matched, tmp_path):
    path, cohort, result = matched
    name = cohort.people.called[result.matching.pairs()[0][1]]
    page = tmp_path / "report.html"
    for words in (["verify"], ["explain", name], ["waiting"], ["report", "--out", str(page)], ["release"]):
        done = CliRunner().invoke(command, [words[0], str(path), *words[1:]])
        assert done.exit_code == 0, (words, done.output)
    assert name in page.read_text(encoding="utf-8")
    released = mm.read_result(path / "001" / "result.json").released
    assert len(released) == len(result.matching.pairs())
    assert not (path / "result.json").exists()
    schedule = CliRunner().invoke(command, ["letters", str(path), "--out", str(tmp_path / "letters")])
    assert schedule.exit_code == 0, schedule.output


def test_released_on_the_command_line_counts_in_the_next_repair(matched):
    path, _, result = matched
    mentor, mentee, _ = result.matching.pairs()[0]
    done = CliRunner().invoke(command, ["release", str(path), "--who", mentee])
    assert "1 pair released" in done.output
    table = path.parent / "changes.csv"
    others = [pair for pair in result.matching.pairs() if pair[0] != mentor]
    table.write_text(f"change,person,other\nleft,{others[0][0]},\n")
    done = CliRunner().invoke(command, ["repair", str(path), "--changes", str(table), "--out", str(path.parent / "r")])
    assert done.exit_code == 0, done.output
    after = mm.read_result(Path(path.parent / "r" / "result.json"))
    assert after.released == ((mentor, mentee, result.matching.pairs()[0][2]),)
    assert (mentor, mentee) in [pair[:2] for pair in after.matching.pairs()]
