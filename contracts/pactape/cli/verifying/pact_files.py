"""The pact files that `pactape verify` reads: the named ones, or a provider's in the project's folder."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from pactape.errors import PactFormatError, SettingsError
from pactape.pactfile import read_pact
from pactape.pactfile.naming import pact_files_in

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pactape.settings import ProviderSettings, Settings

__all__ = ["expand_paths", "files_by_provider", "pact_files", "provider_name", "provider_of"]


def pact_files(settings: Settings, paths: tuple[Path, ...], provider: str | None) -> list[Path]:
    """The named pact files, or the provider's in the project's folder of pacts."""
    name = provider_name(settings, provider)
    if not paths:
        return _files_of_provider(settings, name)
    files = expand_paths(paths)
    if all(file.is_dir() for file in files):
        raise PactFormatError(
            "contains no pact file",
            where=", ".join(map(str, paths)),
            remedy="derive contracts with `pactape derive`, or name the files",
        )
    return files


def expand_paths(paths: tuple[Path, ...]) -> list[Path]:
    """The files, and those in the folders; a folder without any is kept, to be reported as unverifiable."""
    return [file for path in paths for file in pact_files_in(path) or [path]]


def provider_of(files: list[Path]) -> str:
    """The provider of the first readable file; "" when none is readable, which the verification reports."""
    for file in files:
        with suppress(PactFormatError):
            return read_pact(file).provider
    return ""


def provider_name(settings: Settings, name: str | None) -> str | None:
    """Return a provider's name in contracts; the option may name it by its key in the settings."""
    return settings.providers[name].name if name is not None and name in settings.providers else name


def _files_of_provider(settings: Settings, provider: str | None) -> list[Path]:
    by_provider: dict[str, list[Path]] = {}
    unreadable: list[Path] = []
    for path in pact_files_in(settings.pacts):
        try:
            by_provider.setdefault(read_pact(path).provider, []).append(path)
        except PactFormatError:
            unreadable.append(path)
    name = provider or _only_provider(settings, list(by_provider))
    if name is not None and name in by_provider:
        return [*by_provider[name], *unreadable]  # an unreadable file may be one of this provider's
    if name is None and by_provider:
        raise SettingsError(
            f"contains contracts of several providers: {', '.join(by_provider)}",
            where=settings.pacts,
            remedy="name one with --provider, or name the files",
        )
    if (
        provider is not None
        and settings.providers
        and provider not in {provider.name for provider in settings.providers.values()}
    ):
        settings.provider(provider)  # raises an error that lists the providers
    if unreadable:
        return unreadable  # reported as unverifiable, each with its reason
    raise PactFormatError(
        f"contains no pact of the provider {name!r}" if name else "contains no pact",
        where=settings.pacts,
        remedy=f"derive it with `pactape derive`, or name the files{_available_providers(by_provider)}",
    )


def _available_providers(by_provider: Mapping[str, object]) -> str:
    return f"; there are pacts of {', '.join(by_provider)}" if by_provider else ""


def _only_provider(settings: Settings, names: list[str]) -> str | None:
    if len(names) == 1:
        return names[0]
    providers: list[ProviderSettings] = list(settings.providers.values())
    return providers[0].name if len(providers) == 1 else None


def files_by_provider(files: list[Path]) -> dict[str, list[Path]]:
    """Return files by their provider; unreadable files are under ""."""
    by_provider: dict[str, list[Path]] = {}
    for file in files:
        by_provider.setdefault(provider_of([file]), []).append(file)
    return by_provider
