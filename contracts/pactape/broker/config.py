"""The settings of a running broker: limits, credentials, allowed webhook hosts."""

from __future__ import annotations

import msgspec

from pactape.broker.credentials import Credentials

__all__ = ["BrokerConfig"]


class BrokerConfig(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of one running broker.

    Args:
        credentials: The credentials of readers and writers.
        base_url: The prefix of links, for a broker behind a proxy; by default the request's own host.
        host_names: The host names accepted in addition to those of this machine; None accepts all.
        body_limit: The largest accepted request body, in bytes.
        request_seconds: The time limit for receiving a request's head and body, in seconds.
        allow_contract_modification: Whether different content may be published for the same consumer version.
        allow_similar_names: Whether a publication may create a pacticipant whose name resembles that of another.
        public_badges: Whether badges may be read without credentials.
        webhook_hosts: The hosts that webhooks may call, "ci.example.com" or "*.example.com"; none by default.
        webhook_delays: The seconds to wait before each retry of a failed delivery.
    """

    credentials: Credentials = Credentials()
    base_url: str | None = None
    host_names: tuple[str, ...] | None = None
    body_limit: int = 10_000_000
    request_seconds: float = 30
    allow_contract_modification: bool = False
    allow_similar_names: bool = False
    public_badges: bool = False
    webhook_hosts: tuple[str, ...] = ()
    webhook_delays: tuple[float, ...] = (10, 60, 120, 300, 600, 1200)
