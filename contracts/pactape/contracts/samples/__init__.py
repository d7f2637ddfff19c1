"""Samples: recorded exchanges, sanitized and prepared for inference."""
