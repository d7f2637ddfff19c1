"""The result of a verification: exactly one verdict for each interaction of each contract."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:  # the matcher is only used for verification in this process, and is slow to import
    from pactape.matching import Mismatch  # noqa: TC004 -- annotations are only read by type checkers

__all__ = ["InteractionResult", "Publication", "UnjudgedContract", "Verdict", "Verification"]


class Verdict(StrEnum):
    """The verdict on one interaction."""

    PASSED = "passed"
    """The provider meets the consumer's expectations."""
    FAILED = "failed"
    """It doesn't."""
    PENDING = "pending"
    """It failed or could not be verified, but the contract is pending, so the build doesn't fail."""
    NOT_JUDGED = "not judged"
    """It could not be verified: no response in time, or a state or a message that failed."""


class InteractionResult(msgspec.Struct, frozen=True, kw_only=True):
    """The verdict on one interaction, with its reasons.

    Args:
        consumer: The consumer's name.
        description: The interaction's description.
        verdict: The verdict.
        failures: One sentence for each mismatch, with its path ("$.email: …"), or the reason why the interaction
            could not be verified; empty if it passed.
        mismatches: The mismatches as values, if Pactape's matcher judged.
        states: The names of its provider states.
        contract: The contract's file or URL; "" if unknown.
        seconds: The duration; None if unknown.
    """

    consumer: str
    description: str
    verdict: Verdict
    failures: tuple[str, ...] = ()
    mismatches: tuple[Mismatch, ...] = ()
    states: tuple[str, ...] = ()
    contract: str = ""
    seconds: float | None = None

    @property
    def passed(self) -> bool:
        """Whether the provider meets the consumer's expectations."""
        return self.verdict is Verdict.PASSED


class UnjudgedContract(msgspec.Struct, frozen=True, kw_only=True):
    """A contract that could not be judged at all.

    Args:
        contract: Its file or URL; "" if the reason concerns no single contract.
        reason: Why, in one sentence.
    """

    contract: str
    reason: str


class Publication(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome of publishing results.

    Args:
        version: The provider's version.
        arrived: The contracts whose results arrived.
        refused: The contracts whose results did not arrive, each with the reason.
    """

    version: str
    arrived: tuple[str, ...] = ()
    refused: tuple[UnjudgedContract, ...] = ()


class Verification(msgspec.Struct, frozen=True, kw_only=True):
    """The result of verifying a provider against its contracts.

    Args:
        provider: The provider's name.
        results: One result for each interaction, in the contracts' order.
        unjudged: The contracts that could not be verified at all.
        publication: The outcome of publishing results at the broker; None if nothing was to be published.
        notices: The broker's notices about the selected contracts.
    """

    provider: str
    results: tuple[InteractionResult, ...]
    unjudged: tuple[UnjudgedContract, ...] = ()
    publication: Publication | None = None
    notices: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """The exit code of a command.

        0: everything passed or is pending. 1: something failed. 2: 2: something could not be verified or published,
            or no interaction was judged.
        """
        not_published = self.publication is not None and bool(self.publication.refused)
        if self.unjudged or not_published or not self.results or self.with_verdict(Verdict.NOT_JUDGED):
            return 2
        return 1 if self.failed else 0

    @property
    def passed(self) -> bool:
        """Whether every interaction passed or is pending, and at least one was judged."""
        return self.exit_code == 0

    @property
    def failed(self) -> tuple[InteractionResult, ...]:
        """The interactions that failed."""
        return self.with_verdict(Verdict.FAILED)

    def with_verdict(self, verdict: Verdict) -> tuple[InteractionResult, ...]:
        """Return the results with a verdict."""
        return tuple(result for result in self.results if result.verdict is verdict)

    def counts(self) -> dict[Verdict, int]:
        """Return the number of results by verdict, for every verdict; they add up to the number of results."""
        counted = Counter(result.verdict for result in self.results)
        return {verdict: counted[verdict] for verdict in Verdict}
