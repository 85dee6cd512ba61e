"""From facts as users write them to validated columns; every contradiction is noted, none stops the search."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

import numpy as np

from mmatch.arrays import NONE, frozen_floats, frozen_ints
from mmatch.cohort.attributes import (
    clean_attributes,
    clean_availability,
    clean_avoids,
    clean_email,
    clean_language,
    clean_modes,
    clean_ranks,
    clean_text,
    clean_zone,
)
from mmatch.cohort.columns import FrozenRanks, Listed, Offers, People, Requests
from mmatch.cohort.participants import MODES, Offer, Participant, Request, any_label
from mmatch.errors import Problems, excerpt
from mmatch.exact import count_fault, number_fault
from mmatch.text import clean_ids, nfc, note_unknown

Where = Callable[[int, str], str]  # (participant number, field) -> the place for messages


def usual_where(row: int, field: str) -> str:
    """The place of a field of a participant given in Python."""
    return f"participants[{row}].{field}"


class Builder:
    """Checks one cohort's facts, column by column. One use: `people`, `offers`, `requests`, then the rest."""

    def __init__(self, participants: Iterable[Participant], where: Where = usual_where) -> None:
        self.problems = Problems()
        self.where = where
        persons = list(participants)
        for row, person in enumerate(persons):
            if type(person) is not Participant:
                text = f"found {type(person).__name__} {excerpt(person)}, expected a Participant"
                self.problems.add("type", f"participants[{row}]", text)
        self.persons = [person for person in persons if type(person) is Participant]
        self.people = self._people()
        self.topic_codes: dict[str, int] = {}
        self.choices: dict[tuple[int, ...], int] = {}  # topics of which any one will do: a code below `NONE` for each
        self.offers = self._offers()
        self.requests = self._requests()
        self._check_references()

    def _counts(self, items: Sequence[Any], field: str, where: Where, *, optional: bool = False) -> Any:
        values = [getattr(item, field) for item in items]
        numbers = [v for v in values if v is not None] if optional else values
        if set(map(type, numbers)) <= {int} and (not numbers or (min(numbers) >= 0 and max(numbers) < 2**31)):
            return frozen_ints([NONE if v is None else v for v in values])
        faults = [count_fault(v, field, optional=optional) for v in values]
        for row, fault in enumerate(faults):
            if fault:
                self.problems.add("count", where(row, field), fault)
        return frozen_ints([NONE if v is None or fault else int(v) for v, fault in zip(values, faults, strict=True)])

    def _people(self) -> People:
        ids = clean_ids([p.id for p in self.persons], lambda row: self.where(row, "id"), self.problems)
        seen: dict[str, int] = {}
        if len(set(ids)) < len(ids):
            for row, name in enumerate(ids):
                first = seen.setdefault(name, row)
                if name and first != row:
                    same = excerpt(self.persons[row].id) == excerpt(self.persons[first].id)
                    text = f"duplicate id {excerpt(name)}"
                    if not same:
                        text = f"same id {excerpt(name)} after Unicode normalisation"
                    self.problems.add(
                        "duplicate-id", self.where(row, "id"), f"{text}, first at {self.where(first, 'id')}"
                    )
        column = self._column
        people = People(
            ids=tuple(ids),
            capacity=self._counts(self.persons, "capacity", self.where, optional=True),
            groups=self._counts(self.persons, "groups", self.where, optional=True),
            min_load=self._counts(self.persons, "min_load", self.where),
            names=column("name", "", clean_text),
            emails=column("email", "", clean_email),
            languages=column("language", "", clean_language),
            availability=column("availability", None, clean_availability),
            timezones=column("timezone", None, clean_zone),
            sites=column("site", "", clean_text),
            modes=column("modes", MODES, clean_modes),
            attributes=column("attributes", {}, clean_attributes),
            ranks=column("ranks", None, clean_ranks),
            mentee_ranks=column("mentee_ranks", None, clean_ranks),
            avoids=column("avoids", (), clean_avoids),
        )
        for row in np.flatnonzero((people.capacity != NONE) & (people.min_load > people.capacity)).tolist():
            text = f"min_load {people.min_load[row]} is above the capacity {people.capacity[row]}"
            self.problems.add("contradiction", self.where(row, "min_load"), text)
        return people

    def _column(self, field: str, default: Any, clean: Callable[[Any, str, Callable[[str, str], None]], Any]) -> Any:
        """One field of everybody, cleaned; None where nobody states anything but the default."""
        values = [getattr(p, field) for p in self.persons]
        if all(v is default or (type(v) is type(default) and v == default) for v in values):
            return None
        where = self.where
        add = self.problems.add
        cleaned = tuple(
            clean(v, self.persons[row].id, lambda code, text, row=row: add(code, where(row, field), text))  # type: ignore[misc]
            for row, v in enumerate(values)
        )
        return None if all(v == default for v in cleaned) else cleaned

    def _flat(self, field: str, kind: type) -> tuple[list[Any], Any]:
        """All offers or all requests in one list, with their owners."""
        lists: list[Sequence[Any]] = []
        for row, value in enumerate(getattr(person, field) for person in self.persons):
            if type(value) not in {tuple, list}:
                text = f"found {type(value).__name__}, expected a list or tuple"
                self.problems.add("type", self.where(row, field), text)
            lists.append(value if type(value) in {tuple, list} else ())
        owner = frozen_ints(np.repeat(np.arange(len(lists)), [len(items) for items in lists]))
        flat, place = list(chain.from_iterable(lists)), self._place(owner, field)
        for row, item in enumerate(flat if not set(map(type, flat)) <= {kind} else ()):
            if type(item) is not kind:
                text = f"found {type(item).__name__} {excerpt(item)}, expected {kind.__name__}(...)"
                self.problems.add("type", place(row, ""), text)
        return [item if type(item) is kind else kind() for item in flat], owner

    def _place(self, owner: Any, name: str) -> Where:
        """The place of an offer or a request, and of a field of it."""

        def place(row: int, field: str) -> str:
            base = f"{self.where(int(owner[row]), name)}[{int(row - np.searchsorted(owner, owner[row]))}]"
            return f"{base}.{field}" if field else base

        return place

    def _topic_codes(self, topics: Sequence[Any], where: Callable[[int], str]) -> tuple[list[str], Any]:
        """(the topics, their codes)."""
        names = clean_ids(topics, where, self.problems, empty=True)
        codes = self.topic_codes
        return names, frozen_ints([codes.setdefault(name, len(codes)) for name in names])

    def _numbers(self, items: Sequence[Any], field: str, place: Where, *, optional: bool) -> Any:
        values = [getattr(item, field) for item in items]
        stated = [v for v in values if v is not None] if optional else values
        if set(map(type, stated)) <= {int} and (not stated or max(map(abs, stated)) < 2**53):
            return frozen_floats([np.nan if v is None else v for v in values])
        faults = ["" if v is None and optional else number_fault(v, field) for v in values]
        for row, fault in enumerate(faults):
            if fault:
                self.problems.add("number", place(row, field), fault)
        return frozen_floats([np.nan if v is None or f else float(v) for v, f in zip(values, faults, strict=True)])

    def _offers(self) -> Offers:
        items, owner = self._flat("offers", Offer)
        place = self._place(owner, "offers")
        topic = self._topic_codes([offer.topic for offer in items], lambda row: place(row, "topic"))[1]
        seats = self._counts(items, "seats", place, optional=True)
        bounds = [self._group(o.group, place, row) for row, o in enumerate(items)]
        return Offers(
            owner=owner,
            topic=topic,
            level=self._numbers(items, "level", place, optional=True),
            seats=seats,
            least=frozen_ints([b[0] for b in bounds]),
            most=frozen_ints([b[1] for b in bounds]),
            ids=self._offer_ids(items, owner, place),
        )

    def _group(self, group: Any, place: Where, row: int) -> tuple[int, int]:
        if group is None:
            return NONE, NONE
        fault = group_fault(group)
        if fault:
            self.problems.add("group", place(row, "group"), fault)
            return NONE, NONE
        return int(group[0]), int(group[1])

    def _offer_ids(self, items: Sequence[Offer], owner: Any, place: Where) -> tuple[str, ...]:
        ids = self.people.ids
        given = [
            o.id if o.id is not None else f"{ids[w]}/{o.topic}" for o, w in zip(items, owner.tolist(), strict=True)
        ]
        if any(o.id is not None for o in items):
            given = clean_ids(given, lambda row: place(row, "id"), self.problems)
        seen: dict[str, int] = {}
        if len(set(given)) == len(given) and self.people.index.keys().isdisjoint(given):
            return tuple(given)
        for row, name in enumerate(given):
            if name and name in seen:
                text = f"duplicate offer id {excerpt(name)}, first at {place(seen[name], '')}"
                hint = "two offers of one mentor on one topic need ids" if items[row].id is None else ""
                self.problems.add("duplicate-offer", place(row, ""), text, hint)
            elif name in self.people.index:
                self.problems.add(
                    "duplicate-offer", place(row, ""), f"offer id {excerpt(name)} is also a participant's id"
                )
            seen.setdefault(name, row)
        return tuple(given)

    def _requests(self) -> Requests:
        items, owner = self._flat("requests", Request)
        place = self._place(owner, "requests")
        if any(type(r.topic) is tuple for r in items):
            topic = self._requested_choices(items, owner, place)
        else:
            topic = self._topic_codes([r.topic for r in items], lambda row: place(row, "topic"))[1]
            self._distinct(owner, topic, range(len(items)), place)
        formats = None
        if any(r.format is not None for r in items):
            formats = tuple(r.format for r in items)
            for row, value in enumerate(formats):
                if value is not None and type(value) is not str:
                    text = f"found {type(value).__name__} {excerpt(value)}, expected the name of a format"
                    self.problems.add("type", place(row, "format"), text)
        return Requests(
            owner=owner,
            topic=topic,
            level=self._numbers(items, "level", place, optional=True),
            priority=self._numbers(items, "priority", place, optional=False),
            mentors=self._counts(items, "mentors", place),
            formats=formats,
        )

    def _requested_choices(self, items: Sequence[Request], owner: Any, place: Where) -> Any:
        """What requests ask for where some name several topics: each of these is looked at by itself, too."""
        row = np.repeat(np.arange(len(items)), [len(r.topics) for r in items])
        named = list(chain.from_iterable(r.topics for r in items))
        names, codes = self._topic_codes(named, lambda k: place(int(row[k]), "topic"))
        self._distinct(owner[row], codes, row.tolist(), place)
        edge = np.searchsorted(row, np.arange(len(items) + 1)).tolist()
        pairs, called = list(zip(names, codes.tolist(), strict=True)), dict[tuple[int, str], tuple[int, ...]]()
        codes_of_requests = np.full(len(items), NONE)
        for k, request in enumerate(items):
            own = sorted(pairs[edge[k] : edge[k + 1]])
            choice, label = tuple(code for _, code in own), any_label(name for name, _ in own)
            fault = topics_fault(request.topics)
            if not fault and called.setdefault((int(owner[k]), label), choice) != choice:
                fault = f"another request of this person is called {excerpt(label)}, too"
            if fault:
                self.problems.add("topic", place(k, "topic"), fault)
            new = NONE - 1 - len(self.choices)
            codes_of_requests[k] = choice[0] if len(choice) == 1 else self.choices.setdefault(choice, new)
        return frozen_ints(codes_of_requests)

    def _distinct(self, owner: Any, topic: Any, rows: Sequence[int], place: Where) -> None:
        """No two requests of one person name the same topic; ``rows`` are the requests."""
        key = owner * (len(self.topic_codes) + 1) + topic
        first: dict[int, int] = {}
        for row, k in zip(rows, key.tolist(), strict=True) if len(np.unique(key)) < len(key) else ():
            if first.setdefault(k, row) != row:
                hint = "ask for several mentors with mentors="
                self.problems.add("duplicate-request", place(row, ""), f"the same topic as {place(first[k], '')}", hint)

    def requests_among(self, topics: int) -> Requests:
        """The requests, once it is known how many topics there are: the codes of choices follow theirs."""
        code = self.requests.topic
        return replace(self.requests, topic=frozen_ints(np.where(code < NONE, topics + NONE - 1 - code, code)))

    def _check_references(self) -> None:
        """Ranks and avoids name people (ranks: offers too) who exist, and never oneself."""
        people, offers = self.people, self.offers
        columns = (("ranks", people.ranks), ("mentee_ranks", people.mentee_ranks), ("avoids", people.avoids))
        for field, column in columns:
            if field != "avoids" and self._plainly_known(people.wishes if field == "ranks" else people.orders, field):
                continue
            for row, entries in enumerate(column or ()):
                for k, name in enumerate(flat_ranks(entries)):
                    known = name in people.index or (field == "ranks" and name in offers.index)
                    own = name == people.ids[row] or (name in offers.index and offers.owner[offers.index[name]] == row)
                    if not known:
                        note_unknown(self.problems, f"{self.where(row, field)}[{k}]", name, people.ids)
                    elif own:
                        self.problems.add("self", f"{self.where(row, field)}[{k}]", "a person cannot name themselves")

    def _plainly_known(self, lists: Listed | None, field: str) -> bool:
        """Whether lists name people who exist (ranks: offers too) and never oneself, without a look at each name."""
        if lists is None:
            return True
        owner, index = self.offers.owner, self.offers.index if field == "ranks" else {}
        rows = np.array([index.get(name, NONE) for name in lists.others], dtype=np.int64)
        if (rows == NONE).any() or (lists.named == lists.owner).any():
            return False
        return not len(rows) or not (owner[rows] == lists.owner[lists.named == NONE]).any()


def flat_ranks(entries: FrozenRanks | None) -> Iterable[str]:
    """All names of a rank list, ties opened."""
    for entry in entries or ():
        if isinstance(entry, tuple):
            yield from entry
        else:
            yield entry


def topics_fault(topics: Sequence[Any]) -> str:
    """What is wrong with topics of which any one will do, or an empty text."""
    if not topics:
        return 'found no topic, expected at least one; "" is any topic'
    texts = [nfc(topic) for topic in topics if isinstance(topic, str)]
    if len(topics) > 1 and not all(texts):
        return 'found "" among several topics: it means any topic, and stands alone'
    twice = next((topic for topic in texts if texts.count(topic) > 1), None)
    return "" if twice is None else f"{excerpt(twice)} is named twice"


def group_fault(group: Any) -> str:
    """What is wrong with group bounds, or an empty text."""
    whole = type(group) in {tuple, list} and len(group) == 2
    if not whole or any(count_fault(g, "size", least=1, optional=False) for g in group):
        return f"found {excerpt(group)}, expected (least, most), two whole numbers from 1"
    return "" if group[0] <= group[1] else f"least {group[0]} is above most {group[1]}"
