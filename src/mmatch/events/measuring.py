"""What a plan of an event reaches, by the aims themselves, and what its people are called: no solver."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mmatch.exact import readable
from mmatch.instance.from_pairs import matching_from_pairs
from mmatch.matching import Match, Proof, Status
from mmatch.proof.judge import judge

if TYPE_CHECKING:
    from mmatch.cohort import Cohort
    from mmatch.events.values import RoundTable
    from mmatch.program import Program


def measured(people: Cohort, policy: Program, tables: list[RoundTable]) -> tuple[Any, ...]:
    """What the tiers reach in a plan."""
    pairs = [Match(one.mentor, (who,), topic) for one in tables for who, topic in one.guests()]
    matching = matching_from_pairs(people, pairs)
    grade = judge(people, policy, Status.FEASIBLE, matching, Proof(""))
    return tuple(readable(total) for total in grade.totals)


def called(cohort: Cohort) -> dict[str, str]:
    """Everybody who could have a place, by name."""
    called = cohort.people.called
    return {person.id: called[person.id] for person in cohort if person.offers or person.requests}
