"""Strategies that call several solvers: groups, where neither constraint programming nor branch and cut is enough."""

from mmatch.portfolio.portfolio import Portfolio

__all__ = ["Portfolio"]
