"""Running the official `pact broker` command through the relay, which adds the credentials."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from pactape.errors import BadInputError, BrokerError, MissingExtraError
from pactape.pact_cli.broker_relay import BrokerRelay, RelayedCall
from pactape.pact_cli.environment import tool_environment
from pactape.serving import running
from pactape.urls import url_error, without_credentials

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["CommandResult", "broker_url", "run_broker"]


class CommandResult(msgspec.Struct, frozen=True):
    """The result of an official command.

    Args:
        code: Its exit code.
        text: Its output.
        failures: The broker's calls that failed, with the broker's own reasons.
    """

    code: int
    text: str
    failures: tuple[RelayedCall, ...] = ()


def broker_url(option: str | None, setting: str | None, environment: Mapping[str, str]) -> str:
    """Return the broker's URL: the option, else PACT_BROKER_BASE_URL, else the setting.

    Raises:
        BadInputError: None of them is given; the message shows the two ways to have a broker.
        BrokerError: It isn't a URL.
    """
    url = option or environment.get("PACT_BROKER_BASE_URL") or setting
    if url:
        if reason := url_error(url):
            raise BrokerError(
                f"the broker's URL {without_credentials(url)!r} is not a URL ({reason})",
                remedy="write it with http:// or https://",
            )
        return url.rstrip("/")
    raise BadInputError(
        "no broker is configured",
        remedy=(
            "run the embedded one with `pactape broker` and set PACT_BROKER_BASE_URL=http://127.0.0.1:9292, "
            "or set PACT_BROKER_BASE_URL (with PACT_BROKER_TOKEN, or PACT_BROKER_USERNAME and "
            "PACT_BROKER_PASSWORD) to an official Pact Broker or PactFlow; "
            "the URL may also be the setting [tool.pactape.broker] url"
        ),
    )


def run_broker(url: str, arguments: Sequence[str], *, retries: int) -> CommandResult:
    """Run `pact broker …` against a broker.

    Args:
        url: The broker's base URL.
        arguments: The subcommand and its options.
        retries: How often to try again after a failure that may pass (5xx, 408, 429).

    Raises:
        BadInputError: The official command isn't installed.
        BrokerError: The credentials are ambiguous.
    """
    with running(BrokerRelay(url, os.environ)) as relay:
        environment = tool_environment(os.environ) | {
            "PACT_BROKER_BASE_URL": relay.url,
            "PACT_BROKER_HTTP_RETRIES": str(retries),
        }
        done = subprocess.run(  # noqa: S603 -- the official command, found below
            [_executable(), "broker", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=environment,
            check=False,
        )
    return CommandResult(
        done.returncode, relay.shown(done.stdout.decode(errors="replace")), tuple(relay.failures)
    )


def _executable() -> str:
    beside = Path(sys.executable).with_name("pact")
    program = str(beside) if beside.is_file() else shutil.which("pact")
    if program is None:
        raise MissingExtraError("verify", "the official `pact` command")
    return program
