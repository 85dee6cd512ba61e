"""Every page of the documentation is executed: its Python, its commands, its files, and the output that it shows.

One page is one test, because its blocks build on each other (xdist may hand single tests to different processes). In a
page

- a ``python`` block is run;
- an ``output`` block is what the Python block before it printed;
- a ``console`` block runs each line after ``$`` (mmatch, cat, ls, echo $?) and holds what it printed;
- a ``csv``, ``json`` or ``toml`` block after a line that ends with the name of a file in backticks and a colon
  becomes that file;
- a picture says in words what it shows, and where the page has drawn it itself (``savefig`` with its name), the one
  that the page shows has the same texts.

Pages run in an empty folder of their own. Spaces at the end of lines and blank lines in a row do not count. After a
change of wording, ``pytest docs README.md --update-pages`` writes what comes out now, pictures too; then read the
difference.
"""

from __future__ import annotations

import io
import os
import re
import shlex
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import chdir, contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from sybil import Document, Example, Region
from sybil.evaluators.python import PythonEvaluator
from sybil.example import SybilFailure
from sybil.parsers.markdown import CodeBlockParser

ROOT = Path(__file__).parent
FILE = re.compile(
    r"`(?P<name>[\w. -]+\.(?:csv|json|toml))`:\n\n```(?:csv|json|toml)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE
)
PICTURE = re.compile(r"!\[(?P<alt>[^\]]*)\]\((?P<path>[^)]+\.(?:svg|png))\)")
DRAWING = {"svg.fonttype": "none", "svg.hashsalt": "mmatch"}  # texts stay texts; the same picture is the same file
run_python = PythonEvaluator()


def python(example: Example) -> None:
    """Run a block and keep what it prints for the ``output`` block behind it."""
    printed = io.StringIO()
    with redirect_stdout(printed):
        run_python(example)
    example.namespace["_printed"] = printed.getvalue()


def output(example: Example) -> None:
    """Compare what was printed with what the page shows."""
    compare(example, example.namespace.get("_printed", ""))


def console(example: Example) -> None:
    """Run the commands of a block and compare the whole session with what the page shows."""
    compare(example, session(example.parsed))


def compare(example: Example, found: str) -> None:
    """Fail where a page shows something else than what came out; with ``--update-pages`` note what to write instead."""
    came, updates = tidy(found), example.namespace.get("_updates")
    if updates is not None:
        first = example.document.text.index("\n", example.region.start) + 1
        updates.append((first, first + len(example.parsed), came))
    elif came != tidy(example.parsed):
        raise SybilFailure(example, f"the page shows\n\n{example.parsed}\n\nand this came out:\n\n{came}")


def tidy(text: str) -> str:
    """A text without spaces at the ends of lines, and without more than one blank line in a row."""
    lines = "\n".join(line.rstrip() for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines).strip("\n") + "\n"


def session(text: str) -> str:
    """The commands of a console block, each followed by what it prints."""
    shown, status = [], 0
    for line in text.splitlines():
        if line.startswith("$ "):
            printed, status = command(shlex.split(line[2:]), status)
            shown.append(f"{line}\n{printed}")
    return "\n".join(shown)


def command(words: list[str], status: int) -> tuple[str, int]:
    """What one command prints, and its exit status."""
    if words[0] == "cat":
        return "".join(Path(name).read_text(encoding="utf-8") for name in words[1:]), 0
    if words[0] == "ls":
        return "\n".join(sorted(path.name for path in Path(words[1]).iterdir())), 0
    if words == ["echo", "$?"]:
        return str(status), 0
    if words[0] != "mmatch":
        raise ValueError(f"a page runs {words[0]!r}, which its test does not know")
    from mmatch.cli import run

    printed = io.StringIO()
    with redirect_stdout(printed), redirect_stderr(printed), patch("sys.argv", words):
        status = run()
    return printed.getvalue(), status


def files(document: Document) -> Iterator[Region]:
    """The files that a page shows."""
    for found in FILE.finditer(document.text):
        yield Region(found.start(), found.end(), parsed=found, evaluator=save)


def save(example: Example) -> None:
    """Write a file that a page shows."""
    Path(example.parsed["name"]).write_text(example.parsed["text"], encoding="utf-8")


def pictures(document: Document) -> Iterator[Region]:
    """The pictures that a page shows."""
    for found in PICTURE.finditer(document.text):
        yield Region(found.start(), found.end(), parsed=found, evaluator=picture)


def picture(example: Example) -> None:
    """Hold a picture to what the page has drawn, or with ``--update-pages`` put that in its place."""
    shown = Path(example.path).parent / example.parsed["path"]
    drawn = Path(shown.name)
    if len(example.parsed["alt"]) < 30:
        raise SybilFailure(example, f"{shown.name}: the text does not say what the picture shows")
    if drawn.exists() and example.namespace.get("_updates") is not None:
        shutil.copy(drawn, shown)
    elif drawn.exists() and (not shown.exists() or written(drawn) != written(shown)):
        raise SybilFailure(example, f"{shown.name} is not what this page draws now")
    elif not shown.exists() and "_made" not in shown.parts:
        raise SybilFailure(example, f"{shown.name}: there is no such picture")


def written(path: Path) -> list[str]:
    """The texts in a picture."""
    return re.findall(r"<text[^>]*>([^<]*)</text>", path.read_text(encoding="utf-8"))


PARSERS = (
    CodeBlockParser("python", python),
    CodeBlockParser("output", output),
    CodeBlockParser("console", console),
    files,
    pictures,
)


@contextmanager
def drawing(text: str) -> Iterator[None]:
    """Settings for a page that draws pictures."""
    if "savefig" not in text:
        yield
        return
    import matplotlib as mpl

    with mpl.rc_context(DRAWING), patch.dict(os.environ, {"SOURCE_DATE_EPOCH": "0"}):
        yield


class Page(pytest.File):
    """One Markdown file."""

    def collect(self) -> Iterator[pytest.Item]:
        """One test for the whole page."""
        yield PageTest.from_parent(self, name="page")


class PageTest(pytest.Item):
    """All blocks of a page, from top to bottom."""

    def runtest(self) -> None:
        """Run them in an empty folder."""
        document = Document.parse(str(self.path), *PARSERS)
        document.namespace.update(__name__="__main__", __file__=str(self.path))
        if self.config.getoption("--update-pages"):
            document.namespace["_updates"] = []
        with tempfile.TemporaryDirectory() as folder, chdir(folder), drawing(document.text):
            for example in document.examples():
                example.evaluate()
        self.update(document)

    def update(self, document: Document) -> None:
        """Write what came out into the page, where that was asked for."""
        text = document.text
        for first, last, came in sorted(document.namespace.get("_updates", ()), reverse=True):
            text = text[:first] + came + text[last:]
        if text != document.text:
            self.path.write_text(text, encoding="utf-8")

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """A difference as the two texts, everything else as usual."""
        if isinstance(excinfo.value, SybilFailure):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let pages be brought up to date after a change of wording."""
    parser.addoption("--update-pages", action="store_true", help="write into the pages what their blocks print now")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> Page | None:
    """README.md and the pages of docs/, but those that a build of the site has made."""
    if "_made" in file_path.parts:
        return None
    documented = file_path == ROOT / "README.md" or ROOT / "docs" in file_path.parents
    return Page.from_parent(parent, path=file_path) if documented and file_path.suffix == ".md" else None
