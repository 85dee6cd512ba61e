"""A cohort in the making: people, scores and meetings as the files state them, before they are validated."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from mmatch.cohort.participants import Meeting
from mmatch.errors import excerpt
from mmatch.signup.persons import FormPeople, FormPerson, key_of
from mmatch.signup.sheets import Column
from mmatch.signup.values import Fault


@dataclass(slots=True)
class Draft:
    """What shapes add to. ``open_roles``: no file of people covers them, so that pairs may bring new people in them."""

    people: FormPeople
    open_roles: frozenset[str] = frozenset()
    scores: dict[tuple[str, str], Any] | None = None
    history: list[Meeting] = field(default_factory=list)
    tree: dict[str, str] = field(default_factory=dict)
    synonyms: dict[str, str] = field(default_factory=dict)

    def refer(self, row: int | None, column: Column, text: str, role: str) -> str | None:
        """The id of whom a cell, or without a row a head, names; made where the role is open, else noted."""
        person = self.people.find(text) if text else None
        if person is not None:
            if role in self.open_roles:
                person.extra_roles.add(role)
            return person.spelling
        if not text:
            column.note(row, Fault("id-missing", "found an empty cell, expected an id"))
        elif self.people.is_gone(text):
            if row is not None:
                column.warn("left-out", f"{excerpt(text)} was rejected and is left out", row=row)
        else:
            fault = self.people.fault(text)
            if role in self.open_roles and fault.code == "unknown-id":
                return self.people.create(text, role)
            column.note(row, fault)
        return None

    def person(self, name: str) -> FormPerson:
        """The person with this id, who is known."""
        return self.people.by_key[key_of(name)]

    def keep_apart(self, one: str, other: str) -> None:
        """These two must never meet."""
        extra = self.person(one).extra
        extra["final_avoids"] = (*extra.get("final_avoids", ()), other)

    def add_score(self, row: int, column: Column, pair: tuple[str, str], value: Any) -> None:
        """Give a pair (mentor, mentee) its score, unless it is None; another one is noted."""
        if self.scores is None:
            self.scores = {}
        if value is not None and self.scores.setdefault(pair, value) != value:
            text = f"the pair {excerpt(pair[0])}, {excerpt(pair[1])} has another score already"
            column.note(row, Fault("duplicate-pair", text, "give each pair one score"))
