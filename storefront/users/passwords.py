"""Passwords, kept as Argon2id hashes alone (RFC 9106)."""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

__all__ = ["hashed", "matches"]


@cache
def _hasher() -> PasswordHasher:
    """The library's parameters: the second of RFC 9106's recommended ones, 64 MiB of memory for each hash."""
    return PasswordHasher()


def hashed(password: str) -> str:
    """What to keep of a password: another text each time."""
    return _hasher().hash(password)


def matches(password: str, kept: str | None) -> bool:
    """Whether this is the password; takes as long for somebody who has none, so that it tells nobody who exists.

    Args:
        password: What was typed.
        kept: What `hashed` gave; None for who has no password or doesn't exist.
    """
    try:
        _hasher().verify(kept or _nobodys(), password)
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None


@cache
def _nobodys() -> str:
    return _hasher().hash("nobody's")
