"""Test helpers: a token endpoint, and credentials for it."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

from pactape_clients import ClientCredentials

__all__ = ["GOOD", "URL", "credentials", "form"]

URL = "http://id.test/token"
GOOD = {"access_token": "a", "token_type": "Bearer", "expires_in": 300}


def credentials(**options: Any) -> ClientCredentials:
    """Return the client credentials of a confidential client."""
    return ClientCredentials(URL, client_id="web", client_secret="s3cret", **options)


def form(server: Any, index: int = -1) -> dict[str, str]:
    """Return the form that a token request sent, the last one by default."""
    return {name: values[0] for name, values in parse_qs(server.calls[index].request.body).items()}
