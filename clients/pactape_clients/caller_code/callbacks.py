"""Turns exceptions of the caller's own code (hooks, adapters, bodies, models, caches) into `ClientError`s."""

from __future__ import annotations

import sys
from pathlib import PurePath
from typing import TYPE_CHECKING, TypeVar

from pactape_clients.errors import CallbackError, ClientError

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Unpack

    from pactape_clients.errors import ErrorContext

__all__ = [
    "callback_error",
    "error_text",
    "is_own",
    "passes_through",
    "place_in",
    "place_of",
    "without_frames",
]

E = TypeVar("E", bound=BaseException)

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
