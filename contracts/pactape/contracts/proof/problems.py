"""Problems: recordings that can't be stated in a contract, and why."""

from __future__ import annotations

import msgspec

from pactape.contracts.participants import ContractParties

__all__ = ["Problem"]


class Problem(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """What a contract can't state, the recordings that show it, and how to fix it.

    Args:
        parties: The consumer and the provider.
        description: The description of the interaction that is missing from the contract.
        what: The fact, with the recordings, as "path#index".
        remedy: An imperative sentence without a full stop.
    """

    parties: ContractParties
    description: str
    what: str
    remedy: str

    def __str__(self) -> str:
        return (
            f"{self.parties.consumer} → {self.parties.provider}: {self.description} {self.what}. "
            f"Fix: {self.remedy}."
        )
