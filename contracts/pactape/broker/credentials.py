"""The broker's credentials from the environment, so that none stands in a command line or a file."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from pactape.broker.config import Credentials
from pactape.errors import BadInputError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["credentials_of"]

_PREFIX = "PACTAPE_BROKER_"


def credentials_of(environment: Mapping[str, str] | None = None) -> Credentials:
    """Read PACTAPE_BROKER_USERNAME, _PASSWORD, _WRITE_TOKENS and _READ_TOKENS (separated by commas).

    Raises:
        BadInputError: A user without a password or the other way round.

    Example:
        >>> credentials_of({"PACTAPE_BROKER_READ_TOKENS": "one,two"}).read_tokens
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
