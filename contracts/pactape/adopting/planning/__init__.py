"""Plans which cassettes, tests and settings move, and where to; nothing is written."""
