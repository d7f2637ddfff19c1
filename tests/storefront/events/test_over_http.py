"""Users who are created, changed and deleted over HTTP: an event for each, in the transaction of the change."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import requests
from pactape_clients import ClientCredentials
from sqlalchemy import select

from storefront.clients import NotificationClient
from storefront.events.tables import OutboxRow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from storefront.system import Storefront

ROOT = Path(__file__).resolve().parents[3]


class Users:
    """The users API of a running storefront, asked over HTTP."""

    def __init__(self, url: str, headers: dict[str, str]) -> None:
        self._url = url
        self._headers = headers

    def ask(self, method: str, path: str, body: Any = None) -> requests.Response:
        url = f"{self._url}/users{path}"
        return requests.request(method, url, json=body, headers=self._headers, timeout=30)

    def create(self, email: str | None = None) -> str:
        body = {"email": email or f"{uuid.uuid4()}@example.com", "name": "Ada"}
        answer = self.ask("POST", "", body)
        answer.raise_for_status()
        return str(answer.json()["id"])


@pytest.fixture
def users(storefront: Storefront) -> Users:
    return Users(storefront.urls["users"], storefront.authorization("users"))


@pytest.fixture
def events_of(storefront: Storefront) -> Callable[[str], list[tuple[str, str]]]:
    """The events of a user that wait in the outbox: kind and name."""

    def waiting(user_id: str) -> list[tuple[str, str]]:
        rows = select(OutboxRow).where(OutboxRow.user_id == uuid.UUID(user_id)).order_by(OutboxRow.sequence)
        with storefront.database.transaction() as session:
            return [(row.kind, row.user["name"]) for row in session.scalars(rows)]

    return waiting


def test_each_change_over_rest_is_an_event(
    users: Users, events_of: Callable[[str], list[tuple[str, str]]]
) -> None:
    user = users.create()
    users.ask("PATCH", f"/{user}", {"name": "Ada Lovelace"})
    users.ask("DELETE", f"/{user}")
    assert events_of(user) == [
        ("user.created", "Ada"),
        ("user.updated", "Ada Lovelace"),
        ("user.deleted", "Ada Lovelace"),
    ]


@pytest.mark.parametrize("change", [{}, {"name": ""}, {"unknown": "x"}])
def test_a_request_that_changes_nothing_writes_no_event(
    users: Users, events_of: Callable[[str], list[tuple[str, str]]], change: dict[str, str]
) -> None:
    user = users.create()
    users.ask("PATCH", f"/{user}", change)
    assert events_of(user) == [("user.created", "Ada")]


def test_a_refused_change_writes_no_event(
    users: Users, events_of: Callable[[str], list[tuple[str, str]]]
) -> None:
    email = f"{uuid.uuid4()}@example.com"
    users.create(email)
    other = users.create()
    refused = users.ask("PATCH", f"/{other}", {"email": email})
    assert (refused.status_code, events_of(other)) == (409, [("user.created", "Ada")])


@pytest.fixture
def console_output() -> Iterator[str]:
    """What `python -m storefront` says when all services are up."""
    command = [sys.executable, "-u", "-m", "storefront", "--port", "0", "--token-lifetime", "600"]
    clean = {name: value for name, value in os.environ.items() if name != "STOREFRONT_EVENTS_BUS_URL"}
    with subprocess.Popen(command, cwd=ROOT, env=clean, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield "".join(iter(process.stdout.readline, "all services are up\n"))
        process.terminate()
        output, _ = process.communicate(timeout=30)
        assert (process.returncode, output) == (0, "stopped\n")


@pytest.mark.long
def test_the_command_s_mailer_welcomes_a_user_created_over_http(console_output: str) -> None:
    clients = re.findall(r"curl -u ([^:]+):(\S+) \\\s+-d grant_type=client_credentials (\S+)", console_output)
    (web, secret, token_url), *others = clients
    orders = next(other for other in others if other[0] == "storefront-orders")
    url = re.search(r"^users API: (\S+)", console_output, re.MULTILINE)
    notifications = re.search(r"^notifications: (\S+)", console_output, re.MULTILINE)
    assert url is not None
    assert notifications is not None
    token = requests.post(
        token_url, data={"grant_type": "client_credentials"}, auth=(web, secret), timeout=30
    ).json()["access_token"]
    email = f"{uuid.uuid4()}@example.com"
    Users(url[1], {"Authorization": f"Bearer {token}"}).create(email)
    tokens = ClientCredentials(orders[2], client_id=orders[0], client_secret=orders[1])
    client = NotificationClient(notifications[1], tokens=tokens)
    deadline = time.monotonic() + 60
    while not (messages := client.messages_to(email)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert [message.kind for message in messages] == ["welcome"]
