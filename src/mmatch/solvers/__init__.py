"""Solvers: one file each. A solver sees an Instance and gives an Answer; nobody believes it before the judge."""

from __future__ import annotations

from typing import Any

from mmatch.registry import attribute_of, names


def __getattr__(name: str) -> Any:
    if name.startswith("_"):
        raise AttributeError(name)
    return attribute_of(__name__, name)


def __dir__() -> list[str]:
    return sorted(names(__name__))
