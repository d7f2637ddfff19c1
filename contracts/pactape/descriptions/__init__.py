"""Descriptions: what providers publish about their APIs, written from recordings and compared with them."""
