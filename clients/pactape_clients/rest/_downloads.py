"""Saves a body to a file, piece by piece."""

from __future__ import annotations

import os
import uuid
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from pactape_clients.caller_code.callbacks import callback_error, passes_through, without_frames
from pactape_clients.encoding.urls import without_user
from pactape_clients.errors import ClientError, UsageError
from pactape_clients.rest._calls import RestCall, RestCalls, judge
from pactape_clients.rest._replies import Reply
from pactape_clients.wire import SENDING_ERRORS, failure_of, read_pieces

if TYPE_CHECKING:
    from collections.abc import Iterator

    import requests

__all__ = ["download"]


def download(calls: RestCalls, call: RestCall, target: str | os.PathLike[str] | BinaryIO) -> Reply[int]:
    """Save the body of a response.

    Args:
        calls: Makes the calls.
        call: The call.
        target: A path, which gets the complete body or isn't changed; or a file opened for writing bytes.

    Returns:
        The number of bytes, with status and headers.

    Raises:
        UsageError: The file can't be written.
        ClientError: See `pactape_clients.errors`.
    """
    transport = calls.transport
    with transport.call(call.operation, values=call.values, deadline=call.options.deadline) as context:
        response = transport.send(context, calls.request(call), judge=judge, streaming=True)
        try:
            with _open(target) as file:
                size = _save(response, file, call, transport.settings.connect_and_read)
        finally:
            response.close()
    return Reply(
        value=size, status=response.status_code, headers=response.headers, url=without_user(response.url)
    )


def _save(response: requests.Response, file: BinaryIO, call: RestCall, timeouts: Any) -> int:
    size = 0
    pieces = read_pieces(response, timeouts)
    while piece := _next_of(pieces, call):
        try:
            file.write(piece)
        except (OSError, ValueError, TypeError) as error:
            raise UsageError(f"{call.operation.name}: the file can't be written ({error})") from error
        except Exception as error:
            if passes_through(error):
                raise
            raise callback_error(error, "writing to the target", call.operation.name) from without_frames(
                error
            )
        size += len(piece)
    return size


def _next_of(pieces: Iterator[bytes], call: RestCall) -> bytes:
    try:
        return next(pieces, b"")
    except ClientError:
        raise
    except SENDING_ERRORS as error:
        failure = failure_of(error, call.operation.name)
        failure.operation = call.operation
    raise failure


@contextmanager
def _open(target: str | os.PathLike[str] | BinaryIO) -> Iterator[BinaryIO]:
    """Open the target; a path is replaced only after everything is written."""
    if not isinstance(target, str | os.PathLike):
        if not hasattr(target, "write"):
            raise UsageError("the target must be a path or a file opened for writing bytes")
        yield target
        return
    path = Path(target)
    try:
        if path.is_dir():
            raise IsADirectoryError(f"{path} is a folder")
        part = path.with_name(f".{uuid.uuid4().hex}.part")
        file = part.open("xb")
    except (OSError, ValueError) as error:
        raise UsageError(f"{str(path)!r} can't be written ({error})") from error
    try:
        with file:
            yield file
        _replace(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _replace(part: Path, path: Path) -> None:
    try:
        part.replace(path)
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} can't be written ({error})") from error
