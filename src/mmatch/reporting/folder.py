"""The folder of a match: everything that a coordinator needs, and that a judge reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmatch.io.cohorts import write_cohort
from mmatch.io.files import made_folder
from mmatch.io.matches import write_mail_merge, write_matches, write_unmatched
from mmatch.io.programs import write_program
from mmatch.io.results import write_result

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mmatch.cohort import Cohort
    from mmatch.matching import Reason
    from mmatch.program import Program
    from mmatch.result import Result


def write_folder(folder: Path, question: tuple[Cohort, Program], result: Result, reasons: Sequence[Reason]) -> None:
    """Write matches.csv, unmatched.csv, mail_merge.csv, result.json, cohort.json and program.json.

    Without a matching only the last three are written, and CSV files of an earlier run are left alone.

    Raises:
        ExportError: the folder cannot be made or written.
    """
    cohort, program = question
    made_folder(folder)
    write_cohort(cohort, folder / "cohort.json")
    write_program(program, folder / "program.json")
    write_result(result, folder / "result.json")
    if result.found is not None:
        write_matches(cohort, result.matching, folder / "matches.csv")
        write_unmatched(cohort, result.matching, reasons, folder / "unmatched.csv")
        write_mail_merge(cohort, result.matching, folder / "mail_merge.csv")
