"""Sign-up files: the tables that a coordinator hands in, read into a cohort."""

from mmatch.signup.mapping import ColumnMeaning, FileMapping, FileMeaning
from mmatch.signup.questions import Question
from mmatch.signup.reading import Reading, read_cohort, read_files
from mmatch.signup.rejected import Rejected, RejectedRow

__all__ = [
    "ColumnMeaning",
    "FileMapping",
    "FileMeaning",
    "Question",
    "Reading",
    "Rejected",
    "RejectedRow",
    "read_cohort",
    "read_files",
]
