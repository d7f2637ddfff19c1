"""Servers that send an answer byte by byte: none outlasts a call's total deadline."""

from __future__ import annotations

import gzip
import socket
import threading
import traceback
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import pytest
import requests
from pactape_clients.auth import CallableTokens, ClientCredentials, StaticToken
from pactape_clients.errors import DeadlineExceededError, RequestTimeoutError, TransportError
from pactape_clients.graphql import GraphQLClient
from pactape_clients.rest import RestClient, RetryPolicy, TransportSettings

from tests.clients.helpers.sockets import HEAD, byte_by_byte
from tests.clients.helpers.timing import ended_within

if TYPE_CHECKING:
    from collections.abc import Iterator

SHORT = TransportSettings(deadline=0.1, retries=RetryPolicy(attempts=1))
PATIENT = TransportSettings(deadline=60.0, retries=RetryPolicy(attempts=1))

SIZED = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFF\r\n"
UNTIL_CLOSED = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"
UNAVAILABLE = SIZED.replace(b"200 OK", b"503 Service Unavailable")
UNAUTHORIZED = SIZED.replace(b"200 OK", b"401 Unauthorized")
MOVED = SIZED.replace(b"200 OK\r\n", b"302 Found\r\nLocation: /elsewhere\r\n")

_DRIPS = 6000
_BETWEEN_DRIPS = 0.01  # seconds; so a server that nothing ends drips for a minute


class Dripping:
    """A server on a free port that sends each of its answers at once, and after the last one drips for a minute."""

    def __init__(self, *answers: bytes, drips: int = _DRIPS) -> None:
        self.connections = 0
        self._answers = list(answers)
        self._drips = drips
        self._over = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        while self._answers:
            connection, _ = self._listener.accept()
            self.connections += 1
            with connection:
                self._converse(connection)

    def _converse(self, connection: socket.socket) -> None:
        with suppress(OSError):  # the client goes when it has had enough
            while self._answers and connection.recv(65536):
                connection.sendall(self._answers.pop(0))
            self._drip(connection)

    def _drip(self, connection: socket.socket) -> None:
        for _ in range(self._drips):
            if self._over.wait(_BETWEEN_DRIPS):
                return
            connection.sendall(b" ")

    def close(self) -> None:
        self._over.set()
        self._answers.clear()
        with suppress(OSError):
            socket.create_connection(self._listener.getsockname()).close()  # ends its wait for a client
        self._thread.join()
        self._listener.close()


@contextmanager
def dripping(*answers: bytes, drips: int = _DRIPS) -> Iterator[Dripping]:
    server = Dripping(*answers, drips=drips)
    try:
        yield server
    finally:
        server.close()


@pytest.mark.parametrize("head", [SIZED, CHUNKED, UNTIL_CLOSED, UNAVAILABLE, MOVED])
def test_a_dripping_body_ends_at_the_deadline(head: bytes) -> None:
    with (
        dripping(head) as server,
        RestClient(server.url, settings=SHORT) as client,
        pytest.raises(DeadlineExceededError, match="GET /: the deadline passed"),
    ):
        client.get("/")


def test_a_dripping_body_ends_at_the_deadline_in_a_session_of_ones_own() -> None:
    with dripping(SIZED) as server, requests.Session() as session:
        client = RestClient(server.url, session=session, settings=SHORT)
        with pytest.raises(DeadlineExceededError):
            client.get("/")


def test_a_dripping_graphql_answer_ends_at_the_deadline() -> None:
    with (
        dripping(SIZED) as server,
        GraphQLClient(server.url, settings=SHORT) as client,
        pytest.raises(DeadlineExceededError),
    ):
        client.query("{ users { id } }")


def test_a_dripping_refusal_ends_at_the_deadline() -> None:
    tokens = CallableTokens(lambda: "t")
    with (
        dripping(UNAUTHORIZED) as server,
        RestClient(server.url, tokens=tokens, settings=SHORT) as client,
        pytest.raises(DeadlineExceededError),
    ):
        client.get("/")


def test_a_dripping_answer_to_the_second_try_ends_at_the_deadline() -> None:
    refusal = b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n"
    tokens = iter(["old", "new"])
    with (
        dripping(refusal, SIZED) as server,
        RestClient(server.url, tokens=CallableTokens(lambda: next(tokens)), settings=SHORT) as client,
        pytest.raises(DeadlineExceededError),
    ):
        client.get("/")


def test_a_dripping_token_endpoint_ends_at_the_deadline() -> None:
    with dripping(SIZED) as server:
        tokens = ClientCredentials(f"{server.url}/token", client_id="web", client_secret="s")
        with (
            RestClient("http://127.0.0.1:1", tokens=tokens, settings=SHORT) as client,
            pytest.raises(DeadlineExceededError),
        ):
            client.get("/")


def test_no_traceback_of_a_dripping_answer_shows_the_token() -> None:
    redirect = b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n"
    with (
        dripping(redirect, SIZED) as server,
        RestClient(server.url, tokens=StaticToken("t0p-s3cret"), settings=SHORT) as client,
        pytest.raises(DeadlineExceededError) as failure,
    ):
        client.get("/")
    trace = "".join(traceback.TracebackException.from_exception(failure.value, capture_locals=True).format())
    assert "t0p-s3cret" not in trace


def test_a_body_that_drips_to_its_end_in_time_is_whole() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n[1]"
    with (
        dripping(head, drips=5) as server,
        RestClient(server.url, settings=PATIENT) as client,
    ):
        assert client.get("/") == [1]


def test_a_compressed_body_is_read_whole() -> None:
    body = gzip.compress(b'"' + b"abc" * 100_000 + b'"')
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body)
    with dripping(head + body, drips=0) as server, RestClient(server.url, settings=PATIENT) as client:
        assert client.get("/") == "abc" * 100_000


def test_a_body_in_chunks_is_read_whole() -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    with (
        dripping(head + b"2\r\n[1\r\n1\r\n]\r\n0\r\n\r\n", drips=0) as server,
        RestClient(server.url, settings=PATIENT) as client,
    ):
        assert client.get("/") == [1]


def test_a_body_that_breaks_off_is_an_error() -> None:
    with (
        dripping(SIZED + b"[1]", drips=0) as server,
        RestClient(server.url, settings=PATIENT) as client,
        pytest.raises(TransportError, match="the response ended too early"),
    ):
        client.get("/")


def test_a_body_that_stops_is_a_time_out_before_the_deadline() -> None:
    settings = TransportSettings(timeouts=(30.0, 0.05), retries=RetryPolicy(attempts=1))
    with (
        dripping(SIZED + b"[1]", b"never asked for") as server,
        RestClient(server.url, settings=settings) as client,
        pytest.raises(RequestTimeoutError),
    ):
        client.get("/")


def test_a_connection_is_used_again_after_its_body_was_read() -> None:
    whole = b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1"
    with dripping(whole, whole, drips=0) as server, RestClient(server.url, settings=PATIENT) as client:
        assert [client.get("/"), client.get("/")] == [1, 1]
        assert server.connections == 1


def test_a_session_hook_of_ones_own_sees_the_body() -> None:
    contents: list[Any] = []
    whole = b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1"
    with dripping(whole, drips=0) as server, requests.Session() as session:
        session.hooks["response"].append(lambda response, **_: contents.append(response.content))
        RestClient(server.url, session=session, settings=PATIENT).get("/")
    assert contents == [b"1"]


def test_a_session_hook_of_ones_own_sees_the_tokens_answer() -> None:
    statuses: list[int] = []
    token = b'{"access_token": "t", "expires_in": 300}'
    whole = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(token), token)
    with dripping(whole, drips=0) as server, requests.Session() as session:
        session.hooks["response"].append(lambda response, **_: statuses.append(response.status_code))
        ClientCredentials(server.url, client_id="web", client_secret="s", session=session).token()
    assert statuses == [200]


@pytest.mark.parametrize("url", ["http://api.test", "https://api.test"])
@pytest.mark.parametrize("with_session", [False, True], ids=["own session", "given session"])
def test_the_head_of_a_proxys_answer_ends_at_the_deadline(
    url: str,
    with_session: bool,  # noqa: FBT001 -- a parameter
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with byte_by_byte(HEAD) as proxy, ended_within(1.2):
        monkeypatch.setenv("http_proxy", proxy)
        monkeypatch.setenv("https_proxy", proxy)
        monkeypatch.delenv("no_proxy", raising=False)
        client = RestClient(url, session=requests.Session() if with_session else None, settings=SHORT)
        with pytest.raises(DeadlineExceededError):
            client.get("/")


@pytest.mark.parametrize("with_session", [False, True], ids=["own session", "given session"])
def test_early_hints_are_not_taken_for_the_answer(with_session: bool) -> None:  # noqa: FBT001 -- a parameter
    hints = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n"
    whole = b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1"
    with dripping(hints + whole, drips=0) as server:
        session = requests.Session() if with_session else None
        reply = RestClient(server.url, session=session, settings=PATIENT).request("GET", "/")
    assert (reply.status, reply.value, reply.headers.get("Link")) == (200, 1, None)
