"""mmatch: mentor-mentee matching that proves its answer, explains it and dates it.

cohort = mmatch.read_cohort("mentors.csv", "mentees.csv")
result = mmatch.solve(cohort, mmatch.Program())
"""

from __future__ import annotations

import importlib
from typing import Any

__version__ = "0.1.0"

_HOME = {
    "matching": (
        "BlockingPair",
        "Match",
        "Matching",
        "Proof",
        "Reason",
        "Stability",
        "Status",
        "Trust",
        "Violation",
    ),
    "cohort": ("Cohort", "Meeting", "Offer", "Participant", "Request", "Supply"),
    "program": ("Program",),
    "result": ("Result",),
    "progress": ("Progress",),
    "instance.from_pairs": ("matching_from_pairs",),
    "engine": ("solve",),
    "formats": (
        "Format",
        "Gap",
        "Recommendation",
        "Reflection",
        "SessionSpec",
        "Touchpoint",
        "handout",
        "recommend_format",
    ),
    "lotteries": ("Draw", "randomise"),
    "explanations": (
        "Explanation",
        "PolicyEffects",
        "Readiness",
        "Shortlists",
        "TierStory",
        "WhatIf",
        "explain",
        "policy",
        "readiness",
        "reasons",
        "shortlists",
    ),
    "comparison.comparison": ("Comparison", "Price", "Run", "compare"),
    "comparison.strategies": ("Strategy",),
    "comparison.measures": ("Metrics", "Segment", "metrics"),
    "stable": ("blocking_pairs", "rank_by", "stable_matchings"),
    "scheduling": (
        "Dated",
        "Dates",
        "Diary",
        "Due",
        "Plan",
        "Schedule",
        "Session",
        "Unplaced",
        "Wishes",
        "diaries_of",
        "reschedule",
        "schedule",
        "solve_with_dates",
        "suggest",
    ),
    "verifying": ("evaluate", "verify"),
    "signup.reading": ("Reading", "read_cohort", "read_files"),
    "io.cohorts": ("write_cohort",),
    "signup.mapping": ("FileMapping",),
    "io.programs": ("read_program", "write_program"),
    "io.comparisons": ("write_comparison",),
    "io.stores": ("FolderStore",),
    "io.strategies": ("read_strategies",),
    "io.results": ("read_result", "write_result"),
    "io.busy": ("busy_times",),
    "io.calendars": ("calendar_file", "write_calendars"),
    "io.dates": ("read_dates", "write_dates"),
    "io.holidays": ("public_holidays",),
    "io.schedules": ("read_diaries", "read_schedule", "write_schedule"),
    "io.wire": ("from_json", "json_schema", "to_json"),
    "io.sessions": ("write_dues", "write_session_merge", "write_sessions", "write_unplaced"),
    "reporting.pages": ("Report", "report"),
    "reporting.progress_bar": ("ProgressBar",),
    "reporting.weeks": ("week_view",),
    "errors": (
        "BrokenRulesError",
        "ExportError",
        "ExtraError",
        "InputError",
        "LimitError",
        "MmatchError",
        "NoMatchingError",
        "PluginError",
        "Problem",
        "SolverError",
        "UnsupportedError",
    ),
    "io.graphs": ("from_networkx", "to_networkx", "to_sparse"),
    "registry.plugins": ("Plugin", "installed_plugins", "register"),
}
_ROOMS = ("aims", "datasets", "plot", "rules", "solvers")
_PLACE = {name: room for room, names in _HOME.items() for name in names}

__all__ = sorted([*_PLACE, *_ROOMS, "__version__"])  # noqa: PLE0605 - a list; a test holds it to the rooms


def __getattr__(name: str) -> Any:
    if name in _ROOMS:
        return importlib.import_module(f"mmatch.{name}")
    if name not in _PLACE:
        from difflib import get_close_matches

        close = get_close_matches(name, __all__, n=1)
        hint = f", did you mean {close[0]!r}?" if close else ""
        raise AttributeError(f"module 'mmatch' has no attribute {name!r}{hint}")
    value = getattr(importlib.import_module(f"mmatch.{_PLACE[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
