"""Intercepts HTTP requests of client libraries and guards the network."""
