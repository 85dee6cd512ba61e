"""Why the answer is as it is; and before anything is solved, how many can be matched at most (`readiness`)."""

from mmatch.explanations.before_matching import Readiness, Removal, SharedSeats, readiness
from mmatch.explanations.hall_sets import Bottleneck
from mmatch.explanations.matching_reasons import Explanation, Reasons, reasons
from mmatch.explanations.policy_effects import PolicyEffects, TierStory, WhatIf, policy
from mmatch.explanations.self_matching import Shortlists, shortlists

__all__ = [
    "Bottleneck",
    "Explanation",
    "PolicyEffects",
    "Readiness",
    "Reasons",
    "Removal",
    "SharedSeats",
    "Shortlists",
    "TierStory",
    "WhatIf",
    "policy",
    "readiness",
    "reasons",
    "shortlists",
]
