"""Detection: what is a secret, by its name, its form or its provider."""
