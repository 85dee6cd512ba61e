"""`mmatch app` as a command: it says where the page is, who else has the folder, and what to install."""

import re
import signal
import subprocess
import sys
from contextlib import contextmanager

import httpx
import pytest
from typer.testing import CliRunner

from mmatch.cli import app as command

COMMAND = [sys.executable, "-m", "mmatch", "app"]


@contextmanager
def started(*words):
    process = subprocess.Popen(  # noqa: S603
        [*COMMAND, *words, "--no-browser"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)


def test_an_example_is_served_and_a_second_process_is_told(tmp_path):
    folder = str(tmp_path / "demo")
    with started(folder, "--example", "informational") as process:
        line = process.stdout.readline()
        address, token = re.search(r"(http://127\.0\.0\.1:\d+)/\?token=(\S+)", line).groups()
        assert len(token) >= 32
        with httpx.Client(base_url=address) as client:
            assert client.get("/readiness").status_code == 403
            answer = client.get("/", params={"token": token}, follow_redirects=True)
            assert answer.url.path == "/readiness"
            assert "server" not in answer.headers
        second = subprocess.run([*COMMAND, folder, "--no-browser"], capture_output=True, text=True, check=False)  # noqa: S603
        assert second.returncode == 2
        assert second.stderr.count("\n") == 1
        assert "is open in another window" in second.stderr


def test_a_port_that_is_taken_and_an_unknown_example_are_sentences(tmp_path):
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        words = [str(tmp_path / "a"), "--no-browser", "--port", str(taken.getsockname()[1])]
        done = subprocess.run([*COMMAND, *words], capture_output=True, text=True, check=False)  # noqa: S603
    assert (done.returncode, "a free one is taken" in done.stderr) == (2, True)
    words = [str(tmp_path / "b"), "--no-browser", "--example", "informatonal"]
    done = subprocess.run([*COMMAND, *words], capture_output=True, text=True, check=False)  # noqa: S603
    assert (done.returncode, "informational" in done.stderr) == (2, True)


@pytest.mark.parametrize("package", ["starlette", "uvicorn", "python_multipart"])
def test_without_the_extra_one_sentence_says_what_to_install(monkeypatch, tmp_path, package):
    for name in [name for name in sys.modules if name.startswith("mmatch.app") or name.split(".")[0] == package]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)
    done = CliRunner().invoke(command, ["app", str(tmp_path / "state"), "--no-browser"])
    assert done.exit_code == 2
    assert 'pip install "mmatch[app]"' in done.output
    assert not (tmp_path / "state").exists()
