"""People put together from their answers: one person in both roles, the last answer of each role counts."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mmatch.errors import Problem, excerpt
from mmatch.text import suggestion

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmatch.signup.answers import FormAnswer
    from mmatch.signup.notes import Notes
    from mmatch.signup.sheets import Sheet

MOST_SUGGESTED = 100
MENTOR_FACTS = frozenset(["capacity", "seats", "groups", "min_load", "offers", "mentee_ranks", "strict_mentee_ranks"])


@dataclass(slots=True)
class FormPerson:
    """One person: the answer that counts in each role, and facts from files about known people with their sources.

    ``spelling`` is the id.
    """

    spelling: str
    answers: dict[str, FormAnswer] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)
    sources: dict[str, tuple[Sheet, int, str]] = field(default_factory=dict)
    extra_roles: set[str] = field(default_factory=set)

    @property
    def roles(self) -> frozenset[str]:
        """mentor, mentee, or both."""
        return frozenset(self.answers.keys() | self.extra_roles)

    def ordered(self, first: str = "mentor") -> list[FormAnswer]:
        """The answers that count, the given role's first; one answer in both roles stands once."""
        other = "mentee" if first == "mentor" else "mentor"
        found = [self.answers[role] for role in (first, other) if role in self.answers]
        return found[:1] if len(found) == 2 and found[0] is found[1] else found

    def source(self, *meanings: str) -> tuple[Sheet, int, str | None] | None:
        """Where a fact stands: (sheet, row, head), the first row of the person where no column states it."""
        for meaning in meanings:
            if meaning in self.sources:
                return self.sources[meaning]
        first = "mentor" if set(meanings) & MENTOR_FACTS else "mentee"
        for answer in self.ordered(first):
            for column in answer.sheet.identity() if "id" in meanings else answer.sheet.of(*meanings):
                if answer.sheet.cell(answer.row, column):
                    return answer.sheet, answer.row, column.head
        answers = self.ordered(first)
        return (answers[0].sheet, answers[0].row, None) if answers else None

    def fact(self, meaning: str) -> Any:
        """A fact: from a file of pairs, else from the answer of the role that it belongs to, else from the other."""
        if meaning in self.extra:
            return self.extra[meaning]
        first = "mentor" if meaning in MENTOR_FACTS else "mentee"
        return next((a.facts[meaning] for a in self.ordered(first) if meaning in a.facts), None)


def key_of(text: str) -> str:
    """What makes two spellings the same id: Unicode form, and case in e-mail addresses."""
    plain = unicodedata.normalize("NFC", text)
    return plain.casefold() if "@" in plain else plain


class FormPeople:
    """Everybody found so far, by id, and by e-mail address and name for those who refer to them."""

    def __init__(self, notes: Notes, *, duplicates: str = "last") -> None:
        self.notes = notes
        self.duplicates = duplicates
        self.by_key: dict[str, FormPerson] = {}
        self.gone: set[str] = set()
        self._aliases: dict[str, set[str]] = {}
        self._unknown = 0

    def __iter__(self) -> Iterator[FormPerson]:
        return iter(self.by_key.values())

    def leave_out(self, answer: FormAnswer) -> None:
        """Remember a person whose row was rejected, so that wishes for them are no new mistakes."""
        self.gone.update(map(_loose, _spellings(answer)))

    def take(self, answer: FormAnswer) -> None:
        """Add one answer; where the same person answered before in this role, the last answer counts."""
        key = key_of(answer.id)
        person = self.by_key.get(key) or self._same_address(answer)
        if person is None:
            person = self.by_key[key] = FormPerson(unicodedata.normalize("NFC", answer.id))
        for text in _spellings(answer):
            self._aliases.setdefault(_loose(text), set()).add(key_of(person.spelling))
        for role in sorted(answer.roles):
            before = person.answers.get(role)
            if before is not None and before is not answer:
                self._twice(before, answer)
            person.answers[role] = answer

    def _same_address(self, answer: FormAnswer) -> FormPerson | None:
        """Somebody with the same e-mail address, where one file goes by ids and the other by addresses."""
        for column in answer.sheet.of("email"):
            found = self._aliases.get(_loose(answer.sheet.cell(answer.row, column)), set())
            person = self.by_key[next(iter(found))] if len(found) == 1 else None
            for other in person.ordered() if person is not None else ():
                if other.sheet.identity()[0].meaning != answer.sheet.identity()[0].meaning:
                    return person
        return None

    def _twice(self, before: FormAnswer, answer: FormAnswer) -> None:
        place, first = answer.place("id"), before.sheet.table.place(before.row)
        text = f"duplicate id {excerpt(answer.id)}, first at {first}"
        if self.duplicates == "error":
            self.notes.add(
                Problem("duplicate-id", place, text, "remove one of the rows"), answer.sheet.spot(answer.row)
            )
        elif not any(w.code == "duplicate-id" and w.where == place for w in self.notes.warnings[-3:]):
            self.notes.warn("duplicate-id", place, f"{text}: the last answer counts")

    def create(self, text: str, role: str) -> str:
        """A person whom only a file of pairs names."""
        person = self.by_key.setdefault(key_of(text), FormPerson(unicodedata.normalize("NFC", text)))
        person.extra_roles.add(role)
        self._aliases.setdefault(_loose(text), set()).add(key_of(text))
        return person.spelling

    def find(self, text: str) -> FormPerson | None:
        """Whom a text names, by id, e-mail address or full name; None where that is nobody, or several people."""
        person = self.by_key.get(key_of(text))
        if person is None:
            found = self._aliases.get(_loose(text), ())
            return self.by_key[next(iter(found))] if len(found) == 1 else None
        return person

    def fault(self, text: str) -> tuple[str, str, str]:
        """Why a text names nobody: (code, message, hint). Only the first hundred get a suggestion, which takes time."""
        found = self._aliases.get(_loose(text), ())
        if found:
            names = ", ".join(excerpt(self.by_key[key].spelling) for key in sorted(found)[:5])
            return "ambiguous", f"{excerpt(text)} is the name of several people: {names}", "write the id"
        self._unknown += 1
        known = [p.spelling for p in self.by_key.values()] if self._unknown <= MOST_SUGGESTED else []
        return "unknown-id", f"unknown id {excerpt(text)}", suggestion(text, known)

    def is_gone(self, text: str) -> bool:
        """Whether a text names somebody whose row was rejected."""
        return _loose(text) in self.gone


def _spellings(answer: FormAnswer) -> list[str]:
    """The texts that may name the person of an answer: id, name, e-mail address."""
    addresses = [answer.sheet.cell(answer.row, column) for column in answer.sheet.of("email")]
    return [text for text in (answer.id, answer.facts.get("name", ""), *addresses) if text]


def _loose(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
