"""What a call gives: values, status and headers, text, bytes, files, models, pages."""

from __future__ import annotations

import io
import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypedDict

import msgspec
import pydantic
import pytest
from pactape_clients import RestClient, TTLCache
from pactape_clients.errors import (
    ConnectionFailedError,
    DecodeError,
    NotFoundError,
    TransportError,
    UsageError,
)
from pactape_clients.rest import (
    Caching,
    RetryPolicy,
    TransportSettings,
)

from tests.clients.helpers.sockets import listening

if TYPE_CHECKING:
    import socket
    from pathlib import Path

ONCE = TransportSettings(retries=RetryPolicy(attempts=1))


class City(msgspec.Struct, frozen=True):
    name: str


@dataclass
class DataCity:
    name: str


class DictCity(TypedDict):
    name: str


class PydanticCity(pydantic.BaseModel):
    name: str


class TestReplies:
    def test_has_status_headers_and_value(self, serve: Any, response: Any) -> None:
        headers = {"Location": "/cities/7", "X-RateLimit-Remaining": "59"}
        with serve(lambda _: response(status=201, json={"name": "Graz"}, headers=headers)) as server:
            reply = RestClient(server.url).request("POST", "/cities", json={}, returns=City)
        assert (reply.value, reply.status, reply.headers["x-ratelimit-remaining"], reply.location) == (
            City("Graz"),
            201,
            "59",
            f"{server.url}/cities/7",
        )

    @pytest.mark.parametrize("method", ["GET", "put", "Patch"])
    def test_is_had_by_any_method(self, serve: Any, response: Any, method: str) -> None:
        with serve(lambda request: response(json=request.method)) as server:
            assert RestClient(server.url).request(method, "/").value == method.upper()

    @pytest.mark.parametrize("method", ["", "GET /", "G\nT", None])
    def test_needs_a_method(self, method: Any) -> None:
        with pytest.raises(UsageError, match="HTTP method"):
            RestClient("http://a.test").request(method, "/")

    def test_of_head_has_no_value(self, serve: Any, response: Any) -> None:
        with serve(lambda _: response(json=[1, 2], headers={"X-Total": "2"})) as server:
            reply = RestClient(server.url).head("/cities")
        assert (reply.value, reply.headers["X-Total"]) == (None, "2")

    def test_invalidates_as_a_write_does(self, serve: Any, response: Any) -> None:
        with serve(lambda request: response(json=request.method)) as server:
            client = RestClient(server.url)
            client.get("/x", caching=Caching(ttl=60))
            client.request("PUT", "/x")
            client.get("/x", caching=Caching(ttl=60))
            assert [request.method for request in server.received] == ["GET", "PUT", "GET"]


@pytest.mark.parametrize("caching", [None, Caching(ttl=60)], ids=["uncached", "cached"])
class TestValues:
    def read(self, server: Any, returns: Any, caching: Caching | None) -> Any:
        client = RestClient(server.url)
        values = [client.get("/x", returns=returns, caching=caching) for _ in range(2)]
        assert values[0] == values[1]
        return values[0]

    @pytest.mark.parametrize("model", [City, DataCity, PydanticCity])
    def test_are_of_the_model(self, serve: Any, response: Any, model: Any, caching: Any) -> None:
        with serve(lambda _: response(json={"name": "Graz"})) as server:
            assert self.read(server, model, caching) == model(name="Graz")

    @pytest.mark.parametrize("model", [list[City], list[PydanticCity], tuple[DataCity, ...], list[DictCity]])
    def test_are_of_a_collection(self, serve: Any, response: Any, model: Any, caching: Any) -> None:
        with serve(lambda _: response(json=[{"name": "Graz"}])) as server:
            (city,) = self.read(server, model, caching)
        assert (city["name"] if isinstance(city, dict) else city.name) == "Graz"

    @pytest.mark.parametrize(
        ("kind", "body", "text"),
        [
            ("text/plain; charset=iso-8859-1", "Zürich".encode("latin-1"), "Zürich"),
            ("text/csv", "a;ü".encode(), "a;ü"),
            ("text/plain", b"\xef\xbb\xbfa", "a"),
            ("application/json", b'"Graz"', "Graz"),
            ("text/plain; charset=unknown", b"a", "a"),
        ],
    )
    def test_are_text(
        self, serve: Any, response: Any, kind: str, body: bytes, text: str, caching: Any
    ) -> None:
        with serve(lambda _: response(body=body, headers={"Content-Type": kind})) as server:
            assert self.read(server, str, caching) == text

    def test_are_bytes(self, serve: Any, response: Any, caching: Any) -> None:
        with serve(lambda _: response(body=b"\x00missing\xff")) as server:
            assert self.read(server, bytes, caching) == b"\x00missing\xff"

    @pytest.mark.parametrize("body", [b"", b"null"])
    def test_are_none_for_a_type_that_may_be(
        self, serve: Any, response: Any, body: bytes, caching: Any
    ) -> None:
        with serve(lambda _: response(body=body)) as server:
            assert self.read(server, City | None, caching) is None

    @pytest.mark.parametrize("status", [200, 204])
    @pytest.mark.parametrize("model", [City, list[City], PydanticCity, int])
    def test_are_never_none_for_a_type_that_may_not_be(
        self, serve: Any, response: Any, status: int, model: Any, caching: Any
    ) -> None:
        with (
            serve(lambda _: response(status=status, body=b"")) as server,
            pytest.raises(DecodeError, match="the body is empty") as failure,
        ):
            RestClient(server.url).get("/x", returns=model, caching=caching)
        assert failure.value.status == status

    @pytest.mark.parametrize(
        "body",
        [
            b'\xef\xbb\xbf{"name": "Graz"}',
            '{"name": "Graz"}'.encode("utf-16"),
            '{"name": "Graz"}'.encode("utf-32-be"),
        ],
        ids=["byte order mark", "UTF-16", "UTF-32"],
    )
    @pytest.mark.parametrize("model", [City, PydanticCity])
    def test_are_read_whatever_the_encoding(
        self, serve: Any, response: Any, body: bytes, model: Any, caching: Any
    ) -> None:
        with serve(lambda _: response(body=body)) as server:
            assert self.read(server, model, caching) == model(name="Graz")

    def test_are_read_in_the_stated_charset(self, serve: Any, response: Any, caching: Any) -> None:
        headers = {"Content-Type": "application/json; charset=iso-8859-1"}
        with serve(
            lambda _: response(body='{"name": "Zürich"}'.encode("latin-1"), headers=headers)
        ) as server:
            assert self.read(server, City, caching) == City("Zürich")

    @pytest.mark.parametrize(
        "body", [b"[" * 100_000, b"\xff\xfe\xfd", b"<html>", b"{", b"NaN", b'{"name": 1e999}', b"[1] [2]"]
    )
    @pytest.mark.parametrize("model", [None, City, PydanticCity])
    def test_that_are_not_json_are_a_decode_error(
        self, serve: Any, response: Any, body: bytes, model: Any, caching: Any
    ) -> None:
        with (
            serve(lambda _: response(body=body, headers={"Content-Type": "text/html"})) as server,
            pytest.raises(DecodeError, match="text/html") as failure,
        ):
            RestClient(server.url).get("/x", returns=model, caching=caching)
        assert (failure.value.status, failure.value.body) == (200, body[:65_536])

    def test_are_made_by_a_dec_hook(self, serve: Any, response: Any, caching: Any) -> None:
        with serve(lambda _: response(json=["10.0.0.1"])) as server:
            client = RestClient(server.url, dec_hook=lambda kind, value: kind(value))
            for _ in range(2):
                addresses = client.get("/x", returns=list[ipaddress.IPv4Address], caching=caching)
                assert addresses == [ipaddress.IPv4Address("10.0.0.1")]

    def test_that_a_dec_hook_refuses_are_a_decode_error(
        self, serve: Any, response: Any, caching: Any
    ) -> None:
        def hook(_kind: type, value: Any) -> Any:
            raise KeyError(value)

        with (
            serve(lambda _: response(json=["10.0.0.1"])) as server,
            pytest.raises(DecodeError, match="KeyError"),
        ):
            RestClient(server.url, dec_hook=hook).get(
                "/x", returns=list[ipaddress.IPv4Address], caching=caching
            )


def test_a_pydantic_error_names_the_json_path(serve: Any, response: Any) -> None:
    with (
        serve(lambda _: response(json=[{"name": "Graz"}, {"name": 7}])) as server,
        pytest.raises(DecodeError) as failure,
    ):
        RestClient(server.url).get("/x", returns=list[PydanticCity])
    assert failure.value.path == "$[1].name"


def test_a_model_that_nothing_decodes_is_refused_before_anything_is_sent() -> None:
    with pytest.raises(UsageError, match="can't be decoded into"):
        RestClient("http://127.0.0.1:1").get("/", returns="City")


class TestDownloads:
    @pytest.mark.parametrize("size", [0, 1, 1_000_000])
    def test_hold_the_whole_body(self, serve: Any, response: Any, tmp_path: Path, size: int) -> None:
        with serve(lambda _: response(body=b"x" * size)) as server:
            client = RestClient(server.url, settings=TransportSettings(max_body_bytes=10))
            reply = client.download("/big", tmp_path / "big")
        assert (reply.value, (tmp_path / "big").stat().st_size) == (size, size)
        assert [path.name for path in tmp_path.iterdir()] == ["big"]

    def test_go_into_an_open_file(self, serve: Any, response: Any) -> None:
        file = io.BytesIO()
        with serve(lambda _: response(body=b"abc")) as server:
            RestClient(server.url).download("/big", file)
        assert file.getvalue() == b"abc"

    def test_that_break_off_leave_nothing_behind(self, tmp_path: Path) -> None:
        def break_off(connection: socket.socket) -> None:
            connection.recv(65_536)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc")

        (tmp_path / "big").write_bytes(b"old")
        with listening(break_off) as server, pytest.raises(TransportError, match="ended too early"):
            RestClient(server.url, settings=ONCE).download("/big", tmp_path / "big")
        assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("big", b"old")]

    def test_of_what_is_not_there_are_not_found(self, serve: Any, response: Any, tmp_path: Path) -> None:
        with (
            serve(lambda _: response(status=404, json={"message": "gone"})) as server,
            pytest.raises(NotFoundError, match="gone"),
        ):
            RestClient(server.url).download("/big", tmp_path / "big")
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize("target", ["nowhere/big", 7, None])
    def test_to_nowhere_are_refused(self, serve: Any, response: Any, tmp_path: Path, target: Any) -> None:
        place = tmp_path / target if isinstance(target, str) else target
        with serve(lambda _: response(body=b"abc")) as server, pytest.raises(UsageError):
            RestClient(server.url).download("/big", place)

    def test_leave_the_connection_for_the_next_call(self, serve: Any, response: Any) -> None:
        with serve(lambda request: response(json=request.path)) as server:
            client = RestClient(server.url, settings=TransportSettings(pool_size=1))
            client.download("/a", io.BytesIO())
            assert client.get("/b") == "/b"


def test_a_cached_404_is_the_same_error(serve: Any, response: Any) -> None:
    with serve(lambda _: response(status=404)) as server:
        client = RestClient(server.url, cache=TTLCache())
        names = set()
        for _ in range(2):
            with pytest.raises(NotFoundError) as failure:
                client.get("/x/{id}", path={"id": 1}, caching=Caching(ttl=60, missing_for=60))
            assert failure.value.operation is not None
            names.add((failure.value.operation.name, failure.value.status))
        assert names == {("GET /x/{id}", 404)}
        assert len(server.received) == 1


def test_a_client_has_headers_of_its_own(serve: Any, response: Any) -> None:
    with serve(lambda request: response(json=request.headers.get("X-A"))) as server:
        client = RestClient(server.url, headers={"X-A": "client"})
        assert [client.get("/"), client.get("/", headers={"x-a": "call"})] == ["client", None]


def test_a_lost_server_is_a_connection_failure() -> None:
    with pytest.raises(ConnectionFailedError):
        RestClient("http://127.0.0.1:1", settings=ONCE).download("/x", io.BytesIO())


def test_a_location_or_link_that_is_not_a_url_is_none(serve: Any, response: Any) -> None:
    headers = {"Location": "http://[::1", "Link": "<http://[::1>; rel=next"}
    with serve(lambda _: response(headers=headers)) as server:
        reply = RestClient(server.url).request("GET", "/x")
    assert (reply.location, reply.link("next")) == (None, None)
