"""The replay of cassettes as a WSGI application (PEP 3333)."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from pactape.cassettes.scrubbing.scrubber import Scrubber
from pactape.exchange import Request
from pactape.http_bodies import header

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pactape.exchange import Response
    from pactape.replaying.recordings import Recordings

__all__ = ["ReplayApplication", "request_of"]

#: Headers of one connection (RFC 9110, section 7.6.1), and those that the server sets itself.
_NOT_REPLAYED = frozenset(
    {
        "connection",
        "content-length",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)


#: Statuses whose responses never have a body.
_WITHOUT_BODY = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED})
_FIRST_FINAL = 200


class ReplayApplication:
    """Answers requests from recordings.

    What isn't recorded gets 404 with a problem document (RFC 9457) of the type "urn:pactape:no-match".

    Args:
        recordings: The recorded responses.
    """

    def __init__(self, recordings: Recordings) -> None:
        self._recordings = recordings

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request."""
        request = request_of(environ)
        answer = self._recordings.answer(request)
        status, headers, body = self._no_match(request) if answer is None else _replayed(answer)
        phrase = HTTPStatus(status).phrase if status in set(HTTPStatus) else "Recorded"
        length = _length(
            request.method, status, body, recorded=header(answer.headers if answer else (), "content-length")
        )
        start_response(f"{status} {phrase}", [*headers, *length])
        return [body] if request.method != "HEAD" and _has_body(status) else []

    def _no_match(self, request: Request) -> tuple[int, list[tuple[str, str]], bytes]:
        problem = {
            "type": "urn:pactape:no-match",
            "title": "No recorded interaction answers",
            "status": 404,
            "detail": f"no recorded interaction answers {request.method} {Scrubber().url(request.url)}",
            "nearest": self._recordings.nearest(request),
        }
        body = json.dumps(problem, indent=2, ensure_ascii=False).encode() + b"\n"
        return 404, [("Content-Type", "application/problem+json")], body


def _has_body(status: int) -> bool:
    """Return whether a response with this status may have a body (RFC 9110, section 6.4.1)."""
    return status not in _WITHOUT_BODY and status >= _FIRST_FINAL


def _length(method: str, status: int, body: bytes, *, recorded: str | None) -> list[tuple[str, str]]:
    """Return the Content-Length (RFC 9110, section 8.6): of a HEAD that of the GET, and none without a body."""
    if not _has_body(status):
        return []
    if method == "HEAD":
        return [("Content-Length", recorded)] if recorded else []
    return [("Content-Length", str(len(body)))]


def _replayed(answer: Response) -> tuple[int, list[tuple[str, str]], bytes]:
    headers = [(name, value) for name, value in answer.headers if name.lower() not in _NOT_REPLAYED]
    return answer.status, headers, answer.body


def request_of(environ: dict[str, Any]) -> Request:
    """Return the request that a WSGI server received, its target as the client wrote it."""
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
