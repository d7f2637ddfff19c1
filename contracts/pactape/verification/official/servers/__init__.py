"""The loopback servers that the official verifier talks to."""
