"""Encodes a leader's failure for other processes, without its headers and body."""

from __future__ import annotations

import msgspec

from pactape_clients import errors

__all__ = ["decode_failure", "encode_failure"]


class _Failure(msgspec.Struct):
    kind: str
    message: str
    status: int | None = None
    reason: str | None = None


def encode_failure(error: Exception) -> bytes:
    """Return a failure as bytes; for an error that is not a `ClientError`, only its type."""
    if not isinstance(error, errors.ClientError):
        return msgspec.json.encode(_Failure("ClientError", f"loading raised {type(error).__name__}"))
    return msgspec.json.encode(_Failure(type(error).__name__, str(error), error.status, error.reason))


def decode_failure(body: bytes) -> errors.ClientError:
    """Decode the failure of another process."""
    try:
        failure = msgspec.json.decode(body, type=_Failure)
    except (msgspec.MsgspecError, UnicodeError):
        return errors.ClientError("another process failed to load the value")
    kind = getattr(errors, failure.kind, None)
    is_known = isinstance(kind, type) and issubclass(kind, errors.ClientError)
    error: errors.ClientError = (kind if is_known else errors.ClientError)(failure.message)  # type: ignore[misc]  # all take a message
    error.status = failure.status
    error.reason = failure.reason  # type: ignore[assignment]  # as encoded
    return error
