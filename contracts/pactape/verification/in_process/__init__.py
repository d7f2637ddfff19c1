"""Verifies an ASGI or WSGI application against contracts in this process, with Pactape's matcher."""
