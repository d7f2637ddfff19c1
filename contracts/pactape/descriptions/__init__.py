"""Descriptions that providers publish of their APIs: written from recordings, and compared with them."""
