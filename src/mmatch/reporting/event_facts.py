"""What the letter to somebody at an event may use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mmatch.display import visible
from mmatch.io.events import itinerary_step, partners_at
from mmatch.reporting.sections import ShownNames
from mmatch.texts import day_text, translator_for

if TYPE_CHECKING:
    from mmatch.cohort import Cohort
    from mmatch.events.values import Event


def event_facts(cohort: Cohort, event: Event, who: str, language: str, sender: str, title: str) -> dict[str, Any]:
    """Whom one person meets in each round and where, in their language; nothing about anybody else."""
    texts = translator_for(cohort[who].language, language)
    _, begins = texts.gettext, event.rounds.begins(1)
    numbers = range(1, event.rounds.count + 1)
    steps = [
        visible(f"{_('Round {number}').format(number=number)}: {itinerary_step(cohort, event, who, number, texts)}")
        for number in numbers
    ]
    matches = []
    for one in event.of(who):
        partners, companions = partners_at(cohort, one, who)
        topic = dict(one.guests()).get(who, "")
        people, others = ([{"name": visible(name), "email": ""} for name in names] for names in (partners, companions))
        dates = [visible(itinerary_step(cohort, event, who, one.round, texts))]
        matches.append({"topic": topic or _("any topic"), "partners": people, "others": others, "dates": dates})
    return {
        "name": visible(ShownNames(cohort).short(who)),
        "program": visible(_(title)),
        "sender": visible(sender.partition("<")[0].strip() or _(title)),
        "language": texts.language,
        "date": "" if begins is None else day_text(begins, texts),
        "steps": steps,
        "matches": matches,
        "zone": "",
    }
