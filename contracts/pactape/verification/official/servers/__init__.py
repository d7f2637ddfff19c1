"""The loopback servers that the official verifier calls."""
