from __future__ import annotations

import traceback
from typing import TYPE_CHECKING, Any

import pytest
import requests
import responses
from pactape_clients.auth import (
    CallableTokens,
    ClientCredentials,
    RefreshToken,
    StaticToken,
    Token,
    TokenAuth,
    TokenSource,
)
from pactape_clients.errors import TokenRefusedError, TokenUnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable

URL = "http://id.test/token"
SECRET = "s3cret-of-the-client"


class Scripted(TokenSource):
    """Gives the next of its outcomes, and counts."""

    def __init__(self, *outcomes: Token | Exception, clock: Callable[[], float]) -> None:
        super().__init__(principal="scripted", timer=clock)
        self.outcomes = list(outcomes)
        self.fetched = 0

    def fetch(self, previous: Token | None) -> Token:  # noqa: ARG002 -- the script knows
        self.fetched += 1
        outcome = self.outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


def token(value: str, expires_in: float | None = 100.0) -> Token:
    return Token(value=value, expires_in=expires_in)


def credentials(clock: Any = None) -> ClientCredentials:
    more = {} if clock is None else {"timer": clock}
    return ClientCredentials(URL, client_id="web", client_secret=SECRET, **more)


def test_a_good_token_is_fetched_once(clock: Any) -> None:
    source = Scripted(token("a"), clock=clock)
    assert source.token() is source.token()


def test_a_token_at_its_end_is_replaced(clock: Any) -> None:
    source = Scripted(token("a"), token("b"), clock=clock)
    source.token()
    clock.pass_by(100)
    assert source.token().value == "b"


def test_a_token_is_renewed_inside_the_advisory_window(clock: Any) -> None:
    source = Scripted(token("a"), token("b"), clock=clock)
    source.token()
    clock.pass_by(81)
    assert source.token().value == "b"


def test_a_token_is_kept_before_the_advisory_window(clock: Any) -> None:
    source = Scripted(token("a"), clock=clock)
    source.token()
    clock.pass_by(79)
    assert source.token().value == "a"


def test_a_token_that_lives_a_second_is_not_renewed_for_every_request(clock: Any) -> None:
    source = Scripted(token("a", 1.0), clock=clock)
    for _ in range(10):
        source.token()
    assert source.fetched == 1


def test_a_failed_renewal_is_not_an_error_while_the_token_is_good(clock: Any) -> None:
    source = Scripted(token("a"), TokenUnavailableError("down"), clock=clock)
    source.token()
    clock.pass_by(99)
    assert source.token().value == "a"


def test_a_failed_renewal_is_an_error_once_the_token_has_ended(clock: Any) -> None:
    source = Scripted(token("a"), TokenUnavailableError("down"), clock=clock)
    source.token()
    clock.pass_by(100)
    with pytest.raises(TokenUnavailableError):
        source.token()


def test_a_failed_renewal_is_not_tried_again_at_once(clock: Any) -> None:
    source = Scripted(TokenUnavailableError("down"), token("a"), clock=clock)
    for _ in range(3):
        with pytest.raises(TokenUnavailableError):
            source.token()
    assert source.fetched == 1


def test_a_failed_renewal_is_tried_again_a_second_later(clock: Any) -> None:
    source = Scripted(TokenUnavailableError("down"), token("a"), clock=clock)
    with pytest.raises(TokenUnavailableError):
        source.token()
    clock.pass_by(1)
    assert source.token().value == "a"


def test_a_refused_token_that_was_replaced_meanwhile_costs_no_fetch(clock: Any) -> None:
    source = Scripted(token("a"), token("b"), clock=clock)
    refused = source.token()
    source.renew(refused)
    assert (source.renew(refused).value, source.fetched) == ("b", 2)


def test_a_static_token_has_no_successor() -> None:
    source = StaticToken("a")
    assert source.renew(source.token()) is source.token()


def test_a_callable_may_give_a_text() -> None:
    assert CallableTokens(lambda: "a").token().value == "a"


def test_64_threads_on_an_expired_token_make_one_fetch(serve: Any, response: Any, at_once: Any) -> None:
    grant = response(json={"access_token": "a", "token_type": "Bearer", "expires_in": 300})
    with serve(lambda _: grant, delay=0.05) as server:
        source = ClientCredentials(f"{server.url}/token", client_id="web", client_secret=SECRET)
        tokens = at_once(source.token, 64)
        assert (len(server.received), {token.value for token in tokens}) == (1, {"a"})


def test_64_threads_share_one_failed_fetch(serve: Any, response: Any, at_once: Any) -> None:
    refusal = response(status=400, json={"error": "invalid_grant"})
    with serve(lambda _: refusal, delay=0.05) as server:
        source = ClientCredentials(f"{server.url}/token", client_id="web", client_secret=SECRET)
        failures = at_once(source.token, 64)
        assert len(server.received) == 1
        assert [type(failure) for failure in failures] == [TokenRefusedError] * 64


@responses.activate
def test_credentials_are_sent_by_http_basic() -> None:
    responses.post(URL, json={"access_token": "a", "token_type": "Bearer"})
    credentials().token()
    request = responses.calls[0].request
    assert request.headers["Authorization"] == "Basic d2ViOnMzY3JldC1vZi10aGUtY2xpZW50"


@responses.activate
def test_a_refresh_token_is_used_when_the_server_gave_one(clock: Any) -> None:
    responses.post(URL, json={"access_token": "a", "expires_in": 60, "refresh_token": "r1"})
    responses.post(URL, json={"access_token": "b", "expires_in": 60, "refresh_token": "r2"})
    source = credentials(clock)
    source.token()
    clock.pass_by(60)
    source.token()
    assert responses.calls[1].request.body == "grant_type=refresh_token&refresh_token=r1"


@responses.activate
def test_a_rotated_refresh_token_replaces_the_one_before(clock: Any) -> None:
    for number in (1, 2, 3):
        responses.post(URL, json={"access_token": "a", "expires_in": 60, "refresh_token": f"r{number}"})
    source = credentials(clock)
    for _ in range(3):
        source.token()
        clock.pass_by(60)
    assert responses.calls[2].request.body == "grant_type=refresh_token&refresh_token=r2"


@responses.activate
def test_a_refused_refresh_token_leads_back_to_the_credentials(clock: Any) -> None:
    responses.post(URL, json={"access_token": "a", "expires_in": 60, "refresh_token": "r1"})
    responses.post(URL, status=400, json={"error": "invalid_grant"})
    responses.post(URL, json={"access_token": "b", "expires_in": 60})
    source = credentials(clock)
    source.token()
    clock.pass_by(60)
    assert source.token().value == "b"


@responses.activate
def test_a_rotated_refresh_token_is_handed_over_for_storing() -> None:
    responses.post(URL, json={"access_token": "a", "expires_in": 60, "refresh_token": "r2"})
    stored: list[str] = []
    RefreshToken(URL, refresh_token="r1", client_id="web", on_rotation=stored.append).token()
    assert stored == ["r2"]


@responses.activate
def test_an_absolute_end_is_read_by_the_servers_own_clock() -> None:
    date = "Sat, 31 Jan 2026 12:00:00 GMT"
    responses.post(URL, json={"access_token": "a", "expires_at": 1769860860}, headers={"Date": date})
    assert credentials().token().expires_in == 60


@responses.activate
def test_an_oauth_error_keeps_its_code() -> None:
    responses.post(URL, status=401, json={"error": "invalid_client"})
    with pytest.raises(TokenRefusedError) as refusal:
        credentials().token()
    assert (refusal.value.code, refusal.value.status) == ("invalid_client", 401)


@responses.activate
@pytest.mark.parametrize("body", ["<html>", "[]", "{}", "\ufffd"])
def test_an_answer_that_is_not_a_token_is_refused(body: str) -> None:
    responses.post(URL, body=body)
    with pytest.raises(TokenUnavailableError, match="without a token"):
        credentials().token()


@responses.activate
def test_secrets_that_the_server_echoes_are_masked() -> None:
    responses.post(
        URL, status=400, json={"error": "invalid_client", "error_description": f"{SECRET} is wrong"}
    )
    with pytest.raises(TokenRefusedError) as refusal:
        credentials().token()
    assert SECRET not in str(refusal.value)


@responses.activate
def test_no_traceback_shows_a_secret_even_with_its_locals() -> None:
    responses.post(URL, body=requests.ConnectionError("refused"))
    with pytest.raises(TokenUnavailableError) as failure:
        credentials().token()
    trace = "".join(traceback.TracebackException.from_exception(failure.value, capture_locals=True).format())
    assert SECRET not in trace


@pytest.mark.parametrize(
    "holder",
    [
        StaticToken("t0p"),
        Token(value="t0p", refresh_token="t0p"),
        ClientCredentials(URL, client_id="web", client_secret="t0p"),
        RefreshToken(URL, refresh_token="t0p", client_id="web"),
        TokenAuth(StaticToken("t0p")),
    ],
    ids=lambda holder: type(holder).__name__,
)
def test_no_repr_shows_a_secret(holder: object) -> None:
    assert "t0p" not in repr(holder)


def test_nothing_of_the_call_that_needs_a_token_goes_into_the_token_request() -> None:
    with responses.RequestsMock() as server:
        server.post(URL, json={"access_token": "t", "token_type": "Bearer", "expires_in": 60})
        server.post("http://api.test/users", json={})
        requests.post(
            "http://api.test/users",
            json={"name": "Ada"},
            params={"dry": "run"},
            auth=TokenAuth(credentials()),
            timeout=5,
        )
        token_request = server.calls[0].request
    assert (token_request.url, token_request.body) == (URL, "grant_type=client_credentials")
