"""Webhooks: what happened, who wants to hear it, and telling them."""
