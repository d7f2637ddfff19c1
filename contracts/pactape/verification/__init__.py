"""Verification: a running provider by the official verifier, an application in this process by our own."""

from pactape.verification.in_process import verify_in_process
from pactape.verification.messages import Messages
from pactape.verification.official import BrokerSource
from pactape.verification.result import InteractionResult, Verification
from pactape.verification.verify import verify_from_broker, verify_provider

__all__ = [
    "BrokerSource",
    "InteractionResult",
    "Messages",
    "Verification",
    "verify_from_broker",
    "verify_in_process",
    "verify_provider",
]
