"""A client with OAuth, cursor pages and a create takes 35 lines at the most, and type checkers know its results."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, assert_type

import pytest

from tests.clients.helpers import small_client
from tests.clients.helpers.small_client import User

SOURCE = Path(small_client.__file__)


def respond(response: Any) -> Any:
    def respond(request: Any) -> Any:
        if request.path == "/token":
            return response(json={"access_token": "a", "expires_in": 300})
        if request.method == "POST":
            return response(status=201, json={"id": "3", **json.loads(request.body)})
        page = {"items": [{"id": "1", "name": "Ada"}], "next": "b"}
        return response(json={"items": [{"id": "2", "name": "Bob"}]} if "cursor=b" in request.path else page)

    return respond


def test_it_reads_all_pages_and_creates(serve: Any, response: Any) -> None:
    with serve(respond(response)) as server:
        client = small_client.connect(server.url, "s3cret")
        users = list(client.users())
        new_user = assert_type(client.create("Eve"), User)
        assert server.count("/token") == 1
    assert (assert_type(users, list[User]), new_user) == (
        [User("1", "Ada"), User("2", "Bob")],
        User("3", "Eve"),
    )


def test_it_has_35_lines_at_the_most() -> None:
    assert len(SOURCE.read_text(encoding="utf-8").splitlines()) <= 35


@pytest.mark.long
def test_it_passes_a_strict_type_checker() -> None:
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file=", "--no-incremental", str(SOURCE)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert run.returncode == 0, run.stdout
    assert "Any" not in SOURCE.read_text(encoding="utf-8")
