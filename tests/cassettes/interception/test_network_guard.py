"""The guard: nothing but what is allowed is connected to while a cassette replays."""

from __future__ import annotations

import http.client
import multiprocessing
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from typing import TYPE_CHECKING

import pytest
import requests
from pactape.cassettes import use_cassette
from pactape.cassettes.interception.network_guard import NetworkGuard, network_closed, network_open
from pactape.errors import NetworkBlockedError, NoMatchError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cassettes.conftest import Provider


@pytest.fixture
def listener() -> Iterator[tuple[str, int]]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()


def reached(address: tuple[str, int]) -> object:
    """Connect to an address, and return the address of the other side."""
    with socket.create_connection(address, timeout=5) as client:
        return client.getpeername()


def test_no_connection_is_made(listener: tuple[str, int]) -> None:
    with (
        network_closed("cassette.yaml"),
        pytest.raises(NetworkBlockedError, match=r"127\.0\.0\.1.*cassette\.yaml"),
    ):
        socket.create_connection(listener, timeout=5)


def test_no_connection_is_made_on_another_thread(listener: tuple[str, int]) -> None:
    with network_closed("cassette.yaml"), ThreadPoolExecutor(1) as pool:
        failure = pool.submit(socket.create_connection, listener, 5).exception()
    assert isinstance(failure, NetworkBlockedError)


def test_no_name_is_looked_up() -> None:
    with network_closed("cassette.yaml"), pytest.raises(NetworkBlockedError, match=r"api\.example\.com"):
        socket.getaddrinfo("api.example.com", 443)


def test_no_datagram_is_sent(listener: tuple[str, int]) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as sender, network_closed("cassette.yaml"):
        with pytest.raises(NetworkBlockedError):
            sender.sendto(b"x", listener)
        with pytest.raises(NetworkBlockedError):
            sender.sendmsg([b"x"], [], 0, listener)


def test_a_pair_of_connected_sockets_talks_on() -> None:
    one, other = socket.socketpair()
    with one, other, network_closed("cassette.yaml"):
        one.sendmsg([b"x"])
        assert other.recv(1) == b"x"


@pytest.mark.parametrize("allow", ["127.0.0.1", "127.0.0.1:{port}", "localhost"])
def test_an_allowed_address_is_reached(listener: tuple[str, int], allow: str) -> None:
    with network_closed("cassette.yaml", allow=[allow.format(port=listener[1])]):
        assert reached(listener) == listener


def test_an_allowed_name_is_looked_up_and_reached(listener: tuple[str, int]) -> None:
    with network_closed("cassette.yaml", allow=[f"localhost:{listener[1]}"]):
        assert reached(("localhost", listener[1])) == listener


def test_another_port_of_an_allowed_host_is_refused(listener: tuple[str, int]) -> None:
    with network_closed("cassette.yaml", allow=["127.0.0.1:1"]), pytest.raises(NetworkBlockedError):
        socket.create_connection(listener, timeout=5)


@pytest.fixture
def unix_listener(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A Unix socket, by its name in the current folder: the whole path could be too long for one."""
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("listener")
        server.listen()
        yield "listener"


def test_no_unix_socket_is_reached(unix_listener: str) -> None:
    with (
        socket.socket(socket.AF_UNIX) as client,
        network_closed("cassette.yaml"),
        pytest.raises(NetworkBlockedError),
    ):
        client.connect(unix_listener)


def test_an_allowed_unix_socket_is_reached(unix_listener: str) -> None:
    with socket.socket(socket.AF_UNIX) as client, network_closed("cassette.yaml", allow=[unix_listener]):
        client.connect(unix_listener)
        assert client.getpeername() == unix_listener


def test_a_folder_lets_the_unix_sockets_in_it_be_reached() -> None:
    guard = NetworkGuard("cassette.yaml", allow=["/run/postgresql"])
    assert guard.permits_connection("/run/postgresql/.s.PGSQL.5432")
    assert not guard.permits_connection("/run/postgresql-other/s")


def test_a_thread_that_records_is_not_hindered_by_one_that_replays(listener: tuple[str, int]) -> None:
    closed, finish = threading.Event(), threading.Event()

    def replay() -> None:
        with network_closed("cassette.yaml"):
            closed.set()
            finish.wait(5)

    with ThreadPoolExecutor(1) as pool, network_open():
        pool.submit(replay)
        assert closed.wait(5)
        assert reached(listener) == listener
        finish.set()


def test_the_network_is_open_again_after_the_last_guard(listener: tuple[str, int]) -> None:
    with network_closed("one.yaml"), network_closed("two.yaml"):
        pass
    assert reached(listener) == listener


def test_a_connection_made_before_asks_nothing(provider: Provider) -> None:
    connection = http.client.HTTPConnection(provider.url.removeprefix("http://"), timeout=30)
    with closing(connection):
        connection.request("GET", "/before")
        connection.getresponse().read()
        with network_closed("cassette.yaml"), pytest.raises(NetworkBlockedError, match=r"cassette\.yaml"):
            connection.request("GET", "/within")
        connection.request("GET", "/after")
        connection.getresponse().read()
    assert provider.hits == {"/before": 1, "/after": 1}


@pytest.mark.parametrize("allow", ["{host}", "{host}:{port}", "localhost"])
def test_a_connection_made_before_to_an_allowed_host_goes_on(provider: Provider, allow: str) -> None:
    host, _, port = provider.url.removeprefix("http://").partition(":")
    with closing(http.client.HTTPConnection(host, int(port), timeout=30)) as connection:
        connection.connect()
        with network_closed("cassette.yaml", allow=[allow.format(host=host, port=port)]):
            connection.request("GET", "/within")
            assert connection.getresponse().status == 200


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "::1", "localhost", "app.localhost", None, "", "93.184.216.34"]
)
def test_what_needs_no_resolver_is_looked_up(host: str | None) -> None:
    assert NetworkGuard("cassette.yaml").permits_lookup(host)


def test_a_loopback_name_is_looked_up_and_its_name_found_again() -> None:
    with network_closed("cassette.yaml"):
        assert socket.gethostbyname("localhost") == "127.0.0.1"
        assert socket.getnameinfo(("127.0.0.1", 80), socket.NI_NUMERICHOST)[0] == "127.0.0.1"
        socket.gethostbyaddr("127.0.0.1")


def test_no_address_is_looked_up_in_reverse() -> None:
    with network_closed("cassette.yaml"):
        with pytest.raises(NetworkBlockedError):
            socket.gethostbyaddr("192.0.2.1")
        with pytest.raises(NetworkBlockedError):
            socket.getnameinfo(("192.0.2.1", 80), 0)


def _pair_over_the_loopback(*_: object) -> tuple[socket.socket, socket.socket]:
    """Connect two sockets as platforms do that have no socket pairs of their own."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        one = socket.socket()
        one.connect(server.getsockname())
        return one, server.accept()[0]


def test_a_socket_pair_over_the_loopback_is_not_a_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "socketpair", _pair_over_the_loopback)
    with network_closed("cassette.yaml"):
        one, other = socket.socketpair()
        with one, other:
            one.sendall(b"x")
            assert other.recv(1) == b"x"


def test_the_sockets_of_multiprocessing_stay_open_and_others_do_not() -> None:
    guard = NetworkGuard("cassette.yaml")
    assert guard.permits_connection("/run/pymp-5ygy_vq1/listener-kwjhblp7")
    assert guard.permits_connection(b"\0listener-12-0")
    assert not guard.permits_connection("/run/other/listener")


def test_an_attempt_in_a_forked_child_is_reported_to_the_parent(listener: tuple[str, int]) -> None:
    with network_closed("cassette.yaml") as guard:
        context = multiprocessing.get_context("fork")
        child = context.Process(target=_connect_and_swallow, args=(listener,))
        child.start()
        child.join()
    (error,) = guard.refused
    assert "in a child process" in str(error)


def test_a_request_without_a_recording_in_a_forked_child_fails_the_test(tmp_path: Path) -> None:
    def ask_in_a_child() -> None:
        with use_cassette(tmp_path / "none.yaml"):
            context = multiprocessing.get_context("fork")
            child = context.Process(target=_ask_and_swallow, args=("http://api.example.com/things",))
            child.start()
            child.join()

    with pytest.raises(NoMatchError, match=r"in a child process: .*http://api\.example\.com/things"):
        ask_in_a_child()


def _ask_and_swallow(url: str) -> None:
    with suppress(NoMatchError):
        requests.get(url, timeout=5)


def _connect_and_swallow(address: tuple[str, int]) -> None:
    with suppress(NetworkBlockedError):
        socket.create_connection(address, timeout=5)
