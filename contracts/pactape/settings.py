"""The settings in `[tool.pactape]` of pyproject.toml; each has a default that suits a first run."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import urlsplit

import msgspec

from pactape.errors import SettingsError
from pactape.file_cache import cache_folder

__all__ = [
    "BrokerSettings",
    "ConsumerSettings",
    "HygieneSettings",
    "ProviderSettings",
    "ScrubSettings",
    "Settings",
    "find_root",
    "load_settings",
]

_FILE = "pyproject.toml"
_T = TypeVar("_T", bound=msgspec.Struct)
_AGE = re.compile(r"(\d{1,5})d")
HygieneKind = Literal["expired", "unused", "unplayed", "orphans"]


class ProviderSettings(msgspec.Struct, frozen=True, kw_only=True):
    """One provider: a table `[tool.pactape.providers.<key>]`.

    Args:
        key: The name that tests and commands use for it: the table's own key.
        name: The pacticipant's name in contracts and at the broker; the key when not given.
        url: The canonical base URL that recordings carry, "https://api.example.com/v1".
        states: Where its provider-state handlers are, "package.module:NAME" or a URL; None when it needs none.
        messages: Where the functions are that make its messages, "package.module:NAME"; None when it sends none.
        openapi: Its OpenAPI document, a file in YAML or JSON; None when there is none.
    """

    key: str
    name: str
    url: str
    states: str | None = None
    messages: str | None = None
    openapi: Path | None = None

    @property
    def host(self) -> str:
        """The host and port that its requests go to, "api.example.com" or "127.0.0.1:8080"."""
        return urlsplit(self.url).netloc


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
    """The broker: the table `[tool.pactape.broker]`; credentials never stand in a file.

    Args:
        url: Its address, "https://broker.example.com"; PACT_BROKER_BASE_URL goes before it.
    """

    url: str | None = None


class ScrubSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What is a secret in this project: the table `[tool.pactape.scrub]`, beside what is one everywhere.

    Args:
        names: More names of headers, parameters and fields that hold secrets; case, "-" and "_" don't matter.
        patterns: Regular expressions for secrets wherever they stand in a text.
        keep: Names whose values are to stay, though they are taken for secrets by default.
    """

    names: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()


class HygieneSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What keeps cassettes tidy: the table `[tool.pactape.hygiene]`.

    Args:
        max_age: How old an interaction may be; None for any age.
        hosts: The same by host, "api.example.com" or "127.0.0.1:8080", in the place of `max_age`.
        fail_on: The kinds of findings that fail a test run: "expired", "unused", "unplayed", "orphans".
    """

    max_age: timedelta | None = None
    hosts: Mapping[str, timedelta] = {}
    fail_on: tuple[HygieneKind, ...] = ()

    @property
    def limits_age(self) -> bool:
        """Whether any interaction may be too old."""
        return self.max_age is not None or bool(self.hosts)

    def max_age_of(self, host: str) -> timedelta | None:
        """How old the interactions with a host may be; None for any age."""
        return self.hosts.get(host, self.max_age)


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
        scrub: What is a secret in this project, beside what is one everywhere.
        clients: The files and folders with the code that calls providers, for the table of `pactape check`.
        typed_optionals: Whether a second interaction types optional fields; false when not given.
        handwritten: The folder of the pact files that consumer tests write; None when there is none.
        specification: The version of the Pact specification that contracts are written in, "V4" when not given.
        interactions_per_file: How many interactions a pact file may have; 0, when not given, for any number.
        keep_failed: Whether what a test recorded is written though the test failed.
        hygiene: How old recordings may be, and what untidiness fails a run.
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
    handwritten: Path | None = None
    specification: Literal["V3", "V4"] = "V4"
    interactions_per_file: int = 0
    keep_failed: bool = False
    hygiene: HygieneSettings = HygieneSettings()

    @property
    def cache_folder(self) -> Path:
        """The folder of derived data that can be deleted at any time: "[root]/.pactape"."""
        return cache_folder(self.root)

    @property
    def cassette_folders(self) -> tuple[Path, ...]:
        """Every folder that holds recordings: the project's own, and those of its other consumers."""
        return (self.cassettes, *(each.cassettes for each in self.consumers.values()))

    def consumer_of(self, cassette: Path) -> str:
        """The name of the consumer whose folder a cassette lies below: the deepest such folder decides.

        Args:
            cassette: The path of a cassette file, which need not exist.
        """
        owners = [each for each in self.consumers.values() if cassette.is_relative_to(each.cassettes)]
        deepest = max(owners, key=lambda each: len(each.cassettes.parts), default=None)
        return deepest.name if deepest else self.consumer


def find_root(start: Path) -> Path:
    """The nearest folder, from `start` upwards, whose pyproject.toml has a `[tool.pactape]` table.

    When there is none, the nearest folder with a pyproject.toml; without one, `start` itself.
    """
    folders = [folder for folder in (start, *start.parents) if (folder / _FILE).is_file()]
    for folder in folders:
        if "pactape" in _table(_read(folder / _FILE), "tool"):
            return folder
    return folders[0] if folders else start


def load_settings(root: Path) -> Settings:
    """Read `[tool.pactape]` of the pyproject.toml in `root`; without that file every setting has its default.

    Raises:
        SettingsError: A setting is unknown or its value can't be used; the message says what would do.
    """
    document = _read(root / _FILE) if (root / _FILE).is_file() else {}
    own = _table(document, "tool").get("pactape", {})
    table = _decode(own, _Table, place="[tool.pactape]", root=root)
    return Settings(
        root=root,
        consumer=table.consumer or _project_name(document) or root.resolve().name,
        cassettes=root / table.cassettes,
        pacts=root / table.pacts,
        providers={key: _provider(key, value, root=root) for key, value in table.providers.items()},
        consumers=_consumers(table.consumers, root=root),
        broker=_broker(table.broker, root=root),
        scrub=_scrub(table.scrub, root=root),
        clients=tuple(_existing(root / path, root=root) for path in table.clients),
        typed_optionals=table.typed_optionals,
        handwritten=root / table.handwritten if table.handwritten else None,
        specification=table.specification,
        interactions_per_file=table.interactions_per_file,
        keep_failed=table.keep_failed,
        hygiene=_hygiene(table.hygiene, root=root),
    )


class _HygieneTable(msgspec.Struct, kw_only=True):
    max_age: str | dict[str, str] | None = None
    fail_on: tuple[HygieneKind, ...] = ()


def _hygiene(value: dict[str, Any], *, root: Path) -> HygieneSettings:
    """The hosts' limits stand beside one named "default" when there are several."""
    table = _decode(value, _HygieneTable, place="[tool.pactape.hygiene]", root=root)
    told = {"default": table.max_age} if isinstance(table.max_age, str) else table.max_age or {}
    ages = {host: _age(text, root=root) for host, text in told.items()}
    return HygieneSettings(max_age=ages.pop("default", None), hosts=ages, fail_on=table.fail_on)


def _age(text: str, *, root: Path) -> timedelta:
    match = _AGE.fullmatch(text)
    if match is None:
        raise SettingsError(
            f"[tool.pactape.hygiene] max_age = {text!r} is no number of days",
            where=root / _FILE,
            remedy='write it as "90d"',
        )
    return timedelta(days=int(match.group(1)))


def _scrub(value: dict[str, Any], *, root: Path) -> ScrubSettings:
    place = "[tool.pactape.scrub]"
    settings = _decode(value, ScrubSettings, place=place, root=root)
    for pattern in settings.patterns:
        try:
            found = re.compile(pattern).search("")
        except re.error as error:
            found, reason = None, f"is no regular expression ({error})"
        else:
            reason = "matches an empty text" if found else ""
        if reason:
            raise SettingsError(
                f"{place} the pattern {pattern!r} {reason}",
                where=root / _FILE,
                remedy="write one that matches the secret and nothing else",
            )
    return settings


def _existing(path: Path, *, root: Path) -> Path:
    if not path.exists():
        raise SettingsError(
            f"[tool.pactape] clients names {path}, which doesn't exist",
            where=root / _FILE,
            remedy="name files and folders, relative to the project's folder",
        )
    return path


def _table(document: dict[str, Any], name: str) -> dict[str, Any]:
    """A table of the document; an empty one where there is none, or something else of that name."""
    value = document.get(name)
    return value if isinstance(value, dict) else {}


def _project_name(document: dict[str, Any]) -> str | None:
    name = _table(document, "project").get("name")
    return name if isinstance(name, str) else None


class _Table(msgspec.Struct, kw_only=True):
    consumer: str | None = None
    cassettes: str = "cassettes"
    pacts: str = "pacts"
    providers: dict[str, dict[str, Any]] = {}
    consumers: dict[str, dict[str, Any]] = {}
    clients: tuple[str, ...] = ()
    scrub: dict[str, Any] = {}
    broker: dict[str, Any] = {}
    typed_optionals: bool = False
    handwritten: str | None = None
    specification: Literal["V3", "V4"] = "V4"
    interactions_per_file: Annotated[int, msgspec.Meta(ge=0)] = 0
    keep_failed: bool = False
    hygiene: dict[str, Any] = {}


class _ProviderTable(msgspec.Struct, kw_only=True):
    url: str
    name: str | None = None
    states: str | None = None
    messages: str | None = None
    openapi: str | None = None


def _provider(key: str, value: dict[str, Any], *, root: Path) -> ProviderSettings:
    place = f"[tool.pactape.providers.{key}]"
    table = _decode(value, _ProviderTable, place=place, root=root)
    _check_url(table.url, place=place, root=root)
    return ProviderSettings(
        key=key,
        name=table.name or key,
        url=table.url.rstrip("/"),
        states=table.states,
        messages=table.messages,
        openapi=root / table.openapi if table.openapi else None,
    )


class _ConsumerTable(msgspec.Struct, kw_only=True):
    cassettes: str
    name: str | None = None


def _consumers(tables: dict[str, dict[str, Any]], *, root: Path) -> dict[str, ConsumerSettings]:
    consumers: dict[str, ConsumerSettings] = {}
    owners: dict[Path, str] = {}
    for key, value in tables.items():
        place = f"[tool.pactape.consumers.{key}]"
        table = _decode(value, _ConsumerTable, place=place, root=root)
        folder = root / table.cassettes
        if folder in owners:
            raise SettingsError(
                f"{place} has the cassettes of [tool.pactape.consumers.{owners[folder]}], {table.cassettes!r}",
                where=root / _FILE,
                remedy="give each consumer a folder of its own",
            )
        owners[folder] = key
        consumers[key] = ConsumerSettings(key=key, name=table.name or key, cassettes=folder)
    return consumers


def _broker(value: dict[str, Any], *, root: Path) -> BrokerSettings:
    place = "[tool.pactape.broker]"
    settings = _decode(value, BrokerSettings, place=place, root=root)
    if settings.url is not None:
        _check_url(settings.url, place=place, root=root)
        if "@" in urlsplit(settings.url).netloc:
            raise SettingsError(
                f"{place} url holds a user or a password",
                where=root / _FILE,
                remedy="keep them out of the file: set PACT_BROKER_USERNAME and PACT_BROKER_PASSWORD",
            )
    return settings


def _check_url(url: str, *, place: str, root: Path) -> None:
    if not _is_base_url(url):
        raise SettingsError(
            f"{place} url = {url!r} is not an absolute http or https URL",
            where=root / _FILE,
            remedy='write it as "https://api.example.com"',
        )


def _is_base_url(url: str) -> bool:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 -- raises for a number that is no port
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def _decode(value: Any, model: type[_T], *, place: str, root: Path) -> _T:
    if isinstance(value, dict):
        _refuse_unknown(value, model.__struct_fields__, place=place, root=root)
    try:
        return msgspec.convert(value, model)
    except msgspec.ValidationError as error:
        raise SettingsError(
            f"{place}: {error}",
            where=root / _FILE,
            remedy="give the setting a value of the expected type (docs/reference/settings.md)",
        ) from None


def _refuse_unknown(value: dict[str, Any], known: tuple[str, ...], *, place: str, root: Path) -> None:
    for name in value:
        if name in known:
            continue
        guess = "".join(f"did you mean {near!r}? " for near in difflib.get_close_matches(name, known, n=1))
        raise SettingsError(
            f"{place} has an unknown setting {name!r}",
            where=root / _FILE,
            remedy=f"{guess}the settings here are {', '.join(sorted(known))}",
        )


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(
            f"can't be read as TOML ({error})", where=path, remedy="correct the file at that place"
        ) from error
