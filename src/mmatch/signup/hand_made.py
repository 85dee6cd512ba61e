"""Matchings from CSV files have moved to `mmatch.io.hand_made`."""

from mmatch.io.hand_made import Names, earlier_pairs, read_matches

__all__ = ["Names", "earlier_pairs", "read_matches"]
