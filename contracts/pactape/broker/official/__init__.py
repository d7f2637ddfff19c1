"""Calling the official command: what to tell it about the project, and what its answer means."""
