"""Reads the requests that client code makes from its source, without importing or running it."""
