"""Many answers side by side: metrics, envy, strategies."""

from __future__ import annotations

from mmatch.lazy import found_on_use

__all__, __getattr__, __dir__ = found_on_use(
    __name__,
    {
        "mmatch.comparison.comparison": ("Comparison", "Price", "Run", "compare"),
        "mmatch.comparison.measures": ("Metrics", "Segment", "metrics"),
        "mmatch.comparison.strategies": ("Strategy",),
    },
)
