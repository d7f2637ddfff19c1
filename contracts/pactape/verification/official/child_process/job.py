"""The job of the official verifier, as a value that is sent to its process."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

import msgspec

from pactape import __version__

__all__ = ["Address", "BrokerJob", "Job", "address_of"]

_PORTS = {"http": 80, "https": 443}

#: Scheme, host, port and path of a base URL.
Address = tuple[str, str, int, str]


class BrokerJob(msgspec.Struct, frozen=True, kw_only=True):
    """The contracts of a broker.

    Args:
        url: The base URL of the relay to the broker.
        selectors: The consumer version selectors, as JSON.
        include_pending: Whether pending contracts are included.
        include_wip_since: The date (ISO 8601) from which work in progress is included; None for none.
        version: The provider's version to publish results for; None to publish nothing.
        branch: The provider's branch.
        tags: The tags of the provider's version.
        build_url: The URL of the build.
    """

    url: str
    selectors: tuple[str, ...]
    include_pending: bool
    include_wip_since: str | None
    version: str | None
    branch: str | None
    tags: tuple[str, ...]
    build_url: str | None


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """A run of the official verifier.

    Args:
        provider: The provider's name in the contracts.
        address: The address of the running provider; None for messages only.
        message_port: The loopback port of the message server; None for requests only.
        pacts: The paths of the pact files; empty if they come from a broker.
        broker: The broker that the contracts come from; None for files.
        state_url: The URL of the state server; None if no interaction has a state.
        headers: Headers added to every request, which replace recorded ones; they may contain credentials.
        version: The version of Pactape, for the broker.
        timeout_ms: The time limit for a response in milliseconds.
        description: The regular expression of descriptions to verify; None for all.
        state: The regular expression of provider states to verify; None for all.
        consumers: The consumers whose contracts are verified; empty for all.
    """

    provider: str
    address: Address | None
    pacts: tuple[str, ...]
    state_url: str | None
    headers: dict[str, str]
    message_port: int | None = None
    broker: BrokerJob | None = None
    version: str = __version__
    timeout_ms: int = 30_000
    description: str | None = None
    state: str | None = None
    consumers: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Job({self.provider!r} at {self.address!r}, {self.pacts!r}, headers {sorted(self.headers)!r})"


def address_of(url: str) -> Address:
    """Return the parts of a base URL.

    Example:
        >>> address_of("http://127.0.0.1/api%20v1")
        ('http', '127.0.0.1', 80, '/api v1')
    """
    parts = urlsplit(url)
    return (
        parts.scheme,
        parts.hostname or "",
        parts.port or _PORTS[parts.scheme],
        unquote(parts.path) or "/",
    )
