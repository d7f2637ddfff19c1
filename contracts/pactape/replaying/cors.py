"""Cross-origin requests: lets pages of other origins use a server (Fetch standard, CORS protocol)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["allow_origins"]

_METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
_DAY_SECONDS = "86400"


def allow_origins(application: Callable[..., Iterable[bytes]], origin: str) -> Callable[..., Iterable[bytes]]:
    """Return a WSGI application that answers preflight requests, and lets browsers read the responses.

    Recorded headers of CORS are replaced: they named the origin of the recording.

    Args:
        application: What answers all other requests.
        origin: The origin of the pages, "http://localhost:3000"; "*" for any, with which no cookies are sent.
    """

    def allowing(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        allowed = _headers(environ, origin)
        if environ["REQUEST_METHOD"] == "OPTIONS" and "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in environ:
            requested = environ.get("HTTP_ACCESS_CONTROL_REQUEST_HEADERS", "*")
            preflight = [
                ("Access-Control-Allow-Methods", _METHODS),
                ("Access-Control-Allow-Headers", requested),
                ("Access-Control-Max-Age", _DAY_SECONDS),
            ]
            start_response("204 No Content", [*allowed, *preflight])
            return []

        def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            kept = [each for each in headers if not each[0].lower().startswith("access-control-")]
            return start_response(status, [*kept, *allowed], *more)

        return application(environ, start)

    return allowing


def _headers(environ: dict[str, Any], origin: str) -> list[tuple[str, str]]:
    """The headers for a page's origin; to pages of another one nothing is allowed."""
    if origin == "*":
        return [("Access-Control-Allow-Origin", "*"), ("Access-Control-Expose-Headers", "*")]
    if environ.get("HTTP_ORIGIN") != origin:
        return [("Vary", "Origin")]
    return [
        ("Access-Control-Allow-Origin", origin),
        ("Access-Control-Allow-Credentials", "true"),
        ("Access-Control-Expose-Headers", "Content-Type, Content-Length, ETag, Link, Location, Retry-After"),
        ("Vary", "Origin"),
    ]
