"""Insight: why the answer is as it is, and what a cohort can bear before anything is solved."""

from mmatch.explanations.before_matching import Readiness, Removal, readiness
from mmatch.explanations.matching_reasons import reasons
from mmatch.explanations.policy_effects import Explanation, TierStory, WhatIf, explain
from mmatch.explanations.self_matching import Shortlists, shortlists

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
