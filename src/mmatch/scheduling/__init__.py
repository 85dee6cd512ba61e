"""Scheduling: dates for the sessions of a matching, and the independent judge of schedules."""

from mmatch.scheduling.alternatives import suggest
from mmatch.scheduling.dated_matchings import Dated, solve_and_schedule
from mmatch.scheduling.diaries import Diary, diaries_of
from mmatch.scheduling.new_schedules import schedule
from mmatch.scheduling.plans import Due, Plan, Schedule, Session, Unplaced
from mmatch.scheduling.revised_schedules import reschedule
from mmatch.scheduling.schedule_settings import Dates, Wishes

__all__ = [
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
    "solve_and_schedule",
    "suggest",
]
