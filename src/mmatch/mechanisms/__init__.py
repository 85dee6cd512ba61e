"""Mechanisms: pure algorithms over a market of ranks, one mechanism one file; solvers choose among them."""
