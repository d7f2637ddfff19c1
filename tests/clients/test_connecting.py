"""Resolving a name, connecting to its addresses and sending a body end at the deadline of the call."""

from __future__ import annotations

import io
import socket
import threading
import time
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING, Any

import pytest
import redis
import requests
from pactape_clients import ClientCredentials, RestClient
from pactape_clients.cache import RedisCache
from pactape_clients.concurrency.name_resolution import Resolver
from pactape_clients.errors import (
    ConnectionFailedError,
    DeadlineExceededError,
    RequestTimeoutError,
    TransportError,
    UsageError,
)
from pactape_clients.rest import Caching, RetryPolicy, TransportSettings
from urllib3.util import connection as urllib3_util

from tests.clients.helpers.timing import ended_within

if TYPE_CHECKING:
    from collections.abc import Iterator

ONCE = RetryPolicy(attempts=1)
SHORT = TransportSettings(deadline=0.3, retries=ONCE)
GIVEN = pytest.mark.parametrize("with_session", [False, True], ids=["own session", "given session"])
real_getaddrinfo = socket.getaddrinfo


def client(url: str, *, with_session: bool = False, settings: TransportSettings = SHORT) -> RestClient:
    return RestClient(url, session=requests.Session() if with_session else None, settings=settings)


@pytest.fixture
def silent_dns(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """A name server that answers for names of .test when the event is set."""
    answers = threading.Event()

    def getaddrinfo(host: Any, *arguments: Any, **options: Any) -> Any:
        if str(host).endswith(".test"):
            answers.wait(20)
            host = "127.0.0.1"
        return real_getaddrinfo(host, *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    yield answers
    answers.set()


@contextmanager
def unreachable(count: int) -> Iterator[list[Any]]:
    """Addresses on the loopback interface that don't answer: their queues of connections are full."""
    with ExitStack() as stack:
        addresses = []
        for _ in range(count):
            listener = stack.enter_context(socket.socket())
            listener.bind(("127.0.0.1", 0))
            listener.listen(0)
            address = listener.getsockname()
            for _ in range(3):
                waiting = stack.enter_context(socket.socket())
                waiting.setblocking(False)  # noqa: FBT003 -- the signature is that of the standard library
                waiting.connect_ex(address)
            addresses.append((socket.AF_INET, socket.SOCK_STREAM, 6, "", address))
        time.sleep(0.05)
        yield addresses


def resolve_to(monkeypatch: pytest.MonkeyPatch, addresses: list[Any]) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: addresses)


@GIVEN
def test_a_name_server_that_is_silent_does_not_outlast_the_deadline(
    silent_dns: threading.Event,
    with_session: bool,  # noqa: FBT001 -- a parameter
) -> None:
    assert not silent_dns.is_set()
    with ended_within(0.9), pytest.raises(DeadlineExceededError):
        client("http://api.test", with_session=with_session).get("/")


def test_a_name_server_that_is_silent_for_the_token_endpoint_does_not_outlast_the_deadline(
    silent_dns: threading.Event,
) -> None:
    assert not silent_dns.is_set()
    tokens = ClientCredentials("http://id.test/token", client_id="web", client_secret="s")
    with ended_within(0.9), pytest.raises(DeadlineExceededError):
        RestClient("http://127.0.0.1:1", tokens=tokens, settings=SHORT).get("/")


def test_a_name_server_that_is_silent_for_redis_does_not_outlast_the_deadline(
    silent_dns: threading.Event,
) -> None:
    assert not silent_dns.is_set()
    cache = RedisCache(redis.Redis(host="redis.test"), prefix="pactape-test:")
    with ended_within(1.2), pytest.raises(DeadlineExceededError):
        RestClient("http://127.0.0.1:1", cache=cache, settings=SHORT).get("/", caching=Caching(ttl=9))


def test_a_slow_name_server_is_waited_for(silent_dns: threading.Event, serve: Any, response: Any) -> None:
    with serve(lambda _: response(json=1)) as server:
        threading.Timer(0.1, silent_dns.set).start()
        assert RestClient(server.url.replace("127.0.0.1", "api.test")).get("/") == 1


def test_only_so_many_names_are_looked_up_at_once(silent_dns: threading.Event) -> None:
    resolver = Resolver(most=2)
    before = set(threading.enumerate())
    for _ in range(5):
        with pytest.raises(TimeoutError):
            resolver.addresses("api.test", 80, 0, within=0.02)
    assert len(set(threading.enumerate()) - before) == 2
    silent_dns.set()
    assert resolver.addresses("api.test", 80, 0, within=9.0)[0][4] == ("127.0.0.1", 80)


def test_a_name_that_is_not_known_is_named_as_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(ConnectionFailedError) as failure:
        client("http://api.test").get("/")
    assert (failure.value.reason, failure.value.sent) == ("dns", False)


def test_a_name_without_addresses_cannot_be_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    resolve_to(monkeypatch, [])
    with pytest.raises(ConnectionFailedError) as failure:
        client("http://api.test").get("/")
    assert failure.value.reason == "unreachable"


def test_a_label_that_is_too_long_is_the_callers_mistake() -> None:
    with pytest.raises(UsageError):
        client(f"http://{'a' * 64}.test").get("/")


@GIVEN
@pytest.mark.parametrize("count", [1, 3])
def test_addresses_that_do_not_answer_do_not_outlast_the_deadline(
    monkeypatch: pytest.MonkeyPatch,
    with_session: bool,  # noqa: FBT001 -- a parameter
    count: int,
) -> None:
    with unreachable(count) as addresses:
        resolve_to(monkeypatch, addresses)
        with ended_within(0.9), pytest.raises(TransportError):
            client("http://api.test", with_session=with_session).get("/")


def test_an_address_that_does_not_answer_leaves_time_for_the_next(
    monkeypatch: pytest.MonkeyPatch, serve: Any, response: Any
) -> None:
    with unreachable(1) as addresses, serve(lambda _: response(json=1)) as server:
        port = int(server.url.rpartition(":")[2])
        addresses.append((socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port)))
        resolve_to(monkeypatch, addresses)
        settings = TransportSettings(deadline=2.0, retries=ONCE)
        with ended_within(1.8):
            assert client("http://api.test", settings=settings).get("/") == 1


def test_the_connect_time_out_counts_for_each_address(monkeypatch: pytest.MonkeyPatch) -> None:
    with unreachable(2) as addresses:
        resolve_to(monkeypatch, addresses)
        settings = TransportSettings(timeouts=(0.1, 9.0), deadline=9.0, retries=ONCE)
        with ended_within(1.0), pytest.raises(RequestTimeoutError) as failure:
            client("http://api.test", settings=settings).get("/")
    assert (failure.value.reason, failure.value.sent) == ("timeout", False)


def test_a_way_to_connect_that_the_program_replaced_is_used(
    monkeypatch: pytest.MonkeyPatch, serve: Any, response: Any
) -> None:
    connect = urllib3_util.create_connection
    with serve(lambda _: response(json=1)) as server:

        def elsewhere(address: Any, *arguments: Any, **options: Any) -> Any:
            return connect(("127.0.0.1", address[1]), *arguments, **options)

        monkeypatch.setattr(urllib3_util, "create_connection", elsewhere)
        assert client(server.url.replace("127.0.0.1", "nowhere.test")).get("/") == 1


def test_options_and_source_address_of_a_given_session_are_kept(serve: Any, response: Any) -> None:
    class FromLoopback(requests.adapters.HTTPAdapter):
        def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
            keep_alive = [(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)]
            super().init_poolmanager(
                *arguments, source_address=("127.0.0.1", 0), socket_options=keep_alive, **options
            )

    with serve(lambda _: response(json=1)) as server, requests.Session() as session:
        session.mount("http://", FromLoopback())
        assert RestClient(server.url, session=session, settings=SHORT).get("/") == 1


@contextmanager
def deaf(answers: int = 0) -> Iterator[str]:
    """A server that gives so many answers, then reads nothing more but keeps the connection open."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                for _ in range(answers):
                    connection.recv(65_536)
                    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1")
                over.wait(20)

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        over.set()


LARGE = b"x" * 30_000_000


@GIVEN
@pytest.mark.parametrize("answers", [0, 1], ids=["a new connection", "a kept connection"])
@pytest.mark.parametrize("content", [LARGE, io.BytesIO(LARGE)], ids=["bytes", "a file"])
def test_a_server_that_reads_nothing_does_not_outlast_the_deadline(
    with_session: bool,  # noqa: FBT001 -- a parameter
    answers: int,
    content: Any,
) -> None:
    with deaf(answers) as url:
        mine = client(url, with_session=with_session)
        for _ in range(answers):
            mine.get("/")
        with ended_within(1.0), pytest.raises(DeadlineExceededError):
            mine.post("/", content=content)


def test_a_server_that_reads_nothing_is_a_time_out_before_the_deadline() -> None:
    settings = TransportSettings(timeouts=(9.0, 0.1), retries=ONCE)
    with deaf() as url, ended_within(1.0), pytest.raises(RequestTimeoutError):
        client(url, settings=settings).post("/", content=LARGE)


def test_sending_is_not_limited_by_what_the_call_before_had_left() -> None:
    """A kept connection carries the time-out of its last read."""
    data = bytearray()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65_536)
                time.sleep(0.2)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1")
                while not data.endswith(b"end"):
                    time.sleep(0.002)
                    data.extend(connection.recv(1_000_000))
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n2")

        threading.Thread(target=serve, daemon=True).start()
        mine = client(f"http://127.0.0.1:{listener.getsockname()[1]}", settings=TransportSettings())
        assert mine.get("/", deadline=0.25) == 1
        assert mine.post("/", content=LARGE[:20_000_000] + b"end") == 2


def test_a_redis_that_drips_does_not_outlast_the_time_of_a_command(serve: Any, response: Any) -> None:
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener, serve(lambda _: response(json=1)) as server:

        def drip() -> None:
            connection, _ = listener.accept()
            with connection, suppress(ConnectionError):  # the client gives up
                while not over.wait(0.02):
                    connection.sendall(b"+")

        threading.Thread(target=drip, daemon=True).start()
        cache = RedisCache(
            redis.Redis(port=listener.getsockname()[1], protocol=2), prefix="pactape-test:", timeout=0.2
        )
        with ended_within(2.0):
            assert RestClient(server.url, cache=cache).get("/", caching=Caching(ttl=9)) == 1
        over.set()
