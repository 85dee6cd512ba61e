"""Planning: a matching into dated sessions, and the judge of what comes out."""

from mmatch.planning.alternatives import suggest
from mmatch.planning.dating import Dated, solve_with_dates
from mmatch.planning.diaries import Diary, diaries_of
from mmatch.planning.plans import Appointment, Due, Plan, Schedule, Settings, Unplaced, Wishes
from mmatch.planning.rescheduling import reschedule
from mmatch.planning.scheduling import schedule
from mmatch.planning.validity import validate

__all__ = [
    "Appointment",
    "Dated",
    "Diary",
    "Due",
    "Plan",
    "Schedule",
    "Settings",
    "Unplaced",
    "Wishes",
    "diaries_of",
    "reschedule",
    "schedule",
    "solve_with_dates",
    "suggest",
    "validate",
]
