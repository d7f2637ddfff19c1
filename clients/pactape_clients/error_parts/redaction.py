"""Removes the secrets of a request from texts in its response."""

from __future__ import annotations

import base64
import re
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import requests

__all__ = ["redact", "secrets_of"]

_SHORTEST = 4  # a shorter secret would hide ordinary words
_SECRET_NAME = re.compile(r"token|key|secret|passw|auth|sign|credential|session|code", re.IGNORECASE)
_HARMLESS = frozenset(
    {
        "accept",
        "accept-encoding",
        "accept-language",
        "connection",
        "content-length",
        "content-type",
        "user-agent",
    }
)


def redact(text: str, secrets: Iterable[str]) -> str:
    """Return a text with each secret replaced with "***".

    Example:
        >>> redact("the token t0ps3cret is too old", ["t0ps3cret"])
        'the token *** is too old'
    """
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, "***")
    return text


def secrets_of(request: requests.PreparedRequest | None) -> set[str]:
    """Return the values of a request that a message must not show."""
    if request is None:
        return set()
    secrets = {secret for name, value in _texts(request.headers) for secret in _parts(name, value)}
    url = urlsplit(request.url or "")
    secrets |= {value for name, value in parse_qsl(url.query) if _SECRET_NAME.search(name)}
    secrets |= {unquote(credential) for credential in (url.username, url.password) if credential}
    return {secret for secret in secrets if len(secret) >= _SHORTEST}


def _texts(headers: Mapping[str, str | bytes]) -> Iterable[tuple[str, str]]:
    for name, value in headers.items():
        if name.lower() not in _HARMLESS:
            yield name.lower(), value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _parts(name: str, value: str) -> set[str]:
    if name == "cookie":
        return {part.partition("=")[2].strip() for part in value.split(";")}
    if name not in {"authorization", "proxy-authorization"}:
        return {value}
    scheme, _, credentials = value.partition(" ")
    secrets = {value, credentials}
    if scheme.lower() == "basic":
        with suppress(ValueError):
            secrets |= set(base64.b64decode(credentials).decode("latin-1").split(":", 1))
    return secrets
