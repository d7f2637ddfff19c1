"""Token endpoints: how clients identify themselves, what servers answer, and refresh tokens that rotate."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import pytest
import requests
import responses
from pactape_clients import ClientCredentials, RestClient, TokenAuth
from pactape_clients.auth import CallableTokens, RefreshToken, Token
from pactape_clients.errors import (
    TokenRefusedError,
    TokenUnavailableError,
    UnauthorizedError,
    UsageError,
)
from pactape_clients.rest import Caching, RetryPolicy, TransportSettings

from tests.clients.helpers.sockets import closing

if TYPE_CHECKING:
    from collections.abc import Iterator

URL = "http://id.test/token"
GOOD = {"access_token": "a", "token_type": "Bearer", "expires_in": 300}


@pytest.fixture
def server() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


def credentials(**options: Any) -> ClientCredentials:
    return ClientCredentials(URL, client_id="web", client_secret="s3cret", **options)


def form(server: Any, index: int = -1) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(server.calls[index].request.body).items()}


class TestIdentification:
    def test_is_by_http_basic_with_a_secret(self, server: Any) -> None:
        server.post(URL, json=GOOD)
        credentials().token()
        assert server.calls[0].request.headers["Authorization"].startswith("Basic ")
        assert form(server) == {"grant_type": "client_credentials"}

    def test_is_in_the_body_for_a_public_client(self, server: Any) -> None:
        server.post(URL, json=GOOD)
        RefreshToken(URL, refresh_token="r1", client_id="spa").token()
        assert "Authorization" not in server.calls[0].request.headers
        assert form(server) == {"grant_type": "refresh_token", "refresh_token": "r1", "client_id": "spa"}

    def test_may_be_in_the_body_with_a_secret(self, server: Any) -> None:
        server.post(URL, json=GOOD)
        credentials(client_auth="client_secret_post").token()
        assert "Authorization" not in server.calls[0].request.headers
        assert form(server) == {
            "grant_type": "client_credentials",
            "client_id": "web",
            "client_secret": "s3cret",
        }

    def test_has_an_audience_scope_and_more(self, server: Any) -> None:
        server.post(URL, json=GOOD)
        credentials(scope="a b", audience="api", extra={"resource": "users"}).token()
        assert form(server) == {
            "grant_type": "client_credentials",
            "scope": "a b",
            "audience": "api",
            "resource": "users",
        }

    @pytest.mark.parametrize("client_auth", ["client_secret_basic", "client_secret_post", "none"])
    def test_is_not_replaced_by_netrc_or_a_session(
        self, server: Any, client_auth: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        netrc = tmp_path / "netrc"
        netrc.write_text("machine id.test login eve password hunter2\n")
        monkeypatch.setenv("NETRC", str(netrc))
        server.post(URL, json=GOOD)
        session = requests.Session()
        session.auth = ("eve", "hunter2")
        credentials(session=session, client_auth=client_auth).token()
        sent = server.calls[0].request.headers.get("Authorization", "")
        assert sent == ("Basic d2ViOnMzY3JldA==" if client_auth == "client_secret_basic" else "")

    def test_keeps_principals_apart(self) -> None:
        sources = [
            credentials(),
            credentials(audience="b"),
            credentials(extra={"a": "b"}),
            credentials(scope="b"),
        ]
        assert len({each.principal for each in sources}) == len(sources)

    def test_may_name_the_principal(self) -> None:
        sources = [RefreshToken(URL, refresh_token=each, client_id="spa", principal="ada") for each in "ab"]
        assert sources[0].principal == sources[1].principal

    @pytest.mark.parametrize(
        "make",
        [
            lambda: ClientCredentials("id.test", client_id="web", client_secret="s"),
            lambda: ClientCredentials(URL, client_id=None, client_secret="s"),  # type: ignore[arg-type]
            lambda: ClientCredentials(URL, client_id="web", client_secret=None),  # type: ignore[arg-type]
            lambda: credentials(client_auth="basic"),
            lambda: credentials(extra={"a": 1}),
            lambda: RefreshToken(URL, client_id="web"),
            lambda: RefreshToken(URL, refresh_token="", client_id="web"),
        ],
    )
    def test_that_cannot_work_is_refused(self, make: Any) -> None:
        with pytest.raises(UsageError):
            make()

    def test_has_no_other_options(self) -> None:
        with pytest.raises(TypeError, match="'audiance'"):
            credentials(audiance="api")


class TestAnswers:
    @pytest.mark.parametrize("status", [200, 400, 401, 403, 422])
    @pytest.mark.parametrize(
        ("body", "code", "words"),
        [
            (
                {"error": "bad_refresh_token", "error_description": "It is expired."},
                "bad_refresh_token",
                "It is expired.",
            ),
            (
                {"error": {"message": "Invalid token", "type": "OAuthException", "code": 190}},
                "190",
                "Invalid token",
            ),
            (
                {"error": {"message": "Invalid token", "type": "OAuthException"}},
                "OAuthException",
                "Invalid token",
            ),
            ({"ok": False, "error": "invalid_code"}, "invalid_code", ""),
            ({"errorCode": "E7", "message": "no"}, "E7", "no"),
        ],
    )
    def test_that_refuse_keep_code_and_description(
        self, server: Any, status: int, body: Any, code: str, words: str
    ) -> None:
        server.post(URL, status=status, json=body)
        with pytest.raises(TokenRefusedError, match=words or "refused") as failure:
            credentials().token()
        assert (failure.value.code, failure.value.status) == (code, status)
        assert len(server.calls) == 1

    @pytest.mark.parametrize(
        ("lifetime", "seconds"),
        [("", None), ("never", None), ("2030-01-01T00:00:00Z", None), (None, None), (True, None), ([], None),
         ("3600", 3600), (3600, 3600), (3600.5, 3600.5), ("1e400", None), (10**400, None)],
    )  # fmt: skip
    def test_with_a_lifetime_that_cannot_be_read_have_none(
        self, server: Any, lifetime: Any, seconds: Any
    ) -> None:
        server.post(URL, json={**GOOD, "expires_in": lifetime})
        assert credentials().token().expires_in == seconds

    def test_may_be_a_form(self, server: Any) -> None:
        body = "access_token=a&expires_in=300&token_type=bearer"
        server.post(URL, body=body, content_type="application/x-www-form-urlencoded")
        token = credentials().token()
        assert (token.value, token.expires_in) == ("a", 300)

    def test_that_refuse_may_be_a_form(self, server: Any) -> None:
        server.post(URL, body="error=bad_code", content_type="application/x-www-form-urlencoded")
        with pytest.raises(TokenRefusedError) as failure:
            credentials().token()
        assert failure.value.code == "bad_code"

    @pytest.mark.parametrize(
        "body", ["<html>", "", "[]", "7", '"a"', "{}", '{"access_token": ""}', "[" * 5000]
    )
    def test_without_a_token_are_unavailable(self, server: Any, body: str) -> None:
        server.post(URL, body=body)
        with pytest.raises(TokenUnavailableError, match="answered 200"):
            credentials().token()

    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    def test_that_redirect_are_refused(self, server: Any, status: int) -> None:
        server.post(URL, status=status, headers={"Location": "http://evil.test/"})
        evil = server.post("http://evil.test/", json=GOOD)
        with pytest.raises(TokenUnavailableError, match="redirect"):
            credentials().token()
        assert evil.call_count == 0

    def test_end_at_a_megabyte(self, server: Any) -> None:
        server.post(URL, body=b" " * 2_000_000)
        with pytest.raises(TokenUnavailableError, match="larger"):
            credentials().token()


class TestRepetition:
    @pytest.mark.parametrize("status", [429, 502, 503, 504])
    def test_after_a_passing_failure(self, server: Any, status: int) -> None:
        server.post(URL, status=status)
        server.post(URL, json=GOOD)
        assert credentials().token().value == "a"

    def test_follows_the_policy_of_the_client(self, server: Any) -> None:
        server.post(URL, status=503)
        settings = TransportSettings(retries=RetryPolicy(attempts=1))
        with pytest.raises(TokenUnavailableError):
            RestClient("http://api.test", tokens=credentials(), settings=settings).get("/")
        assert len(server.calls) == 1

    def test_ends_after_three_attempts(self, server: Any) -> None:
        server.post(URL, status=503, json={"error": "temporarily_unavailable"})
        with pytest.raises(TokenUnavailableError) as failure:
            credentials().token()
        assert (len(server.calls), failure.value.code) == (3, "temporarily_unavailable")

    def test_waits_as_long_as_the_endpoint_says(self, server: Any, waits: list[float]) -> None:
        server.post(URL, status=503, headers={"Retry-After": "7"})
        server.post(URL, json=GOOD)
        credentials().token()
        assert waits == [7.0]

    def test_after_a_connection_that_was_closed(self) -> None:
        with closing() as server:
            with pytest.raises(TokenUnavailableError, match="closed the connection"):
                ClientCredentials(server.url, client_id="web", client_secret="s").token()
            assert server.connections == 3

    def test_is_not_multiplied_by_that_of_the_call(self, server: Any) -> None:
        server.post(URL, status=503)
        with pytest.raises(TokenUnavailableError):
            RestClient("http://api.test", tokens=credentials()).get("/")
        assert len(server.calls) == 3


def test_token_requests_follow_the_environment_settings_of_the_client(
    serve: Any, answer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.delenv("no_proxy", raising=False)
    with serve(lambda _: answer(json=GOOD)) as real:
        tokens = ClientCredentials(real.url, client_id="web", client_secret="s")
        assert (
            RestClient(real.url, tokens=tokens, settings=TransportSettings(trust_env=False)).get("/") == GOOD
        )


class Rotating:
    """A token endpoint whose refresh tokens are valid once."""

    def __init__(self, answer: Any) -> None:
        self.valid = "r1"
        self.number = 1
        self._answer = answer

    def __call__(self, request: Any) -> Any:
        used = parse_qs(request.body.decode())["refresh_token"][0]
        if used != self.valid:
            return self._answer(status=400, json={"error": "invalid_grant"})
        self.number += 1
        self.valid = f"r{self.number}"
        return self._answer(
            json={"access_token": f"a{self.number}", "refresh_token": self.valid, "expires_in": 60}
        )


class Store:
    """Keeps a refresh token, and fails as often as it is told to."""

    def __init__(self, token: str | None, *, failures: int = 0) -> None:
        self.token = token
        self.failures = failures

    def load(self) -> str | None:
        return self.token

    def save(self, refresh_token: str) -> None:
        if self.failures:
            self.failures -= 1
            raise OSError("database is down")
        self.token = refresh_token


class TestRotation:
    def source(self, url: str, clock: Any, **options: Any) -> RefreshToken:
        return RefreshToken(url, client_id="web", client_secret="s", timer=clock, **options)

    def test_uses_each_refresh_token_once(self, serve: Any, answer: Any, clock: Any) -> None:
        store = Store("r1")
        with serve(Rotating(answer)) as real:
            source = self.source(real.url, clock, store=store)
            values = []
            for _ in range(3):
                values.append(source.token().value)
                clock.pass_by(60)
        assert (values, store.token) == (["a2", "a3", "a4"], "r4")

    @pytest.mark.parametrize("by", ["on_rotation", "store"])
    def test_loses_nothing_when_saving_fails(
        self, serve: Any, answer: Any, clock: Any, by: str, caplog: Any
    ) -> None:
        store = Store("r1", failures=2)
        options = {"store": store} if by == "store" else {"refresh_token": "r1", "on_rotation": store.save}
        with serve(Rotating(answer)) as real:
            source = self.source(real.url, clock, **options)
            saved = []
            for _ in range(4):
                source.token()
                saved.append(store.token)
        assert saved[-1] == "r2"
        assert "couldn't be saved (OSError)" in caplog.text
        assert "r2" not in caplog.text

    def test_goes_on_with_an_unsaved_token(self, serve: Any, answer: Any, clock: Any) -> None:
        store = Store("r1", failures=3)
        with serve(Rotating(answer)) as real:
            source = self.source(real.url, clock, store=store)
            source.token()
            clock.pass_by(60)
            assert source.token().value == "a3"
            source.token()
        assert store.token == "r3"

    def test_looks_into_the_store_before_it_gives_up(self, serve: Any, answer: Any, clock: Any) -> None:
        rotating = Rotating(answer)
        store = Store("r1")
        with serve(rotating) as real:
            one, other = (self.source(real.url, clock, store=store) for _ in range(2))
            one.token()
            other.token()
            clock.pass_by(60)
            assert [one.token().value, other.token().value] == ["a4", "a5"]

    def test_of_a_token_that_another_process_uses_meanwhile_is_tried_again(
        self, serve: Any, answer: Any, clock: Any
    ) -> None:
        rotating = Rotating(answer)
        rotating.valid = "r9"

        class Late(Store):
            def load(self) -> str | None:
                loaded, self.token = self.token, "r9"
                return loaded

        with serve(rotating) as real:
            assert self.source(real.url, clock, store=Late("r8")).token().value == "a2"

    def test_of_a_revoked_token_is_refused(self, serve: Any, answer: Any, clock: Any) -> None:
        with serve(Rotating(answer)) as real, pytest.raises(TokenRefusedError, match="invalid_grant"):
            self.source(real.url, clock, store=Store("r0")).token()

    def test_without_a_token_in_the_store_says_so(self, clock: Any) -> None:
        with pytest.raises(TokenRefusedError, match="no refresh token"):
            self.source(URL, clock, store=Store(None)).token()

    def test_goes_on_when_the_store_cannot_be_read(self, serve: Any, answer: Any, clock: Any) -> None:
        class Unreadable(Store):
            def load(self) -> str | None:
                raise OSError

        with serve(Rotating(answer)) as real:
            assert (
                self.source(real.url, clock, store=Unreadable(None), refresh_token="r1").token().value == "a2"
            )


class TestFlow:
    """The flow of a token's requests and answers, without a server."""

    def answer(self, request: Any, status: int) -> requests.Response:
        response = requests.Response()
        response.status_code, response.request = status, request
        return response

    def run(self, auth: TokenAuth, *statuses: int, url: str = "http://a.test/") -> list[str]:
        """The tokens that are sent, when the server answers with these statuses."""
        flow = auth.flow(requests.Request("GET", url).prepare())
        request = next(flow)
        sent = [request.headers["Authorization"].removeprefix("Bearer ")]
        for status in statuses:
            try:
                request = flow.send(self.answer(request, status))
            except StopIteration:
                break
            sent.append(request.headers["Authorization"].removeprefix("Bearer "))
        return sent

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
        sent = [self.run(auth, 401, 401) for _ in range(20)]
        assert sent == [["t1", "t2"], *[["t2"]] * 19]

    def test_does_not_renew_for_each_of_many_routes(self, clock: Any) -> None:
        auth = TokenAuth(self.numbered(clock), timer=clock)
        sent = [self.run(auth, 401, 401, url=f"http://a.test/{number}") for number in range(20)]
        assert sent == [["t1", "t2"], *[["t2"]] * 19]

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
            flow.send(self.answer(elsewhere, 401))


def test_twenty_401s_that_no_token_cures_cost_one_renewal(serve: Any, answer: Any) -> None:
    def respond(request: Any) -> Any:
        return answer(json=GOOD) if request.path == "/token" else answer(status=401)

    with serve(respond) as real:
        tokens = ClientCredentials(f"{real.url}/token", client_id="web", client_secret="s")
        client = RestClient(real.url, tokens=tokens)
        for _ in range(20):
            with pytest.raises(UnauthorizedError):
                client.get("/x")
        assert (real.count("/token"), real.count("/x")) == (2, 21)


def test_a_thread_that_is_told_to_exit_takes_no_other_along(at_once: Any) -> None:
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


def test_a_session_of_requests_renews_after_a_redirect(serve: Any, answer: Any, clock: Any) -> None:
    def respond(request: Any) -> Any:
        if request.path == "/old":
            return answer(status=302, headers={"Location": "/new"}, body=b"")
        return answer(status=200 if request.headers["Authorization"] == "Bearer t2" else 401, json=1)

    numbers = iter(range(1, 9))
    auth = TokenAuth(CallableTokens(lambda: Token(value=f"t{next(numbers)}"), timer=clock))
    with serve(respond) as real:
        assert requests.get(f"{real.url}/old", auth=auth, timeout=5).status_code == 200


@pytest.mark.parametrize("failure", ["status 503", "status 429", "HTML", "token endpoint"])
def test_a_stale_value_stands_in_for_every_outage(serve: Any, answer: Any, failure: str, clock: Any) -> None:
    from pactape_clients import TTLCache  # noqa: PLC0415 -- for this test alone

    outage = False

    def respond(request: Any) -> Any:
        if request.path == "/token":
            return (
                answer(status=503)
                if outage and failure == "token endpoint"
                else answer(json={**GOOD, "expires_in": 10})
            )
        if not outage or failure == "token endpoint":
            return answer(json=1)
        if failure == "HTML":
            return answer(body=b"<html>", headers={"Content-Type": "text/html"})
        return answer(status=int(failure.removeprefix("status ")), headers={"Retry-After": "900"})

    with serve(respond) as real:
        tokens = ClientCredentials(f"{real.url}/token", client_id="web", client_secret="s", timer=clock)
        client = RestClient(real.url, tokens=tokens, cache=TTLCache(timer=clock))
        caching = Caching(ttl=5, stale_if_error=60)
        client.get("/x", caching=caching)
        clock.pass_by(20)
        outage = True
        assert client.get("/x", caching=caching) == 1
