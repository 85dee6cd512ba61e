"""Files and texts, in and out: JSON, CSV, calendars, graphs, stores of finished runs."""

from __future__ import annotations

from mmatch.lazy import found_on_use

__all__, __getattr__, __dir__ = found_on_use(
    __name__,
    {
        "mmatch.io.busy": ("busy_people", "busy_times", "public_holidays"),
        "mmatch.io.calendars": ("Invitation", "calendar_file", "write_calendars"),
        "mmatch.io.comparisons": ("FolderStore", "read_strategies", "write_comparison"),
        "mmatch.io.event_calendars": ("event_calendar", "write_event_calendars"),
        "mmatch.io.events": ("read_event", "write_event", "write_event_tables"),
        "mmatch.io.graphs": ("from_networkx", "to_networkx", "to_sparse"),
        "mmatch.io.programs": ("read_format",),
        "mmatch.io.schedules": ("read_diaries",),
        "mmatch.io.sessions": ("write_dues", "write_session_merge", "write_sessions", "write_unplaced"),
        "mmatch.io.wire": ("from_json", "json_schema", "to_json"),
    },
)
