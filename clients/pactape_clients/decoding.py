"""From an answer's bytes to typed values, or to an error that says where they don't fit."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import msgspec

from pactape_clients.errors import ClientError, DecodeError, Problem, error_for_status

if TYPE_CHECKING:
    import requests

    from pactape_clients.operations import Operation

__all__ = ["decoded", "decoder_for", "problem_in", "status_error"]

_FIRST_ERROR = 400


@lru_cache(maxsize=1024)
def decoder_for(model: Any) -> msgspec.json.Decoder[Any]:
    """The decoder for a model, made once; None stands for plain values.

    Raises:
        TypeError: msgspec can't decode into this type.
    """
    return msgspec.json.Decoder(Any if model is None else model)


def decoded(body: bytes, model: Any, operation: Operation, response: requests.Response | None = None) -> Any:
    """A JSON body as `model`.

    Raises:
        DecodeError: It doesn't fit; `path` is the JSON path of the first value that doesn't.
    """
    try:
        return decoder_for(model).decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        text, _, place = str(error).partition(" - at `")
        path = place.rstrip("`") or "$"
    raise DecodeError(
        f"{operation.name}: the answer doesn't fit at {path}: {text}",
        path=path,
        operation=operation,
        status=None if response is None else response.status_code,
        headers=None if response is None else response.headers,
    )


def problem_in(response: requests.Response) -> Problem | None:
    """An answer's problem body (RFC 9457); None if it has none that can be read."""
    kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind != "application/problem+json":
        return None
    try:
        members = msgspec.json.decode(response.content, type=dict[str, Any])
        known = {name: members.pop(name) for name in Problem.__struct_fields__ if name in members}
        return msgspec.convert({**known, "extensions": members}, Problem)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None


def status_error(response: requests.Response, operation: Operation) -> ClientError | None:
    """The error of an answer with a status of 400 or above; None for any other.

    Example:
        >>> import requests
        >>> from pactape_clients.operations import Operation
        >>> answer = requests.Response()
        >>> answer.status_code = 404
        >>> status_error(answer, Operation(name="GET /users/{id}", method="GET", path="/users/{id}"))
        NotFoundError('GET /users/{id}: 404')
    """
    if response.status_code < _FIRST_ERROR:
        return None
    problem = problem_in(response)
    words = "" if problem is None else problem.detail or problem.title or ""
    return error_for_status(response.status_code)(
        f"{operation.name}: {response.status_code}{' ' if words else ''}{words}",
        operation=operation,
        status=response.status_code,
        headers=response.headers,
        problem=problem,
    )
