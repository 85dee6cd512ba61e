"""A matching as a choice of candidate edges."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mmatch.candidates import seat_rows

if TYPE_CHECKING:
    from mmatch.arrays import Bools
    from mmatch.candidates.edges import Edges
    from mmatch.matching import Matching


def chosen_edges(edges: Edges, matching: Matching) -> Bools | None:
    """The candidate edges that a matching uses; None where one is no candidate or is used twice."""
    rows = seat_rows(edges.cohort, matching)
    local = []
    for row, order in zip(rows, edges.cohort.canonical_rows, strict=True):
        inverse = np.empty(len(order), dtype=np.int64)
        inverse[order] = np.arange(len(order))
        local.append(inverse[row])
    width = len(edges.offer_rows) + 1
    keys, wanted = edges.request * width + edges.offer, local[0] * width + local[1]
    slots, slot = edges.slots, edges.slot
    if slots is not None and slot is not None:
        place = {name: k for k, name in enumerate(slots.names)}
        times = [place.get(name, -1) for name in matching.seats.slot]
        if len(times) != len(wanted) or -1 in times:
            return None if len(wanted) else np.zeros(len(keys), dtype=bool)
        keys, wanted = keys * len(place) + slot, wanted * len(place) + np.array(times, dtype=np.int64)
    chosen = np.zeros(len(keys), dtype=bool)
    if len(wanted) == 0:
        return chosen
    if len(keys) == 0:
        return None
    found = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    if (keys[found] != wanted).any() or len(np.unique(found)) < len(found):
        return None
    chosen[found] = True
    return chosen
