"""Options of the commands that talk to a broker, and what becomes of the official command's answer."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any, TypeVar

import click

from pactape.errors import BadInputError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pactape.settings import Settings

    _F = TypeVar("_F", bound=Callable[..., Any])

__all__ = ["ask_broker", "broker_options", "version_or_commit"]


def broker_options(function: _F) -> _F:
    """Give a command `--broker-url`, `--retries` and `--dry-run`."""
    for option in (
        click.option("--dry-run", is_flag=True, help="Say what would be asked of the broker, and don't."),
        click.option(
            "--retries",
            type=click.IntRange(0, 20),
            default=3,
            show_default=True,
            help="Tries after a failure that may pass.",
        ),
        click.option(
            "--broker-url", help="The broker; by default PACT_BROKER_BASE_URL or [tool.pactape.broker] url."
        ),
    ):
        function = option(function)
    return function


def version_or_commit(settings: Settings, version: str | None) -> str:
    """The given version, or else the project's commit."""
    from pactape.pact_cli.revision import commit_of  # noqa: PLC0415 -- keeps `pactape --help` quick

    return version or commit_of(settings.root)


def ask_broker(
    settings: Settings,
    arguments: Sequence[str],
    *,
    url: str | None,
    retries: int,
    dry_run: bool,
    no_when: tuple[str, ...],
) -> None:
    """Ask the broker by the official command, show its answer and leave with its meaning.

    Exit codes: 0 it holds; 1 the answer contains one of `no_when`, so it does not hold.

    Raises:
        BadInputError: It could not be told: no broker, no such thing, a refusal; exit code 2.
    """
    from pactape.pact_cli.command import broker_url, run_broker, shown_url  # noqa: PLC0415 -- as above

    address = broker_url(url, settings.broker.url, os.environ)
    if dry_run:
        click.echo(f"would ask {shown_url(address)}: pact broker {' '.join(arguments)}")
        return
    answer = run_broker(address, arguments, retries=retries)
    if answer.code and not any(text in answer.text for text in no_when):
        raise BadInputError(
            f"the official command failed: {_last_line(answer.text)}",
            where=shown_url(address),
            remedy="see that the broker runs at this address, knows the names, and lets these credentials in",
        )
    click.echo(answer.text.strip())
    sys.exit(1 if answer.code else 0)


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing"
