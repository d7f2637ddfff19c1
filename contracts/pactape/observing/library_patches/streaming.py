"""Patches of methods that hand out an answer's body part by part, which show whose each part is."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

from pactape.observing.answers import is_internal

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from pactape.observing.answers import Observer
    from pactape.observing.fragments import StreamedBody

__all__ = ["streaming", "streaming_async"]


def streaming(observer: Observer, *, by_line: bool) -> Callable[[Any], Any]:
    """Return what replaces a method that returns an iterator.

    Args:
        observer: Gets to know the parts.
        by_line: Whether the parts are lines.
    """
    return _handing_out(_watched, observer, by_line=by_line)


def streaming_async(observer: Observer, *, by_line: bool) -> Callable[[Any], Any]:
    """Return the same for a method that returns an asynchronous iterator."""
    return _handing_out(_watched_async, observer, by_line=by_line)


def _handing_out(watched: Callable[..., Any], observer: Observer, *, by_line: bool) -> Callable[[Any], Any]:
    def make(original: Any) -> Any:
        @wraps(original)
        def stream(self: Any, *arguments: Any, **options: Any) -> Any:
            parts = original(self, *arguments, **options)
            if is_internal():
                return parts
            return watched(parts, observer.streamed(self), observer, self, by_line=by_line)

        return stream

    return make


def _watched(
    parts: Any, body: StreamedBody[Any], observer: Observer, response: Any, *, by_line: bool
) -> Iterator[Any]:
    for part in parts:
        _add(body, part, by_line=by_line)
        yield part
    observer.touch(response, body.joined())


async def _watched_async(
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
