"""The broker's HTML pages, at the same URLs as the API."""
