"""One deadline bounds everything that a call waits for."""

from __future__ import annotations

import gzip
import socket
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
import redis
import requests
from pactape_clients import ClientCredentials, GraphQLClient, RestClient, TTLCache
from pactape_clients.auth import CallableTokens, Token, TokenSource
from pactape_clients.cache import RedisCache
from pactape_clients.errors import (
    BadRequestError,
    DeadlineExceededError,
    ResponseTooLargeError,
    UsageError,
)
from pactape_clients.rest import Caching, RetryPolicy, TransportSettings

from tests.clients.helpers.sockets import HEAD, byte_by_byte
from tests.clients.helpers.timing import ended_within

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SHORT = TransportSettings(deadline=0.3, retries=RetryPolicy(attempts=1))


@pytest.mark.parametrize("with_session", [False, True], ids=["own session", "given session"])
def test_a_head_that_comes_byte_by_byte_ends_at_the_deadline(with_session: bool) -> None:  # noqa: FBT001 -- a parameter
    with byte_by_byte(HEAD) as url, ended_within(1.0), pytest.raises(DeadlineExceededError):
        RestClient(url, session=requests.Session() if with_session else None, settings=SHORT).get("/")


def test_the_head_of_a_token_answer_ends_at_the_deadline() -> None:
    with byte_by_byte(HEAD) as url:
        tokens = ClientCredentials(url, client_id="web", client_secret="s")
        with ended_within(1.0), pytest.raises(DeadlineExceededError):
            RestClient("http://127.0.0.1:1", tokens=tokens, settings=SHORT).get("/")


def test_a_call_may_have_a_deadline_of_its_own(serve: Any, response: Any) -> None:
    with serve(lambda _: response(json=1), delay=1.0) as server:
        client = RestClient(server.url)
        with ended_within(0.9), pytest.raises(DeadlineExceededError):
            client.get("/", deadline=0.2)
        with ended_within(0.9), pytest.raises(DeadlineExceededError):
            client.post("/", deadline=0.2)
        with ended_within(0.9), pytest.raises(DeadlineExceededError):
            GraphQLClient(server.url).query("{ n }", deadline=0.2)


@pytest.mark.parametrize("deadline", [0, -1, float("nan"), float("inf"), "5"])
def test_a_deadline_is_a_number_above_0(deadline: Any) -> None:
    with pytest.raises(UsageError, match="deadline must be"):
        RestClient("http://a.test").get("/", deadline=deadline)


def test_redirects_share_the_deadline(serve: Any, response: Any) -> None:
    hops = iter(range(100))

    def respond(_: Any) -> Any:
        return response(status=302, headers={"Location": f"/{next(hops)}"}, body=b"")

    with serve(respond, delay=0.2) as server, ended_within(0.9), pytest.raises(DeadlineExceededError):
        RestClient(server.url, settings=SHORT).get("/a")


@pytest.mark.parametrize("kind", ["rest", "graphql"])
def test_a_waiter_has_its_own_deadline(serve: Any, response: Any, kind: str) -> None:
    cache = TTLCache()
    with serve(lambda _: response(json={"data": {}}), delay=1.0) as server:

        def get(settings: TransportSettings) -> Any:
            if kind == "rest":
                return RestClient(server.url, cache=cache, settings=settings).get("/", caching=Caching(ttl=9))
            return GraphQLClient(server.url, cache=cache, settings=settings).query("{ n }")

        leader = threading.Thread(target=get, args=(TransportSettings(deadline=30.0),))
        leader.start()
        while not server.received:
            time.sleep(0.01)
        with ended_within(0.9), pytest.raises(DeadlineExceededError):
            get(SHORT)
        leader.join()


def test_a_waiter_outlives_a_leader_whose_deadline_passes(serve: Any, response: Any) -> None:
    cache, values = TTLCache(), []
    with serve(lambda _: response(json=1), delay=0.6) as server:

        def lead() -> None:
            with pytest.raises(DeadlineExceededError):
                RestClient(server.url, cache=cache, settings=SHORT).get("/", caching=Caching(ttl=9))

        leader = threading.Thread(target=lead)
        leader.start()
        while not server.received:
            time.sleep(0.01)
        values.append(RestClient(server.url, cache=cache).get("/", caching=Caching(ttl=9)))
        leader.join()
    assert values == [1]


@pytest.mark.parametrize("deadline", [0.3, 5.0])
def test_a_silent_redis_does_not_outlast_the_deadline(serve: Any, response: Any, deadline: float) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, serve(lambda _: response(json=1)) as server:
        cache = RedisCache(redis.Redis(port=silent.getsockname()[1]), prefix="pactape-test:")
        client = RestClient(server.url, cache=cache, settings=TransportSettings(deadline=deadline))
        with ended_within(min(deadline + 0.6, 2.5)):
            try:
                client.get("/", caching=Caching(ttl=60))
            except DeadlineExceededError:
                assert deadline < 1.0


def test_a_redis_that_failed_is_left_alone_for_a_while(serve: Any, response: Any, clock: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, serve(lambda _: response(json=1)) as server:
        port = silent.getsockname()[1]
        cache = RedisCache(redis.Redis(port=port), prefix="pactape-test:", timeout=0.2, timer=clock)
        client = RestClient(server.url, cache=cache)
        client.get("/", caching=Caching(ttl=60))
        with ended_within(0.15):
            assert client.get("/", caching=Caching(ttl=60)) == 1


def test_a_body_larger_than_allowed_is_refused(serve: Any, response: Any) -> None:
    settings = TransportSettings(max_body_bytes=1000)
    with serve(lambda _: response(body=b'"' + b"x" * 2000 + b'"')) as server:
        with pytest.raises(ResponseTooLargeError, match="larger than 1000 bytes") as failure:
            RestClient(server.url, settings=settings).get("/")
        assert len(server.received) == 1
    assert failure.value.status == 200


def test_a_body_is_measured_decompressed(serve: Any, response: Any) -> None:
    body = gzip.compress(b'"' + b"x" * 10_000_000 + b'"')
    settings = TransportSettings(max_body_bytes=1_000_000)
    with (
        serve(lambda _: response(body=body, headers={"Content-Encoding": "gzip"})) as server,
        pytest.raises(ResponseTooLargeError),
    ):
        RestClient(server.url, settings=settings).get("/")


def test_the_body_of_an_error_is_cut(serve: Any, response: Any) -> None:
    with (
        serve(lambda _: response(status=400, body=b"x" * 3_000_000)) as server,
        pytest.raises(BadRequestError) as failure,
    ):
        RestClient(server.url, settings=TransportSettings(max_body_bytes=1000)).get("/")
    assert failure.value.body == b"x" * 65_536


@pytest.mark.parametrize("limit", [0, None])
def test_a_body_of_an_allowed_size_passes(serve: Any, response: Any, limit: int | None) -> None:
    with serve(lambda _: response(body=b"")) as server:
        assert RestClient(server.url, settings=TransportSettings(max_body_bytes=limit)).get("/") is None


def test_uploading_a_generator_ends_at_the_deadline() -> None:
    def slowly() -> Iterator[bytes]:
        for _ in range(1000):
            time.sleep(0.02)
            yield b"x"

    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with ended_within(1.0), pytest.raises(DeadlineExceededError):
            RestClient(url, settings=SHORT).post("/", content=slowly())


class SlowSource(TokenSource):
    def __init__(self) -> None:
        super().__init__(principal="slow")

    def fetch(self, previous: Token | None) -> Token:  # noqa: ARG002 -- as the base class has it
        return Token(value=slow_text())


def slow_text(*_: Any) -> str:
    time.sleep(0.25)
    return "t0p"


def slow_session() -> requests.Session:
    def auth(request: requests.PreparedRequest) -> requests.PreparedRequest:
        slow_text()
        return request

    session = requests.Session()
    session.auth = auth
    return session


SLOW: dict[str, Callable[[], dict[str, Any]]] = {
    "a function that returns strings": lambda: {"tokens": CallableTokens(slow_text)},
    "a function that returns tokens": lambda: {"tokens": CallableTokens(lambda: Token(value=slow_text()))},
    "a source of ones own": lambda: {"tokens": SlowSource()},
    "the auth of a session": lambda: {"session": slow_session()},
}


@pytest.mark.parametrize("caching", [None, Caching(ttl=60)], ids=["uncached", "cached"])
@pytest.mark.parametrize("kind", SLOW)
def test_nothing_is_sent_after_code_of_ones_own_that_outlasted_the_deadline(
    serve: Any, response: Any, kind: str, caching: Caching | None
) -> None:
    settings = TransportSettings(deadline=0.1, retries=RetryPolicy(attempts=2))
    with serve(lambda _: response(json=1)) as server:
        with pytest.raises(DeadlineExceededError):
            RestClient(server.url, settings=settings, **SLOW[kind]()).get("/", caching=caching)
        assert server.received == []


def test_a_token_that_came_too_late_for_its_call_is_there_for_the_next(serve: Any, response: Any) -> None:
    tokens = SlowSource()
    with serve(lambda request: response(json=request.headers["Authorization"])) as server:
        client = RestClient(server.url, tokens=tokens)
        with pytest.raises(DeadlineExceededError):
            client.get("/", deadline=0.1)
        with ended_within(0.2):
            assert client.get("/") == "Bearer t0p"


def test_a_cached_value_is_not_given_after_the_deadline(serve: Any, response: Any) -> None:
    tokens = CallableTokens(lambda: "t0p", principal=slow_text)
    with serve(lambda _: response(json=1)) as server:
        client = RestClient(server.url, tokens=tokens)
        client.get("/", caching=Caching(ttl=60))
        with pytest.raises(DeadlineExceededError):
            client.get("/", caching=Caching(ttl=60), deadline=0.1)
