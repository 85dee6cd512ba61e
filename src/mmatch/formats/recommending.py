"""Which format a request calls for: by the words of formats, by the topic tree, or honestly not known."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from mmatch.cohort import Cohort, Request
from mmatch.errors import expect
from mmatch.formats._base import Format
from mmatch.formats._json import FORMATS, format_of


@dataclass(frozen=True, slots=True)
class Recommendation:
    """A format for a request, and why; ``format`` is None where nothing says which one suits."""

    format: str | None
    reason: str


def recommend_format(
    request: Request, topics: Mapping[str, str] | None = None, formats: Sequence[Format] = ()
) -> Recommendation:
    """Which format a need calls for, with the reason; where nothing tells, it says so and names none.

    The words of a program's own formats come first, then those of the formats that ship, then the topic tree: a topic
    with others below it is broad, one without is narrow. Words that point to different formats point to none. Where
    any one of several topics will do, it is the longest format that one of them needs.

    Args:
        request: the wish; a format that it states itself is kept.
        topics: the topic tree {child: parent}.
        formats: a program's own, of which ``words`` counts here; those of a format that ships are added to its words.

    Raises:
        InputError: what is given is no request, or no formats.

    Example:
        >>> mm.formats.recommend_format(mm.Request("lesson planning")).format
        'three_session_product'
    """
    expect(request, Request, "request")
    for form in formats:
        expect(form, Format, "formats")
    if request.format is not None:
        return Recommendation(request.format, "the request asks for it")
    found = [_recommended(topic, topics or {}, formats) for topic in request.topics]
    own = {form.name: form for form in formats}
    sizes = [0 if advice.format is None else len(format_of(advice.format, own).sessions) for advice in found]
    return found[sizes.index(max(sizes) if min(sizes) else 0)]


@dataclass(frozen=True, slots=True)
class Need:
    """Requests on one topic that state the same format, or none: how many, and which format the topic calls for."""

    topic: str
    stated: str | None
    requests: int
    advice: Recommendation


def format_needs(cohort: Cohort, formats: Sequence[Format] = ()) -> list[Need]:
    """Which format every topic calls for that is asked for, whatever its requests state; the most frequent first."""
    frequencies = Counter((request.topic, request.label, request.format) for p in cohort for request in p.requests)
    found = [
        Need(label, stated, n, _advice(Request(topic), cohort, formats))
        for (topic, label, stated), n in frequencies.items()
    ]
    return sorted(found, key=lambda need: (-need.requests, need.topic, need.stated or ""))


def with_recommended_formats(cohort: Cohort, formats: Sequence[Format] = ()) -> Cohort:
    """The cohort in which each request that states no format has the one that is recommended, where one is."""

    def with_format(request: Request) -> Request:
        return replace(request, format=_advice(request, cohort, formats).format)

    people = [replace(person, requests=tuple(map(with_format, person.requests))) for person in cohort]
    return Cohort(people, topics=cohort.topics, history=cohort.history, scores=cohort.scores)


def _advice(request: Request, cohort: Cohort, formats: Sequence[Format]) -> Recommendation:
    """The recommendation for a request among others: who names no topic takes any, which is no need of its own."""
    if request.format is None and not any(request.topics):
        return Recommendation(None, "no topic is named: it may be about anything")
    return recommend_format(request, cohort.topics, formats)


def _recommended(topic: str, topics: Mapping[str, str], formats: Sequence[Format]) -> Recommendation:
    if not topic:
        return Recommendation("three_session", "no topic is named: finding out what it is takes a session of its own")
    for known in (tuple(formats), tuple(map(format_of, FORMATS))):
        found = _by_words(topic, known)
        if found is not None:
            return found
    below = sorted(child for child, parent in topics.items() if parent == topic)
    if below:
        return Recommendation("three_session", f"{topic} is broad: it includes {_listed(below)}")
    if topic in topics:
        return Recommendation("single", f"{topic} is a narrow part of {topics[topic]}: one session can answer it")
    return Recommendation(None, f"nothing is known of {topic}: say in the request which format it needs")


@lru_cache(maxsize=1024)
def _by_words(topic: str, formats: tuple[Format, ...]) -> Recommendation | None:
    """What the words of some formats say about a topic: the format of the longest ones, where they agree."""
    text = _plain(topic)
    every = [
        (found.end() - found.start(), found, form)
        for form in formats
        for pattern in _patterns(form.words)
        for found in pattern.finditer(text)
    ]
    spans = [
        (size, found[0].strip(), form)
        for size, found, form in every
        if not any(
            larger > size and other.start() <= found.start() and found.end() <= other.end()
            for larger, other, _ in every
        )
    ]
    names = list(dict.fromkeys(form.name for *_, form in spans))
    if len(names) > 1:
        several = f"{topic} points to several formats ({_listed(names)}): say in the request which one it needs"
        return Recommendation(None, several)
    if not names:
        return None
    _, words, form = max(spans, key=lambda span: span[0])
    suits = f", good for {form.good_for}" if form.good_for else ""
    return Recommendation(form.name, f'"{words}" calls for {form.label.lower()}{suits}')


@lru_cache(maxsize=256)
def _patterns(words: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    """Words of a format as they stand in a plain text; words without a letter are nowhere."""
    return tuple(re.compile(_expression(item)) for item in words if re.search(r"\w", item))


def _expression(words: str) -> str:
    parts = [
        r"(?:\w+ ){0,2}" if word == "*" else re.escape(word.rstrip("*")) + r"\w*" * word.endswith("*") + " "
        for word in _plain(words, keep="*").split()
    ]
    return rf"\A {''.join(parts)}\Z" if words.lstrip().startswith("=") else rf"(?<= ){''.join(parts)}"


def _plain(text: str, keep: str = "") -> str:
    """A text as words in small letters, without accents and signs, with a space around each."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    found = re.findall(rf"[\w{keep}]+", re.sub("['\u2019_]", "", bare))
    return f" {' '.join(found)} "


def _listed(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
