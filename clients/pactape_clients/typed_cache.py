"""One model's way into a cache and out of it, so that no caller can change what another gets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from pactape_clients.cache import is_immutable
from pactape_clients.decoding import decoded, decoder_for
from pactape_clients.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable

    from pactape_clients.cache import Cache, Kept, Loaded
    from pactape_clients.operations import Operation

    Load = Callable[[Kept | None], Loaded]

__all__ = ["MISSING", "ForeignValueError", "Shelf"]

#: Kept in the place of a value that isn't there; not JSON, so no value can be mistaken for it.
MISSING = b"\x00missing"


class ForeignValueError(KeyError):
    """Another model's value is kept under the key."""


class Shelf:
    """Keeps one model's values: immutable ones as they are, all else as JSON, decoded for every caller.

    Two models may share a key: none is ever given the other's value.

    Args:
        cache: Where they are kept.
        model: Their type; None for plain JSON values.
    """

    __slots__ = ("_decode", "cache", "keeps_values", "model")

    def __init__(self, cache: Cache, model: Any) -> None:
        self.cache = cache
        self.model = model
        self.keeps_values = cache.keeps_objects and isinstance(model, type) and is_immutable(model)
        self._decode = decoder_for(model).decode

    def kept(self, body: bytes, operation: Operation) -> Any:
        """What to keep of an answer's body.

        Raises:
            DecodeError: The body doesn't fit the model; then nothing is kept.
        """
        value = decoded(body, self.model, operation) if body else None
        return value if self.keeps_values else body

    def given(self, kept: Any) -> Any:
        """What the caller gets of it.

        Raises:
            NotFoundError: What is kept is that there is nothing.
            ForeignValueError: It is another model's.
        """
        if kept.__class__ is self.model or kept is None:
            return kept
        if kept.__class__ is not bytes:
            raise ForeignValueError
        if kept == MISSING:
            raise NotFoundError("404, as it was a moment ago", status=404)
        try:
            return self._decode(kept) if kept else None
        except msgspec.DecodeError:
            raise ForeignValueError from None

    def read(self, key: str, load: Load, *, namespace: str, tags: tuple[str, ...]) -> Any:
        """The value at `key`, loaded if it isn't kept; where another model's is, this one's is kept apart.

        Raises:
            NotFoundError: What is kept is that there is nothing.
        """
        try:
            return self.given(self.cache.get_or_load(key, load, namespace=namespace, tags=tags))
        except ForeignValueError:
            apart = f"{namespace} {self.model!r}".lstrip()
        try:
            return self.given(self.cache.get_or_load(key, load, namespace=apart, tags=tags))
        except ForeignValueError:  # two models of one name
            return self.given(load(None).value)
