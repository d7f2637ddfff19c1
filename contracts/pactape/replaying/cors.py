"""Cross-origin requests: allows pages of other origins to use a server (Fetch standard, CORS protocol)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from pactape.exchange import Response
from pactape.http_bodies import header

if TYPE_CHECKING:
    from pactape.exchange import Headers, Request

__all__ = ["allow_origin", "preflight_response"]

_METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
_DAY_SECONDS = "86400"


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
