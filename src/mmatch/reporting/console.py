"""Tables on a terminal, plain where the output is no terminal. Needs the extra ``cli``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from mmatch.display import visible
from mmatch.explanations.words import counted
from mmatch.io.matches import reasons_by_seat
from mmatch.reporting.words import aim_rows, amount, headline

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mmatch.cohort import Cohort
    from mmatch.explanations import PolicyEffects, Readiness, WhatIf
    from mmatch.matching import Match, Matching, Reason, Violation
    from mmatch.result import Result

MOST_ROWS = 30
MOST_REASONS = 30


def console(*, stderr: bool = False) -> Console:
    """A console; 100 columns wide where the output goes to a file or a pipe."""
    stream = sys.stderr if stderr else sys.stdout
    return Console(stderr=stderr, highlight=False, soft_wrap=False, width=None if stream.isatty() else 100)


def safe(value: object) -> Text:
    """A text without control or bidi characters, and never markup."""
    return Text(visible(str(value)))


def table(heads: Sequence[str], rows: Iterable[Sequence[Any]], title: str = "", right: Sequence[str] = ()) -> Table:
    """A simple table."""
    made = Table(box=box.SIMPLE_HEAD, title=title or None, title_justify="left", title_style="bold", pad_edge=False)
    for head in heads:
        made.add_column(head, justify="right" if head in right else "left", overflow="fold")
    for row in rows:
        made.add_row(*(safe(cell) for cell in row))
    return made


def print_result(out: Console, cohort: Cohort, result: Result, reasons: Sequence[Reason]) -> None:
    """The answer as a coordinator reads it: the sentence, matches, who is left out and why, what was aimed at."""
    if result.found is not None:
        _print_matches(out, cohort, result.matching)
        _print_unmatched(out, cohort, result.matching, reasons)
        _print_unopened(out, result.matching, reasons)
        heads = ("", "aim, most important first", "reached", "")
        out.print(table(heads, aim_rows(result), "What was aimed at", right=("reached",)))
    else:
        for reason in reasons[:MOST_REASONS]:
            out.print(safe(f"  {reason.message}"))
    out.print(Text(headline(cohort, result), style="bold"))


def _print_matches(out: Console, cohort: Cohort, matching: Matching) -> None:
    names = _names(cohort)
    shown = list(zip(range(1, MOST_ROWS + 1), matching, strict=False))
    timed, grouped = bool(matching.seats.slot), _grouped(matching)
    heads = ["", "mentor", "mentees" if grouped else "mentee", "topic", *["when"] * timed, *["size"] * grouped]
    rows = [
        (
            k,
            _shown(m.mentor, names),
            _members(m, names),
            m.topic or "any",
            *[m.slot] * timed,
            *[len(m.mentees)] * grouped,
        )
        for k, m in shown
    ]
    made = table(heads, rows, "Matches", right=("size",))
    made.show_lines = grouped
    out.print(made)
    if len(matching) > MOST_ROWS:
        out.print(f"… and {len(matching) - MOST_ROWS:,} more")


def _print_unmatched(out: Console, cohort: Cohort, matching: Matching, reasons: Sequence[Reason]) -> None:
    left = matching.unmatched
    if not left:
        return
    names, why = _names(cohort), reasons_by_seat(reasons)
    seats = list(dict.fromkeys(left))
    rows = [(_shown(who, names), topic or "any", why.get((who, topic), "")) for who, topic in seats[:MOST_ROWS]]
    out.print(table(("mentee", "topic", "why"), rows, f"Unfilled seats ({len(left):,})"))
    if len(seats) > MOST_ROWS:
        out.print(f"… and {len(seats) - MOST_ROWS:,} more")


def _print_unopened(out: Console, matching: Matching, reasons: Sequence[Reason]) -> None:
    """What groups lacked that did not open: reasons that are about a mentor and not about a match or a seat."""
    left = set(matching.unmatched)
    rows = [
        (r.topic or "any", r.message)
        for r in reasons
        if r.kind != "score" and len(r.who) > 1 and (r.who[0], r.topic) not in left
    ]
    if rows:
        out.print(table(("topic", "what they lacked"), rows[:MOST_ROWS], "Groups that did not open"))
    if len(rows) > MOST_ROWS:
        out.print(f"… and {len(rows) - MOST_ROWS:,} more")


def _members(match: Match, names: dict[str, str]) -> str:
    """The mentees of a match, one a line."""
    return "\n".join(_shown(mentee, names) for mentee in match.mentees)


def _grouped(matching: Matching) -> bool:
    return any(len(match.mentees) > 1 for match in matching)


def _names(cohort: Cohort) -> dict[str, str]:
    people = cohort.people
    return dict(zip(people.ids, people.names, strict=True)) if people.names else {}


def _shown(who: str, names: dict[str, str]) -> str:
    name = names.get(who, "")
    return f"{name} ({who})" if name and name != who else who


def print_readiness(out: Console, found: Readiness) -> None:
    """Supply and demand per topic, and what each rule removes."""
    supply = [
        (s.topic or "any", s.wanted, s.requests, s.offers, "no limit stated" if s.seats is None else s.seats, _lack(s))
        for s in found.supply
    ]
    heads = ("topic", "seats asked", "people asking", "offers", "seats offered", "")
    out.print(table(heads, supply, "Supply and demand per topic", right=heads[1:4]))
    share = 100 / max(found.pairs, 1)
    removals = [(r.cause, f"{r.removed:,}", f"{r.removed * share:.0f} %", f"{r.alone:,}") for r in found.removals]
    if removals:
        columns = ("rule or fact", "pairs removed", "of all", "by it alone")
        out.print(table(columns, removals, "What removes pairs", right=columns[1:]))
    out.print(f"{found.left:,} of {found.pairs:,} pairs on shared topics are possible.")
    for removal in found.removals:
        if removal.removed * share > 80:
            out.print(safe(f"{removal.cause} removes {removal.removed * share:.0f} % of all pairs: is that meant?"))


def _lack(supply: Any) -> str:
    if supply.reachable == 0 and supply.wanted:
        return "nobody offers it"
    if supply.seats is not None and supply.reachable == supply.offers and supply.seats < supply.wanted:
        return f"{supply.wanted - supply.seats} short"
    return ""


def print_policy(out: Console, found: PolicyEffects) -> None:
    """What each tier reached, gave up and left open, and what every change of the policy would bring."""
    heads = ("tier, most important first", "reached", "could have alone", "pairs still open")
    rows = [(t.title, amount(t.value), amount(t.alone), "" if t.open is None else f"{t.open:,}") for t in found.tiers]
    out.print(table(heads, rows, "What decided", right=heads[1:]))
    changes = [(c.change, _gains(c)) for c in found.what_if]
    if changes:
        out.print(table(("change", "gains and losses"), changes, "What if"))
    out.print(safe(f"Decided by {found.decided_by}." if found.decided_by else "A lottery decided among equals."))


def _gains(change: WhatIf) -> str:
    gains = [f"{name} {'+' if gain > 0 else ''}{amount(gain)}" for name, gain in change.gains.items() if gain]
    return ", ".join(gains) or ("nothing changes" if change.values else change.status)


def print_violations(out: Console, violations: Sequence[Violation]) -> None:
    """What is wrong with an answer."""
    rows = [(v.code, v.message) for v in violations[:200]]
    out.print(table(("what", "found"), rows, counted(len(violations), "violation")))
