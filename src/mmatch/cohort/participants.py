"""The facts as a user writes them: participants, offers, requests, meetings. They store; `Cohort` validates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field, fields
from functools import partial
from types import MappingProxyType
from typing import Any

from mmatch.display import Shown, Table

Ranks = Sequence[str | Sequence[str]]
MODES = frozenset({"virtual", "in_person"})


@dataclass(frozen=True, slots=True)
class Offer:
    """What somebody can teach: one topic, how well, to how many people, in groups of which size.

    Attributes:
        topic: the topic; "" meets every topic.
        level: expertise on the program's own scale, any finite number.
        seats: most mentee seats on this offer; None leaves only the mentor's capacity, 0 is 0.
        group: (least, most) mentees in one match; None takes the topic's or the program's.
        id: defaults to ``mentor/topic``; needed where one mentor makes two offers on one topic.

    Example:
        >>> mm.Offer("data", level=5, seats=2).seats
        2
    """

    topic: str = ""
    _: KW_ONLY
    level: float | None = None
    seats: int | None = None
    group: tuple[int, int] | None = None
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody wants to learn: one topic or any one of several, from which level, how urgently, from whom.

    Attributes:
        topic: the topic, "" meets every topic; several topics in a list or tuple mean any one of them, kept in order of
            the alphabet.
        level: the mentee's own level on the program's scale, any finite number.
        priority: greater is more urgent; acts only through aims that say so.
        mentors: up to so many different mentors.
        format: the session format wanted, such as "single".

    Example:
        >>> mm.Request(("data", "law"), priority=2).label
        'data or law'
    """

    topic: str | Sequence[str] = ""
    _: KW_ONLY
    level: float | None = None
    priority: float = 1
    mentors: int = 1
    format: str | None = None

    def __post_init__(self) -> None:
        if isinstance(self.topic, list | tuple):
            topics = tuple(self.topic)  # what is no text is left for the cohort to refuse
            object.__setattr__(self, "topic", topics[0] if len(topics) == 1 else topics)

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics of which any one will do; of most requests it is one."""
        topic: Any = self.topic
        return topic if isinstance(topic, tuple) else (topic,)

    @property
    def label(self) -> str:
        """What the request is called in answers and files: its topic, or "data or statistics"."""
        return any_label(self.topics)


def any_label(topics: Iterable[str]) -> str:
    """One text for topics of which any one will do."""
    return " or ".join(map(str, topics))


@dataclass(frozen=True, slots=True)
class Participant(Shown):
    """One person of the program, who may offer help, ask for it, or both.

    Attributes:
        id: a unique text; results and messages show it.
        name: shown only in files made for people who may see it.
        email: the address for letters and invitations; no part of the digest, since it decides nothing.
        language: the language for letters, as a tag such as "de" or "pt-BR" (BCP 47); no part of the digest either.
        offers: topics that this person can teach.
        requests: what this person wants to learn; no two requests name the same topic.
        capacity: most mentee seats filled; None is one match, 0 is none.
        groups: most groups led; None is no limit but the capacity.
        min_load: fewest mentee seats that must be filled.
        availability: weekly windows as text, for planning.
        timezone: an IANA name such as "Europe/Berlin".
        site: where in-person meetings can be.
        modes: "virtual", "in_person", or both.
        attributes: anything else that rules may use: texts, numbers, yes/no, or lists of these.
        ranks: whom this person wants as a mentor, best first: ids of mentors or offers; an inner tuple is a tie; None
            is "not stated", () accepts nobody.
        mentee_ranks: whom this person wants as a mentee, in the same form.
        avoids: ids of people whom this person must never meet; it works both ways.

    Example:
        >>> ann = mm.Participant("ann", offers=[mm.Offer("data")], capacity=2, availability="Mon 9-12", timezone="UTC")
        >>> ann.offers[0].topic, ann.capacity
        ('data', 2)
    """

    id: str
    _: KW_ONLY
    name: str = ""
    email: str = ""
    language: str = ""
    offers: Sequence[Offer] = ()
    requests: Sequence[Request] = ()
    capacity: int | None = None
    groups: int | None = None
    min_load: int = 0
    availability: str | Sequence[str] | None = None
    timezone: str | None = None
    site: str = ""
    modes: frozenset[str] = MODES
    attributes: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}), hash=False)
    ranks: Ranks | None = None
    mentee_ranks: Ranks | None = None
    avoids: Sequence[str] = ()

    def __reduce__(self) -> tuple[Any, ...]:
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return partial(Participant, **{**values, "attributes": dict(self.attributes)}), ()

    def tables(self) -> Iterator[Table]:
        """What this person offers and asks for."""
        offered = [(offer.topic or "any", offer.level, offer.seats) for offer in self.offers]
        requests_ = [(request.label or "any", request.level, request.mentors) for request in self.requests]
        if offered:
            yield Table(("topic", "level", "seats"), offered, "Offers", len(offered))
        if requests_:
            yield Table(("topic", "level", "mentors wanted"), requests_, "Requests", len(requests_))

    def __repr__(self) -> str:
        return f"<Participant {self.id!r}: {len(self.offers)} offers, {len(self.requests)} requests>"


@dataclass(frozen=True, slots=True)
class Meeting:
    """A mentor and a mentee who have met before. People who have left the program may be named.

    Example:
        >>> mm.Meeting("ann", "eva", date="2026-11-30").date
        '2026-11-30'
    """

    mentor: str
    mentee: str
    _: KW_ONLY
    topic: str = ""
    date: str | None = None


@dataclass(frozen=True, slots=True)
class Stated:
    """What a cohort is made from: people, {child: parent} of topics, past meetings, {(mentor, mentee): score}."""

    participants: Sequence[Participant]
    topics: Mapping[str, str]
    history: Sequence[Meeting]
    scores: Mapping[tuple[str, str], Any] | None
