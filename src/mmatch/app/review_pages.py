"""The answer, looked at and changed: who meets whom, what a change would cost, why not somebody else, who waits."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from mmatch.errors import InputError, Problem
from mmatch.rules import Exempt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.responses import Response

    from mmatch.app.views import View
    from mmatch.cohort import Cohort
    from mmatch.result import Result

ROWS = 50  # on one page
NOTHING = "-"
MOST_LISTED = 2_000  # names that a field suggests
MOST_FIXES = 8
SECONDS = 5.0  # to look for what would seat one person


def review(view: View) -> Response:
    """Who meets whom: a table, or cards by mentor or by mentee; or who waits."""
    from mmatch.reporting.words import headline

    cohort, result = view.session.answer()
    called, kind, query = cohort.people.called, view.query("view", "matches"), view.query("q").strip()
    if result.found is None:
        return view.page("nothing", headline=headline(cohort, result), reasons=_reasons(view))
    shown, rows = _rows(view, cohort, result, kind)
    words = query.casefold().split()
    found = [row for row in rows if all(word in row["text"].casefold() for word in words)]
    page, last = view.page_of(len(found), ROWS)
    return view.page(
        "review",
        headline=headline(cohort, result),
        view=shown,
        q=query,
        rows=found[(page - 1) * ROWS : page * ROWS],
        total=len(found),
        page=page,
        last=last,
        exceptions=_exceptions(result, called),
        aims=_aims(result),
        n_waiting=len(waiting_of(view)),
        n_released=len(result.released),
    )


def _rows(view: View, cohort: Cohort, result: Result, kind: str) -> tuple[str, list[dict[str, Any]]]:
    """(the view, its rows), each row with the text in which words are looked for."""
    called = cohort.people.called
    told: dict[tuple[str, ...], str] = view.session.once(
        "told", lambda: {(*reason.who, reason.topic): reason.message for reason in _reasons(view)}
    )
    if kind == "waiting":
        waits = view.session.once("why", lambda: {r.who[0]: r.message for r in _reasons(view) if len(r.who) == 1})
        rows = [{"id": who, "name": called[who], "why": waits.get(who, "")} for who in waiting_of(view)]
        return kind, [{**row, "text": row["name"]} for row in rows]
    released = set(result.released)
    pairs = [
        {
            "mentor": mentor,
            "mentee": mentee,
            "topic": topic,
            "mentor_name": called[mentor],
            "mentee_name": called[mentee],
            "met": told.get((mentor, mentee, topic), "").removeprefix(f"{called[mentor]} with {called[mentee]}: "),
            "released": (mentor, mentee, topic) in released,
            "text": f"{called[mentor]} {called[mentee]} {topic}",
        }
        for mentor, mentee, topic in result.matching.pairs()
    ]
    if kind not in {"mentors", "mentees"}:
        return "matches", pairs
    side, other = ("mentor", "mentee") if kind == "mentors" else ("mentee", "mentor")
    cards: dict[str, dict[str, Any]] = {}
    for person in cohort:
        if person.offers if side == "mentor" else person.requests:
            cards[person.id] = {"id": person.id, "name": called[person.id], "partners": [], "text": called[person.id]}
    for pair in pairs:
        card = cards[str(pair[side])]
        card["partners"].append((pair[other], pair[f"{other}_name"], pair["topic"]))
        card["text"] += f" {pair[f'{other}_name']} {pair['topic']}"
    return kind, list(cards.values())


def _reasons(view: View) -> Sequence[Any]:
    from mmatch.explanations import reasons

    found: Sequence[Any] = view.session.once("reasons", lambda: reasons(*view.session.answer()))
    return found


def waiting_of(view: View) -> tuple[str, ...]:
    """Who waits for a mentor, in their order."""
    from mmatch.repairs import waiting

    found: tuple[str, ...] = view.session.once("waiting", lambda: waiting(*view.session.answer()))
    return found


def _exceptions(result: Result, called: Any) -> list[str]:
    """Pairs for which a rule does not hold: they stay visible."""
    return [
        f"{called[pair[0]]} · {called[pair[1]]}: {rule.rule.title}"
        + (f" ({rule.why})" if getattr(rule, "why", "") else "")
        for rule in result.program.rules
        if isinstance(rule, Exempt)
        for pair in rule.pairs
    ]


def _aims(result: Result) -> list[tuple[str, str]]:
    from mmatch.reporting.words import amount

    named = dict(result.program.named_aims())
    return [(named[name].in_words, amount(value)) for name, value in result.by_aim.items() if name in named]


def person(view: View) -> Response:
    """One person: whom they meet and why, other places, what would seat them, what can be changed."""
    from mmatch.repairs import explain, recommend

    cohort, result = view.session.answer()
    who = cohort[view.query("id")].id
    one, called = cohort[who], cohort.people.called
    pairs = [pair for pair in result.matching.pairs() if who in pair[:2]]
    waits = who in waiting_of(view)
    seek = view.query("seek") == "yes"
    return view.page(
        "person",
        id=who,
        name=called[who],
        mentor=bool(one.offers),
        mentee=bool(one.requests),
        offers=", ".join(sorted({offer.topic for offer in one.offers if offer.topic})),
        requests=", ".join(request.label for request in one.requests),
        facts=[(key, value) for key, value in one.attributes.items()],
        pairs=[(m, called[m], e, called[e], topic) for m, e, topic in pairs],
        reasons=[reason.message for reason in explain(cohort, result, who).reasons],
        waits=waits,
        seek=seek,
        places=list(enumerate(place.text for place in recommend(cohort, result, who))) if seek else (),
        fixes=list(enumerate(fix.text for fix in fixes_of(view, who))) if seek and waits else (),
        seats=Counter(pair[0] for pair in pairs)[who],
        names=names_of(cohort),
    )


def names_of(cohort: Cohort) -> list[str]:
    """Names for a field to suggest, where they are few enough for one page."""
    names = list(cohort.people.called.values())
    return sorted(names) if len(names) <= MOST_LISTED else []


def fixes_of(view: View, who: str) -> Any:
    """What would seat somebody who waits."""
    from mmatch.repairs import relax

    cohort, result = view.session.answer()
    return view.session.once(f"fixes {who}", lambda: relax(cohort, result, who, time_limit=SECONDS))[:MOST_FIXES]


def pair(view: View) -> Response:
    """One match: keep it, forbid it, move or swap the mentee."""
    cohort, result = view.session.answer()
    mentor, mentee = cohort[view.query("mentor")].id, cohort[view.query("mentee")].id
    called = cohort.people.called
    return view.page(
        "pair",
        mentor=mentor,
        mentee=mentee,
        mentor_name=called[mentor],
        mentee_name=called[mentee],
        reasons=[r.message for r in _reasons(view) if {mentor, mentee} <= set(r.who)],
        released=any(item[:2] == (mentor, mentee) for item in result.released),
        names=names_of(cohort),
    )


def why_not(view: View) -> Response:
    """Why two do not meet, and what it would cost if they did; two people beside each other."""
    from mmatch.repairs import explain

    cohort, result = view.session.answer()
    one, other = person_in(cohort, view.query("one")), person_in(cohort, view.query("other"))
    if one == other:
        raise InputError(Problem("argument", "other", "these are one person", "name two people"))
    called, found = cohort.people.called, explain(cohort, result, (one, other))
    people = [cohort[who] for who in found.who]
    keys = list(dict.fromkeys(key for who in people for key in who.attributes))
    rows = [(key, *(who.attributes.get(key, "") for who in people)) for key in keys]
    return view.page(
        "why",
        names=[called[who.id] for who in people],
        ids=[who.id for who in people],
        reasons=[reason.message for reason in found.reasons],
        offers=[", ".join(sorted({o.topic for o in who.offers if o.topic})) for who in people],
        requests=[", ".join(r.label for r in who.requests) for who in people],
        rows=rows,
    )


def person_in(cohort: Cohort, text: str) -> str:
    """The id of somebody who is named by id, e-mail address or full name."""
    from mmatch.io.hand_made import Names

    return Names(cohort).id_of(text.strip(), "person")


PAGES = (
    ("/review", review, None),
    ("/person", person, None),
    ("/pair", pair, None),
    ("/why", why_not, None),
)
