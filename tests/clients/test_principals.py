from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
import requests
import responses
from pactape_clients.auth import AuthlibTokens, CallableTokens
from pactape_clients.cache import TTLCache
from pactape_clients.errors import UsageError
from pactape_clients.graphql import GraphQLClient
from pactape_clients.rest import Caching, RestClient

if TYPE_CHECKING:
    from collections.abc import Iterator

KEPT = Caching(ttl=60)
QUERY = "query GetMe { me { name } }"


@pytest.fixture
def server() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


def with_header(value: str) -> requests.Session:
    session = requests.Session()
    session.headers["Authorization"] = value
    return session


def with_auth(user: str) -> requests.Session:
    session = requests.Session()
    session.auth = (user, "secret")
    return session


def echo(request: Any) -> tuple[int, dict[str, str], str]:
    return 200, {}, f'"{request.headers.get("Authorization", "")}"'


def test_a_callable_source_never_takes_over_the_name_of_one_that_is_gone() -> None:
    names = [CallableTokens(lambda: "t").principal for _ in range(200)]
    assert len(set(names)) == len(names)


def test_an_authlib_source_never_takes_over_the_name_of_one_that_is_gone() -> None:
    names = [AuthlibTokens(object(), token_url="http://id.test").principal for _ in range(200)]  # type: ignore[arg-type]  # never asked
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("make", [with_header, with_auth])
def test_sessions_with_credentials_of_their_own_do_not_share_what_is_kept(server: Any, make: Any) -> None:
    server.add_callback("GET", "http://a.test/me", echo)
    cache = TTLCache()
    values = [
        RestClient("http://a.test", session=make(name), cache=cache).get("/me", caching=KEPT)
        for name in ("ada", "bob")
    ]
    assert values[0] != values[1]


def test_sessions_with_one_authorization_share_what_is_kept(server: Any) -> None:
    server.add_callback("GET", "http://a.test/me", echo)
    cache = TTLCache()
    for _ in range(2):
        RestClient("http://a.test", session=with_header("ada"), cache=cache).get("/me", caching=KEPT)
    assert len(server.calls) == 1


def test_two_servers_on_one_cache_do_not_share_what_is_kept(server: Any) -> None:
    cache = TTLCache()
    for name in "ab":
        server.get(f"http://{name}.test/me", json=name)
    values = [RestClient(f"http://{name}.test", cache=cache).get("/me", caching=KEPT) for name in "ab"]
    assert values == ["a", "b"]


def test_two_graphql_endpoints_on_one_cache_do_not_share_what_is_kept(server: Any) -> None:
    cache = TTLCache()
    for name in "ab":
        server.post(f"http://{name}.test/graphql", json={"data": {"me": name}})
    results = [GraphQLClient(f"http://{name}.test/graphql", cache=cache).query(QUERY) for name in "ab"]
    assert results == [{"me": "a"}, {"me": "b"}]


def test_no_header_of_a_request_stands_in_a_key(server: Any) -> None:
    server.add_callback("GET", "http://a.test/me", echo)
    cache = TTLCache()
    RestClient("http://a.test", cache=cache).get("/me", headers={"Authorization": "Bearer t0p"}, caching=KEPT)
    assert cache.invalidate(pattern=re.compile("t0p")) == 0


def test_headers_keep_reads_apart_whatever_their_case(server: Any) -> None:
    server.add_callback("GET", "http://a.test/me", echo)
    client = RestClient("http://a.test")
    for name, value in (("authorization", "ada"), ("Authorization", "ada"), ("Authorization", "bob")):
        client.get("/me", headers={name: value}, caching=KEPT)
    assert len(server.calls) == 2


def test_values_with_colons_do_not_make_two_keys_one(server: Any) -> None:
    server.add_callback(
        "GET", re.compile("http://a.test/.*"), lambda request: (200, {}, f'"{request.path_url}"')
    )
    client = RestClient("http://a.test")
    caching = Caching(ttl=60, key="file:{owner}:{name}")
    values = [
        client.get("/{owner}/{name}", path={"owner": owner, "name": name}, caching=caching)
        for owner, name in (("a:b", "c"), ("a", "b:c"))
    ]
    assert values[0] != values[1]


@pytest.mark.parametrize("make", [RestClient, GraphQLClient])
def test_no_repr_shows_a_password_of_the_url(make: Any) -> None:
    assert "s3cret" not in repr(make("http://ada:s3cret@a.test/graphql"))


def test_no_repr_shows_a_key_of_the_url() -> None:
    assert "k3y" not in repr(GraphQLClient("http://a.test/graphql?key=k3y"))


def test_a_base_url_with_a_query_is_refused_without_showing_it() -> None:
    with pytest.raises(UsageError, match="has a query or fragment") as refusal:
        RestClient("http://a.test/v1?key=k3y")
    assert "k3y" not in str(refusal.value)


@pytest.mark.parametrize("variable", ["NETRC", "HOME"])
def test_a_netrc_file_that_changes_keeps_users_apart(
    server: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Any, variable: str
) -> None:
    netrc = tmp_path / ".netrc"
    monkeypatch.delenv("NETRC", raising=False)
    monkeypatch.setenv(variable, str(netrc if variable == "NETRC" else tmp_path))
    server.add_callback("GET", "http://api.test/me", echo)
    cache, values = TTLCache(), []
    for user in ("ada", "bob", "ada"):
        netrc.write_text(f"machine api.test login {user} password p\n", encoding="utf-8")
        netrc.chmod(0o600)
        client = RestClient("http://api.test", session=requests.Session(), cache=cache)
        values.append(client.get("/me", caching=KEPT))
    assert values[0] != values[1]
    assert (values[0], len(server.calls)) == (values[2], 2)
