"""Reading and writing: the only room that turns text into facts."""

from mmatch.io.cohorts import write_cohort
from mmatch.io.mapping import ColumnMeaning, FileMapping, FileMeaning
from mmatch.io.reading import Reading, read_cohort, read_files
from mmatch.io.rejected import Rejected, RejectedRow

__all__ = [
    "ColumnMeaning",
    "FileMapping",
    "FileMeaning",
    "Reading",
    "Rejected",
    "RejectedRow",
    "read_cohort",
    "read_files",
    "write_cohort",
]
