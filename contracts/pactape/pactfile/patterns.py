"""Patterns in the syntax that Oniguruma, the Rust `regex` crate and Python share."""

from __future__ import annotations

import re

__all__ = ["escaped"]


def escaped(text: str) -> str:
    """Return a pattern that matches exactly a text.

    Example:
        >>> re.fullmatch(escaped("a.b"), "a.b") is None, re.fullmatch(escaped("a.b"), "axb") is None
        (False, True)
    """
    return re.sub(r"([\\.^$*+?{}\[\]|()])", r"\\\1", text)
