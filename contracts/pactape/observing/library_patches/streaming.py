"""Patches of methods that return a response's body in parts, to recognize the parts."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

from pactape.observing.library_patches.callers import is_read_while_sending
from pactape.observing.reading_contexts import is_internal

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from pactape.observing.fragments import StreamedBody
    from pactape.observing.observer import Observer

__all__ = ["streaming", "streaming_async"]


def streaming(observer: Observer, *, by_line: bool) -> Callable[[Any], Any]:
    """Return a patch of a method that returns an iterator.

    Args:
        observer: Receives the parts.
        by_line: Whether the parts are lines.
    """
    return _handing_out(_tee, observer, by_line=by_line)


def streaming_async(observer: Observer, *, by_line: bool) -> Callable[[Any], Any]:
    """Return a patch of a method that returns an asynchronous iterator."""
    return _handing_out(_tee_async, observer, by_line=by_line)


def _handing_out(watched: Callable[..., Any], observer: Observer, *, by_line: bool) -> Callable[[Any], Any]:
    def make(original: Any) -> Any:
        @wraps(original)
        def stream(self: Any, *arguments: Any, **options: Any) -> Any:
            parts = original(self, *arguments, **options)
            if is_internal() or is_read_while_sending():
                return parts
            return watched(parts, observer.streamed(self), observer, self, by_line=by_line)

        return stream

    return make


def _tee(
    parts: Any, body: StreamedBody[Any], observer: Observer, response: Any, *, by_line: bool
) -> Iterator[Any]:
    for part in parts:
        _add(body, part, by_line=by_line)
        yield part
    observer.touch(response, body.joined())


async def _tee_async(
    parts: Any, body: StreamedBody[Any], observer: Observer, response: Any, *, by_line: bool
) -> AsyncIterator[Any]:
    async for part in parts:
        _add(body, part, by_line=by_line)
        yield part
    observer.touch(response, body.joined())


def _add(body: StreamedBody[Any], part: Any, *, by_line: bool) -> None:
    if by_line:
        body.add_line(part)
    else:
        body.add(part)
