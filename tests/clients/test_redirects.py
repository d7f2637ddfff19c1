"""Redirects: what is followed, and what goes along."""

from __future__ import annotations

from typing import Any

import pytest
from pactape_clients import RestClient, StaticToken
from pactape_clients.errors import RedirectError
from pactape_clients.rest import TransportSettings

SAFE = ["get", "head"]
WRITES = ["post", "put", "patch", "delete"]


def moved(response: Any, status: int, location: str) -> Any:
    return response(status=status, headers={"Location": location}, body=b"")


def other_name(url: str) -> str:
    return str(url).replace("127.0.0.1", "localhost")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("method", SAFE)
def test_a_read_is_redirected(serve: Any, response: Any, method: str, status: int) -> None:
    with serve(lambda r: moved(response, status, "/new") if r.path == "/old" else response(json=1)) as server:
        getattr(RestClient(server.url), method)("/old")
        assert [(request.method, request.path) for request in server.received] == [
            (method.upper(), "/old"),
            (method.upper(), "/new"),
        ]


@pytest.mark.parametrize("status", [301, 302, 303])
@pytest.mark.parametrize("method", WRITES)
def test_a_write_never_becomes_a_read(serve: Any, response: Any, method: str, status: int) -> None:
    with serve(lambda _: moved(response, status, "/new")) as server:
        with pytest.raises(RedirectError, match="would become a GET") as refusal:
            getattr(RestClient(server.url), method)("/old")
        assert len(server.received) == 1
    assert refusal.value.location == f"{server.url}/new"


@pytest.mark.parametrize("status", [307, 308])
@pytest.mark.parametrize("method", WRITES)
def test_a_write_is_redirected_on_its_own_host(serve: Any, response: Any, method: str, status: int) -> None:
    with serve(lambda r: moved(response, status, "/new") if r.path == "/old" else response(json=1)) as server:
        getattr(RestClient(server.url), method)("/old", json={"name": "Ada"})
        assert [(request.method, request.body) for request in server.received] == [
            (method.upper(), b'{"name":"Ada"}')
        ] * 2


@pytest.mark.parametrize("status", [307, 308])
def test_a_write_is_not_redirected_to_another_host(serve: Any, response: Any, status: int) -> None:
    with serve(lambda _: response(json=1)) as other:
        with (
            serve(lambda _: moved(response, status, f"{other_name(other.url)}/x")) as server,
            pytest.raises(RedirectError, match="another host"),
        ):
            RestClient(server.url).post("/old", json={"password": "hunter2"})
        assert other.received == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_the_body_of_a_read_does_not_go_to_another_host(serve: Any, response: Any, status: int) -> None:
    with serve(lambda _: response(json=1)) as other:
        with serve(lambda _: moved(response, status, f"{other_name(other.url)}/x")) as server:
            client = RestClient(server.url)
            with pytest.raises(RedirectError, match="the body of a GET isn't sent to another host"):
                client.request("GET", "/search", json={"password": "hunter2"})
            client.get("/search")
        assert [request.body for request in other.received] == [b""]


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_a_body_that_is_read_once_is_not_redirected_whatever_the_method(
    serve: Any, response: Any, method: str
) -> None:
    with (
        serve(lambda _: moved(response, 307, "/new")) as server,
        pytest.raises(RedirectError, match="can't be sent again"),
    ):
        RestClient(server.url).request(method, "/old", content=[b"a"].__iter__())


def test_a_body_that_is_read_once_is_not_redirected(serve: Any, response: Any) -> None:
    with (
        serve(lambda _: moved(response, 307, "/new")) as server,
        pytest.raises(RedirectError, match="can't be sent again"),
    ):
        RestClient(server.url).post("/old", content=iter([b"a", b"b"]))


def test_no_credentials_of_any_name_go_to_another_host(serve: Any, response: Any) -> None:
    with serve(lambda _: response(json=1)) as other:

        def respond(request: Any) -> Any:
            if request.path == "/login":
                return response(status=204, headers={"Set-Cookie": "sid=ada; Path=/"}, body=b"")
            return moved(response, 302, f"{other_name(other.url)}/x")

        with serve(respond) as server:
            client = RestClient(server.url, tokens=StaticToken("t0p"), headers={"X-Tenant": "a"})
            client.post("/login")
            client.get("/x", headers={"X-Api-Key": "k3y", "Api-Key": "k3y"})
        (received_request,) = other.received
    names = {name.lower() for name in received_request.headers}
    assert names <= {"accept", "accept-encoding", "connection", "host", "user-agent"}


def test_a_redirect_on_the_same_host_keeps_the_credentials(serve: Any, response: Any) -> None:
    with serve(lambda r: moved(response, 302, "/new") if r.path == "/old" else response(json=1)) as server:
        RestClient(server.url, tokens=StaticToken("t0p")).get("/old", headers={"X-Api-Key": "k3y"})
        last = server.received[-1].headers
    assert (last["Authorization"], last["X-Api-Key"]) == ("Bearer t0p", "k3y")


def test_a_cookie_of_a_redirect_goes_along_on_the_same_host(serve: Any, response: Any) -> None:
    def respond(request: Any) -> Any:
        headers = {"Location": "/new", "Set-Cookie": "seen=1; Path=/"}
        return response(status=302, headers=headers, body=b"") if request.path == "/old" else response(json=1)

    with serve(respond) as server:
        RestClient(server.url).get("/old")
        assert server.received[-1].headers["Cookie"] == "seen=1"


def test_a_circle_ends_when_it_closes(serve: Any, response: Any) -> None:
    with serve(lambda r: moved(response, 302, "/b" if r.path == "/a" else "/a")) as server:
        with pytest.raises(RedirectError, match="in a loop"):
            RestClient(server.url).get("/a")
        assert len(server.received) == 2


def test_endless_redirects_end_and_are_not_repeated(serve: Any, response: Any) -> None:
    with serve(lambda r: moved(response, 302, f"/{len(r.path)}" + "x" * len(r.path))) as server:
        with pytest.raises(RedirectError, match="more than 3 redirects"):
            RestClient(server.url, settings=TransportSettings(max_redirects=3)).get("/a")
        assert len(server.received) == 4


@pytest.mark.parametrize(
    "location",
    ["http://[::1", "ftp://a.test/x", "file:///etc/passwd", "javascript:x", "http://a:b:c/"],
)
def test_a_redirect_to_something_else_than_a_web_address_is_refused(
    serve: Any, response: Any, location: str
) -> None:
    with serve(lambda _: moved(response, 302, location)) as server:
        with pytest.raises(RedirectError, match="not an http or https URL"):
            RestClient(server.url).get("/x")
        assert len(server.received) == 1


def test_a_redirect_without_a_target_is_refused(serve: Any, response: Any) -> None:
    with (
        serve(lambda _: response(status=301, body=b"")) as server,
        pytest.raises(RedirectError, match="no Location"),
    ):
        RestClient(server.url).get("/x")


def test_no_message_shows_the_query_of_a_target(serve: Any, response: Any) -> None:
    with (
        serve(lambda _: moved(response, 302, "/x?code=s3cret")) as server,
        pytest.raises(RedirectError) as refusal,
    ):
        RestClient(server.url).post("/x")
    assert "s3cret" not in f"{refusal.value} {refusal.value.location}"
