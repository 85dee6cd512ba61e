"""The judges: they look at the user's cohort and program, and import no solver."""

from mmatch.proof.judge import Grade, judge, judge_matching, judge_result

__all__ = ["Grade", "judge", "judge_matching", "judge_result"]
