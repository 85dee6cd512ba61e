"""Dates for matchings made by hand, with the arguments of `Dates` and of the call in one row."""

from dataclasses import replace

import mmatch as mm

CALL = ("time_limit", "cancel", "on_interrupt", "published")


def planned(cohort, program, matching, *, formats=(), **given):
    """The schedule of a matching made by hand."""
    call = {name: given.pop(name) for name in CALL if name in given}
    result = mm.evaluate(cohort, replace(program, formats=tuple(formats)), list(matching))
    return mm.schedule(cohort, result, mm.Dates(**given), **call)


def replanned(cohort, program, matching, previous, **given):
    """New dates for a matching made by hand, where everything else is as it was."""
    call = {name: given.pop(name) for name in CALL if name in given}
    result = mm.evaluate(cohort, replace(program, formats=own(previous)), list(matching))
    return mm.reschedule(cohort, result, previous, replace(previous.dates, **given) if given else None, **call)


def faults(cohort, matching, schedule, program=None):
    """What the judge finds wrong with a schedule."""
    return mm.verify(cohort, replace(program or mm.Program(), formats=own(schedule)), schedule, of=matching)


def own(schedule):
    """The formats of the program's own that a schedule uses."""
    return tuple(schedule.settings.formats.values())
