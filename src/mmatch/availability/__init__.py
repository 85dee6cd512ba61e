"""When people can meet: weekly windows in local wall time and a time zone, and the instants that they mean.

A window such as "Mon 9-12" is a promise about the clock on the wall. Which instants it means depends on the date:
clocks go forward and back, each zone on days of its own. So windows stay as wall time until dates are known; then they
become intervals of whole minutes in UTC, and all further arithmetic is on these.

An instant belongs to a window when the clock shows a time within it. So an hour that is skipped is in no window, and an
hour that comes twice is in a window twice.
"""

from mmatch.availability.heads import Slot, slot_of_head
from mmatch.availability.intervals import Grid, Intervals, common, intervals_of, starts, union, widened, without
from mmatch.availability.texts import parse_week, read_hours
from mmatch.availability.weeks import Window, expand, joined, week_text
from mmatch.availability.words import DAYS
from mmatch.availability.zone_labels import zone_from_label
from mmatch.availability.zones import (
    DAY,
    EPOCH,
    YEARS,
    date_of,
    day_of,
    day_text,
    instant,
    is_zone_name,
    local_time,
    offsets_at,
    time_text,
    wall_instant,
    zone_exists,
    zone_of,
)

__all__ = [
    "DAY",
    "DAYS",
    "EPOCH",
    "YEARS",
    "Grid",
    "Intervals",
    "Slot",
    "Window",
    "common",
    "date_of",
    "day_of",
    "day_text",
    "expand",
    "instant",
    "intervals_of",
    "is_zone_name",
    "joined",
    "local_time",
    "offsets_at",
    "parse_week",
    "read_hours",
    "slot_of_head",
    "starts",
    "time_text",
    "union",
    "wall_instant",
    "week_text",
    "widened",
    "without",
    "zone_exists",
    "zone_from_label",
    "zone_of",
]
