"""Token endpoints: how clients identify themselves, what servers answer, and refresh tokens that rotate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests
import responses
from pactape_clients import ClientCredentials, RestClient
from pactape_clients.auth import RefreshToken
from pactape_clients.errors import (
    TokenRefusedError,
    TokenUnavailableError,
    UsageError,
)
from pactape_clients.rest import RetryPolicy, TransportSettings

from tests.clients.helpers.sockets import closing
from tests.clients.helpers.tokens import GOOD, URL, credentials, form

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def server() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


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
        authorization = server.calls[0].request.headers.get("Authorization", "")
        assert authorization == ("Basic d2ViOnMzY3JldA==" if client_auth == "client_secret_basic" else "")

    def test_keeps_principals_apart(self) -> None:
        sources = [
            credentials(),
            credentials(audience="b"),
            credentials(extra={"a": "b"}),
            credentials(scope="b"),
        ]
        assert len({source.principal for source in sources}) == len(sources)

    def test_may_name_the_principal(self) -> None:
        sources = [
            RefreshToken(URL, refresh_token=character, client_id="spa", principal="ada") for character in "ab"
        ]
        assert sources[0].principal == sources[1].principal

    @pytest.mark.parametrize(
        "make",
        [
            lambda: ClientCredentials("id.test", client_id="web", client_secret="s"),
            lambda: ClientCredentials(URL, client_id=None, client_secret="s"),  # type: ignore[arg-type]  # invalid on purpose
            lambda: ClientCredentials(URL, client_id="web", client_secret=None),  # type: ignore[arg-type]  # invalid on purpose
            lambda: credentials(client_auth="basic"),
            lambda: credentials(extra={"a": 1}),
            lambda: RefreshToken(URL, client_id="web"),
            lambda: RefreshToken(URL, refresh_token="", client_id="web"),
        ],
    )
    def test_that_cannot_work_is_refused(self, make: Any) -> None:
        with pytest.raises(UsageError):
            make()

    def test_refuses_other_options(self) -> None:
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

    @pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/plain", "text/html", None])
    def test_that_refuse_may_be_a_form(self, server: Any, kind: Any) -> None:
        body = "error=invalid_grant&error_description=it+was+used"
        server.post(URL, status=400, body=body, content_type=kind)
        with pytest.raises(TokenRefusedError, match=r"invalid_grant \(it was used\)") as failure:
            credentials().token()
        assert failure.value.code == "invalid_grant"

    def test_that_refuse_may_be_text(self, server: Any) -> None:
        server.post(URL, status=401, body="s3cret is not the password", content_type="text/plain")
        with pytest.raises(TokenUnavailableError, match=r"answered 401 \(\*\*\* is not the password\)"):
            credentials().token()

    def test_of_success_that_are_only_text_are_not_shown(self, server: Any) -> None:
        server.post(URL, body="t0p-s3cret", content_type="text/plain")
        with pytest.raises(TokenUnavailableError) as failure:
            credentials().token()
        assert "t0p" not in str(failure.value)

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
    serve: Any, response: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.delenv("no_proxy", raising=False)
    with serve(lambda _: response(json=GOOD)) as real:
        tokens = ClientCredentials(real.url, client_id="web", client_secret="s")
        assert (
            RestClient(real.url, tokens=tokens, settings=TransportSettings(trust_env=False)).get("/") == GOOD
        )
