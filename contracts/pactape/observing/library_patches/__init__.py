"""Patches of libraries while a test is observed: of functions that return, decode and read responses."""
