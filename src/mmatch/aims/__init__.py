"""Aims: what is wanted, in order. One aim, one file; ``aims.TopicFit`` is found in ``topic_fit.py``."""

from __future__ import annotations

from mmatch.registry import parts_on_use

__getattr__, __dir__ = parts_on_use(__name__, {"mmatch.aims._base": ("Aim", "PairAim")})
