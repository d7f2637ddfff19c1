"""Delivers webhooks: records requests, sends them, and retries."""
