"""Whatever bytes a server sends, a call gives a value or an error of the tree."""

from __future__ import annotations

import socket
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pactape_clients import ClientCredentials, ClientError, GraphQLClient, RestClient
from pactape_clients.errors import UsageError
from pactape_clients.rest import ByLink, Caching, RetryPolicy, TransportSettings

from tests.clients.helpers.sockets import listening
from tests.helpers.examples import examples

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.clients.helpers.sockets import Listener

ONCE = TransportSettings(deadline=2.0, retries=RetryPolicy(attempts=1))
KEPT = Caching(ttl=9, missing_for=9, revalidate_for=9, stale_if_error=9)
STARTS = st.sampled_from(
    [b"HTTP/1.1 %d x" % status for status in (100, 101, 200, 204, 301, 304, 401, 404, 429, 503, 999)]
    + [b"HTTP/9.9 200 OK", b"HTTP/1.1 -1 x", b"HTTP/1.1 abc", b"HTTP/1.1", b"\x16\x03\x01", b""]
)
HEADERS = st.sampled_from(
    [b"Content-Length: " + value for value in (b"5", b"-1", b"abc", b"9" * 30, b"5, 6", b"0")]
    + [b"Content-Encoding: " + value for value in (b"gzip", b"br", b"deflate", b"unknown")]
    + [
        b"Content-Type: " + value
        for value in (b"application/json; charset=\xff", b"text/html", b"; charset=idna")
    ]
    + [b"Location: " + value for value in (b"/x", b"http://[::1", b"\xff", b"http://a:b@c:d/", b"")]
    + [b"Set-Cookie: " + value for value in (b"\xff=\xfe", b"a=b; Max-Age=abc; Domain=.x")]
    + [b"Retry-After: \xff", b"ETag: \xff", b"Link: <http://[::1>; rel=next", b"Cache-Control: \xff"]
    + [b"Transfer-Encoding: chunked", b"NoColon", b": no name", b" folded", b"X: " + b"x" * 70_000]
)
BODIES = st.sampled_from(
    [
        b"",
        b"{}",
        b"[1",
        b"hello",
        b"5\r\nhello\r\n0\r\n\r\n",
        b"zz\r\n",
        b"-5\r\nabc",
        b"\x1f\x8b\x08",
        b"\xff",
        b'{"data": {"a": 1}}',
        b'{"errors": 1}',
        b'{"errors": [1]}',
        b'{"access_token": "t"}',
    ]
)


class Said:
    """A server that says the same to everyone."""

    def __init__(self) -> None:
        self.text = b""
        self.listener: Listener

    def __call__(self, connection: socket.socket) -> None:
        connection.recv(65_536)
        connection.sendall(self.text)
        connection.shutdown(socket.SHUT_WR)


@pytest.fixture(scope="module")
def raw_response() -> Iterator[Said]:
    act = Said()
    with listening(act) as act.listener:
        yield act


def calls(url: str) -> list[Any]:
    client = RestClient(url, settings=ONCE)
    tokens = ClientCredentials(url, client_id="a", client_secret="b")
    graphql = GraphQLClient(url, settings=ONCE)
    return [
        lambda: client.get("/x"),
        lambda: client.get("/x", returns=str),
        lambda: client.get("/x", returns=dict, caching=KEPT),
        lambda: client.request("POST", "/x", json=1).location,
        lambda: client.head("/x").link("next"),
        lambda: next(client.paginate("/x", by=ByLink())),
        lambda: graphql.query("{ a }"),
        lambda: RestClient("http://127.0.0.1:1", tokens=tokens, settings=ONCE).get("/x"),
    ]


@given(start=STARTS, headers=st.lists(HEADERS, max_size=4), body=BODIES)
@examples(60)
def test_an_answer_of_any_kind_gives_a_value_or_an_error_of_the_tree(
    raw_response: Said, start: bytes, headers: list[bytes], body: bytes
) -> None:
    raw_response.text = b"\r\n".join([start, *headers, b"", body])
    for call in calls(raw_response.listener.url):
        with suppress(ClientError):
            try:
                call()
            except UsageError as error:  # the caller did nothing wrong
                raise AssertionError(raw_response.text) from error
