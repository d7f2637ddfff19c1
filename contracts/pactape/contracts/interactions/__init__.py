"""Builds the interactions of a contract: expected requests and responses, messages, descriptions."""
