"""Verifies running providers with the official verifier, and applications in this process with our matcher."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pactape.verification.in_process.verify import verify_in_process
    from pactape.verification.message_factories import MessageFactories
    from pactape.verification.official.broker import BrokerSource, verify_from_broker
    from pactape.verification.official.files import verify_provider
    from pactape.verification.options import InteractionFilter, VerificationOptions
    from pactape.verification.verdicts import (
        InteractionResult,
        Publication,
        UnjudgedContract,
        Verdict,
        Verification,
    )

__all__ = [
    "BrokerSource",
    "InteractionFilter",
    "InteractionResult",
    "MessageFactories",
    "Publication",
    "UnjudgedContract",
    "Verdict",
    "Verification",
    "VerificationOptions",
    "verify_from_broker",
    "verify_in_process",
    "verify_provider",
]

#: The module of each public name. Names are imported at their first use, because a command needs only one way of
#: verifying; importing the other would double the time of `pactape verify` for one interaction.
_MODULES = {
    "BrokerSource": "official.broker",
    "InteractionFilter": "options",
    "InteractionResult": "verdicts",
    "MessageFactories": "message_factories",
    "Publication": "verdicts",
    "UnjudgedContract": "verdicts",
    "Verdict": "verdicts",
    "Verification": "verdicts",
    "VerificationOptions": "options",
    "verify_from_broker": "official.broker",
    "verify_in_process": "in_process.verify",
    "verify_provider": "official.files",
}


def __getattr__(name: str) -> Any:
    """Import a public name at its first use."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
