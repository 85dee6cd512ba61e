"""Cohorts as JSON files."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field

from mmatch.cohort.cohort import Cohort
from mmatch.cohort.participants import MODES, Meeting, Participant
from mmatch.errors import InputError, Problem, Problems, excerpt
from mmatch.io.documents import Document
from mmatch.io.faults import where
from mmatch.io.files import file_name
from mmatch.io.json_text import load_json, write_json
from mmatch.io.typed import EXACT_IN_JSON, NUMBER, Types, fraction

Count = Annotated[int, Field(ge=0, le=2**31 - 1)]
Plain = bool | NUMBER | str
Score = Annotated[int | float | str, Field(description='A number, or a fraction as text: "1/3".')]
TYPES = Types(
    forms={
        int: Count,  # every whole number among the facts counts something
        Any: Plain | tuple[Plain, ...] | None,  # attributes
        frozenset[str]: frozenset[Literal[tuple(sorted(MODES))]],  # type: ignore[misc]
    }
)
COHORT = Document(
    "mmatch/cohort",
    1,
    {
        "participants": (tuple[Participant, ...], True),
        "topics": (Mapping[str, str], False),
        "history": (tuple[Meeting, ...], False),
        "scores": (tuple[tuple[str, str, Score], ...] | None, False),
    },
    TYPES,
    root="/",
)


def write_cohort(cohort: Cohort, path: str | os.PathLike[str]) -> None:
    """Write a cohort as a JSON file; `read_cohort` gives back an equal one.

    Raises:
        ExportError: the place cannot be written; what stood there is intact.

    Example:
        >>> cohort = mm.datasets.load("shortage").cohort
        >>> mm.write_cohort(cohort, "cohort.json")
        >>> mm.read_cohort("cohort.json") == cohort
        True
    """
    write_json(cohort_to_json(cohort), path)


def cohort_to_json(cohort: Cohort) -> dict[str, Any]:
    """A cohort as plain data; what has its default is left out.

    Raises:
        ExportError: a number of too many digits for JSON.
    """
    scores = cohort.scores
    stated: dict[str, Any] = {"participants": tuple(cohort)}
    stated |= {name: value for name in ("topics", "history") if (value := getattr(cohort, name))}
    if scores is not None:
        stated["scores"] = tuple((*pair, _exact(value)) for pair, value in scores.items())
    data = COHORT.plain(stated, defaults=False)
    for person in data["participants"]:
        for offer in person.get("offers", ()):
            if offer.get("id") == f"{person['id']}/{offer.get('topic', '')}":  # the usual id
                del offer["id"]
    return data


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
    return cohort_from_json(load_json(path), file_name(path))


def cohort_from_json(data: object, name: str = "cohort") -> Cohort:
    """The cohort of plain data; ``name`` stands in messages.

    Raises:
        InputError: not a cohort, or with wrong facts, each with its JSON pointer.
    """
    found = COHORT.read(data, name)
    people, scores = found.pop("participants"), _scores(found.pop("scores", None), name)
    start = f"{name} /participants/"
    try:
        return Cohort.at(people, lambda row, field: f"{start}{row}/{field}", scores=scores, **found)
    except InputError as error:
        raise InputError(_pointed(problem, name) for problem in error.problems) from None


def _pointed(problem: Problem, name: str) -> Problem:
    """Places as JSON pointers: ``offers[0].topic`` becomes ``offers/0/topic``."""
    place = problem.where if problem.where.startswith(f"{name} /") else f"{name} /{problem.where}"
    file, pointer_text = place[: len(name) + 1], place[len(name) + 1 :]
    if re.fullmatch(r"[\w/\[\].]*", pointer_text):
        pointer_text = re.sub(r"[\[.]", "/", pointer_text).replace("]", "")
    return Problem(problem.code, file + pointer_text, problem.message, problem.hint)


def _scores(rows: Sequence[tuple[str, str, Any]] | None, name: str) -> Mapping[tuple[str, str], Any] | None:
    """Scores by pair; numbers that are texts in the file become fractions."""
    if rows is None:
        return None
    problems = Problems()
    made: dict[tuple[str, str], Any] = {}
    for k, (mentor, mentee, value) in enumerate(rows):
        place = where(("scores", k), (name, "/"))
        if (mentor, mentee) in made:
            text = f"the pair ({excerpt(mentor)}, {excerpt(mentee)}) has a score already"
            problems.add("duplicate-pair", place, text)
        try:
            made[mentor, mentee] = fraction(value) if isinstance(value, str) else value
        except InputError as error:
            problems.add("number", place, error.problems[0].message)
    problems.raise_any()
    return made
