"""Webhook resources, and the events that HTTP requests raise."""
