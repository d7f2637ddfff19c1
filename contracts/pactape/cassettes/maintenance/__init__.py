"""Maintenance of recorded cassettes: secrets in them, their age, and fields that change with each recording."""
