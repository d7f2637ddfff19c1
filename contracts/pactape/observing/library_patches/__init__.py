"""Patches of libraries while a test is observed: functions that return, decode and read responses."""
