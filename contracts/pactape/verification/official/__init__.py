"""Verifies with the official engine, which runs in a separate process."""
