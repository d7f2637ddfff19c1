"""Test helpers: an API on a free loopback port whose responses are given by a function."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pactape.exchange import Response
from pactape.serving import LoopbackServer, running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pactape.serving import ReceivedRequest

__all__ = ["Api", "json_response", "serving_api"]


class Api(LoopbackServer):
    """An API that keeps the requests that it received.

    Args:
        respond: Gives the response to a request.
    """

    def __init__(self, respond: Callable[[ReceivedRequest], Response]) -> None:
        super().__init__()
        self.respond = respond
        self.received: list[ReceivedRequest] = []

    def reply(self, request: ReceivedRequest) -> Response:
        """Return the response to a request."""
        self.received.append(request)
        return self.respond(request)


@contextmanager
def serving_api(respond: Callable[[ReceivedRequest], Response]) -> Iterator[Api]:
    """Serve an API while the context lasts."""
    with running(Api(respond)) as api:
        yield api


def json_response(value: Any, status: int = 200, **headers: str) -> Response:
    """Return a response with a JSON value; names of further headers are written with underscores."""
    more = tuple((name.replace("_", "-"), text) for name, text in headers.items())
    return Response(
        status=status,
        headers=(("Content-Type", "application/json"), *more),
        body=json.dumps(value).encode(),
    )
