"""Webhooks: definitions, events, and the dispatcher that sends them."""
