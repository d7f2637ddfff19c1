"""The models of the settings, with their defaults."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

import msgspec

from pactape.errors import SettingsError
from pactape.pyproject_file import FILE_NAME
from pactape.urls import authority

__all__ = [
    "BrokerSettings",
    "ConsumerSettings",
    "HostMatchSettings",
    "HygieneKind",
    "HygieneSettings",
    "MatchSettings",
    "ProviderSettings",
    "RecordingSource",
    "ScrubSettings",
    "Settings",
]

HygieneKind = Literal["expired", "unused", "unplayed", "orphans", "unreplayable"]


class ProviderSettings(msgspec.Struct, frozen=True, kw_only=True):
    """One provider: a table `[tool.pactape.providers.<key>]`.

    Args:
        key: The name that tests and commands use for it: the table's key.
        name: The pacticipant's name in contracts and at the broker; the key by default.
        url: The canonical base URL in recordings, "https://api.example.com/v1".
        states: Its provider-state handlers, "package.module:NAME" or a URL; None if it needs none.
        messages: The functions that produce its messages, "package.module:NAME"; None if it sends none.
        openapi: Its OpenAPI document, a file in YAML or JSON; None if there is none.
        graphql: Its GraphQL schema, a file in the schema language or an introspection's JSON; None for none.
    """

    key: str
    name: str
    url: str
    states: str | None = None
    messages: str | None = None
    openapi: Path | None = None
    graphql: Path | None = None

    @property
    def host(self) -> str:
        """The host and port of its requests, "api.example.com" or "127.0.0.1:8080"."""
        return authority(self.url)


class ConsumerSettings(msgspec.Struct, frozen=True, kw_only=True):
    """A consumer in addition to the project's own: a table `[tool.pactape.consumers.<key>]`.

    Args:
        key: The table's key.
        name: The pacticipant's name in contracts and at the broker; the key by default.
        cassettes: The folder of this consumer's recordings; among nested folders, the deepest decides.
    """

    key: str
    name: str
    cassettes: Path


class BrokerSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The broker: the table `[tool.pactape.broker]`; credentials come from the environment only.

    Args:
        url: Its URL, "https://broker.example.com"; PACT_BROKER_BASE_URL takes precedence.
    """

    url: str | None = None


class ScrubSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The project's secrets, in addition to general ones: the table `[tool.pactape.scrub]`.

    Args:
        names: More names of headers, parameters and fields that contain secrets; case, "-" and "_" don't matter.
        patterns: Regular expressions for secrets anywhere in a text.
        keep: Names whose values are not scrubbed, although they are secrets by default.
    """

    names: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()


class HygieneSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Limits that keep cassettes tidy: the table `[tool.pactape.hygiene]`.

    Args:
        max_age: The age at which an interaction expires; None for never.
        hosts: The age by host, "api.example.com" or "127.0.0.1:8080", instead of `max_age`.
        fail_on: The kinds of findings that fail a test run: "expired", "unused", "unplayed", "orphans",
            "unreplayable".
    """

    max_age: timedelta | None = None
    hosts: Mapping[str, timedelta] = {}
    fail_on: tuple[HygieneKind, ...] = ()

    @property
    def limits_age(self) -> bool:
        """Whether interactions can expire."""
        return self.max_age is not None or bool(self.hosts)

    def max_age_of(self, host: str) -> timedelta | None:
        """Return the age at which interactions with a host expire; None for never."""
        return self.hosts.get(host, self.max_age)


class RecordingSource(msgspec.Struct, frozen=True, kw_only=True):
    """Recordings in addition to the project's cassettes: an entry of `[tool.pactape] recordings`.

    Args:
        path: A file, a folder, or a pattern, "fixtures/**/*.har", relative to the project's folder.
        base_url: Scheme and host of recordings whose format has only paths; None if they contain hosts.
    """

    path: str
    base_url: str | None = None


class HostMatchSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The parts of requests to one host to ignore: a table `[tool.pactape.match.hosts."<host>"]`.

    Args:
        ignore: Parts to ignore, "$.nonce", "query.ts", "form.token", "headers.X-Request-Id".
        body: "ignore" to ignore request bodies; by default as for the other hosts.
    """

    ignore: tuple[str, ...] = ()
    body: Literal["exact", "ignore"] | None = None


class MatchSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How requests are matched with recorded ones: the table `[tool.pactape.match]`.

    Args:
        ignore: Parts to ignore, whatever the host.
        body: "ignore" to ignore request bodies.
        repeats: Whether the last response to a request is repeated after all have been replayed.
        hosts: Further rules by host, "api.example.com", "*.example.com" or "127.0.0.1:8080".
    """

    ignore: tuple[str, ...] = ()
    body: Literal["exact", "ignore"] = "exact"
    repeats: bool = False
    hosts: Mapping[str, HostMatchSettings] = {}


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """All settings, with their defaults filled in.

    Args:
        root: The project's folder, with the pyproject.toml; relative paths start here.
        consumer: The consuming pacticipant's name; by default the project's name.
        cassettes: The folder of the recordings; "cassettes" by default.
        pacts: The folder of the contracts; "pacts" by default.
        providers: The providers by key.
        consumers: The consumers in addition to the project's own, by key.
        broker: The broker that contracts are published to.
        scrub: The project's secrets, in addition to general ones.
        clients: The files and folders with the code that calls providers, for the table of `pactape check`.
        typed_optionals: Whether a second interaction types optional fields; false by default.
        sampled_enumerations: Whether a few texts, seen in at least five distinct responses, are stated as an
            enumeration; false by default.
        handwritten: The folder of the pact files that consumer tests write; None if there is none.
        specification: The version of the Pact specification of written contracts; "V4" by default.
        interactions_per_file: The most interactions in a pact file; 0, the default, for any number.
        keep_failed: Whether recordings of failed tests are written.
        hygiene: The age limit of recordings, and the findings that fail a run.
        exclude: Files, folders or patterns below the root that are not used for contracts.
        consumer_is_folder: Whether the consumer has no configured name, so that it is named after the project's
            folder.
        recordings: Recordings in addition to the cassettes: files of other recorders, read in place.
        match: How requests are matched with recorded ones.
        ignore_hosts: Hosts whose requests are neither recorded nor blocked, "host", "host:port" or "*.internal".
        ignore_localhost: Whether the same applies to the loopback addresses.
        since: Exchanges recorded earlier are left out of contracts, those without a time are not; None for all.
        severities: "breaking", "warning", "info" or "off" by rule, which replaces a finding's own severity.
    """

    root: Path
    consumer: str
    cassettes: Path
    pacts: Path
    providers: Mapping[str, ProviderSettings]
    consumers: Mapping[str, ConsumerSettings] = {}
    broker: BrokerSettings = BrokerSettings()
    clients: tuple[Path, ...] = ()
    scrub: ScrubSettings = ScrubSettings()
    typed_optionals: bool = False
    sampled_enumerations: bool = False
    handwritten: Path | None = None
    specification: Literal["V3", "V4"] = "V4"
    interactions_per_file: int = 0
    keep_failed: bool = False
    hygiene: HygieneSettings = HygieneSettings()
    exclude: tuple[str, ...] = ()
    consumer_is_folder: bool = False
    recordings: tuple[RecordingSource, ...] = ()
    match: MatchSettings = MatchSettings()
    ignore_hosts: tuple[str, ...] = ()
    ignore_localhost: bool = False
    since: datetime | None = None
    severities: Mapping[str, str] = {}

    @property
    def cache_folder(self) -> Path:
        """The folder of derived data, which can be deleted at any time: "[root]/.pactape"."""
        from pactape.file_cache import cache_folder  # noqa: PLC0415 -- few commands need the cache

        return cache_folder(self.root)

    @property
    def cassette_folders(self) -> tuple[Path, ...]:
        """Return all folders of recordings: the project's own, and those of its other consumers."""
        return (self.cassettes, *(candidate.cassettes for candidate in self.consumers.values()))

    def provider(self, name: str | None, *, option: str = "--provider") -> ProviderSettings:
        """Return the provider with a key or name.

        Args:
            name: Its key, or its name in contracts; None for the only provider.
            option: The option that selects a provider, for the error message.

        Raises:
            SettingsError: No provider has this name, or no name is given and several are configured.
        """
        if name is None and len(self.providers) == 1:
            return next(iter(self.providers.values()))
        by_name = [provider for provider in self.providers.values() if provider.name == name]
        provider = self.providers.get(name or "") or (by_name[0] if len(by_name) == 1 else None)
        if provider is None:
            raise SettingsError(
                self._provider_problem(name),
                where=self.root / FILE_NAME,
                remedy=self._provider_remedy(name, option),
            )
        return provider

    def _provider_problem(self, name: str | None) -> str:
        if name is not None:
            return f"[tool.pactape.providers] has no provider {name!r}"
        return "several providers are configured" if self.providers else "no provider is configured"

    def _provider_remedy(self, name: str | None, option: str) -> str:
        if not self.providers:
            return 'add [tool.pactape.providers.KEY] with url = "https://api.example.com"'
        import difflib  # noqa: PLC0415 -- only needed for an error

        names = sorted({provider.name for provider in self.providers.values()} | set(self.providers))
        similar = difflib.get_close_matches(name or "", names, n=1)
        guess = f"did you mean {similar[0]!r}? " if similar else ""
        return f"{guess}name one of {', '.join(sorted(self.providers))} with {option}"

    def consumer_of(self, cassette: Path) -> str:
        """Return the name of the consumer whose folder, among nested ones the deepest, contains a cassette.

        Args:
            cassette: The path of a cassette file, which need not exist.
        """
        owners = [
            candidate for candidate in self.consumers.values() if cassette.is_relative_to(candidate.cassettes)
        ]
        deepest = max(owners, key=lambda owner: len(owner.cassettes.parts), default=None)
        return deepest.name if deepest else self.consumer
