"""Serving an application: where, for how many, and until when."""

from __future__ import annotations

import re
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
import requests
from pactape.errors import OutputError

from storefront.server import running

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIEnvironment


def hello(_environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "5")])
    return [b"hello"]


def has_ipv6() -> bool:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


def test_an_application_is_served_on_a_free_port() -> None:
    with running(hello) as url:
        assert (requests.get(url, timeout=10).text, re.sub(r"\d+$", "", url)) == (
            "hello",
            "http://127.0.0.1:",
        )


@pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6 loopback")
def test_an_ipv6_address_is_written_in_brackets() -> None:
    with running(hello, host="::1") as url:
        assert (requests.get(url, timeout=10).text, url.startswith("http://[::1]:")) == ("hello", True)


def test_when_it_has_stopped_nothing_listens() -> None:
    with running(hello) as url:
        port = int(url.rpartition(":")[2])
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))


def test_it_stops_although_a_caller_keeps_its_connection() -> None:
    before = set(threading.enumerate())
    with requests.Session() as caller:
        with running(hello) as url:
            caller.get(url, timeout=10)
        new_threads = set(threading.enumerate()) - before
    assert new_threads == set()


def test_a_request_that_is_being_answered_is_answered_before_it_stops() -> None:
    request_arrived = threading.Event()

    def slow(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request_arrived.set()
        wait_until_nothing_listens(int(environ["SERVER_PORT"]))
        return hello(environ, start_response)

    with ThreadPoolExecutor(1) as caller:
        with running(slow) as url:
            answer = caller.submit(requests.get, url, timeout=20)
            request_arrived.wait(10)
        assert answer.result().text == "hello"


def wait_until_nothing_listens(port: int) -> None:
    for _ in range(400):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            return
        threading.Event().wait(0.01)


def test_many_are_answered_at_once() -> None:
    everybody = threading.Barrier(8, timeout=10)

    def meeting(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        everybody.wait()
        return hello(environ, start_response)

    with running(meeting) as url, ThreadPoolExecutor(8) as callers:
        answers = callers.map(lambda _number: requests.get(url, timeout=20).text, range(8))
        assert list(answers) == ["hello"] * 8


def test_more_callers_than_threads_are_all_answered() -> None:
    with running(hello) as url, ThreadPoolExecutor(64) as callers:
        answers = callers.map(lambda _number: requests.get(url, timeout=20).status_code, range(200))
        assert set(answers) == {200}


@pytest.mark.parametrize("host", ["127.0.0.1", "192.0.2.1", "no such host.invalid"])
def test_an_address_that_cannot_be_listened_at_is_refused_with_it(host: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(OutputError, match=rf"{re.escape(host)}:{port}: can't listen there \([^()]+\)\."):
            running(hello, host=host, port=port).__enter__()
