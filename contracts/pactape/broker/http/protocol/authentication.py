"""Authenticates callers by the Authorization header: basic (RFC 7617) or bearer (RFC 6750)."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pactape.broker.credentials import Access, Credentials

__all__ = ["access_of"]


def access_of(header: str, credentials: Credentials) -> Access | None:
    """Return the access that an Authorization header gives; None for no access.

    Example:
        >>> from pactape.broker.credentials import Credentials
        >>> access_of("Bearer sesame", Credentials(read_tokens=("sesame",)))
        'read'
    """
    if not credentials.required:
        return "write"
    scheme, _, value = header.partition(" ")
    if scheme.lower() == "bearer":
        return credentials.of_token(value.strip())
    if scheme.lower() != "basic":
        return None
    try:
        username, separator, password = base64.b64decode(value.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return credentials.of_user(username, password) if separator else None
