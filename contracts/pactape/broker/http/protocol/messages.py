"""Requests, responses and problems that handlers take and return, independent of WSGI."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import msgspec
from sqlalchemy import Connection

from pactape.broker.config import BrokerConfig
from pactape.broker.webhooks.events import Event

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


__all__ = [
    "HAL",
    "PROBLEM",
    "Call",
    "Problem",
    "Request",
    "Response",
    "hal",
    "no_content",
    "not_found",
    "prefers",
    "text",
]

HAL = "application/hal+json;charset=utf-8"
PROBLEM = "application/problem+json;charset=utf-8"


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """A request.

    Args:
        segments: The path's parts, decoded one by one, so that a name may contain a slash.
        path: The path as sent.
        query: The decoded pairs in order.
        base_url: The prefix of links, without a slash at the end.
        wants_html: Whether the client is a browser.
        accept: The Accept header.
    """

    method: str
    segments: tuple[str, ...]
    path: str
    query: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    content_type: str = ""
    base_url: str = ""
    wants_html: bool = False
    accept: str = ""

    def parameter(self, name: str) -> str | None:
        """Return the first value of a query parameter; None if it is absent."""
        return next((value for key, value in self.query if key == name), None)


_ESCAPED_NUL = b"\\u0000"  # a lone surrogate has no other form in JSON


class Response(msgspec.Struct, frozen=True, kw_only=True):
    """A response."""

    status: int = 200
    body: bytes = b""
    content_type: str = HAL
    headers: tuple[tuple[str, str], ...] = ()


class Problem(Exception):  # noqa: N818 -- named after RFC 9457, whose document it becomes
    """A response that reports an error.

    Args:
        status: The HTTP status.
        detail: What is wrong, for human readers.
        errors: The messages by field.
        notices: Notices that the command line shows, each with its type and text.
        allowed: The methods that the URL supports, for 405.
    """

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        errors: Mapping[str, list[str]] | None = None,
        notices: list[dict[str, str]] | None = None,
        allowed: tuple[str, ...] = (),
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.errors = errors
        self.extra: dict[str, Any] = {} if notices is None else {"notices": notices}
        self.allowed = allowed


class Call(msgspec.Struct, kw_only=True):
    """A request and what its handler needs.

    Args:
        connection: The transaction; it is committed before the response is sent.
        path: The values of the route's placeholders.
        now: The time of the request, ISO 8601 in UTC.
        events: The webhook events of the request; filled by handlers.
    """

    request: Request
    connection: Connection
    path: dict[str, str]
    now: str
    config: BrokerConfig
    events: list[Event] = msgspec.field(default_factory=list)

    def url(self, *segments: str) -> str:
        """Return an absolute URL; each segment is encoded whole."""
        return "/".join([self.request.base_url, *(quote(segment, safe="") for segment in segments)])

    def json(self) -> dict[str, Any]:
        """Return the request's body as a JSON object; an empty body counts as an empty object.

        Raises:
            Problem: 400, it isn't a JSON object, or a text in it has the character NUL.
        """
        value = self.document()
        fields = set(_fields_with_nul(value)) if _ESCAPED_NUL in self.request.body else set()
        if fields:
            text = "can't contain the character NUL (U+0000)"
            detail = ", ".join(f"{field} {text}" for field in sorted(fields))
            raise Problem(400, detail, errors={field: [text] for field in sorted(fields)})
        return value

    def document(self) -> dict[str, Any]:
        """Return the body as a JSON object, allowing NUL characters, for contracts and details of results.

        Raises:
            Problem: 400, it isn't a JSON object.
        """
        if not self.request.body.strip():
            return {}
        try:
            value = msgspec.json.decode(self.request.body)
        except (msgspec.DecodeError, RecursionError) as error:
            raise Problem(400, f"The body is not valid JSON: {error}") from None
        if not isinstance(value, dict):
            raise Problem(400, "The body must be a JSON object")
        return value


def _fields_with_nul(value: Any, field: str = "body") -> Iterator[str]:
    """Yield the name of each field with a NUL character in its text, its list or its name."""
    if isinstance(value, dict):
        for key, child in value.items():
            yield from _fields_with_nul(key, field)
            yield from _fields_with_nul(child, key)
    elif isinstance(value, list):
        for item in value:
            yield from _fields_with_nul(item, field)
    elif isinstance(value, str) and "\0" in value:
        yield field


def hal(
    document: dict[str, Any], *, status: int = 200, headers: tuple[tuple[str, str], ...] = ()
) -> Response:
    """Return a response of application/hal+json."""
    return Response(status=status, body=msgspec.json.encode(document), headers=headers)


def text(body: str, *, content_type: str = "text/plain;charset=utf-8") -> Response:
    """Return a text response."""
    return Response(body=f"{body}\n".encode(), content_type=content_type)


def prefers(request: Request, media_type: str) -> bool:
    """Return whether the Accept header contains a media type, with no JSON type before it.

    Example:
        >>> prefers(Request(method="GET", segments=(), path="/", accept="text/plain, */*"), "text/plain")
        True
    """
    for part in request.accept.lower().split(","):
        accepted = part.partition(";")[0].strip()
        if accepted == media_type:
            return True
        if accepted.endswith("json"):
            return False
    return False


def no_content() -> Response:
    """Return an empty response."""
    return Response(status=204)


def not_found(what: str) -> Problem:
    """Return the problem that something was not found."""
    return Problem(404, f"{what} was not found")
