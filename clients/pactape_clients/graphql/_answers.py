"""GraphQL answers: their data, and their errors as one exception that keeps all there is to know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from pactape_clients.decoding import status_error
from pactape_clients.errors import DecodeError, GraphQLErrorDetail, GraphQLResponseError

if TYPE_CHECKING:
    import requests

    from pactape_clients.errors import ClientError, TransportError
    from pactape_clients.operations import Operation

__all__ = ["Answer", "ErrorHandler", "GraphQLResult", "Judge", "entities_in", "error_in"]

_FIRST_ERROR = 400


class ErrorHandler(Protocol):
    """Decides what a caller gets for an error; returning None leaves it to the client."""

    def handle_graphql_errors(self, error: GraphQLResponseError) -> Exception | None:
        """The exception for an answer with errors in it."""
        ...

    def handle_network_error(self, error: TransportError) -> Exception | None:
        """The exception for a call that got no answer."""
        ...


class Answer(msgspec.Struct, kw_only=True):
    """An answer as it is on the wire (GraphQL specification, section 7.1)."""

    data: msgspec.Raw = msgspec.Raw(b"")
    wire_errors: tuple[dict[str, Any], ...] | None = msgspec.field(default=None, name="errors")

    @property
    def errors(self) -> tuple[GraphQLErrorDetail, ...]:
        """Its errors; empty when there are none."""
        return tuple(detail_of(each) for each in self.wire_errors or ())

    @property
    def is_response(self) -> bool:
        """Whether it has data or errors, without which it is no GraphQL response."""
        return bool(self.data) or bool(self.wire_errors)

    @property
    def has_data(self) -> bool:
        """Whether its data is anything but null."""
        return bytes(self.data) not in {b"", b"null"}


class GraphQLResult(msgspec.Struct, frozen=True, kw_only=True):
    """All of an answer.

    Args:
        data: As the caller's type; None when there is none.
        errors: Empty when there are none.
        status: The HTTP status.
        headers: The HTTP headers, case-insensitive.
    """

    data: Any
    errors: tuple[GraphQLErrorDetail, ...]
    status: int
    headers: Mapping[str, str]


class Judge:
    """Judges the answers of one call, and keeps the last one.

    Args:
        keep_errors: Whether an answer with data is good although it has errors.
    """

    __slots__ = ("_keep_errors", "answer")

    def __init__(self, *, keep_errors: bool) -> None:
        self._keep_errors = keep_errors
        self.answer = Answer()

    def __call__(self, response: requests.Response, operation: Operation) -> ClientError | None:
        """The answer's error, if it is one; an error status may come with GraphQL errors in the body."""
        answer = _read(response)
        if answer is None or (response.status_code >= _FIRST_ERROR and not answer.wire_errors):
            return status_error(response, operation) or _unreadable(response, operation)
        self.answer = answer
        if not answer.wire_errors or (self._keep_errors and answer.has_data):
            return None
        return error_in(answer, response, operation)


def _read(response: requests.Response) -> Answer | None:
    try:
        answer = msgspec.json.decode(response.content, type=Answer)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return answer if answer.is_response else None


def _unreadable(response: requests.Response, operation: Operation) -> DecodeError:
    return DecodeError(
        f"{operation.name}: the answer is no GraphQL response",
        operation=operation,
        status=response.status_code,
        headers=response.headers,
    )


def detail_of(error: dict[str, Any]) -> GraphQLErrorDetail:
    """One error; servers write null for what they leave out, and a member of another shape hides no message.

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


def error_in(answer: Answer, response: requests.Response, operation: Operation) -> GraphQLResponseError:
    """An answer's errors as one exception."""
    errors = answer.errors
    return GraphQLResponseError(
        f"{operation.name}: " + "; ".join(each.message for each in errors),
        errors=errors,
        data=msgspec.json.decode(answer.data) if answer.has_data else None,
        operation=operation,
        status=response.status_code,
        headers=response.headers,
    )


def entities_in(data: Any) -> frozenset[str]:
    """The things that plain data holds, as "Type:id", wherever both `__typename` and `id` were asked for.

    Example:
        >>> sorted(entities_in({"user": {"__typename": "User", "id": "1", "posts": [{"id": "2"}]}}))
        ['User:1']
    """
    found: set[str] = set()
    waiting = [data]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting += value
        elif isinstance(value, dict):
            waiting += value.values()
            if "__typename" in value and "id" in value:
                found.add(f"{value['__typename']}:{value['id']}")
    return frozenset(found)
