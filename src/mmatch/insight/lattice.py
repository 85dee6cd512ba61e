"""All stable matchings of a small cohort, to look at and to choose from."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from mmatch.arrays import NONE
from mmatch.errors import InputError, LimitError, Problem, UnsupportedError
from mmatch.exact import count_fault
from mmatch.instance import Answer, compile_instance
from mmatch.instance.decoding import decode
from mmatch.instance.market import market_of, obstacle
from mmatch.matching import Status
from mmatch.mechanisms.rotations import stable_seats
from mmatch.program import Program, check_question

if TYPE_CHECKING:
    from mmatch.matching import Matching
    from mmatch.people import Cohort


def stable_matchings(cohort: Cohort, program: Program | None = None, *, most: int = 1000) -> list[Matching]:
    """Every stable matching of strict lists, the mentees' best first, so that people can choose among them.

    All of them match the same mentees and fill as many seats of each mentor; they differ in who is with whom. To
    optimise an aim over them without listing them: `solve` with these aims and ``solver="stable"``.

    Sources: Irving, Leather, The complexity of counting stable marriages (1986); Cheng, McDermid, Suzuki (2008);
    where offers share a mentor's seats Ayegba, Olaosebikan, The meta-rotation poset for student-project allocation
    (2025).

    Args:
        cohort: the facts.
        program: the policy; its pair rules count.
        most: how many to list.

    Raises:
        InputError: lists with ties: break them first, or ask for `blocking_pairs` of a candidate.
        LimitError: there are more.
        UnsupportedError: requests for several mentors, least loads, groups.
    """
    program = Program() if program is None else program
    check_question(cohort, program)
    fault = count_fault(most, "most", least=1, optional=False)
    if fault:
        raise InputError(Problem("count", "most", fault))
    resolved = program.resolve(cohort, "stable")
    instance = compile_instance(cohort, resolved)
    told = obstacle(instance)
    if told:
        raise UnsupportedError(f"stable_matchings cannot keep {told}")
    market = market_of(instance)
    if market.tied:
        text = "somebody is indifferent between two people, and rotations need strict lists"
        raise InputError(Problem("ties", "cohort", text, "state strict lists"))
    found = list(islice(stable_seats(market), most + 1))
    if len(found) > most:
        raise LimitError(Problem("too-large", "most", f"there are more than {most:,} stable matchings"))
    matchings = []
    for seats in found:
        chosen = np.zeros(len(instance.request), dtype=bool)
        chosen[market.edge[[pair for pair in seats if pair != NONE]]] = True
        matchings.append(decode(cohort, resolved, instance, Answer(Status.OPTIMAL, chosen)))
    return matchings
