"""Options of verification: time-outs, TLS, and filters of interactions."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from pactape.pactfile import PactInteraction

__all__ = ["InteractionFilter", "VerificationOptions"]

_DEFAULT_SECONDS = 30.0


class InteractionFilter(msgspec.Struct, frozen=True, kw_only=True):
    """A filter of interactions; None or an empty attribute selects all.

    Args:
        description: A regular expression to search for in the description.
        state: A regular expression to search for in the names of provider states.
        consumers: The consumers' names.
    """

    description: str | None = None
    state: str | None = None
    consumers: tuple[str, ...] = ()

    @property
    def selects_all(self) -> bool:
        """Whether nothing is filtered."""
        return self.description is None and self.state is None and not self.consumers

    @property
    def has_patterns(self) -> bool:
        """Whether regular expressions select interactions."""
        return self.description is not None or self.state is not None

    def selects(self, interaction: PactInteraction) -> bool:
        """Return whether an interaction is to be verified."""
        if self.consumers and interaction.consumer not in self.consumers:
            return False
        if self.description is not None and not re.search(self.description, interaction.description):
            return False
        return self.state is None or any(
            re.search(self.state, provider_state.name) for provider_state in interaction.states
        )


class VerificationOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Time-outs, TLS and filters of a verification.

    Args:
        timeout: The time limit for a response in seconds.
        state_timeout: The time limit for a state handler in seconds; None for that of a response.
        ca_file: A PEM file with the certificate authorities of an https provider; None for the system's.
        is_insecure: Whether the provider's certificate is not verified.
        filter: Which interactions are verified.
    """

    timeout: float = _DEFAULT_SECONDS
    state_timeout: float | None = None
    ca_file: Path | None = None
    is_insecure: bool = False
    filter: InteractionFilter = InteractionFilter()

    @property
    def state_seconds(self) -> float:
        """The time limit for a state handler in seconds."""
        return self.timeout if self.state_timeout is None else self.state_timeout

    @property
    def has_two_limits(self) -> bool:
        """Whether responses and handlers have different limits: the official verifier has one for both."""
        return self.state_seconds != self.timeout
