"""What a call can fail with, as one tree.

```
ClientError
├── TransportError               no answer came
│   └── RequestTimeoutError      not in time
├── TokenError                   no access token could be had
├── DecodeError                  the answer isn't what the model says
├── ResponseError                the answer is a refusal or a failure (status 400 and above)
│   ├── BadRequestError          400
│   ├── UnauthorizedError        401
│   ├── ForbiddenError           403
│   ├── NotFoundError            404
│   ├── ConflictError            409
│   ├── UnprocessableError       422
│   ├── RateLimitedError         429
│   └── ServerError              500 and above
└── GraphQLResponseError         a GraphQL answer with errors
```

Nothing in them holds a request's headers or body, so no credential reaches a log by way of an error.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "BadRequestError",
    "ClientError",
    "ConflictError",
    "DecodeError",
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
    "TransportError",
    "UnauthorizedError",
    "UnprocessableError",
    "response_error",
]


class ClientError(Exception):
    """The root of everything a call raises.

    Attributes:
        operation: The operation's name, "GET /users/{id}".
    """

    def __init__(self, message: str, *, operation: str) -> None:
        super().__init__(f"{operation}: {message}")
        self.operation = operation


class TransportError(ClientError):
    """No answer came: the connection could not be made or broke."""


class RequestTimeoutError(TransportError):
    """No answer came in time."""


class TokenError(ClientError):
    """No access token could be had; the authorization server's error code is in the message (RFC 6749, 5.2)."""


class DecodeError(ClientError):
    """The answer's body isn't what the model says; the message names the JSON path."""


class Problem(msgspec.Struct, frozen=True):
    """A problem body (RFC 9457).

    Args:
        type: A URI that identifies the kind of problem.
        title: A short phrase for the kind of problem.
        status: The status code.
        detail: What went wrong this time.
        instance: A URI for this occurrence.
    """

    type: str = "about:blank"
    title: str | None = None
    status: int | None = None
    detail: str | None = None
    instance: str | None = None


class ResponseError(ClientError):
    """The answer is a refusal or a failure.

    Attributes:
        status: The status code.
        headers: The answer's headers.
        problem: Its problem body; None when it has none.
        request_id: The value of its X-Request-Id header; None when it has none.
    """

    def __init__(
        self, *, operation: str, status: int, headers: Mapping[str, str], problem: Problem | None
    ) -> None:
        said = f" {problem.detail or problem.title or ''}".rstrip() if problem else ""
        super().__init__(f"{status}{said}", operation=operation)
        self.status = status
        self.headers = headers
        self.problem = problem
        self.request_id = headers.get("X-Request-Id")


class BadRequestError(ResponseError):
    """400: the server can't make sense of the request."""


class UnauthorizedError(ResponseError):
    """401: the credentials are missing, wrong or expired, also after a refresh."""


class ForbiddenError(ResponseError):
    """403: the credentials don't allow it."""


class NotFoundError(ResponseError):
    """404: there is no such resource."""


class ConflictError(ResponseError):
    """409: the request contradicts the resource's state."""


class UnprocessableError(ResponseError):
    """422: the content is well-formed, but not valid."""


class RateLimitedError(ResponseError):
    """429: too many requests."""


class ServerError(ResponseError):
    """500 and above: the server failed."""


class GraphQLErrorDetail(msgspec.Struct, frozen=True):
    """One error of a GraphQL answer (GraphQL specification, section 7.1.2).

    Args:
        message: For people.
        path: The response field it concerns.
        extensions: What the server adds; `code` by convention.
    """

    message: str
    path: tuple[str | int, ...] = ()
    extensions: dict[str, Any] = {}

    @property
    def code(self) -> str | None:
        """The error's code, from its extensions."""
        code = self.extensions.get("code")
        return code if isinstance(code, str) else None


class GraphQLResponseError(ClientError):
    """A GraphQL answer with errors.

    Attributes:
        errors: All of them, in the server's order; at least one.
        data: What the answer held beside them; None when nothing.
        status: The HTTP status code.
        headers: The answer's headers.
    """

    def __init__(
        self,
        *,
        operation: str,
        errors: tuple[GraphQLErrorDetail, ...],
        data: Any,
        status: int,
        headers: Mapping[str, str],
    ) -> None:
        super().__init__("; ".join(error.message for error in errors), operation=operation)
        self.errors = errors
        self.data = data
        self.status = status
        self.headers = headers


_BY_STATUS: dict[int, type[ResponseError]] = {
    400: BadRequestError,
    401: UnauthorizedError,
    403: ForbiddenError,
    404: NotFoundError,
    409: ConflictError,
    422: UnprocessableError,
    429: RateLimitedError,
}
_SERVER_ERRORS = 500


def response_error(
    *, operation: str, status: int, headers: Mapping[str, str], problem: Problem | None
) -> ResponseError:
    """The error for a status code of 400 and above."""
    kind = ServerError if status >= _SERVER_ERRORS else _BY_STATUS.get(status, ResponseError)
    return kind(operation=operation, status=status, headers=headers, problem=problem)
