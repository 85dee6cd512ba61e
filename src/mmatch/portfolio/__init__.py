"""Strategies that call several solvers: groups, where neither constraint programming nor branch and cut is enough."""

from mmatch.portfolio.strategy import Portfolio

__all__ = ["Portfolio"]
