"""What can go wrong in a client's call, as one tree.

```
ClientError
├── UsageError                     the calling code is wrong: no request was sent (also a ValueError)
│   └── DocumentError              a GraphQL document that doesn't parse, validate or fit its variables
├── TransportError                 no answer came
│   ├── ConnectionFailedError      refused, unresolved, cut off
│   ├── RequestTimeoutError        the connect or read time-out passed
│   └── DeadlineExceededError      the call's total deadline passed
├── TokenError                     no access token could be had
│   ├── TokenRefusedError          the token endpoint said no (RFC 6749 section 5.2)
│   └── TokenUnavailableError      the token endpoint didn't answer, or not with a token
├── ResponseError                  an answer came, with a status of 400 or above
│   ├── BadRequestError            400
│   ├── UnauthorizedError          401
│   ├── ForbiddenError             403
│   ├── NotFoundError              404
│   ├── ConflictError              409
│   ├── UnprocessableError         422
│   ├── RateLimitedError           429
│   └── ServerError                500 to 599
├── DecodeError                    a successful answer whose body doesn't fit the model
├── GraphQLResponseError           an answer with GraphQL errors in it
└── CacheUnavailableError          a cache server can't be reached to invalidate an entry
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pactape_clients.operations import Operation

__all__ = [
    "BadRequestError",
    "CacheUnavailableError",
    "ClientError",
    "ConflictError",
    "ConnectionFailedError",
    "DeadlineExceededError",
    "DecodeError",
    "DocumentError",
    "ForbiddenError",
    "GraphQLErrorDetail",
    "GraphQLResponseError",
    "NotFoundError",
    "Problem",
    "RateLimitedError",
    "RequestTimeoutError",
    "ResponseError",
    "ServerError",
    "TokenError",
    "TokenRefusedError",
    "TokenUnavailableError",
    "TransportError",
    "UnauthorizedError",
    "UnprocessableError",
    "UsageError",
    "error_for_status",
]


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """A problem body (RFC 9457).

    Args:
        type: A URI that names the kind of problem.
        title: What kind of problem it is, in words; None when not given.
        status: The status as the body states it; None when not given.
        detail: What went wrong this time; None when not given.
        instance: A URI that names this occurrence; None when not given.
        extensions: All other members.
    """

    type: str = "about:blank"
    title: str | None = None
    status: int | None = None
    detail: str | None = None
    instance: str | None = None
    extensions: dict[str, Any] = {}


class GraphQLErrorDetail(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of a GraphQL answer's `errors` (GraphQL specification, section 7.1.2).

    Args:
        message: What went wrong, in words.
        path: The response field that failed; keys and indexes from the root.
        locations: Places in the document, as `{"line": 1, "column": 1}`.
        extensions: Whatever the server adds.
    """

    message: str = ""
    path: tuple[str | int, ...] = ()
    locations: tuple[dict[str, int], ...] = ()
    extensions: dict[str, Any] = {}

    @property
    def code(self) -> str | None:
        """`extensions["code"]` when it is text."""
        code = self.extensions.get("code")
        return code if isinstance(code, str) else None


class ClientError(Exception):
    """The root of every error that a client raises on purpose.

    Args:
        message: The fact, and what to do about it where that is known.
        operation: The call that failed; None when no call was being made.
        status: The answer's status; None when none came.
        headers: The answer's headers, case-insensitive; empty when none came.
        problem: The answer's problem body (RFC 9457); None when it has none.

    Example:
        >>> error = ClientError("no answer", status=503, headers={"X-Request-Id": "r-1"})
        >>> error.status, error.request_id
        (503, 'r-1')
    """

    def __init__(
        self,
        message: str = "",
        *,
        operation: Operation | None = None,
        status: int | None = None,
        headers: Mapping[str, str] | None = None,
        problem: Problem | None = None,
    ) -> None:
        super().__init__(message)
        self.operation = operation
        self.status = status
        self.headers: Mapping[str, str] = {} if headers is None else headers
        self.problem = problem

    @property
    def request_id(self) -> str | None:
        """The answer's X-Request-Id or X-Correlation-Id, to quote to the provider's team."""
        by_name = {name.lower(): value for name, value in self.headers.items()}
        return by_name.get("x-request-id") or by_name.get("x-correlation-id")


class UsageError(ClientError, ValueError):
    """The calling code is wrong; no request was sent."""


class DocumentError(UsageError):
    """A GraphQL document that doesn't parse, doesn't validate, or doesn't fit its variables."""


class TransportError(ClientError):
    """No answer came."""


class ConnectionFailedError(TransportError):
    """The connection was refused, couldn't be resolved, or was cut off."""


class RequestTimeoutError(TransportError):
    """The connect or read time-out passed."""


class DeadlineExceededError(TransportError):
    """The call's total deadline passed before an answer came."""


class TokenError(ClientError):
    """No access token could be had."""


class TokenRefusedError(TokenError):
    """The token endpoint said no (RFC 6749 section 5.2).

    Args:
        message: As for every error.
        code: The endpoint's `error` member: "invalid_client", "invalid_grant", ...
        status: The endpoint's status.
    """

    def __init__(self, message: str = "", *, code: str = "", status: int | None = None) -> None:
        super().__init__(message, status=status)
        self.code = code


class TokenUnavailableError(TokenError):
    """The token endpoint didn't answer, or answered with something that is not a token."""


class ResponseError(ClientError):
    """An answer came, with a status of 400 or above."""


class BadRequestError(ResponseError):
    """Status 400: the provider can't make sense of the request."""


class UnauthorizedError(ResponseError):
    """Status 401: the token is missing or was refused, also after one renewal."""


class ForbiddenError(ResponseError):
    """Status 403: the principal may not do this."""


class NotFoundError(ResponseError):
    """Status 404: nothing is there."""


class ConflictError(ResponseError):
    """Status 409: the request contradicts the present state."""


class UnprocessableError(ResponseError):
    """Status 422: well-formed, but its values aren't acceptable."""


class RateLimitedError(ResponseError):
    """Status 429: slow down; `Retry-After` may say for how long."""


class ServerError(ResponseError):
    """Status 500 to 599: the provider failed."""


class DecodeError(ClientError):
    """A successful answer whose body doesn't fit the model.

    Args:
        message: What didn't fit.
        path: The JSON path of the value that didn't fit, "$.items[0].email"; "$" is the whole body.
        operation: The call.
        status: The answer's status.
        headers: The answer's headers.
    """

    def __init__(
        self,
        message: str = "",
        *,
        path: str = "$",
        operation: Operation | None = None,
        status: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message, operation=operation, status=status, headers=headers)
        self.path = path


class GraphQLResponseError(ClientError):
    """An answer with GraphQL errors in it; what data came with them is kept.

    Args:
        message: The errors' messages.
        errors: All the errors, in the answer's order.
        data: The partial data, plain values; None when there is none.
        operation: The call.
        status: The answer's status.
        headers: The answer's headers.
    """

    def __init__(
        self,
        message: str = "",
        *,
        errors: tuple[GraphQLErrorDetail, ...] = (),
        data: Any = None,
        operation: Operation | None = None,
        status: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message, operation=operation, status=status, headers=headers)
        self.errors = errors
        self.data = data

    @property
    def codes(self) -> tuple[str, ...]:
        """The `code` of each error that has one, in order."""
        return tuple(error.code for error in self.errors if error.code is not None)


class CacheUnavailableError(ClientError):
    """A cache server can't be reached to invalidate an entry, so a stale one may be served until it expires."""


_BY_STATUS: dict[int, type[ResponseError]] = {
    400: BadRequestError,
    401: UnauthorizedError,
    403: ForbiddenError,
    404: NotFoundError,
    409: ConflictError,
    422: UnprocessableError,
    429: RateLimitedError,
}


def error_for_status(status: int) -> type[ResponseError]:
    """The class for an answer's status.

    Example:
        >>> error_for_status(404).__name__, error_for_status(418).__name__, error_for_status(503).__name__
        ('NotFoundError', 'ResponseError', 'ServerError')
    """
    return _BY_STATUS.get(status) or (ServerError if status >= 500 else ResponseError)  # noqa: PLR2004 -- 5xx
