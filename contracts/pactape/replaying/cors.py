"""Cross-origin requests: allows pages of other origins to use a server (Fetch standard, CORS protocol)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from pactape.errors import BadInputError
from pactape.exchange import Response
from pactape.http_bodies import header
from pactape.urls import DEFAULT_PORTS

if TYPE_CHECKING:
    from pactape.exchange import Headers, Request

__all__ = ["allow_origin", "page_origin", "preflight_response"]

_METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
_DAY_SECONDS = "86400"
_ORIGIN = re.compile(r"\*|null|[a-z][a-z0-9+.-]*://[^\s/?#@]+")


def page_origin(text: str) -> str:
    """Return an origin as browsers send it: in lower case, without a slash at the end and a default port.

    Raises:
        BadInputError: No browser sends such an origin.

    Example:
        >>> page_origin("HTTP://localhost:3000/"), page_origin("https://a.test:443"), page_origin("*")
        ('http://localhost:3000', 'https://a.test', '*')
    """
    origin = text.strip().lower().removesuffix("/")
    if not _ORIGIN.fullmatch(origin):
        raise BadInputError(
            f"--cors {text!r} is not the origin of a page",
            remedy="write scheme, host and port, http://localhost:3000, or * for any",
        )
    port = DEFAULT_PORTS.get(origin.partition("://")[0])
    return origin if port is None else origin.removesuffix(f":{port}")


def preflight_response(request: Request, origin: str) -> Response | None:
    """Return the response to a preflight request; None for other requests.

    Args:
        request: Any request.
        origin: The origin of the pages, "http://localhost:3000"; "*" for any, with which no cookies are sent.
    """
    if request.method != "OPTIONS" or header(request.headers, "Access-Control-Request-Method") is None:
        return None
    headers = (
        *_headers(request, origin),
        ("Access-Control-Allow-Methods", _METHODS),
        ("Access-Control-Allow-Headers", header(request.headers, "Access-Control-Request-Headers") or "*"),
        ("Access-Control-Max-Age", _DAY_SECONDS),
    )
    return Response(status=204, headers=headers)


def allow_origin(request: Request, response: Response, origin: str) -> Response:
    """Return a response that pages of an origin may read, replacing the recorded CORS headers."""
    headers = tuple(pair for pair in response.headers if not pair[0].lower().startswith("access-control-"))
    return msgspec.structs.replace(response, headers=(*headers, *_headers(request, origin)))


def _headers(request: Request, origin: str) -> Headers:
    """Return the CORS headers for a page's origin; pages of other origins are denied."""
    if origin == "*":
        return (("Access-Control-Allow-Origin", "*"), ("Access-Control-Expose-Headers", "*"))
    if header(request.headers, "Origin") != origin:
        return (("Vary", "Origin"),)
    return (
        ("Access-Control-Allow-Origin", origin),
        ("Access-Control-Allow-Credentials", "true"),
        ("Access-Control-Expose-Headers", "Content-Type, Content-Length, ETag, Link, Location, Retry-After"),
        ("Vary", "Origin"),
    )
