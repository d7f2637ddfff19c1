"""Stand-ins for msgspec's decoders, which are created once and used for many responses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pactape.observing.observer import Observer

__all__ = ["ObservedDecoder", "observed_value"]


def observed_value(observer: Observer, text: Any, value: Any, model: Any) -> Any:
    """Return the value that a text was decoded to, and record which fields the model reads.

    Args:
        observer: Records the reads.
        text: The text, perhaps a response's body.
        value: The decoded value.
        model: Its type; `Any` without one.
    """
    if model is not Any and observer.read_as(text, model):
        return value
    return observer.parsed(text, value)


class ObservedDecoder:
    """A decoder of msgspec that records which fields its type reads.

    Args:
        observer: Records the reads.
        decoder: The decoder.
    """

    def __init__(self, observer: Observer, decoder: Any) -> None:
        self._observer = observer
        self._decoder = decoder

    def __getattr__(self, name: str) -> Any:
        return getattr(self._decoder, name)

    def __repr__(self) -> str:
        return repr(self._decoder)

    def decode(self, buf: Any, /) -> Any:
        """Return the decoded value of a text."""
        return observed_value(self._observer, buf, self._decoder.decode(buf), self._decoder.type)
