"""The settings of a running broker: limits, credentials, whom webhooks may call."""

from __future__ import annotations

import msgspec

from pactape.broker.credentials import Credentials

__all__ = ["BrokerConfig"]


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
