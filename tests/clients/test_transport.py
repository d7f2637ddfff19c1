"""The transport of all clients: tokens, proxies, secrets, hooks and connections."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING, Any

import pytest
import requests
import responses
from pactape_clients.auth import CallableTokens, ClientCredentials, StaticToken
from pactape_clients.errors import (
    ConnectionFailedError,
    TokenRefusedError,
    UnauthorizedError,
)
from pactape_clients.rest import RestClient, TransportSettings
from pactape_clients.telemetry import RequestEvent, log_to
from pactape_clients.wire import settings_of

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


def revoking(response: Any, *, good: str) -> Any:
    """A provider that takes one token, and a token endpoint that gives tokens n1, n2, …"""
    issued_tokens: list[str] = []

    def respond(request: Any) -> Any:
        if request.path == "/token":
            issued_tokens.append(f"n{len(issued_tokens) + 1}")
            return response(json={"access_token": issued_tokens[-1], "expires_in": 300})
        accepted = request.headers.get("Authorization") == f"Bearer {good}"
        return response(status=200 if accepted else 401, json={})

    return respond


def with_tokens(url: str) -> tuple[RestClient, ClientCredentials]:
    tokens = ClientCredentials(f"{url}/token", client_id="web", client_secret="s")
    return RestClient(url, tokens=tokens), tokens


class TestA401:
    def test_is_answered_by_a_new_token(self, serve: Any, response: Any) -> None:
        with serve(revoking(response, good="n2")) as real:
            assert with_tokens(real.url)[0].get("/") == {}

    def test_is_answered_once_only(self, serve: Any, response: Any) -> None:
        with serve(revoking(response, good="none is")) as real:
            with pytest.raises(UnauthorizedError):
                with_tokens(real.url)[0].get("/")
            assert real.count("/") == 2

    def test_is_announced_again(self, serve: Any, response: Any, announced: list[Operation]) -> None:
        with serve(revoking(response, good="n2")) as real:
            with_tokens(real.url)[0].get("/")
        assert [call.name for call in announced] == ["GET /", "GET /"]

    def test_is_final_for_a_static_token(self, serve: Any, response: Any) -> None:
        with serve(lambda _: response(status=401)) as real:
            with pytest.raises(UnauthorizedError):
                RestClient(real.url, tokens=StaticToken("a")).get("/")
            assert len(real.received) == 1

    def test_storm_of_64_threads_costs_one_renewal(self, serve: Any, response: Any, at_once: Any) -> None:
        with serve(revoking(response, good="n2"), delay=0.01) as real:
            client, tokens = with_tokens(real.url)
            tokens.token()  # to have one that is refused
            outcomes = at_once(lambda: client.get("/"), 64)
            assert (real.count("/token"), outcomes) == (2, [{}] * 64)

    def test_storm_with_a_refusing_token_endpoint_costs_one_renewal(
        self, serve: Any, response: Any, at_once: Any
    ) -> None:
        token_requests: list[int] = []

        def respond(request: Any) -> Any:
            if request.path != "/token":
                return response(status=401)
            token_requests.append(1)
            if len(token_requests) == 1:
                return response(json={"access_token": "n1", "expires_in": 300})
            return response(status=400, json={"error": "invalid_client"})

        with serve(respond, delay=0.01) as real:
            client, tokens = with_tokens(real.url)
            tokens.token()  # to have one that is refused
            outcomes = at_once(lambda: client.get("/"), 64)
        assert (len(token_requests), {type(outcome) for outcome in outcomes}) == (2, {TokenRefusedError})


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


def test_proxies_come_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, serve: Any, response: Any
) -> None:
    with serve(lambda _: response(json="by proxy")) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.delenv("no_proxy", raising=False)
        assert RestClient("http://nowhere.test").get("/") == "by proxy"


def test_proxies_of_the_environment_can_be_ignored(
    monkeypatch: pytest.MonkeyPatch, serve: Any, response: Any
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.delenv("no_proxy", raising=False)
    with serve(lambda _: response(json="direct")) as real:
        assert RestClient(real.url, settings=TransportSettings(trust_env=False)).get("/") == "direct"


def test_no_traceback_shows_the_token_even_with_its_locals() -> None:
    client = RestClient("http://127.0.0.1:1", tokens=StaticToken("t0p-s3cret"))
    with pytest.raises(ConnectionFailedError) as failure:
        client.get("/")
    trace = "".join(traceback.TracebackException.from_exception(failure.value, capture_locals=True).format())
    assert "t0p-s3cret" not in trace


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


def test_hooks_get_each_attempt_under_opentelemetrys_names(server: Any) -> None:
    events: list[RequestEvent] = []
    server.get(f"{BASE}/things/1", status=503)
    server.get(f"{BASE}/things/1", json=1)
    RestClient(BASE, settings=TransportSettings(hooks=(events.append,))).get("/things/{id}", path={"id": 1})
    common = {
        "pactape.operation": "GET /things/{id}",
        "http.request.method": "GET",
        "url.template": "/things/{id}",
        "server.address": "api.test",
        "server.port": 80,
    }
    assert [event.attributes for event in events] == [
        {**common, "http.response.status_code": 503, "error.type": "503"},
        {**common, "http.response.status_code": 200, "http.request.resend_count": 1},
    ]


def test_connections_are_kept_open_as_many_as_wanted(serve: Any, response: Any, at_once: Any) -> None:
    with serve(lambda _: response(json=1), delay=0.01) as real:
        client = RestClient(real.url, settings=TransportSettings(pool_size=32))
        assert at_once(lambda: client.get("/"), 32) == [1] * 32


@pytest.mark.parametrize("bundle", [None, "", "/a.pem"])
@pytest.mark.parametrize("trust_env", [True, False])
@pytest.mark.parametrize("verify", [True, False, None, "/b.pem"])
@pytest.mark.parametrize("proxy", [None, "http://p.test:1"])
def test_a_given_sessions_settings_are_merged_as_requests_does(
    monkeypatch: pytest.MonkeyPatch, bundle: str | None, trust_env: Any, verify: Any, proxy: str | None
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    if bundle is not None:
        monkeypatch.setenv("CURL_CA_BUNDLE", bundle)
    if proxy is not None:
        monkeypatch.setenv("http_proxy", proxy)
    session = requests.Session()
    session.trust_env, session.verify, session.cert = trust_env, verify, ("/c", "/k")
    session.proxies = {"https": "http://q.test:2", "ftp": None}  # type: ignore[dict-item]  # requests drops it
    expected = dict(session.merge_environment_settings("http://a.test/", {}, None, None, None))
    merged_settings = settings_of(session, "http://a.test/")
    assert {name: merged_settings[name] for name in ("proxies", "verify", "cert")} == {
        name: expected[name] for name in ("proxies", "verify", "cert")
    }
