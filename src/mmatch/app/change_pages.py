"""Changes of the answer: what one would cost, taken or left; all versions so far; what happens after a match."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mmatch.app.journal import changes_in, changes_of
from mmatch.app.review_pages import NOTHING, ROWS, fixes_of, names_of, waiting_of
from mmatch.app.signup_pages import uploads
from mmatch.app.views import DONE
from mmatch.errors import InputError, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from starlette.datastructures import FormData
    from starlette.responses import Response

    from mmatch.app.views import View
    from mmatch.cohort import Cohort
    from mmatch.repairs import Repair
    from mmatch.result import Result


def change(view: View) -> Response:
    """What a change would cost and who would move, before anything is changed; or what the best answer has."""
    from mmatch.repairs import price

    cohort, result = view.session.answer()
    if view.query("what") == "best":
        known, changes = "", tuple[Any, ...]()
        made = view.session.once("best", lambda: price(cohort, result, []))
    else:
        known = view.query("proposal") or _proposed(view, cohort, result)
        found = view.session.proposal(known)
        made, changes = found.repair, found.changes
    called = {**cohort.people.called, **made.cohort.people.called}
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
        waits=(len(waiting_of(view)), len(made.waiting)),
        sure=_sureness(made),
        reasons=[] if made.result.found is not None else _why_impossible(made),
        changes=[_in_words(view, row, called) for row in changes],
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
        fix = _chosen(fixes_of(view, cohort[who].id), number)
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
    if number is not None:
        folder.go(number)
    return view.to("/")


def later(view: View) -> Response:
    """What happens after a match: people leave, come late, can take fewer or more."""
    cohort, _result = view.session.answer()
    return view.page("later", names=names_of(cohort))


def take_later(view: View, form: FormData) -> Response:
    """Late sign-ups, or a table of changes: read, solved and shown before anything is changed."""
    from mmatch.app.signups import SignUpFiles
    from mmatch.repairs import Joined

    cohort, _result = view.session.answer()
    late, role = uploads(form), form.get("role")
    roles = [f"{name}={role}" for name, _ in late] if role in {"mentor", "mentee"} else []
    if (
        len(late) == 1
        and late[0][0].lower().endswith(".csv")
        and late[0][1].lstrip(b"\xef\xbb\xbf").startswith(b"change,")
    ):
        return view.to("/change", proposal=view.session.propose(changes_in(cohort, late[0][1])))
    files = SignUpFiles().with_files(late, again=True).with_answers(roles, skip=False)
    reading = files.read()
    known = cohort.people.index
    joined = [] if reading is None else [Joined(who) for who in reading.cohort if who.id not in known]
    if not joined:
        raise InputError(Problem("nobody", "upload", "everybody in these files has signed up already"))
    return view.to("/change", proposal=view.session.propose(joined))


def _is_table_of_changes(name: str, data: bytes) -> bool:
    return name.lower().endswith(".csv") and data.removeprefix(b"\xef\xbb\xbf").startswith(b"change,")


PAGES = (
    ("/change", change, accept),
    ("/versions", versions, go),
    ("/later", later, take_later),
)
