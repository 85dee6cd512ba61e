"""The answer, looked at and changed: who meets whom, what a change would cost, why not somebody else, who waits."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from mmatch.app.journal import changes_of
from mmatch.app.signup_pages import uploads
from mmatch.app.views import DONE
from mmatch.errors import InputError, Problem
from mmatch.rules import Exempt

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from starlette.datastructures import FormData
    from starlette.responses import Response

    from mmatch.app.views import View
    from mmatch.cohort import Cohort
    from mmatch.repairs import Repair
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
    page, last = (
        max(int(view.query("page", "1")) if view.query("page", "1").isdecimal() else 1, 1),
        -(-len(found) // ROWS),
    )
    page = min(page, max(last, 1))
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
        n_waiting=len(_waiting(view)),
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
        rows = [{"id": who, "name": called[who], "why": waits.get(who, "")} for who in _waiting(view)]
        return kind, [{**row, "text": row["name"]} for row in rows]
    released = set(result.released)
    pairs = [
        {
            "mentor": mentor,
            "mentee": mentee,
            "topic": topic,
            "mentor_name": called[mentor],
            "mentee_name": called[mentee],
            "met": told.get((mentor, mentee, topic), ""),
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


def _waiting(view: View) -> tuple[str, ...]:
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
    waits = who in _waiting(view)
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
        fixes=list(enumerate(fix.text for fix in _fixes(view, who))) if seek and waits else (),
        seats=Counter(pair[0] for pair in pairs)[who],
        names=_names(cohort),
    )


def _names(cohort: Cohort) -> list[str]:
    """Names for a field to suggest, where they are few enough for one page."""
    names = list(cohort.people.called.values())
    return sorted(names) if len(names) <= MOST_LISTED else []


def _fixes(view: View, who: str) -> Any:
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
        names=_names(cohort),
    )


def why_not(view: View) -> Response:
    """Why two do not meet, and what it would cost if they did; two people beside each other."""
    from mmatch.repairs import explain

    cohort, result = view.session.answer()
    one, other = _person(cohort, view.query("one")), _person(cohort, view.query("other"))
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


def _person(cohort: Cohort, text: str) -> str:
    from mmatch.io.hand_made import Names

    return Names(cohort).id_of(text.strip(), "person")


def change(view: View) -> Response:
    """What a change would cost and who would move, before anything is changed."""
    cohort, result = view.session.answer()
    known = view.query("proposal")
    if not known:
        known = _proposed(view, cohort, result)
    found = view.session.proposal(known)
    made, called = found.repair, {**cohort.people.called, **found.repair.cohort.people.called}
    return view.page(
        "change",
        proposal=known,
        possible=made.result.found is not None,
        moves=[
            (move.name, _listed(move.before, called), _listed(move.after, called), move.why)
            for move in made.moves[:ROWS]
        ],
        n_moves=len(made.moves),
        costs=[(cost.text, cost.before == cost.after) for cost in made.costs],
        waits=(len(_waiting(view)), len(made.waiting)),
        sure=_sureness(made),
        reasons=[] if made.result.found is not None else _why_impossible(made),
        changes=[_in_words(view, row, called) for row in found.changes],
        back=view.query("back", "/review") if view.query("back", "/review").startswith("/review") else "/review",
    )


def _sureness(made: Repair) -> str:
    from mmatch.reporting.words import sureness

    return sureness(made.result) if made.result.found is not None else ""


def _why_impossible(made: Repair) -> list[str]:
    from mmatch.explanations import reasons

    return [reason.message for reason in reasons(made.cohort, made.result)][:ROWS]


def _listed(ids: Sequence[str], called: Any) -> str:
    return ", ".join(called[who] for who in ids) or NOTHING


def _in_words(view: View, item: Any, called: Any) -> str:
    from dataclasses import fields

    values = [getattr(item, field.name) for field in fields(item)]
    words = [called.get(v, v) if isinstance(v, str) else getattr(v, "name", "") or str(v) for v in values if v != ""]
    return f"{view.texts.gettext(DONE.get(item.word, item.word))}: {', '.join(words)}"


def _proposed(view: View, cohort: Cohort, result: Result) -> str:
    """Solve the change that the address states."""
    from mmatch.repairs import recommend

    who = view.query("of")
    number = int(view.query("number", "0")) if view.query("number", "0").isdecimal() else 0
    if view.query("what") == "place":
        places = recommend(cohort, result, cohort[who].id)
        return view.session.propose(_chosen(places, number).changes)
    if view.query("what") == "fix":
        fix = _chosen(_fixes(view, cohort[who].id), number)
        return view.session.keep_proposal(fix.changes, fix.repair)
    cells = ("change", "person", "other", "n", "topic", "rule", "why")
    return view.session.propose(changes_of(cohort, [[view.query(cell) for cell in cells]]))


def _chosen(found: Any, number: int) -> Any:
    if number >= len(found):
        raise InputError(Problem("value", "number", "this proposal is not there any more", "look for it again"))
    return found[number]


def accept(view: View, form: FormData) -> Response:
    """Take a proposal."""
    view.session.accept(str(form.get("proposal", "")))
    return view.to("/review")


def versions(view: View) -> Response:
    """All steps so far, and what the answers among them reached."""
    folder, found = view.session.folder, []
    for number in reversed([*([0] if (folder.path / "cohort.json").exists() else []), *folder.numbers()]):
        result = view.session.once(f"result {number}", lambda number=number: view.session.result_of(number))
        served = len(set(result.matching.seats.mentee)) if result is not None and result.found is not None else None
        about = folder.about(number)
        word = str(about.get("done", ""))
        found.append((number, view.texts.gettext(DONE.get(word, word)), served, about["before"]))
    return view.page("versions", rows=found[: 2 * ROWS], now=folder.number, differing=_differing(view))


def _differing(view: View) -> list[tuple[str, str, str]] | None:
    """Whose mentors are others now than in the version that the address names."""
    other = view.query("with")
    if not other.isdecimal() or len(other) > 9:
        return None
    cohort, result = view.session.answer()
    then = view.session.once(f"result {int(other)}", lambda: view.session.result_of(int(other)))
    if then is None or then.found is None or result.found is None:
        return None
    met: list[dict[str, list[str]]] = [{}, {}]
    for place, matching in zip(met, (then.matching, result.matching), strict=True):
        for mentor, mentee, _topic in matching.pairs():
            place.setdefault(mentee, []).append(mentor)
    called: Callable[[str], str] = lambda who: cohort.people.called.get(who, who)  # noqa: E731 - a name for a lookup
    return [
        (
            called(who),
            ", ".join(map(called, met[0].get(who, ()))) or NOTHING,
            ", ".join(map(called, met[1].get(who, ()))) or NOTHING,
        )
        for who in sorted(met[0].keys() | met[1].keys())
        if sorted(met[0].get(who, ())) != sorted(met[1].get(who, ()))
    ]


def go(view: View, form: FormData) -> Response:
    """Undo, redo, or go to another version."""
    what, folder = form.get("do"), view.session.folder
    number = folder.before() if what == "undo" else folder.after() if what == "redo" else None
    if what == "to" and str(form.get("number", "")).isdecimal():
        number = int(str(form["number"]))
        if number not in {0, *folder.numbers()}:
            raise InputError(Problem("value", "number", "there is no such version"))
    view.session.go(number)
    return view.to("/")


def later(view: View) -> Response:
    """What happens after a match: people leave, come late, can take fewer or more."""
    cohort, _result = view.session.answer()
    return view.page("later", names=_names(cohort), event=None)


def take_later(view: View, form: FormData) -> Response:
    """Late sign-ups, or a table of changes: read, solved and shown before anything is changed."""
    from mmatch.app.signups import SignUpFiles
    from mmatch.repairs import Joined

    cohort, _result = view.session.answer()
    late, role = uploads(form), form.get("role")
    roles = [f"{name}={role}" for name, _ in late] if role in {"mentor", "mentee"} else []
    files = SignUpFiles().with_files(late, again=True).with_answers(roles, skip=False)
    reading = files.read()
    known = cohort.people.index
    joined = [] if reading is None else [Joined(who) for who in reading.cohort if who.id not in known]
    if not joined:
        raise InputError(Problem("nobody", "upload", "everybody in these files has signed up already"))
    return view.to("/change", proposal=view.session.propose(joined))


PAGES = (
    ("/review", review, None),
    ("/person", person, None),
    ("/pair", pair, None),
    ("/why", why_not, None),
    ("/change", change, accept),
    ("/versions", versions, go),
    ("/later", later, take_later),
)
