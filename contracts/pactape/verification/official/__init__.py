"""Verification by the official engine, which runs in a process of its own."""
