"""The settings in `[tool.pactape]` of pyproject.toml; each has a default that suits a first run."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import msgspec

from pactape.errors import SettingsError

__all__ = ["BrokerSettings", "ProviderSettings", "Settings", "find_root", "load_settings"]

_FILE = "pyproject.toml"
_T = TypeVar("_T", bound=msgspec.Struct)


class ProviderSettings(msgspec.Struct, frozen=True, kw_only=True):
    """One provider: a table `[tool.pactape.providers.<key>]`.

    Args:
        key: The name that tests and commands use for it: the table's own key.
        name: The pacticipant's name in contracts and at the broker; the key when not given.
        url: The canonical base URL that recordings carry, "https://api.example.com/v1".
        states: Where its provider-state handlers are, "package.module:NAME"; None when it needs none.
    """

    key: str
    name: str
    url: str
    states: str | None = None

    @property
    def host(self) -> str:
        """The host and port that its requests go to, "api.example.com" or "127.0.0.1:8080"."""
        return urlsplit(self.url).netloc


class BrokerSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The broker: the table `[tool.pactape.broker]`; credentials never stand in a file.

    Args:
        url: Its address, "https://broker.example.com"; PACT_BROKER_BASE_URL goes before it.
    """

    url: str | None = None


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """All settings, with their defaults filled in.

    Args:
        root: The project's folder: the one with the pyproject.toml; relative paths start here.
        consumer: The consuming pacticipant's name; the project's name when not given.
        cassettes: The folder of the recordings, "cassettes" when not given.
        pacts: The folder of the contracts, "pacts" when not given.
        providers: The providers by key.
        broker: Where contracts are published.
    """

    root: Path
    consumer: str
    cassettes: Path
    pacts: Path
    providers: Mapping[str, ProviderSettings]
    broker: BrokerSettings = BrokerSettings()


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
        broker=_broker(table.broker, root=root),
    )


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
    broker: dict[str, Any] = {}


class _ProviderTable(msgspec.Struct, kw_only=True):
    url: str
    name: str | None = None
    states: str | None = None


def _provider(key: str, value: dict[str, Any], *, root: Path) -> ProviderSettings:
    place = f"[tool.pactape.providers.{key}]"
    table = _decode(value, _ProviderTable, place=place, root=root)
    _check_url(table.url, place=place, root=root)
    return ProviderSettings(key=key, name=table.name or key, url=table.url.rstrip("/"), states=table.states)


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
