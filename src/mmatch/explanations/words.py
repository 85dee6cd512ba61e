"""Numbers, lists and plurals for the sentences of reasons."""

from __future__ import annotations

from collections.abc import Sequence

from mmatch.aims._base import Aim
from mmatch.result import Result

MOST_NAMES = 5


def number(value: float) -> str:
    """A number as people write it: 3, 2.5, 0.125."""
    return f"{value:,}" if isinstance(value, int) else f"{value:,.6g}"


def listed(names: Sequence[str], what: str) -> str:
    """Up to five names, then how many more there are."""
    if len(names) <= MOST_NAMES:
        return ", ".join(names)
    return f"{', '.join(names[:MOST_NAMES])} and {len(names) - MOST_NAMES} more {what}"


def counted(n: int, thing: str) -> str:
    """1 seat, 2 seats, 2 matches."""
    plural = f"{thing}es" if thing.endswith(("ch", "sh", "s", "x")) else f"{thing}s"
    return f"{n:,} {thing if n == 1 else plural}"


def aims_in_words(tier: Sequence[Aim]) -> str:
    """The aims of one tier in quotation marks, as a sentence names them."""
    return " and ".join(f"“{aim.in_words}”" for aim in tier)


def topic_word(topic: str) -> str:
    """The words "on data", with a space before them; nothing where the topic is empty."""
    return f" on {topic}" if topic else ""


def found_by(result: Result) -> str:
    """Who made a matching, for a sentence."""
    return "whoever made the list" if result.solver == "by hand" else result.solver
