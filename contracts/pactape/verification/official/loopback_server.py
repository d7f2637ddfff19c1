"""Loopback servers that the official verifier calls while it verifies: JSON in, a reply out."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import msgspec

from pactape.serving import HttpServer

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIEnvironment

__all__ = ["LoopbackServer", "Reply"]


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """A response to the verifier.

    Args:
        status: The verifier gives up at once after a 4xx, and tries again for two minutes after a 500.
        headers: By name, without the length.
        body: Its bytes.
    """

    status: int
    headers: dict[str, str] = {}
    body: bytes = b""


class LoopbackServer(HttpServer):
    """A server on a free loopback port; run it with `pactape.serving.in_background`."""

    def __init__(self) -> None:
        super().__init__(self._respond)

    def reply(self, message: dict[str, Any]) -> Reply:
        """Return the reply to a JSON object that was posted."""
        raise NotImplementedError

    def _respond(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        length = int(environ.get("CONTENT_LENGTH") or 0)
        reply = self.reply(json.loads(environ["wsgi.input"].read(length)))
        headers = [*reply.headers.items(), ("Content-Length", str(len(reply.body)))]
        start_response(f"{reply.status} {HTTPStatus(reply.status).phrase}", headers)
        return [reply.body]
