"""The HTTP server of this process: what it reads of a request, what it sends of a response, and how it stops."""

from __future__ import annotations

import http.client
import socket
import threading
from typing import TYPE_CHECKING

import pytest
import requests
from pactape.errors import MissingExtraError, OutputError
from pactape.exchange import Response
from pactape.imports import require_extra
from pactape.serving import LoopbackServer, framed, running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pactape.serving import ReceivedRequest


class Echo(LoopbackServer):
    """Keeps the requests that it received, and answers with their bodies."""

    def __init__(self, *, port: int = 0) -> None:
        super().__init__(port=port)
        self.received: list[ReceivedRequest] = []
        self.begun = threading.Event()
        self.may_answer = threading.Event()
        self.may_answer.set()

    def reply(self, request: ReceivedRequest) -> Response | None:
        self.received.append(request)
        self.begun.set()
        self.may_answer.wait(10)
        if request.target == "/nothing":
            return None
        if request.target == "/broken":
            raise ZeroDivisionError
        return Response(
            status=200, headers=(("x-Case", "kept"), ("Connection", "x-case-not")), body=request.body
        )


@pytest.fixture
def echo() -> Iterator[Echo]:
    with running(Echo()) as server:
        yield server


def send(server: Echo, *parts: bytes) -> bytes:
    """Send bytes over a connection of its own, and return all that comes back until the server closes it."""
    with socket.create_connection(("127.0.0.1", server.server_port), timeout=10) as connection:
        for part in parts:
            connection.sendall(part)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65_536), b""))


def test_a_server_answers_while_the_context_lasts() -> None:
    with running(Echo()) as server:
        assert requests.post(server.url, data="hello", timeout=10).text == "hello"
    with pytest.raises(requests.ConnectionError):
        requests.get(server.url, timeout=10)


def test_a_connection_that_is_kept_open_is_closed_at_the_end() -> None:
    with running(Echo()) as server:
        client = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
        client.request("GET", "/")
        client.getresponse().read()
    assert client.sock.recv(1) == b""
    client.close()


def test_a_request_that_is_being_answered_is_finished_before_the_server_ends() -> None:
    answers: list[str] = []
    with running(Echo()) as server:
        server.may_answer.clear()
        client = threading.Thread(
            target=lambda: answers.append(requests.post(server.url, data="late", timeout=10).text)
        )
        client.start()
        server.begun.wait(10)
        threading.Timer(0.1, server.may_answer.set).start()
    client.join()
    assert answers == ["late"]


def test_an_interruption_does_not_wait_for_a_request_that_is_being_answered() -> None:
    echo = Echo()
    echo.may_answer.clear()
    client = threading.Thread(
        target=send, args=(echo, b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    )

    def serve_and_interrupt() -> None:
        with running(echo):
            client.start()
            assert echo.begun.wait(10)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        serve_and_interrupt()
    is_unanswered = client.is_alive()
    echo.may_answer.set()
    client.join()
    assert is_unanswered


def test_a_port_in_use_is_an_error_that_names_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(
            OutputError, match=f"127.0.0.1:{port}: can't listen there .Address already in use"
        ):
            Echo(port=port)


def test_connections_that_send_nothing_do_not_delay_others(echo: Echo) -> None:
    idle = [socket.create_connection(("127.0.0.1", echo.server_port)) for _ in range(200)]
    try:
        assert requests.post(echo.url, data="hello", timeout=10).text == "hello"
    finally:
        for connection in idle:
            connection.close()


def test_headers_and_targets_are_received_unchanged(echo: Echo) -> None:
    send(echo, b"GET //a%2Fb?x=1 HTTP/1.1\r\nHost: a.test\r\nX-ODD: 1\r\nx-odd: 2\r\n\r\n")
    (request,) = echo.received
    assert (request.target, request.url) == ("//a%2Fb?x=1", "http://a.test//a%2Fb?x=1")
    assert request.headers == (("Host", "a.test"), ("X-ODD", "1"), ("x-odd", "2"))


def test_a_target_that_names_a_host_is_split(echo: Echo) -> None:
    send(echo, b"GET http://other.test/a?next=http://b.test HTTP/1.1\r\nHost: a.test\r\n\r\n")
    (request,) = echo.received
    assert (request.target, request.url) == (
        "/a?next=http://b.test",
        "http://other.test/a?next=http://b.test",
    )


def test_a_path_that_has_a_url_in_it_stays_whole(echo: Echo) -> None:
    send(echo, b"GET /web/2017/http://b.test/a HTTP/1.1\r\nHost: a.test\r\n\r\n")
    (request,) = echo.received
    assert (request.target, request.is_absolute) == ("/web/2017/http://b.test/a", False)
    assert request.url == "http://a.test/web/2017/http://b.test/a"


def test_a_request_without_a_host_has_the_url_of_the_server(echo: Echo) -> None:
    send(echo, b"GET /a HTTP/1.0\r\n\r\n")
    assert echo.received[0].url == f"{echo.url}/a"


def test_a_response_keeps_the_case_of_its_headers_and_loses_those_of_the_connection(echo: Echo) -> None:
    answer = send(echo, b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi")
    assert answer.startswith(b"HTTP/1.1 200 OK\r\nDate: ")
    assert answer.endswith(b"GMT\r\nx-Case: kept\r\nContent-Length: 2\r\n\r\nhi")


def test_a_body_in_chunks_is_received_whole(echo: Echo) -> None:
    head = b"PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    answer = send(echo, head, b"3;x=1\r\nabc\r\n", b"A\r\n0123456789\r\n0\r\nTrailer: 1\r\n\r\n")
    assert (echo.received[0].body, answer.endswith(b"abc0123456789")) == (b"abc0123456789", True)


@pytest.mark.parametrize(
    ("header", "body"),
    [
        (b"Content-Length: few", b""),
        (b"Content-Length: -1", b""),
        (b"Content-Length: 1_0", b"0123456789"),
        (b"Content-Length: 2\r\nContent-Length: 3", b"abc"),
        (b"Content-Length: 100", b"a client that is killed sends less"),
        (b"Transfer-Encoding: chunked", b"x\r\n"),
        (b"Transfer-Encoding: chunked", b"1\r\nabc\r\n0\r\n\r\n"),
    ],
)
def test_a_body_whose_length_is_malformed_is_refused(echo: Echo, header: bytes, body: bytes) -> None:
    answer = send(echo, b"POST / HTTP/1.1\r\nHost: a\r\n" + header + b"\r\n\r\n" + body)
    assert (answer.startswith(b"HTTP/1.1 400 "), echo.received) == (True, [])


def test_a_client_that_waits_for_the_continuation_gets_it_before_it_sends_the_body(echo: Echo) -> None:
    with socket.create_connection(("127.0.0.1", echo.server_port), timeout=10) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
        assert connection.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"hi")
        assert connection.recv(65_536).endswith(b"hi")


def test_every_method_is_answered(echo: Echo) -> None:
    assert requests.request("PURGE", echo.url, data="x", timeout=10).text == "x"


def test_no_reply_closes_the_connection(echo: Echo) -> None:
    assert send(echo, b"GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n") == b""


def test_an_error_in_a_reply_is_printed_and_closes_its_connection_alone(
    echo: Echo, capfd: pytest.CaptureFixture[str]
) -> None:
    assert send(echo, b"GET /broken HTTP/1.1\r\nHost: a\r\n\r\n") == b""
    assert requests.post(echo.url, data="hello", timeout=10).text == "hello"
    assert "ZeroDivisionError" in capfd.readouterr().err


def test_a_response_to_head_keeps_its_length_and_has_no_body() -> None:
    response = Response(status=200, headers=(("Content-Length", "7"), ("ETag", "a")), body=b"")
    assert framed("HEAD", response).headers == (("ETag", "a"), ("Content-Length", "7"))
    assert framed("HEAD", Response(status=200, body=b"abc")) == Response(status=200)


@pytest.mark.parametrize("status", [101, 204, 304])
def test_a_status_without_a_body_has_no_length(status: int) -> None:
    response = Response(status=status, headers=(("Content-Length", "1"),), body=b"x")
    assert framed("GET", response) == Response(status=status)


def test_a_feature_whose_libraries_are_there_needs_nothing() -> None:
    require_extra("verify", "it", "json", "sys")
    with pytest.raises(MissingExtraError, match=r"it needs libraries"):
        require_extra("verify", "it", "json", "no_such_library")
