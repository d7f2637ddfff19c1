"""The boundary of the package: exceptions raised inside become `ClientError`s without frames.

The frames of a call contain headers, tokens and bodies, which tracebacks with local variables would show.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from pactape_clients.caller_code.callbacks import error_text, is_own, passes_through, place_in, without_frames
from pactape_clients.caller_code.checks import UnknownOptionError
from pactape_clients.errors import CallbackError, ClientError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["iterated", "public", "public_error"]

P = ParamSpec("P")
T = TypeVar("T")


def public(function: Callable[P, T]) -> Callable[P, T]:
    """Decorate a public function: every exception it raises becomes a `ClientError`."""
    *_, owner, name = ("", *function.__qualname__.split("."))
    name = owner if name in {"__init__", "__post_init__"} else name

    @functools.wraps(function)
    def call(*arguments: P.args, **options: P.kwargs) -> T:
        try:
            return function(*arguments, **options)
        except Exception as error:  # noqa: BLE001 -- the caller's own objects may raise anything
            failure = public_error(error, name)
        del arguments, options
        raise failure

    return call


def iterated(values: Iterator[T], name: str) -> Iterator[T]:
    """Yield the values of another iterator; every exception it raises becomes a `ClientError`."""
    try:
        yield from values
    except Exception as error:  # noqa: BLE001 -- as above
        failure = public_error(error, name)
    else:
        return
    raise failure


def public_error(error: Exception, name: str) -> Exception:
    """Return the error to raise instead of one that leaves the package, outside its handler.

    A test tool's exception, and the TypeError of a call with wrong arguments, are not changed.
    """
    if isinstance(error, ClientError):
        _strip(error)
        return error
    if passes_through(error) or isinstance(error, UnknownOptionError) or _is_raised_by_calling(error):
        return error
    if is_own(error):
        failure = CallbackError(f"{name}: an argument or your own code {error_text(error)}")
        failure.__cause__ = without_frames(error)
        return failure
    return ClientError(
        f"{name} raised {type(error).__name__} in {place_in(error)}. "
        "Fix: check the types of its arguments; if they are right, report a bug of pactape-clients"
    )


def _is_raised_by_calling(error: Exception) -> bool:
    """Return whether a TypeError was raised before the function began."""
    return (
        isinstance(error, TypeError)
        and error.__traceback__ is not None
        and error.__traceback__.tb_next is None
    )


def _strip(error: BaseException) -> None:
    """Remove the frames of an error and its causes, and its context unless it is a cause."""
    seen: set[int] = set()
    linked: BaseException | None = error
    while linked is not None and id(linked) not in seen:
        seen.add(id(linked))
        linked.__traceback__ = None
        if linked.__context__ is not linked.__cause__:
            linked.__context__ = None
        linked = linked.__cause__
