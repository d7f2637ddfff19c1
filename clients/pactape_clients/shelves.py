"""One model's way into a cache and out of it, so that no caller can change what another gets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pactape_clients.cache import is_immutable
from pactape_clients.decoding import decoded, decoder_for
from pactape_clients.errors import NotFoundError

if TYPE_CHECKING:
    from pactape_clients.cache import Cache
    from pactape_clients.operations import Operation

__all__ = ["MISSING", "Shelf"]

#: Kept in the place of a value that isn't there; not JSON, so no value can be mistaken for it.
MISSING = b"\x00missing"


class Shelf:
    """Keeps one model's values: immutable ones as they are, all else as JSON, decoded for every caller.

    Args:
        cache: Where they are kept.
        model: Their type; None for plain JSON values.
    """

    __slots__ = ("_decode", "cache", "keeps_values", "model")

    def __init__(self, cache: Cache, model: Any) -> None:
        self.cache = cache
        self.model = model
        self.keeps_values = cache.keeps_objects and model is not None and is_immutable(model)
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
        """
        if kept.__class__ is not bytes:
            return kept
        if kept == MISSING:
            raise NotFoundError("404, as it was a moment ago", status=404)
        return self._decode(kept) if kept else None
