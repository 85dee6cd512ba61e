# What people see: tables on a screen, and the files of a match. Written by `make stubs`.

from mmatch.reporting.pages import Report as Report
from mmatch.reporting.pages import report as report
from mmatch.reporting.personal import person_handout as person_handout
from mmatch.reporting.progress_bar import ProgressBar as ProgressBar
from mmatch.reporting.weeks import week_view as week_view
from mmatch.reporting.workbook import write_workbook as write_workbook
