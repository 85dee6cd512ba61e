"""The policy in sentences, what its parts cost, and the match."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mmatch.aims import Coverage, EvenLoad, Fit, Parity, Preference, Priority, TopicFit, WorstOff
from mmatch.aims._base import Aim
from mmatch.errors import InputError, Problem, choice
from mmatch.formats import FORMATS
from mmatch.rules import Differs, Everyone, Forbid, LevelGap, Lock, NoRepeat, Same
from mmatch.texts import gettext_noop

if TYPE_CHECKING:
    from starlette.datastructures import FormData
    from starlette.responses import Response

    from mmatch.app.views import View
    from mmatch.program import Program

SECONDS = 10.0  # for each policy that is compared
MOST_COMPARED = 8
NOTHING = "-"
RULES = {  # what the palette offers: its sentence, and whether it needs an attribute
    "Differs": (gettext_noop("Mentor and mentee differ in"), True),
    "Same": (gettext_noop("Mentor and mentee share"), True),
    "LevelGap": (gettext_noop("The mentor stands at least one level above the mentee"), False),
    "NoRepeat": (gettext_noop("Nobody meets somebody again whom they have met"), False),
    "Everyone": (gettext_noop("Every mentee gets a mentor, or nobody does"), False),
}
AIMS = {
    "Coverage": (gettext_noop("As many places filled as possible"), False),
    "TopicFit": (gettext_noop("Topics fit as closely as possible"), False),
    "EvenLoad": (gettext_noop("Mentees spread evenly over mentors"), False),
    "Preference": (gettext_noop("Wishes come true, the first ones before the others"), False),
    "Priority": (gettext_noop("Urgent mentees first"), False),
    "Fit": (gettext_noop("The scores are as high as possible"), False),
    "WorstOff": (gettext_noop("Whoever fares worst fares as well as possible"), False),
    "Parity": (gettext_noop("The same share is matched in every group of"), True),
}
KINDS: dict[str, Any] = {
    "Differs": Differs,
    "Same": Same,
    "NoRepeat": NoRepeat,
    "Everyone": Everyone,
    "Coverage": Coverage,
    "TopicFit": TopicFit,
    "EvenLoad": EvenLoad,
    "Preference": Preference,
    "Priority": Priority,
    "Fit": Fit,
    "WorstOff": WorstOff,
    "Parity": Parity,
}


def policy(view: View) -> Response:
    """The policy in sentences, and what can be added."""
    return view.page("policy", **_shown(view), costs=None)


def _shown(view: View) -> dict[str, Any]:
    cohort, program = view.session.people(), view.session.policy
    resolved, called, _ = program.resolve(cohort), cohort.people.called, view.texts.gettext
    known = {word: _(text) for word, (text, _needs) in {**RULES, **AIMS}.items()}
    least, most = program.group_of("")

    def told(part: Any) -> str:
        if isinstance(part, Lock | Forbid):
            pairs = ", ".join(f"{called[pair[0]]} · {called[pair[1]]}" for pair in part.pairs[:8])
            more = f" (+{len(part.pairs) - 8})" if len(part.pairs) > 8 else ""
            return f"{_('Kept together') if isinstance(part, Lock) else _('Kept apart')}: {pairs}{more}"
        attribute = getattr(part, "attribute", "")
        if part.name in known and part == _plain(part.name, attribute):
            return f"{known[part.name]} {attribute}".strip()
        return str(part.in_words if isinstance(part, Aim) else part.title)

    return {
        "least": least,
        "most": most,
        "formats": list(FORMATS),
        "format": program.format_name,
        "rules": [told(rule) for rule in program.rules],
        "aims": [" + ".join(told(aim) for aim in tier) for tier in resolved.tiers],
        "attributes": list(cohort.attribute_names),
        "more_rules": [(word, _(text), needs) for word, (text, needs) in RULES.items()],
        "more_aims": [(word, _(text), needs) for word, (text, needs) in AIMS.items()],
        "matched": view.session.has("result.json"),
    }


def change_policy(view: View, form: FormData) -> Response:
    """One change of the policy: a group size, a rule, an aim, the order."""
    cohort = view.session.people()
    program = view.session.policy
    resolved = program.resolve(cohort)
    what, at = str(form.get("do", "")), whole_number(form.get("at"), "at")
    rules, tiers = list(program.rules), list(resolved.tiers)
    if what == "format":
        sizes = (whole_number(form.get("least"), "least"), whole_number(form.get("most"), "most"))
        made = replace(program, format=str(form.get("format", "single")), group=sizes)
    elif what == "drop-rule" and at < len(rules):
        made = replace(program, rules=[*rules[:at], *rules[at + 1 :]])
    elif what == "add-rule":
        made = replace(program, rules=[*rules, _part(form, RULES)])
    elif what == "drop-aim" and at < len(tiers):
        made = replace(program, aims=[*tiers[:at], *tiers[at + 1 :]])
    elif what == "add-aim":
        made = replace(program, aims=[*tiers, _part(form, AIMS)])
    elif what in {"up", "down"} and at < len(tiers):
        other = at + (1 if what == "down" else -1)
        if 0 <= other < len(tiers):
            tiers[at], tiers[other] = tiers[other], tiers[at]
        made = replace(program, aims=tiers)
    else:
        raise InputError(Problem("value", "do", "this change of the policy is not known", "load the page again"))
    made.resolve(cohort).check(cohort)
    view.session.set_policy(made)
    return view.to("/policy")


def _part(form: FormData, palette: dict[str, tuple[str, bool]]) -> Any:
    """The rule or the aim that was chosen from a palette."""
    name = choice(str(form.get("part", "")), "part", tuple(palette))
    attribute = str(form.get("attribute", ""))
    if palette[name][1] and not attribute:
        text = "this needs an attribute"
        raise InputError(Problem("value", "attribute", text, "choose one of the attributes in the list"))
    return _plain(name, attribute)


def _plain(name: str, attribute: str) -> Any:
    """A rule or an aim as the palette has it."""
    if name == "LevelGap":
        return LevelGap(1)
    return KINDS[name](attribute) if {**RULES, **AIMS}[name][1] else KINDS[name]()


def whole_number(value: Any, where: str) -> int:
    """A whole number of a form; 0 where the field is not there."""
    text = str(value if value is not None else "0").strip()
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise InputError(Problem("value", where, f"found {text[:40]!r}, expected a whole number"))
    return int(text)


def costs(view: View) -> Response:
    """What each rule and the order of the aims cost: the policies beside each other, each solved."""
    from mmatch.comparison import compare
    from mmatch.reporting.words import amount

    cohort, _ = view.session.people(), view.texts.gettext
    found = view.session.once("costs", lambda: compare(cohort, _others(view), time_limit=SECONDS))
    aims = list(found.aims)
    rows = [
        (run.strategy, [amount(run.measures[aim]) if run.measures.get(aim) is not None else NOTHING for aim in aims])
        for run in found
    ]
    titles = {aim.name: aim.in_words for tier in view.session.policy.resolve(cohort).tiers for aim in tier}
    return view.page("policy", **_shown(view), costs=([titles.get(aim, aim) for aim in aims], rows))


def _others(view: View) -> dict[str, Program]:
    """The policy, the policy without each of its rules, and with each later aim first."""
    cohort, _ = view.session.people(), view.texts.gettext
    program = view.session.policy.resolve(cohort)
    shown = _shown(view)
    found = {_("As it is"): program}
    for k, words in enumerate(shown["rules"]):
        rest = [rule for other, rule in enumerate(program.rules) if other != k]
        found[_("Without: {what}").format(what=words)] = replace(program, rules=rest)
    for k, words in list(enumerate(shown["aims"]))[1:]:
        tiers = [program.tiers[k], *(tier for other, tier in enumerate(program.tiers) if other != k)]
        found[_("First: {what}").format(what=words)] = replace(program, aims=tiers)
    return dict(list(found.items())[:MOST_COMPARED])


def match(view: View) -> Response:
    """Begin to match, or see how far it is."""
    runs = view.runs
    if view.query("begun") and runs.over_soon() and runs.fault is None and not runs.cancel.is_set():
        return view.to("/review")
    if not view.session.has("cohort.json"):
        view.session.people()
    problems = [str(problem) for problem in getattr(runs.fault, "problems", ())] or [str(runs.fault)]
    headline = ""
    if view.session.has("result.json") and not runs.running:
        from mmatch.reporting.words import headline as told

        headline = told(*view.session.answer())
    return view.page(
        "match",
        running=runs.running,
        progress=runs.progress,
        refresh=1 if runs.running else 0,
        problems=problems if runs.fault is not None and not runs.running else (),
        cancelled=runs.cancel.is_set(),
        headline=headline,
    )


def run_match(view: View, form: FormData) -> Response:
    """Begin a matching, or cancel the one that runs."""
    if form.get("do") == "cancel":
        view.runs.cancel.set()
        return view.to("/match")
    view.runs.start()
    return view.to("/match", begun="now")


PAGES = (
    ("/policy", policy, change_policy),
    ("/policy/costs", costs, None),
    ("/match", match, run_match),
)
