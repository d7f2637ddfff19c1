"""How a broker is run: limits, who may do what, whom webhooks may call."""

from __future__ import annotations

import hmac
from typing import Literal

import msgspec

__all__ = ["Access", "BrokerConfig", "Credentials"]

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


class BrokerConfig(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of one running broker.

    Args:
        credentials: Who may come in.
        base_url: What links start with, for a broker behind a proxy; by default the request's own host.
        body_limit: The largest accepted request body, in bytes.
        allow_contract_modification: Whether another content may be published for the same consumer version.
        webhook_hosts: The hosts that webhooks may call, "ci.example.com" or "*.example.com"; none by default.
        webhook_delays: The seconds to wait before each try after a failed delivery.
    """

    credentials: Credentials = Credentials()
    base_url: str | None = None
    body_limit: int = 10_000_000
    allow_contract_modification: bool = False
    webhook_hosts: tuple[str, ...] = ()
    webhook_delays: tuple[float, ...] = (10, 60, 120, 300, 600, 1200)


def _same(given: str, known: str) -> bool:
    return hmac.compare_digest(given.encode(), known.encode())


def _among(given: str, known: tuple[str, ...]) -> bool:
    """Whether a token is known; it is compared with all, so that the time tells nothing."""
    return sum(_same(given, each) for each in known) > 0
