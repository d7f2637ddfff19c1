"""Carries out a plan: writes the new files, runs the moved tests, and deletes the old files."""
