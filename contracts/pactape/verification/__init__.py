"""Verification: a running provider against its contracts, judged by the official verifier."""

from pactape.verification.result import InteractionResult, Verification
from pactape.verification.verify import verify_provider

__all__ = ["InteractionResult", "Verification", "verify_provider"]
