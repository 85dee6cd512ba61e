"""Sets of mentees who belong together, as users write them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mmatch.errors import excerpt
from mmatch.text import nfc

if TYPE_CHECKING:
    from mmatch.rules._base import Rule


def sets_of_ids(rule: Rule, given: Any) -> tuple[tuple[str, ...], ...]:
    """Lists of ids in canonical form, nobody in two of them.

    Raises:
        InputError: no lists of texts, or somebody in two sets.
    """
    if not isinstance(given, list | tuple):
        raise rule.refuse("sets", f"found {excerpt(given)}, expected lists of ids")
    found = []
    for k, names in enumerate(given):
        if not isinstance(names, list | tuple) or not all(type(name) is str for name in names):
            raise rule.refuse(f"sets[{k}]", f"found {excerpt(names)}, expected a list of ids")
        found.append(tuple(sorted({nfc(name) for name in names})))
    everybody = [name for names in found for name in names]
    if len(set(everybody)) < len(everybody):
        raise rule.refuse("sets", "somebody is in two sets: join them")
    return tuple(sorted(found))
