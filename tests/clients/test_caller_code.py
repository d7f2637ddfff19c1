"""Code of a caller's own between client and server, which may add any user to a request that is being sent."""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

import pytest
import requests
from pactape_clients import GraphQLClient, RestClient, TTLCache
from pactape_clients.cache import RedisCache
from pactape_clients.errors import NotFoundError
from pactape_clients.rest import ByLink, Caching
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase, HTTPDigestAuth, HTTPProxyAuth

from tests.clients.helpers.caches import redis_server

if TYPE_CHECKING:
    from collections.abc import Callable

CACHING = Caching(ttl=60)
USER: ContextVar[str] = ContextVar("user")


class SendingAdapter(HTTPAdapter):
    def send(self, request: Any, *args: Any, **kwargs: Any) -> requests.Response:
        request.headers["X-User"] = USER.get()
        return super().send(request, *args, **kwargs)


class HeaderAdapter(HTTPAdapter):
    def add_headers(self, request: Any, **_: Any) -> None:
        request.headers["X-User"] = USER.get()


class SendingSession(requests.Session):
    def send(self, request: Any, **kwargs: Any) -> requests.Response:
        request.headers["X-User"] = USER.get()
        return super().send(request, **kwargs)


class ReplyingAuth(AuthBase):
    """Adds the user to the reply to a refusal only, and keeps it in a container."""

    def __init__(self) -> None:
        self.state: dict[str, str] = {}

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.register_hook("response", self.reply)  # type: ignore[no-untyped-call]  # requests' types
        return request

    def reply(self, response: Any, **_: Any) -> Any:
        if response.status_code != 401:
            return response
        again = response.request.copy()
        again.headers["X-User"] = self.state["user"]
        return response.connection.send(again)


def _mounted(adapter: HTTPAdapter) -> requests.Session:
    session = requests.Session()
    session.mount("http://", adapter)
    return session


def _with_own_method(name: str) -> requests.Session:
    session = requests.Session()
    original = getattr(session, name)

    def with_user(request: Any, **kwargs: Any) -> Any:
        request.headers["X-User"] = USER.get()
        return original(request, **kwargs)

    setattr(session, name, with_user)
    return session


SESSIONS: dict[str, Callable[[], requests.Session]] = {
    "an adapter that sends": lambda: _mounted(SendingAdapter()),
    "an adapter that adds headers": lambda: _mounted(HeaderAdapter()),
    "a session that sends": SendingSession,
    "a session with a send of its own": lambda: _with_own_method("send"),
    "a session with a prepare_request of its own": lambda: _with_own_method("prepare_request"),
}


def whoami(response: Any) -> Any:
    def reply(request: Any) -> Any:
        user = request.headers.get("X-User")
        return response(status=401) if user is None else response(json=user)

    return reply


@pytest.mark.parametrize("kind", SESSIONS)
def test_a_user_whom_own_code_adds_while_sending_is_not_served_another_users_value(
    serve: Any, response: Any, kind: str
) -> None:
    with serve(whoami(response)) as server:
        client = RestClient(server.url, session=SESSIONS[kind]())
        errors = []
        for user in ("ada", "bob"):
            USER.set(user)
            errors.append(client.get("/me", caching=CACHING))
        assert errors == ["ada", "bob"]


@pytest.mark.parametrize("kind", ["an adapter that sends", "a session that sends"])
def test_what_is_read_for_an_unknown_user_is_not_stored_either(serve: Any, response: Any, kind: str) -> None:
    cache, query = TTLCache(), {"data": {"a": 1}}
    USER.set("ada")
    with serve(lambda _: response(json=query)) as server:
        session = SESSIONS[kind]()
        client = RestClient(server.url, session=session, cache=cache)
        for _ in range(2):
            assert client.get("/me", caching=CACHING) == query
            assert list(client.paginate("/me", by=ByLink(), caching=CACHING)) == [query]
            assert GraphQLClient(server.url, session=session, cache=cache).query("{ a }") == {"a": 1}
        assert len(server.received) == 6
    assert cache.labels == frozenset()


class Password(HTTPProxyAuth):
    """Has an equality of its own, and so no hash."""


def test_an_auth_that_cannot_be_hashed_is_distinguished_and_cached(serve: Any, response: Any) -> None:
    auth, session = Password("ada", "s3cret"), requests.Session()
    session.auth = auth
    with serve(lambda request: response(json=request.headers["Proxy-Authorization"])) as server:
        client = RestClient(server.url, session=session)
        found = []
        for user in ("ada", "ada", "bob"):
            auth.username = user
            found.append(client.get("/me", caching=CACHING))
        assert (found[0] == found[1], found[0] == found[2]) == (True, False)
        assert len(server.received) == 2


def test_what_is_missing_for_an_unknown_user_is_not_said_to_be_cached(serve: Any, response: Any) -> None:
    USER.set("ada")
    caching = Caching(ttl=60, missing_for=60)
    with serve(lambda _: response(status=404, json={"message": "no such user"})) as server:
        client = RestClient(server.url, session=SendingSession())
        with pytest.raises(NotFoundError, match="404 no such user"):
            client.get("/me", caching=caching)


def test_a_user_in_a_container_of_the_auth_is_distinguished(serve: Any, response: Any) -> None:
    auth, session = ReplyingAuth(), requests.Session()
    session.auth = auth
    with serve(whoami(response)) as server:
        client = RestClient(server.url, session=session)
        found = []
        for user in ("ada", "bob"):
            auth.state["user"] = user
            found.append(client.get("/me", caching=CACHING))
        assert found == ["ada", "bob"]


def test_response_hooks_that_reply_as_two_users_are_kept_apart(serve: Any, response: Any) -> None:
    def session_of(user: str) -> requests.Session:
        def reply(response: Any, **_: Any) -> Any:
            if response.status_code != 401:
                return response
            again = response.request.copy()
            again.headers["X-User"] = user
            return response.connection.send(again)

        session = requests.Session()
        session.hooks["response"].append(reply)
        return session

    cache = TTLCache()
    with serve(whoami(response)) as server:
        found = [
            RestClient(server.url, session=session_of(user), cache=cache).get("/me", caching=CACHING)
            for user in ("ada", "bob")
        ]
    assert found == ["ada", "bob"]


def test_a_single_response_hook_is_not_a_reason_to_load_twice(serve: Any, response: Any) -> None:
    session = requests.Session()
    session.hooks["response"] = lambda response, **_: response
    with serve(lambda _: response(json=1)) as server:
        client = RestClient(server.url, session=session)
        assert [client.get("/me", caching=CACHING) for _ in range(2)] == [1, 1]
        assert len(server.received) == 1


@pytest.mark.parametrize("hooks", [[], [lambda response, **_: response]], ids=["no hook", "a hook"])
def test_a_challenge_of_another_host_gets_no_digest_of_the_password(
    serve: Any, response: Any, hooks: list[Any]
) -> None:
    challenge = {"WWW-Authenticate": 'Digest realm="r", nonce="n", qop="auth"'}
    with serve(lambda _: response(status=401, headers=challenge, body=b"")) as other:
        target = other.url.replace("127.0.0.1", "localhost")
        with serve(lambda _: response(status=302, headers={"Location": target}, body=b"")) as server:
            session = requests.Session()
            session.auth = HTTPDigestAuth("ada", "s3cret")
            session.hooks["response"] = hooks
            with pytest.raises(Exception, match="401"):
                RestClient(server.url, session=session).get("/me")
        assert [request.headers.get("Authorization") for request in other.received] == [None]


def test_a_cached_page_holds_no_user_and_no_parameter_of_the_session(serve: Any, response: Any) -> None:
    redis = redis_server()
    prefix = "test-pages-in-clear:"

    def reply(request: Any) -> Any:
        if "page=2" in request.path:
            return response(json=["b", request.headers.get("Authorization") is not None])
        return response(json=["a", True], headers={"Link": '<?page=2>; rel="next"'})

    session = requests.Session()
    session.params = {"api_key": "k3y-s3cret"}
    try:
        with serve(reply) as server:
            url = server.url.replace("http://", "http://ada:pass-s3cret@")
            client = RestClient(url, session=session, cache=RedisCache(redis, prefix=prefix))
            for _ in range(2):
                pages = list(client.paginate("/list", by=ByLink(), caching=CACHING))
                assert pages == [["a", True], ["b", True]]
            assert len(server.received) == 2
        stored = str(
            [redis.hgetall(key) for key in redis.scan_iter(f"{prefix}*") if redis.type(key) == b"hash"]
        )
        assert "/list" in stored
        assert "s3cret" not in stored
    finally:
        for key in redis.scan_iter(f"{prefix}*"):
            redis.delete(key)
