"""Who is one person: an id where ids count, else the e-mail address and the name together."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from mmatch.errors import Problem, excerpt
from mmatch.signup.answers import FormAnswer
from mmatch.signup.mapping import FileMapping
from mmatch.signup.questions import Notes
from mmatch.signup.sheets import LISTS, MENTOR_ONLY, Place, Sheet
from mmatch.signup.values import Fault
from mmatch.signup.vocabulary import name_key, plain, untitled
from mmatch.signup.who import is_form_export
from mmatch.text import suggestion

MOST_SUGGESTED = 100
_POLITELY = "if possible|please|ideally|wenn m\u00f6glich|bitte|si possible|si es posible|se possibile|se poss\u00edvel"
_POLITE_END = re.compile(rf"[\s,]*\(?\b(?:{_POLITELY})\)?$", re.IGNORECASE)
_REMARK = re.compile(r"\s*[(\[]|\s+[-\u2013\u2014]\s+|\s*:\s|,\s+(?=[a-z\u00e0-\u00ff])")  # "Ann Lee - my manager"
_BETWEEN = re.compile(r"\s+(?:and|or|und|oder|et|ou|y|o|e|&)\s+|\s(?=\d[.)]\s)", re.IGNORECASE)
PER_TOPIC = frozenset({"level", "levels", "choice"})
ONE, TWO = "one person", "two people"


@dataclass(slots=True, eq=False)
class FormPerson:
    """One person: the answer that counts in each role, and facts from files about known people with their sources.

    ``spelling`` is the id.
    """

    spelling: str
    name: str = ""
    email: str = ""
    number: str = ""
    answers: dict[str, FormAnswer] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)
    sources: dict[str, tuple[Place, int]] = field(default_factory=dict)
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

    def source(self, *meanings: str) -> tuple[Place, int] | None:
        """Where a fact stands: (column, row), or (sheet, first row of the person) where no column states it."""
        for meaning in meanings:
            if meaning in self.sources:
                return self.sources[meaning]
        first = "mentor" if set(meanings) & MENTOR_ONLY else "mentee"
        for answer in self.ordered(first):
            for column in answer.sheet.identity() if "id" in meanings else answer.sheet.of(*meanings):
                if column.cell(answer.row):
                    return column, answer.row
        return next(((answer.sheet, answer.row) for answer in self.ordered(first)), None)

    def facts(self) -> dict[str, Any]:
        """All facts: from files of pairs, else from the answer of the role that each belongs to, else the other."""
        mentor, mentee = (self.answers[role].facts if role in self.answers else {} for role in ("mentor", "mentee"))
        own = {meaning: value for meaning, value in mentor.items() if meaning in MENTOR_ONLY}
        return {**mentor, **mentee, **own, **self.extra}


def key_of(text: str) -> str:
    """What makes two spellings the same id: Unicode form, and case in e-mail addresses."""
    composed = text if text.isascii() else unicodedata.normalize("NFC", text)
    return composed.casefold() if "@" in composed else composed


def _bare(text: str) -> str:
    """A reference to somebody without a link behind it, a number before it, a title, or the name around an address."""
    found = re.search(r"<([^<>@\s]+@[^<>@\s]+)>", text)
    short = found[1] if found else re.sub(r"\s*\(https?:[^()]*\)|^\s*\d{1,2}[.)]\s+", "", text)
    return untitled(_POLITE_END.sub("", short))


def _loose(text: str) -> str:
    return " ".join((text if text.isascii() else unicodedata.normalize("NFKC", text)).casefold().split())


def _agree(one: str, other: str) -> bool:
    """Whether two names may be one person's: the same words, or a middle name more."""
    if not one or not other or one == other:
        return True
    first, second = set(plain(one).split()), set(plain(other).split())
    return first <= second or second <= first


class FormPeople:
    """Everybody found so far, by id, and by e-mail address and name for those who refer to them."""

    def __init__(self, notes: Notes, mapping: FileMapping, *, duplicates: str = "last") -> None:
        self.notes, self.mapping, self.duplicates = notes, mapping, duplicates
        self.by_key: dict[str, FormPerson] = {}
        self.gone: set[str] = set()
        self._ids: dict[str, list[FormPerson]] = {}
        self._called: dict[str, list[FormPerson]] = {}  # by id, address and name, as loosely as people write them
        self._named: dict[str, dict[str, list[FormPerson]]] = {}  # by a part of the name
        self._rows: dict[tuple[str, int], FormPerson] = {}
        self._unknown = 0

    def __iter__(self) -> Iterator[FormPerson]:
        return iter(self.by_key.values())

    def leave_out(self, answer: FormAnswer) -> None:
        """Remember a person whose row was rejected, so that wishes for them are no new mistakes."""
        self.gone |= {_loose(text) for text in (answer.id, answer.number, answer.name, answer.email) if text}

    def take(self, answer: FormAnswer) -> None:
        """Add one answer; where the same person answered before in this role, the last answer counts."""
        known = self._same(answer)
        person = known or FormPerson(self._new_id(answer))
        if known is None:
            self.by_key[key_of(person.spelling)] = person
        elif is_form_export(answer.sheet):
            for role, before in list(person.answers.items()):  # a later answer corrects the role, too
                if before.sheet is answer.sheet and role not in answer.roles:
                    self._after(person.answers.pop(role), answer)
        person.name = person.name or answer.name
        person.email = person.email or answer.email
        person.number = person.number or answer.number
        if answer.number:
            _enter(self._ids.setdefault(key_of(answer.number), []), person)
        bare = name_key(untitled(answer.name)) if known is None else ""
        for key in {_loose(answer.id), _loose(answer.number), _loose(answer.email), answer.name_key, bare} - {""}:
            _enter(self._called.setdefault(key, []), person)
        earlier = dict(person.answers)
        for role in sorted(answer.roles, reverse=True):
            shared = role == "mentee" and "mentor" in answer.roles and earlier.get("mentor") is earlier.get("mentee")
            person.answers[role] = person.answers["mentor"] if shared else self._after(earlier.get(role), answer)

    def _same(self, answer: FormAnswer) -> FormPerson | None:
        """The person that an answer is about, where somebody known is: by id, else by address, else by name."""
        email = answer.email.casefold()
        for person in self._ids.get(key_of(answer.number), ()) if answer.number else ():
            if _agree(person.name, answer.name) or (email and email == person.email.casefold()):
                return person
            named = excerpt(person.name or person.spelling)
            text = f"the id {excerpt(answer.number)} stands for {named} and for another name"
            return person if self._ask(answer, person, answer.number, text) == ONE else None
        for person in self._called.get(email, ()) if email else ():
            if _agree(person.name, answer.name):
                return person
        for person in self._called.get(answer.name_key, ()) if answer.name else ():
            if not (person.number and answer.number):  # two ids of one name are two people
                text = f"{excerpt(answer.name)} stands under two addresses"
                if not (person.email and email) or self._ask(answer, person, answer.name, text) == ONE:
                    return person
        return None

    def _ask(self, answer: FormAnswer, person: FormPerson, key: str, evidence: str) -> str:
        said = self.mapping.answer(key)
        if said in {ONE, TWO}:
            return said
        place = next(iter(person.ordered()), answer)
        text = f"{evidence} ({place.place()} and {answer.place()}): one person, or two?"
        column = next((c.head for c in answer.sheet.of("name", "last_name", "email", "id")), "")
        self.notes.doubt(answer.sheet.name, column, "identity", text, ONE, likely=TWO, key=key)
        return TWO

    def _new_id(self, answer: FormAnswer) -> str:
        """An id that nobody else has: the id, address or name; where it is taken, one of its own."""
        text = unicodedata.normalize("NFC", answer.id)
        if key_of(text) not in self.by_key:
            return text
        role = next(iter(sorted(answer.roles)), "person")
        own = [answer.name, f"{role}-{text}", *(f"{text} ({k})" for k in range(2, 100_000))]
        found = next(one for one in own if one and key_of(one) not in self.by_key)
        if "@" in text and answer.name:
            message = f"{excerpt(text)} is the address of several people: this one goes by the name"
            self.notes.warn("shared-address", answer.place("email"), message)
        return found

    def _after(self, before: FormAnswer | None, answer: FormAnswer) -> FormAnswer:
        """The answer that counts in a role after another one: rows of one person that only differ in lists add up."""
        if before is None or before is answer:
            return answer
        added = None if is_form_export(answer.sheet) or before.sheet is not answer.sheet else _added(before, answer)
        if added is not None:
            return added
        place, first = answer.place("id"), before.sheet.table.place(before.row)
        text = f"duplicate id {excerpt(answer.id)}, first at {first}"
        if self.duplicates == "error":
            self.notes.add(
                Problem("duplicate-id", place, text, "remove one of the rows"), answer.sheet.spot(answer.row)
            )
        elif not any(w.code == "duplicate-id" and w.where == place for w in self.notes.warnings[-3:]):
            self.notes.warn("duplicate-id", place, f"{text}: the last answer counts")
        return answer

    def create(self, text: str, role: str) -> str:
        """A person whom only a file of pairs names."""
        person = self.by_key.setdefault(key_of(text), FormPerson(unicodedata.normalize("NFC", text)))
        person.extra_roles.add(role)
        _enter(self._called.setdefault(_loose(text), []), person)
        return person.spelling

    def find(self, text: str) -> FormPerson | None:
        """Whom a text names, by id, e-mail address or full name; None where that is nobody, or several people."""
        person = self.by_key.get(key_of(text))
        if person is None and len(found := self.called(text)) == 1:
            return found[0]
        return person

    def by_first_name(self, text: str) -> list[FormPerson]:
        """Everybody whose first name a text is."""
        return self._parts("given").get(plain(text), []) if text.istitle() else []

    def _parts(self, part: str) -> dict[str, list[FormPerson]]:
        """Everybody by the first of the given names, or by the family name."""
        if not self._named and self.by_key:
            for person in self:
                family, comma, given = untitled(person.name).partition(",")
                if not comma:
                    given, _, family = family.rpartition(" ")
                for kind, words in (("given", plain(given).split()[:1]), ("family", [plain(family)])):
                    for word in words if plain(given) else ():
                        _enter(self._named.setdefault(kind, {}).setdefault(word, []), person)
        return self._named.get(part, {})

    def spellings(self) -> frozenset[str]:
        """All ids, names and addresses, in small letters."""
        return frozenset(text.casefold() for p in self for text in (p.spelling, p.name, p.email) if text)

    def called(self, text: str) -> list[FormPerson]:
        """Everybody whom a text may name."""
        found = self._called.get(_loose(text))
        if not found and text.isdigit():
            found = self._called.get(text.lstrip("0"))
        if not found and " " in text:
            bare = _bare(text)
            short = _REMARK.split(bare)[0]
            found = next(
                filter(None, (self._called.get(key(t)) for t in (bare, short) for key in (_loose, name_key))), []
            )
            rest = plain(bare[len(short) :]).split()
            if any(self._called.get(name_key(" ".join(pair))) for pair in pairwise(rest)):
                return []  # "Ann Lee (or Bob Ray)"
            initial, _, family = short.rpartition(" ")
            titled = untitled(text) != text and plain(text)[:2] != "m "
            if not found and len(initial.rstrip(".")) < 2 and (initial or titled):  # "Dr Lee", "A. Lee"
                found = self._parts("family").get(plain(family), [])
                found = [person for person in found if plain(untitled(person.name)).startswith(plain(initial))]
        return found or []

    def of_row(self, sheet: Sheet, row: int) -> FormPerson | None:
        """The person of a row in a file of people, else whom the row names."""
        if not self._rows:
            self._rows = {(a.sheet.name, a.row): person for person in self for a in person.ordered()}
        return self._rows.get((sheet.name, row)) or self.find(sheet.person(row)[0])

    def named(self, cell: str) -> list[tuple[str, FormPerson | None]]:
        """Everybody whom a cell names: (text, person or None), one or several names joined by commas and the like."""
        whole = self.find(cell)
        if whole is not None:
            return [(cell, whole)]
        for separator in (";", "\n", "|", "/"):
            if separator in cell and "http" not in cell:
                return [one for part in cell.split(separator) if part.strip() for one in self.named(part.strip())]
        parts = [part.strip() for part in _BETWEEN.split(cell) if part.strip()]
        if len(parts) > 1 and all(self.knows(part) or "," in part for part in parts):
            return [one for part in parts for one in self.named(part)]
        pieces = [piece.strip() for piece in cell.split(",") if piece.strip()]
        found: list[tuple[str, FormPerson | None]] = []
        while pieces:
            pair = ", ".join(pieces[:2])
            single, both = self.find(pieces[0]), self.find(pair)
            if both and not single:  # "Lee, Ann"
                found.append((pair, both))
            else:
                first = self.by_first_name(pieces[0]) if not single else []
                found.append((pieces[0], first[0] if len(first) == 1 else single))
            del pieces[: 2 if both and not single else 1]
        return found

    def fault(self, text: str) -> Fault:
        """Why a text names nobody. Only the first hundred get a suggestion, which takes time."""
        found = self.called(text) or self.by_first_name(text)
        if found:
            names = ", ".join(excerpt(person.spelling) for person in found[:5])
            return Fault("ambiguous", f"{excerpt(text)} is the name of several people: {names}", "write the id")
        self._unknown += 1
        known = [p.spelling for p in self.by_key.values()] if self._unknown <= MOST_SUGGESTED else []
        hint = suggestion(text, known) or "write an id, e-mail address or full name that stands in these files"
        return Fault("unknown-id", f"unknown id {excerpt(text)}", hint)

    def knows(self, text: str) -> bool:
        """Whether a text names somebody, be it one of several people of that name."""
        return self.find(text) is not None or bool(self.called(text) or self.by_first_name(text))

    def is_gone(self, text: str) -> bool:
        """Whether a text names somebody whose row was rejected."""
        return _loose(text) in self.gone


def _enter(people: list[FormPerson], person: FormPerson) -> None:
    if person not in people:  # by identity
        people.append(person)


def _added(before: FormAnswer, answer: FormAnswer) -> FormAnswer | None:
    """Two rows of one person as one answer, where they differ in nothing but lists; None where other facts differ."""
    differing, others = _differing(before.facts, answer.facts), _differing(before.attributes, answer.attributes)
    many = differing - LISTS - PER_TOPIC - {"rows", "name", "email"} or len(others - answer.per_topic) > 1
    if many or before.roles != answer.roles or not (differing & (LISTS | PER_TOPIC) or others):
        return None
    made = replace(answer, facts=dict(before.facts), attributes=dict(before.attributes))
    for key in differing & LISTS:
        made.facts[key] = tuple(dict.fromkeys([*before.facts.get(key, ()), *answer.facts.get(key, ())]))
    for key in {"levels", "choice"} & (before.facts.keys() | answer.facts.keys()):
        made.facts[key] = {**before.facts.get(key, {}), **answer.facts.get(key, {})}
    made.facts["rows"] = before.facts.get("rows", 1) + 1
    for key in sorted(others):
        both = (before.attributes.get(key), answer.attributes.get(key))
        items = [item for said in both for item in (said if isinstance(said, tuple) else (said,))]
        made.attributes[key] = tuple(dict.fromkeys(item for item in items if item is not None))
    return made


def _differing(one: dict[str, Any], other: dict[str, Any]) -> set[str]:
    return {key for key in one.keys() | other.keys() if one.get(key) != other.get(key)}
