"""Whatever can make two callers two users keeps their cached values apart, at the time of the call."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
import requests
import responses
from pactape_clients import GraphQLClient, RestClient, StaticToken, TTLCache
from pactape_clients.auth import CallableTokens, Token
from pactape_clients.rest import Caching
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase, HTTPBasicAuth, HTTPDigestAuth

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.usefixtures("server")

URL = "http://api.test"
CACHING = Caching(ttl=60)
NAMED = Caching(ttl=60, key="me")


def _sign_in(request: Any) -> tuple[int, dict[str, str], str]:
    return 204, {"Set-Cookie": request.body.decode()}, ""


@pytest.fixture
def server() -> Iterator[responses.RequestsMock]:
    counted = iter(range(1000))
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.add_callback(
            "GET", re.compile(r"http://([\w:-]+@)?api\.test/.*"), lambda _: (200, {}, str(next(counted)))
        )
        mock.add_callback("POST", f"{URL}/login", _sign_in)
        mock.add_callback(
            "POST", f"{URL}/graphql", lambda _: (200, {}, f'{{"data": {{"n": {next(counted)}}}}}')
        )
        yield mock


class HeaderAuth(AuthBase):
    def __init__(self, user: str) -> None:
        self._user = user

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["X-User"] = self._user
        return request


class UserSession(requests.Session):
    user = "nobody"

    def prepare_request(self, request: requests.Request) -> requests.PreparedRequest:
        prepared = super().prepare_request(request)
        prepared.headers["X-User"] = self.user
        return prepared


def _session(**attributes: Any) -> requests.Session:
    session = requests.Session()
    for name, value in attributes.items():
        setattr(session, name, value)
    return session


def _with_header(name: str) -> Callable[[str], requests.Session]:
    def make(user: str) -> requests.Session:
        session = requests.Session()
        session.headers[name] = user
        return session

    return make


def _with_cookie(user: str) -> requests.Session:
    session = requests.Session()
    session.cookies.set("sid", user, domain="api.test")
    return session


def _with_adapter(_: str) -> requests.Session:
    class SigningAdapter(HTTPAdapter):
        pass

    session = requests.Session()
    session.mount("https://", SigningAdapter())
    return session


def _subclass(user: str) -> requests.Session:
    session = UserSession()
    session.user = user
    return session


SESSIONS: dict[str, Callable[[str], requests.Session]] = {
    "Authorization": _with_header("Authorization"),
    "X-Api-Key": _with_header("X-Api-Key"),
    "PRIVATE-TOKEN": _with_header("PRIVATE-TOKEN"),
    "Accept-Language": _with_header("Accept-Language"),
    "cookie": _with_cookie,
    "params": lambda user: _session(params={"api_key": user}),
    "basic auth": lambda user: _session(auth=(user, "secret")),
    "basic auth object": lambda user: _session(auth=HTTPBasicAuth(user, "secret")),
    "digest auth": lambda user: _session(auth=HTTPDigestAuth(user, "secret")),
    "auth object": lambda user: _session(auth=HeaderAuth(user)),
    "auth function": lambda user: _session(auth=HeaderAuth(user).__call__),
    "certificate": lambda user: _session(cert=(f"{user}.pem", f"{user}.key")),
    "adapter": _with_adapter,
    "subclass": _subclass,
}


@pytest.mark.parametrize("kind", SESSIONS)
@pytest.mark.parametrize("caching", [CACHING, NAMED], ids=["own key", "named key"])
def test_two_sessions_of_two_users_do_not_share_a_value(kind: str, caching: Caching) -> None:
    cache = TTLCache()
    values = [
        RestClient(URL, session=SESSIONS[kind](user), cache=cache).get("/me", caching=caching)
        for user in ("ada", "bob")
    ]
    assert values[0] != values[1]


@pytest.mark.parametrize("kind", ["Authorization", "X-Api-Key", "params", "basic auth", "certificate"])
def test_two_sessions_of_one_user_share_a_value(kind: str) -> None:
    cache = TTLCache()
    values = [
        RestClient(URL, session=SESSIONS[kind]("ada"), cache=cache).get("/me", caching=CACHING)
        for _ in range(2)
    ]
    assert values[0] == values[1]


@pytest.mark.parametrize("kind", [kind for kind in SESSIONS if kind != "adapter"])
def test_two_graphql_sessions_of_two_users_do_not_share_a_result(kind: str) -> None:
    cache = TTLCache()
    results = [
        GraphQLClient(f"{URL}/graphql", session=SESSIONS[kind](user), cache=cache).query("{ n }")
        for user in ("ada", "bob")
    ]
    assert results[0] != results[1]


def test_a_session_whose_user_is_switched_is_another_caller() -> None:
    session = requests.Session()
    client = RestClient(URL, session=session)
    values = []
    for user in ("ada", "bob", "ada"):
        session.headers["X-Api-Key"] = user
        values.append(client.get("/me", caching=NAMED))
    assert values[0] != values[1]
    assert values[0] == values[2]


def test_a_declared_route_sees_that_a_sessions_user_is_switched() -> None:
    session = requests.Session()
    route = RestClient(URL, session=session).cached_route(
        "/users/{id}", returns=int, caching=Caching(ttl=60, key="user:{id}")
    )
    first = route.of("1")
    session.auth = ("bob", "secret")
    assert route.of("1") != first


@pytest.mark.parametrize("declared", [False, True])
def test_a_sign_in_by_cookie_is_another_caller(declared: bool) -> None:  # noqa: FBT001 -- a parameter
    client = RestClient(URL)
    caching = Caching(ttl=60, key="user:{id}")
    route = client.cached_route("/users/{id}", returns=int, caching=caching)

    def get_me() -> int:
        if declared:
            return route.of("1")
        return client.get("/users/{id}", path={"id": "1"}, returns=int, caching=caching)

    before = get_me()
    client.post("/login", content="sid=ada; Path=/")
    ada = get_me()
    client.post("/login", content="sid=bob; Path=/")
    assert len({before, ada, get_me()}) == 3


def test_users_in_the_url_are_kept_apart() -> None:
    cache = TTLCache()
    values = [
        RestClient(f"http://{user}:pw@api.test", cache=cache).get("/me", caching=NAMED)
        for user in ("ada", "bob")
    ]
    assert values[0] != values[1]


@pytest.mark.parametrize("caching", [CACHING, NAMED], ids=["own key", "named key"])
def test_headers_of_calls_are_kept_apart(caching: Caching) -> None:
    client = RestClient(URL)
    values = [client.get("/me", headers={"X-Tenant": name}, caching=caching) for name in ("a", "b")]
    assert values[0] != values[1]


def test_headers_of_queries_are_kept_apart() -> None:
    client = GraphQLClient(f"{URL}/graphql")
    results = [client.query("{ n }", headers={"x-hasura-role": role}) for role in ("admin", "guest")]
    assert results[0] != results[1]


def test_headers_of_clients_are_kept_apart() -> None:
    cache = TTLCache()
    values = [
        RestClient(URL, headers={"X-Api-Key": key}, cache=cache).get("/me", caching=NAMED)
        for key in ("a", "b")
    ]
    assert values[0] != values[1]


def test_queries_under_one_named_key_are_kept_apart() -> None:
    client = RestClient(URL)
    values = [client.get("/me", query={"page": page}, caching=NAMED) for page in (1, 2)]
    assert values[0] != values[1]


def test_strings_of_a_function_are_asked_for_at_each_request(server: Any) -> None:
    user = "ada"
    client = RestClient(URL, tokens=CallableTokens(lambda: f"token-of-{user}"))
    values = [client.get("/me", caching=NAMED)]
    user = "bob"
    values.append(client.get("/me", caching=NAMED))
    assert values[0] != values[1]
    assert server.calls[-1].request.headers["Authorization"] == "Bearer token-of-bob"


def test_a_named_principal_costs_no_token_for_a_cached_value() -> None:
    token_requests: list[int] = []

    def give() -> str:
        token_requests.append(1)
        return "t"

    tokens = CallableTokens(give, principal="web")
    client = RestClient(URL, tokens=tokens)
    client.get("/me", caching=CACHING)
    token_requests.clear()
    client.get("/me", caching=CACHING)
    assert token_requests == []


def test_a_function_may_name_the_principal_of_each_call() -> None:
    user = "ada"
    client = RestClient(URL, tokens=CallableTokens(lambda: "shared", principal=lambda: user))
    values = [client.get("/me", caching=CACHING)]
    user = "bob"
    values.append(client.get("/me", caching=CACHING))
    assert values[0] != values[1]


def test_a_token_that_a_function_gives_is_kept_until_it_ends(server: Any, clock: Any) -> None:
    new_tokens = iter([Token(value="a", expires_in=60), Token(value="b", expires_in=60)])
    client = RestClient(URL, tokens=CallableTokens(lambda: next(new_tokens), timer=clock))
    for seconds in (0, 10, 60):
        clock.pass_by(seconds)
        client.get("/me")
    authorizations = [call.request.headers["Authorization"] for call in server.calls]
    assert authorizations == ["Bearer a", "Bearer a", "Bearer b"]


def test_no_key_holds_an_identity_in_clear() -> None:
    cache = TTLCache()
    session = requests.Session()
    session.headers["X-Api-Key"] = "s3cret-header"
    session.params = {"api_key": "s3cret-parameter"}
    session.auth = ("ada", "s3cret-password")
    client = RestClient("http://eve:s3cret-url@api.test", session=session, cache=cache)
    client.get("/me", query={"key": "s3cret-query"}, caching=CACHING)
    RestClient(URL, tokens=StaticToken("s3cret-token"), cache=cache).get("/me", caching=CACHING)
    assert cache.invalidate(pattern=re.compile("s3cret")) == 0
    assert not any("s3cret" in label for label in cache.labels)


def test_the_order_of_query_parameters_does_not_matter() -> None:
    client = RestClient(URL)
    values = [
        client.get("/me", query=query, caching=CACHING) for query in ({"a": 1, "b": 2}, {"b": 2, "a": 1})
    ]
    assert values[0] == values[1]
