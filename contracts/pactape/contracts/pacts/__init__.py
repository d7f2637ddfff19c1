"""Builds pact files from interactions and merges handwritten ones."""
