"""Test helpers: the storefront in its own process, so that calls between its services are not recorded."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import requests

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[3]
STATES = "STOREFRONT_STATES_DATABASE_URL"


class Live:
    """A running storefront, as its command describes it."""

    def __init__(self, output: str) -> None:
        self.urls = dict(re.findall(r"^(\w+): (http\S+)$", output, re.MULTILINE))
        self.urls["users"] = _captured(r"^users API: (\S+)", output)
        self._clients = re.findall(
            r"curl -u ([^:]+):(\S+) \\\s+-d grant_type=client_credentials (\S+)", output
        )
        # Asked for now, for what is asked for later is recorded.
        self._tokens = {client[0]: _token(*client) for client in self._clients[1:]}
        self._tokens["users"] = _token(*self._clients[0])
        self.states = _captured(rf"{STATES}='(.+)'", output)

    def users_client(self) -> tuple[str, str]:
        """Id and secret of the users API's client."""
        client, secret, _ = self._clients[0]
        return client, secret

    def token(self, client_id: str) -> str:
        """A token of a client of the other services."""
        return self._tokens[client_id]

    def users_token(self) -> str:
        """A token of the users API's client."""
        return self._tokens["users"]


def _captured(pattern: str, output: str) -> str:
    match = re.search(pattern, output, re.MULTILINE)
    assert match is not None, output
    return match.group(1)


def _token(client: str, secret: str, url: str) -> str:
    form = {"grant_type": "client_credentials"}
    return str(requests.post(url, data=form, auth=(client, secret), timeout=10).json()["access_token"])


@contextmanager
def live_storefront() -> Iterator[Live]:
    """Start it, have the provider states of this process work on its database, and stop it."""
    command = [sys.executable, "-u", "-m", "storefront", "--port", "0", "--token-lifetime", "600"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        output = "".join(iter(process.stdout.readline, "all services are up\n"))
        live = Live(output)
        os.environ[STATES] = live.states
        try:
            yield live
        finally:
            del os.environ[STATES]
            process.terminate()
