"""The state shared by all interactions of a pytest run: settings, provider and running application."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from pactape.errors import ApplicationError, BadInputError, PactFormatError
from pactape.imports import import_object
from pactape.provider_states import load_states
from pactape.settings import find_root, load_settings
from pactape.verification.headers import check_placeholders, parse_headers
from pactape.verification.in_process.verifier import InProcessVerifier
from pactape.verification.message_factories import load_message_factories

if TYPE_CHECKING:
    from pactape.pactfile import Pact
    from pactape.settings import ProviderSettings, Settings

__all__ = ["VerificationSession"]

_SESSION = pytest.StashKey["VerificationSession"]()
_HEADER = "--pactape-verify-header"


class VerificationSession:
    """The application that a pytest run verifies, and its provider.

    Args:
        config: Pytest's configuration, with the options of this plugin.
    """

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._settings: Settings | None = None
        self._provider_option: str | None = config.getoption("--pactape-verify-provider")
        self._provider: str | None = None
        self._providers: set[str] = set()
        self._verifier: InProcessVerifier | None = None

    @classmethod
    def of(cls, config: pytest.Config) -> VerificationSession:
        """Return the session of a pytest run."""
        if _SESSION not in config.stash:
            config.stash[_SESSION] = cls(config)
        return config.stash[_SESSION]

    @property
    def settings(self) -> Settings:
        """The project's settings, read at first use."""
        if self._settings is None:
            self._settings = load_settings(find_root(Path(self._config.rootpath)))
        return self._settings

    def is_in_folder(self, path: Path) -> bool:
        """Return whether a file is in the project's folder of contracts."""
        try:
            return path.parent == self.settings.pacts
        except BadInputError:  # is reported when the settings are needed
            return False

    def selects(self, pact: Pact, path: Path) -> bool:
        """Return whether a contract belongs to the verified provider: that of the option, or the only one.

        Raises:
            PactFormatError: The contracts belong to several providers, and the option is missing.
        """
        self._providers.add(pact.provider)
        if self._provider_option is not None:
            return pact.provider in {self._provider_option, self._name(self._provider_option)}
        if self._provider not in {None, pact.provider}:
            raise PactFormatError(
                f"belongs to the provider {pact.provider!r}; the others belong to {self._provider!r}",
                where=path,
                remedy="name the application's provider: --pactape-verify-provider NAME",
            )
        self._provider = pact.provider
        return True

    def check_selection(self) -> None:
        """Check that a collected contract belongs to the provider of the option.

        Raises:
            PactFormatError: No contract does.
        """
        if self._provider_option is None or not self._providers:
            return
        if not self._providers & {self._provider_option, self._name(self._provider_option)}:
            raise PactFormatError(
                f"no contract belongs to the provider {self._provider_option!r}",
                where="--pactape-verify-provider",
                remedy=f"name one of {', '.join(sorted(self._providers))}",
            )

    def verifier(self, provider: str) -> InProcessVerifier:
        """Return the verifier of the run; the first call starts its application.

        Raises:
            BadInputError: The application, the states or the messages can't be imported, or a header is invalid.
        """
        if self._verifier is None:
            verifier = self._new_verifier(provider)
            verifier.__enter__()
            self._verifier = verifier
        return self._verifier

    def _new_verifier(self, provider: str) -> InProcessVerifier:
        option, root = self._config.getoption, self.settings.root
        configured = self._configured_provider(provider)
        reference = option("--pactape-verify")
        states = option("--pactape-verify-states") or (configured.states if configured else None)
        messages = option("--pactape-verify-messages") or (configured.messages if configured else None)
        loaded = load_states(states, root=root)
        headers = parse_headers(option(_HEADER), option=_HEADER)
        check_placeholders(headers, has_states=bool(loaded), option=_HEADER)
        return InProcessVerifier(
            None if reference == "-" else import_object(reference, root=root, error=ApplicationError),
            states=loaded,
            headers=headers,
            messages=load_message_factories(messages, root=root),
            base_path=urlsplit(option("--pactape-verify-base-path") or "").path,
        )

    def close(self) -> None:
        """Shut the application down."""
        if self._verifier is not None:
            self._verifier.__exit__(None, None, None)
            self._verifier = None

    def _configured_provider(self, provider: str) -> ProviderSettings | None:
        return next(
            (candidate for candidate in self.settings.providers.values() if candidate.name == provider), None
        )

    def _name(self, key: str) -> str:
        return self.settings.providers[key].name if key in self.settings.providers else key
