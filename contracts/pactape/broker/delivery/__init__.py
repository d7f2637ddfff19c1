"""Delivering webhooks: sending one request, and the dispatcher that retries."""
