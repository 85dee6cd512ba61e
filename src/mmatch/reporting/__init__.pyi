# What people see: tables on a screen, and the files of a match. Written by `make stubs`.

from mmatch.reporting.letter_writing import Letter as Letter
from mmatch.reporting.letter_writing import Letters as Letters
from mmatch.reporting.letter_writing import letter_templates as letter_templates
from mmatch.reporting.letter_writing import letters as letters
from mmatch.reporting.pages import Report as Report
from mmatch.reporting.pages import report as report
from mmatch.reporting.personal import person_handout as person_handout
from mmatch.reporting.progress_bar import ProgressBar as ProgressBar
from mmatch.reporting.weeks import week_view as week_view
from mmatch.reporting.workbook import write_workbook as write_workbook
