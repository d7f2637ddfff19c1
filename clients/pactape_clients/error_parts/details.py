"""Details of failures: their context, RFC 9457 problems and GraphQL errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypedDict

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pactape_clients.operations import Operation

__all__ = ["ErrorContext", "GraphQLErrorDetail", "Problem", "Reason"]

#: Why no response was received: the connection was refused, the host's name wasn't found or the host can't be
#: reached, the server closed the connection, a time-out passed, TLS failed, the server doesn't speak HTTP,
#: the proxy failed, the response ended too early, or the response can't be decompressed.
Reason = Literal[
    "refused", "dns", "unreachable", "reset", "timeout", "tls", "not-http", "proxy", "incomplete", "encoding"
]


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """A problem document (RFC 9457).

    Args:
        type: A URI that identifies the kind of problem.
        title: A summary of the kind of problem; None if missing.
        status: The status in the body; None if missing.
        detail: What went wrong this time; None if missing.
        instance: A URI that identifies this occurrence; None if missing.
        extensions: All other members.
    """

    type: str = "about:blank"
    title: str | None = None
    status: int | None = None
    detail: str | None = None
    instance: str | None = None
    extensions: dict[str, Any] = {}


class GraphQLErrorDetail(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of a GraphQL response's `errors` (GraphQL specification, section 7.1.2).

    Args:
        message: What went wrong.
        path: The response field that failed; keys and indexes from the root.
        locations: Positions in the document, as `{"line": 1, "column": 1}`.
        extensions: Further data from the server.
    """

    message: str = ""
    path: tuple[str | int, ...] = ()
    locations: tuple[dict[str, int], ...] = ()
    extensions: dict[str, Any] = {}

    @property
    def code(self) -> str | None:
        """`extensions["code"]` if it is a string, else None."""
        code = self.extensions.get("code")
        return code if isinstance(code, str) else None


class ErrorContext(TypedDict, total=False):
    """The context of a failed call; every part is optional.

    Args:
        operation: The failed call; None if no call was in progress.
        values: The path values or variables of the call. They may be confidential: no message or repr shows them.
        status: The response's status; None without a response.
        headers: The response's headers, case-insensitive; empty without a response.
        body: The beginning of the response's body, at most 64 KiB. No repr shows it.
        problem: The response's problem document (RFC 9457); None if it has none.
        reason: Why no response was received; None if one was.
        sent: Whether the request reached the server; None if unknown.
    """

    operation: Operation | None
    values: Mapping[str, Any]
    status: int | None
    headers: Mapping[str, str]
    body: bytes
    problem: Problem | None
    reason: Reason | None
    sent: bool | None
