"""Verification: a running provider by the official verifier, an application in this process by our own."""

from pactape.verification.in_process.verifier import verify_in_process
from pactape.verification.message_factories import Messages
from pactape.verification.official.process import BrokerSource
from pactape.verification.official.verify import verify_from_broker, verify_provider
from pactape.verification.result import InteractionResult, Verification

__all__ = [
    "BrokerSource",
    "InteractionResult",
    "Messages",
    "Verification",
    "verify_from_broker",
    "verify_in_process",
    "verify_provider",
]
