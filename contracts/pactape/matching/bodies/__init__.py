"""Matching bodies by content type: JSON, XML, forms, multipart, text and bytes."""
