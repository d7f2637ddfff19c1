"""Contracts in the database: publications, lists, and required verifications."""
