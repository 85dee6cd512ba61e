"""`release` publishes matches: what people have been told is kept by every later repair."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mmatch.errors import Problems, excerpt
from mmatch.rules import Lock
from mmatch.text import suggestion

if TYPE_CHECKING:
    from mmatch.cohort import Cohort
    from mmatch.program import Program
    from mmatch.result import Result


def release(result: Result, who: Iterable[str] | None = None) -> Result:
    """Publish matches: the same result, whose released pairs every later `repair` and `price` keeps.

    Only a change that names the pair takes it back (they do not fit, one declines, they swap), or one that says that
    somebody has left.

    Args:
        result: the answer.
        who: ids of people whose matches are published; by default everybody's. What was published before stays so.

    Raises:
        InputError: somebody who has no match here.
        NoMatchingError: the result holds no matching.

    Example:
        >>> cohort = mm.Cohort.from_scores([[9, 1], [5, 4]], capacity=1)
        >>> mm.repairs.release(mm.solve(cohort), ["mentee-0"]).released
        (('mentor-0', 'mentee-0', ''),)
    """
    pairs = result.matching.pairs()
    if who is not None:
        names = [who] if isinstance(who, str) else list(who)
        matched = {name for pair in pairs for name in pair[:2]}
        problems = Problems()
        for name in names:
            if name not in matched:
                text = f"{excerpt(name)} has no match to be released"
                problems.add("unknown-id", "who", text, suggestion(str(name), matched))
        problems.raise_any()
        pairs = [pair for pair in pairs if not {*names}.isdisjoint(pair[:2])]
    return replace(result, released=tuple(sorted({*result.released, *pairs})))


def kept_released(program: Program, result: Result, after: Cohort) -> Program:
    """The program under which pairs that were released, and are still here, meet."""
    here = after.people.index
    pairs = {pair for pair in result.released if pair[0] in here and pair[1] in here}
    locks: list[Any] = [rule for rule in program.rules if isinstance(rule, Lock)]
    pairs -= {pair for rule in locks for pair in rule.pairs}
    return replace(program, rules=(*program.rules, Lock(sorted(pairs)))) if pairs else program


def still_released(result: Result, before: Result) -> Result:
    """The new result with those of the released pairs that it still has."""
    if result.found is None or not before.released:
        return result
    now = set(result.matching.pairs())
    return replace(result, released=tuple(pair for pair in before.released if pair in now))
