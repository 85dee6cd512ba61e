"""The coordinator's page over HTTP: start, pages, matching, edits, and an upload without end."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from benchmarks._common import ROOT, Row, machine, middle, print_table

MEGABYTE = 2**20
PAGES = {
    "review": "/review?view=matches",
    "cards by mentor": "/review?view=mentors",
    "waiting": "/review?view=waiting",
    "columns": "/columns",
    "readiness": "/readiness",
    "policy": "/policy",
    "release": "/release",
    "versions": "/versions",
}


@dataclass(frozen=True)
class Spec:
    """What is measured: people on each side, topics, repetitions."""

    small: int = 500
    large: int = 5_000
    topics: int = 12
    repetitions: int = 5


SPEC = Spec()


class Page:
    """A browser's worth of one `mmatch app` in a process of its own."""

    def __init__(self, folder: Path) -> None:
        began = time.perf_counter()
        command = [sys.executable, "-m", "mmatch", "app", str(folder), "--no-browser"]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        address = re.search(r"(http://\S+?)/\?token=(\S+)", self.process.stdout.readline())
        self.client = httpx.Client(base_url=address[1], headers={"origin": address[1]}, timeout=120)
        self.client.get("/", params={"token": address[2]}, follow_redirects=True)
        self.started = time.perf_counter() - began

    def get(self, path: str) -> tuple[float, httpx.Response]:
        began = time.perf_counter()
        answer = self.client.get(path, follow_redirects=True)
        return time.perf_counter() - began, answer

    def post(self, path: str, html: str, **given: Any) -> tuple[float, httpx.Response]:
        data = {name: re.search(rf'name="{name}" value="([^"]*)"', html)[1] for name in ("csrf", "step")}
        files = given.pop("files", None)
        began = time.perf_counter()
        answer = self.client.post(path, data={**data, **given}, files=files, follow_redirects=True)
        while 'http-equiv="refresh"' in answer.text:
            answer = self.get("/match?begun=now")[1]
        return time.perf_counter() - began, answer

    def peak(self) -> float:
        """Megabytes of the process at its greatest."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1024

    def close(self) -> None:
        self.client.close()
        self.process.terminate()
        self.process.communicate()


def sheets(n: int) -> list[tuple[str, tuple[str, bytes]]]:
    """Sign-up files of n mentors and n mentees."""
    mentors = ["id,name,topic,department,capacity"]
    mentors += [f"m{k},Mentor {k},topic {k % SPEC.topics},dept {k % 7},{1 + k % 2}" for k in range(n)]
    mentees = ["id,name,topic,department"]
    mentees += [f"e{k},Mentee {k},topic {k * 7 % SPEC.topics},dept {k % 5}" for k in range(n)]
    files = (("mentors.csv", mentors), ("mentees.csv", mentees))
    return [("files", (name, "\n".join(rows).encode())) for name, rows in files]


def measured(n: int) -> dict[str, Any]:
    """Times of one page with n + n people."""
    with TemporaryDirectory() as folder:
        page = Page(Path(folder) / "state")
        try:
            found: dict[str, Any] = {"start": page.started}
            html = page.get("/signups")[1].text
            found["upload"], answer = page.post("/signups", html, files=sheets(n))
            html = page.get("/policy")[1].text
            html = page.post("/policy", html, do="add-rule", part="Differs", attribute="department")[1].text
            found["match"], answer = page.post("/match", html)
            _expect(answer.url.path == "/review", answer.text)
            page.get("/review")
            times: dict[str, list[float]] = {name: [] for name in PAGES}
            found["bytes"] = 0
            for _ in range(SPEC.repetitions):
                for name, path in PAGES.items():
                    taken, answer = page.get(path)
                    _expect(answer.status_code == 200, answer.text)
                    times[name].append(taken)
                    found["bytes"] = max(found["bytes"], len(answer.content))
            found["pages"] = {name: middle(values) for name, values in times.items()}
            found["edit"], answer = page.get("/change?change=left&person=m0")
            proposal = re.search(r'name="proposal" value="([^"]*)"', answer.text)[1]
            found["accept"], answer = page.post("/change", answer.text, proposal=proposal)
            found["edits"] = [found["edit"]]
            for k in range(1, SPEC.repetitions):
                taken, answer = page.get(f"/change?change=seats&person=m{12 * k}&n={k % 3}")
                _expect(answer.status_code == 200, answer.text)
                found["edits"].append(taken)
            return found
        finally:
            page.close()


def _expect(sound: bool, text: str) -> None:
    if not sound:
        raise SystemExit(text)


def bomb() -> tuple[float, float, int]:
    """(seconds, megabytes more, status) of an upload that never ends."""
    with TemporaryDirectory() as folder:
        page = Page(Path(folder) / "state")
        try:
            page.get("/signups")
            before, began, status = page.peak(), time.perf_counter(), 0

            def body() -> Any:
                yield b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.csv"\r\n\r\n'
                while True:
                    yield b"a" * 2**16

            try:
                headers = {"content-type": "multipart/form-data; boundary=x"}
                status = page.client.post("/signups", content=body(), headers=headers).status_code
            except httpx.HTTPError:  # the connection was closed on us: refused
                status = 413
            return time.perf_counter() - began, page.peak() - before, status
        finally:
            page.close()


def run() -> list[Row]:
    """Measure and return the rows of the table."""
    small, large = measured(SPEC.small), measured(SPEC.large)
    for n, found in ((SPEC.small, small), (SPEC.large, large)):
        print(f"{n:,} + {n:,}: {json.dumps(found, indent=1)}")
    taken, memory, status = bomb()
    print(f"an upload without end: {status} after {taken:.2f} s, {memory:.0f} MB more")
    _expect(status == 413, "the upload was taken")

    def row(case: str, value: str, target: str) -> Row:
        return Row("app", case, value, "", "", target)

    slow = max(small["pages"].values()), max(large["pages"].values())
    return [
        row("start to first page", f"{small['start']:.2f} s", "≤ 1.5 s"),
        row("500 + 500: match", f"{small['match']:.2f} s", "≤ 1 s"),
        row("500 + 500: price of an edit", f"{max(small['edits']):.2f} s", "≤ 0.5 s"),
        row("500 + 500: edit accepted", f"{small['accept']:.2f} s", "≤ 0.5 s"),
        row("500 + 500: slowest page", f"{slow[0]:.2f} s", "≤ 0.3 s"),
        row("500 + 500: largest page", f"{small['bytes'] / 1024:.0f} KB", "≤ 200 KB"),
        row("5,000 + 5,000: slowest page", f"{slow[1]:.2f} s", "≤ 1 s"),
        row("5,000 + 5,000: match", f"{large['match']:.2f} s", ""),
        row("an upload without end is refused", f"{taken:.2f} s, {memory:.0f} MB", "≤ 1 s, ≤ 50 MB"),
    ]


if __name__ == "__main__":
    print(machine())
    print_table(run())
