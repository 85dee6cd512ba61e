"""Aims: what is wanted, in order. One aim, one file; ``aims.TopicFit`` is found in ``topic_fit.py``."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from mmatch.registry import attribute_of, names

BASES = {"Aim", "PairAim"}  # for those who write their own


def __getattr__(name: str) -> Any:
    if name.startswith("_"):
        raise AttributeError(name)
    if name in BASES:
        return getattr(import_module(f"{__name__}._base"), name)
    return attribute_of(__name__, name)


def __dir__() -> list[str]:
    return sorted(names(__name__))
