"""Requests that differ in a placeholder only: each gets its own session's response, in any order."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import requests
from pactape.cassettes import RecordMode, use_cassette

from tests.helpers.apis import json_response, serving_api

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SESSIONS = {"ada": "q8Zr1LmX0vTy7PbK2w", "bob": "Xk29vLmQ7zTpW4sYb8"}


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    def answer(request: Any) -> Any:
        if request.method == "POST":
            return json_response({"sessionId": SESSIONS[json.loads(request.body)["user"]]})
        sent = f"{request.url} {dict(request.headers)} {request.body!r}"
        return json_response({"user": next(user for user, session in SESSIONS.items() if session in sent)})

    with serving_api(answer) as api:
        yield api.url


ASKING: dict[str, Callable[[str, str], requests.Response]] = {
    "path": lambda url, session: requests.get(f"{url}/sessions/{session}/me", timeout=30),
    "query": lambda url, session: requests.get(f"{url}/me", params={"session": session}, timeout=30),
    "header": lambda url, session: requests.get(f"{url}/me", headers={"X-Session-Id": session}, timeout=30),
    "Authorization": lambda url, session: requests.get(
        f"{url}/me", headers={"Authorization": f"Bearer {session}"}, timeout=30
    ),
    "cookie": lambda url, session: requests.get(f"{url}/me", cookies={"sid": session}, timeout=30),
    "body": lambda url, session: requests.put(f"{url}/me", json={"session": session}, timeout=30),
}


def users(url: str, order: list[str], ask: Callable[[str, str], requests.Response]) -> list[str]:
    """Log two users in, and ask in their sessions who they are."""
    sessions = {
        user: requests.post(f"{url}/sessions", json={"user": user}, timeout=30).json()["sessionId"]
        for user in SESSIONS
    }
    return [ask(url, sessions[user]).json()["user"] for user in order]


@pytest.mark.parametrize("ask", ASKING.values(), ids=ASKING)
@pytest.mark.parametrize("order", [["ada", "bob"], ["bob", "ada"]], ids=["as recorded", "turned"])
def test_each_session_gets_its_own_responses(
    tmp_path: Path, url: str, ask: Callable[[str, str], requests.Response], order: list[str]
) -> None:
    with use_cassette(tmp_path / "cassette.yaml", mode=RecordMode.ALL):
        users(url, ["ada", "bob"], ask)
    with use_cassette(tmp_path / "cassette.yaml"):
        assert users(url, order, ask) == order


def test_a_repeated_request_gets_its_own_session_s_last_response_again(tmp_path: Path, url: str) -> None:
    with use_cassette(tmp_path / "cassette.yaml", mode=RecordMode.ALL):
        users(url, ["ada", "bob"], ASKING["path"])
    with use_cassette(tmp_path / "cassette.yaml", repeats=True):
        assert users(url, ["bob", "bob", "ada", "ada"], ASKING["path"]) == ["bob", "bob", "ada", "ada"]
