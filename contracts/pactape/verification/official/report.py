"""Reads the official verifier's report."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pactape.verification.verdicts import InteractionResult, UnjudgedContract, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pactape.verification.official.reasons import Reasons

__all__ = ["contract_errors", "interaction_results"]

_LOAD_ERROR = "Failed to load pact"
_QUOTED_SOURCE = re.compile(r"^Failed to load pact '(?P<contract>[^']*)' - (?P<reason>.*)$", re.DOTALL)
#: The beginning of the verifier's mismatch for an unknown rule.
_UNREADABLE_RULE = "Could not apply the '"
_DURATION = re.compile(r"(?P<number>[\d.]+)\s*(?P<unit>ns|µs|us|ms|s|m|h)")
_SECONDS = {"ns": 1e-9, "µs": 1e-6, "us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}


def interaction_results(report: Mapping[str, Any], reasons: Reasons) -> list[InteractionResult]:
    """Return the results of a report, in its order.

    Args:
        report: `Verifier.results` of pact-python.
        reasons: Why interactions could not be verified.
    """
    return [
        _result(interaction_result, reasons) for interaction_result in report.get("interactionResults") or ()
    ]


def contract_errors(report: Mapping[str, Any]) -> list[UnjudgedContract]:
    """Return the contracts that the verifier could not load, each with the reason."""
    return list(_contract_errors(report))


def _contract_errors(report: Mapping[str, Any]) -> Iterator[UnjudgedContract]:
    for entry in (*(report.get("errors") or ()), *(report.get("pendingErrors") or ())):
        if entry.get("interaction") == _LOAD_ERROR:
            message = str((entry.get("mismatch") or {}).get("message") or "the contract can't be loaded")
            quoted = _QUOTED_SOURCE.match(message)
            yield UnjudgedContract(
                contract=quoted["contract"] if quoted else "", reason=quoted["reason"] if quoted else message
            )


def _result(entry: Mapping[str, Any], reasons: Reasons) -> InteractionResult:
    seconds = _seconds(str(entry.get("duration") or ""))
    states = tuple(
        str(provider_state) for provider_state in entry.get("providerStates") or () if provider_state
    )
    verdict, failures = _verdict(entry, reasons, states=states, seconds=seconds)
    return InteractionResult(
        consumer=str(entry["consumer"]),
        description=str(entry["description"]),
        verdict=verdict,
        failures=failures,
        states=states,
        seconds=seconds,
    )


def _verdict(
    entry: Mapping[str, Any], reasons: Reasons, *, states: tuple[str, ...], seconds: float | None
) -> tuple[Verdict, tuple[str, ...]]:
    if entry["result"] == "OK":
        return Verdict.PASSED, ()
    is_pending = entry.get("pending") is True
    unproduced = reasons.of_message(str(entry["description"]))
    if unproduced is not None:
        return Verdict.PENDING if is_pending else Verdict.NOT_JUDGED, (unproduced,)
    mismatch = entry.get("mismatch") or {}
    mismatches = tuple(map(_failure, mismatch.get("mismatches") or ()))
    if any(f": {_UNREADABLE_RULE}" in mismatch for mismatch in mismatches):
        return Verdict.PENDING if is_pending else Verdict.NOT_JUDGED, mismatches
    if mismatches:
        return Verdict.PENDING if is_pending else Verdict.FAILED, mismatches
    message = str(mismatch.get("message") or "the official verifier gave no reason")
    reason = reasons.explain(message, states=states, seconds=seconds)
    return Verdict.PENDING if is_pending else Verdict.NOT_JUDGED, (reason,)


def _failure(mismatch: Mapping[str, Any]) -> str:
    kind = str(mismatch.get("type") or "").removesuffix("Mismatch").lower()
    location = mismatch.get("path") or mismatch.get("key") or mismatch.get("parameter") or kind
    return f"{location}: {mismatch.get('mismatch') or mismatch}"


def _seconds(duration: str) -> float | None:
    """Return a duration in Rust's notation ("16ms", "1.007s", "1m 2s") in seconds."""
    parts = list(_DURATION.finditer(duration))
    return sum(float(part["number"]) * _SECONDS[part["unit"]] for part in parts) if parts else None
