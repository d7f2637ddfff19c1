"""Why no answer came, and what a refusal says: in one tree of errors, without secrets."""

from __future__ import annotations

import re
import shutil
import socket
import ssl
import subprocess
import traceback
from typing import TYPE_CHECKING, Any

import pytest
import requests
import responses
import urllib3
from pactape_clients import ClientCredentials, GraphQLClient, RestClient, StaticToken
from pactape_clients import errors as tree
from pactape_clients.auth import CallableTokens, RefreshToken, TokenSource
from pactape_clients.errors import (
    ClientError,
    ConnectionFailedError,
    RequestTimeoutError,
    ResponseError,
    TokenUnavailableError,
    TransportError,
    UnprocessableError,
    UsageError,
)
from pactape_clients.rest import Caching, RetryPolicy, TransportSettings

from tests.clients.helpers.sockets import closing, listening

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

ONCE = TransportSettings(timeouts=(2.0, 0.3), retries=RetryPolicy(attempts=1))
THRICE = TransportSettings(timeouts=(2.0, 0.3))


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def sending(text: bytes) -> Callable[[socket.socket], None]:
    def act(connection: socket.socket) -> None:
        connection.recv(65_536)
        connection.sendall(text)

    return act


def test_a_refused_connection_says_so() -> None:
    with pytest.raises(ConnectionFailedError, match="connection refused") as failure:
        RestClient(f"http://127.0.0.1:{free_port()}", settings=ONCE).get("/")
    assert (failure.value.reason, failure.value.sent) == ("refused", False)


def test_a_name_that_is_not_found_says_so() -> None:
    with pytest.raises(ConnectionFailedError, match="name was not found") as failure:
        RestClient("http://nowhere.invalid", settings=ONCE).get("/")
    assert (failure.value.reason, failure.value.sent) == ("dns", False)


def test_a_closed_connection_says_so() -> None:
    with closing() as server, pytest.raises(ConnectionFailedError, match="closed the connection") as failure:
        RestClient(server.url, settings=ONCE).get("/")
    assert failure.value.reason == "reset"


@pytest.mark.parametrize("text", [b"SSH-2.0-OpenSSH\r\n", b"220 ESMTP ready\r\n", b"\x00" * 100 + b"\r\n"])
def test_another_protocol_says_so_and_is_not_tried_again(text: bytes) -> None:
    with listening(sending(text)) as server:
        with pytest.raises(ConnectionFailedError, match="not HTTP") as failure:
            RestClient(server.url, settings=THRICE).get("/")
        assert (failure.value.reason, server.connections) == ("not-http", 1)


def reading(connection: socket.socket) -> None:
    connection.recv(65_536)
    connection.recv(1)


def test_an_answer_that_takes_too_long_says_so() -> None:
    with (
        listening(reading) as server,
        pytest.raises(RequestTimeoutError, match="took too long") as failure,
    ):
        RestClient(server.url, settings=ONCE).get("/")
    assert (failure.value.reason, failure.value.sent) == ("timeout", True)


def test_an_answer_that_breaks_off_says_so() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc"
    with listening(sending(head)) as server, pytest.raises(TransportError, match="broke off") as failure:
        RestClient(server.url, settings=ONCE).get("/")
    assert (failure.value.reason, failure.value.sent) == ("incomplete", True)


def test_an_answer_that_cannot_be_decompressed_says_so_and_is_not_tried_again() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc"
    with listening(sending(head)) as server:
        with pytest.raises(TransportError, match="can't be decompressed") as failure:
            RestClient(server.url, settings=THRICE).get("/")
        assert (failure.value.reason, server.connections) == ("encoding", 1)


def test_a_server_without_tls_says_so() -> None:
    with listening(sending(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as server:
        with pytest.raises(ConnectionFailedError, match="TLS") as failure:
            RestClient(server.url.replace("http", "https"), settings=THRICE).get("/")
        assert (failure.value.reason, server.connections) == ("tls", 1)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate")
def test_a_certificate_that_is_not_trusted_says_so_and_is_not_tried_again(tmp_path: Path) -> None:
    key, certificate = tmp_path / "key", tmp_path / "certificate"
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-keyout",
        str(key),
        "-out",
        str(certificate),
    ]
    subprocess.run(
        [*command, "-days", "2", "-subj", "/CN=localhost"], check=True, capture_output=True, timeout=60
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with listening(lambda connection: context.wrap_socket(connection, server_side=True).close()) as server:
        with pytest.raises(ConnectionFailedError, match="certificate is not trusted: self") as failure:
            RestClient(f"https://localhost:{server.port}", settings=THRICE).get("/")
        assert (failure.value.reason, failure.value.sent, server.connections) == ("tls", False, 1)


def test_a_proxy_that_is_down_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{free_port()}")
    monkeypatch.delenv("no_proxy", raising=False)
    with pytest.raises(ConnectionFailedError, match="proxy") as failure:
        RestClient("http://nowhere.test", settings=ONCE).get("/")
    assert failure.value.reason == "proxy"


@pytest.mark.parametrize("host", ["a" * 64 + ".example.test", "a..b", "xn--"])
def test_a_host_that_cannot_be_is_an_error_of_the_tree(host: str) -> None:
    with pytest.raises(ClientError):
        RestClient(f"http://{host}", settings=ONCE).get("/")


@pytest.mark.parametrize(
    "raised",
    [
        requests.ConnectionError("cut"),
        requests.Timeout("late"),
        requests.exceptions.SSLError("bad"),
        requests.exceptions.InvalidURL("bad"),
        urllib3.exceptions.LocationParseError("bad"),
        urllib3.exceptions.ProtocolError("bad"),
        ValueError("bad"),
        OverflowError("bad"),
        RecursionError("bad"),
        OSError("bad"),
        UnicodeEncodeError("latin-1", "s3cret", 0, 1, "bad"),
    ],
    ids=lambda raised: type(raised).__name__,
)
def test_whatever_sending_raises_is_an_error_of_the_tree(raised: Exception) -> None:
    with responses.RequestsMock() as server:
        server.get("http://a.test/", body=raised)
        with pytest.raises(ClientError) as failure:
            RestClient("http://a.test", settings=ONCE).get("/")
    assert failure.value.operation is not None
    assert "s3cret" not in str(failure.value)


@pytest.mark.parametrize("status", [200, 503])
def test_a_hook_that_raises_costs_no_answer(serve: Any, answer: Any, status: int, caplog: Any) -> None:
    def broken(_: object) -> None:
        raise RuntimeError("metrics are down")

    settings = TransportSettings(hooks=(broken,), retries=RetryPolicy(attempts=1))
    with serve(lambda _: answer(status=status, json=1)) as server:
        client = RestClient(server.url, settings=settings)
        if status == 200:
            assert client.post("/") == 1
        else:
            with pytest.raises(ResponseError):
                client.post("/")
    assert "metrics are down" in caplog.text


def test_a_repeated_call_is_logged_by_the_client(serve: Any, answer: Any, caplog: Any) -> None:
    caplog.set_level("INFO")
    seen: list[int] = []

    def respond(_: Any) -> Any:
        seen.append(1)
        return answer(status=503 if len(seen) == 1 else 200, json=1)

    with serve(respond) as server:
        RestClient(server.url).get("/x")
    (record,) = [each for each in caplog.records if each.name == "pactape_clients.retries"]
    assert "GET /x: attempt 1 failed (503)" in record.getMessage()


REFUSALS = [
    ({"message": "Validation Failed", "errors": [{"resource": "Issue", "field": "title", "code": "missing_field"}]},
     "Validation Failed; title: missing_field"),
    ({"error": {"message": "No such token", "type": "invalid_request", "code": 190}}, "No such token"),
    ({"detail": [{"loc": ["body", "email"], "msg": "field required"}]}, "body.email: field required"),
    ({"errors": {"email": ["is taken", "is short"]}}, "email: is taken, is short"),
    ({"error": "invalid", "error_description": "The name is empty"}, "The name is empty"),
    ({"ok": False, "error": "channel_not_found"}, "channel_not_found"),
    ({"title": "Bad", "detail": "The name is empty"}, "The name is empty"),
    (["one", "two"], "one; two"),
    ("plain", "plain"),
    ({"nothing": "known"}, ""),
    ({}, ""),
    (7, ""),
]  # fmt: skip


@pytest.mark.parametrize(("body", "words"), REFUSALS, ids=[words for _, words in REFUSALS])
def test_a_refusal_is_understood_from_its_message(serve: Any, answer: Any, body: Any, words: str) -> None:
    with (
        serve(lambda _: answer(status=422, json=body)) as server,
        pytest.raises(UnprocessableError) as failure,
    ):
        RestClient(server.url).post("/x")
    assert str(failure.value) == f"POST /x: 422 {words}".strip()


@pytest.mark.parametrize("body", [b"<html>Sign in</html>", b"\xff\xfe", b"[" * 100_000, b"{"])
def test_a_refusal_without_words_keeps_its_body(serve: Any, answer: Any, body: bytes) -> None:
    with (
        serve(lambda _: answer(status=422, body=body)) as server,
        pytest.raises(UnprocessableError) as failure,
    ):
        RestClient(server.url).post("/x")
    assert failure.value.body == body[:65_536]
    assert "Sign in" not in repr(failure.value)


def test_a_refusal_knows_its_operation_and_values(serve: Any, answer: Any) -> None:
    with serve(lambda _: answer(status=422)) as server, pytest.raises(UnprocessableError) as failure:
        RestClient(server.url).put("/x/{id}", path={"id": "s3cret"})
    assert (failure.value.values, failure.value.sent) == ({"id": "s3cret"}, True)
    assert "s3cret" not in f"{failure.value!r} {failure.value}"


@pytest.mark.parametrize(
    ("options", "secret"),
    [
        ({"headers": {"X-Api-Key": "k3y-s3cret"}}, "k3y-s3cret"),
        ({"headers": {"Cookie": "sid=c00kie; a=b"}}, "c00kie"),
        ({"query": {"api_key": "k3y-s3cret"}}, "k3y-s3cret"),
    ],
    ids=["header", "cookie", "query"],
)
def test_no_message_shows_a_secret_that_the_server_repeats(
    serve: Any, answer: Any, options: Any, secret: str
) -> None:
    with (
        serve(lambda _: answer(status=422, json={"message": f"{secret} is wrong"})) as server,
        pytest.raises(UnprocessableError, match=r"\*\*\* is wrong") as failure,
    ):
        RestClient(server.url).post("/x", **options)
    assert secret not in "".join(traceback.format_exception(failure.value))


def test_no_message_shows_a_token_that_a_graphql_server_repeats(serve: Any, answer: Any) -> None:
    errors = {"errors": [{"message": "t0p-s3cret is too old"}]}
    with (
        serve(lambda _: answer(json=errors)) as server,
        pytest.raises(ClientError, match=r"\*\*\* is too old"),
    ):
        GraphQLClient(server.url, tokens=StaticToken("t0p-s3cret")).query("{ n }")


BAD_TOKENS = ["", " ", "\n", None, 7, b"bytes", "s3cr\net", "s3cret€", "s3cr\x00et"]


@pytest.mark.parametrize("value", BAD_TOKENS, ids=repr)
def test_a_token_that_is_none_is_refused_without_being_shown(value: Any) -> None:
    for make in (
        lambda: StaticToken(value),
        lambda: RestClient("http://127.0.0.1:1", tokens=CallableTokens(lambda: value)).get("/"),
    ):
        with pytest.raises((UsageError, TokenUnavailableError)) as failure:
            make()
        assert "s3cr" not in "".join(traceback.format_exception(failure.value))


def test_no_traceback_of_a_bad_token_shows_it_among_the_locals() -> None:
    tokens = CallableTokens(lambda: "t0p\n-s3cret")
    with pytest.raises(TokenUnavailableError) as failure:
        RestClient("http://127.0.0.1:1", tokens=tokens).get("/")
    shown = "".join(traceback.TracebackException.from_exception(failure.value, capture_locals=True).format())
    assert not re.search("s3cret", shown.replace('t0p\\n-s3cret")', ""))


@pytest.mark.parametrize("white", ["t0p\n", " t0p", "\tt0p\r\n"])
def test_white_space_around_a_token_is_removed(serve: Any, answer: Any, white: str) -> None:
    with serve(lambda request: answer(json=request.headers["Authorization"])) as server:
        for tokens in (StaticToken(white), CallableTokens(lambda: white)):
            assert RestClient(server.url, tokens=tokens).get("/") == "Bearer t0p"


class Broken(TokenSource):
    def __init__(self) -> None:
        super().__init__(principal="broken")

    def fetch(self, previous: Any) -> Any:  # noqa: ARG002 -- as the base class has it
        raise LookupError("s3cret")


class Odd(Broken):
    def fetch(self, previous: Any) -> Any:  # noqa: ARG002 -- as the base class has it
        return "a string"


@pytest.mark.parametrize("source", [Broken, Odd])
def test_what_a_token_source_of_ones_own_does_wrong_is_an_error_of_the_tree(source: Any) -> None:
    with pytest.raises(TokenUnavailableError, match="fetch") as failure:
        RestClient("http://127.0.0.1:1", tokens=source()).get("/")
    assert "s3cret" not in str(failure.value)


def _all_subclasses(kind: type[ClientError]) -> Iterator[type[ClientError]]:
    for each in kind.__subclasses__():
        yield each
        yield from _all_subclasses(each)


def _drawn(kind: type[ClientError], indent: str = "") -> Iterator[str]:
    children = [each for each in kind.__subclasses__() if each.__module__ == tree.__name__]
    for number, child in enumerate(children):
        last = number == len(children) - 1
        yield f"{indent}{'└── ' if last else '├── '}{child.__name__}"
        yield from _drawn(child, indent + ("    " if last else "│   "))


def test_the_drawing_of_the_errors_is_the_tree() -> None:
    drawing = re.search(r"```\n(.*?)```", tree.__doc__ or "", re.DOTALL)
    assert drawing is not None
    drawn = [re.sub(r"(\w) .*", r"\1", line) for line in drawing[1].strip().splitlines()]
    assert drawn == ["ClientError", *_drawn(ClientError)]


def test_every_error_of_the_room_is_in_the_tree() -> None:
    in_tree = {ClientError, *_all_subclasses(ClientError)}
    named = {getattr(tree, name) for name in tree.__all__ if name.endswith("Error")}
    assert named <= in_tree


def test_the_causes_of_token_failures_have_reasons() -> None:
    tokens = ClientCredentials(f"http://127.0.0.1:{free_port()}", client_id="web", client_secret="s")
    with pytest.raises(TokenUnavailableError, match="connection refused") as failure:
        RestClient("http://127.0.0.1:1", tokens=tokens, settings=ONCE).get("/")
    assert failure.value.reason == "refused"


def test_a_cached_read_fails_as_an_uncached_one(serve: Any, answer: Any) -> None:
    with serve(lambda _: answer(body=b"<html>", headers={"Content-Type": "text/html"})) as server:
        client = RestClient(server.url)
        texts = []
        for caching in (None, Caching(ttl=60)):
            with pytest.raises(ClientError) as failure:
                client.get("/x", caching=caching)
            texts.append(str(failure.value))
    assert texts[0] == texts[1]


def test_a_refresh_token_is_not_shown_by_a_server_that_repeats_it() -> None:
    with responses.RequestsMock() as server:
        body = {"error": "invalid_grant", "error_description": "r3fresh is too old"}
        server.post("http://id.test/token", status=400, json=body)
        with pytest.raises(ClientError, match=r"\*\*\* is too old"):
            RefreshToken("http://id.test/token", refresh_token="r3fresh", client_id="web").token()
