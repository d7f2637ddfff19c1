"""The transport of all clients: retries and deadlines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests
import responses
from pactape_clients.auth import ClientCredentials
from pactape_clients.errors import (
    ConnectionFailedError,
    DeadlineExceededError,
    RateLimitedError,
    RequestTimeoutError,
    ServerError,
)
from pactape_clients.rest import GENERATED, RestClient, RetryPolicy, TransportSettings
from pactape_clients.retries import retry_after

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pactape_clients.operations import Operation


BASE = "http://api.test"


@pytest.fixture
def server() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as mock:
        yield mock


@pytest.fixture
def client() -> RestClient:
    return RestClient(BASE)


class TestRetries:
    def test_a_safe_call_is_made_again(self, server: Any, client: RestClient) -> None:
        server.get(f"{BASE}/", status=503)
        server.get(f"{BASE}/", json=1)
        assert client.get("/") == 1

    def test_a_lost_connection_is_tried_again(self, server: Any, client: RestClient) -> None:
        server.get(f"{BASE}/", body=requests.ConnectionError("cut"))
        server.get(f"{BASE}/", json=1)
        assert client.get("/") == 1

    def test_each_attempt_is_announced(
        self, server: Any, client: RestClient, announced: list[Operation]
    ) -> None:
        server.get(f"{BASE}/", status=503)
        server.get(f"{BASE}/", json=1)
        client.get("/")
        assert len(announced) == 2

    def test_end_after_three_attempts(self, server: Any, client: RestClient) -> None:
        server.get(f"{BASE}/", status=503)
        with pytest.raises(ServerError):
            client.get("/")
        assert len(server.calls) == 3

    @pytest.mark.parametrize("status", [400, 404, 409, 500])
    def test_a_definite_answer_is_final(self, server: Any, client: RestClient, status: int) -> None:
        server.get(f"{BASE}/", status=status)
        with pytest.raises(Exception, match=str(status)):
            client.get("/")
        assert len(server.calls) == 1

    @pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
    def test_a_write_is_made_once(self, server: Any, client: RestClient, method: str) -> None:
        getattr(server, method)(f"{BASE}/", status=503)
        with pytest.raises(ServerError):
            getattr(client, method)("/")
        assert len(server.calls) == 1

    def test_a_post_with_an_idempotency_key_is_made_again_with_the_same_key(
        self, server: Any, client: RestClient
    ) -> None:
        server.post(f"{BASE}/", status=503)
        server.post(f"{BASE}/", json=1)
        client.post("/", idempotency_key=GENERATED)
        keys = [call.request.headers["Idempotency-Key"] for call in server.calls]
        assert keys[0] == keys[1]

    def test_two_posts_have_two_generated_keys(self, server: Any, client: RestClient) -> None:
        server.post(f"{BASE}/", json=1)
        for _ in range(2):
            client.post("/", idempotency_key=GENERATED)
        assert len({call.request.headers["Idempotency-Key"] for call in server.calls}) == 2

    def test_a_wait_longer_than_the_deadline_is_not_begun(self, server: Any) -> None:
        server.get(f"{BASE}/", status=429, headers={"Retry-After": "3600"})
        with pytest.raises(RateLimitedError):
            RestClient(BASE).get("/")
        assert len(server.calls) == 1


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("7", 7.0), ("Sat, 31 Jan 2015 12:00:00 GMT", 0.0), ("soon", None), ("-1", None), (None, None)],
)
def test_retry_after_is_read(value: str | None, seconds: float | None) -> None:
    assert retry_after({} if value is None else {"retry-after": value}) == seconds


def test_a_retry_waits_as_long_as_the_server_asks() -> None:
    error = ServerError(status=503, headers={"Retry-After": "7"})
    assert RetryPolicy().wait_before(1, error, 60.0) == 7.0


def test_a_retry_never_waits_beyond_the_deadline() -> None:
    assert RetryPolicy().wait_before(1, ServerError(status=503), 0.1) == 0.025


class TestDeadline:
    def test_ends_a_call_whose_server_is_slow(self, serve: Any, response: Any) -> None:
        settings = TransportSettings(deadline=0.05, retries=RetryPolicy(attempts=1))
        with (
            serve(lambda _: response(json=1), delay=0.3) as real,
            pytest.raises((DeadlineExceededError, RequestTimeoutError)),
        ):
            RestClient(real.url, settings=settings).get("/")

    def test_includes_the_wait_for_a_token(self, serve: Any, response: Any) -> None:
        settings = TransportSettings(deadline=0.05)
        with serve(lambda _: response(json={"access_token": "a"}), delay=0.3) as real:
            tokens = ClientCredentials(f"{real.url}/token", client_id="web", client_secret="s")
            with pytest.raises(DeadlineExceededError):
                RestClient(real.url, tokens=tokens, settings=settings).get("/")
            assert real.count("/") == 0


def test_a_time_out_is_one(serve: Any, response: Any) -> None:
    settings = TransportSettings(timeouts=(1.0, 0.05), retries=RetryPolicy(attempts=1))
    with serve(lambda _: response(json=1), delay=0.3) as real, pytest.raises(RequestTimeoutError):
        RestClient(real.url, settings=settings).get("/")


def test_a_refused_connection_is_one() -> None:
    with pytest.raises(ConnectionFailedError):
        RestClient("http://127.0.0.1:1").get("/")
