"""What a refused token costs: the flow of requests and answers, with and without a server."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
import requests
import responses
from pactape_clients import ClientCredentials, RestClient, TokenAuth, TTLCache
from pactape_clients.auth import CallableTokens, Token
from pactape_clients.errors import (
    UnauthorizedError,
)
from pactape_clients.rest import Caching

from tests.clients.helpers.tokens import GOOD

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def server() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


class TestFlow:
    """The flow of a token's requests and answers, without a server."""

    def response(self, request: Any, status: int) -> requests.Response:
        response = requests.Response()
        response.status_code, response.request = status, request
        return response

    def run(self, auth: TokenAuth, *statuses: int, url: str = "http://a.test/") -> list[str]:
        """The tokens that are sent, when the server answers with these statuses."""
        flow = auth.flow(requests.Request("GET", url).prepare())
        request = next(flow)
        tokens = [request.headers["Authorization"].removeprefix("Bearer ")]
        for status in statuses:
            try:
                request = flow.send(self.response(request, status))
            except StopIteration:
                break
            tokens.append(request.headers["Authorization"].removeprefix("Bearer "))
        return tokens

    def numbered(self, clock: Any) -> CallableTokens:
        numbers = iter(range(1, 100))
        return CallableTokens(lambda: Token(value=f"t{next(numbers)}"), timer=clock)

    def test_ends_with_an_accepted_token(self, clock: Any) -> None:
        assert self.run(TokenAuth(self.numbered(clock)), 200, 200) == ["t1"]

    def test_renews_a_refused_token_once(self, clock: Any) -> None:
        assert self.run(TokenAuth(self.numbered(clock)), 401, 401, 401) == ["t1", "t2"]

    def test_takes_a_403_as_an_answer(self, clock: Any) -> None:
        assert self.run(TokenAuth(self.numbered(clock)), 403) == ["t1"]

    def test_does_not_renew_what_renewing_does_not_cure(self, clock: Any) -> None:
        auth = TokenAuth(self.numbered(clock), timer=clock)
        tokens = [self.run(auth, 401, 401) for _ in range(20)]
        assert tokens == [["t1", "t2"], *[["t2"]] * 19]

    def test_does_not_renew_for_each_of_many_routes(self, clock: Any) -> None:
        auth = TokenAuth(self.numbered(clock), timer=clock)
        tokens = [self.run(auth, 401, 401, url=f"http://a.test/{number}") for number in range(20)]
        assert tokens == [["t1", "t2"], *[["t2"]] * 19]

    def test_does_not_renew_for_a_route_that_refuses_among_others_that_accept(self, clock: Any) -> None:
        auth = TokenAuth(self.numbered(clock), timer=clock)
        for _ in range(5):
            self.run(auth, 401, 401, url="http://a.test/admin")
            assert self.run(auth, 200, url="http://a.test/") == ["t2"]

    def test_renews_again_after_a_minute(self, clock: Any) -> None:
        auth = TokenAuth(self.numbered(clock), timer=clock)
        self.run(auth, 401, 401)
        clock.pass_by(61)
        assert self.run(auth, 401, 200) == ["t2", "t3"]

    def test_renews_a_token_that_was_accepted_before(self, clock: Any) -> None:
        auth = TokenAuth(self.numbered(clock), timer=clock)
        assert [self.run(auth, 401, 200), self.run(auth, 401, 200)] == [["t1", "t2"], ["t2", "t3"]]

    def test_does_not_renew_for_another_host(self, clock: Any) -> None:
        flow = TokenAuth(self.numbered(clock)).flow(requests.Request("GET", "http://a.test/").prepare())
        next(flow)
        elsewhere = requests.Request("GET", "http://b.test/").prepare()
        with pytest.raises(StopIteration):
            flow.send(self.response(elsewhere, 401))


def test_twenty_401s_that_no_token_cures_cost_one_renewal(serve: Any, response: Any) -> None:
    def respond(request: Any) -> Any:
        return response(json=GOOD) if request.path == "/token" else response(status=401)

    with serve(respond) as real:
        tokens = ClientCredentials(f"{real.url}/token", client_id="web", client_secret="s")
        client = RestClient(real.url, tokens=tokens)
        for _ in range(20):
            with pytest.raises(UnauthorizedError):
                client.get("/x")
        assert (real.count("/token"), real.count("/x")) == (2, 21)


def test_a_thread_that_must_exit_does_not_stop_others(at_once: Any) -> None:
    first = threading.Event()

    def give() -> Token:
        if not first.is_set():
            first.set()
            raise SystemExit(3)
        return Token(value="t")

    source = CallableTokens(give)

    def token() -> str:
        try:
            return source.token().value
        except SystemExit:
            return "exited"

    assert sorted(at_once(token, 8)) == ["exited", *["t"] * 7]


def test_a_session_of_requests_renews_after_a_redirect(serve: Any, response: Any, clock: Any) -> None:
    def respond(request: Any) -> Any:
        if request.path == "/old":
            return response(status=302, headers={"Location": "/new"}, body=b"")
        return response(status=200 if request.headers["Authorization"] == "Bearer t2" else 401, json=1)

    numbers = iter(range(1, 9))
    auth = TokenAuth(CallableTokens(lambda: Token(value=f"t{next(numbers)}"), timer=clock))
    with serve(respond) as real:
        assert requests.get(f"{real.url}/old", auth=auth, timeout=5).status_code == 200


@pytest.mark.parametrize("failure", ["status 503", "status 429", "HTML", "token endpoint"])
def test_a_stale_value_is_served_at_every_outage(serve: Any, response: Any, failure: str, clock: Any) -> None:
    outage = False

    def respond(request: Any) -> Any:
        if request.path == "/token":
            return (
                response(status=503)
                if outage and failure == "token endpoint"
                else response(json={**GOOD, "expires_in": 10})
            )
        if not outage or failure == "token endpoint":
            return response(json=1)
        if failure == "HTML":
            return response(body=b"<html>", headers={"Content-Type": "text/html"})
        return response(status=int(failure.removeprefix("status ")), headers={"Retry-After": "900"})

    with serve(respond) as real:
        tokens = ClientCredentials(f"{real.url}/token", client_id="web", client_secret="s", timer=clock)
        client = RestClient(real.url, tokens=tokens, cache=TTLCache(timer=clock))
        caching = Caching(ttl=5, stale_if_error=60)
        client.get("/x", caching=caching)
        clock.pass_by(20)
        outage = True
        assert client.get("/x", caching=caching) == 1
