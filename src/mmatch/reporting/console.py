"""Tables on a terminal, plain where the output is no terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from mmatch.cohort import Cohort
from mmatch.comparison.comparison import Comparison, Price, Run
from mmatch.display import visible
from mmatch.explanations import PolicyEffects, Readiness
from mmatch.explanations.words import counted, listed
from mmatch.formats.recommending import Need
from mmatch.matching import Matching, Reason, Status, Violation
from mmatch.reporting.sections import ShownNames
from mmatch.reporting.words import aim_rows, amount, gains, headline, left_over, unopened
from mmatch.result import Result
from mmatch.scheduling import Plan, Schedule

MOST_ROWS = 30
MOST_SHOWN = 10  # rows of a result; the files have all
MOST_REASONS = 30
LONG = 1.0  # seconds worth telling
ACROSS = 6  # runs beside each other in one table
SHOWN = (
    ("matched", "mentees matched"),
    ("mean_fit", "mean fit"),
    ("worst_off", "worst-off"),
    ("gini", "Gini of fit"),
    ("greatest_load", "greatest load"),
    ("unused_mentors", "unused mentors"),
    ("new_connections", "new connections"),
    ("blocking_pairs", "blocking pairs"),
    ("envy", "envy"),
)


def console() -> Console:
    """A console; 100 columns wide where the output goes to a file or a pipe."""
    return Console(highlight=False, soft_wrap=False, width=None if sys.stdout.isatty() else 100)


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
    out.print(Text(headline(cohort, result), style="bold"))
    if result.found is None:
        for reason in reasons[:MOST_REASONS]:
            out.print(safe(f"  {reason.message}"))
        return
    _print_matches(out, cohort, result.matching)
    without, more = left_over(cohort, result.matching, reasons)
    closed = unopened(result.matching, reasons)
    tables: dict[str, Sequence[tuple[str, ...]]] = {
        "Without a mentor": without,
        "Asked for more than they got": more,
        "Groups that did not open": closed,
    }
    for title, rows in tables.items():
        if rows:
            out.print(table(("mentee", "topic", "why")[-len(rows[0]) :], rows[:MOST_SHOWN], title))
            _print_more(out, len(rows))
    aims = ("", "aim, most important first", "reached", "")
    out.print(table(aims, aim_rows(result), "What was aimed at", right=("reached",)))


def _print_matches(out: Console, cohort: Cohort, matching: Matching) -> None:
    names = ShownNames(cohort)
    timed, grouped = bool(matching.seats.slot), any(len(match.mentees) > 1 for match in matching)
    heads = ["", "mentor", "mentees" if grouped else "mentee", "topic", *["when"] * timed, *["size"] * grouped]
    rows = [
        (
            k,
            names.full(m.mentor),
            "\n".join(map(names.full, m.mentees)),
            m.topic or "any",
            *[m.slot] * timed,
            *[len(m.mentees)] * grouped,
        )
        for k, m in enumerate(islice(matching, MOST_SHOWN), 1)
    ]
    made = table(heads, rows, "Matches", right=("size",))
    made.show_lines = grouped
    out.print(made)
    _print_more(out, len(matching))


def _print_more(out: Console, n: int) -> None:
    if n > MOST_SHOWN:
        out.print(f"… and {n - MOST_SHOWN:,} more")


def print_needs(out: Console, needs: Sequence[Need], planned: str) -> None:
    """Which format of sessions topics call for, where anything tells it."""
    rows = [
        (need.topic or "any", need.requests, need.stated or planned, need.advice.format, need.advice.reason)
        for need in needs
        if need.advice.format is not None
    ]
    if rows:
        heads = ("topic", "requests", "planned", "calls for", "why")
        out.print(table(heads, rows[:MOST_SHOWN], "Formats of sessions", right=heads[1:2]))
        _print_more(out, len(rows))
        if len(rows) < len(needs):
            out.print(
                safe(f"{counted(len(needs) - len(rows), 'other topic')}: nothing says which format it calls for.")
            )


def print_readiness(out: Console, cohort: Cohort, found: Readiness) -> None:
    """Supply and demand per topic, and what each rule removes."""
    supply = [
        (s.topic or "any", s.requests, s.wanted, s.offers, "no limit" if s.seats is None else s.seats, _lack(s))
        for s in found.supply
    ]
    heads = ("topic", "people asking", "places asked for", "mentors", "places offered", "")
    out.print(table(heads, supply, "Supply and demand per topic", right=heads[1:4]))
    share = 100 / max(found.pairs, 1)
    removals = [(r.cause, f"{r.removed:,}", f"{r.removed * share:.0f} %", f"{r.alone:,}") for r in found.removals]
    if removals:
        columns = ("rule or fact", "pairs removed", "of all", "by it alone")
        out.print(table(columns, removals, "What removes pairs", right=columns[1:]))
    shared = sum(s.seats or 0 for s in found.supply) > found.seats
    sharing = ": whoever offers several topics shares the places among them" if shared else ""
    out.print(f"{found.wanted:,} places are asked for, and mentors have {found.seats:,}{sharing}.")
    out.print(f"{found.left:,} of {found.pairs:,} pairs on shared topics are possible.")
    if found.alone:
        some = listed([cohort.people.called[who] for who in found.alone], "people")
        out.print(safe(f"{counted(len(found.alone), 'mentee')} without a possible mentor: {some}."))
    if found.single:
        some = listed([cohort.people.called[who] for who in found.single], "people")
        out.print(safe(f"{counted(len(found.single), 'mentee')} with only one possible mentor: {some}."))
    for bottleneck in found.bottlenecks[:MOST_SHOWN]:
        out.print(safe(f"Too few places: {bottleneck.text}."))
    _print_more(out, len(found.bottlenecks))
    for removal in found.removals:
        if removal.removed * share > 80:
            out.print(safe(f"{removal.cause} removes {removal.removed * share:.0f} % of all pairs: is that meant?"))
        if removal.stranded:
            some = listed([cohort.people.called[who] for who in removal.stranded], "people")
            who = counted(len(removal.stranded), "mentee")
            out.print(safe(f"Without {removal.cause}, {who} more would have a possible mentor: {some}."))
    for aim in found.idle_aims:
        out.print(safe(f"The aim “{aim}” cannot matter: it counts the same for every possible pair."))


def _lack(supply: Any) -> str:
    if supply.reachable == 0 and supply.wanted:
        return "nobody offers it"
    if supply.seats is not None and supply.reachable == supply.offers and supply.seats < supply.wanted:
        short = f"{supply.wanted - supply.seats} short"
        return f"up to {short}: {supply.elsewhere} would take another topic" if supply.elsewhere else short
    return ""


def print_policy(out: Console, found: PolicyEffects) -> None:
    """What each tier reached, gave up and left open, and what every change of the policy would bring."""
    heads = ("tier, most important first", "reached", "could have alone", "pairs still open")
    rows = [(t.title, amount(t.value), amount(t.alone), "" if t.open is None else f"{t.open:,}") for t in found.tiers]
    out.print(table(heads, rows, "What decided", right=heads[1:]))
    changes = [(c.change, gains(c) or ("nothing changes" if c.values else c.status)) for c in found.what_if]
    if changes:
        out.print(table(("change", "gains and losses"), changes, "What if"))
    out.print(safe(f"Decided by {found.decided_by}." if found.decided_by else "A lottery decided among equals."))


def print_violations(out: Console, violations: Sequence[Violation]) -> None:
    """What is wrong with an answer."""
    rows = [(v.code, v.message) for v in violations[:200]]
    out.print(table(("what", "found"), rows, counted(len(violations), "violation")))


def print_schedule(out: Console, cohort: Cohort, schedule: Schedule) -> None:
    """Sessions in the mentor's local time, matches without dates with their reasons, and how good it all is."""
    heads = ("", "mentor", "mentees", "session", "date", "time", "zone", "where")
    rows = [row for number, plan in enumerate(schedule.plans, 1) for row in _rows(number, plan, cohort, schedule)]
    out.print(table(heads, rows[:MOST_ROWS]))
    if len(rows) > MOST_ROWS:
        out.print(safe(f"  … and {len(rows) - MOST_ROWS:,} more sessions"))
    for item in schedule.unplaced[:MOST_ROWS]:
        called = cohort.people.called
        led, mentees = called[item.match.mentor], " and ".join(called[who] for who in item.match.mentees)
        out.print(safe(f"No dates for {led} with {mentees}: {item.reason}"))
        if item.relaxation:
            out.print(safe(f"  try: {item.relaxation}"))
    placed, every = len(schedule.plans), len(schedule.plans) + len(schedule.unplaced)
    stopped = f" ({schedule.stopped.replace('_', ' ')})" if schedule.stopped else ""
    most = "" if schedule.bound is None else f"; at most {schedule.bound[0]} can"
    if schedule.status == Status.OPTIMAL:
        sure = ", and no other dates are better"
    else:
        sure = f"{most}; better dates may exist{stopped}"
    out.print(Text(f"{placed} of {every} matches have dates{sure}.", style="bold"))


def _rows(number: int, plan: Plan, cohort: Cohort, schedule: Schedule) -> list[tuple[object, ...]]:
    """The sessions of one plan; who attends stands in the first row."""
    zone = cohort[plan.match.mentor].timezone or schedule.settings.zone
    found: list[tuple[object, ...]] = []
    for k, meeting in enumerate(plan.sessions):
        wall = meeting.begins(zone)
        where = ", ".join(filter(None, (meeting.room, meeting.site))) or meeting.mode
        called = cohort.people.called
        who = (called[plan.match.mentor], ", ".join(called[name] for name in plan.match.mentees))
        found.append(
            ("" if k else number, *(("", "") if k else who), k + 1, f"{wall:%a %Y-%m-%d}", f"{wall:%H:%M}", zone, where)
        )
    return found


def print_comparison(out: Console, comparison: Comparison) -> None:
    """How each run ended and who dominates it; then, for each cohort, what each reaches and how far below the best."""
    number = {id(run): str(k) for k, run in enumerate(comparison, 1)}
    several = len({run.cohort for run in comparison}) > 1
    labels = {id(run): f"{run.cohort}: " * several + comparison.label(run) for run in comparison}
    standing = ["" if r.matching is None else "; ".join(comparison.dominated_by(r)) or "nobody" for r in comparison]
    rows = [(number[id(r)], labels[id(r)], _outcome(r), by) for r, by in zip(comparison, standing, strict=True)]
    out.print(table(("", "strategy", "outcome", "dominated by"), rows, "Strategies"))
    for cohort in dict.fromkeys(run.cohort for run in comparison):
        runs = [run for run in comparison if run.cohort == cohort and run.matching is not None]
        title = f"What they reach in {cohort}" if several else "What they reach"
        for start in range(0, len(runs), ACROSS):
            _print_reached(out, comparison, runs[start : start + ACROSS], (title, number))
    front = ", ".join(dict.fromkeys(run.strategy for run in comparison.pareto))
    worth = f"Worth a thought, because nothing is better in one aim and as good in all others: {front}."
    out.print(safe(worth if front else "No strategy found a matching."))


def _outcome(run: Run) -> str:
    if run.status is None or run.matching is None:
        return f"{run.status or 'failed'}: {run.reason}"
    seconds = f", {run.runtime:,.0f} s" if (run.runtime or 0) >= LONG else ""
    return f"{run.status}, {run.trust}{seconds}"


def _print_reached(out: Console, comparison: Comparison, runs: Sequence[Run], words: tuple[str, Any]) -> None:
    title, number = words
    prices = {(p.cohort, p.strategy, p.seed, p.aim): p for p in comparison.prices}
    rows: list[tuple[str, ...]] = []
    for aim in comparison.aims:
        cells = [(run.measures.get(aim), prices.get((run.cohort, run.strategy, run.seed, aim))) for run in runs]
        rows.append((aim, *(_priced(amount(value), price) for value, price in cells)))
    for name, meaning in SHOWN:
        numbers = [None if run.metrics is None else run.metrics.scalars()[name] for run in runs]
        if any(value is not None for value in numbers):
            rows.append((meaning, *map(_short, numbers)))
    heads = ["", *(number[id(run)] for run in runs)]
    out.print(table(heads, rows, title, right=heads[1:]))


def _short(value: Any) -> str:
    return "" if value is None else f"{value:,.4g}" if isinstance(value, float) else f"{value:,}"


def _priced(value: str, price: Price | None) -> str:
    """A value with what it costs: how far below the best, as a share where there is one."""
    if price is None or not price.below:
        return value
    if price.share is None:
        return f"{value} (-{amount(price.below)})"
    return f"{value} (-{100 * price.share:.1f} %)"
