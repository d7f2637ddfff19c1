"""Shared by several commands: options, reports, counts, providers' URLs, and running servers."""
