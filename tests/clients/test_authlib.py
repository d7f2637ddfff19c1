from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

import pytest
import responses
from authlib.integrations.requests_client import OAuth2Session
from pactape_clients import RestClient
from pactape_clients.auth import AuthlibTokens
from pactape_clients.errors import DeadlineExceededError, TokenUnavailableError

from tests.clients.helpers.sockets import HEAD, byte_by_byte
from tests.clients.helpers.timing import ended_within

if TYPE_CHECKING:
    from collections.abc import Iterator

URL = "http://id.test/token"


@pytest.fixture
def server() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as mock:
        yield mock


def source(**more: Any) -> AuthlibTokens:
    session = OAuth2Session("web", "s3cret", grant_type="client_credentials", **more)
    return AuthlibTokens(session, token_url=URL, principal="web")


def test_an_authlib_session_gives_tokens(server: Any) -> None:
    server.post(URL, json={"access_token": "a", "token_type": "Bearer", "expires_in": 300})
    assert source().token().value == "a"


def test_an_authlib_session_says_when_they_end(server: Any) -> None:
    server.post(URL, json={"access_token": "a", "token_type": "Bearer", "expires_in": 300})
    assert source().token().expires_in == pytest.approx(300, abs=2)


def test_a_token_that_the_session_has_already_is_used_first() -> None:
    assert source(token={"access_token": "a", "token_type": "Bearer"}).token().value == "a"


def test_a_refused_token_is_replaced_by_its_refresh_token(server: Any) -> None:
    server.post(URL, json={"access_token": "b", "token_type": "Bearer", "expires_in": 300})
    tokens = source(token={"access_token": "a", "token_type": "Bearer", "refresh_token": "r1"})
    assert tokens.renew(tokens.token()).value == "b"
    assert "refresh_token=r1" in server.calls[0].request.body


def test_an_authlib_error_is_a_token_error(server: Any) -> None:
    server.post(URL, status=400, json={"error": "invalid_client", "error_description": "s3cret is wrong"})
    with pytest.raises(TokenUnavailableError) as failure:
        source().token()
    assert "s3cret" not in str(failure.value)
    assert failure.value.code == "invalid_client"


def test_an_authlib_session_that_gets_no_answer_does_not_outlast_the_deadline() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        session = OAuth2Session("web", "s3cret", grant_type="client_credentials")
        client = RestClient("http://127.0.0.1:1", tokens=AuthlibTokens(session, token_url=url))
        with ended_within(1.0), pytest.raises(DeadlineExceededError):
            client.get("/", deadline=0.3)


def test_an_authlib_answer_that_comes_byte_by_byte_ends_at_the_deadline() -> None:
    session = OAuth2Session("web", "s3cret", grant_type="client_credentials")
    with byte_by_byte(HEAD) as url:
        client = RestClient("http://127.0.0.1:1", tokens=AuthlibTokens(session, token_url=url))
        with ended_within(1.0), pytest.raises(DeadlineExceededError):
            client.get("/", deadline=0.3)


def test_the_reason_why_authlib_got_no_answer_is_kept() -> None:
    session = OAuth2Session("web", "s3cret", grant_type="client_credentials")
    with pytest.raises(TokenUnavailableError) as failure:
        AuthlibTokens(session, token_url="http://127.0.0.1:1/token").token()
    assert (failure.value.reason, failure.value.sent) == ("refused", False)
