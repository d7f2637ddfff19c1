"""Maintenance of cassettes: finds secrets, expired interactions, and fields that change with each recording."""
