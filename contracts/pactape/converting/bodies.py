"""Bodies in text formats: as text if that gives the same bytes again, otherwise in base64."""

from __future__ import annotations

import base64
import re

__all__ = ["as_base64", "as_text"]

#: Control characters that some JSON or YAML parser changes or rejects.
_UNSAFE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]|\r")


def as_text(body: bytes) -> str | None:
    """Return a body as text that every parser reads back unchanged; None for any other body."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return None
    return None if _UNSAFE.search(text) else text


def as_base64(body: bytes) -> str:
    """Return a body in base64."""
    return base64.b64encode(body).decode("ascii")
