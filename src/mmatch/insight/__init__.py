"""Insight: why the answer is as it is, and what a cohort can bear before anything is solved."""

from mmatch.insight.checking import Readiness, Removal, readiness
from mmatch.insight.listing import Shortlists, shortlists
from mmatch.insight.policy import Explanation, TierStory, WhatIf, explain
from mmatch.insight.why import reasons

__all__ = [
    "Explanation",
    "Readiness",
    "Removal",
    "Shortlists",
    "TierStory",
    "WhatIf",
    "explain",
    "readiness",
    "reasons",
    "shortlists",
]
