"""What a verification found."""

from __future__ import annotations

from typing import Any

import msgspec

from pactape.matching import Mismatch

__all__ = ["InteractionResult", "Verification"]


class InteractionResult(msgspec.Struct, frozen=True, kw_only=True):
    """How one interaction went.

    Args:
        consumer: The consumer's name.
        description: The interaction's description.
        passed: Whether the provider's answer was what the consumer needs.
        failures: One sentence for each mismatch, with its place: "$.email: …"; empty when passed, but for a
            pending interaction, whose failures don't count.
        mismatches: The same as values, when our own matcher judged.
    """

    consumer: str
    description: str
    passed: bool
    failures: tuple[str, ...] = ()
    mismatches: tuple[Mismatch, ...] = ()


class Verification(msgspec.Struct, frozen=True, kw_only=True):
    """How a provider did against its contracts.

    Args:
        provider: The provider's name.
        results: One for each interaction, in the contracts' order.
    """

    provider: str
    results: tuple[InteractionResult, ...]

    @property
    def passed(self) -> bool:
        """Whether every interaction passed, and there was at least one."""
        return bool(self.results) and all(result.passed for result in self.results)

    @property
    def failed(self) -> tuple[InteractionResult, ...]:
        """The interactions that did not pass."""
        return tuple(result for result in self.results if not result.passed)


def verification_of(provider: str, report: dict[str, Any]) -> Verification:
    """Read the official verifier's own report (`Verifier.results` of pact-python)."""
    return Verification(provider=provider, results=tuple(map(_result, report.get("interactionResults", ()))))


def _result(entry: dict[str, Any]) -> InteractionResult:
    mismatch = entry.get("mismatch") or {}
    failures = tuple(map(_failure, mismatch.get("mismatches", ()))) or (mismatch.get("message", ""),)
    passed = entry["result"] == "OK"
    return InteractionResult(
        consumer=entry["consumer"],
        description=entry["description"],
        passed=passed,
        failures=() if passed else failures,
    )


def _failure(mismatch: dict[str, Any]) -> str:
    place = mismatch.get("path") or mismatch.get("key") or mismatch["type"].removesuffix("Mismatch").lower()
    return f"{place}: {mismatch.get('mismatch') or mismatch}"
