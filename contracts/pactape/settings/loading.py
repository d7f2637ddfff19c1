"""Reads `[tool.pactape]` of pyproject.toml."""

from __future__ import annotations

from pathlib import Path
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

__all__ = ["load_settings", "settings_of"]


def settings_of(path: Path) -> Settings:
    """Return the settings that apply to a file or folder: those of its project.

    Commands use the working directory, and pytest the folder of each test, so that both find the same settings.

    Args:
        path: A file or a folder, such as a test module.

    Raises:
        SettingsError: The settings can't be read, or a value is invalid.
    """
    folder = path if path.is_dir() else path.parent
    return load_settings(find_root(folder, working_folder=Path.cwd()))


def load_settings(root: Path) -> Settings:
    """Return the settings in the pyproject.toml of `root`; without that file, every setting has its default.

    Raises:
        SettingsError: A setting is unknown or its value is invalid; the message says what is valid.
    """
    document = read_pyproject(root)
    own = table_of(document, "tool").get("pactape", {})
    table = decode(own, _Table, table_name="[tool.pactape]", root=root)
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
        clients=tuple(_existing_path(root / path, root=root) for path in table.clients),
        typed_optionals=table.typed_optionals,
        sampled_enumerations=table.sampled_enumerations,
        handwritten=root / table.handwritten if table.handwritten else None,
        specification=table.specification,
        interactions_per_file=table.interactions_per_file,
        keep_failed=table.keep_failed,
        hygiene=hygiene_settings(table.hygiene, root=root),
        recordings=tuple(_recording(recording, root=root) for recording in table.recordings),
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
        check_not_empty(values, setting=f"[tool.pactape] {name}", root=root)
    check_hosts(table.ignore_hosts, setting="[tool.pactape] ignore_hosts", root=root)


def _recording(value: str | dict[str, Any], *, root: Path) -> RecordingSource:
    """Decode an entry of `recordings`: a path or pattern, or a table with `path` and `base_url`."""
    table_name = "[tool.pactape] recordings"
    source = decode(
        {"path": value} if isinstance(value, str) else value,
        RecordingSource,
        table_name=table_name,
        root=root,
    )
    if "://" in source.path:
        raise SettingsError(
            f"{table_name} has {without_credentials(source.path)!r}, which is a URL",
            where=root / FILE_NAME,
            remedy="name local files; `pactape convert URL FILE` copies a recording",
        )
    if source.base_url is not None:
        _check_url(source.base_url, table_name=table_name, root=root, name="base_url")
    return source


def _existing_path(path: Path, *, root: Path) -> Path:
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
    """Decode the severities by rule."""
    for rule in value:
        if rule not in RULES:
            import difflib  # noqa: PLC0415 -- only needed for an error

            similar = difflib.get_close_matches(rule, RULES, n=1)
            guess = f"did you mean {similar[0]!r}? " if similar else ""
            raise SettingsError(
                f"[tool.pactape.severities] has an unknown rule {rule!r}",
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
    table_name = f"[tool.pactape.providers.{key}]"
    table = decode(value, _ProviderTable, table_name=table_name, root=root)
    check_not_empty([table.name, table.states, table.messages], setting=f"a text of {table_name}", root=root)
    _check_url(table.url, table_name=table_name, root=root)
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
        table_name = f"[tool.pactape.consumers.{key}]"
        table = decode(value, _ConsumerTable, table_name=table_name, root=root)
        check_not_empty([table.name, table.cassettes], setting=f"a text of {table_name}", root=root)
        folder = root / table.cassettes
        if folder in owners:
            raise SettingsError(
                f"{table_name} has the same cassettes as [tool.pactape.consumers.{owners[folder]}]:"
                f" {table.cassettes!r}",
                where=root / FILE_NAME,
                remedy="give each consumer its own folder",
            )
        owners[folder] = key
        consumers[key] = ConsumerSettings(key=key, name=table.name or key, cassettes=folder)
    return consumers


def _broker(value: dict[str, Any], *, root: Path) -> BrokerSettings:
    table_name = "[tool.pactape.broker]"
    settings = decode(value, BrokerSettings, table_name=table_name, root=root)
    if settings.url is not None:
        _check_url(settings.url, table_name=table_name, root=root)
        if "@" in urlsplit(settings.url).netloc:
            raise SettingsError(
                f"{table_name} url contains a user or a password",
                where=root / FILE_NAME,
                remedy="keep them out of the file: set PACT_BROKER_USERNAME and PACT_BROKER_PASSWORD",
            )
    return settings


def _check_url(url: str, *, table_name: str, root: Path, name: str = "url") -> None:
    problem = url_error(url)
    if problem:
        raise SettingsError(
            f"{table_name} {name} = {url!r} is not an absolute http or https URL ({problem})",
            where=root / FILE_NAME,
            remedy='write it as "https://api.example.com"',
        )
