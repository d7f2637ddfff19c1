"""A draft: the interactions that the recordings with one provider suggest, before they are proved."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from pactape.contracts.interactions.expectations import interactions_of
from pactape.contracts.interactions.ignored_parts import ignored_parts
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
    """The interactions of one group: one, and another one where optional fields are typed.

    Args:
        evidence: Of the group.
        description: A phrase that is unique in the contract.
        provider: The provider's settings.
        settings: The project's settings.

    Attributes:
        evidence: Of the group.
        interactions: At least one.
    """

    def __init__(
        self, evidence: Evidence, description: str, provider: ProviderSettings, settings: Settings
    ) -> None:
        self.evidence = evidence
        self._description = description
        self._provider = provider
        self._settings = settings
        self.interactions = self._interactions()

    @property
    def _ignored(self) -> HostRules:
        return ignored_parts(self.evidence.first, self._settings)

    @property
    def interaction(self) -> Interaction:
        """The interaction that has an example of every required field."""
        return self.interactions[0]

    @property
    def identity(self) -> RequestIdentity:
        """What it asks, headers and states included."""
        request = self.interaction.request
        return identity_of(request, self.interaction.states, with_headers=True, ignored=self._ignored)

    @property
    def media(self) -> str:
        """The media type of its answer; empty when it has none."""
        return media_type(self.evidence.first.exchange.response) or ""

    @property
    def is_untyped(self) -> bool:
        """Whether only status and type of its answer are stated, though the consumer may read more."""
        return self.interaction.response.body is None and not self.evidence.fields.is_nothing

    def restate(self) -> None:
        """Make the interactions anew, after the evidence has changed."""
        self.interactions = self._interactions()

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
        ):  # nothing is compared with the recorded answers, which may be large
            return tuple(msgspec.structs.replace(each, recorded=None) for each in interactions)
        return tuple(interactions)


class Draft:
    """What the recordings with one provider suggest.

    Args:
        parties: The consumer and the provider.
        provider: The provider's settings.
        final_of: The key of its group by the key that a sample has by itself.
        candidates: The interactions of each group, in the order of the keys.

    Attributes:
        parties: The consumer and the provider.
        provider: The provider's settings.
        final_of: The key of its group by the key that a sample has by itself.
        candidates: Those that stay.
        refused: Those that ask what another candidate asks, and expect another answer.
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
