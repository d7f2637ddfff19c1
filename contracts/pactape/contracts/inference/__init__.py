"""Infers shapes and matching rules from samples."""
