"""Options of the commands that call a broker, and exit codes for the official command's results."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any, TypeVar

import click

from pactape.errors import BrokerError
from pactape.urls import without_credentials

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pactape.pact_cli.command import CommandResult
    from pactape.settings import Settings

    _F = TypeVar("_F", bound=Callable[..., Any])

__all__ = ["broker_options", "call_broker", "call_broker_and_exit", "pacticipant_name", "version_or_commit"]

#: What follows in the official command's messages is of no use to its users.
_BACKTRACE = "Stack backtrace:"


def broker_options(function: _F) -> _F:
    """Give a command `--broker-url`, `--retries` and `--dry-run`."""
    for option in (
        click.option("--dry-run", is_flag=True, help="Print the broker call without making it."),
        click.option(
            "--retries",
            type=click.IntRange(0, 20),
            default=3,
            show_default=True,
            help="Retries after a temporary failure (429, 5xx).",
        ),
        click.option(
            "--broker-url",
            metavar="URL",
            help="The broker.  [default: PACT_BROKER_BASE_URL, or the setting broker.url]",
        ),
    ):
        function = option(function)
    return function


def version_or_commit(settings: Settings, version: str | None) -> str:
    """Return the given version, or the project's commit by default."""
    from pactape.pact_cli.revision import commit_of  # noqa: PLC0415 -- keeps `pactape --help` fast

    return version or commit_of(settings.root)


def pacticipant_name(settings: Settings, name: str | None) -> str:
    """Return a pacticipant's name in the broker.

    Args:
        settings: The project's settings.
        name: Its name, or the key of a provider or a consumer in the settings; None for the project's consumer.
    """
    if name is None:
        return settings.consumer
    if name in settings.providers:
        return settings.providers[name].name
    return settings.consumers[name].name if name in settings.consumers else name


def call_broker_and_exit(
    settings: Settings,
    arguments: Sequence[str],
    *,
    url: str | None,
    retries: int,
    dry_run: bool,
    no_when: tuple[str, ...] = (),
) -> None:
    """Call the broker with the official command, print the result, and exit with the matching code.

    Exit codes: 0 yes, or done; 1 no: the output contains one of `no_when`.

    Raises:
        BrokerError: There is no broker, or it rejected the call; the message includes the broker's own.
    """
    result = call_broker(settings, arguments, url=url, retries=retries, dry_run=dry_run, no_when=no_when)
    if result is not None:
        click.echo(result.text.strip())
        sys.exit(1 if result.code else 0)


def call_broker(
    settings: Settings,
    arguments: Sequence[str],
    *,
    url: str | None,
    retries: int,
    dry_run: bool,
    no_when: tuple[str, ...] = (),
) -> CommandResult | None:
    """Call the broker with the official command, and return its output; None for a dry run, which is printed.

    Raises:
        BrokerError: There is no broker, or it rejected the call; the message includes the broker's own.
    """
    from pactape.pact_cli.command import broker_url, run_broker  # noqa: PLC0415 -- keeps `pactape --help` fast

    address = broker_url(url, settings.broker.url, os.environ)
    if dry_run:
        click.echo(f"would call {without_credentials(address)}: pact broker {' '.join(arguments)}")
        return None
    result = run_broker(address, arguments, retries=retries)
    if result.code and not any(text in result.text for text in no_when):
        raise BrokerError(_reason(result), where=without_credentials(address), remedy=_remedy(result))
    return result


def _reason(result: CommandResult) -> str:
    if result.failures:
        return str(result.failures[-1])
    message, _, _ = result.text.partition(_BACKTRACE)
    lines = [line.strip(" ❌") for line in message.splitlines()]
    messages = dict.fromkeys(line for line in lines if line)  # the command repeats its messages
    return f"the official command failed: {' '.join([*messages][-3:]) or 'no output'}"


def _remedy(result: CommandResult) -> str:
    if result.failures:
        return "check the URL, names and credentials"
    return "correct what the command's message names; `--dry-run` prints the call"
