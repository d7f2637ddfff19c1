"""Responses that the code under test received: their request, and the parts that were read."""

from __future__ import annotations

import io
from typing import Any

import msgspec

__all__ = ["READ_BY_DATA", "ObservedResponse", "add_request", "body_of", "is_unread_file"]

#: The attribute of vcrpy's responses whose body was read as `data`.
READ_BY_DATA = "_pactape_is_read_by_data"
_ABOUT_BODIES = ("Content-Type", "Content-Encoding")


class ObservedResponse(msgspec.Struct, kw_only=True):
    """A response that the code under test received.

    Args:
        method: The request's method; empty if the request is unknown.
        url: The request's URL, as sent.
        headers: The request's headers about its body.
        body: The request's body; None for one that can't be read any more, or that the library doesn't keep.
        content: Its own body, as far as known: bytes, or the text in UTF-8.
        position: Its position in the cassette, if it was found by its body.
        usage: The reads of its JSON value so far.
        is_parsed: Whether its body was read as JSON.
        is_touched: Whether the test got its body as bytes or text.
        headers_read: The names of its headers that were read, in lower case.
        is_followed: Whether it is a redirect that the client followed and that the test looks at.
    """

    method: str = ""
    url: str = ""
    headers: dict[str, str] = {}
    body: bytes | None = b""
    content: bytes = b""
    position: int | None = None
    usage: Any = None
    is_parsed: bool = False
    is_touched: bool = False
    headers_read: set[str] = set()
    is_followed: bool = False

    def paths(self) -> tuple[str, ...] | None:
        """Return the paths of the fields and headers that were read; None if every field was.

        A body that the test got but didn't read as JSON counts as read completely, because its reader is unknown.
        """
        unparsed = None if self.is_touched else ()
        fields = self.usage.paths() if self.is_parsed else unparsed
        headers = tuple(f"header: {name}" for name in sorted(self.headers_read))
        return fields if not headers else (*(("",) if fields is None else fields), *headers)


def add_request(observed: ObservedResponse, response: Any) -> None:
    """Add the request of a response object; one that was made by hand, or that is new, has none."""
    try:
        request = getattr(response, "request", None) or getattr(response, "request_info", None)
    except RuntimeError:  # httpx raises if there is no request
        request = None
    if request is None:
        return
    observed.method, observed.url = str(request.method), str(request.url)
    observed.body = _sent(request)
    if observed.body:
        headers = ((name, request.headers.get(name)) for name in _ABOUT_BODIES)
        observed.headers = {name: value for name, value in headers if value is not None}


def body_of(response: Any) -> bytes | None:
    """Return the body that a response of vcrpy or aiohttp holds, without reading it; None when it isn't known."""
    recorded = getattr(response, "recorded_response", None)
    body = recorded["body"]["string"] if isinstance(recorded, dict) else getattr(response, "_body", None)
    return body if isinstance(body, bytes) else None


def is_unread_file(response: Any) -> bool:
    """Return whether nothing was read of the body of a response of http.client or urllib, as vcrpy makes it."""
    content = getattr(response, "_content", None)
    is_at_start = isinstance(content, io.BytesIO) and not content.closed and content.tell() == 0
    return is_at_start and READ_BY_DATA not in vars(response)


def _sent(request: Any) -> bytes | None:
    """Return the body of a request; None for a stream, and for any of aiohttp."""
    try:
        body = request.body if hasattr(request, "body") else request.content
    except (AttributeError, RuntimeError):  # httpx raises the latter for streams
        return None
    if body is None:
        return b""
    return body.encode() if isinstance(body, str) else body if isinstance(body, bytes) else None
