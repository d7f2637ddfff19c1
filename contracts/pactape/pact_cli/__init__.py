"""Calls the official `pact` command."""
