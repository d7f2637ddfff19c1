"""Why no answer came: from the exceptions of requests, urllib3 and the socket to one of ours."""

from __future__ import annotations

import http.client
import socket
import ssl
from typing import TYPE_CHECKING

import requests
import urllib3.exceptions as urllib3_errors

from pactape_clients.errors import (
    ClientError,
    ConnectionFailedError,
    RequestTimeoutError,
    TransportError,
    UsageError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pactape_clients.error_details import Reason

__all__ = ["SENDING_ERRORS", "failure_of", "without_traceback"]

#: What sending a request may raise; anything else is a defect, or another library's word to its own tests.
SENDING_ERRORS = (
    requests.RequestException,
    urllib3_errors.HTTPError,
    http.client.HTTPException,
    OSError,
    ValueError,
    OverflowError,
    RecursionError,
)

_USAGE = (
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidSchema,
    requests.exceptions.MissingSchema,
    requests.exceptions.InvalidHeader,
    urllib3_errors.LocationValueError,
    UnicodeError,
    OverflowError,
    RecursionError,
)
_CAUSES: tuple[tuple[tuple[type[BaseException], ...], Reason, str], ...] = (
    ((urllib3_errors.ProxyError, requests.exceptions.ProxyError), "proxy", "the proxy failed"),
    ((urllib3_errors.NameResolutionError, socket.gaierror), "dns", "the host's name was not found"),
    ((ConnectionRefusedError,), "refused", "connection refused"),
    ((TimeoutError, urllib3_errors.ReadTimeoutError, requests.Timeout), "timeout", ""),
    ((urllib3_errors.NewConnectionError,), "unreachable", "the host can't be reached"),
    (
        (http.client.RemoteDisconnected, ConnectionResetError, ConnectionAbortedError, BrokenPipeError),
        "reset",
        "the server closed the connection without an answer",
    ),
    (
        (http.client.BadStatusLine, http.client.LineTooLong, http.client.UnknownProtocol),
        "not-http",
        "the answer is not HTTP",
    ),
    (
        (urllib3_errors.DecodeError, requests.exceptions.ContentDecodingError),
        "encoding",
        "the answer can't be decompressed",
    ),
    (
        (
            urllib3_errors.IncompleteRead,
            urllib3_errors.ProtocolError,
            http.client.IncompleteRead,
            requests.exceptions.ChunkedEncodingError,
        ),
        "incomplete",
        "the answer broke off",
    ),
)


def failure_of(error: BaseException, name: str) -> ClientError:
    """Return the error for a request that brought no answer.

    Args:
        error: What was raised.
        name: What was called, for the message.
    """
    chain = list(_chain(error))
    if secure := next(
        (each for each in chain if isinstance(each, ssl.SSLError | ssl.CertificateError)), None
    ):
        return _tls_failure(secure, name)
    for kinds, reason, words in _CAUSES:
        if any(isinstance(each, kinds) for each in chain):
            if reason == "timeout":
                return _timeout(chain, name)
            sent = None if reason in {"reset", "proxy"} else reason not in {"dns", "refused", "unreachable"}
            kind = TransportError if reason in {"incomplete", "encoding"} else ConnectionFailedError
            return kind(f"{name}: no answer came ({words})", reason=reason, sent=sent)
    if usage := next((each for each in chain if isinstance(each, _USAGE)), None):
        return UsageError(f"{name}: the request can't be sent ({_usage_words(usage)})", sent=False)
    if isinstance(error, requests.ConnectionError | OSError) and not isinstance(error, ValueError):
        return ConnectionFailedError(f"{name}: no answer came ({type(error).__name__})", reason="reset")
    return TransportError(f"{name}: no answer came ({type(chain[-1]).__name__})")


def _tls_failure(error: BaseException, name: str) -> ClientError:
    if isinstance(error, ssl.SSLError) and error.reason in {"WRONG_VERSION_NUMBER", "HTTP_REQUEST"}:
        words = "TLS: the server doesn't speak TLS"
    else:
        verified = getattr(error, "verify_message", "") or getattr(error, "reason", "") or str(error)
        certificate = isinstance(error, ssl.SSLCertVerificationError | ssl.CertificateError)
        words = f"TLS: {'the certificate is not trusted: ' if certificate else ''}{verified}"
    return ConnectionFailedError(f"{name}: no answer came ({words})", reason="tls", sent=False)


def _timeout(chain: list[BaseException], name: str) -> ClientError:
    connecting = (requests.ConnectTimeout, urllib3_errors.ConnectTimeoutError)
    unsent = any(isinstance(each, connecting) for each in chain)
    words = "the connection wasn't made in time" if unsent else "the answer took too long"
    return RequestTimeoutError(f"{name}: no answer came ({words})", reason="timeout", sent=not unsent)


def _usage_words(error: BaseException) -> str:
    """Return a reason without the value that may be a secret: an exception's text may hold the header or URL."""
    if isinstance(error, requests.exceptions.InvalidHeader | UnicodeError):
        return "a header or the URL holds characters that can't be sent"
    if isinstance(error, RecursionError | OverflowError):
        return type(error).__name__
    return "the URL is not valid"


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield an exception and all that it wraps: libraries hand on the cause as argument, `reason` or context."""
    waiting: list[object] = [error]
    seen: set[int] = set()
    while waiting:
        each = waiting.pop(0)
        if not isinstance(each, BaseException) or id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        waiting += [*each.args, getattr(each, "reason", None), each.__cause__, each.__context__]


def without_traceback(error: ClientError) -> ClientError:
    """Return an error that holds no frame: those of the request hold its token."""
    error.__cause__ = error.__context__ = None
    return error.with_traceback(None)
