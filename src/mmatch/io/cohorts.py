"""Cohorts as JSON: what was written reads back as an equal cohort."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from mmatch.cohort.cohort import Cohort
from mmatch.cohort.participants import MODES, Meeting, Offer, Participant, Request
from mmatch.errors import InputError, Problem, Problems, excerpt
from mmatch.io.files import atomic_write, file_name
from mmatch.io.json_text import dump_json, load_json, parse_json, pointer

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

    from mmatch.io.models import JsonCohort, JsonParticipant

SCHEMA = "mmatch/cohort"
VERSION = 1
EXACT_IN_JSON = 2**53  # whole numbers above it are changed by many readers of JSON
_FACTS = (
    "name",
    "capacity",
    "groups",
    "min_load",
    "availability",
    "timezone",
    "site",
    "ranks",
    "mentee_ranks",
    "avoids",
)
_FRACTION = re.compile(r"-?[0-9]{1,1000}(?:/[0-9]{1,1000})?", re.ASCII)


def write_cohort(cohort: Cohort, path: str | os.PathLike[str]) -> None:
    """Write a cohort as a JSON file; `read_cohort` gives back an equal one.

    Raises:
        ExportError: the place cannot be written; what stood there is intact.
    """
    atomic_write(path, cohort_to_json(cohort))


def cohort_to_json(cohort: Cohort) -> str:
    """A cohort as JSON text, one person a line.

    Raises:
        ExportError: a number of too many digits for JSON.
    """
    parts: dict[str, Any] = {"schema": SCHEMA, "version": VERSION}
    parts["participants"] = [_participant(person) for person in cohort]
    if cohort.topics:
        parts["topics"] = dict(cohort.topics)
    if cohort.history:
        parts["history"] = [_stated(m, ("mentor", "mentee", "topic", "date"), Meeting("", "")) for m in cohort.history]
    if cohort.scores is not None:
        parts["scores"] = [[*pair, _exact(value)] for pair, value in cohort.scores.items()]
    return dump_json(parts)


def _participant(person: Participant) -> dict[str, Any]:
    blank = Participant(person.id)
    facts = (
        "name",
        "capacity",
        "groups",
        "min_load",
        "availability",
        "timezone",
        "site",
        "ranks",
        "mentee_ranks",
        "avoids",
    )
    made: dict[str, Any] = {"id": person.id} | _stated(person, facts, blank)
    if person.offers:
        made["offers"] = [_offer(person.id, offer) for offer in person.offers]
    if person.requests:
        fields = ("topic", "level", "priority", "mentors", "format")
        made["requests"] = [_stated(request, fields, Request()) for request in person.requests]
    if person.modes != MODES:
        made["modes"] = sorted(person.modes)
    if person.attributes:
        made["attributes"] = dict(person.attributes)
    return made


def _offer(owner: str, offer: Offer) -> dict[str, Any]:
    made = _stated(offer, ("topic", "level", "seats", "group"), Offer())
    return made if offer.id == f"{owner}/{offer.topic}" else made | {"id": offer.id}


def _stated(item: object, fields: tuple[str, ...], blank: object) -> dict[str, Any]:
    """The fields that differ from the default."""
    pairs = ((field, getattr(item, field)) for field in fields)
    return {field: value for field, value in pairs if value != getattr(blank, field)}


def _exact(value: Any) -> int | float | str:
    """A score as JSON holds it exactly: fractions and large whole numbers as text."""
    if isinstance(value, float | np.floating):
        return float(value)
    return str(value) if isinstance(value, Fraction) or abs(value) > EXACT_IN_JSON else int(value)


def load_cohort(path: str | os.PathLike[str]) -> Cohort:
    """The cohort of a JSON file.

    Raises:
        InputError: not JSON, not a cohort, or with wrong facts, each with its JSON pointer.
        LimitError: too large or too deep.
    """
    return _cohort(load_json(path), file_name(path))


def cohort_from_json(text: str, name: str = "cohort") -> Cohort:
    """The cohort of a JSON text; ``name`` stands in messages.

    Raises:
        InputError: not JSON, not a cohort, or with wrong facts, each with its JSON pointer.
    """
    return _cohort(parse_json(text, name), name)


def _cohort(value: object, name: str) -> Cohort:
    from mmatch.io.models import JsonCohort
    from mmatch.io.validating import checked_header, validated

    model = validated(JsonCohort, checked_header(value, name, SCHEMA, VERSION), name)
    people = [_from_model(person) for person in model.participants]
    history = [Meeting(m.mentor, m.mentee, topic=m.topic, date=m.date) for m in model.history]
    scores = _scores(model, name)
    where = f"{name} /participants/"
    try:
        return Cohort.at(
            people, lambda row, field: f"{where}{row}/{field}", topics=model.topics, history=history, scores=scores
        )
    except InputError as error:
        raise InputError(_pointed(problem, name) for problem in error.problems) from None


def _pointed(problem: Problem, name: str) -> Problem:
    """Places as JSON pointers: ``offers[0].topic`` becomes ``offers/0/topic``."""
    place = problem.where if problem.where.startswith(f"{name} /") else f"{name} /{problem.where}"
    file, pointer_text = place[: len(name) + 1], place[len(name) + 1 :]
    if re.fullmatch(r"[\w/\[\].]*", pointer_text):
        pointer_text = re.sub(r"[\[.]", "/", pointer_text).replace("]", "")
    return Problem(problem.code, file + pointer_text, problem.message, problem.hint)


def _from_model(person: JsonParticipant) -> Participant:
    offers = (Offer(o.topic, level=o.level, seats=o.seats, group=_pair(o.group), id=o.id) for o in person.offers)
    requests = (
        Request(r.topic, level=r.level, priority=r.priority, mentors=r.mentors, format=r.format)
        for r in person.requests
    )
    return Participant(
        person.id,
        name=person.name,
        offers=tuple(offers),
        requests=tuple(requests),
        capacity=person.capacity,
        groups=person.groups,
        min_load=person.min_load,
        availability=tuple(person.availability) if isinstance(person.availability, list) else person.availability,
        timezone=person.timezone,
        site=person.site,
        modes=frozenset(person.modes),
        attributes=person.attributes,
        ranks=_ranks(person.ranks),
        mentee_ranks=_ranks(person.mentee_ranks),
        avoids=tuple(person.avoids),
    )


def _pair(group: list[int] | None) -> tuple[int, int] | None:
    return None if group is None else (group[0], group[1])


def _ranks(ranks: list[str | list[str]] | None) -> tuple[str | tuple[str, ...], ...] | None:
    return None if ranks is None else tuple(tuple(entry) if isinstance(entry, list) else entry for entry in ranks)


def _scores(model: JsonCohort, name: str) -> Mapping[tuple[str, str], Any] | None:
    if model.scores is None:
        return None
    problems = Problems()
    made: dict[tuple[str, str], Any] = {}
    for k, (mentor, mentee, value) in enumerate(model.scores):
        where = f"{name} {pointer(('scores', k))}"
        if (mentor, mentee) in made:
            problems.add(
                "duplicate-pair", where, f"the pair ({excerpt(mentor)}, {excerpt(mentee)}) has a score already"
            )
        made[mentor, mentee] = _number(value, where, problems)
    problems.raise_any()
    return made


def _number(value: float | str, where: str, problems: Problems) -> Any:
    if not isinstance(value, str):
        return value
    if not _FRACTION.fullmatch(value) or re.search(r"/0+$", value):
        problems.add("number", where, f"found {excerpt(value)}, expected a number, or a fraction as text such as 1/3")
        return 0
    return Fraction(value)


def cohort_schema() -> dict[str, Any]:
    """The JSON Schema of a cohort (draft 2020-12), as published in ``schemas/cohort.schema.json``."""
    from mmatch.io.models import JsonCohort

    schema = JsonCohort.model_json_schema(by_alias=True)
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "mmatch cohort, version 1"}
    return head | {key: value for key, value in schema.items() if key != "title"}


def schema_text(schema: Mapping[str, Any]) -> str:
    """A JSON Schema as it is published: indented, keys in order."""
    import json

    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
