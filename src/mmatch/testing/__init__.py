"""What a rule, an aim or a solver of your own is tested with: the contract that mmatch's own parts are held to."""

from __future__ import annotations

from mmatch.lazy import found_on_use

__all__, __getattr__, __dir__ = found_on_use(
    __name__,
    {
        "mmatch.testing.checks": ("check_aim", "check_rule", "check_solver"),
        "mmatch.testing.oracle": ("all_matchings", "best"),
    },
)
