"""Turns a WSGI environment into a request, and rejects malformed ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

from pactape.broker.http.protocol.messages import Problem, Request
from pactape.broker.http.protocol.names import is_name

if TYPE_CHECKING:
    from pactape.broker.config import BrokerConfig

__all__ = ["base_of", "body_of", "host_of", "read_head", "wants_html"]

_BODIES = ("POST", "PUT", "PATCH", "DELETE")


def read_head(environ: dict[str, Any], config: BrokerConfig) -> Request:
    """Return the request without its body.

    Raises:
        Problem: 400, the path or the query isn't UTF-8 or contains an invalid name.
    """
    path = _path(environ)
    return Request(
        method=environ["REQUEST_METHOD"],
        segments=_segments(path),
        path=path,
        query=_query(environ.get("QUERY_STRING", "")),
        content_type=environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower(),
        base_url=base_of(environ, config),
        wants_html=wants_html(environ),
        accept=environ.get("HTTP_ACCEPT", ""),
    )


def body_of(environ: dict[str, Any], request: Request, *, limit: int) -> bytes:
    """Return the request's body.

    Raises:
        Problem: 400, its length is not a number; 413, it is too large; 415, it is not JSON.
    """
    if request.method not in _BODIES:
        return b""
    content_length = environ.get("CONTENT_LENGTH") or "0"
    if not (content_length.isascii() and content_length.isdecimal()):
        raise Problem(400, "Content-Length is not a number")
    if int(content_length) > limit:
        raise Problem(413, f"The body is larger than {limit} bytes")
    chunked = "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower()
    body = bytes(environ["wsgi.input"].read(limit + 1 if chunked else int(content_length)))
    if len(body) > limit:
        raise Problem(413, f"The body is larger than {limit} bytes")
    kind = request.content_type
    if body and kind != "application/json" and not kind.endswith("+json"):
        raise Problem(415, f"The body must be application/json, not {kind or 'without a Content-Type'}")
    return body


def base_of(environ: dict[str, Any], config: BrokerConfig) -> str:
    """Return the prefix of links, without a slash at the end."""
    return (config.base_url or f"{environ['wsgi.url_scheme']}://{host_of(environ)}").rstrip("/")


def host_of(environ: dict[str, Any]) -> str:
    """Return the host of the request; the server's own if the request has no Host header."""
    return str(environ.get("HTTP_HOST") or f"{environ['SERVER_NAME']}:{environ['SERVER_PORT']}")


def wants_html(environ: dict[str, Any]) -> bool:
    """Return whether the client is a browser."""
    return "text/html" in environ.get("HTTP_ACCEPT", "")


def _path(environ: dict[str, Any]) -> str:
    """Return the path as sent: PATH_INFO is decoded and doesn't show which slashes were encoded."""
    target = str(environ.get("REQUEST_URI") or environ.get("PATH_INFO", "/"))
    return target.partition("?")[0] if target.startswith("/") else urlsplit(target).path


def _query(text: str) -> tuple[tuple[str, str], ...]:
    query = tuple(parse_qsl(text, keep_blank_values=True))
    if any(letter in part for pair in query for part in pair for letter in "\ufffd\0"):
        raise Problem(400, "The query is not UTF-8, or contains the character NUL")
    return query


def _segments(path: str) -> tuple[str, ...]:
    whole = path.strip("/")
    segments = tuple(unquote(part) for part in whole.split("/")) if whole else ()
    if any("\ufffd" in segment for segment in segments):
        raise Problem(400, "The path is not UTF-8")
    if not all(map(is_name, segments)):
        raise Problem(400, "The path has a segment that can't be a name")
    return segments
