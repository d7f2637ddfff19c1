"""Verification in this process: an ASGI or WSGI application against contracts, judged by our own matcher."""
