"""The settings as values, with their defaults filled in."""

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
        key: The name that tests and commands use for it: the table's own key.
        name: The pacticipant's name in contracts and at the broker; the key when not given.
        url: The canonical base URL that recordings carry, "https://api.example.com/v1".
        states: Where its provider-state handlers are, "package.module:NAME" or a URL; None when it needs none.
        messages: Where the functions are that make its messages, "package.module:NAME"; None when it sends none.
        openapi: Its OpenAPI document, a file in YAML or JSON; None when there is none.
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
        """The host and port that its requests go to, "api.example.com" or "127.0.0.1:8080"."""
        return authority(self.url)


class ConsumerSettings(msgspec.Struct, frozen=True, kw_only=True):
    """A consumer beside the project's own: a table `[tool.pactape.consumers.<key>]`.

    Args:
        key: The table's own key.
        name: The pacticipant's name in contracts and at the broker; the key when not given.
        cassettes: The folder below which recordings are this consumer's; of nested folders the deepest decides.
    """

    key: str
    name: str
    cassettes: Path


class BrokerSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The broker: the table `[tool.pactape.broker]`; credentials come from the environment only.

    Args:
        url: Its address, "https://broker.example.com"; PACT_BROKER_BASE_URL takes precedence.
    """

    url: str | None = None


class ScrubSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What is secret in this project, beside what is secret everywhere: the table `[tool.pactape.scrub]`.

    Args:
        names: More names of headers, parameters and fields that hold secrets; case, "-" and "_" don't matter.
        patterns: Regular expressions for secrets anywhere in a text.
        keep: Names whose values stay, though they are secrets by default.
    """

    names: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()


class HygieneSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What keeps cassettes tidy: the table `[tool.pactape.hygiene]`.

    Args:
        max_age: The age from which on an interaction is expired; None for never.
        hosts: The same by host, "api.example.com" or "127.0.0.1:8080", instead of `max_age`.
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
        """Return the age from which on interactions with a host are expired; None for never."""
        return self.hosts.get(host, self.max_age)


class RecordingSource(msgspec.Struct, frozen=True, kw_only=True):
    """Recordings beside the project's cassettes: an entry of `[tool.pactape] recordings`.

    Args:
        path: A file, a folder, or a pattern, "fixtures/**/*.har", relative to the project's folder.
        base_url: Scheme and host of recordings whose format has only paths; None when each format has its own.
    """

    path: str
    base_url: str | None = None


class HostMatchSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Which parts of the requests to one host don't count: a table `[tool.pactape.match.hosts."<host>"]`.

    Args:
        ignore: Parts that don't count, "$.nonce", "query.ts", "form.token", "headers.X-Request-Id".
        body: "ignore" when request bodies don't count at all.
    """

    ignore: tuple[str, ...] = ()
    body: Literal["exact", "ignore"] = "exact"


class MatchSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How a request is matched with a recorded one: the table `[tool.pactape.match]`.

    Args:
        ignore: Parts that don't count, whatever the host.
        body: "ignore" when request bodies don't count at all.
        repeats: Whether the last response to a request is repeated when all have been replayed.
        hosts: Further rules by host, "api.example.com" or "127.0.0.1:8080".
    """

    ignore: tuple[str, ...] = ()
    body: Literal["exact", "ignore"] = "exact"
    repeats: bool = False
    hosts: Mapping[str, HostMatchSettings] = {}


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """All settings, with their defaults filled in.

    Args:
        root: The project's folder: the one with the pyproject.toml; relative paths start here.
        consumer: The consuming pacticipant's name; the project's name when not given.
        cassettes: The folder of the recordings, "cassettes" when not given.
        pacts: The folder of the contracts, "pacts" when not given.
        providers: The providers by key.
        consumers: The consumers beside the project's own, by key.
        broker: Where contracts are published.
        scrub: What is secret in this project, beside what is secret everywhere.
        clients: The files and folders with the code that calls providers, for the table of `pactape check`.
        typed_optionals: Whether a second interaction types optional fields; false when not given.
        sampled_enumerations: Whether a few texts that were seen in at least five distinct answers are all that
            may come; false when not given.
        handwritten: The folder of the pact files that consumer tests write; None when there is none.
        specification: The version of the Pact specification that contracts are written in, "V4" when not given.
        interactions_per_file: How many interactions a pact file may have; 0, when not given, for any number.
        keep_failed: Whether what a test recorded is written though the test failed.
        hygiene: How old recordings may be, and what untidiness fails a run.
        exclude: Files, folders or patterns below the root that are not used for contracts.
        consumer_is_folder: Whether nothing names the consumer, so that it is named after the project's folder.
        recordings: Recordings beside the cassettes, in place: files of other recorders.
        match: How a request is matched with a recorded one.
        ignore_hosts: Hosts whose requests are neither recorded nor blocked, "host", "host:port" or "*.internal".
        ignore_localhost: Whether the same holds for the loopback addresses.
        since: Exchanges recorded earlier take no part in contracts, those without a time do; None for all.
        severities: "breaking", "warning", "info" or "off" by rule, in place of a finding's own severity.
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
        """The folder of derived data that can be deleted at any time: "[root]/.pactape"."""
        from pactape.file_cache import cache_folder  # noqa: PLC0415 -- few commands need the cache

        return cache_folder(self.root)

    @property
    def cassette_folders(self) -> tuple[Path, ...]:
        """Every folder that holds recordings: the project's own, and those of its other consumers."""
        return (self.cassettes, *(each.cassettes for each in self.consumers.values()))

    def provider(self, name: str | None, *, option: str = "--provider") -> ProviderSettings:
        """Return the provider that a command or a test means.

        Args:
            name: Its key, or its name in contracts; None for the only one that there is.
            option: How to say which one, for the error.

        Raises:
            SettingsError: There is none of that name, or several are configured and none is named.
        """
        if name is None and len(self.providers) == 1:
            return next(iter(self.providers.values()))
        by_name = [each for each in self.providers.values() if each.name == name]
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
            return f"there is no provider {name!r} in [tool.pactape.providers]"
        return "several providers are configured" if self.providers else "no provider is configured"

    def _provider_remedy(self, name: str | None, option: str) -> str:
        if not self.providers:
            return 'add [tool.pactape.providers.KEY] with url = "https://api.example.com"'
        import difflib  # noqa: PLC0415 -- only needed for an error

        names = sorted({each.name for each in self.providers.values()} | set(self.providers))
        near = difflib.get_close_matches(name or "", names, n=1)
        guess = f"did you mean {near[0]!r}? " if near else ""
        return f"{guess}name one of {', '.join(sorted(self.providers))} with {option}"

    def consumer_of(self, cassette: Path) -> str:
        """Return the name of the consumer whose folder a cassette lies in; of nested folders the deepest decides.

        Args:
            cassette: The path of a cassette file, which need not exist.
        """
        owners = [each for each in self.consumers.values() if cassette.is_relative_to(each.cassettes)]
        deepest = max(owners, key=lambda each: len(each.cassettes.parts), default=None)
        return deepest.name if deepest else self.consumer
