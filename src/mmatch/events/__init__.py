"""Events: rounds of short meetings in which people change partner or table."""

from __future__ import annotations

from mmatch.lazy import found_on_use

__all__, __getattr__, __dir__ = found_on_use(
    __name__,
    {
        "mmatch.events.introducing": ("plan_introductions",),
        "mmatch.events.introductions": ("Introductions",),
        "mmatch.events.planning": ("plan_event",),
        "mmatch.events.repairing": ("EventRepair", "repair_event"),
        "mmatch.events.series": ("Occasion", "Series", "after_events", "plan_series"),
        "mmatch.events.values": ("Event", "RoundTable", "Rounds"),
    },
)
