"""Reading `[tool.pactape]` of pyproject.toml."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal
from urllib.parse import urlsplit

import msgspec

from pactape.errors import SettingsError
from pactape.findings import RULES
from pactape.pyproject_file import FILE_NAME, find_root, read_pyproject, table_of
from pactape.settings.decoding import decode
from pactape.settings.models import (
    BrokerSettings,
    ConsumerSettings,
    ProviderSettings,
    RecordingSource,
    Settings,
)
from pactape.settings.project_names import project_name
from pactape.settings.subtables import hygiene_settings, match_settings, scrub_settings
from pactape.settings.value_checks import check_hosts, check_not_empty
from pactape.urls import url_error, without_credentials

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

__all__ = ["load_settings", "settings_of"]


def settings_of(path: Path) -> Settings:
    """Return the settings that apply to a file or folder: those of the project that it lies in.

    Commands ask for the working directory and pytest for each test's own folder, so that both find the same.

    Args:
        path: A file or a folder; a test's module.

    Raises:
        SettingsError: The settings can't be read, or a value can't be used.
    """
    return load_settings(find_root(path if path.is_dir() else path.parent))


def load_settings(root: Path) -> Settings:
    """Return the settings in the pyproject.toml in `root`; without that file every setting has its default.

    Raises:
        SettingsError: A setting is unknown or its value can't be used; the message says what would do.
    """
    document = read_pyproject(root)
    own = table_of(document, "tool").get("pactape", {})
    table = decode(own, _Table, place="[tool.pactape]", root=root)
    _check_texts(table, root=root)
    consumer = table.consumer or project_name(document, root)
    return Settings(
        root=root,
        consumer=consumer or root.resolve().name,
        consumer_is_folder=consumer is None,
        exclude=table.exclude,
        cassettes=root / table.cassettes,
        pacts=root / table.pacts,
        providers={key: _provider(key, value, root=root) for key, value in table.providers.items()},
        consumers=_consumers(table.consumers, root=root),
        broker=_broker(table.broker, root=root),
        scrub=scrub_settings(table.scrub, root=root),
        clients=tuple(_existing(root / path, root=root) for path in table.clients),
        typed_optionals=table.typed_optionals,
        sampled_enumerations=table.sampled_enumerations,
        handwritten=root / table.handwritten if table.handwritten else None,
        specification=table.specification,
        interactions_per_file=table.interactions_per_file,
        keep_failed=table.keep_failed,
        hygiene=hygiene_settings(table.hygiene, root=root),
        recordings=tuple(_recording(each, root=root) for each in table.recordings),
        match=match_settings(table.match, root=root),
        ignore_hosts=table.ignore_hosts,
        ignore_localhost=table.ignore_localhost,
        severities=_severities(table.severities, root=root),
    )


def _check_texts(table: _Table, *, root: Path) -> None:
    """Refuse empty texts and wrong hosts."""
    texts: dict[str, Sequence[str | None]] = {
        "consumer": [table.consumer],
        "cassettes": [table.cassettes],
        "pacts": [table.pacts],
        "handwritten": [table.handwritten],
        "clients": table.clients,
        "exclude": table.exclude,
    }
    for name, values in texts.items():
        check_not_empty(values, place=f"[tool.pactape] {name}", root=root)
    check_hosts(table.ignore_hosts, place="[tool.pactape] ignore_hosts", root=root)


def _recording(value: str | dict[str, Any], *, root: Path) -> RecordingSource:
    """An entry of `recordings`: a path or pattern, or a table with `path` and `base_url`."""
    place = "[tool.pactape] recordings"
    source = decode(
        {"path": value} if isinstance(value, str) else value, RecordingSource, place=place, root=root
    )
    if "://" in source.path:
        raise SettingsError(
            f"{place} has {without_credentials(source.path)!r}, which is a URL",
            where=root / FILE_NAME,
            remedy="name local files; `pactape convert URL FILE` copies a recording",
        )
    if source.base_url is not None:
        _check_url(source.base_url, place=place, root=root, name="base_url")
    return source


def _existing(path: Path, *, root: Path) -> Path:
    if not path.exists():
        raise SettingsError(
            f"[tool.pactape] clients: {path} doesn't exist",
            where=root / FILE_NAME,
            remedy="name files and folders, relative to the project's folder",
        )
    return path


class _Table(msgspec.Struct, kw_only=True):
    consumer: str | None = None
    exclude: tuple[str, ...] = ()
    cassettes: str = "cassettes"
    pacts: str = "pacts"
    providers: dict[str, dict[str, Any]] = {}
    consumers: dict[str, dict[str, Any]] = {}
    clients: tuple[str, ...] = ()
    scrub: dict[str, Any] = {}
    broker: dict[str, Any] = {}
    typed_optionals: bool = False
    sampled_enumerations: bool = False
    handwritten: str | None = None
    specification: Literal["V3", "V4"] = "V4"
    interactions_per_file: Annotated[int, msgspec.Meta(ge=0)] = 0
    keep_failed: bool = False
    hygiene: dict[str, Any] = {}
    recordings: tuple[str | dict[str, Any], ...] = ()
    match: dict[str, Any] = {}
    ignore_hosts: tuple[str, ...] = ()
    ignore_localhost: bool = False
    severities: dict[str, Literal["breaking", "warning", "info", "off"]] = {}


def _severities(value: Mapping[str, str], *, root: Path) -> Mapping[str, str]:
    """The severities by rule."""
    for rule in value:
        if rule not in RULES:
            import difflib  # noqa: PLC0415 -- only needed for an error

            near = difflib.get_close_matches(rule, RULES, n=1)
            guess = f"did you mean {near[0]!r}? " if near else ""
            raise SettingsError(
                f"[tool.pactape.severities] there is no rule {rule!r}",
                where=root / FILE_NAME,
                remedy=f"{guess}docs/reference/reports.md lists the rules",
            )
    return value


class _ProviderTable(msgspec.Struct, kw_only=True):
    url: str
    name: str | None = None
    states: str | None = None
    messages: str | None = None
    openapi: str | None = None
    graphql: str | None = None


def _provider(key: str, value: dict[str, Any], *, root: Path) -> ProviderSettings:
    place = f"[tool.pactape.providers.{key}]"
    table = decode(value, _ProviderTable, place=place, root=root)
    check_not_empty([table.name, table.states, table.messages], place=f"a text of {place}", root=root)
    _check_url(table.url, place=place, root=root)
    return ProviderSettings(
        key=key,
        name=table.name or key,
        url=table.url.rstrip("/"),
        states=table.states,
        messages=table.messages,
        openapi=root / table.openapi if table.openapi else None,
        graphql=root / table.graphql if table.graphql else None,
    )


class _ConsumerTable(msgspec.Struct, kw_only=True):
    cassettes: str
    name: str | None = None


def _consumers(tables: dict[str, dict[str, Any]], *, root: Path) -> dict[str, ConsumerSettings]:
    consumers: dict[str, ConsumerSettings] = {}
    owners: dict[Path, str] = {}
    for key, value in tables.items():
        place = f"[tool.pactape.consumers.{key}]"
        table = decode(value, _ConsumerTable, place=place, root=root)
        check_not_empty([table.name, table.cassettes], place=f"a text of {place}", root=root)
        folder = root / table.cassettes
        if folder in owners:
            raise SettingsError(
                f"{place} has the same cassettes as [tool.pactape.consumers.{owners[folder]}]: {table.cassettes!r}",
                where=root / FILE_NAME,
                remedy="give each consumer its own folder",
            )
        owners[folder] = key
        consumers[key] = ConsumerSettings(key=key, name=table.name or key, cassettes=folder)
    return consumers


def _broker(value: dict[str, Any], *, root: Path) -> BrokerSettings:
    place = "[tool.pactape.broker]"
    settings = decode(value, BrokerSettings, place=place, root=root)
    if settings.url is not None:
        _check_url(settings.url, place=place, root=root)
        if "@" in urlsplit(settings.url).netloc:
            raise SettingsError(
                f"{place} url contains a user or a password",
                where=root / FILE_NAME,
                remedy="keep them out of the file: set PACT_BROKER_USERNAME and PACT_BROKER_PASSWORD",
            )
    return settings


def _check_url(url: str, *, place: str, root: Path, name: str = "url") -> None:
    problem = url_error(url)
    if problem:
        raise SettingsError(
            f"{place} {name} = {url!r} is not an absolute http or https URL ({problem})",
            where=root / FILE_NAME,
            remedy='write it as "https://api.example.com"',
        )
