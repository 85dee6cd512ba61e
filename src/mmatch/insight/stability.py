"""Who would leave a matching together: blocking pairs of any matching of any solver."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mmatch.blocking import KINDS
from mmatch.errors import InputError, Problem, excerpt
from mmatch.matching import BlockingPair, Matching
from mmatch.pairs.edges import candidates
from mmatch.program import check_question
from mmatch.proof.blocked import blocking_edges

if TYPE_CHECKING:
    from mmatch.people import Cohort
    from mmatch.program import Program


def blocking_pairs(cohort: Cohort, program: Program, matching: Matching, kind: str = "weak") -> list[BlockingPair]:
    """Mentors and mentees who would rather be with each other than keep what the matching gives them.

    A pair blocks where facts and pair rules allow it, the two are not together on that offer already, and

    - the mentee has an empty seat, or prefers the offer to the seat that it would give up: the one with the same
      mentor, else the worst one of the request;
    - offer and mentor both have room; or the offer has room, the mentor has none, and the mentee is with the mentor
      already or preferred to the mentor's least wanted mentee; or the offer has no room, and the mentee is preferred
      to the least wanted one on it.

    Ties: "weak" asks that both gain (moving to another offer of the same mentor, the mentor need not); "strong" that
    one gains and the other does not lose; "super" that neither loses; "envy" that the mentee gains and the mentor has
    in their place somebody whom they like less (empty seats do not count). Who states no ranks is indifferent among all
    acceptable people. Each request stands for itself (pairwise stability); nobody is thought to give up two seats for
    one. Least loads and rules about whole matchings (`Lock`, `Everyone`, `NoRepeat(within=True)`) are not looked at.
    Where groups have a least size, only open groups count: nobody opens one alone.

    Sources: Abraham, Irving, Manlove 2007, "Two algorithms for the student-project allocation problem"; Olaosebikan,
    Manlove 2020, "An algorithm for strong stability in the student-project allocation problem with ties", and 2022,
    "Super-stability in the student-project allocation problem with ties".

    Args:
        cohort: the facts.
        program: the policy; its pair rules and group sizes count.
        matching: any matching; it is not judged.
        kind: "weak", "strong", "super" or "envy".

    Returns:
        Each pair once, by mentor, mentee, topic; the topic is the offer's.

    Raises:
        InputError: another kind, no matching, a matching with people or offers that the cohort does not have.
    """
    check_question(cohort, program)
    check_matching(matching)
    if kind not in KINDS:
        text = f"found {excerpt(kind)}, expected one of {', '.join(KINDS)}"
        raise InputError(Problem("argument", "kind", text))
    program.resolve(cohort).check(cohort)
    edges = candidates(cohort, program.rules)
    found = np.flatnonzero(blocking_edges(edges, program, matching, kind))
    ids, names = cohort.people.ids, cohort.topic_tree.names
    columns = (edges.pairs.mentor[found], edges.pairs.mentee[found], edges.pairs.offer.topic[found])
    rows = {(ids[m], ids[e], names[t]) for m, e, t in zip(*(column.tolist() for column in columns), strict=True)}
    return [BlockingPair(*row) for row in sorted(rows)]


def check_matching(matching: object) -> None:
    """Raise an InputError where this is no matching."""
    if not isinstance(matching, Matching):
        text = f"found {type(matching).__name__} {excerpt(matching)}, expected a Matching, such as result.matching"
        raise InputError(Problem("type", "matching", text))
