"""The sign-up files of a step, under names that are safe, and the answers to the reader's questions."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mmatch.errors import InputError, Problem
from mmatch.io.files import atomic_write, made_folder
from mmatch.io.json_text import load_json

if TYPE_CHECKING:
    from mmatch.cohort import Cohort
    from mmatch.signup.reading import Reading

ENDINGS = (".csv", ".tsv", ".txt", ".xlsx", ".xls", ".ods", ".json")
RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\.|$)")
LONGEST = 80


@dataclass(frozen=True)
class Answers:
    """What was answered: texts such as "Column=meaning"; whether rows that cannot be read are left out."""

    given: tuple[str, ...] = ()
    skip: bool = False


@dataclass(frozen=True)
class SignUpFiles:
    """Sign-up files as they were sent, each with its name, and the answers about them."""

    files: tuple[tuple[str, bytes], ...] = field(default=(), repr=False)
    answers: Answers = Answers()

    @classmethod
    def of(cls, place: Path) -> SignUpFiles:
        """The files of a step.

        Raises:
            InputError: the file of answers is broken.
        """
        found = sorted((place / "signups").glob("*/*"), key=lambda path: (path.parent.name, path.name))
        answers = Answers()
        if (place / "answers.json").exists():
            data: Any = load_json(place / "answers.json")
            sound = isinstance(data, dict) and isinstance(data.get("answers"), list)
            if not sound or not all(isinstance(item, str) for item in data["answers"]):
                raise InputError(Problem("type", "answers.json", "expected a list of answers", "undo, or delete it"))
            answers = Answers(tuple(data["answers"]), data.get("skip") is True)
        return cls(tuple((path.name, path.read_bytes()) for path in found), answers)

    def with_files(self, uploads: Sequence[tuple[str, bytes]], *, again: bool) -> SignUpFiles:
        """With more files, or with others instead; a file of the same name is replaced."""
        fresh = {safe_name(name): data for name, data in uploads}
        if not fresh:
            raise InputError(Problem("file-missing", "upload", "no file was chosen", "choose one or several files"))
        kept = {} if again else dict(self.files)
        return SignUpFiles(tuple({**kept, **fresh}.items()), Answers() if again else self.answers)

    def without(self, number: int) -> SignUpFiles:
        """Without one of the files."""
        return replace(self, files=tuple(item for k, item in enumerate(self.files) if k != number))

    def with_answers(self, answers: Sequence[str], *, skip: bool) -> SignUpFiles:
        """With more answers; a later one about the same thing takes the place of an earlier one."""
        keys = {text.rpartition("=")[0] for text in answers}
        kept = [text for text in self.answers.given if text.rpartition("=")[0] not in keys]
        return replace(self, answers=Answers((*kept, *answers), skip or self.answers.skip))

    def write(self, place: Path) -> None:
        """Write them into the folder of a step."""
        for number, (name, data) in enumerate(self.files, 1):
            atomic_write(made_folder(place / "signups" / f"{number:03}") / name, data)
        given = {"answers": list(self.answers.given), "skip": self.answers.skip}
        atomic_write(place / "answers.json", json.dumps(given, ensure_ascii=False, indent=2) + "\n")

    def read(self) -> Reading | None:
        """How they are understood; None without files.

        Raises:
            InputError: what is wrong with a whole file.
        """
        from tempfile import TemporaryDirectory

        from mmatch.signup.reading import read_files

        if not self.files:
            return None
        with TemporaryDirectory(prefix="mmatch-") as made:
            paths = []
            for name, data in self.files:
                paths.append(Path(made, name))
                paths[-1].write_bytes(data)
            try:
                found = read_files(*paths, answers=self.answers.given)
            except InputError:  # rows that are wrong: the page shows them beside the others
                return read_files(*paths, answers=self.answers.given, on_bad_row="collect")
            return read_files(*paths, answers=self.answers.given, on_bad_row="collect") if found.problems else found

    def settled(self, reading: Reading | None) -> Cohort | None:
        """The people, once nothing is in doubt; None before that."""
        if reading is None or (len(reading.rejected) and not self.answers.skip):
            return None
        try:
            cohort = reading.cohort
        except InputError:
            return None
        both = any(person.offers for person in cohort) and any(person.requests for person in cohort)
        return cohort if both else None


def safe_name(given: str) -> str:
    """A name for a file that was sent: its last part, with letters, digits, spaces, dots and hyphens only.

    Raises:
        InputError: no kind of file that is read.
    """
    last = re.split(r"[\\/]", given)[-1]
    name = re.sub(r"[^\w .()-]+", "_", last).strip(" .")[-LONGEST:].lstrip(" .")
    if not name.lower().endswith(ENDINGS):
        text = f"found the name {name[-40:]!r}, expected a file that ends in {', '.join(ENDINGS)}"
        raise InputError(Problem("file-kind", "upload", text, "save it as CSV or as a workbook"))
    return f"_{name}" if RESERVED.match(name) else name
