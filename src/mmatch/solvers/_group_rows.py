"""Groups as integer rows: a variable per place and one per group that counts how often it opens."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mmatch.arrays import sets_of
from mmatch.constraints import FAR, FREE

if TYPE_CHECKING:
    from mmatch.arrays import Ints
    from mmatch.constraints import GroupRows, Groups
    from mmatch.solvers._integer_program import Model


def add_groups(model: Model, groups: Groups) -> None:
    """Variables for places and groups; sizes, leaders and all other rows over them."""
    model.groups = groups
    model.places = _placed(model, groups)
    model.opened = model.add(np.zeros(len(groups), dtype=np.int64), groups.copies)
    for number, places in sets_of(groups.group, len(groups)):
        columns = np.append(model.places[places], model.opened[number])
        ones = np.ones(len(places), dtype=np.int64)
        model.row(columns, np.append(ones, -groups.least[number]), 0, FAR)
        model.row(columns, np.append(ones, -groups.most[number]), -FAR, 0)
    for leader, led in sets_of(groups.leader, len(groups.led)):
        if groups.copies[led].sum() > groups.led[leader]:
            model.row(model.opened[led], np.ones(len(led), dtype=np.int64), 0, int(groups.led[leader]))
    for rows in groups.rows:
        _add_rows(model, rows)


def _placed(model: Model, groups: Groups) -> Ints:
    """The variable of each place: the edge's own where it has but one, else a new one; an edge is all its places."""
    n = model.n_edges
    often = np.bincount(groups.edge, minlength=n)
    for edge in np.flatnonzero(often == 0).tolist():
        model.row(np.array([edge]), np.ones(1, dtype=np.int64), 0, 0)
    if (often <= 1).all():
        return groups.edge
    size = len(groups.edge)
    places = model.add(np.zeros(size, dtype=np.int64), np.ones(size, dtype=np.int64))
    for edge, own in sets_of(groups.edge, n):
        if len(own):
            model.row(np.append(places[own], edge), np.append(np.ones(len(own), np.int64), -1), 0, 0)
    return places


def _add_rows(model: Model, rows: GroupRows) -> None:
    n = len(rows.lower)
    (row_p, place, weight_p), (row_g, group, weight_g) = rows.places, rows.groups
    if model.places is None or model.opened is None:
        return
    columns = np.concatenate([model.places[place], model.opened[group]])
    row, weight = np.concatenate([row_p, row_g]), np.concatenate([weight_p, weight_g])
    for number, entries in sets_of(row, n):
        lower, upper = int(rows.lower[number]), int(rows.upper[number])
        model.row(columns[entries], weight[entries], -FAR if lower <= -FREE else lower, FAR if upper >= FREE else upper)
