"""The endpoints that the official verifier calls: the provider, and loopback servers for states and messages."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import msgspec

from pactape.urls import is_loopback_url
from pactape.verification.headers import expand_headers, needs_state_values

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pactape.serving import LoopbackServer
    from pactape.verification.official.provider import Provider
    from pactape.verification.official.reasons import Reasons

__all__ = ["Endpoints", "open_endpoints"]


class Endpoints(msgspec.Struct, frozen=True, kw_only=True):
    """The endpoints that the verifier calls.

    Args:
        url: The base URL of the provider or of the relay in front of it; None for messages only.
        headers: The headers that the verifier adds to each request.
        state_url: The URL of the state server; None without provider states.
        message_port: The port of the message server; None for requests only.
        is_relayed: Whether a relay calls the provider; it handles time-outs and headers itself.
    """

    url: str | None
    headers: dict[str, str]
    state_url: str | None = None
    message_port: int | None = None
    is_relayed: bool = False


@contextmanager
def open_endpoints(provider: Provider, reasons: Reasons, *, has_states: bool) -> Iterator[Endpoints]:
    """Start the servers that a run needs, and stop them afterwards.

    Args:
        provider: The running provider.
        reasons: Collects the failures in the servers.
        has_states: Whether an interaction has a provider state.
    """
    needs_messages = bool(provider.factories) or provider.url is None
    is_relayed = provider.url is not None and _needs_relay(provider.url, provider)
    if not (has_states or needs_messages or is_relayed or provider.on_progress):
        yield Endpoints(url=provider.url, headers=expand_headers(provider.headers, {}))
        return
    with ExitStack() as stack:
        yield _serve(stack, provider, reasons, needs_messages=needs_messages, is_relayed=is_relayed)


def _serve(
    stack: ExitStack, provider: Provider, reasons: Reasons, *, needs_messages: bool, is_relayed: bool
) -> Endpoints:
    from pactape.serving import running  # noqa: PLC0415 -- importing a server takes as long as verifying
    from pactape.verification.official.servers.state_server import StateServer  # noqa: PLC0415 -- as above

    def start(server: LoopbackServer) -> LoopbackServer:
        return stack.enter_context(running(server))

    limit = provider.options.state_seconds if provider.options.has_two_limits else None
    states = StateServer(provider.states, reasons, provider.on_progress, limit=limit)
    start(states)
    message_port = None
    if needs_messages:
        from pactape.verification.official.servers.message_server import MessageServer  # noqa: PLC0415 -- as above

        message_port = start(MessageServer(provider.factories, reasons)).server_port
    url = provider.url
    if url is not None and is_relayed:
        from pactape.verification.official.servers.provider_relay import ProviderRelay  # noqa: PLC0415 -- as above

        relay = ProviderRelay(
            url, headers=provider.headers, options=provider.options, states=states, reasons=reasons
        )
        url = start(relay).url
    return Endpoints(
        url=url,
        headers={} if is_relayed else expand_headers(provider.headers, {}),
        state_url=f"{states.url}/",
        message_port=message_port,
        is_relayed=is_relayed,
    )


def _needs_relay(url: str, provider: Provider) -> bool:
    """Return whether the verifier needs a relay to call the provider.

    The verifier itself supports no certificates, only constant headers, one host for requests and messages, and one
    time limit for responses and handlers.
    """
    return (
        url.startswith("https:")
        or needs_state_values(provider.headers)
        or provider.options.has_two_limits
        or (bool(provider.factories) and not is_loopback_url(url))
    )
