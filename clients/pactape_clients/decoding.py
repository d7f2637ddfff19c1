"""From an answer to a value of the type that the caller asked for, or to an error that says what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from pactape_clients.errors import ClientError, DecodeError, Problem, error_for_status
from pactape_clients.json_codec import FormatError
from pactape_clients.redaction import redact, secrets_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    import requests

    from pactape_clients.json_codec import Codec
    from pactape_clients.operations import Operation

__all__ = [
    "MOST_OF_BODY",
    "answer_context",
    "decode_answer",
    "decode_body",
    "json_in",
    "problem_in",
    "status_error",
]

_FIRST_ERROR = 400
MOST_OF_BODY = 65_536  # bytes of an answer that an error keeps
_LONGEST = 300  # characters of the server's words in a message
_NULL = b"null"  # what an empty body is to a type: enough for one that may be None
_WORDS = ("detail", "message", "error_description", "title", "error", "reason", "msg", "description")


def decode_answer(
    response: requests.Response, model: Any, operation: Operation, codec: Codec, values: Mapping[str, Any]
) -> Any:
    """Return an answer's body as `model`.

    None stands for plain JSON values, and for None when the body is empty; bytes for the body as it is; str for
    text, unless the answer is JSON.

    Raises:
        DecodeError: It doesn't fit; `path` is the JSON path of the first value that doesn't.
    """
    body = response.content
    if model is bytes:
        return body
    if model is str and body and not _is_json(response):
        return _text(response, body)
    if not body and model is None:
        return None
    try:
        return codec.decode(json_in(response) or _NULL, model)
    except FormatError as error:
        words, path = str(error), error.path
    if not body:
        words = f"the body is empty, and {_name_of(model)} doesn't allow None"
    kind = response.headers.get("Content-Type", "")
    stated = f", Content-Type {kind}" if kind and not _is_json(response) else ""
    raise DecodeError(
        f"{operation.name}: the answer doesn't fit at {path}: {words} (status {response.status_code}{stated})",
        path=path,
        **answer_context(response, operation, values),
    )


def decode_body(body: bytes, model: Any, operation: Operation, codec: Codec, **context: Any) -> Any:
    """Return a part of an answer as `model`.

    Args:
        body: JSON.
        model: The type; None stands for plain values.
        operation: The call.
        codec: Decodes.
        context: For the error; see `ErrorContext`.

    Raises:
        DecodeError: It doesn't fit.
    """
    try:
        return codec.decode(body, model)
    except FormatError as error:
        words, path = str(error), error.path
    raise DecodeError(
        f"{operation.name}: the answer doesn't fit at {path}: {words}",
        path=path,
        operation=operation,
        **context,
    )


def answer_context(response: requests.Response, operation: Operation, values: Mapping[str, Any]) -> Any:
    """Return what errors keep of an answer; see `ErrorContext`."""
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


def _media_type(response: requests.Response) -> str:
    return response.headers.get("Content-Type", "").partition(";")[0].strip().lower()


def _is_json(response: requests.Response) -> bool:
    kind = _media_type(response)
    return not kind or kind.endswith(("/json", "+json"))


def _charset(response: requests.Response) -> str | None:
    for parameter in response.headers.get("Content-Type", "").split(";")[1:]:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip("\"'").lower() or None
    return None


def _text(response: requests.Response, body: bytes) -> str:
    try:
        return body.decode(_charset(response) or "utf-8-sig", "replace")
    except LookupError:
        return body.decode("utf-8", "replace")


def json_in(response: requests.Response) -> bytes:
    """Return an answer's JSON in UTF-8, as RFC 8259 section 8.1 demands, also if it states another charset."""
    body = response.content
    charset = _charset(response)
    if charset is None or charset in {"utf-8", "utf8", "us-ascii"}:
        return body
    try:
        return body.decode(charset).lstrip("\ufeff").encode()
    except (LookupError, UnicodeError):
        return body


def problem_in(response: requests.Response) -> Problem | None:
    """Return an answer's problem body (RFC 9457); None if it has none that can be read."""
    if _media_type(response) != "application/problem+json":
        return None
    try:
        members = msgspec.json.decode(response.content, type=dict[str, Any])
        known = {name: members.pop(name) for name in Problem.__struct_fields__ if name in members}
        return msgspec.convert({**known, "extensions": members}, Problem)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return None


def status_error(
    response: requests.Response, operation: Operation, values: Mapping[str, Any] | None = None
) -> ClientError | None:
    """Return the error of an answer with a status of 400 or above; None for any other.

    Its message holds the server's own words, however it gives them, without the secrets of the request.

    Example:
        >>> import requests
        >>> from pactape_clients.operations import Operation
        >>> answer = requests.Response()
        >>> answer.status_code = 404
        >>> answer._content = b'{"message": "no such user"}'
        >>> status_error(answer, Operation(name="GET /users/{id}", method="GET", path="/users/{id}"))
        NotFoundError('GET /users/{id}: 404 no such user')
    """
    if response.status_code < _FIRST_ERROR:
        return None
    words = redact(_words_in(response), secrets_of(response.request))
    return error_for_status(response.status_code)(
        f"{operation.name}: {response.status_code}{' ' if words else ''}{words}",
        problem=problem_in(response),
        **answer_context(response, operation, {} if values is None else values),
    )


def _words_in(response: requests.Response) -> str:
    """Return the reason that a server gives in a JSON body: its message, and the fields that are wrong."""
    body = response.content
    if not body or not _is_json(response):
        return ""
    try:
        found = msgspec.json.decode(body.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return ""
    words = "; ".join(dict.fromkeys(_texts_in(found, depth=0)))
    return "".join(each if each.isprintable() else " " for each in words)[:_LONGEST]


def _texts_in(value: Any, *, depth: int) -> list[str]:
    if isinstance(value, str):
        return [value] if value else []
    if depth > 3:  # noqa: PLR2004 -- deeper than any API states a reason
        return []
    if isinstance(value, list):
        return [text for each in value[:5] for text in _texts_in(each, depth=depth + 1)]
    if not isinstance(value, dict):
        return []
    own = next((text for name in _WORDS if (text := _texts_in(value.get(name), depth=depth + 1))), [])
    return _with_field(value, own) + _field_errors(value, depth)


def _with_field(value: dict[str, Any], own: list[str]) -> list[str]:
    """Return what is wrong with a field, as GitHub and FastAPI state it, with the field's name."""
    field = value.get("field", value.get("loc", value.get("path")))
    name = ".".join(map(str, field)) if isinstance(field, list) else field
    if not isinstance(name, str) or not name:
        return own
    what = own or [str(value["code"])] if own or "code" in value else []
    return [f"{name}: {', '.join(what)}"] if what else [name]


def _field_errors(value: dict[str, Any], depth: int) -> list[str]:
    errors = value.get("errors")
    if isinstance(errors, dict):  # a field's name, and what is wrong with it
        return [
            f"{name}: {', '.join(_texts_in(each, depth=depth + 1))}"
            for name, each in list(errors.items())[:5]
        ]
    return _texts_in(errors, depth=depth + 1) if isinstance(errors, list) else []
