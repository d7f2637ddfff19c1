"""Base64 (RFC 4648): texts that decode to something with a structure are taken apart in their decoded form."""

from __future__ import annotations

import base64
import binascii
import re

__all__ = ["decode_base64", "decode_short", "encode_like"]

_WHOLE = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}(?:\r?\n[A-Za-z0-9+/_-]{1,76}={0,2})*+\s*")
_TEXT = re.compile(r"[\x20-\x7e\t\r\n\u0080-\uffff]*")
_STRUCTURED = re.compile(r'[{<]\s*["\w/?!]|-----BEGIN |\w=\S|\w:\s*\S|://')
_LONGEST = 4_000_000


def decode_base64(text: str) -> str | None:
    """Return what a text in base64 or base64url decodes to, if that is a text with a structure; None otherwise.

    Example:
        >>> decode_base64("eyJwYXNzd29yZCI6ICJ4In0="), decode_base64("q8Zr1LmX0vTy7PbK")
        ('{"password": "x"}', None)
    """
    if len(text) > _LONGEST or not _WHOLE.fullmatch(text):
        return None
    compact = "".join(text.split()).rstrip("=").replace("-", "+").replace("_", "/")
    if len(compact) % 4 == 1:
        return None
    try:
        decoded = base64.b64decode(compact + "=" * (-len(compact) % 4), validate=True).decode()
    except (ValueError, binascii.Error, UnicodeDecodeError):
        return None
    return decoded if _TEXT.fullmatch(decoded) and _STRUCTURED.search(decoded) else None


def decode_short(text: str) -> str | None:
    """Return what a short text in base64 decodes to, if that is a text; None otherwise."""
    try:
        decoded = base64.b64decode(text + "=" * (-len(text) % 4), validate=True).decode()
    except (ValueError, binascii.Error, UnicodeDecodeError):
        return None
    return decoded if _TEXT.fullmatch(decoded) else None


def encode_like(decoded: str, before: str) -> str:
    """Return a text in base64, in the alphabet and with the padding of another."""
    data = decoded.encode()
    encoded = base64.b64encode(data).decode()
    if "-" in before or "_" in before:
        encoded = base64.urlsafe_b64encode(data).decode()
    padded = before.rstrip().endswith("=") or len("".join(before.split())) % 4 == 0
    return encoded if padded else encoded.rstrip("=")
