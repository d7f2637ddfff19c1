"""Running the official `pact broker` command; credentials reach it by its environment alone."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

import msgspec

from pactape.errors import BadInputError, MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["Answer", "broker_url", "run_broker", "shown_url"]


class Answer(msgspec.Struct, frozen=True):
    """What the command said and with which exit code."""

    code: int
    text: str


def broker_url(option: str | None, setting: str | None, environment: Mapping[str, str]) -> str:
    """The broker's address: the option, else PACT_BROKER_BASE_URL, else the setting.

    Raises:
        BadInputError: None of them is given; the message shows the two ways to have a broker.
    """
    url = option or environment.get("PACT_BROKER_BASE_URL") or setting
    if url:
        return url.rstrip("/")
    raise BadInputError(
        "no broker is configured",
        remedy=(
            "run the embedded one with `pactape broker` and set PACT_BROKER_BASE_URL=http://127.0.0.1:9292, "
            "or set PACT_BROKER_BASE_URL (with PACT_BROKER_TOKEN, or PACT_BROKER_USERNAME and "
            "PACT_BROKER_PASSWORD) to an official Pact Broker or PactFlow; "
            '[tool.pactape.broker] url = "…" does for the address, too'
        ),
    )


def shown_url(url: str) -> str:
    """The address without a user and a password in it.

    Example:
        >>> shown_url("https://ann:secret@broker.example.com/x")
        'https://broker.example.com/x'
    """
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def run_broker(url: str, arguments: Sequence[str], *, retries: int) -> Answer:
    """Run `pact broker …` against a broker.

    Args:
        url: The broker's address.
        arguments: The subcommand and its options.
        retries: How often to try again after a failure that may pass (5xx, 408, 429).

    Raises:
        BadInputError: The official command isn't installed.
    """
    environment = {
        **os.environ,
        "PACT_BROKER_BASE_URL": url,
        "PACT_BROKER_HTTP_RETRIES": str(retries),
        "PACT_DO_NOT_TRACK": "true",
    }
    done = subprocess.run(  # noqa: S603 -- the official command, found below
        [_executable(), "broker", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=environment,
        check=False,
    )
    return Answer(done.returncode, done.stdout.decode(errors="replace").replace(url, shown_url(url)))


def _executable() -> str:
    beside = Path(sys.executable).with_name("pact")
    found = str(beside) if beside.is_file() else shutil.which("pact")
    if found is None:
        raise MissingExtraError("verify", "the official `pact` command")
    return found
