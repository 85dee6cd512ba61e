"""A cohort in the making: people, scores and meetings as the files state them, before they are validated."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mmatch.errors import Problem, excerpt
from mmatch.signup.persons import FormPeople, FormPerson, key_of

if TYPE_CHECKING:
    from mmatch.cohort.participants import Meeting
    from mmatch.signup.notes import Notes
    from mmatch.signup.sheets import Column, Sheet


@dataclass(slots=True)
class Draft:
    """What shapes add to. ``open_roles``: no file of people covers them, so that pairs may bring new people in them."""

    people: FormPeople
    notes: Notes
    open_roles: frozenset[str] = frozenset()
    scores: dict[tuple[str, str], Any] | None = None
    history: list[Meeting] = field(default_factory=list)
    tree: dict[str, str] = field(default_factory=dict)
    synonyms: dict[str, str] = field(default_factory=dict)

    def refer(self, sheet: Sheet, row: int, column: Column, text: str, role: str) -> str | None:
        """The id of whom a cell names; an unknown person is made where the role is open, else noted."""
        person = self.people.find(text) if text else None
        if person is not None:
            if role in self.open_roles:
                person.extra_roles.add(role)
            return person.spelling
        if not text:
            sheet.note(self.notes, row, column.head, ("id-missing", "found an empty cell, expected an id", ""))
        elif self.people.is_gone(text):
            self.notes.warn(
                "left-out", sheet.table.place(row, column.head), f"{excerpt(text)} was rejected and is left out"
            )
        else:
            made = self._create(text, role)
            if made is None:
                sheet.note(self.notes, row, column.head, self.people.fault(text))
            return made
        return None

    def refer_head(self, sheet: Sheet, column: Column, text: str, role: str) -> str | None:
        """The id of whom a head names; an unknown person is made where the role is open, else noted."""
        person = self.people.find(text)
        if person is None and not self.people.is_gone(text):
            made = self._create(text, role)
            if made is None:
                code, message, hint = self.people.fault(text)
                self.notes.add(Problem(code, f"{sheet.name} column {excerpt(column.head)}", message, hint))
            return made
        if person is not None and role in self.open_roles:
            person.extra_roles.add(role)
        return person.spelling if person is not None else None

    def _create(self, text: str, role: str) -> str | None:
        if role not in self.open_roles or self.people.fault(text)[0] != "unknown-id":
            return None
        return self.people.create(text, role)

    def person(self, name: str) -> FormPerson:
        """The person with this id, who is known."""
        return self.people.by_key[key_of(name)]

    def add_score(self, mentor: str, mentee: str, value: Any) -> bool:
        """Give a pair its score; False where it has another one already."""
        if self.scores is None:
            self.scores = {}
        return bool(self.scores.setdefault((mentor, mentee), value) == value)
