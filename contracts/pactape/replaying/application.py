"""A WSGI application that replays cassettes (PEP 3333)."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import msgspec

from pactape.cassettes.scrubbing.scrubber import Scrubber
from pactape.exchange import Request, Response
from pactape.http_bodies import with_base_url
from pactape.serving import framed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pactape.replaying.recordings import Recordings

__all__ = ["ReplayApplication"]


class ReplayApplication:
    """Responds to requests from recordings.

    Redirects and links to recorded URLs are rewritten to this server. A request that was not recorded gets a 404
    with a problem document (RFC 9457) of type "urn:pactape:no-match".

    Args:
        recordings: The recorded responses.
    """

    def __init__(self, recordings: Recordings) -> None:
        self._recordings = recordings

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Handle a request of a WSGI server."""
        request = _request(environ)
        response = framed(request.method, self.respond(request))
        phrase = HTTPStatus(response.status).phrase if response.status in set(HTTPStatus) else "Recorded"
        start_response(f"{response.status} {phrase}", list(response.headers))
        return [response.body] if response.body else []

    def respond(self, request: Request) -> Response:
        """Return the recorded response to a request, or the problem document."""
        response = self._recordings.response_to(request)
        if response is None:
            return self._no_match_response(request)
        headers = response.headers
        for base in self._recordings.base_urls:
            headers = with_base_url(headers, base, _origin(request.url))
        return response if headers is response.headers else msgspec.structs.replace(response, headers=headers)

    def _no_match_response(self, request: Request) -> Response:
        problem = {
            "type": "urn:pactape:no-match",
            "title": "No recorded interaction matches",
            "status": 404,
            "detail": f"no recorded interaction matches {request.method} {Scrubber().url(request.url)}",
            "nearest": self._recordings.nearest(request),
        }
        body = json.dumps(problem, indent=2, ensure_ascii=False).encode() + b"\n"
        return Response(status=404, headers=(("Content-Type", "application/problem+json"),), body=body)


def _origin(url: str) -> str:
    """Return scheme and host as sent by the client."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _request(environ: dict[str, Any]) -> Request:
    """Return the request of a WSGI environment, with the target as sent by the client if the server provides it."""
    target = str(environ.get("REQUEST_URI") or environ.get("PATH_INFO") or "/")
    if environ.get("QUERY_STRING") and "?" not in target:
        target = f"{target}?{environ['QUERY_STRING']}"
    host = environ.get("HTTP_HOST") or environ["SERVER_NAME"]
    url = target if "://" in target else f"{environ['wsgi.url_scheme']}://{host}{target}"
    return Request(
        method=environ["REQUEST_METHOD"], url=url, headers=tuple(_headers(environ)), body=_body(environ)
    )


def _headers(environ: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in environ.items():
        if name.startswith("HTTP_"):
            yield name[5:].replace("_", "-").title(), str(value)
    if environ.get("CONTENT_TYPE"):
        yield "Content-Type", str(environ["CONTENT_TYPE"])


def _body(environ: dict[str, Any]) -> bytes:
    if "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower():
        return bytes(environ["wsgi.input"].read())
    length = environ.get("CONTENT_LENGTH") or "0"
    return bytes(environ["wsgi.input"].read(int(length))) if length.isdecimal() else b""
