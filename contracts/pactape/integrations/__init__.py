"""Integrations with particular client libraries; each module is optional."""
