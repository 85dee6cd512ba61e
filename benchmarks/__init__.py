"""Benchmarks: one frozen spec per file; each file runs alone, ``python -m benchmarks.run`` runs them all."""
