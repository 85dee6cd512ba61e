"""Planning: a matching into dated sessions, and the judge of what comes out."""

from mmatch.planning.plans import Appointment, Due, Plan, Schedule, Settings, Unplaced
from mmatch.planning.scheduling import schedule
from mmatch.planning.validity import validate

__all__ = ["Appointment", "Due", "Plan", "Schedule", "Settings", "Unplaced", "schedule", "validate"]
