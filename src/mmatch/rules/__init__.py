"""Rules: what must hold. One rule, one file; ``rules.LevelGap`` is found in ``level_gap.py``."""

from __future__ import annotations

from mmatch.registry import parts_on_use

__getattr__, __dir__ = parts_on_use(__name__, {"mmatch.rules._base": ("Rule",)})
