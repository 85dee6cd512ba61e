"""What mentor and mentee do on their own, and by when: reflections, touchpoints between two sessions."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from mmatch.availability import DAY
from mmatch.scheduling.plans import Due, Plan

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmatch.formats import Format, Touchpoint
    from mmatch.scheduling.free_time import FreeTime
    from mmatch.scheduling.plans import Session


def with_due_dates(plan: Plan, form: Format, free_time: FreeTime) -> Plan:
    """The plan with what is due before, between and after its sessions."""
    return replace(plan, dues=tuple(_dues(form, plan.sessions, free_time)))


def _dues(form: Format, sessions: tuple[Session, ...], free_time: FreeTime) -> Iterator[Due]:
    if form.before:
        yield Due("reflect", "mentee", sessions[0].start - form.before.days * DAY, "; ".join(form.before.questions))
    for gap, earlier, later in zip(form.gaps, sessions, sessions[1:], strict=False):
        for touch in gap.touchpoints:
            yield from _touchpoint(touch, earlier, later, free_time)
    if form.after:
        yield Due("reflect", "mentee", sessions[-1].end + form.after.days * DAY, "; ".join(form.after.questions))


def _touchpoint(touch: Touchpoint, earlier: Session, later: Session, free_time: FreeTime) -> Iterator[Due]:
    """The mentee sends by half the time, or earlier where the mentor needs the rest."""

    def answered(minute: int) -> int:
        """When the mentor's working days (UTC) are over, at the same time of day."""
        day = free_time.later(np.array([minute // DAY]), touch.answer_days)[0]
        return int(day) * DAY + minute % DAY

    last = later.start - touch.lead_days * DAY
    send = earlier.end + (later.start - earlier.end) // 2
    while send > earlier.end and answered(send) > last:
        send = max(send - DAY, earlier.end)
    yield Due("send", "mentee", send, touch.mentee_sends)
    yield Due("answer", "mentor", max(min(answered(send), last), send), touch.mentor_sends)
