"""Bodies that are sent, and sent again."""

from __future__ import annotations

import io
import json
import re
from typing import TYPE_CHECKING, Any

import msgspec
import pydantic
import pytest
from pactape_clients import GraphQLClient, RestClient
from pactape_clients.auth import CallableTokens
from pactape_clients.errors import (
    ConnectionFailedError,
    DocumentError,
    ServerError,
    UnauthorizedError,
    UsageError,
)
from pactape_clients.graphql import Call, GraphQLOptions
from pactape_clients.rest import GENERATED, Upload

from tests.clients.helpers.sockets import closing

if TYPE_CHECKING:
    from pathlib import Path

PUT_FILE = "mutation Put($file: Upload!) { put(file: $file) }"


def failing_once(response: Any, **failure: Any) -> Any:
    attempts: list[int] = []

    def respond(_: Any) -> Any:
        attempts.append(1)
        return (
            response(**{"status": 503, **failure})
            if len(attempts) == 1
            else response(json={"data": {"put": 1}})
        )

    return respond


@pytest.mark.parametrize(
    "options",
    [
        {"json": {"a": 1}},
        {"form": {"a": [1, 2]}},
        {"content": b"bytes"},
        {"content": "text"},
        {"content": bytearray(b"bytes")},
        {"content": io.BytesIO(b"file" * 100_000)},
        {"files": {"f": Upload(content=io.BytesIO(b"x" * 1000), name="a.txt")}, "form": {"a": 1}},
        {"files": {"f": b"bytes"}},
    ],
    ids="+".join,
)
def test_each_attempt_sends_the_same_body(serve: Any, response: Any, options: Any) -> None:
    with serve(failing_once(response)) as server:
        RestClient(server.url).post("/", idempotency_key=GENERATED, **options)
        first, second = server.received
    assert first.body == second.body != b""
    assert first.headers["Content-Length"] == second.headers["Content-Length"]


def test_a_file_is_sent_from_its_position(serve: Any, response: Any) -> None:
    file = io.BytesIO(b"0123456789")
    file.seek(4)
    with serve(failing_once(response)) as server:
        RestClient(server.url).post("/", content=file, idempotency_key="k")
        assert [request.body for request in server.received] == [b"456789"] * 2


def test_a_body_that_is_read_once_is_sent_once(serve: Any, response: Any) -> None:
    with serve(failing_once(response)) as server:
        with pytest.raises(ServerError):
            RestClient(server.url).post("/", content=iter([b"a"]), idempotency_key="k")
        assert len(server.received) == 1


@pytest.mark.parametrize("content", [[b"by", b"tes"], (b"by", b"tes")], ids=["list", "tuple"])
def test_a_list_of_bytes_is_sent_again(serve: Any, response: Any, content: Any) -> None:
    with serve(failing_once(response)) as server:
        RestClient(server.url).post("/", content=content, idempotency_key="k")
        assert [request.body for request in server.received] == [b"bytes"] * 2
        assert {request.headers["Transfer-Encoding"] for request in server.received} == {"chunked"}


@pytest.mark.parametrize("content", [b"bytes", io.BytesIO(b"bytes")], ids=["bytes", "file"])
def test_a_body_is_sent_again_with_a_new_token(serve: Any, response: Any, content: Any) -> None:
    tokens = iter(["old", "new"])
    with serve(failing_once(response, status=401)) as server:
        RestClient(server.url, tokens=CallableTokens(lambda: next(tokens), principal="p")).post(
            "/", content=content
        )
        assert [request.body for request in server.received] == [b"bytes"] * 2


def test_a_401_to_a_body_that_is_read_once_is_final(serve: Any, response: Any) -> None:
    tokens = iter(["old", "new"])
    with serve(failing_once(response, status=401)) as server:
        client = RestClient(server.url, tokens=CallableTokens(lambda: next(tokens), principal="p"))
        with pytest.raises(UnauthorizedError):
            client.post("/", content=iter([b"a"]))


@pytest.mark.parametrize("make", [io.BytesIO, bytes], ids=["file", "bytes"])
def test_a_repeated_mutation_uploads_the_same_file(serve: Any, response: Any, make: Any) -> None:
    with serve(failing_once(response)) as server:
        upload = Upload(content=make(b"x" * 1000), name="a.txt")
        GraphQLClient(server.url).mutate(PUT_FILE, {"file": upload}, idempotency_key=GENERATED)
        assert [request.body.count(b"x" * 1000) for request in server.received] == [1, 1]


def test_an_upload_in_a_struct_is_a_file(serve: Any, response: Any) -> None:
    variables = msgspec.defstruct("Variables", [("file", Upload)])(Upload(content=b"abc", name="a.txt"))
    with serve(lambda _: response(json={"data": {"put": 1}})) as server:
        GraphQLClient(server.url).mutate(PUT_FILE, variables)
        (request,) = server.received
    assert re.search(rb'filename="a.txt".*\r\n\r\nabc\r\n', request.body, re.DOTALL)
    assert b'{"file":null}' in request.body


def test_a_query_has_no_uploads() -> None:
    with pytest.raises(DocumentError, match="mutation"):
        GraphQLClient("http://a.test").query(
            "query Q($f: Upload!) { q(f: $f) }", {"f": Upload(content=b"a", name="a")}
        )


def test_a_batch_has_no_uploads() -> None:
    calls = [Call(document=PUT_FILE, variables={"file": Upload(content=b"a", name="a")})]
    with pytest.raises(DocumentError, match="batch"):
        GraphQLClient("http://a.test").batch(calls)


@pytest.mark.parametrize(
    "options",
    [
        {"json": {"a": float("nan")}},
        {"json": [float("inf")]},
        {"json": object()},
        {"json": "\ud800"},
        {"content": 7},
        {"content": {"a": 1}},
        {"content": io.StringIO("text")},
        {"json": 1, "form": {"a": 1}},
        {"form": {"a": 1}, "content": b"a"},
        {"json": 1, "files": {"f": b"a"}},
        {"files": {"f": io.StringIO("text")}},
        {"files": {"f": 7}},
    ],
    ids=[
        "NaN",
        "infinity",
        "object",
        "surrogate",
        "number",
        "mapping",
        "text file",
        "two",
        "two more",
        "three",
        "text part",
        "odd part",
    ],
)
def test_a_body_that_cannot_be_sent_is_refused(options: Any) -> None:
    with pytest.raises(UsageError):
        RestClient("http://a.test").post("/", **options)


def test_json_that_contains_itself_is_refused() -> None:
    circle: list[Any] = []
    circle.append(circle)
    with pytest.raises(UsageError, match="nested too deeply"):
        RestClient("http://a.test").post("/", json=circle)


@pytest.mark.parametrize("value", [float("nan"), {1: float("-inf")}, [None, float("nan")]], ids=str)
def test_variables_that_json_has_no_number_for_are_refused(value: Any) -> None:
    with pytest.raises(UsageError, match="NaN or infinity"):
        GraphQLClient("http://a.test").query("query Q($v: Any) { q(v: $v) }", {"v": value})


def test_null_is_sent_unchanged(serve: Any, response: Any) -> None:
    with serve(lambda _: response(json=1)) as server:
        RestClient(server.url).post("/", json={"a": None, "raw": msgspec.Raw(b"null")})
        assert json.loads(server.received[0].body) == {"a": None, "raw": None}


def test_integers_of_any_size_are_sent_and_read(serve: Any, response: Any) -> None:
    with serve(lambda request: response(body=request.body)) as server:
        assert RestClient(server.url).post("/", json={"n": 2**90}) == {"n": 2**90}


class Model(pydantic.BaseModel):
    name: str
    since: int = pydantic.Field(alias="from")


def test_a_pydantic_model_is_sent_by_its_aliases(serve: Any, response: Any) -> None:
    with serve(lambda request: response(body=request.body)) as server:
        model = Model.model_validate({"name": "Ada", "from": 1})
        client = RestClient(server.url)
        assert client.post("/", json=[model]) == [{"name": "Ada", "from": 1}]
        assert client.post("/", json=model, returns=Model) == model


def test_an_enc_hook_makes_what_json_can_hold(serve: Any, response: Any) -> None:
    with serve(lambda request: response(body=request.body)) as server:
        client = RestClient(server.url, enc_hook=lambda value: f"complex {value}")
        assert client.post("/", json=[1j]) == ["complex 1j"]


@pytest.mark.parametrize("method", ["put", "patch", "delete", "post"])
def test_every_write_may_have_a_query_a_body_and_a_key(serve: Any, response: Any, method: str) -> None:
    with serve(failing_once(response)) as server:
        getattr(RestClient(server.url), method)("/x", query={"q": 1}, json={"a": 1}, idempotency_key="k-1")
        requests_received = [
            (request.path, request.body, request.headers["Idempotency-Key"]) for request in server.received
        ]
    assert requests_received == [("/x?q=1", b'{"a":1}', "k-1")] * 2


@pytest.mark.parametrize("name", ["idempotency-key", "Idempotency-Key", "IDEMPOTENCY-KEY"])
def test_an_idempotency_key_has_no_case(serve: Any, response: Any, name: str) -> None:
    with serve(failing_once(response)) as server:
        RestClient(server.url).post("/", headers={name: "k-1"})
        assert len(server.received) == 2


def test_a_form_is_url_encoded(serve: Any, response: Any) -> None:
    with serve(lambda _: response(json=1)) as server:
        RestClient(server.url).post("/", form={"q": "a b", "deep": True, "id": [1, 2], "no": None})
        (request,) = server.received
    assert (request.headers["Content-Type"], request.body) == (
        "application/x-www-form-urlencoded",
        b"q=a+b&deep=true&id=1&id=2",
    )


def test_a_client_s_content_type_does_not_hide_that_of_a_multipart_body(serve: Any, response: Any) -> None:
    with serve(lambda _: response(json=1)) as server:
        client = RestClient(server.url, headers={"Content-Type": "application/json"})
        client.post("/", files={"f": b"a"})
        assert server.received[0].headers["Content-Type"].startswith("multipart/form-data; boundary=")


def test_a_closed_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"a")
    with path.open("rb") as file:
        pass
    with pytest.raises(UsageError, match="can't be read"):
        GraphQLClient("http://a.test").mutate(PUT_FILE, {"file": Upload(content=file, name="a.txt")})


@pytest.mark.parametrize(
    ("method", "attempts"), [("get", 3), ("put", 3), ("delete", 3), ("post", 1), ("patch", 1)]
)
def test_an_idempotent_call_is_repeated_after_a_connection_that_was_closed(
    method: str, attempts: int
) -> None:
    with closing() as server:
        with pytest.raises(ConnectionFailedError, match="closed the connection"):
            getattr(RestClient(server.url), method)("/")
        assert server.connections == attempts


def test_persisted_queries_have_no_uploads_either() -> None:
    client = GraphQLClient("http://a.test", options=GraphQLOptions(persisted_queries=True))
    with pytest.raises(DocumentError, match="mutation"):
        client.query("query Q($f: Upload!) { q(f: $f) }", {"f": Upload(content=b"a", name="a")})
