"""Test helpers: the Rust engine as an oracle, through a synchronous message's response."""

from __future__ import annotations

import json
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pact_ffi
from pact import Pact

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pactape.exchange import Request

__all__ = ["Engine", "mock_server"]


class Engine:
    """Matches bodies as the official verifier does.

    Args:
        expected: The example, a JSON value, or a text for other content types.
        rules: Matching rules of the body by path.
        content_type: What the example is.
    """

    def __init__(self, expected: Any, rules: dict[str, Any], content_type: str = "application/json") -> None:
        self._pact = Pact("consumer", "provider")  # the interaction lives as long as it
        interaction = self._pact.upon_receiving("a message", "Sync").with_body({"q": 1}, "application/json")
        interaction.will_respond_with().with_body(_text(expected), content_type)
        if rules:
            interaction.with_matching_rules({"body": rules})
        self._handle = interaction._handle  # noqa: SLF001 -- the way to the engine's own function

    def mismatches(self, actual: Any) -> list[Any]:
        """What the engine has against `actual`."""
        return list(pact_ffi.sync_message_match_response_contents(self._handle, 0, None, _text(actual)))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


@contextmanager
def mock_server(request: dict[str, Any]) -> Iterator[Callable[[Request], bool]]:
    """The official mock server, which holds requests against one expected one; gives whether it accepts."""
    pact = Pact("consumer", "provider")
    interaction = pact.upon_receiving("a request").with_request(request["method"], request["path"])
    headers = {name: values for name, values in request.get("headers", {}).items() if name != "Content-Type"}
    for name, values in headers.items():  # with_body adds the content type
        for value in values:
            interaction.with_header(name, value)
    for name, values in request.get("query", {}).items():
        for value in values:
            interaction.with_query_parameter(name, value)
    if "body" in request:
        interaction.with_body(_text(request["body"]["content"]), request["body"]["contentType"])
    if request.get("matchingRules"):
        interaction.with_matching_rules(request["matchingRules"], "Request")
    interaction.will_respond_with(200)
    with pact.serve(raises=False, verbose=False) as server:
        port = server.port
        assert port is not None
        yield partial(_accepts, port)


def _accepts(port: int, request: Request) -> bool:
    parts = urlsplit(request.url)
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    connection.putrequest(request.method, target, skip_accept_encoding=True)
    for name, value in request.headers:
        connection.putheader(name, value)
    if request.body:
        connection.putheader("Content-Length", str(len(request.body)))
    connection.endheaders(request.body or None)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status == HTTPStatus.OK
