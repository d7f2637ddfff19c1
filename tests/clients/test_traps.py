"""Mistakes that are easily made with clients, and that ours doesn't let pass in silence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests
from pactape_clients import GraphQLClient, RestClient
from pactape_clients.errors import NotFoundError, UsageError
from pactape_clients.rest import ByNextUrl, Caching

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    "caching",
    [Caching(ttl=60, key="user:{uid}"), Caching(ttl=60, key="user:{id}", tags=("team:{team}",))],
    ids=str,
)
def test_a_placeholder_that_the_route_does_not_have_is_refused(caching: Caching) -> None:
    with pytest.raises(UsageError, match="has the placeholder"):
        RestClient("http://127.0.0.1:1").get("/users/{id}", path={"id": 1}, caching=caching)


def test_a_key_that_a_write_invalidates_has_the_placeholders_of_its_route() -> None:
    with pytest.raises(UsageError, match="has the placeholder"):
        RestClient("http://127.0.0.1:1").put("/users/{id}", path={"id": 1}, invalidates=("user:{uid}",))


def test_a_key_without_the_routes_placeholder_is_not_served_for_other_things(
    serve: Any, response: Any
) -> None:
    with serve(lambda request: response(json=request.path)) as server:
        client = RestClient(server.url)
        caching = Caching(ttl=60, key="user")
        values = [client.get("/users/{id}", path={"id": number}, caching=caching) for number in (1, 2, 1)]
        assert (values, client.invalidate(keys=["user"])) == (["/users/1", "/users/2", "/users/1"], 2)


def test_netrc_does_not_replace_a_header_of_a_call(
    serve: Any, response: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login eve password hunter2\n")
    monkeypatch.setenv("NETRC", str(netrc))
    with serve(lambda request: response(json=request.headers["authorization"])) as server:
        client = RestClient(server.url, session=requests.Session())
        assert client.get("/", headers={"authorization": "Bearer t0p"}) == "Bearer t0p"


def test_a_hook_that_raises_for_status_does_not_hide_the_status(serve: Any, response: Any) -> None:
    session = requests.Session()
    session.hooks["response"].append(lambda response, **_: response.raise_for_status())
    with serve(lambda _: response(status=404, json={"message": "gone"})) as server:
        with pytest.raises(NotFoundError, match="gone"):
            RestClient(server.url, session=session).get("/")
        assert len(server.received) == 1


def test_an_auth_that_raises_is_an_error_of_the_tree() -> None:
    session = requests.Session()

    def failing_auth(_: Any) -> Any:
        raise LookupError("s3cret")

    session.auth = failing_auth
    with pytest.raises(UsageError, match="auth raised LookupError") as failure:
        RestClient("http://127.0.0.1:1", session=session).get("/")
    assert "s3cret" not in str(failure.value)


def test_an_items_function_that_raises_is_named(serve: Any, response: Any) -> None:
    with serve(lambda _: response(json={})) as server:
        items = RestClient(server.url).paginate(
            "/", by=ByNextUrl(following=lambda _: None), items=lambda page: page["items"]
        )
        with pytest.raises(UsageError, match=r"items\(…\) raised KeyError"):
            list(items)


def test_no_reply_shows_a_password_or_cookie(serve: Any, response: Any) -> None:
    with serve(lambda _: response(json={"data": 1}, headers={"Set-Cookie": "sid=s3cret"})) as server:
        url = server.url.replace("//", "//ada:s3cret@")
        reply = RestClient(url).request("GET", "/x")
        result = GraphQLClient(url).execute("{ data }")
    assert "s3cret" not in f"{reply!r} {reply.url} {result!r}"


def test_an_enc_hook_that_raises_is_an_error_of_the_tree() -> None:
    def hook(value: Any) -> Any:
        raise LookupError(value)

    with pytest.raises(UsageError, match="LookupError"):
        RestClient("http://127.0.0.1:1", enc_hook=hook).post("/", json=[1j])
