"""Verification: a running provider against its contracts, judged by the official verifier."""

from pactape.verification.official import BrokerSource
from pactape.verification.result import InteractionResult, Verification
from pactape.verification.verify import verify_from_broker, verify_provider

__all__ = ["BrokerSource", "InteractionResult", "Verification", "verify_from_broker", "verify_provider"]
