"""Decodes a response into the requested type, or into an error with the reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from pactape_clients.encoding.json_codec import FormatError
from pactape_clients.error_parts.redaction import redact, secrets_of
from pactape_clients.error_parts.response_texts import charset_of, error_reason, is_json, media_type, text_of
from pactape_clients.errors import ClientError, DecodeError, Problem, error_for_status
from pactape_clients.wire import MOST_OF_BODY

if TYPE_CHECKING:
    from collections.abc import Mapping

    import requests

    from pactape_clients.encoding.json_codec import Codec
    from pactape_clients.operations import Operation

__all__ = [
    "MOST_OF_BODY",
    "decode_body",
    "decode_response",
    "json_in",
    "problem_in",
    "response_context",
    "server_reason",
    "status_error",
]

_FIRST_ERROR = 400
_NULL = b"null"  # decoded in place of an empty body, for types that may be None


def decode_response(
    response: requests.Response, model: Any, operation: Operation, codec: Codec, values: Mapping[str, Any]
) -> Any:
    """Decode a response's body into `model`.

    With None, plain JSON values are returned, or None for an empty body; with bytes, the unchanged body; with str,
    the text, unless the response is JSON.

    Raises:
        DecodeError: The body doesn't fit; `path` is the JSON path of the first value that doesn't fit.
    """
    body = response.content
    if model is bytes:
        return body
    if model is str and body and not is_json(response):
        return text_of(response, body)
    if not body and model is None:
        return None
    try:
        return codec.decode(json_in(response) or _NULL, model)
    except FormatError as error:
        words, path, cause = str(error), error.path, error.cause
    if not body:
        words = f"the body is empty, and {_name_of(model)} doesn't allow None"
    kind = response.headers.get("Content-Type", "")
    content_type = f", Content-Type {kind}" if kind and not is_json(response) else ""
    raise DecodeError(
        f"{operation.name}: the response doesn't fit the model at {path}: {words} "
        f"(status {response.status_code}{content_type})",
        path=path,
        **response_context(response, operation, values),
    ) from cause


def decode_body(body: bytes, model: Any, operation: Operation, codec: Codec, **context: Any) -> Any:
    """Decode a part of a response into `model`.

    Args:
        body: JSON.
        model: The type; None for plain values.
        operation: The call.
        codec: The decoder.
        context: For the error; see `ErrorContext`.

    Raises:
        DecodeError: The body doesn't fit.
    """
    try:
        return codec.decode(body, model)
    except FormatError as error:
        words, path, cause = str(error), error.path, error.cause
    raise DecodeError(
        f"{operation.name}: the response doesn't fit the model at {path}: {words}",
        path=path,
        operation=operation,
        **context,
    ) from cause


def response_context(response: requests.Response, operation: Operation, values: Mapping[str, Any]) -> Any:
    """Return the part of a response that errors keep; see `ErrorContext`."""
    return {
        "operation": operation,
        "values": values,
        "status": response.status_code,
        "headers": response.headers,
        "body": response.content[:MOST_OF_BODY],
        "sent": True,
    }


def _name_of(model: Any) -> str:
    return getattr(model, "__name__", None) or str(model)


def json_in(response: requests.Response) -> bytes:
    """Return a response's JSON as UTF-8, as RFC 8259 section 8.1 requires, even if it declares another charset."""
    body = response.content
    charset = charset_of(response)
    if charset is None or charset in {"utf-8", "utf8", "us-ascii"}:
        return body
    try:
        return body.decode(charset).lstrip("\ufeff").encode()
    except (LookupError, UnicodeError):
        return body


def problem_in(response: requests.Response) -> Problem | None:
    """Return a response's problem document (RFC 9457); None without a readable one."""
    if media_type(response) != "application/problem+json":
        return None
    try:
        members = msgspec.json.decode(response.content, type=dict[str, Any])
        standard_members = {name: members.pop(name) for name in Problem.__struct_fields__ if name in members}
        return msgspec.convert({**standard_members, "extensions": members}, Problem)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return None


def status_error(
    response: requests.Response, operation: Operation, values: Mapping[str, Any] | None = None
) -> ClientError | None:
    """Return the error of a response with a status of 400 or above; None for other statuses.

    Its message contains the server's error text, in any of the known forms, without the secrets of the request.

    Example:
        >>> import requests
        >>> from pactape_clients.operations import Operation
        >>> response = requests.Response()
        >>> response.status_code = 404
        >>> response._content = b'{"message": "no such user"}'
        >>> status_error(response, Operation(name="GET /users/{id}", method="GET", path="/users/{id}"))
        NotFoundError('GET /users/{id}: 404 no such user')
    """
    if response.status_code < _FIRST_ERROR:
        return None
    words = server_reason(response)
    return error_for_status(response.status_code)(
        f"{operation.name}: {response.status_code}{' ' if words else ''}{words}",
        problem=problem_in(response),
        **response_context(response, operation, {} if values is None else values),
    )


def server_reason(response: requests.Response) -> str:
    """Return the reason in a response, without the secrets of the request."""
    return redact(error_reason(response), secrets_of(response.request))
