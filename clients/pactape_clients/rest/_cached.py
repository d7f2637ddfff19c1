"""Cached reads: what goes into the cache, what comes out, and the short way to a hit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from pactape_clients.cache import Loaded
from pactape_clients.cache._entries import full_key
from pactape_clients.errors import NotFoundError, UsageError
from pactape_clients.typed_cache import MISSING

if TYPE_CHECKING:
    from collections.abc import Callable

    import requests

    from pactape_clients.cache import Kept
    from pactape_clients.operations import Operation
    from pactape_clients.rest._client import RestClient
    from pactape_clients.rest._routes import Caching
    from pactape_clients.typed_cache import Shelf

    Fetch = Callable[[dict[str, str]], requests.Response]

__all__ = ["CachedRead", "CachedRoute"]

T = TypeVar("T")

_NOT_MODIFIED = 304


class CachedRead:
    """One read through the cache: with the conditional request, and remembering what isn't there."""

    __slots__ = ("_caching", "_fetch", "_operation", "_shelf")

    def __init__(self, shelf: Shelf, caching: Caching, operation: Operation, fetch: Fetch) -> None:
        self._shelf = shelf
        self._caching = caching
        self._operation = operation
        self._fetch = fetch

    def load(self, kept: Kept | None) -> Loaded:
        """Bring the value.

        Raises:
            ClientError: As for every call.
        """
        condition = {"If-None-Match": kept.etag} if kept is not None and kept.etag is not None else {}
        try:
            response = self._fetch(condition)
        except NotFoundError:
            if self._caching.missing_for <= 0:
                raise
            return Loaded(value=MISSING, ttl=self._caching.missing_for)
        if response.status_code == _NOT_MODIFIED and kept is not None:
            return self._loaded(kept.value, response, etag=response.headers.get("ETag", kept.etag))
        value = self._shelf.kept(response.content, self._operation)
        return self._loaded(value, response, etag=response.headers.get("ETag"))

    def _loaded(self, value: Any, response: requests.Response, *, etag: str | None) -> Loaded:
        return Loaded(
            value=value,
            ttl=0.0 if _unstorable(response) else self._caching.ttl,
            etag=etag if self._caching.revalidate_for > 0 else None,
            stale_for=self._caching.stale_if_error,
            revalidate_for=self._caching.revalidate_for,
        )


def _unstorable(response: requests.Response) -> bool:
    """Whether the server forbids serving this answer again without asking (RFC 9111 section 5.2.2)."""
    directives = response.headers.get("Cache-Control", "").lower().replace(" ", "").split(",")
    return "no-store" in directives or "no-cache" in directives


class CachedRoute(Generic[T]):
    """A declared read of one thing by one path value, with the shortest way to a cached one.

    Made by `RestClient.cached_route`. A hit takes about as long as looking the key up.
    """

    __slots__ = ("_caching", "_client", "_given", "_lookup", "_model", "_parameter", "_prefix", "_template")

    def __init__(
        self,
        client: RestClient,
        template: str,
        *,
        parameter: str,
        shelf: Shelf,
        caching: Caching,
        namespace: str,
    ) -> None:
        self._client = client
        self._template = template
        self._parameter = parameter
        self._model = shelf.model
        self._caching = caching
        self._lookup = shelf.cache.lookup
        self._given = shelf.given
        self._prefix = full_key(namespace, _prefix(caching.key, parameter))

    def of(self, value: str) -> T:
        """The thing that `value` names; no request and no token when it is cached.

        Raises:
            ClientError: As for `RestClient.get`.
        """
        try:
            kept = self._lookup(f"{self._prefix}{value}")
            return kept if kept.__class__ is self._model else self._given(kept)  # type: ignore[no-any-return]  # as the model says
        except KeyError:
            return self._read(value)

    def _read(self, value: str) -> T:
        result: T = self._client.get(
            self._template, path={self._parameter: value}, returns=self._model, caching=self._caching
        )
        return result


def _prefix(key: str | None, parameter: str) -> str:
    ending = f"{{{parameter}}}"
    if key is None or not key.endswith(ending) or key == ending or "{" in key.removesuffix(ending):
        raise UsageError(
            f"a cached route's key must be a name and then {ending}, as in 'user:{ending}'; not {key!r}"
        )
    return key.removesuffix(ending)
