"""What `pactape verify` does with its options: which contracts, which provider, from files or from a broker."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from pactape.errors import OutputError, PactFormatError, SettingsError
from pactape.pactfile import read_pact
from pactape.provider_states import States, load_states
from pactape.verification.headers import parse_headers
from pactape.verification.history import remember_verification
from pactape.verification.message_factories import MessageFactories, load_message_factories
from pactape.verification.official.selectors import DEFAULT_SELECTORS
from pactape.verification.options import InteractionFilter, VerificationOptions

if TYPE_CHECKING:
    from pactape.settings import ProviderSettings, Settings
    from pactape.verification import BrokerSource, Verification

__all__ = ["VerifyArguments", "run_verification"]

_WIP_DAYS = 90
_NEVER = "never"


class VerifyArguments(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The options of `pactape verify`, by their names."""

    pacts: tuple[Path, ...]
    url: str | None
    provider: str | None
    states: str | None
    messages: str | None
    headers: tuple[str, ...]
    timeout: float
    ca_file: Path | None
    insecure: bool
    filter_description: str | None
    filter_state: str | None
    consumers: tuple[str, ...]
    from_broker: bool
    broker_url: str | None
    select: tuple[str, ...]
    publish_as: str | None
    branch: str | None
    tags: tuple[str, ...]
    include_wip_since: str | None
    no_pending: bool


class _Target(msgspec.Struct, frozen=True, kw_only=True):
    """The provider, and how it is called."""

    name: str
    url: str | None
    states: States
    headers: Mapping[str, str]
    messages: MessageFactories
    options: VerificationOptions


def run_verification(
    settings: Settings, arguments: VerifyArguments, *, on_progress: Callable[[int], None] | None = None
) -> Verification:
    """Verify as the options of the command say.

    Args:
        settings: The project's settings.
        arguments: The options.
        on_progress: Called with the number of interactions that were begun.

    Raises:
        PactapeError: It can't be verified; the message says why.
        click.UsageError: Two options contradict each other.
    """
    parse_headers(arguments.headers, option="--header")
    if arguments.from_broker:
        return _from_broker(settings, arguments, on_progress)
    _refuse_broker_options(arguments)
    files = _files(settings, arguments)
    target = _target(settings, arguments, _provider_of(files))
    from pactape.verification.official.files import verify_provider  # noqa: PLC0415 -- the other way is slow to import

    verification = verify_provider(
        files,
        url=target.url,
        states=target.states,
        headers=target.headers,
        messages=target.messages,
        options=target.options,
        on_progress=on_progress,
    )
    with suppress(OutputError):  # a read-only project can be verified, too
        remember_verification(settings.cache_folder, files, verification)
    return verification


def _provider_of(files: list[Path]) -> str:
    """The provider of the first file that can be read; "" when none can, which the verification reports."""
    for file in files:
        with suppress(PactFormatError):
            return read_pact(file).provider
    return ""


def _from_broker(
    settings: Settings, arguments: VerifyArguments, on_progress: Callable[[int], None] | None
) -> Verification:
    from pactape.verification.official.broker import verify_from_broker  # noqa: PLC0415 -- only for a broker

    if arguments.pacts:
        raise click.UsageError("--from-broker takes no pact files")
    provider = settings.provider(arguments.provider) if not _is_name(settings, arguments) else None
    target = _target(settings, arguments, provider.name if provider else arguments.provider or "")
    if target.url is None and not target.messages:
        raise click.UsageError("--from-broker requires --url, or --messages for contracts of messages only")
    return verify_from_broker(
        target.name,
        broker=_source(settings, arguments),
        url=target.url,
        states=target.states,
        headers=target.headers,
        messages=target.messages,
        options=target.options,
        on_progress=on_progress,
    )


def _is_name(settings: Settings, arguments: VerifyArguments) -> bool:
    """Whether the provider is named and no provider is configured: a provider's team needs no settings."""
    return arguments.provider is not None and not settings.providers


def _source(settings: Settings, arguments: VerifyArguments) -> BrokerSource:
    from pactape.pact_cli.command import broker_url  # noqa: PLC0415 -- only for a broker
    from pactape.pact_cli.revision import branch_of, build_url_of  # noqa: PLC0415 -- only for a broker
    from pactape.verification.official.broker import BrokerSource  # noqa: PLC0415 -- only for a broker

    return BrokerSource(
        url=broker_url(arguments.broker_url, settings.broker.url, os.environ),
        select=arguments.select or DEFAULT_SELECTORS,
        include_pending=not arguments.no_pending,
        include_wip_since=_wip_since(arguments.include_wip_since),
        version=arguments.publish_as,
        branch=arguments.branch or branch_of(settings.root, os.environ),
        tags=arguments.tags,
        build_url=build_url_of(os.environ),
    )


def _wip_since(text: str | None) -> str | None:
    if text is None:
        return (datetime.now(UTC).date() - timedelta(days=_WIP_DAYS)).isoformat()
    if text == _NEVER:
        return None
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise click.BadParameter(
            f"{text!r} is not a date; write it as 2026-01-31, or never", param_hint="--include-wip-since"
        ) from None


def _refuse_broker_options(arguments: VerifyArguments) -> None:
    given = {
        "--broker-url": arguments.broker_url,
        "--select": arguments.select,
        "--publish-as": arguments.publish_as,
        "--branch": arguments.branch,
        "--tag": arguments.tags,
        "--include-wip-since": arguments.include_wip_since,
        "--no-pending": arguments.no_pending,
    }
    for option, value in given.items():
        if value:
            raise click.UsageError(f"{option} requires --from-broker")


def _target(settings: Settings, arguments: VerifyArguments, name: str) -> _Target:
    configured = next((each for each in settings.providers.values() if each.name == name), None)
    return _Target(
        name=name,
        url=arguments.url,
        states=load_states(
            arguments.states or (configured.states if configured else None), root=settings.root
        ),
        headers=parse_headers(arguments.headers, option="--header"),
        messages=load_message_factories(
            arguments.messages or (configured.messages if configured else None), root=settings.root
        ),
        options=VerificationOptions(
            timeout=arguments.timeout,
            ca_file=arguments.ca_file,
            is_insecure=arguments.insecure,
            filter=_filter(arguments),
        ),
    )


def _filter(arguments: VerifyArguments) -> InteractionFilter:
    for option, pattern in (
        ("--filter-description", arguments.filter_description),
        ("--filter-state", arguments.filter_state),
    ):
        try:
            re.compile(pattern or "")
        except re.error as error:
            raise click.BadParameter(
                f"{pattern!r} is not a regular expression ({error})", param_hint=option
            ) from None
    return InteractionFilter(
        description=arguments.filter_description, state=arguments.filter_state, consumers=arguments.consumers
    )


def _files(settings: Settings, arguments: VerifyArguments) -> list[Path]:
    """The pact files that are named, or those of the provider in the project's folder of pacts."""
    wanted = _provider_name(settings, arguments.provider)
    if not arguments.pacts:
        return _files_of_provider(settings, wanted)
    files = [
        file
        for path in arguments.pacts
        for file in (sorted(path.glob("*.json")) if path.is_dir() else [path])
    ]
    if not files:
        raise PactFormatError(
            "contains no pact file",
            where=", ".join(map(str, arguments.pacts)),
            remedy="derive contracts with `pactape derive`, or name the files",
        )
    return files


def _provider_name(settings: Settings, given: str | None) -> str | None:
    return settings.providers[given].name if given is not None and given in settings.providers else given


def _files_of_provider(settings: Settings, wanted: str | None) -> list[Path]:
    by_provider: dict[str, list[Path]] = {}
    unreadable: list[Path] = []
    for path in sorted(settings.pacts.glob("*.json")):
        try:
            by_provider.setdefault(read_pact(path).provider, []).append(path)
        except PactFormatError:
            unreadable.append(path)
    name = wanted or _only_provider(settings, list(by_provider))
    if name is not None and name in by_provider:
        return [*by_provider[name], *unreadable]  # an unreadable file may be one of this provider's
    if name is None and by_provider:
        raise SettingsError(
            f"contains contracts of several providers: {', '.join(by_provider)}",
            where=settings.pacts,
            remedy="name one with --provider, or name the files",
        )
    if (
        wanted is not None
        and settings.providers
        and wanted not in {each.name for each in settings.providers.values()}
    ):
        settings.provider(wanted)  # raises, with those that there are
    raise PactFormatError(
        f"contains no pact of the provider {name!r}" if name else "contains no pact",
        where=settings.pacts,
        remedy=f"derive it with `pactape derive`, or name the files{_there_are(by_provider)}",
    )


def _there_are(by_provider: Mapping[str, object]) -> str:
    return f"; there are pacts of {', '.join(by_provider)}" if by_provider else ""


def _only_provider(settings: Settings, found: list[str]) -> str | None:
    if len(found) == 1:
        return found[0]
    configured: list[ProviderSettings] = list(settings.providers.values())
    return configured[0].name if len(configured) == 1 else None
