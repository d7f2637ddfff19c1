"""Encodes what callers send: URLs and their parameters, headers, JSON."""
