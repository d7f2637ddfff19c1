"""Reads response bodies within the call's deadline and size limit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

import urllib3

from pactape_clients.concurrency.call_context import bounded, remaining_time
from pactape_clients.errors import RedirectError, ResponseTooLargeError
from pactape_clients.wire._pools import is_timed

if TYPE_CHECKING:
    from collections.abc import Iterator

    import requests

    from pactape_clients.settings import Timeouts

__all__ = ["FIRST_ERROR", "ResponseReader", "read_pieces", "redirect_target"]

FIRST_ERROR = 400
_PIECE = 65_536  # bytes
_ERROR_BODY = 2**20  # bytes; errors need no more


class ResponseReader:
    """A response hook of requests that reads the body, and checks the target of a redirect.

    Args:
        name: The operation's name, for messages.
        max_bytes: The largest decompressed body; None for no limit.
        streaming: Whether to leave the body of a successful response for the caller to read.
    """

    __slots__ = ("_max_bytes", "_name", "_streaming")

    def __init__(self, name: str, *, max_bytes: int | None, streaming: bool = False) -> None:
        self._name = name
        self._max_bytes = max_bytes
        self._streaming = streaming

    def __call__(self, response: requests.Response, **sending: Any) -> None:
        """Read the response's body.

        Raises:
            RedirectError: It redirects to something other than an http or https URL.
            ResponseTooLargeError: The body is larger than allowed; the connection is closed.
            DeadlineExceededError: The body wasn't complete in time; the connection is closed.
        """
        raw_response: Any = (
            response  # requests has no public way to set a body, or to check whether it is unread
        )
        if raw_response._content is not False or not isinstance(raw_response.raw, urllib3.HTTPResponse):  # noqa: SLF001 -- as above
            return
        if response.is_redirect:
            redirect_target(response, self._name)
        if self._streaming and response.status_code < FIRST_ERROR and not response.is_redirect:
            return
        try:
            raw_response._content = self._body(response, sending["timeout"])  # noqa: SLF001 -- as above
            raw_response._content_consumed = True  # noqa: SLF001 -- as above
        finally:
            if raw_response._content is False:  # noqa: SLF001 -- as above
                response.close()

    def _body(self, response: requests.Response, timeouts: Timeouts) -> bytes:
        is_error = response.status_code >= FIRST_ERROR
        most = _ERROR_BODY if is_error else self._max_bytes
        pieces: list[bytes] = []
        size = 0
        for piece in read_pieces(response, timeouts):
            pieces.append(piece)
            size += len(piece)
            if most is not None and size > most:
                response.close()
                if not is_error:
                    raise ResponseTooLargeError(
                        f"{self._name}: the response is larger than {most} bytes. Fix: raise max_body_bytes, "
                        "or save it with download(…)",
                        status=response.status_code,
                        headers=response.headers,
                    )
                break
        return b"".join(pieces)[:most]


def read_pieces(response: requests.Response, timeouts: Timeouts) -> Iterator[bytes]:
    """Yield the decompressed body as it arrives; the remaining time limits each wait.

    Raises:
        DeadlineExceededError: The call's deadline passed.
        urllib3.exceptions.HTTPError: The body ended early, was too slow, or can't be decompressed.
    """
    raw: Any = response.raw
    reads_in_time = is_timed(raw)
    while True:
        _, timeout = bounded(timeouts, remaining_time())
        connection = None if reads_in_time else getattr(raw.connection, "sock", None)
        if connection is not None:  # None if the body ends with the connection
            connection.settimeout(timeout)
        piece = raw.read1(_PIECE, decode_content=True)
        if not piece:
            return
        yield piece


def redirect_target(response: requests.Response, name: str) -> str:
    """Return the URL that a response redirects to.

    Raises:
        RedirectError: It is not an http or https URL.
    """
    location = response.headers.get("Location", "")
    try:
        target = urljoin(response.url, location.encode("latin-1").decode())
        parts = urlsplit(target)
        if parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0:
            return target
    except ValueError:
        pass
    raise RedirectError(
        f"{name}: {response.status_code}: the server redirects to something that is not an http or https URL",
        status=response.status_code,
        headers=response.headers,
    )
