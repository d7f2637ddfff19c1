"""Stores and loads one model's values in a cache, so that callers can't change each other's values."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from pactape_clients.cache import full_key, is_immutable
from pactape_clients.encoding.json_codec import FormatError
from pactape_clients.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable

    from pactape_clients.cache import Cache, Expired, Loaded
    from pactape_clients.encoding.json_codec import Codec
    from pactape_clients.operations import Operation

    Load = Callable[[Expired | None], Loaded]

__all__ = ["MISSING", "ForeignValueError", "TypedCache"]

#: Cached instead of a value that doesn't exist; not JSON, so it can't be mistaken for a value.
MISSING = b"\x00missing"
_EMPTY = b"\x00empty"
_BYTES = b"\x00bytes:"
_TEXT = b"\x00text:"  # not as JSON, where the same body may be different text or invalid


class ForeignValueError(KeyError):
    """The key has a value of another model, or one that can't be decoded."""


class TypedCache:
    """Caches one model's values: immutable ones as objects, others as JSON, decoded for every caller.

    Two models may share a key; they never get each other's values.

    Args:
        cache: The cache.
        model: The type of the values; None for plain JSON values.
        codec: Encodes and decodes the values.
    """

    __slots__ = ("_codec", "_decode", "cache", "keeps_values", "model")

    def __init__(self, cache: Cache, model: Any, codec: Codec) -> None:
        self.cache = cache
        self.model = model
        self._codec = codec
        self.keeps_values = cache.keeps_objects and isinstance(model, type) and is_immutable(model)
        self._decode = codec.decoder(model).decode

    def encode(self, value: Any, body: bytes) -> Any:
        """Return the cached form of a value, given the body that it was decoded from."""
        if self.keeps_values and self.model is not bytes:
            return value
        if self.model is bytes:
            return _BYTES + value
        if self.model is str:
            return _TEXT + value.encode()
        return body or _EMPTY

    def decode(self, content: Any, operation: Operation) -> Any:
        """Return the value for a caller.

        Raises:
            NotFoundError: The cache has an entry that the value doesn't exist.
            ForeignValueError: The cached value belongs to another model.
        """
        if content.__class__ is self.model and self.model is not bytes:
            return content
        if content.__class__ is not bytes:
            if content is None and self.model is type(None):
                return None
            raise ForeignValueError
        if content == MISSING:
            raise NotFoundError(
                f"{operation.name}: 404 (cached)", status=404, operation=operation, sent=False
            )
        if self.model is bytes:
            if not content.startswith(_BYTES):
                raise ForeignValueError
            return content.removeprefix(_BYTES)
        if self.model is str:
            if not content.startswith(_TEXT):
                raise ForeignValueError
            return content.removeprefix(_TEXT).decode()
        try:
            return self._decode(b"null" if content == _EMPTY else content)
        except Exception:  # noqa: BLE001 -- the fast path failed; the slow path finds the reason
            return self._decode_carefully(content)

    def _decode_carefully(self, content: bytes) -> Any:
        try:
            return self._codec.decode(content, self.model)
        except FormatError:
            raise ForeignValueError from None

    def lookup(self, key: str, operation: Operation, *, namespace: str) -> Any:
        """Return the cached value at `key`, without loading.

        Raises:
            KeyError: No value is cached.
            NotFoundError: The cache has an entry that the value doesn't exist.
        """
        try:
            return self.decode(self.cache.lookup(full_key(namespace, key)), operation)
        except ForeignValueError:
            return self.decode(self.cache.lookup(full_key(self._model_namespace(namespace), key)), operation)

    def _model_namespace(self, namespace: str) -> str:
        """Return the namespace of this model's values if another model's have the same key."""
        return f"{namespace} {self.model!r}".lstrip()

    def read(
        self, key: str, load: Load, *, operation: Operation, namespace: str, tags: tuple[str, ...]
    ) -> Any:
        """Return the value at `key`, loading it if needed; another model's value at the key is not changed.

        Raises:
            NotFoundError: The cache has an entry that the value doesn't exist.
        """
        content = self.cache.get_or_load(key, load, namespace=namespace, tags=tags)
        with suppress(ForeignValueError):
            return self.decode(content, operation)
        content = self.cache.get_or_load(key, load, namespace=self._model_namespace(namespace), tags=tags)
        try:
            return self.decode(content, operation)
        except ForeignValueError:  # two models with one name
            return self.decode(load(None).value, operation)
