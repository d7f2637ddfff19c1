"""Determines which results of the official verifier arrived at the broker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pactape.verification.verdicts import Publication, UnjudgedContract

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pactape.pact_cli.broker_relay import RelayedCall

__all__ = ["publication_of"]

_RESULTS = "/verification-results"


def publication_of(
    version: str, contracts: Mapping[str, RelayedCall], calls: Iterable[RelayedCall]
) -> Publication:
    """Return the contracts whose results arrived at the broker, and those whose results didn't.

    Args:
        version: The provider's version.
        contracts: The contracts that the broker served, by path.
        calls: All calls to the broker, in order.
    """
    writes = [call for call in calls if call.method in {"POST", "PUT", "PATCH"}]
    results = {call.path: call for call in writes if call.path.endswith(_RESULTS)}
    others = [call for call in writes if call.has_failed and not call.path.endswith(_RESULTS)]
    arrived: list[str] = []
    refused: list[UnjudgedContract] = []
    for path, contract in contracts.items():
        name = _name(contract)
        call = results.get(f"{path}{_RESULTS}")
        if call is not None and call.has_arrived:
            arrived.append(name)
        else:
            failure = call or (others[-1] if others else None)
            reason = str(failure) if failure else "the official verifier sent no results"
            refused.append(UnjudgedContract(contract=name, reason=reason))
    return Publication(version=version, arrived=tuple(arrived), refused=tuple(refused))


def _name(contract: RelayedCall) -> str:
    """Return the display name of a contract: "web → users"."""
    document = contract.document
    return f"{document['consumer'].get('name')} → {document['provider'].get('name')}"
