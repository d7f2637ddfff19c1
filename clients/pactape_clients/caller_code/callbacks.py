"""Turns exceptions of the caller's own code (hooks, adapters, bodies, models, caches) into `ClientError`s."""

from __future__ import annotations

import sys
from pathlib import PurePath
from typing import TYPE_CHECKING, TypeVar

from pactape_clients.caller_code.checks import is_instance
from pactape_clients.errors import CallbackError, ClientError

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from typing import Unpack

    from pactape_clients.errors import ErrorContext

__all__ = [
    "call_for",
    "callback_error",
    "error_text",
    "is_own",
    "passes_through",
    "place_in",
    "place_of",
    "without_frames",
]

E = TypeVar("E", bound=BaseException)
T = TypeVar("T")

_LIBRARIES = sys.stdlib_module_names | {
    "msgspec",
    "pactape_clients",
    "pydantic",
    "redis",
    "requests",
    "urllib3",
}


def passes_through(error: BaseException) -> bool:
    """Return whether an exception belongs to a test tool and has `passes_through_clients = True`.

    Pactape's `ReplayError` has it: an unrecorded request fails the test, whatever the caller catches.
    """
    return getattr(error, "passes_through_clients", False) is True


def place_of(error: BaseException) -> str:
    """Return where the caller's own code raised an exception: "function (file.py:12)"; "" if it didn't."""
    return _place([frame for frame in _frames(error) if not _is_library(frame)])


def place_in(error: BaseException) -> str:
    """Return where an exception was raised, even in a library: "function (file.py:12)"."""
    return _place(_frames(error))


def _place(frames: list[TracebackType]) -> str:
    if not frames:
        return ""
    code = frames[-1].tb_frame.f_code
    return f"{code.co_name} ({PurePath(code.co_filename).name}:{frames[-1].tb_lineno})"


def is_own(error: BaseException) -> bool:
    """Return whether an exception was raised by the caller's own code, not by a library below it."""
    frames = _frames(error)
    return bool(frames) and not _is_library(frames[-1])


def _frames(error: BaseException) -> list[TracebackType]:
    frames, frame = [], error.__traceback__
    while frame is not None:
        frames.append(frame)
        frame = frame.tb_next
    return frames


def _is_library(frame: TracebackType) -> bool:
    return str(frame.tb_frame.f_globals.get("__name__")).partition(".")[0] in _LIBRARIES


def error_text(error: BaseException) -> str:
    """Return what was raised and where, without the exception's text, which may contain secrets.

    Example:
        >>> error_text(KeyError("t0ken"))
        'raised KeyError'
    """
    place = place_of(error)
    return f"raised {type(error).__name__}{f' in {place}' if place else ''}"


def without_frames(error: E) -> E:
    """Return an exception without its frames and causes, whose local variables may contain secrets."""
    error.__cause__ = error.__context__ = None
    return error.with_traceback(None)


def call_for(
    call: Callable[[], T],
    kind: type[T],
    *,
    what: str,
    expected: str,
    failure: type[ClientError],
    keeps_client_errors: bool = False,
) -> T:
    """Return what the caller's own function returns, checked for its type.

    Args:
        call: The function.
        kind: The type that it must return.
        what: The function's name in messages.
        expected: The type in messages: "a Token".
        failure: The class of the error if it raises an exception, or returns another type.
        keeps_client_errors: Whether a `ClientError` that it raises is raised unchanged.

    Example:
        >>> from pactape_clients.errors import UsageError
        >>> call_for(lambda: 1, str, what="the function", expected="a string", failure=UsageError)
        Traceback (most recent call last):
            ...
        pactape_clients.errors.UsageError: the function returned int, not a string
    """
    try:
        value = call()
    except Exception as error:
        if passes_through(error) or (keeps_client_errors and isinstance(error, ClientError)):
            raise
        reason = error_text(error)
    else:
        if is_instance(value, kind):
            return value
        reason = f"returned {type(value).__name__}, not {expected}"
    raise failure(f"{what} {reason}")  # outside the handler: the frames below may contain secrets


def callback_error(
    error: BaseException, what: str, name: str, **context: Unpack[ErrorContext]
) -> ClientError:
    """Return the error for an exception of the caller's own code, with it as cause unless a library raised it.

    Args:
        error: The exception.
        what: The code that raised it: "a response hook".
        name: The operation's name.
        context: See `ErrorContext`.
    """
    if isinstance(error, ClientError):
        return error
    failure = CallbackError(f"{name}: {what} {error_text(error)}", **context)
    if is_own(error):  # a library's text may contain a header
        failure.__cause__ = without_frames(error)
    return failure
