"""Randomised assignment: chances that respect all limits, a distribution over matchings, and a draw from it."""

from mmatch.lotteries.drawing import Draw, randomise

__all__ = ["Draw", "randomise"]
