"""Cohorts from tables of scores or of features, column by column: no person is built on the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np

from mmatch.arrays import NONE, Ints, frozen_ints, sealed
from mmatch.cohort.columns import Offers, People, Requests, Scores, Topics
from mmatch.cohort.participants import Offer, Participant, Request
from mmatch.errors import InputError, LimitError, Problem, Problems, excerpt
from mmatch.exact import LARGEST_COUNT, count_fault
from mmatch.text import clean_ids

MOST_CELLS = 50_000_000
FEATURES = "features"  # the attribute that holds them
Columns = tuple[People, Offers, Requests, Topics, Scores]
Cells = tuple[Ints, Ints, Any, tuple[int, int]]  # rows, columns, values, shape
NO_CELLS: Cells = (np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0), (0, 0))


def columns_from_scores(
    scores: Any, limits: Mapping[str, Any], mentees: Sequence[str] | None, mentors: Sequence[str] | None
) -> Columns:
    """People, offers, requests, topics and scores of a table; mentees come first, then mentors.

    Raises:
        InputError: infinite scores, wrong shapes, bad counts or ids.
        LimitError: a dense table above 50 million cells.
    """
    problems = Problems()
    row, column, values, (n, m) = _cells(scores, problems)
    problems.raise_any()
    people, offers, requests = _two_sides((n, m), limits, (mentees, mentors), problems)
    column += n
    table = Scores(sealed(row), sealed(column), sealed(values))
    return people, offers, requests, Topics(("",), frozen_ints([NONE])), table


def columns_from_features(
    features: tuple[Any, Any],
    limits: Mapping[str, Any],
    mentees: Sequence[str] | None,
    mentors: Sequence[str] | None,
) -> tuple[People, Offers, Requests, Topics, None]:
    """People, offers, requests and topics of two tables of features, those of mentees and of mentors.

    Raises:
        InputError: tables of other forms, bad counts or ids, somebody on both sides.
    """
    problems = Problems()
    tables = [np.asarray(table) for table in features]
    for table, side in zip(tables, ("mentees", "mentors"), strict=True):
        if table.ndim != 2 or table.dtype.kind not in "iu" or table.shape[1:] != tables[0].shape[1:]:
            found = f"found {table.dtype} of shape {table.shape}"
            expected = "expected whole numbers, a row each, as many columns on both sides"
            problems.add("shape", side, f"{found}, {expected}", "multiply other numbers and round them: np.rint")
    problems.raise_any()
    people, offers, requests = _two_sides((len(tables[0]), len(tables[1])), limits, (mentees, mentors), problems)
    if len(people.index) < len(people.ids):
        raise InputError(Problem("duplicate-id", "mentees", "somebody is on both sides", "build a Cohort of people"))
    rows = [row for table in tables for row in table.tolist()]
    attributes = tuple(MappingProxyType({FEATURES: tuple(row)}) for row in rows)
    return replace(people, attributes=attributes), offers, requests, Topics(("",), frozen_ints([NONE])), None


def _two_sides(
    shape: tuple[int, int], limits: Mapping[str, Any], given: tuple[Any, Any], problems: Problems
) -> tuple[People, Offers, Requests]:
    """People with a request each, then people with an offer each."""
    n, m = shape
    names = _ids(given[0], n, "mentee", problems), _ids(given[1], m, "mentor", problems)
    for role, own in zip(("mentees", "mentors"), names, strict=True):  # nobody twice in one role
        if len(set(own)) < len(own):
            twice = [name for name, times in Counter(own).items() if times > 1 and name]
            problems.add("duplicate-id", role, f"the ids are not all different: {', '.join(map(excerpt, twice[:20]))}")
    ids = names[0] + names[1]
    capacity, least = (_counts(limits[key], m, key, problems) for key in ("capacity", "min_load"))
    demand = _counts(limits["demand"], n, "demand", problems)
    for k in np.flatnonzero(least > capacity) if len(problems) == 0 else ():
        text = f"min_load {least[k]} is above the capacity {capacity[k]}"
        problems.add("contradiction", f"min_load[{k}]", text)
    problems.raise_any()
    people = People(
        ids=tuple(ids),
        capacity=frozen_ints(np.concatenate([np.full(n, NONE), capacity])),
        groups=frozen_ints(np.full(n + m, NONE)),
        min_load=frozen_ints(np.concatenate([np.zeros(n), least])),
    )
    offers = Offers.on_any_topic(np.arange(n, n + m), [f"{name}/" for name in ids[n:]])
    return people, offers, Requests.on_any_topic(demand)


def both_roles(columns: Columns) -> tuple[list[Participant], dict[tuple[str, str], Any]]:
    """(people, scores) of a table in which somebody is mentee and mentor: one participant, never with themselves."""
    people, offers, requests, _, table = columns
    ids = people.ids
    asks = {ids[row]: int(wanted) for row, wanted in zip(requests.owner.tolist(), requests.mentors, strict=True)}
    gives = {ids[row]: row for row in offers.owner.tolist()}
    persons = [
        Participant(
            name,
            offers=(Offer(""),) if name in gives else (),
            requests=(Request("", mentors=asks[name]),) if name in asks else (),
            capacity=int(people.capacity[gives[name]]) if name in gives else None,
            min_load=int(people.min_load[gives[name]]) if name in gives else 0,
        )
        for name in dict.fromkeys(ids)
    ]
    cells = zip(table.mentor.tolist(), table.mentee.tolist(), table.values.tolist(), strict=True)
    return persons, {(ids[a], ids[b]): value for a, b, value in cells if ids[a] != ids[b]}


def _cells(scores: Any, problems: Problems) -> Cells:
    """Allowed cells by row, then column: (rows, columns, values, shape)."""
    if hasattr(scores, "tocsr"):
        return _sparse_cells(scores, problems)
    if hasattr(scores, "shape") and len(scores.shape) == 2 and scores.shape[0] * scores.shape[1] > MOST_CELLS:
        cells = scores.shape[0] * scores.shape[1]
        text = f"{cells:,} cells, limit {MOST_CELLS:,}"
        raise LimitError(Problem("too-large", "scores", text, "pass a SciPy sparse array of the allowed pairs"))
    if np.ma.isMaskedArray(scores):
        scores = np.ma.filled(scores.astype(np.float64), np.nan)
    try:
        table = np.asarray(scores)
    except ValueError:
        table = np.empty(0, dtype=object)
    if table.ndim != 2 or table.dtype.kind not in "iuf":
        found = f"{table.ndim} dimensions of {table.dtype}"
        problems.add("shape", "scores", f"found {found}, expected a table of numbers, (n_mentees, n_mentors)")
        return NO_CELLS
    values = _exact_values(table, problems)
    allowed = ~np.isnan(values) if values.dtype.kind == "f" else np.ones(values.shape, dtype=bool)
    row, column = np.nonzero(allowed)
    _no_infinity(values[allowed], row, column, problems)
    return row, column, values[allowed], (table.shape[0], table.shape[1])


def _exact_values(values: Any, problems: Problems) -> Any:
    """A copy of the values as int64 or float64, both exact, without -0.0."""
    if values.dtype.kind == "f" and values.dtype.itemsize > 8:
        problems.add("number", "scores", f"found {values.dtype}, expected float64 or whole numbers")
    if values.dtype.kind == "u" and values.max(initial=0) > np.iinfo(np.int64).max:
        problems.add("number", "scores", "whole numbers above 2^63")
    if values.dtype.kind == "f":
        return np.add(values, 0.0, dtype=np.float64)
    return values.astype(np.int64)


def _sparse_cells(scores: Any, problems: Problems) -> Cells:
    if len(scores.shape) != 2:
        problems.add("shape", "scores", f"found {len(scores.shape)} dimensions, expected (n_mentees, n_mentors)")
        return NO_CELLS
    n, m = scores.shape
    if scores.dtype.kind not in "iuf":
        problems.add("shape", "scores", f"found a sparse array of {scores.dtype}, expected numbers")
        return NO_CELLS
    if scores.format == "coo" and len(np.unique(scores.row.astype(np.int64) * m + scores.col)) < len(scores.row):
        problems.add("duplicate-pair", "scores", "a pair is given twice, expected one score a pair")
    table = scores.tocsr()
    if not table.has_sorted_indices or not table.has_canonical_format:
        table = table.copy() if table is scores else table
        table.sort_indices()
        if not table.has_canonical_format:
            problems.add("duplicate-pair", "scores", "a pair is given twice, expected one score a pair")
    if len(table.indices) and (int(table.indices.min()) < 0 or int(table.indices.max()) >= m):
        problems.add("shape", "scores", "the sparse array names columns that it does not have")
        return NO_CELLS
    row = np.repeat(np.arange(n, dtype=np.int64), np.diff(table.indptr))
    column, values = table.indices.astype(np.int64), _exact_values(table.data, problems)
    if values.dtype.kind == "f" and np.isnan(values).any():
        allowed = ~np.isnan(values)
        row, column, values = row[allowed], column[allowed], values[allowed]
    _no_infinity(values, row, column, problems)
    return row, column, values, (n, m)


def _no_infinity(values: Any, row: Ints, column: Ints, problems: Problems) -> None:
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        for k in np.flatnonzero(~np.isfinite(values))[:100]:
            text = f"found {values[k]}, expected a finite number"
            problems.add("number", f"scores[{row[k]}, {column[k]}]", text, "NaN means not allowed")


def _ids(given: Sequence[str] | None, n: int, role: str, problems: Problems) -> list[str]:
    if given is None:
        return [f"{role}-{k}" for k in range(n)]
    if isinstance(given, str) or not isinstance(given, Iterable):
        problems.add("type", f"{role}s", f"found {excerpt(given)}, expected a list of ids")
        return [f"{role}-{k}" for k in range(n)]
    names = list(given)
    if len(names) != n:
        problems.add("shape", f"{role}s", f"found {len(names)} ids, expected {n}")
    return clean_ids(names, lambda k: f"{role}s[{k}]", problems)


def _counts(given: Any, n: int, name: str, problems: Problems) -> Ints:
    """One count for all, or one each."""
    single = not isinstance(given, list | tuple | np.ndarray) or (isinstance(given, np.ndarray) and given.ndim == 0)
    values = [given] if single else list(given)
    if isinstance(given, np.ndarray) and given.dtype.kind == "i" and given.ndim == 1 and len(given) == n:
        if not n or (given.min() >= 0 and given.max() <= LARGEST_COUNT):
            return given.astype(np.int64)
    elif not single and len(values) != n:
        problems.add("shape", name, f"found {len(values)} numbers, expected one, or {n}")
        return np.zeros(n, dtype=np.int64)
    faults = [(k, count_fault(v, name, optional=False)) for k, v in enumerate(values)]
    for k, fault in faults:
        if fault:
            problems.add("count", name if single else f"{name}[{k}]", fault)
    if any(fault for _, fault in faults):
        return np.zeros(n, dtype=np.int64)
    return np.full(n, values[0], dtype=np.int64) if single else np.array(values, dtype=np.int64)
