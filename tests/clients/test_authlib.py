from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import responses
from authlib.integrations.requests_client import OAuth2Session
from pactape_clients.auth import AuthlibTokens
from pactape_clients.errors import TokenUnavailableError

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
