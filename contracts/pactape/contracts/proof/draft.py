"""Drafts: the interactions suggested by the recordings of one provider, before they are proved."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from pactape.contracts.interactions.expectations import interactions_of
from pactape.contracts.interactions.ignored_parts import ignored_parts
from pactape.contracts.interactions.unnamed_keys import unnamed_keys
from pactape.contracts.pacts.request_identity import identity_of
from pactape.http_bodies import media_type

if TYPE_CHECKING:
    from pactape.cassettes.replay.request_keys.match_rules import HostRules
    from pactape.contracts.grouping.evidence.operations import GroupKey
    from pactape.contracts.grouping.evidence.sample_evidence import Evidence
    from pactape.contracts.interactions.interaction import Interaction
    from pactape.contracts.pacts.request_identity import RequestIdentity
    from pactape.contracts.participants import ContractParties
    from pactape.settings import ProviderSettings, Settings

__all__ = ["Candidate", "Draft"]


class Candidate:
    """The interactions of one group: one, and further ones such as the one that types optional fields.

    Args:
        evidence: The evidence of the group.
        description: A phrase, unique in the contract.
        provider: The provider's settings.
        settings: The project's settings.

    Attributes:
        evidence: The evidence of the group.
        interactions: At least one.
        unnamed_keys: The keys of its response that are not required only because no path can name them.
    """

    def __init__(
        self, evidence: Evidence, description: str, provider: ProviderSettings, settings: Settings
    ) -> None:
        self.evidence = evidence
        self._description = description
        self._provider = provider
        self._settings = settings
        self.interactions = self._interactions()
        self.unnamed_keys = self._unnamed_keys()

    @property
    def _ignored(self) -> HostRules:
        return ignored_parts(self.evidence.first, self._settings)

    @property
    def interaction(self) -> Interaction:
        """The interaction with an example of every required field."""
        return self.interactions[0]

    @property
    def identity(self) -> RequestIdentity:
        """The identity of its request, headers and states included."""
        request = self.interaction.request
        return identity_of(request, self.interaction.states, with_headers=True, ignored=self._ignored)

    @property
    def media(self) -> str:
        """The media type of its response; empty if it has none."""
        return media_type(self.evidence.first.exchange.response) or ""

    @property
    def is_untyped(self) -> bool:
        """Whether only the status and type of its response are stated, although the consumer may read more."""
        return self.interaction.response.body is None and not self.evidence.fields.is_nothing

    def restate(self) -> None:
        """Build the interactions again, after the evidence has changed."""
        self.interactions = self._interactions()
        self.unnamed_keys = self._unnamed_keys()

    def _unnamed_keys(self) -> frozenset[str]:
        shape = self.evidence.shape
        if shape is None or self.interaction.response.body is None:
            return frozenset()
        return frozenset(unnamed_keys(shape, self.evidence.fields))

    def _interactions(self) -> tuple[Interaction, ...]:
        interactions = interactions_of(
            self.evidence,
            self._provider,
            description=self._description,
            ignored=self._ignored,
            typed_optionals=self._settings.typed_optionals,
            enumerations=self._settings.sampled_enumerations,
        )
        if (
            self._settings.handwritten is None
        ):  # the recorded response may be large, and isn't needed any more
            return tuple(msgspec.structs.replace(interaction, recorded=None) for interaction in interactions)
        return tuple(interactions)


class Draft:
    """The interactions suggested by the recordings of one provider.

    Args:
        parties: The consumer and the provider.
        provider: The provider's settings.
        final_of: The final key of each key that a sample alone gives.
        candidates: The interactions of each group, in the order of the keys.

    Attributes:
        parties: The consumer and the provider.
        provider: The provider's settings.
        final_of: The final key of each key that a sample alone gives.
        candidates: The candidates that stay.
        refused: The candidates that were removed, because they contradict another candidate.
    """

    def __init__(
        self,
        parties: ContractParties,
        provider: ProviderSettings,
        final_of: dict[GroupKey, GroupKey],
        candidates: dict[GroupKey, Candidate],
    ) -> None:
        self.parties = parties
        self.provider = provider
        self.final_of = final_of
        self.candidates = candidates
        self.refused: dict[GroupKey, Candidate] = {}
