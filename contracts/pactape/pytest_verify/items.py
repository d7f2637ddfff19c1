"""Collects pact files as pytest test files: one item for each interaction, verified in this process."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from pactape.errors import BadInputError
from pactape.matching.mismatch import short
from pactape.pactfile import is_pact_file
from pactape.pactfile.reading import may_be_damaged_pact, read_pact_with_interactions
from pactape.pytest_verify.session import VerificationSession
from pactape.verification.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from pactape.pactfile import PactInteraction
    from pactape.verification.verdicts import InteractionResult

__all__ = ["check", "collect"]


def check(config: pytest.Config, items: Iterable[pytest.Item]) -> None:
    """Check the options of a run before any interaction is verified.

    Raises:
        BadInputError: The application, the states or the messages can't be imported, a header is invalid, or no
            contract belongs to the provider.
    """
    VerificationSession.of(config).check_selection()
    first = next((item for item in items if isinstance(item, InteractionItem)), None)
    if first is not None:
        VerificationSession.of(config).verifier(first.interaction.provider)


def collect(path: Path, parent: pytest.Collector) -> pytest.File | None:
    """Return the collector of a pact file; None for any other file.

    A damaged contract in the project's folder is an error, and so is a file that is named and isn't one.
    """
    is_expected = parent.session.isinitpath(path) or (
        VerificationSession.of(parent.config).is_in_folder(path) and may_be_damaged_pact(path)
    )
    return PactFile.from_parent(parent, path=path) if is_expected or is_pact_file(path) else None


class PactFile(pytest.File):
    """A pact file, whose interactions are the items."""

    def collect(self) -> Iterable[pytest.Item]:
        """Yield an item for each interaction, named by its description."""
        contract = read_pact_with_interactions(self.path)
        if not VerificationSession.of(self.config).selects(contract, self.path):
            return
        for name, interaction in _name_interactions(contract.interactions):
            yield InteractionItem.from_parent(self, name=name, interaction=interaction)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException]) -> Any:  # type: ignore[override]  # without style, as pytest documents it
        """Return the error, without a traceback if the user's input caused it."""
        if isinstance(excinfo.value, BadInputError):
            return str(excinfo.value)
        return super().repr_failure(excinfo)


def _name_interactions(interactions: Iterable[PactInteraction]) -> Iterator[tuple[str, PactInteraction]]:
    """Return the interactions with names for node ids: the description, with states and a number if repeated."""
    listed = list(interactions)
    plain = Counter(interaction.description for interaction in listed)
    counts: Counter[str] = Counter()
    for interaction in listed:
        states = " and ".join(state.name for state in interaction.states)
        name = (
            interaction.description
            if plain[interaction.description] == 1 or not states
            else f"{interaction.description} [{states}]"
        )
        name = name.replace("::", ":").replace("\n", " ")
        counts[name] += 1
        yield (name if counts[name] == 1 else f"{name} #{counts[name]}"), interaction


class InteractionError(AssertionError):
    """The provider doesn't meet the consumer's expectations, or it could not be verified."""

    def __init__(self, interaction: PactInteraction, result: InteractionResult) -> None:
        super().__init__("; ".join(result.failures))
        self.interaction = interaction
        self.result = result


class InteractionItem(pytest.Item):
    """One interaction of a contract.

    Args:
        interaction: The interaction to verify.
    """

    def __init__(self, *, interaction: PactInteraction, **keywords: Any) -> None:
        super().__init__(**keywords)
        self.interaction = interaction
        self.extra_keyword_matches |= {interaction.consumer, interaction.provider}

    def runtest(self) -> None:
        """Verify the interaction."""
        result = (
            VerificationSession.of(self.config).verifier(self.interaction.provider).verify(self.interaction)
        )
        if result.verdict is Verdict.PENDING:
            pytest.xfail(f"pending: {'; '.join(result.failures)}")
        if not result.passed:
            raise InteractionError(self.interaction, result)

    def reportinfo(self) -> tuple[Path, None, str]:
        """Return the item's file and its name in reports."""
        return self.path, None, f"{self.interaction.consumer} → {self.interaction.provider}: {self.name}"

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException]) -> Any:  # type: ignore[override]  # without style, as pytest documents it
        """Return each mismatch with its path, rule, example, actual value and source."""
        if isinstance(excinfo.value, InteractionError):
            return "\n".join(_report(excinfo.value))
        if isinstance(excinfo.value, BadInputError):
            return str(excinfo.value)
        return super().repr_failure(excinfo)


def _report(error: InteractionError) -> Iterator[str]:
    interaction, result = error.interaction, error.result
    yield f"{interaction.consumer} → {interaction.provider}: {interaction.description}"
    for state in interaction.states:
        yield f"  given {state.name} {short(state.parameters)}"
    if result.verdict is Verdict.NOT_JUDGED:
        yield "  could not be verified:"
    if not result.mismatches:
        yield from (f"  {failure}" for failure in result.failures)
    for mismatch in result.mismatches:
        yield f"  {f'{mismatch.part.value} {mismatch.path}'.strip()}: {mismatch.reason}"
        yield f"    rule      {mismatch.rule}"
        yield f"    example   {short(mismatch.expected)}"
        yield f"    actual    {short(mismatch.actual)}"
    if interaction.cassettes:
        yield f"  recorded in {', '.join(interaction.cassettes)}"
