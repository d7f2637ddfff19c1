"""Secrets in running text: prose, commands, "name=value" pairs, private keys."""
