"""The state of an integration: the verification of its latest contract."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from pactape.broker.records import Publication, Result
from pactape.broker.store.pacts.integrations import pairs_with_results
from pactape.broker.store.results import latest_result_of_each

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

__all__ = ["LABELS", "STATES", "IntegrationState", "integration_states"]

#: The states in the order in which they need attention.
STATES = ("failed", "changed", "pending", "verified")
LABELS = {
    "failed": "failed",
    "changed": "changed since last verified",
    "pending": "pending",
    "verified": "verified",
}


class IntegrationState(msgspec.Struct, frozen=True, kw_only=True):
    """The latest contract of an integration, and its state.

    Args:
        state: "failed" or "verified" according to the latest result; without a result "changed" if earlier content
            was verified, otherwise "pending".
    """

    publication: Publication
    result: Result | None
    state: str

    @property
    def label(self) -> str:
        """The state in words."""
        return LABELS[self.state]


def integration_states(connection: Connection, publications: Sequence[Publication]) -> list[IntegrationState]:
    """Return the states of the latest contracts of integrations, in the same order."""
    results = latest_result_of_each(connection, {contract.content_id for contract in publications})
    open_pairs = {
        (contract.consumer, contract.provider)
        for contract in publications
        if contract.content_id not in results
    }
    verified_pairs = pairs_with_results(connection) if open_pairs else set()
    return [_state(contract, results.get(contract.content_id), verified_pairs) for contract in publications]


def _state(
    publication: Publication, result: Result | None, verified_pairs: set[tuple[str, str]]
) -> IntegrationState:
    if result is not None:
        state = "verified" if result.success else "failed"
    else:
        state = "changed" if (publication.consumer, publication.provider) in verified_pairs else "pending"
    return IntegrationState(publication=publication, result=result, state=state)
