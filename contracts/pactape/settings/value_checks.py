"""Checks of settings that a type can't state: texts that may not be empty, and hosts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pactape.errors import SettingsError
from pactape.patterns import compile_when_used
from pactape.pyproject_file import FILE_NAME

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

__all__ = ["check_hosts", "check_not_empty"]

_HOST = compile_when_used(r"(?:\[[0-9A-Fa-f:.]+\]|[^\s/@:\[\]]+)(?::\d{1,5})?")


def check_not_empty(values: Iterable[str | None], *, setting: str, root: Path) -> None:
    """Refuse empty texts, which would silently mean nothing or the project's folder.

    Args:
        values: The values of a setting; None for one that isn't given.
        setting: The setting, for errors.
        root: The folder of the file.

    Raises:
        SettingsError: A value is empty or blank.
    """
    if any(value is not None and not value.strip() for value in values):
        raise SettingsError(
            f"{setting} is empty", where=root / FILE_NAME, remedy="give it a value, or remove the setting"
        )


def check_hosts(hosts: Iterable[str], *, setting: str, root: Path) -> None:
    """Refuse what is not a host with an optional port, and would therefore match no request.

    Raises:
        SettingsError: A value is not a host.
    """
    for host in hosts:
        if not _HOST.fullmatch(host):
            raise SettingsError(
                f"{setting} has {host!r}, which is not a host",
                where=root / FILE_NAME,
                remedy='write it as "api.example.com", "*.example.com" or "127.0.0.1:8080"',
            )
