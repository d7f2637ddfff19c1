"""Why no response was received: in one tree of errors, with a reason."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
import requests
import responses
import urllib3
from pactape_clients import ClientCredentials, RestClient
from pactape_clients.errors import (
    ClientError,
    ConnectionFailedError,
    RequestTimeoutError,
    ResponseError,
    TokenUnavailableError,
    TransportError,
)
from pactape_clients.rest import RetryPolicy, TransportSettings

from tests.clients.helpers.sockets import closing, listening

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ONCE = TransportSettings(timeouts=(2.0, 0.3), retries=RetryPolicy(attempts=1))
THRICE = TransportSettings(timeouts=(2.0, 0.3))


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def sending(text: bytes) -> Callable[[socket.socket], None]:
    def act(connection: socket.socket) -> None:
        connection.recv(65_536)
        connection.sendall(text)

    return act


def test_a_refused_connection_is_reported() -> None:
    with pytest.raises(ConnectionFailedError, match="connection refused") as failure:
        RestClient(f"http://127.0.0.1:{free_port()}", settings=ONCE).get("/")
    assert (failure.value.reason, failure.value.sent) == ("refused", False)


def test_a_name_that_is_not_found_is_reported() -> None:
    with pytest.raises(ConnectionFailedError, match="name was not found") as failure:
        RestClient("http://nowhere.invalid", settings=ONCE).get("/")
    assert (failure.value.reason, failure.value.sent) == ("dns", False)


def test_a_closed_connection_is_reported() -> None:
    with closing() as server, pytest.raises(ConnectionFailedError, match="closed the connection") as failure:
        RestClient(server.url, settings=ONCE).get("/")
    assert failure.value.reason == "reset"


TWO_LENGTHS = b"HTTP/1.1 200 OK\r\nContent-Length: 5, 6\r\n\r\nhello"


@pytest.mark.parametrize(
    "text", [b"SSH-2.0-OpenSSH\r\n", b"220 ESMTP ready\r\n", b"\x00" * 100 + b"\r\n", TWO_LENGTHS]
)
def test_another_protocol_says_so_and_is_not_tried_again(text: bytes) -> None:
    with listening(sending(text)) as server:
        with pytest.raises(ConnectionFailedError, match="not HTTP") as failure:
            RestClient(server.url, settings=THRICE).get("/")
        assert (failure.value.reason, server.connections) == ("not-http", 1)


def test_a_head_of_too_many_lines_says_so_and_is_not_tried_again() -> None:
    head = b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 200 + b"Content-Length: 1\r\n\r\n1"
    with listening(sending(head)) as server:
        with pytest.raises(ConnectionFailedError, match="more than 100 headers") as failure:
            RestClient(server.url, settings=THRICE).get("/")
        assert (failure.value.reason, server.connections) == ("not-http", 1)


def reading(connection: socket.socket) -> None:
    connection.recv(65_536)
    connection.recv(1)


def test_an_answer_that_takes_too_long_is_reported() -> None:
    with (
        listening(reading) as server,
        pytest.raises(RequestTimeoutError, match="took too long") as failure,
    ):
        RestClient(server.url, settings=ONCE).get("/")
    assert (failure.value.reason, failure.value.sent) == ("timeout", True)


def test_an_answer_that_breaks_off_is_reported() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc"
    with (
        listening(sending(head)) as server,
        pytest.raises(TransportError, match="ended too early") as failure,
    ):
        RestClient(server.url, settings=ONCE).get("/")
    assert (failure.value.reason, failure.value.sent) == ("incomplete", True)


def test_an_answer_that_cannot_be_decompressed_is_reported_and_not_retried() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc"
    with listening(sending(head)) as server:
        with pytest.raises(TransportError, match="can't be decompressed") as failure:
            RestClient(server.url, settings=THRICE).get("/")
        assert (failure.value.reason, server.connections) == ("encoding", 1)


def test_a_server_without_tls_is_reported() -> None:
    with listening(sending(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as server:
        with pytest.raises(ConnectionFailedError, match="TLS") as failure:
            RestClient(server.url.replace("http", "https"), settings=THRICE).get("/")
        assert (failure.value.reason, server.connections) == ("tls", 1)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate")
def test_a_certificate_that_is_not_trusted_is_reported_and_not_retried(tmp_path: Path) -> None:
    key, certificate = tmp_path / "key", tmp_path / "certificate"
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-keyout",
        str(key),
        "-out",
        str(certificate),
    ]
    subprocess.run(
        [*command, "-days", "2", "-subj", "/CN=localhost"], check=True, capture_output=True, timeout=60
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with listening(lambda connection: context.wrap_socket(connection, server_side=True).close()) as server:
        with pytest.raises(ConnectionFailedError, match="certificate is not trusted: self") as failure:
            RestClient(f"https://localhost:{server.port}", settings=THRICE).get("/")
        assert (failure.value.reason, failure.value.sent, server.connections) == ("tls", False, 1)


def test_a_proxy_that_is_down_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{free_port()}")
    monkeypatch.delenv("no_proxy", raising=False)
    with pytest.raises(ConnectionFailedError, match="proxy") as failure:
        RestClient("http://nowhere.test", settings=ONCE).get("/")
    assert failure.value.reason == "proxy"


@pytest.mark.parametrize("host", ["a" * 64 + ".example.test", "a..b", "xn--"])
def test_a_host_that_cannot_be_is_an_error_of_the_tree(host: str) -> None:
    with pytest.raises(ClientError):
        RestClient(f"http://{host}", settings=ONCE).get("/")


@pytest.mark.parametrize(
    "cause",
    [
        requests.ConnectionError("cut"),
        requests.Timeout("late"),
        requests.exceptions.SSLError("bad"),
        requests.exceptions.InvalidURL("bad"),
        urllib3.exceptions.LocationParseError("bad"),
        urllib3.exceptions.ProtocolError("bad"),
        ValueError("bad"),
        OverflowError("bad"),
        RecursionError("bad"),
        OSError("bad"),
        UnicodeEncodeError("latin-1", "s3cret", 0, 1, "bad"),
    ],
    ids=lambda raised: type(raised).__name__,
)
def test_whatever_sending_raises_is_an_error_of_the_tree(cause: Exception) -> None:
    with responses.RequestsMock() as server:
        server.get("http://a.test/", body=cause)
        with pytest.raises(ClientError) as failure:
            RestClient("http://a.test", settings=ONCE).get("/")
    assert failure.value.operation is not None
    assert "s3cret" not in str(failure.value)


@pytest.mark.parametrize("status", [200, 503])
def test_a_hook_that_raises_costs_no_answer(serve: Any, response: Any, status: int, caplog: Any) -> None:
    def failing_hook(_: object) -> None:
        raise RuntimeError("metrics are down")

    settings = TransportSettings(hooks=(failing_hook,), retries=RetryPolicy(attempts=1))
    with serve(lambda _: response(status=status, json=1)) as server:
        client = RestClient(server.url, settings=settings)
        if status == 200:
            assert client.post("/") == 1
        else:
            with pytest.raises(ResponseError):
                client.post("/")
    assert "metrics are down" in caplog.text


def test_a_repeated_call_is_logged_by_the_client(serve: Any, response: Any, caplog: Any) -> None:
    caplog.set_level("INFO")
    attempts: list[int] = []

    def respond(_: Any) -> Any:
        attempts.append(1)
        return response(status=503 if len(attempts) == 1 else 200, json=1)

    with serve(respond) as server:
        RestClient(server.url).get("/x")
    (record,) = [record for record in caplog.records if record.name == "pactape_clients.retries"]
    assert "GET /x: attempt 1 failed (503)" in record.getMessage()


def test_the_causes_of_token_failures_have_reasons() -> None:
    tokens = ClientCredentials(f"http://127.0.0.1:{free_port()}", client_id="web", client_secret="s")
    with pytest.raises(TokenUnavailableError, match="connection refused") as failure:
        RestClient("http://127.0.0.1:1", tokens=tokens, settings=ONCE).get("/")
    assert failure.value.reason == "refused"
