"""The judges: they look at the user's cohort and program, and import no solver."""

from mmatch.proof.judge import Grade, judge, verify

__all__ = ["Grade", "judge", "verify"]
