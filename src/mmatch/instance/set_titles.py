"""Sets of candidate pairs in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mmatch.candidates.edges import Edges
    from mmatch.constraints import Bounds


def set_title(edges: Edges, family: Bounds, number: int, called: Mapping[str, str] | None = None) -> str:
    """A set of pairs as a coordinator would name it, such as "the places of offer ann/statistics".

    People are named by their ids, unless ``called`` says what to call them.
    """
    found = np.flatnonzero(family.label == number)
    if not len(found):
        return f"an empty set ({family.key} {number})"
    edge = int(found[0])
    cohort = edges.cohort
    request, offer = int(edges.request_rows[edges.request[edge]]), int(edges.offer_rows[edges.offer[edge]])
    mentee = cohort.people.ids[cohort.requests.owner[request]]
    mentor = cohort.people.ids[cohort.offers.owner[offer]]
    if called is not None:
        mentee, mentor = called[mentee], called[mentor]
    topic = cohort.topic_tree.labels[cohort.requests.topic[request]]
    on = f" on {topic}" if topic else ""
    words = {
        "request": f"the request of {mentee}{on}",
        "mentee": f"all requests of {mentee}",
        "offer": f"the places of offer {cohort.offers.ids[offer]}",
        "mentor": f"what {mentor} can take",
        "mentor-slot": f"one match of {mentor} at a time",
        "request-mentor": f"different mentors for {mentee}{on} (such as {mentor})",
        "mentee-mentor": f"one meeting of {mentee} with {mentor}",
        "mentee-offer": f"one place of {mentee} in offer {cohort.offers.ids[offer]}",
        "lock": f"the fixed pair of {mentor} with {mentee}",
    }
    if family.key not in words:
        return f"{family.rule or family.key} (such as {mentor} with {mentee})"
    return words[family.key] + (f" ({family.rule})" if family.rule and family.key != "lock" else "")
