"""What people see: tables on a screen, and the files of a match."""

from __future__ import annotations

from mmatch.lazy import found_on_use

__all__, __getattr__, __dir__ = found_on_use(
    __name__,
    {
        "mmatch.reporting.letter_writing": ("Letter", "Letters", "letter_templates", "letters"),
        "mmatch.reporting.pages": ("Report", "report"),
        "mmatch.reporting.personal": ("person_handout",),
        "mmatch.reporting.progress_bar": ("ProgressBar",),
        "mmatch.reporting.weeks": ("week_view",),
        "mmatch.reporting.workbook": ("write_workbook",),
    },
)
