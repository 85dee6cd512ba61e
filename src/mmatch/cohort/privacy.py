"""Fewer personal facts: a cohort without some people, or with pseudonyms in the place of ids."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from typing import Any

from mmatch.cohort.participants import Meeting, Participant, Stated
from mmatch.errors import InputError, Problem, excerpt
from mmatch.text import suggestion

DIGITS = 16  # hexadecimal, of a pseudonym
LEAST_KEY = 8  # characters
Renamed = Callable[[str], str]


def rest_without(stated: Stated, gone: Collection[str]) -> Stated:
    """Everybody else, and nothing that names those who are gone: no wish, no avoided person, no meeting, no score."""
    offers = {str(offer.id) for person in stated.participants if person.id in gone for offer in person.offers}
    forgotten = {*gone, *offers}
    people = [
        replace(
            person,
            ranks=_ranks(person.ranks, lambda name: None if name in forgotten else name),
            mentee_ranks=_ranks(person.mentee_ranks, lambda name: None if name in forgotten else name),
            avoids=tuple(name for name in person.avoids if name not in gone),
        )
        for person in stated.participants
        if person.id not in gone
    ]
    history = [meeting for meeting in stated.history if not {meeting.mentor, meeting.mentee} & set(gone)]
    scores = None if stated.scores is None else {p: v for p, v in stated.scores.items() if not set(p) & set(gone)}
    return Stated(people, stated.topics, history, scores)


def under_pseudonyms(stated: Stated, key: Any, keep: Iterable[str], attributes: Collection[str]) -> Stated:
    """The same people under keyed pseudonyms, without names, and without attributes but those to be kept."""
    if not isinstance(key, str | bytes) or len(key) < LEAST_KEY:
        text = f"expected a secret text of at least {LEAST_KEY} characters: with a short one ids could be guessed"
        raise InputError(Problem("argument", "key", text))
    if isinstance(keep, str):
        raise InputError(Problem("argument", "keep", f"found {excerpt(keep)}, expected a list of names"))
    secret, kept = key.encode() if isinstance(key, str) else key, frozenset(keep)
    for name in sorted(kept - set(attributes)):
        text = f"nobody has the attribute {excerpt(name)}"
        raise InputError(Problem("unknown-attribute", "keep", text, suggestion(name, attributes)))
    everybody = stated.participants
    known = {person.id: _pseudonym(secret, person.id) for person in everybody}
    offers = [(person.id, offer) for person in everybody for offer in person.offers]
    usual = {o.id: f"{known[owner]}/{o.topic}" for owner, o in offers if o.id == f"{owner}/{o.topic}"}

    def renamed(name: str) -> str:
        return known.get(name) or usual.get(name) or _pseudonym(secret, name)

    people = sorted((_veiled(person, renamed, kept) for person in everybody), key=lambda person: person.id)
    history = [Meeting(renamed(m.mentor), renamed(m.mentee), topic=m.topic, date=m.date) for m in stated.history]
    given = stated.scores
    scores = None if given is None else {(renamed(a), renamed(b)): value for (a, b), value in given.items()}
    return Stated(people, stated.topics, history, scores)


def _veiled(person: Participant, renamed: Renamed, kept: Collection[str]) -> Participant:
    """One person under a pseudonym; offers with an id of their own get one, too."""
    offers = tuple(replace(offer, id=renamed(str(offer.id))) for offer in person.offers)
    return replace(
        person,
        id=renamed(person.id),
        name="",
        email="",
        offers=offers,
        attributes={name: value for name, value in person.attributes.items() if name in kept},
        ranks=_ranks(person.ranks, renamed),
        mentee_ranks=_ranks(person.mentee_ranks, renamed),
        avoids=tuple(map(renamed, person.avoids)),
    )


def _ranks(ranks: Any, changed: Callable[[str], str | None]) -> Any:
    """A wish list with other names; names that are dropped leave no empty tie."""
    if ranks is None:
        return None
    levels = [entry if isinstance(entry, tuple) else (entry,) for entry in ranks]
    named = [tuple(new for name in level if (new := changed(name)) is not None) for level in levels]
    return tuple(level if len(level) > 1 else level[0] for level in named if level)


def _pseudonym(secret: bytes, who: str) -> str:
    return "p-" + hmac.new(secret, who.encode(), hashlib.sha256).hexdigest()[:DIGITS]
