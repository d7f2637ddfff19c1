"""Replaces secrets: placeholders in the form of the secret, the same secret always by the same one."""
