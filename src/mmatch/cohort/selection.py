"""A cohort without some people and with other capacities, column by column: nobody else is looked at again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from mmatch.arrays import NONE, frozen_floats, frozen_ints
from mmatch.cohort.columns import Meetings, Scores
from mmatch.cohort.participants import MODES

if TYPE_CHECKING:
    from mmatch.arrays import Bools
    from mmatch.cohort.columns import Columns


def selected(cohort: Columns, keep: Bools, capacity: Mapping[int, int]) -> tuple[Any, ...] | None:
    """The columns of those who stay, with the capacities of some rows (and then no number of groups).

    None where columns alone do not tell: where somebody's lists name people, or where those who go were the only ones
    to name a topic.
    """
    people, offers, requests, tree = cohort.people, cohort.offers, cohort.requests, cohort.topic_tree
    if people.ranks is not None or people.mentee_ranks is not None or people.avoids is not None or tree.choices:
        return None
    kept_offers, kept_requests = keep[offers.owner], keep[requests.owner]
    named = np.zeros(len(tree.names), dtype=bool)
    named[offers.topic[kept_offers]] = named[requests.topic[kept_requests]] = True
    named[tree.parent != NONE] = named[tree.parent[tree.parent != NONE]] = True
    if not named.all():
        return None
    room, groups = people.capacity.copy(), people.groups.copy()
    for row, n in capacity.items():
        room[row], groups[row] = n, NONE
    renumbered = np.cumsum(keep) - 1
    gone = {people.ids[row] for row in np.flatnonzero(~keep).tolist()}
    stay = np.flatnonzero(keep).tolist()
    staying = replace(people, capacity=room, groups=groups)
    if (room[(room != NONE) & keep] < people.min_load[(room != NONE) & keep]).any():
        return None  # made anew, the cohort says what is wrong with that
    columns = {item.name: _rows(getattr(staying, item.name), keep, stay) for item in fields(people)}
    for name, column in columns.items():  # a column in which nobody states anything is none
        if isinstance(column, tuple) and name != "ids" and all(not value or value == MODES for value in column):
            columns[name] = None
    met = cohort.meetings
    known = [k for k, pair in enumerate(zip(met.mentor, met.mentee, strict=True)) if gone.isdisjoint(pair)]
    meetings = Meetings(*(tuple(getattr(met, item.name)[k] for k in known) for item in fields(met)))
    table = cohort.score_table
    if table is not None:
        both = keep[table.mentee] & keep[table.mentor]
        mentee, mentor = (frozen_ints(renumbered[side[both]]) for side in (table.mentee, table.mentor))
        table = Scores(mentee, mentor, table.values[both])
    return (
        type(people)(**columns),
        _owned(offers, kept_offers, renumbered),
        _owned(requests, kept_requests, renumbered),
        tree,
        meetings,
        table,
    )


def _owned(table: Any, keep: Bools, renumbered: Any) -> Any:
    """Offers or requests of those who stay."""
    stay = np.flatnonzero(keep).tolist()
    columns = {item.name: _rows(getattr(table, item.name), keep, stay) for item in fields(table)}
    if not any(columns.get("formats") or (None,)):
        columns.pop("formats", None)
    return type(table)(**{**columns, "owner": frozen_ints(renumbered[table.owner[keep]])})


def _rows(column: Any, keep: Bools, stay: list[int]) -> Any:
    """Some rows of a column."""
    if column is None:
        return None
    if isinstance(column, np.ndarray):
        return frozen_floats(column[keep]) if column.dtype.kind == "f" else frozen_ints(column[keep])
    return tuple(column[k] for k in stay)
