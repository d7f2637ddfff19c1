"""Reading an answer's body without outlasting the call's deadline, however slowly the body comes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import requests
import urllib3

from pactape_clients.call_context import CURRENT, bounded
from pactape_clients.errors import DeadlineExceededError

if TYPE_CHECKING:
    from pactape_clients.call_context import CallInProgress, Timeouts

__all__ = ["read_in_time"]

_AT_ONCE = 65_536  # bytes


def read_in_time(response: requests.Response, **sending: Any) -> None:
    """Read the body by the deadline of the call on this thread; a response hook of requests.

    Without a deadline, or when the body comes from no socket, requests reads it as ever.

    Args:
        response: Its `content` is set.
        sending: What requests tells its hooks; `timeout` is the pair of time-outs, in seconds.

    Raises:
        RequestException: The body didn't come in time, or not all of it; the connection is closed.
    """
    call = CURRENT.get()
    answer: Any = response  # requests has no public way to set a body, or to know that it is unread
    if call is None or not call.has_deadline or answer._content is not False:  # noqa: SLF001 -- as above
        return
    if not isinstance(answer.raw, urllib3.HTTPResponse):
        return
    try:
        answer._content = _body(answer.raw, call, sending["timeout"])  # noqa: SLF001 -- as above
        answer._content_consumed = True  # noqa: SLF001 -- as above
    except (urllib3.exceptions.HTTPError, DeadlineExceededError) as error:
        raise _in_words_of_requests(error) from error
    finally:
        if answer._content is False:  # noqa: SLF001 -- as above
            response.close()


def _body(raw: urllib3.HTTPResponse, call: CallInProgress, timeouts: Timeouts) -> bytes:
    """What arrives, a piece at a time; the time-out of each wait shrinks with the time left."""
    pieces: list[bytes] = []
    while True:
        _, allowed = bounded(timeouts, call.remaining())
        socket = getattr(raw.connection, "sock", None)
        if socket is not None:  # it has none when the body ends with the connection
            socket.settimeout(allowed)
        piece = raw.read1(_AT_ONCE, decode_content=True)
        if not piece:
            return b"".join(pieces)
        pieces.append(piece)


def _in_words_of_requests(error: Exception) -> requests.RequestException:
    if isinstance(error, urllib3.exceptions.ReadTimeoutError | DeadlineExceededError):
        return requests.ReadTimeout(error)
    if isinstance(error, urllib3.exceptions.SSLError):
        return requests.exceptions.SSLError(error)
    if isinstance(error, urllib3.exceptions.DecodeError):
        return requests.exceptions.ContentDecodingError(error)
    return requests.exceptions.ChunkedEncodingError(error)
