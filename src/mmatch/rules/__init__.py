"""Rules: what must hold. One rule, one file; ``rules.LevelGap`` is found in ``level_gap.py``."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from mmatch.registry import attribute_of, names

BASES = {"Rule"}  # for those who write their own


def __getattr__(name: str) -> Any:
    if name.startswith("_"):
        raise AttributeError(name)
    if name in BASES:
        return getattr(import_module(f"{__name__}._base"), name)
    return attribute_of(__name__, name)


def __dir__() -> list[str]:
    return sorted(names(__name__))
