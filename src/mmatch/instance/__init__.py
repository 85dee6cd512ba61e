"""The compiled problem: edges, bounds, tiers, the network behind them and its prices."""

from mmatch.instance.compilation import compile_instance
from mmatch.instance.model import Answer, Instance, Watch

__all__ = ["Answer", "Instance", "Watch", "compile_instance"]
