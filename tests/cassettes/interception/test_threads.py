"""Threads: each finds its cassette, none finds the network, no answer is given twice."""

from __future__ import annotations

import contextvars
import http.client
import threading
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
import requests
import urllib3
from pactape.cassettes import RecordMode, TestOutcome, read_cassette, use_cassette
from pactape.errors import ReplayError
from vcr.request import Request as VcrRequest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cassettes.conftest import Provider

THREADS, EACH = 8, 25


def by_requests(url: str) -> bytes:
    return requests.get(url, timeout=5).content


def by_session() -> Callable[[str], bytes]:
    session = requests.Session()
    return lambda url: session.get(url, timeout=5).content


def by_urllib3(url: str) -> bytes:
    with urllib3.PoolManager() as pool:
        return pool.request("GET", url, timeout=5).data


def by_urllib(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=5) as response:  # noqa: S310 -- http by construction
        return bytes(response.read())


def by_http_client(url: str) -> bytes:
    host, _, path = url.removeprefix("http://").partition("/")
    with closing(http.client.HTTPConnection(host, timeout=5)) as connection:
        connection.request("GET", f"/{path}")
        return bytes(connection.getresponse().read())


CLIENTS = [by_requests, by_session(), by_urllib3, by_urllib, by_http_client]
NAMES = ["requests", "session", "urllib3", "urllib", "http.client"]
EACH_CLIENT = pytest.mark.parametrize(
    "get",
    [
        pytest.param(get, id=name, marks=() if name in {"session", "http.client"} else pytest.mark.long)
        for get, name in zip(CLIENTS, NAMES, strict=True)
    ],
)


def on_threads(work: Callable[[int], bytes], count: int) -> list[bytes]:
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(work, range(count)))


@EACH_CLIENT
def test_eight_threads_are_all_answered_from_the_cassette(
    tmp_path: Path, provider: Provider, get: Callable[[str], bytes]
) -> None:
    cassette = tmp_path / "cassette.yaml"
    with use_cassette(cassette, mode=RecordMode.ALL):
        recorded = [by_requests(f"{provider.url}/a") for _ in range(THREADS * EACH)]
    with use_cassette(cassette):
        replayed = on_threads(lambda _number: get(f"{provider.url}/a"), THREADS * EACH)
    assert sorted(replayed) == sorted(recorded)
    assert provider.hits["/a"] == THREADS * EACH


@pytest.mark.long
@EACH_CLIENT
def test_eight_hundred_unrecorded_requests_of_eight_threads_are_all_blocked(
    tmp_path: Path, provider: Provider, get: Callable[[str], bytes]
) -> None:
    def attempt(_number: int) -> bytes:
        with pytest.raises(ReplayError):
            get(f"{provider.url}/a")
        return b"blocked"

    with use_cassette(tmp_path / "none.yaml") as cassette:
        blocked = on_threads(attempt, 800)
        cassette.outcome = TestOutcome.FAILED
    assert (len(blocked), provider.hits.total()) == (800, 0)


@EACH_CLIENT
def test_eight_threads_are_all_recorded(
    tmp_path: Path, provider: Provider, get: Callable[[str], bytes]
) -> None:
    with use_cassette(tmp_path / "cassette.yaml", mode=RecordMode.ALL):
        on_threads(lambda number: get(f"{provider.url}/{number}"), 160)
    assert len({exchange.request.url for exchange in read_cassette(tmp_path / "cassette.yaml")}) == 160


def test_two_threads_may_each_use_a_cassette_of_their_own(tmp_path: Path, provider: Provider) -> None:
    both_inside = threading.Barrier(2)

    def replay(name: str) -> bytes:
        with use_cassette(tmp_path / f"{name}.yaml", mode=RecordMode.ALL):
            by_requests(f"{provider.url}/{name}")
        with use_cassette(tmp_path / f"{name}.yaml"):
            both_inside.wait(timeout=5)
            answer = by_requests(f"{provider.url}/{name}")
            both_inside.wait(timeout=5)
        return answer

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(replay, ["a", "b"]))
    assert [b'"/a"' in answers[0], b'"/b"' in answers[1]] == [True, True]
    assert provider.hits == {"/a": 1, "/b": 1}


def test_a_thread_that_could_mean_either_of_two_cassettes_is_refused(tmp_path: Path) -> None:
    with (
        use_cassette(tmp_path / "one.yaml"),
        use_cassette(tmp_path / "two.yaml"),
        ThreadPoolExecutor(1) as pool,
    ):
        failure = pool.submit(by_requests, "http://api.example.com/").exception()
    assert isinstance(failure, ReplayError)
    assert "one.yaml" in str(failure)
    assert "two.yaml" in str(failure)


def test_a_thread_with_a_copied_context_means_the_cassette_of_its_parent(
    tmp_path: Path, provider: Provider
) -> None:
    for name in ("one", "two"):
        with use_cassette(tmp_path / f"{name}.yaml", mode=RecordMode.ALL):
            by_requests(f"{provider.url}/{name}")
    with (
        use_cassette(tmp_path / "one.yaml"),
        use_cassette(tmp_path / "two.yaml"),
        ThreadPoolExecutor(1) as pool,
    ):
        answer = pool.submit(contextvars.copy_context().run, by_requests, f"{provider.url}/two").result()
    assert b'"/two"' in answer


def test_a_thread_that_outlives_its_cassette_is_refused_in_the_next(tmp_path: Path) -> None:
    with use_cassette(tmp_path / "one.yaml"):
        left_behind = contextvars.copy_context()
    with (
        use_cassette(tmp_path / "two.yaml"),
        pytest.raises(ReplayError, match=r"one\.yaml has already ended"),
    ):
        left_behind.run(by_requests, "http://api.example.com/")


def test_https_over_the_standard_library_is_replayed(tmp_path: Path) -> None:
    cassette = tmp_path / "cassette.yaml"
    with use_cassette(cassette, mode=RecordMode.ALL) as recording:
        answer = {"status": {"code": 200, "message": "OK"}, "headers": {}, "body": {"string": b"text"}}
        recording.player.append(VcrRequest("GET", "https://api.example.com/", None, {}), answer)
    with use_cassette(cassette):
        assert by_urllib("https://api.example.com/") == b"text"


def test_nothing_stays_patched(tmp_path: Path, provider: Provider) -> None:
    before = (http.client.HTTPConnection, urllib3.connectionpool.HTTPConnectionPool.ConnectionCls)
    with pytest.raises(ZeroDivisionError), use_cassette(tmp_path / "cassette.yaml"):
        raise ZeroDivisionError
    after = (http.client.HTTPConnection, urllib3.connectionpool.HTTPConnectionPool.ConnectionCls)
    assert after == before
    assert by_requests(f"{provider.url}/a")


def test_a_session_goes_on_working_after_its_cassette(tmp_path: Path, provider: Provider) -> None:
    with requests.Session() as session:
        with use_cassette(tmp_path / "cassette.yaml", mode=RecordMode.ALL):
            session.get(f"{provider.url}/a", timeout=5)
        with use_cassette(tmp_path / "cassette.yaml"):
            session.get(f"{provider.url}/a", timeout=5)
        session.get(f"{provider.url}/a", timeout=5)
    assert provider.hits["/a"] == 2
