"""Contracts in the database: publishing them, listing them, and what has to verify them."""
