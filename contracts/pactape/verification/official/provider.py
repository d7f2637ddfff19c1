"""The running provider that the official verifier calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from pactape.provider_states import States
from pactape.verification.message_factories import MessageFactories
from pactape.verification.options import VerificationOptions

__all__ = ["Provider"]


class Provider(msgspec.Struct, frozen=True, kw_only=True):
    """A running provider.

    Args:
        name: Its name in the contracts.
        url: Its base URL; None if the contracts contain messages only.
        states: The handlers that set up provider states.
        headers: Headers for every request.
        factories: The functions that produce its messages.
        options: Time-outs, TLS and filters.
        on_progress: Called with the number of interactions started so far.
        on_start: Called once, while the verifier runs.
    """

    name: str
    url: str | None
    states: States
    headers: Mapping[str, str]
    factories: MessageFactories
    options: VerificationOptions
    on_progress: Callable[[int], None] | None = None
    on_start: Callable[[], object] | None = None
