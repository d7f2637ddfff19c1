"""Verification of a running provider by the official verifier, or of an application here by our matcher."""

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

#: Where each public name is. The official verifier's process and the command import one way of verifying only, and
#: the other one would double the time that `pactape verify` takes for one interaction.
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
