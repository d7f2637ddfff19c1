"""Turns exceptions of requests, urllib3 and sockets into `ClientError`s with the reason."""

from __future__ import annotations

import http.client
import socket
import ssl
from typing import TYPE_CHECKING

import requests
import urllib3.exceptions as urllib3_errors

from pactape_clients.caller_code.callbacks import callback_error, is_own
from pactape_clients.errors import (
    CallbackError,
    ClientError,
    ConnectionFailedError,
    RequestTimeoutError,
    TransportError,
    UsageError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pactape_clients.error_parts.details import Reason

__all__ = ["SENDING_ERRORS", "failure_of", "without_traceback"]

#: Exceptions that sending a request may raise; others are defects, or exceptions of test libraries.
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
        "the server closed the connection without a response",
    ),
    (
        (
            http.client.BadStatusLine,
            http.client.LineTooLong,
            http.client.UnknownProtocol,
            urllib3_errors.InvalidHeader,
        ),
        "not-http",
        "the response is not HTTP",
    ),
    (
        (urllib3_errors.DecodeError, requests.exceptions.ContentDecodingError),
        "encoding",
        "the response can't be decompressed",
    ),
    (
        (
            urllib3_errors.IncompleteRead,
            urllib3_errors.ProtocolError,
            http.client.IncompleteRead,
            requests.exceptions.ChunkedEncodingError,
        ),
        "incomplete",
        "the response ended too early",
    ),
)


def failure_of(error: BaseException, name: str) -> ClientError:
    """Return the error for a request without a response.

    Args:
        error: The exception.
        name: The operation's name, for the message.
    """
    chain = list(_chain(error))
    if secure := next(
        (cause for cause in chain if isinstance(cause, ssl.SSLError | ssl.CertificateError)), None
    ):
        return _tls_failure(secure, name)
    if head := next((cause for cause in chain if type(cause) is http.client.HTTPException), None):
        words = f"the head of the response can't be read: {head}"  # "got more than 100 headers"
        return ConnectionFailedError(
            f"{name}: no response was received ({words})", reason="not-http", sent=True
        )
    for kinds, reason, words in _CAUSES:
        if any(isinstance(cause, kinds) for cause in chain):
            if reason == "timeout":
                return _timeout(chain, name)
            was_sent = (
                None if reason in {"reset", "proxy"} else reason not in {"dns", "refused", "unreachable"}
            )
            kind = TransportError if reason in {"incomplete", "encoding"} else ConnectionFailedError
            return kind(f"{name}: no response was received ({words})", reason=reason, sent=was_sent)
    if usage := next((cause for cause in chain if isinstance(cause, _USAGE)), None):
        return UsageError(f"{name}: the request can't be sent ({_usage_words(usage)})", sent=False)
    return _other_failure(error, name, innermost=chain[-1])


def _other_failure(error: BaseException, name: str, *, innermost: BaseException) -> ClientError:
    if isinstance(error, requests.ConnectionError | OSError) and not isinstance(error, ValueError):
        return ConnectionFailedError(
            f"{name}: no response was received ({type(error).__name__})", reason="reset"
        )
    if is_own(error):
        return callback_error(error, "the session or its adapter", name)
    return TransportError(f"{name}: no response was received ({type(innermost).__name__})")


def _tls_failure(error: BaseException, name: str) -> ClientError:
    if isinstance(error, ssl.SSLError) and error.reason in {"WRONG_VERSION_NUMBER", "HTTP_REQUEST"}:
        words = "TLS: the server doesn't speak TLS"
    else:
        reason = getattr(error, "verify_message", "") or getattr(error, "reason", "") or str(error)
        certificate = isinstance(error, ssl.SSLCertVerificationError | ssl.CertificateError)
        words = f"TLS: {'the certificate is not trusted: ' if certificate else ''}{reason}"
    return ConnectionFailedError(f"{name}: no response was received ({words})", reason="tls", sent=False)


def _timeout(chain: list[BaseException], name: str) -> ClientError:
    connecting = (requests.ConnectTimeout, urllib3_errors.ConnectTimeoutError)
    unsent = any(isinstance(cause, connecting) for cause in chain)
    words = "connecting took too long" if unsent else "the response took too long"
    return RequestTimeoutError(
        f"{name}: no response was received ({words})", reason="timeout", sent=not unsent
    )


def _usage_words(error: BaseException) -> str:
    """Return a reason without possible secrets: an exception's text may contain a header or the URL."""
    if isinstance(error, requests.exceptions.InvalidHeader | UnicodeError):
        return "a header or the URL contains characters that can't be sent"
    if isinstance(error, RecursionError | OverflowError):
        return type(error).__name__
    return "the URL is not valid"


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield an exception and all that it wraps: libraries pass the cause as argument, `reason` or context."""
    waiting: list[object] = [error]
    ids: set[int] = set()
    while waiting:
        linked = waiting.pop(0)
        if not isinstance(linked, BaseException) or id(linked) in ids:
            continue
        ids.add(id(linked))
        yield linked
        waiting += [*linked.args, getattr(linked, "reason", None), linked.__cause__, linked.__context__]


def without_traceback(error: ClientError) -> ClientError:
    """Return an error without frames, which contain the request's token; only a callback's exception is a cause."""
    if not isinstance(error, CallbackError):
        error.__cause__ = None
    error.__context__ = None
    return error.with_traceback(None)
