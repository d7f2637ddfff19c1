"""The errors of the clients, as one tree; calls raise only these errors.

```
ClientError
├── UsageError                     the calling code is wrong; nothing was sent (also a ValueError)
│   └── DocumentError              a GraphQL document that doesn't parse, validate or fit its variables
├── CallbackError                  your own code raised: a response hook, an adapter, a body's iterable
├── TransportError                 no complete response was received; `reason` says why
│   ├── ConnectionFailedError      refused, not resolved, reset, TLS, not HTTP
│   ├── RequestTimeoutError        the connect or read time-out passed
│   └── DeadlineExceededError      the call's deadline passed
├── TokenError                     no access token is available
│   ├── TokenRefusedError          the token endpoint rejected the request (RFC 6749 section 5.2)
│   └── TokenUnavailableError      the token endpoint returned no usable response
├── ResponseError                  the response reports a failure
│   ├── RedirectError              a redirect that isn't followed
│   ├── BadRequestError            400
│   ├── UnauthorizedError          401
│   ├── ForbiddenError             403
│   ├── NotFoundError              404
│   ├── ConflictError              409
│   ├── UnprocessableError         422
│   ├── RateLimitedError           429
│   └── ServerError                500 to 599
├── DecodeError                    a response whose body doesn't fit the model
│   └── ResponseTooLargeError      a response whose body is larger than allowed
├── GraphQLResponseError           a response with GraphQL errors
└── CacheUnavailableError          the cache server can't be reached, so an entry can't be invalidated
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from pactape_clients.error_parts.details import ErrorContext, GraphQLErrorDetail, Problem, Reason
from pactape_clients.error_parts.pickling import copied, picklable_parts, restore

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Unpack

    from pactape_clients.operations import Operation

__all__ = [
    "BadRequestError",
    "CacheUnavailableError",
    "CallbackError",
    "ClientError",
    "ConflictError",
    "ConnectionFailedError",
    "DeadlineExceededError",
    "DecodeError",
    "DocumentError",
    "ErrorContext",
    "ForbiddenError",
    "GraphQLErrorDetail",
    "GraphQLResponseError",
    "NotFoundError",
    "Problem",
    "RateLimitedError",
    "Reason",
    "RedirectError",
    "RequestTimeoutError",
    "ResponseError",
    "ResponseTooLargeError",
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

_SERVER_ERROR = 500


class ClientError(Exception):
    """The root of every error that a client raises.

    Args:
        message: What is wrong, where, and how to fix it if known.
        context: See `ErrorContext`; each part becomes an attribute.

    Example:
        >>> error = ClientError("no response", status=503, headers={"X-Request-Id": "r-1"})
        >>> error.status, error.request_id
        (503, 'r-1')
    """

    def __init__(self, message: str = "", **context: Unpack[ErrorContext]) -> None:
        super().__init__(message)
        if unknown_parts := context.keys() - ErrorContext.__annotations__.keys():
            raise TypeError(f"unexpected keyword argument {min(unknown_parts)!r}")
        self.operation: Operation | None = context.get("operation")
        self.values: Mapping[str, Any] = context.get("values", {})
        self.status: int | None = context.get("status")
        self.headers: Mapping[str, str] = context.get("headers", {})
        self.body: bytes = context.get("body", b"")
        self.problem: Problem | None = context.get("problem")
        self.reason: Reason | None = context.get("reason")
        self.sent: bool | None = context.get("sent")

    def __copy__(self) -> Self:
        return copied(self)

    def __deepcopy__(self, memo: object) -> Self:
        return copied(self)

    def __reduce__(self) -> Any:
        return restore, (type(self), self.args, picklable_parts(self))

    @property
    def request_id(self) -> str | None:
        """The response's X-Request-Id or X-Correlation-Id, for reports to the provider's team."""
        by_name = {name.lower(): value for name, value in self.headers.items()}
        return by_name.get("x-request-id") or by_name.get("x-correlation-id")


class UsageError(ClientError, ValueError):
    """The calling code is wrong; nothing was sent."""


class DocumentError(UsageError):
    """A GraphQL document that doesn't parse, doesn't validate, or doesn't fit its variables."""


class CallbackError(ClientError):
    """The caller's own code raised: a response hook, an adapter or session, a body's iterable.

    Its exception is the cause, without its frames, whose local variables may contain secrets. The message says
    where it was raised. `status`, `headers` and `body` are those of the response, if any.
    """


class TransportError(ClientError):
    """No complete response was received; `reason` says why, `sent` whether the request reached the server."""


class ConnectionFailedError(TransportError):
    """The connection was refused, the host wasn't found, TLS failed, or the server closed the connection."""


class RequestTimeoutError(TransportError):
    """The connect or read time-out passed."""


class DeadlineExceededError(TransportError):
    """The call's deadline passed before the response was complete."""


class TokenError(ClientError):
    """No access token is available.

    Args:
        message: As for every error.
        code: The token endpoint's `error` member: "invalid_client", "invalid_grant", …; "" without one.
        context: As for every error.
    """

    def __init__(self, message: str = "", *, code: str = "", **context: Unpack[ErrorContext]) -> None:
        super().__init__(message, **context)
        self.code = code


class TokenRefusedError(TokenError):
    """The token endpoint rejected the request (RFC 6749 section 5.2)."""


class TokenUnavailableError(TokenError):
    """The token endpoint sent no response, or one without a token."""


class ResponseError(ClientError):
    """The response reports a failure: a status of 400 or above, or a redirect that isn't followed."""


class RedirectError(ResponseError):
    """A redirect that isn't followed: of a write, endless, or not to an http or https URL.

    Args:
        message: As for every error.
        location: The target of the redirect, without its query; "" if missing.
        context: As for every error.
    """

    def __init__(self, message: str = "", *, location: str = "", **context: Unpack[ErrorContext]) -> None:
        super().__init__(message, **context)
        self.location = location


class BadRequestError(ResponseError):
    """Status 400: the provider can't read the request."""


class UnauthorizedError(ResponseError):
    """Status 401: the token is missing or was rejected, even after a renewal."""


class ForbiddenError(ResponseError):
    """Status 403: the principal may not do this."""


class NotFoundError(ResponseError):
    """Status 404: the resource doesn't exist."""


class ConflictError(ResponseError):
    """Status 409: the request conflicts with the current state."""


class UnprocessableError(ResponseError):
    """Status 422: well-formed, but its values aren't acceptable."""


class RateLimitedError(ResponseError):
    """Status 429: too many requests; `Retry-After` may say how long to wait."""


class ServerError(ResponseError):
    """Status 500 to 599: the provider failed."""


class DecodeError(ClientError):
    """The body of a successful response doesn't fit the model.

    Args:
        message: What doesn't fit.
        path: The JSON path of the value that doesn't fit, "$.items[0].email"; "$" is the whole body.
        context: As for every error.
    """

    def __init__(self, message: str = "", *, path: str = "$", **context: Unpack[ErrorContext]) -> None:
        super().__init__(message, **context)
        self.path = path


class ResponseTooLargeError(DecodeError):
    """The decompressed body of a response is larger than the settings allow."""


class GraphQLResponseError(ClientError):
    """A response with GraphQL errors; its partial data is kept.

    Args:
        message: The errors' messages.
        errors: All errors, in the response's order.
        data: The partial data as plain values; None without data.
        context: As for every error.
    """

    def __init__(
        self,
        message: str = "",
        *,
        errors: tuple[GraphQLErrorDetail, ...] = (),
        data: Any = None,
        **context: Unpack[ErrorContext],
    ) -> None:
        super().__init__(message, **context)
        self.errors = errors
        self.data = data

    @property
    def codes(self) -> tuple[str, ...]:
        """The `code` of each error that has one, in order."""
        return tuple(error.code for error in self.errors if error.code is not None)


class CacheUnavailableError(ClientError):
    """The cache server can't be reached, so other processes may serve a stale entry until it expires."""


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
    """Return the error class for a status.

    Example:
        >>> error_for_status(404).__name__, error_for_status(418).__name__, error_for_status(503).__name__
        ('NotFoundError', 'ResponseError', 'ServerError')
    """
    return _BY_STATUS.get(status) or (ServerError if status >= _SERVER_ERROR else ResponseError)
