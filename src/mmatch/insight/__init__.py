"""Insight: why the answer is as it is, and what a cohort can bear before anything is solved."""

from mmatch.insight.checking import Readiness, Removal, readiness
from mmatch.insight.why import reasons

__all__ = ["Readiness", "Removal", "readiness", "reasons"]
