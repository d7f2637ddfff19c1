"""Delivering webhooks: recording requests, sending them, trying again."""
