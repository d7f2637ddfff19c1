"""Compares recordings of the same tests, made at different times: the project's with new ones."""
