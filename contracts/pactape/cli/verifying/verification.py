"""How `pactape verify` uses its options: which contracts, which provider, from files or from a broker."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from pactape.cli.shared.provider_urls import parse_provider_urls
from pactape.cli.verifying.pact_files import (
    expand_paths,
    files_by_provider,
    pact_files,
    provider_name,
    provider_of,
)
from pactape.errors import OutputError, PactapeError
from pactape.provider_states import States, load_states
from pactape.verification.headers import check_placeholders, parse_headers
from pactape.verification.message_factories import MessageFactories, load_message_factories
from pactape.verification.options import InteractionFilter, VerificationOptions

if TYPE_CHECKING:
    from pactape.settings import Settings
    from pactape.verification import BrokerSource, Verification

__all__ = ["VerifyArguments", "run_verification"]

_WIP_DAYS = 90
_NEVER = "never"


class VerifyArguments(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The options of `pactape verify`, by their names."""

    pacts: tuple[Path, ...]
    urls: tuple[str, ...]
    url: str | None = None
    provider: str | None
    states: str | None
    messages: str | None
    headers: tuple[str, ...]
    timeout: float
    state_timeout: float | None
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
    settings: Settings,
    arguments: VerifyArguments,
    *,
    on_progress: Callable[[int], None] | None = None,
) -> tuple[Verification, ...]:
    """Verify according to the command's options, one provider after another.

    Args:
        settings: The project's settings.
        arguments: The options.
        on_progress: Called with the number of interactions that have been started.

    Raises:
        PactapeError: Verification isn't possible; the message says why.
        click.UsageError: Two options contradict each other.
    """
    parse_headers(arguments.headers, option="--header")
    urls = parse_provider_urls(arguments.urls, option="--url", provider=arguments.provider)
    if len(urls) > 1 and arguments.headers:
        raise click.UsageError("--header would go to several providers; verify them one at a time")
    of_providers = [msgspec.structs.replace(arguments, url=url, provider=name) for name, url in urls.items()]
    if len(of_providers) > 1:
        return tuple(_verify_several(settings, of_providers, on_progress))
    return (_verify_one(settings, of_providers[0] if of_providers else arguments, on_progress),)


def _verify_several(
    settings: Settings, providers: list[VerifyArguments], on_progress: Callable[[int], None] | None
) -> Iterator[Verification]:
    """Verify several providers; a failure of one doesn't stop the others."""
    from pactape.verification.verdicts import UnjudgedContract, Verification  # noqa: PLC0415 -- while it loads

    for arguments in _with_own_files(settings, providers) if providers[0].pacts else providers:
        name = provider_name(settings, arguments.provider) or ""
        try:
            yield _verify_one(settings, arguments, on_progress)
        except PactapeError as error:
            contracts = tuple(map(str, arguments.pacts)) or (name,)
            unjudged = tuple(UnjudgedContract(contract=contract, reason=str(error)) for contract in contracts)
            yield Verification(provider=name, results=(), unjudged=unjudged)


def _with_own_files(settings: Settings, of_providers: list[VerifyArguments]) -> list[VerifyArguments]:
    """The arguments of each provider, with its files; unreadable files are reported with the first provider.

    Raises:
        click.UsageError: A file belongs to another provider, or a provider has no file.
    """
    files = files_by_provider(expand_paths(of_providers[0].pacts))
    unreadable = files.pop("", [])
    names = {provider_name(settings, arguments.provider) or "" for arguments in of_providers}
    for name in sorted(files.keys() - names):
        raise click.UsageError(f"no --url is given for the provider {name!r}; add --url {name}=URL")
    for name in sorted(names - files.keys()):
        raise click.UsageError(f"none of the files is a contract of the provider {name!r}")
    first, *others = (
        msgspec.structs.replace(
            arguments, pacts=tuple(files[provider_name(settings, arguments.provider) or ""])
        )
        for arguments in of_providers
    )
    return [msgspec.structs.replace(first, pacts=(*first.pacts, *unreadable)), *others]


def _verify_one(
    settings: Settings, arguments: VerifyArguments, on_progress: Callable[[int], None] | None
) -> Verification:
    if arguments.from_broker:
        return _from_broker(settings, arguments, on_progress)
    _refuse_broker_options(arguments)
    files = pact_files(settings, arguments.pacts, arguments.provider)
    _check_provider(settings, arguments, files)
    target = _target(settings, arguments, provider_of(files))
    from pactape.verification.official.files import verify_provider  # noqa: PLC0415 -- the other way is slow to import

    verification = verify_provider(
        files,
        url=target.url,
        states=target.states,
        headers=target.headers,
        messages=target.messages,
        options=target.options,
        on_progress=on_progress,
        on_start=_import_what_follows,
    )
    from pactape.verification.history import remember_verification  # noqa: PLC0415 -- see _import_what_follows

    with suppress(OutputError):  # a read-only project can be verified, too
        remember_verification(settings.cache_folder, files, verification)
    return verification


def _check_provider(settings: Settings, arguments: VerifyArguments, files: list[Path]) -> None:
    """Check that the files are contracts of the provider that is named."""
    name, file_provider = provider_name(settings, arguments.provider), provider_of(files)
    if name is not None and file_provider not in {"", name}:
        raise click.UsageError(f"{files[0]} is a contract of the provider {file_provider!r}, not of {name!r}")


def _import_what_follows() -> None:
    """Import the modules for the results while the verifier runs, not afterwards."""
    for module in ("pactape.verification.history", "pactape.reports.text"):
        import_module(module)


def _from_broker(
    settings: Settings,
    arguments: VerifyArguments,
    on_progress: Callable[[int], None] | None,
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
    """Whether the provider is named and none is configured: a provider team needs no settings."""
    return arguments.provider is not None and not settings.providers


def _source(settings: Settings, arguments: VerifyArguments) -> BrokerSource:
    from pactape.pact_cli.command import broker_url  # noqa: PLC0415 -- only for a broker
    from pactape.pact_cli.revision import branch_of, build_url_of  # noqa: PLC0415 -- only for a broker
    from pactape.verification.official.broker import BrokerSource  # noqa: PLC0415 -- only for a broker
    from pactape.verification.official.selectors import DEFAULT_SELECTORS  # noqa: PLC0415 -- only for a broker

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
            f"{text!r} is not a date; write a date such as 2026-01-31, or 'never'",
            param_hint="--include-wip-since",
        ) from None


def _refuse_broker_options(arguments: VerifyArguments) -> None:
    options = {
        "--broker-url": arguments.broker_url,
        "--select": arguments.select,
        "--publish-as": arguments.publish_as,
        "--branch": arguments.branch,
        "--tag": arguments.tags,
        "--include-wip-since": arguments.include_wip_since,
        "--no-pending": arguments.no_pending,
    }
    for option, value in options.items():
        if value:
            raise click.UsageError(f"{option} requires --from-broker")


def _target(settings: Settings, arguments: VerifyArguments, name: str) -> _Target:
    provider = next((candidate for candidate in settings.providers.values() if candidate.name == name), None)
    states = load_states(arguments.states or (provider.states if provider else None), root=settings.root)
    headers = parse_headers(arguments.headers, option="--header")
    check_placeholders(headers, has_states=bool(states), option="--header")
    return _Target(
        name=name,
        url=arguments.url,
        states=states,
        headers=headers,
        messages=load_message_factories(
            arguments.messages or (provider.messages if provider else None), root=settings.root
        ),
        options=VerificationOptions(
            timeout=arguments.timeout,
            state_timeout=arguments.state_timeout,
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
    return InteractionFilter(  # an empty pattern, as of a variable that isn't set, filters nothing
        description=arguments.filter_description or None,
        state=arguments.filter_state or None,
        consumers=arguments.consumers,
    )
