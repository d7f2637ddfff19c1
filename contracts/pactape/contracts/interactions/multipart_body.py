"""Makes multipart request bodies stable: their random boundary becomes a constant one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pactape.http_bodies import content_type, decoded_body, parse_content_type

if TYPE_CHECKING:
    from pactape.exchange import Request

__all__ = ["BOUNDARY", "multipart_boundary", "stable_multipart_body"]

#: Replaces a library's random boundary in a contract.
BOUNDARY = "pactape-boundary"


def multipart_boundary(request: Request) -> str | None:
    """Return the boundary of a multipart body (RFC 2046, section 5.1.1); None for any other body."""
    media = parse_content_type(content_type(request.headers))
    boundary = dict(media.parameters).get("boundary")
    return boundary if media.main == "multipart" and boundary and request.body else None


def stable_multipart_body(request: Request) -> bytes:
    """Return the body with a constant boundary instead of the random one.

    Raises:
        ValueError: The body can't be decoded.
    """
    body = decoded_body(request)
    boundary = multipart_boundary(request)
    return body.replace(f"--{boundary}".encode(), f"--{BOUNDARY}".encode()) if boundary else body
