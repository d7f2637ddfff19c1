"""Reading the tables below `[tool.pactape]` whose values need checks: match, hygiene and scrub."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import msgspec

from pactape.errors import SettingsError
from pactape.pyproject_file import FILE_NAME
from pactape.settings.decoding import decode
from pactape.settings.models import (
    HostMatchSettings,
    HygieneKind,
    HygieneSettings,
    MatchSettings,
    ScrubSettings,
)
from pactape.settings.value_checks import check_hosts, check_not_empty

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["hygiene_settings", "match_settings", "scrub_settings"]

_AGE = re.compile(r"(\d{1,5})d")


def match_settings(value: dict[str, Any], *, root: Path) -> MatchSettings:
    """Return `[tool.pactape.match]`.

    Raises:
        SettingsError: A setting is unknown, or has a wrong value.
    """
    table_name = "[tool.pactape.match]"
    hosts = value.get("hosts", {})
    check_hosts(hosts, setting="[tool.pactape.match] hosts", root=root)
    for host, table in hosts.items() if isinstance(hosts, dict) else ():
        decode(table, HostMatchSettings, table_name=f'[tool.pactape.match.hosts."{host}"]', root=root)
    return decode(value, MatchSettings, table_name=table_name, root=root)


class _HygieneTable(msgspec.Struct, kw_only=True):
    max_age: str | dict[str, str] | None = None
    fail_on: tuple[HygieneKind, ...] = ()


def hygiene_settings(value: dict[str, Any], *, root: Path) -> HygieneSettings:
    """Return `[tool.pactape.hygiene]`: limits by host, and one named "default" for all other hosts.

    Raises:
        SettingsError: A setting is unknown, or has a wrong value.
    """
    table = decode(value, _HygieneTable, table_name="[tool.pactape.hygiene]", root=root)
    texts = {"default": table.max_age} if isinstance(table.max_age, str) else table.max_age or {}
    check_hosts(texts, setting="[tool.pactape.hygiene] max_age", root=root)
    ages = {host: _age(text, root=root) for host, text in texts.items()}
    return HygieneSettings(max_age=ages.pop("default", None), hosts=ages, fail_on=table.fail_on)


def _age(text: str, *, root: Path) -> timedelta:
    match = _AGE.fullmatch(text)
    if match is None:
        raise SettingsError(
            f"[tool.pactape.hygiene] max_age = {text!r} is not a number of days",
            where=root / FILE_NAME,
            remedy='write it as "90d"',
        )
    return timedelta(days=int(match.group(1)))


def scrub_settings(value: dict[str, Any], *, root: Path) -> ScrubSettings:
    """Return `[tool.pactape.scrub]`.

    Raises:
        SettingsError: A setting is unknown, or a pattern can't be used.
    """
    table_name = "[tool.pactape.scrub]"
    settings = decode(value, ScrubSettings, table_name=table_name, root=root)
    check_not_empty(settings.names, setting=f"{table_name} names", root=root)
    check_not_empty(settings.keep, setting=f"{table_name} keep", root=root)
    for pattern in settings.patterns:
        try:
            match = re.compile(pattern).search("")
        except re.error as error:
            match, reason = None, f"is not a regular expression ({error})"
        else:
            reason = "matches an empty text" if match else ""
        if reason:
            raise SettingsError(
                f"{table_name} the pattern {pattern!r} {reason}",
                where=root / FILE_NAME,
                remedy="write one that matches only the secret",
            )
    return settings
