"""What was worked out about a result once and serves all that is asked of it later: kept with its cohort."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from mmatch.cohort import Cohort

if TYPE_CHECKING:
    from collections.abc import Callable

    from mmatch.result import Result

T = TypeVar("T")


def kept(cohort: Any, result: Result, name: str, make: Callable[[], T]) -> T:
    """What ``make`` gives for this result, made once; another result of the cohort takes its place."""
    if not isinstance(cohort, Cohort):
        return make()  # which says that it is none
    last: tuple[Result, dict[str, Any]] | None = cohort.__dict__.get("_of_result")
    if last is None or last[0] is not result:
        last = cohort.__dict__["_of_result"] = (result, {})
    if name not in last[1]:
        last[1][name] = make()
    found: T = last[1][name]
    return found
