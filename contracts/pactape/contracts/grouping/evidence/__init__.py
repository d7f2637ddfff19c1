"""Collects evidence: what the samples of each operation have in common."""
