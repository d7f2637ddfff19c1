"""A response that the code under test got: what it says of its request, and what was read of it."""

from __future__ import annotations

from typing import Any

import msgspec

from pactape.observing.usage import Usage

__all__ = ["ObservedResponse", "body_of", "observed_response"]

_ABOUT_BODIES = ("Content-Type", "Content-Encoding")


class ObservedResponse(msgspec.Struct, kw_only=True):
    """A response that was given to the code under test.

    Args:
        method: The request's method; empty when the request isn't known.
        url: The request's URL, as sent.
        headers: The request's headers that say what its body is.
        body: The request's body.
        position: Its position in the cassette, when it was found by its body.
        usage: What was read of its JSON value, so far.
        is_parsed: Whether its body was read as JSON.
        is_touched: Whether its body was given to the test as bytes or text.
        headers_read: The names of its headers that were read, in lower case.
        is_followed: Whether it is a redirect that the client followed, and the test looks at it.
    """

    method: str = ""
    url: str = ""
    headers: dict[str, str] = {}
    body: bytes = b""
    position: int | None = None
    usage: Any = None
    is_parsed: bool = False
    is_touched: bool = False
    headers_read: set[str] = set()
    is_followed: bool = False

    def paths(self) -> tuple[str, ...] | None:
        """Return the paths of the fields and headers that were read; None when every field was.

        A body that was given to the test and not read as JSON counts as read completely: its reader isn't known.
        """
        unparsed = None if self.is_touched else ()
        fields = self.usage.paths() if self.is_parsed else unparsed
        headers = tuple(f"header: {name}" for name in sorted(self.headers_read))
        return fields if not headers else (*(("",) if fields is None else fields), *headers)


def observed_response(response: Any) -> ObservedResponse:
    """What a response object says of its request; nothing when somebody made it by hand."""
    answer = ObservedResponse(usage=Usage(), headers={}, headers_read=set())
    try:
        request = getattr(response, "request", None) or getattr(response, "request_info", None)
    except RuntimeError:  # httpx refuses to say
        request = None
    if request is None:
        return answer
    body = getattr(request, "body", None) if hasattr(request, "body") else _content(request)
    answer.method, answer.url = str(request.method), str(request.url)
    answer.body = body.encode() if isinstance(body, str) else body if isinstance(body, bytes) else b""
    if answer.body:
        headers = ((name, request.headers.get(name)) for name in _ABOUT_BODIES)
        answer.headers = {name: value for name, value in headers if value is not None}
    return answer


def body_of(response: Any) -> bytes | None:
    """Return the body that a response of vcrpy or aiohttp holds, without reading it; None when it isn't known."""
    recorded = getattr(response, "recorded_response", None)
    body = recorded["body"]["string"] if isinstance(recorded, dict) else getattr(response, "_body", None)
    return body if isinstance(body, bytes) else None


def _content(request: Any) -> Any:
    """The body of an httpx request; none of one that streams it."""
    try:
        return getattr(request, "content", None)
    except RuntimeError:
        return None
