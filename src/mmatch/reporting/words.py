"""A result in words, for people who will act on it."""

from __future__ import annotations

import math
from collections.abc import Sequence

from mmatch.cohort import Cohort
from mmatch.exact import Value
from mmatch.explanations import WhatIf
from mmatch.explanations.words import listed
from mmatch.io.matches import reasons_by_seat
from mmatch.matching import Matching, Reason, Status, Trust
from mmatch.result import Result

TRUST = {
    Trust.PROVED: "checked by the judge",
    Trust.CORROBORATED: "two independent runs agree",
    Trust.CLAIMED: "the solver says so; not proved",
    Trust.HEURISTIC: "good, but not proved best",
    None: "",
}
HELP = {  # what would help somebody who has no place, by the kind of the reason
    "no_offer": "somebody who offers {topic}",
    "rules": "a mentor whom the rules allow, or an exception",
    "shortage": "one more place on {topic}",
    "outranked": "one more place on {topic}",
    "price": "a change of the aims",
    "limit": "nothing is missing: they have as much as the program allows",
}
STOPPED = {"time_limit": "the time limit", "cancelled": "a cancellation", "interrupted": "Ctrl-C"}


def headline(cohort: Cohort, result: Result) -> str:
    """One sentence: how many are matched, and whether that is proved best."""
    people = len(set(cohort.requests.owner[cohort.requests.mentors > 0].tolist()))
    if result.found is None:
        if result.status == Status.INFEASIBLE:
            if result.proof.stability is not None:
                return "There is no such stable matching — proved."
            return "No matching keeps all rules" + (" — proved." if result.trust == Trust.PROVED else ".")
        return f"No matching was found: stopped by {STOPPED.get(result.stopped or '', 'the solver itself')}."
    served = len(set(result.matching.seats.mentee))
    seats = int(cohort.requests.mentors.sum())
    text = f"{served:,} of {people:,} {'mentee is' if people == 1 else 'mentees are'} matched"
    if seats != people:
        text += f" ({len(result.matching.seats):,} of {seats:,} seats)"
    return f"{text} — {sureness(result)}."


def sureness(result: Result) -> str:
    """How sure it is that nothing better exists."""
    if result.trust == Trust.PROVED:
        claim = result.proof.stability
        side = "mentor" if claim is not None and claim.side == "mentor" else "mentee"
        return "proved best" if claim is None else f"proved the {side}s' best stable matching"
    stopped = f", stopped by {STOPPED[result.stopped]}" if result.stopped in STOPPED else ""
    return f"{TRUST[result.trust]}{stopped}{_gap(result)}"


def _gap(result: Result) -> str:
    """What the judge leaves open in the first tier that is not proved best."""
    for k, (value, bound) in enumerate(zip(result.value or (), result.verified_bound or (), strict=False), 1):
        if bound != value:
            return "" if bound is None else f"; {_room(value, bound)} in aim {k}"
    return ""


def _room(value: Value | None, bound: Value | None, best: str = "best possible") -> str:
    """How much better a tier can be at most, in words: a share where that says something, rounded up."""
    if value is None or bound is None:
        return "not proved"
    if value == bound:
        return best
    if isinstance(value, tuple) or isinstance(bound, tuple):
        return f"at most {amount(bound)}"
    if value <= 0:
        return f"at most {amount(bound - value)} better is possible"
    share = math.ceil((bound - value) * 10_000 / value) / 100
    return f"at most {amount(share)} % better is possible"


def aim_rows(result: Result) -> list[tuple[str, str, str, str]]:
    """(place, aim, value, sureness) of every tier, in order."""
    rows = []
    for k, tier in enumerate(result.program.tiers):
        bound = None if result.verified_bound is None else result.verified_bound[k]
        value = None if result.value is None else result.value[k]
        best = "best of stable ones" if result.proof.stability is not None else "best possible"
        wanted = " and ".join(aim.in_words for aim in tier)
        rows.append((str(k + 1), wanted, amount(value), _room(value, bound, best)))
    return rows


def amount(value: Value | None) -> str:
    """A value as people write it."""
    if value is None:
        return ""
    if isinstance(value, tuple):
        return ", ".join(amount(item) for item in value)
    return f"{value:,}" if isinstance(value, int) else f"{value:,.6g}"


def left_over(
    cohort: Cohort, matching: Matching, reasons: Sequence[Reason]
) -> tuple[list[tuple[str, str, str]], list[tuple[str, str, str]]]:
    """(people, topic, why) of those without a mentor, and of those who have one and could have had more.

    Equal reasons are told once, with all whom they are about; who has as much as the program allows is in neither list.
    """
    why, served = reasons_by_seat(cohort, reasons), set(matching.seats.mentee)
    content = {(reason.who[0], reason.topic) for reason in reasons if reason.kind == "limit"}
    found: tuple[dict[tuple[str, str], list[str]], ...] = ({}, {})
    for who, topic in dict.fromkeys(matching.unmatched):
        if who not in served or (who, topic) not in content:
            found[who in served].setdefault((topic, why.get((who, topic), "")), []).append(cohort.people.called[who])
    without, more = ([(_several(people), topic or "any", text) for (topic, text), people in f.items()] for f in found)
    return without, more


def _several(people: Sequence[str]) -> str:
    names = listed(people, "people")
    return names if len(people) == 1 else f"{len(people):,} people: {names}"


def unopened(matching: Matching, reasons: Sequence[Reason]) -> list[tuple[str, str]]:
    """(topic, what was lacking) of groups that did not open: reasons about a mentor, not about a match or a seat."""
    left = set(matching.unmatched)
    return [
        (reason.topic or "any", reason.message)
        for reason in reasons
        if reason.kind != "score" and len(reason.who) > 1 and (reason.who[0], reason.topic) not in left
    ]


def gains(change: WhatIf) -> str:
    """What the aims gain and lose by a change of the policy; nothing where nothing changes."""
    return ", ".join(f"{name} {'+' if gain > 0 else ''}{amount(gain)}" for name, gain in change.gains.items() if gain)
