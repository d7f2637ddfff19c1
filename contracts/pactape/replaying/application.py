"""The replay as a WSGI application (PEP 3333)."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from pactape.cassettes.scrubbing.scrubber import Scrubber
from pactape.exchange import Request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pactape.exchange import Response
    from pactape.replaying.recordings import Recordings

__all__ = ["ReplayApplication"]

#: Headers of one connection (RFC 9110, section 7.6.1), and those that the server states anew.
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


class ReplayApplication:
    """Answers requests from recordings; to others it says which recorded ones come nearest.

    The answer to what isn't recorded is 404 with a problem document (RFC 9457) of the type "urn:pactape:no-match".

    Args:
        recordings: What there is to answer.
    """

    def __init__(self, recordings: Recordings) -> None:
        self._recordings = recordings

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request."""
        request = _read(environ)
        answer = self._recordings.answer(request)
        status, headers, body = self._no_match(request) if answer is None else _told(answer)
        phrase = HTTPStatus(status).phrase if status in set(HTTPStatus) else "Recorded"
        start_response(f"{status} {phrase}", [*headers, ("Content-Length", str(len(body)))])
        return [b"" if request.method == "HEAD" else body]

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


def _told(answer: Response) -> tuple[int, list[tuple[str, str]], bytes]:
    headers = [(name, value) for name, value in answer.headers if name.lower() not in _NOT_REPLAYED]
    return answer.status, headers, answer.body


def _read(environ: dict[str, Any]) -> Request:
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
