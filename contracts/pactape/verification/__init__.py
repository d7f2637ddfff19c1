"""Verification of a running provider by the official verifier, or of an application here by our matcher."""

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
