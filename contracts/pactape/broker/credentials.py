"""The broker's credentials: who may do what, and reading them from the environment."""

from __future__ import annotations

import hmac
import os
from typing import TYPE_CHECKING, Literal

import msgspec

from pactape.errors import BadInputError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Access", "Credentials", "read_credentials"]

Access = Literal["read", "write"]


class Credentials(msgspec.Struct, frozen=True, kw_only=True):
    """Who may come in; with none of them set, everybody may.

    Args:
        username: The user of basic authentication, who may read and write.
        password: Its password.
        write_tokens: Bearer tokens that may read and write.
        read_tokens: Bearer tokens that may only read.
    """

    username: str | None = None
    password: str | None = None
    write_tokens: tuple[str, ...] = ()
    read_tokens: tuple[str, ...] = ()

    def __repr__(self) -> str:
        kinds = [
            *(["basic"] if self.username else []),
            *(["write tokens"] if self.write_tokens else []),
            *(["read tokens"] if self.read_tokens else []),
        ]
        return f"Credentials({', '.join(kinds) or 'none'})"

    @property
    def required(self) -> bool:
        """Whether a caller must show any."""
        return bool(self.username or self.write_tokens or self.read_tokens)

    def of_user(self, username: str, password: str) -> Access | None:
        """What a user may do; compares in constant time."""
        if not self.username or self.password is None:
            return None
        known = _same(username, self.username) & _same(password, self.password)
        return "write" if known else None

    def of_token(self, token: str) -> Access | None:
        """What the bearer of a token may do; compares in constant time."""
        if _among(token, self.write_tokens):
            return "write"
        return "read" if _among(token, self.read_tokens) else None


_PREFIX = "PACTAPE_BROKER_"


def read_credentials(environment: Mapping[str, str] | None = None) -> Credentials:
    """Read PACTAPE_BROKER_USERNAME, _PASSWORD, _WRITE_TOKENS and _READ_TOKENS (separated by commas).

    Raises:
        BadInputError: A user without a password or the other way round.

    Example:
        >>> read_credentials({"PACTAPE_BROKER_READ_TOKENS": "one,two"}).read_tokens
        ('one', 'two')
    """
    values = os.environ if environment is None else environment
    username, password = values.get(f"{_PREFIX}USERNAME"), values.get(f"{_PREFIX}PASSWORD")
    if bool(username) != bool(password):
        raise BadInputError(
            f"only one of {_PREFIX}USERNAME and {_PREFIX}PASSWORD is set",
            where="environment",
            remedy="set both, or neither",
        )
    return Credentials(
        username=username or None,
        password=password or None,
        write_tokens=_tokens(values.get(f"{_PREFIX}WRITE_TOKENS", "")),
        read_tokens=_tokens(values.get(f"{_PREFIX}READ_TOKENS", "")),
    )


def _tokens(text: str) -> tuple[str, ...]:
    return tuple(token.strip() for token in text.split(",") if token.strip())


def _same(given: str, known: str) -> bool:
    return hmac.compare_digest(given.encode(), known.encode())


def _among(given: str, known: tuple[str, ...]) -> bool:
    """Whether a token is known; it is compared with all, so that the time tells nothing."""
    return sum(_same(given, each) for each in known) > 0
