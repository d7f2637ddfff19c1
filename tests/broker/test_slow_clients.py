"""Clients that send slowly, too much, or nonsense: nobody else waits, and nothing is held for them."""

from __future__ import annotations

import socket
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
import requests
from pactape.broker import BrokerConfig, Credentials

if TYPE_CHECKING:
    from collections.abc import Callable

HEAD = b"POST /contracts/publish HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
GUARDED = BrokerConfig(credentials=Credentials(write_tokens=("write-token",)))


def connect(url: str) -> socket.socket:
    address = urlsplit(url)
    return socket.create_connection((address.hostname, address.port or 80), timeout=30)


def answer_to(url: str, *parts: bytes) -> bytes:
    with connect(url) as client:
        with suppress(OSError):
            for part in parts:
                client.sendall(part)
            client.shutdown(socket.SHUT_WR)
        with suppress(OSError):
            return b"".join(iter(lambda: client.recv(65_536), b""))
    return b""


@pytest.mark.parametrize(
    "beginning",
    [
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX-A: ",
        HEAD + b"Content-Length: 1000\r\n\r\n{",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nab",
        HEAD + b"Content-Length: -1\r\n\r\nabc",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\nFFFFFFF\r\nabc",
    ],
)
def test_a_hundred_unfinished_requests_do_not_delay_others(
    serving: Callable[..., Any], beginning: bytes
) -> None:
    with serving() as stock, ExitStack() as open_clients:
        for _ in range(100):
            open_clients.enter_context(connect(stock.url)).sendall(beginning)
        answer = requests.get(f"{stock.url}/diagnostic/status/heartbeat", timeout=30)
    assert answer.json() == {"ok": True}


def test_a_request_that_takes_too_long_is_cut_off(serving: Callable[..., Any]) -> None:
    with serving(BrokerConfig(request_seconds=0.2)) as stock, connect(stock.url) as client:
        client.sendall(HEAD + b"Content-Length: 10\r\n\r\n{")
        assert client.recv(100) == b""


@pytest.mark.parametrize("body", [b"Content-Length: 9999999\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\n"])
def test_a_stranger_is_answered_before_the_body_has_arrived(serving: Callable[..., Any], body: bytes) -> None:
    with serving(GUARDED) as stock, connect(stock.url) as client:
        client.sendall(HEAD + body)
        assert client.recv(100).startswith(b"HTTP/1.1 401")


def test_a_body_in_pieces_arrives_whole(serving: Callable[..., Any]) -> None:
    body = b'{"name": "Web"}'
    head = b"POST /pacticipants HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    with serving() as stock:
        whole = head + b"Content-Length: %d\r\n\r\n" % len(body) + body
        answer = answer_to(stock.url, *(whole[index : index + 1] for index in range(len(whole))))
    assert answer.startswith(b"HTTP/1.1 201")


def test_requests_one_after_another_are_answered_in_their_order(serving: Callable[..., Any]) -> None:
    request = b"GET /diagnostic/status/heartbeat HTTP/1.1\r\nHost: localhost\r\n\r\n"
    last = b"GET /nothing HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    with serving() as stock:
        answers = answer_to(stock.url, request + request + last)
    assert [answers.count(status) for status in (b"HTTP/1.1 200", b"HTTP/1.1 404")] == [2, 1]


def test_a_client_that_expects_100_continue_gets_it(serving: Callable[..., Any]) -> None:
    with serving() as stock, connect(stock.url) as client:
        head = HEAD.replace(b"/contracts/publish", b"/pacticipants")
        client.sendall(head + b"Content-Length: 15\r\nExpect: 100-continue\r\n\r\n")
        assert client.recv(100).startswith(b"HTTP/1.1 100")
        client.sendall(b'{"name": "Web"}')
        assert client.recv(100).startswith(b"HTTP/1.1 201")


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("localhost", 200),
        ("127.0.0.1", 200),
        ("[::1]", 200),
        ("evil.example", 421),
        ("a b", 400),
        ("x,y", 400),
    ],
)
def test_an_open_broker_answers_to_the_names_of_this_machine_alone(
    serving: Callable[..., Any], name: str, status: int
) -> None:
    with serving() as stock:
        response = requests.get(f"{stock.url}/pacticipants", headers={"Host": name}, timeout=30)
    assert response.status_code == status


@pytest.mark.parametrize(("name", "status"), [("broker.example.com", 200), ("evil.example", 421)])
def test_a_broker_with_a_base_url_answers_to_its_host(
    serving: Callable[..., Any], name: str, status: int
) -> None:
    with serving(BrokerConfig(base_url="https://broker.example.com/")) as stock:
        response = requests.get(f"{stock.url}/pacticipants", headers={"Host": name}, timeout=30)
    assert response.status_code == status


def test_badges_can_be_read_without_credentials_on_request(serving: Callable[..., Any]) -> None:
    credentials = Credentials(write_tokens=("write-token",))
    with serving(BrokerConfig(credentials=credentials, public_badges=True)) as stock:
        badge = f"{stock.url}/pacts/provider/Users/consumer/Web/latest/badge.svg"
        assert requests.get(badge, timeout=30).status_code == 200
        assert requests.get(f"{stock.url}/pacticipants", timeout=30).status_code == 401
    with serving(BrokerConfig(credentials=credentials)) as stock:
        badge = f"{stock.url}/pacts/provider/Users/consumer/Web/latest/badge.svg"
        assert requests.get(badge, timeout=30).status_code == 401
