"""Pact files as pytest's test files: one item for each interaction, verified in this process."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pactape.errors import ApplicationError, BadInputError, PactFormatError
from pactape.imports import import_object
from pactape.matching.mismatch import short
from pactape.pactfile import is_pact_file
from pactape.pactfile.reading import read_pact_with_interactions
from pactape.provider_states import load_states
from pactape.settings import find_root, load_settings
from pactape.verification.in_process.verifier import InProcessVerifier
from pactape.verification.message_factories import load_messages

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pactape.pactfile import Pact, PactInteraction
    from pactape.provider_states import States
    from pactape.settings import ProviderSettings, Settings
    from pactape.verification.message_factories import Messages
    from pactape.verification.result import InteractionResult

__all__ = ["Verifying", "check", "collect"]

_VERIFYING = pytest.StashKey["Verifying"]()


class Verifying:
    """What all interactions of a run share: the settings, the provider, and the running application.

    Args:
        config: Pytest's, with the options of this plugin.
    """

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._settings: Settings | None = None
        self._provider: str | None = config.getoption("--pactape-verify-provider")
        self._asked = self._provider
        self._verifier: InProcessVerifier | None = None

    @classmethod
    def of(cls, config: pytest.Config) -> Verifying:
        """The one of this run."""
        if _VERIFYING not in config.stash:
            config.stash[_VERIFYING] = cls(config)
        return config.stash[_VERIFYING]

    @property
    def settings(self) -> Settings:
        """The project's settings, read when first asked for."""
        if self._settings is None:
            self._settings = load_settings(find_root(Path(self._config.rootpath)))
        return self._settings

    def takes(self, contract: Pact, path: Path) -> bool:
        """Whether a contract is of the provider that is verified: the one asked for, or the only one.

        Raises:
            PactFormatError: The contracts are of several providers, and none is asked for.
        """
        if self._asked is not None:
            return contract.provider in {self._asked, self._name(self._asked)}
        if self._provider not in {None, contract.provider}:
            raise PactFormatError(
                f"is of the provider {contract.provider!r}, others are of {self._provider!r}",
                where=path,
                remedy="name the one that the application is: --pactape-verify-provider NAME",
            )
        self._provider = contract.provider
        return True

    def verifier(self, provider: str) -> InProcessVerifier:
        """The application, running, with the provider's states.

        Raises:
            BadInputError: The application, the states or the messages can't be imported.
        """
        if self._verifier is None:
            verifier = InProcessVerifier(
                self._load("--pactape-verify"),
                states=self._states(provider),
                headers=self._headers(),
                messages=self._messages(provider),
            )
            self._verifier = verifier.__enter__()
        return self._verifier

    def close(self) -> None:
        """End the application."""
        if self._verifier is not None:
            self._verifier.__exit__(None, None, None)
            self._verifier = None

    def _load(self, option: str) -> Any:
        reference = self._config.getoption(option)
        return (
            import_object(reference, root=self.settings.root, error=ApplicationError)
            if reference and reference != "-"
            else None
        )

    def _states(self, provider: str) -> States:
        known = self._known(provider)
        named = self._config.getoption("--pactape-verify-states") or (known.states if known else None)
        return load_states(named, root=self.settings.root)

    def _messages(self, provider: str) -> Messages:
        known = self._known(provider)
        named = self._config.getoption("--pactape-verify-messages") or (known.messages if known else None)
        return load_messages(named, root=self.settings.root)

    def _headers(self) -> Mapping[str, str]:
        pairs = [each.partition(":") for each in self._config.getoption("--pactape-verify-header")]
        return {name.strip(): value.strip() for name, _, value in pairs}

    def _known(self, provider: str) -> ProviderSettings | None:
        return next((each for each in self.settings.providers.values() if each.name == provider), None)

    def _name(self, key: str) -> str:
        return self.settings.providers[key].name if key in self.settings.providers else key


def check(config: pytest.Config, items: Iterable[pytest.Item]) -> None:
    """See that what the run's interactions need can be imported, before any of them runs.

    Raises:
        BadInputError: The application, the states or the messages can't be imported.
    """
    first = next((item for item in items if isinstance(item, InteractionItem)), None)
    if first is not None:
        Verifying.of(config).verifier(first.interaction.provider)


def collect(path: Path, parent: pytest.Collector) -> pytest.File | None:
    """The collector of a pact file; None for any other file."""
    return PactFile.from_parent(parent, path=path) if is_pact_file(path) else None


class PactFile(pytest.File):
    """A pact file, whose interactions are the items."""

    def collect(self) -> Iterable[pytest.Item]:
        """An item for each interaction, named by its description."""
        contract = read_pact_with_interactions(self.path)
        if not Verifying.of(self.config).takes(contract, self.path):
            return
        for name, interaction in _named(contract.interactions):
            yield InteractionItem.from_parent(self, name=name, interaction=interaction)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException]) -> Any:  # type: ignore[override]
        """The error alone where the user's input is at fault."""
        if isinstance(excinfo.value, BadInputError):
            return str(excinfo.value)
        return super().repr_failure(excinfo)


def _named(interactions: Iterable[PactInteraction]) -> Iterator[tuple[str, PactInteraction]]:
    """Names that node ids can hold: the description, with the states and a number where it isn't alone."""
    listed = list(interactions)
    plain = Counter(each.description for each in listed)
    seen: Counter[str] = Counter()
    for each in listed:
        states = " and ".join(state.name for state in each.states)
        name = (
            each.description
            if plain[each.description] == 1 or not states
            else f"{each.description} [{states}]"
        )
        name = name.replace("::", ":").replace("\n", " ")
        seen[name] += 1
        yield (name if seen[name] == 1 else f"{name} #{seen[name]}"), each


class InteractionError(AssertionError):
    """The provider's answer isn't what the consumer needs."""

    def __init__(self, interaction: PactInteraction, result: InteractionResult) -> None:
        super().__init__("; ".join(result.failures))
        self.interaction = interaction
        self.result = result


class InteractionItem(pytest.Item):
    """One interaction of a contract.

    Args:
        interaction: What is verified.
    """

    def __init__(self, *, interaction: PactInteraction, **keywords: Any) -> None:
        super().__init__(**keywords)
        self.interaction = interaction
        self.extra_keyword_matches |= {interaction.consumer, interaction.provider}

    def runtest(self) -> None:
        """Verify the interaction."""
        result = Verifying.of(self.config).verifier(self.interaction.provider).verify(self.interaction)
        if result.failures and self.interaction.pending:
            pytest.xfail(f"pending: {'; '.join(result.failures)}")
        if not result.passed:
            raise InteractionError(self.interaction, result)

    def reportinfo(self) -> tuple[Path, None, str]:
        """Where it is, and what it is called in reports."""
        return self.path, None, f"{self.interaction.consumer} → {self.interaction.provider}: {self.name}"

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException]) -> Any:  # type: ignore[override]
        """Each mismatch with its path, rule, example, value and source; other errors as they are."""
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
    if not result.mismatches:
        yield from (f"  {failure}" for failure in result.failures)
    for mismatch in result.mismatches:
        yield f"  {f'{mismatch.part.value} {mismatch.path}'.strip()}: {mismatch.reason}"
        yield f"    rule      {mismatch.rule}"
        yield f"    example   {short(mismatch.expected)}"
        yield f"    actual    {short(mismatch.actual)}"
    if interaction.cassettes:
        yield f"  recorded in {', '.join(interaction.cassettes)}"
