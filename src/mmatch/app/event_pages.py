"""An event of short rounds: planned, shown as a chart, mended at the door with one tap."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mmatch.app.policy_pages import whole_number
from mmatch.errors import InputError, Problem

if TYPE_CHECKING:
    from starlette.datastructures import FormData
    from starlette.responses import Response

    from mmatch.app.views import View

ROWS = 50
FILES = ("event.xlsx", "cards.html", "tables.html", "chart.csv", "itineraries.csv")


def event(view: View) -> Response:
    """The chart of rounds with a button for each person who did not come; or a form that plans an event."""
    found = view.session.event
    if found is None:
        view.session.people()
        return view.page("event", event=None)
    from mmatch.io.events import event_tables
    from mmatch.reporting.event_folder import in_words

    cohort, made = found
    heads, rows = view.session.once("chart", lambda: event_tables(cohort, made)["chart"])
    number = view.query("round", "1")
    number = number if number.isdecimal() and 1 <= int(number) <= made.rounds.count else "1"
    here = {who for one in made if one.round >= int(number) for who in (one.mentor, *one.mentees)}
    words = view.query("q").strip().casefold()
    people = sorted((made.names[who], who) for who in here if words in made.names[who].casefold())
    page, last = view.page_of(len(people), ROWS)
    return view.page(
        "event",
        event=made,
        told=in_words(made),
        heads=heads,
        rows=rows[: 4 * ROWS],
        more=max(len(rows) - 4 * ROWS, 0),
        number=int(number),
        count=made.rounds.count,
        people=people[(page - 1) * ROWS : page * ROWS],
        page=page,
        last=last,
        q=view.query("q"),
        files=[name for name in FILES if view.session.has(f"event/{name}")],
    )


def take_event(view: View, form: FormData) -> Response:
    """Plan an event, or mend it: whoever is free meets somebody new, nobody else moves."""
    from mmatch.events import Rounds, plan_event, repair_event
    from mmatch.repairs import Left

    session, number = view.session, whole_number(form.get("round"), "round")
    if form.get("do") == "away":
        found = session.event
        if found is None:
            raise InputError(Problem("not-yet", "event", "there is no event yet", "plan it first"))
        made = repair_event(*found, [Left(str(form.get("who", "")))], from_round=number)
        session.take_event(made.cohort, made.event, "away")
        return view.to("/event", round=number)
    minutes = whole_number(form.get("minutes"), "minutes")
    rounds: Any = Rounds(count=number, start=str(form.get("start", "")), minutes=minutes)
    cohort = session.people()
    session.take_event(cohort, plan_event(cohort, session.policy, rounds), "event")
    return view.to("/event")


PAGES = (("/event", event, take_event),)
