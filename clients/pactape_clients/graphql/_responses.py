"""GraphQL responses: their data, and their errors as one exception with all details."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from pactape_clients.decoding import json_in, response_context, server_reason, status_error
from pactape_clients.encoding.json_codec import Codec, FormatError
from pactape_clients.error_parts.redaction import redact, secrets_of
from pactape_clients.errors import DecodeError, GraphQLErrorDetail, GraphQLResponseError

if TYPE_CHECKING:
    import requests

    from pactape_clients.concurrency.call_context import CallContext
    from pactape_clients.errors import ClientError, TransportError

__all__ = [
    "BatchJudge",
    "ErrorHandler",
    "GraphQLJudge",
    "GraphQLResponse",
    "GraphQLResult",
    "entities_in",
    "read_response",
    "read_responses",
]

_FIRST_ERROR = 400
_CODEC = Codec()


class ErrorHandler(Protocol):
    """Replaces the errors that callers get; if a method returns None, the client's own error is raised."""

    def handle_graphql_errors(self, error: GraphQLResponseError) -> Exception | None:
        """Return the exception for a response with errors."""
        ...

    def handle_network_error(self, error: TransportError) -> Exception | None:
        """Return the exception for a call without a response."""
        ...


class GraphQLResponse(msgspec.Struct, kw_only=True):
    """The content of a GraphQL response (GraphQL specification, section 7.1)."""

    data: msgspec.Raw = msgspec.Raw(b"")
    wire_errors: tuple[dict[str, Any], ...] | None = msgspec.field(default=None, name="errors")

    @property
    def errors(self) -> tuple[GraphQLErrorDetail, ...]:
        """Its errors; empty if it has none."""
        return tuple(detail_of(wire_error) for wire_error in self.wire_errors or ())

    @property
    def is_response(self) -> bool:
        """Whether it has data or errors; otherwise it is not a GraphQL response."""
        return self.was_executed or bool(self.wire_errors)

    @property
    def was_executed(self) -> bool:
        """Whether it has a member `data`, even if null; the response to a rejected request has none."""
        return bytes(self.data) != b""

    @property
    def has_data(self) -> bool:
        """Whether its data is not null."""
        return bytes(self.data) not in {b"", b"null"}

    @property
    def has_values(self) -> bool:
        """Whether a field may have been executed: it has a value, or is null without an error.

        If servers reject a request, they write null for each nullable field, and an error for each.
        """
        if not self.has_data:
            return False
        data = _CODEC.decode(bytes(self.data), None)
        is_null = isinstance(data, dict) and all(value is None for value in data.values())
        return not is_null or len(self.wire_errors or ()) < len(data)

    @property
    def codes(self) -> frozenset[str]:
        """The codes of its errors."""
        return frozenset(error.code for error in self.errors if error.code is not None)


class GraphQLResult(msgspec.Struct, frozen=True, kw_only=True):
    """The complete result of an operation.

    Args:
        data: The data as the caller's type; None without data.
        errors: The errors; may be empty.
        status: The HTTP status.
        headers: The HTTP headers, case-insensitive.
    """

    data: Any
    errors: tuple[GraphQLErrorDetail, ...]
    status: int
    headers: Mapping[str, str]

    def __repr__(self) -> str:
        return f"GraphQLResult(data={self.data!r}, errors={self.errors!r}, status={self.status})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("data", self.data), ("errors", self.errors), ("status", self.status)]


class GraphQLJudge:
    """Checks the responses of one call, and keeps the last one.

    Args:
        keep_errors: Whether a response with data is successful although it has errors.
    """

    __slots__ = ("_keep_errors", "content")

    def __init__(self, *, keep_errors: bool) -> None:
        self._keep_errors = keep_errors
        self.content = GraphQLResponse()

    def __call__(self, response: requests.Response, call: CallContext) -> ClientError | None:
        """Return the response's error, if it has one; an error status may have GraphQL errors in the body."""
        content = read_response(response)
        self.content = content or GraphQLResponse()
        if content is None or (response.status_code >= _FIRST_ERROR and not content.wire_errors):
            return status_error(response, call.operation, call.values) or _unreadable_error(response, call)
        if not content.wire_errors or (self._keep_errors and content.has_data):
            return None
        return _error_of(content.errors, content, response, call)


class BatchJudge:
    """Checks the response of a batch; that of a rejected batch is an object, or a list of another length.

    Args:
        count: The number of operations sent.
    """

    __slots__ = ("_count", "contents")

    def __init__(self, count: int) -> None:
        self._count = count
        self.contents: tuple[GraphQLResponse, ...] = ()

    def __call__(self, response: requests.Response, call: CallContext) -> ClientError | None:
        """Return the response's error, if it has one."""
        contents = self.contents = read_responses(response)
        is_list = _is_list(response)
        if response.status_code < _FIRST_ERROR and is_list and len(contents) == self._count:
            return None
        errors = tuple(error for content in contents for error in content.errors)
        if errors and not any(content.has_data for content in contents if is_list):
            return _error_of(errors, GraphQLResponse() if is_list else contents[0], response, call)
        failure = status_error(response, call.operation, call.values)
        if failure is not None:
            return failure
        return None if contents and is_list else _unreadable_error(response, call)


def _is_list(response: requests.Response) -> bool:
    return json_in(response).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"[")


def read_response(response: requests.Response) -> GraphQLResponse | None:
    """Read a GraphQL response; return None if it is not one."""
    try:
        content: GraphQLResponse = _CODEC.decode(json_in(response), GraphQLResponse)
    except FormatError:
        return None
    return content if content.is_response else None


def read_responses(response: requests.Response) -> tuple[GraphQLResponse, ...]:
    """Read a GraphQL response, or those of a batch; return an empty list if it is not one."""
    content = read_response(response)
    if content is not None:
        return (content,)
    try:
        batch: tuple[GraphQLResponse, ...] = _CODEC.decode(json_in(response), tuple[GraphQLResponse, ...])
    except FormatError:
        return ()
    return batch


def _unreadable_error(response: requests.Response, call: CallContext) -> DecodeError:
    kind = response.headers.get("Content-Type", "none")
    words = server_reason(response)
    return DecodeError(
        f"{call.operation.name}: the response is not a GraphQL response "
        f"(status {response.status_code}, Content-Type {kind}){': ' if words else ''}{words}",
        **response_context(response, call.operation, call.values),
    )


def detail_of(error: dict[str, Any]) -> GraphQLErrorDetail:
    """Read one error, leniently: members may be null or malformed, and the message is still kept.

    Example:
        >>> detail_of({"message": "no", "path": None}).message
        'no'
    """
    members = {name: value for name, value in error.items() if value is not None}
    try:
        return msgspec.convert(members, GraphQLErrorDetail)
    except msgspec.ValidationError:
        extensions = members.get("extensions")
        return GraphQLErrorDetail(
            message=str(members.get("message", "")),
            extensions=extensions if isinstance(extensions, dict) else {},
        )


def _error_of(
    errors: tuple[GraphQLErrorDetail, ...],
    content: GraphQLResponse,
    response: requests.Response,
    call: CallContext,
) -> GraphQLResponseError:
    words = redact("; ".join(error.message for error in errors), secrets_of(response.request))
    return GraphQLResponseError(
        f"{call.operation.name}: {words}",
        errors=errors,
        data=_CODEC.decode(bytes(content.data), None) if content.has_data else None,
        **response_context(response, call.operation, call.values),
    )


def entities_in(data: Any) -> frozenset[str]:
    """Return the objects in plain data as "Type:id", where both `__typename` and `id` were selected.

    Example:
        >>> sorted(entities_in({"user": {"__typename": "User", "id": "1", "posts": [{"id": "2"}]}}))
        ['User:1']
    """
    entities: set[str] = set()
    waiting = [data]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting += value
        elif isinstance(value, dict):
            waiting += value.values()
            if "__typename" in value and "id" in value:
                entities.add(f"{value['__typename']}:{value['id']}")
    return frozenset(entities)
