from __future__ import annotations

import traceback
from typing import TYPE_CHECKING, Any

import pytest
import requests
import responses
from pactape_clients.auth import CallableTokens, ClientCredentials, StaticToken
from pactape_clients.errors import (
    ConnectionFailedError,
    DeadlineExceededError,
    RateLimitedError,
    RequestTimeoutError,
    ServerError,
    TokenRefusedError,
    UnauthorizedError,
)
from pactape_clients.rest import GENERATED, RestClient, RetryPolicy, TransportSettings
from pactape_clients.retries import retry_after
from pactape_clients.telemetry import RequestEvent, log_to

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pactape_clients.operations import Operation

BASE = "http://api.test"


@pytest.fixture
def server() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as mock:
        yield mock


@pytest.fixture
def client() -> RestClient:
    return RestClient(BASE)


def revoking(answer: Any, *, good: str) -> Any:
    """A provider that takes one token, and a token endpoint that gives tokens n1, n2, …"""
    given: list[str] = []

    def respond(request: Any) -> Any:
        if request.path == "/token":
            given.append(f"n{len(given) + 1}")
            return answer(json={"access_token": given[-1], "expires_in": 300})
        accepted = request.headers.get("Authorization") == f"Bearer {good}"
        return answer(status=200 if accepted else 401, json={})

    return respond


def authorised(url: str) -> RestClient:
    return RestClient(url, tokens=ClientCredentials(f"{url}/token", client_id="web", client_secret="s"))


class TestA401:
    def test_is_answered_by_a_new_token(self, serve: Any, answer: Any) -> None:
        with serve(revoking(answer, good="n2")) as real:
            assert authorised(real.url).get("/") == {}

    def test_is_answered_once_only(self, serve: Any, answer: Any) -> None:
        with serve(revoking(answer, good="none is")) as real:
            with pytest.raises(UnauthorizedError):
                authorised(real.url).get("/")
            assert real.count("/") == 2

    def test_is_announced_again(self, serve: Any, answer: Any, announced: list[Operation]) -> None:
        with serve(revoking(answer, good="n2")) as real:
            authorised(real.url).get("/")
        assert [each.name for each in announced] == ["GET /", "GET /"]

    def test_is_final_for_a_static_token(self, serve: Any, answer: Any) -> None:
        with serve(lambda _: answer(status=401)) as real:
            with pytest.raises(UnauthorizedError):
                RestClient(real.url, tokens=StaticToken("a")).get("/")
            assert len(real.received) == 1

    def test_storm_of_64_threads_costs_one_renewal(self, serve: Any, answer: Any, at_once: Any) -> None:
        with serve(revoking(answer, good="n2"), delay=0.01) as real:
            client = authorised(real.url)
            assert client._transport._auth is not None  # noqa: SLF001 -- to have a token that is refused
            client._transport._auth._source.token()  # noqa: SLF001 -- as above
            outcomes = at_once(lambda: client.get("/"), 64)
            assert (real.count("/token"), outcomes) == (2, [{}] * 64)

    def test_storm_with_a_refusing_token_endpoint_costs_one_renewal(
        self, serve: Any, answer: Any, at_once: Any
    ) -> None:
        asked: list[int] = []

        def respond(request: Any) -> Any:
            if request.path != "/token":
                return answer(status=401)
            asked.append(1)
            if len(asked) == 1:
                return answer(json={"access_token": "n1", "expires_in": 300})
            return answer(status=400, json={"error": "invalid_client"})

        with serve(respond, delay=0.01) as real:
            client = authorised(real.url)
            assert client._transport._auth is not None  # noqa: SLF001 -- to have a token that is refused
            client._transport._auth._source.token()  # noqa: SLF001 -- as above
            outcomes = at_once(lambda: client.get("/"), 64)
        assert (len(asked), {type(each) for each in outcomes}) == (2, {TokenRefusedError})


def test_netrc_does_not_replace_the_token(
    server: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine api.test login eve password hunter2\n")
    monkeypatch.setenv("NETRC", str(netrc))
    server.get(f"{BASE}/", json=1)
    RestClient(BASE, session=requests.Session(), tokens=StaticToken("t0p")).get("/")
    assert server.calls[0].request.headers["Authorization"] == "Bearer t0p"


def test_netrc_is_not_read_without_tokens(
    server: Any, client: RestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine api.test login eve password hunter2\n")
    monkeypatch.setenv("NETRC", str(netrc))
    server.get(f"{BASE}/", json=1)
    client.get("/")
    assert "Authorization" not in server.calls[0].request.headers


def test_proxies_come_from_the_environment(monkeypatch: pytest.MonkeyPatch, serve: Any, answer: Any) -> None:
    with serve(lambda _: answer(json="by proxy")) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.delenv("no_proxy", raising=False)
        assert RestClient("http://nowhere.test").get("/") == "by proxy"


def test_proxies_of_the_environment_can_be_ignored(
    monkeypatch: pytest.MonkeyPatch, serve: Any, answer: Any
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.delenv("no_proxy", raising=False)
    with serve(lambda _: answer(json="direct")) as real:
        assert RestClient(real.url, settings=TransportSettings(trust_env=False)).get("/") == "direct"


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
    assert RetryPolicy().wait_before(error, 60.0) == 7.0


def test_a_retry_never_waits_beyond_the_deadline() -> None:
    assert RetryPolicy().wait_before(ServerError(status=503), 0.1) == 0.025


class TestDeadline:
    def test_ends_a_call_whose_server_is_slow(self, serve: Any, answer: Any) -> None:
        settings = TransportSettings(deadline=0.05, retries=RetryPolicy(attempts=1))
        with (
            serve(lambda _: answer(json=1), delay=0.3) as real,
            pytest.raises((DeadlineExceededError, RequestTimeoutError)),
        ):
            RestClient(real.url, settings=settings).get("/")

    def test_includes_the_wait_for_a_token(self, serve: Any, answer: Any) -> None:
        settings = TransportSettings(deadline=0.05)
        with serve(lambda _: answer(json={"access_token": "a"}), delay=0.3) as real:
            tokens = ClientCredentials(f"{real.url}/token", client_id="web", client_secret="s")
            with pytest.raises(DeadlineExceededError):
                RestClient(real.url, tokens=tokens, settings=settings).get("/")
            assert real.count("/") == 0


def test_a_time_out_is_one(serve: Any, answer: Any) -> None:
    settings = TransportSettings(timeouts=(1.0, 0.05), retries=RetryPolicy(attempts=1))
    with serve(lambda _: answer(json=1), delay=0.3) as real, pytest.raises(RequestTimeoutError):
        RestClient(real.url, settings=settings).get("/")


def test_a_refused_connection_is_one() -> None:
    with pytest.raises(ConnectionFailedError):
        RestClient("http://127.0.0.1:1").get("/")


def test_no_traceback_shows_the_token_even_with_its_locals() -> None:
    client = RestClient("http://127.0.0.1:1", tokens=StaticToken("t0p-s3cret"))
    with pytest.raises(ConnectionFailedError) as failure:
        client.get("/")
    shown = "".join(traceback.TracebackException.from_exception(failure.value, capture_locals=True).format())
    assert "t0p-s3cret" not in shown


def test_no_log_shows_the_token(server: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    server.get(f"{BASE}/", json=1)
    settings = TransportSettings(hooks=(log_to(__import__("logging").getLogger("calls")),))
    RestClient(BASE, tokens=StaticToken("t0p-s3cret"), settings=settings).get("/")
    assert "GET / 200" in caplog.text
    assert "t0p-s3cret" not in caplog.text


def test_a_failing_token_names_the_operation(server: Any) -> None:
    server.post(f"{BASE}/token", status=400, json={"error": "invalid_client"})
    tokens = ClientCredentials(f"{BASE}/token", client_id="web", client_secret="s")
    with pytest.raises(TokenRefusedError) as failure:
        RestClient(BASE, tokens=tokens).get("/things")
    assert failure.value.operation is not None
    assert failure.value.operation.name == "GET /things"


def test_the_operation_is_announced_after_its_token_is_there(server: Any, announced: list[Operation]) -> None:
    heard_before_token: list[int] = []

    def give() -> str:
        heard_before_token.append(len(announced))
        return "t"

    server.get(f"{BASE}/", json=1)
    RestClient(BASE, tokens=CallableTokens(give)).get("/")
    assert heard_before_token == [0]


def test_hooks_hear_each_attempt_in_opentelemetrys_words(server: Any) -> None:
    heard: list[RequestEvent] = []
    server.get(f"{BASE}/things/1", status=503)
    server.get(f"{BASE}/things/1", json=1)
    RestClient(BASE, settings=TransportSettings(hooks=(heard.append,))).get("/things/{id}", path={"id": 1})
    common = {
        "pactape.operation": "GET /things/{id}",
        "http.request.method": "GET",
        "url.template": "/things/{id}",
        "server.address": "api.test",
        "server.port": 80,
    }
    assert [each.attributes for each in heard] == [
        {**common, "http.response.status_code": 503, "error.type": "503"},
        {**common, "http.response.status_code": 200, "http.request.resend_count": 1},
    ]


def test_connections_are_kept_open_as_many_as_wanted(serve: Any, answer: Any, at_once: Any) -> None:
    with serve(lambda _: answer(json=1), delay=0.01) as real:
        client = RestClient(real.url, settings=TransportSettings(pool_size=32))
        assert at_once(lambda: client.get("/"), 32) == [1] * 32
