"""Passwords, stored as Argon2id hashes (RFC 9106)."""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

__all__ = ["hashed", "matches"]


@cache
def _hasher() -> PasswordHasher:
    """Return a hasher with RFC 9106's second recommended parameters: 64 MiB of memory for each hash."""
    return PasswordHasher()


def hashed(password: str) -> str:
    """Return the hash of a password, with a new salt each time."""
    return _hasher().hash(password)


def matches(password: str, stored_hash: str | None) -> bool:
    """Return whether the password matches; takes as long without a hash, so that timing reveals no accounts.

    Args:
        password: The password to check.
        stored_hash: The result of `hashed`; None if the user has no password or doesn't exist.
    """
    try:
        _hasher().verify(stored_hash or _nobodys(), password)
    except (VerificationError, InvalidHashError):
        return False
    return stored_hash is not None


@cache
def _nobodys() -> str:
    return _hasher().hash("nobody's")
