"""What happened after a match, or is considered: people leave, come late, do not fit, are promised to each other."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, ClassVar

from mmatch.cohort import Cohort
from mmatch.cohort.changes import Asks, Change, Left, Seats
from mmatch.errors import InputError, Problems, excerpt
from mmatch.program import Program
from mmatch.rules import Exempt, Forbid, Linked, Lock, Together
from mmatch.text import suggestion

if TYPE_CHECKING:
    from mmatch.matching import Matching
    from mmatch.rules._base import Rule

Pair = tuple[str, ...]


@dataclass(frozen=True)
class NotAFit(Change):
    """A mentor and a mentee do not fit: they are kept apart from now on."""

    word: ClassVar[str] = "not a fit"
    mentor: str
    mentee: str


@dataclass(frozen=True)
class Declined(NotAFit):
    """One of the two said no to the other: they are kept apart from now on."""

    word: ClassVar[str] = "declined"


@dataclass(frozen=True)
class Apart(NotAFit):
    """Two are to be kept apart, for whatever reason."""

    word: ClassVar[str] = "apart"


@dataclass(frozen=True)
class Place(Change):
    """A mentor and a mentee are to meet, whatever it costs: a wish, a promise, or a pair that has met already.

    Without a topic it is any of the mentor's.
    """

    word: ClassVar[str] = "place"
    mentor: str
    mentee: str
    topic: str = ""


@dataclass(frozen=True)
class Swap(Change):
    """Two mentees change places: each gets the other's mentor."""

    word: ClassVar[str] = "swap"
    one: str
    other: str


@dataclass(frozen=True)
class Excepted(Change):
    """A rule does not hold for a mentor and a mentee; every later report shows the exception, and why.

    ``rule`` is one of the program's rules, or the name of the only one of its kind, such as "Differs".
    """

    word: ClassVar[str] = "except"
    mentor: str
    mentee: str
    rule: Rule | str
    why: str = ""


KINDS = {kind.word: kind for kind in (Left, Seats, NotAFit, Declined, Apart, Place, Swap, Asks, Excepted)}
KINDS["keep"] = Place


def bound(program: Program, cohort: Cohort, matching: Matching, changes: Iterable[Change]) -> Program:
    """The program after some changes: pairs that must meet are locked, pairs that must not are forbidden.

    ``cohort`` is the one after the changes. Pairs of rules that name people who have left are dropped.

    Raises:
        InputError: changes that contradict each other, people who are not here.
    """
    must: dict[Pair, str] = {}
    never: dict[Pair, str] = {}
    exceptions: list[tuple[str, str, Rule | str, str]] = []
    with_mentor = dict(zip(matching.seats.mentee, matching.seats.mentor, strict=True))
    problems = Problems()
    for k, change in enumerate(changes):
        pairs, fault = _pairs(change, with_mentor)
        if fault:
            problems.add("contradiction", f"changes[{k}]", fault)
        for pair, meet in pairs:
            missing = [name for name in pair[:2] if name not in cohort.people.index]
            if missing:
                text = f"{change.word}: {excerpt(missing[0])} is not here"
                problems.add("unknown-id", f"changes[{k}]", text, suggestion(missing[0], cohort.people.index))
            if isinstance(change, Excepted):
                exceptions.append((change.mentor, change.mentee, change.rule, change.why))
            else:
                (must if meet else never)[pair] = f"changes[{k}]"
    for pair, where in must.items():
        if pair[:2] in never:
            one, other = (cohort.people.called.get(name, name) for name in pair[:2])
            problems.add(
                "contradiction", where, f"{one} and {other} are to meet, and to be kept apart ({never[pair[:2]]})"
            )
    problems.raise_any()
    program = replace(program, exceptions=exceptions)
    rules = [_present(rule, cohort) for rule in program.rules]
    locked = {pair for rule in rules if isinstance(rule, Lock) for pair in rule.pairs if pair[:2] not in never}
    rules = [rule for rule in rules if not isinstance(rule, Lock)]
    if locked or must:
        rules.append(Lock(sorted({*locked, *must})))
    if never:
        rules.append(Forbid(sorted(never)))
    return replace(program, rules=tuple(rules))


def _pairs(change: Change, with_mentor: Mapping[str, str]) -> tuple[list[tuple[Pair, bool]], str]:
    """(the pairs that a change is about, and whether they are to meet; what is wrong with it)."""
    if isinstance(change, Place):
        return [((change.mentor, change.mentee, *filter(None, [change.topic])), True)], ""
    if isinstance(change, NotAFit | Excepted):
        return [((change.mentor, change.mentee), False)], ""
    if not isinstance(change, Swap):
        return [], ""
    alone = [name for name in (change.one, change.other) if name not in with_mentor]
    if alone:
        return [], f"swap: {excerpt(alone[0])} has no mentor"
    first, second = with_mentor[change.one], with_mentor[change.other]
    if first == second:
        return [], f"swap: {excerpt(change.one)} and {excerpt(change.other)} have the same mentor"
    made = [((second, change.one), True), ((first, change.other), True)]
    return [*made, ((first, change.one), False), ((second, change.other), False)], ""


def _present(rule: Any, cohort: Cohort) -> Any:
    """A rule without what it says of people who are not here."""
    here = cohort.people.index.keys()
    if isinstance(rule, Exempt):
        inner, pairs = _present(rule.rule, cohort), [pair for pair in rule.pairs if {*pair[:2]} <= here]
        return replace(rule, rule=inner, pairs=pairs) if pairs else inner
    if isinstance(rule, Lock | Forbid):
        return replace(rule, pairs=[pair for pair in rule.pairs if {*pair[:2]} <= here])
    if isinstance(rule, Linked | Together):
        return replace(rule, sets=[[name for name in names if name in here] for names in rule.sets])
    return rule


def read_changes(cohort: Cohort, path: str | os.PathLike[str]) -> list[Change]:
    """Changes from a CSV file or a workbook: the heads are change, person, other, n and topic; people by id or name.

    The word in ``change`` says what ``person`` and ``other`` are:

    - left (person),
    - seats (person is the mentor, n how many),
    - not a fit, declined, apart, place, keep (person is the mentor, other the mentee, place and keep with a topic where
      one is meant),
    - swap (two mentees), asks (person is the mentee, topic what they ask for now),
    - except (person is the mentor, other the mentee; the columns rule and why say which rule does not hold, and why).

    Raises:
        InputError: missing heads, another word, people who are not here, with the line.
    """
    from mmatch.io.hand_made import Names, read_rows

    names, problems, found = Names(cohort), Problems(), list[Change]()
    for place, row in read_rows(path, ("change", "person"))[0]:
        kind = KINDS.get(" ".join(row["change"].lower().replace("_", " ").split()))
        if kind is None:
            hint = suggestion(row["change"].lower(), KINDS)
            problems.add(
                "value", place, f"found the change {excerpt(row['change'])}, expected one of {', '.join(KINDS)}", hint
            )
            continue
        cells = [row["person"], row.get("other", "")]
        values: list[Any] = []
        try:
            for item in fields(kind):
                if item.name == "n":
                    values.append(int(row.get("n") or row.get("other") or ""))
                elif item.name in {"topic", "rule", "why"}:
                    values.append(row.get(item.name, ""))
                else:
                    values.append(names.id_of(cells.pop(0), item.name))
        except InputError as error:
            problems.found += [replace(problem, where=f"{place} column {problem.where}") for problem in error.problems]
            continue
        except ValueError:
            problems.add("value", f'{place} column "n"', f"found {excerpt(row.get('n', ''))}, expected a whole number")
            continue
        found.append(kind(*values))
    problems.raise_any()
    return found
