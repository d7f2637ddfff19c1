"""Replaces secrets in requests and responses before anything is written."""
