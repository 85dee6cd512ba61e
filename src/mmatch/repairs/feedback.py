"""What people say after their sessions: who met, who did not, who does not fit; and the next round with it."""

from __future__ import annotations

import datetime as dt
import os
import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from mmatch.aims import Coverage, Served
from mmatch.cohort import Cohort
from mmatch.cohort.participants import Meeting
from mmatch.display import Shown, Table
from mmatch.errors import InputError, Problem, Problems, excerpt
from mmatch.io.hand_made import Names
from mmatch.program import Program
from mmatch.repairs.changes import NotAFit
from mmatch.repairs.repairing import waiting
from mmatch.result import Result, check_answer
from mmatch.rules import Forbid
from mmatch.signup.mapping import FileMapping
from mmatch.signup.questions import Notes
from mmatch.signup.sources import sources, tables_of
from mmatch.signup.values import Fault, answer
from mmatch.signup.vocabulary import plain, words_of

if TYPE_CHECKING:
    from mmatch.io.tables import InputTable

MISSED = "sessions missed"  # the attribute of people in the next round
_DATE = re.compile(r"(\d{1,4})([-./])(\d{1,2})\2(\d{1,4})\b")

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Feedback(Shown):
    """What a file of feedback says: who met, which pairs did not, who does not fit, ratings by (mentor, mentee).

    ``ignored`` are heads that say none of it.
    """

    meetings: tuple[Meeting, ...]
    missed: tuple[Pair, ...]
    not_a_fit: tuple[NotAFit, ...]
    ratings: Mapping[Pair, float]
    ignored: tuple[str, ...] = ()

    def __repr__(self) -> str:
        counts = f"{len(self.meetings)} pairs met, {len(self.missed)} did not, {len(self.not_a_fit)} do not fit"
        return f"<Feedback: {counts}>"

    def tables(self) -> Iterator[Table]:
        """One row a pair."""
        apart = {(change.mentor, change.mentee) for change in self.not_a_fit}
        pairs = [*((m.mentor, m.mentee) for m in self.meetings), *self.missed]
        rows = [
            (*pair, "no" if pair in self.missed else "yes", "no" if pair in apart else "", self.ratings.get(pair, ""))
            for pair in pairs
        ]
        yield Table(("mentor", "mentee", "met", "fit", "rating"), rows, "Feedback", len(rows))


def read_feedback(
    cohort: Cohort, path: str | os.PathLike[str], *, columns: Mapping[str, str] | None = None
) -> Feedback:
    """Read who met and how it was, from a CSV file or a workbook as forms give it.

    A row names a mentor and a mentee, or whoever answers and whom they met, by id, address or full name. What else is
    read: whether they met (without such a column all did), whether they fit ("no" keeps them apart from now on; a low
    rating alone does not), a rating, a date, a topic. Both may answer about one pair.

    Args:
        cohort: the people of that round.
        path: the file.
        columns: {head: meaning} for heads that are not known: "mentor", "mentee", "person", "partner", "met", "fit",
            "rating", "date", "topic", or "comment" for what is to be ignored.

    Raises:
        InputError: nobody is named, unknown people, an answer that is neither yes nor no, two answers that contradict
            each other, each with its line.
    """
    notes = Notes()
    (source,) = sources([path], None, None, notes)
    found = _Answers(cohort)
    for table in tables_of(source, FileMapping(), words_of(), notes):
        found.read(table, columns or {})
    found.problems.raise_any()
    return found.feedback()


class _Answers:
    """The answers about each pair, row by row."""

    def __init__(self, cohort: Cohort) -> None:
        self.cohort, self.names, self.words = cohort, Names(cohort), words_of()
        self.problems = Problems()
        self.met: dict[Pair, tuple[bool, str]] = {}
        self.details: dict[Pair, dict[str, str]] = {}
        self.apart: dict[Pair, None] = {}
        self.ratings: dict[Pair, list[float]] = {}
        self.ignored: list[str] = []

    def read(self, table: InputTable, columns: Mapping[str, str]) -> None:
        """One sheet or file."""
        places = self._places(table, columns)
        if not ({"mentor", "mentee"} <= places.keys() or {"person", "partner"} <= places.keys()):
            heads = ", ".join(map(excerpt, table.heads))
            text = f"found the heads {heads}, expected mentor and mentee, or your name and who did you meet"
            raise InputError(Problem("heads", table.name, text, 'say what a head means: columns={"head": "mentor"}'))
        for row, cells in enumerate(table.rows):
            said = {meaning: cells[place].strip() for meaning, place in places.items() if cells[place].strip()}
            pair = self._pair(table, row, said, places) if said else None
            if pair is not None:
                self._take(table, row, pair, said, places)

    def _places(self, table: InputTable, columns: Mapping[str, str]) -> dict[str, int]:
        """The column of each meaning, the first of several."""
        stated = {plain(head): meaning for head, meaning in columns.items()}
        wrong = [meaning for meaning in stated.values() if meaning not in _heads()]
        if wrong:
            text = f"found {excerpt(wrong[0])}, expected one of {', '.join(_heads())}"
            raise InputError(Problem("argument", "columns", text))
        known = {head: meaning for meaning, heads in _heads().items() for head in heads}
        found: dict[str, int] = {}
        for place, head in enumerate(table.heads):
            meaning = stated.get(plain(head)) or known.get(plain(head))
            if meaning is None or (meaning in found and meaning != "comment"):
                self.ignored.append(head)
            else:
                found[meaning] = place
        return found

    def _pair(self, table: InputTable, row: int, said: dict[str, str], places: Mapping[str, int]) -> Pair | None:
        """Whom a row is about."""
        both = ("mentor", "mentee") if {"mentor", "mentee"} <= places.keys() else ("person", "partner")
        ids = []
        for meaning in both:
            where = table.place(row, table.heads[places[meaning]])
            try:
                ids.append(self.names.id_of(said.get(meaning, ""), meaning))
            except InputError as error:
                self.problems.found += [replace(problem, where=where) for problem in error.problems]
        if len(ids) < 2:
            return None
        people = [self.cohort[name] for name in ids]
        if both[0] == "person" and not (people[0].offers and people[1].requests):
            people.reverse()
        if not (people[0].offers and people[1].requests):
            text = f"{excerpt(ids[0])} and {excerpt(ids[1])} are no mentor and mentee"
            self.problems.add("no-offer", table.place(row), text)
            return None
        return people[0].id, people[1].id

    def _take(self, table: InputTable, row: int, pair: Pair, said: dict[str, str], places: Mapping[str, int]) -> None:
        """What a row says about a pair."""
        where = {meaning: table.place(row, table.heads[place]) for meaning, place in places.items()}
        yes = {meaning: self._yes(said[meaning], where[meaning]) for meaning in ("met", "fit") if meaning in said}
        met = yes.get("met", True)
        known, place = self.met.setdefault(pair, (met, table.place(row)))
        if known != met:
            text = f"here {pair[0]} and {pair[1]} {'met' if met else 'did not meet'}, by {place} they did the opposite"
            self.problems.add("contradiction", table.place(row), text, "correct one of the two rows")
        if not yes.get("fit", True):
            self.apart[pair] = None
        if "rating" in said:
            number = re.match(r"\d+(?:[.,]\d+)?", said["rating"])
            if number is None:
                self.problems.add("value", where["rating"], f"found {excerpt(said['rating'])}, expected a number")
            else:
                self.ratings.setdefault(pair, []).append(float(number[0].replace(",", ".")))
        if "date" in said:
            said["date"] = _day(said["date"])
            if not said["date"]:
                text = f"found {excerpt(table.rows[row][places['date']])}, expected a date such as 2027-01-31"
                self.problems.add("date", where["date"], text)
        self.details.setdefault(pair, {}).update(said)

    def _yes(self, text: str, where: str) -> bool:
        try:
            said = answer(text, self.words)
        except Fault:
            said = "unclear"
        if said not in {"yes", "no", "maybe"}:
            self.problems.add("answer", where, f"found {excerpt(text)}, expected yes or no")
        return said != "no"

    def feedback(self) -> Feedback:
        """All of it."""
        meetings = [
            Meeting(
                *pair, topic=self.details[pair].get("topic", ""), date=self.details[pair].get("date", "")[:10] or None
            )
            for pair, (met, _) in self.met.items()
            if met
        ]
        missed = [pair for pair, (met, _) in self.met.items() if not met]
        ratings = {pair: sum(values) / len(values) for pair, values in self.ratings.items()}
        apart = [NotAFit(*pair) for pair in self.apart]
        return Feedback(tuple(meetings), tuple(missed), tuple(apart), ratings, tuple(self.ignored))


def _day(text: str) -> str:
    """A date as 2027-01-31; nothing where it is none, or where day and month could be either."""
    found = _DATE.match(text)
    if found is None:
        return ""
    first, second, third = int(found[1]), int(found[3]), int(found[4])
    if len(found[1]) == 4:
        year, month, day = first, second, third
    elif found[2] == "." or first > 12:
        year, month, day = third, second, first
    elif second > 12 or first == second:
        year, month, day = third, first, second
    else:
        return ""
    try:
        return dt.date(year, month, day).isoformat()
    except ValueError:
        return ""


@cache
def _heads() -> dict[str, list[str]]:
    text = (resources.files("mmatch.repairs") / "feedback.toml").read_text(encoding="utf-8")
    found: dict[str, list[str]] = tomllib.loads(text)
    return found


def next_round(
    cohort: Cohort,
    program: Program,
    before: tuple[Cohort, Result],
    feedback: Feedback | None = None,
    *,
    waiting_first: bool = False,
) -> tuple[Cohort, Program]:
    """Take what an earlier round left into the next one: who has met, who does not fit, who came, who waited.

    People are the same where they have the same id, else where they have the same address. Without feedback all who
    were matched count as having met.

    Args:
        cohort: the people of the next round.
        program: its policy.
        before: cohort and result of the earlier round.
        feedback: what was said about it.
        waiting_first: whether those who had no mentor go first: right after the number of matches, in their order.

    Returns:
        The cohort with the history, and the number of sessions that people missed as the attribute "sessions missed";
        the program in which pairs that do not fit are forbidden.

    Raises:
        InputError: a result of another cohort.
    """
    check_answer(*before)
    same = same_people(before[0], cohort)
    pairs = before[1].matching.pairs() if feedback is None and before[1].found is not None else []
    met = [Meeting(mentor, mentee, topic=topic) for mentor, mentee, topic in pairs]
    met = [*feedback.meetings] if feedback is not None else met
    history = [
        replace(one, mentor=same.get(one.mentor, one.mentor), mentee=same.get(one.mentee, one.mentee)) for one in met
    ]
    missed = Counter(same.get(who, who) for pair in (feedback.missed if feedback else ()) for who in pair)
    stated = cohort.stated
    people = [
        replace(person, attributes={**person.attributes, MISSED: missed[person.id]}) if missed[person.id] else person
        for person in stated.participants
    ]
    known = {(one.mentor, one.mentee) for one in stated.history}
    fresh = [one for one in history if (one.mentor, one.mentee) not in known]
    after = Cohort(people, topics=stated.topics, history=[*stated.history, *fresh], scores=stated.scores)
    changes = feedback.not_a_fit if feedback else ()
    apart = [(same.get(one.mentor, ""), same.get(one.mentee, "")) for one in changes]
    apart = [pair for pair in apart if all(pair)]
    if apart:
        program = replace(program, rules=(*program.rules, Forbid(sorted(apart))))
    if waiting_first:
        first = [same[who] for who in waiting(*before) if who in same]
        program = replace(program, aims=_with_first(program.resolve(after).aims or (), first))
    return after, program


def _with_first(aims: Any, first: list[str]) -> tuple[Any, ...]:
    """The aims with some people served first, behind the number of matches where that comes first."""
    place = 1 if aims and isinstance(aims[0], Coverage) else 0
    return (*aims[:place], Served(first, in_order=True), *aims[place:])


def same_people(before: Cohort, after: Cohort) -> dict[str, str]:
    """Who of an earlier cohort is who now: by id, else by address."""
    by_address = {person.email.casefold(): person.id for person in after if person.email}
    found = {}
    for person in before:
        now = person.id if person.id in after.people.index else by_address.get((person.email or "").casefold())
        if now is not None:
            found[person.id] = now
    return found
