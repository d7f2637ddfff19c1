"""The broker's credentials: who may read and write, and how they are read from the environment."""

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
    """The credentials of readers and writers; without any, everybody may read and write.

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

    def describe(self) -> str:
        """Return a description of who may read and write, for logs.

        Example:
            >>> Credentials(read_tokens=("one", "two")).describe()
            '2 tokens may read; none may write'
        """
        if not self.required:
            return "anyone who can reach it can read and write (no credentials are set)"
        writers = [f"user {self.username}"] if self.username else []
        if self.write_tokens:
            writers.append(_count_text(self.write_tokens))
        writing = f"{' and '.join(writers)} may read and write" if writers else "none may write"
        reading = [f"{_count_text(self.read_tokens)} may read"] if self.read_tokens else []
        return "; ".join([*reading, writing])

    @property
    def required(self) -> bool:
        """Whether a caller must authenticate."""
        return bool(self.username or self.write_tokens or self.read_tokens)

    def of_user(self, username: str, password: str) -> Access | None:
        """Return the access of a user; compares in constant time."""
        if not self.username or self.password is None:
            return None
        matches = _same(username, self.username) & _same(password, self.password)
        return "write" if matches else None

    def of_token(self, token: str) -> Access | None:
        """Return the access that a token gives; compares in constant time."""
        if _is_known_token(token, self.write_tokens):
            return "write"
        return "read" if _is_known_token(token, self.read_tokens) else None


_PREFIX = "PACTAPE_BROKER_"


def read_credentials(environment: Mapping[str, str] | None = None) -> Credentials:
    """Read PACTAPE_BROKER_USERNAME, _PASSWORD, _WRITE_TOKENS and _READ_TOKENS (separated by commas).

    A variable that is set but empty is an error: it is what `$(cat missing-file)` gives, and to treat it as unset
    would open the broker to everybody.

    Raises:
        BadInputError: A variable is set but empty, a token has white space inside, or only one of user and password
            is set.

    Example:
        >>> read_credentials({"PACTAPE_BROKER_READ_TOKENS": "one,two"}).read_tokens
        ('one', 'two')
    """
    values = os.environ if environment is None else environment
    username, password = _value(values, "USERNAME"), _value(values, "PASSWORD")
    if (username is None) != (password is None):
        raise BadInputError(
            f"only one of {_PREFIX}USERNAME and {_PREFIX}PASSWORD is set",
            where="environment",
            remedy="set both, or neither",
        )
    return Credentials(
        username=username,
        password=password,
        write_tokens=_tokens(values, "WRITE_TOKENS"),
        read_tokens=_tokens(values, "READ_TOKENS"),
    )


def _value(values: Mapping[str, str], name: str) -> str | None:
    value = values.get(f"{_PREFIX}{name}")
    if value is not None and not value.strip():
        raise _empty(name)
    return value


def _tokens(values: Mapping[str, str], name: str) -> tuple[str, ...]:
    text = values.get(f"{_PREFIX}{name}")
    if text is None:
        return ()
    tokens = tuple(token.strip() for token in text.split(",") if token.strip())
    if not tokens:
        raise _empty(name)
    if any(len(token.split()) > 1 for token in tokens):
        raise BadInputError(
            f"{_PREFIX}{name} has a token with white space inside, which no request can send",
            where="environment",
            remedy="separate tokens with commas",
        )
    return tokens


def _empty(name: str) -> BadInputError:
    return BadInputError(
        f"{_PREFIX}{name} is set but empty",
        where="environment",
        remedy="give it a value, or unset it",
    )


def _count_text(tokens: tuple[str, ...]) -> str:
    return f"{len(tokens)} token{'' if len(tokens) == 1 else 's'}"


def _same(credential: str, expected: str) -> bool:
    return hmac.compare_digest(credential.encode(), expected.encode())


def _is_known_token(token: str, tokens: tuple[str, ...]) -> bool:
    """Return whether a token is known; it is compared with all tokens, so that the time is constant."""
    return sum(_same(token, known_token) for known_token in tokens) > 0
