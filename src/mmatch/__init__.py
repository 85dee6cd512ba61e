"""mmatch: mentor-mentee matching that proves its answer, explains it and dates it.

cohort = mmatch.read_cohort("mentors.csv", "mentees.csv")
result = mmatch.solve(cohort, mmatch.Program())
"""

from __future__ import annotations

from typing import Any

from mmatch.lazy import found_on_use, unknown

__version__ = "0.1.0"

_ROOMS = (
    "aims",
    "datasets",
    "errors",
    "formats",
    "io",
    "plot",
    "repairs",
    "rules",
    "scheduling",
    "solvers",
    "stable",
    "testing",
)
_HOMES = {
    "": _ROOMS,
    "mmatch.cohort": ("Cohort", "Meeting", "Offer", "Participant", "Request"),
    "mmatch.comparison": ("compare", "metrics"),
    "mmatch.engine": ("solve",),
    "mmatch.events": ("plan_event", "plan_introductions", "plan_series"),
    "mmatch.errors": ("InputError", "MmatchError"),
    "mmatch.explanations": ("policy", "readiness", "reasons", "shortlists"),
    "mmatch.instance.from_pairs": ("matching_from_pairs",),
    "mmatch.io.cohorts": ("write_cohort",),
    "mmatch.io.programs": ("read_program", "write_program"),
    "mmatch.io.results": ("read_result", "write_result"),
    "mmatch.io.schedules": ("read_dates", "read_schedule", "write_dates", "write_schedule"),
    "mmatch.matching": ("Match", "Matching", "Status", "Trust"),
    "mmatch.program": ("Program",),
    "mmatch.repairs": ("explain", "price", "relax", "repair"),
    "mmatch.reporting": ("letters", "report"),
    "mmatch.result": ("Result",),
    "mmatch.scheduling": ("Dates", "Schedule", "reschedule", "schedule"),
    "mmatch.signup": ("read_cohort", "read_files"),
    "mmatch.stable": ("blocking_pairs",),
    "mmatch.verifying": ("evaluate", "verify"),
}
_TYPES = {  # what only verbs give, and what few people need
    "cohort": ("Supply",),
    "comparison": ("Comparison", "Metrics", "Price", "Run", "Segment", "Strategy"),
    "events": (
        *("Event", "EventRepair", "Introductions", "Occasion", "RoundTable", "Rounds", "Series"),
        *("after_events", "repair_event"),
    ),
    "explanations": (
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
    ),
    "lotteries": ("Draw", "randomise"),
    "matching": ("Proof", "Reason", "Stability", "Violation"),
    "registry": ("Plugin", "installed_plugins", "register"),
    "reporting": (
        *("Letter", "Letters", "ProgressBar", "Report", "letter_templates", "person_handout", "week_view"),
        "write_workbook",
    ),
    "signup": ("ColumnMeaning", "FileMapping", "FileMeaning", "Question", "Reading", "Rejected", "RejectedRow"),
}


_MOVED = {  # names that stood here before 0.1, and where they stand now
    "NoMatchingError": "errors",
    "Question": "signup",
    "Reading": "signup",
    "Reason": "matching",
    "Strategy": "comparison",
    "Violation": "matching",
    "randomise": "lotteries",
}


def _elsewhere(name: str) -> Any:
    """A name that stood here before, with a warning; else the error of one that stands elsewhere, or nowhere."""
    from importlib import import_module
    from importlib.util import find_spec

    if name in _MOVED:
        import warnings

        home = f"mmatch.{_MOVED[name]}"
        warnings.warn(f"mmatch.{name} is now {home}.{name}", DeprecationWarning, stacklevel=3)
        return getattr(import_module(home), name)
    if name in _TYPES:
        return import_module(f"mmatch.{name}")
    if find_spec(f"mmatch.{name}"):  # ``from mmatch import exact`` asks here before it looks for the module
        raise unknown("mmatch", name, ())
    home = {item: f"{room}.{item}" for room, names in _TYPES.items() for item in names}
    for room in _ROOMS:
        module: Any = import_module(f"mmatch.{room}")
        home |= {item: f"{room}.{item}" for item in getattr(module, "__all__", None) or dir(module)}
    if name in home:
        raise AttributeError(f"mmatch has no {name!r}: it is mmatch.{home[name]}", name=name, obj=None)
    raise unknown("mmatch", name, home | {item: item for item in __all__})


__all__, __getattr__, __dir__ = found_on_use(__name__, _HOMES, _elsewhere)
