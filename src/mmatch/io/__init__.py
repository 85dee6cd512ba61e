"""Files and texts, in and out: JSON, CSV, calendars, graphs, stores of finished runs."""

from mmatch.io.cohorts import write_cohort

__all__ = ["write_cohort"]
