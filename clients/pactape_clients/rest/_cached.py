"""Cached reads: how values enter and leave the cache, and the fast path to a hit."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from pactape_clients.cache import Loaded, full_key
from pactape_clients.caller_code.boundary import public_error
from pactape_clients.caller_code.checks import check_kind
from pactape_clients.decoding import decode_response, json_in
from pactape_clients.encoding.urls import shown
from pactape_clients.errors import NotFoundError, UsageError
from pactape_clients.rest._calls import RestCall, RestCalls, judge
from pactape_clients.rest._options import CallOptions
from pactape_clients.rest._routes import Caching, fill_key, fill_text, holds_every_placeholder
from pactape_clients.typed_cache import MISSING, ForeignValueError, TypedCache
from pactape_clients.wire import ChangeFlag

if TYPE_CHECKING:
    import requests

    from pactape_clients.cache import Expired
    from pactape_clients.concurrency.call_context import CallContext

__all__ = ["CachedReads", "CachedRoute", "cache_key", "is_storable", "namespace_of"]

T = TypeVar("T")

_NOT_MODIFIED = 304
_ALWAYS = ChangeFlag(has_happened=True)


class CachedReads:
    """Reads of one client through its cache.

    Args:
        calls: Makes the calls.
    """

    def __init__(self, calls: RestCalls) -> None:
        self._calls = calls
        self._typed_caches: dict[Any, TypedCache] = {}

    def typed(self, returns: Any) -> TypedCache:
        """Return the cache of one model's values."""
        try:
            typed_cache = self._typed_caches.get(returns)
        except TypeError:  # an annotation that isn't hashable
            return TypedCache(self._calls.cache, returns, self._calls.codec)
        if typed_cache is None:
            typed_cache = self._typed_caches[returns] = TypedCache(
                self._calls.cache, returns, self._calls.codec
            )
        return typed_cache

    def read(self, call: RestCall, caching: Caching) -> Any:
        """Return the cached value of a read, loading it if needed.

        Raises:
            ClientError: See `pactape_clients.errors`.
        """
        check_kind("caching", caching, Caching, "Caching(…)")
        transport, typed_cache = self._calls.transport, self.typed(call.operation.result)
        tags = (f"path:{call.where}", *(fill_text(tag, call.values) for tag in caching.tags))
        key = cache_key(call, caching, transport.url)
        with transport.call(call.operation, values=call.values, deadline=call.options.deadline) as context:
            load = _Load(self._calls, call, caching, typed_cache, context)
            namespace = namespace_of(self._calls, call, caching)
            try:
                if namespace is None:
                    return self._calls.read_within(context, call).value
                return typed_cache.read(key, load, operation=call.operation, namespace=namespace, tags=tags)
            except NotFoundError as error:
                failure = load.missing or error
                failure.values = failure.values or call.values  # cached values have no conditional request
            raise failure


def cache_key(call: RestCall, caching: Caching, url: str) -> str:
    """Return the key of a read: the given key, or its path, a hash of its query, and the server."""
    if caching.key is not None:
        return fill_key(caching.key, call.values)
    digest = call.query_digest
    return f"{call.operation.method} {call.where}{'?' if digest else ''}{digest} at {shown(url)}"


def namespace_of(calls: RestCalls, call: RestCall, caching: Caching) -> str | None:
    """Return the namespace of a read made now; None if it can't be cached.

    With a given key, the query and path values that are not in the key also separate reads.
    """
    namespace = calls.transport.identity.namespace(
        call.options.headers, lambda: calls.request(call).without_body()
    )
    if caching.key is None or namespace is None:
        return namespace
    apart = "" if holds_every_placeholder(caching.key, call.operation.path) else call.where
    if not apart and not call.query:
        return namespace
    return f"{namespace}?{hashlib.sha256(f'{apart}?{call.query_digest}'.encode()).hexdigest()[:16]}"


class _Load:
    """Loads one value, with a conditional request if an older version is kept.

    `missing` is the server's 404; only the fact is cached.
    """

    __slots__ = ("_caching", "_call", "_calls", "_context", "_typed_cache", "missing")

    def __init__(
        self,
        calls: RestCalls,
        call: RestCall,
        caching: Caching,
        typed_cache: TypedCache,
        context: CallContext,
    ) -> None:
        self._calls = calls
        self._call = call
        self._caching = caching
        self._typed_cache = typed_cache
        self._context = context
        self.missing: NotFoundError | None = None

    def __call__(self, expired: Expired | None) -> Loaded:
        condition = {} if expired is None or expired.etag is None else {"If-None-Match": expired.etag}
        request = self._calls.request(self._call, condition=condition)
        try:
            response = self._calls.transport.send(self._context, request, judge=judge)
        except NotFoundError as error:
            if self._caching.missing_for <= 0:
                raise
            self.missing = error
            return Loaded(value=MISSING, ttl=self._caching.missing_for)
        if response.status_code == _NOT_MODIFIED and expired is not None:
            return self._loaded(expired.value, response, etag=response.headers.get("ETag", expired.etag))
        operation = self._call.operation
        value = decode_response(response, operation.result, operation, self._calls.codec, self._call.values)
        content = self._typed_cache.encode(value, json_in(response))
        return self._loaded(content, response, etag=response.headers.get("ETag"))

    def _loaded(self, value: Any, response: requests.Response, *, etag: str | None) -> Loaded:
        return Loaded(
            value=value,
            ttl=self._caching.ttl if is_storable(response) else 0.0,
            etag=etag if self._caching.revalidate_for > 0 else None,
            stale_for=self._caching.stale_if_error,
            revalidate_for=self._caching.revalidate_for,
        )


def is_storable(response: requests.Response) -> bool:
    """Return whether the response may be cached and served without revalidation (RFC 9111 section 5.2.2)."""
    directives = response.headers.get("Cache-Control", "").lower().replace(" ", "").split(",")
    return "no-store" not in directives and "no-cache" not in directives


class CachedRoute(Generic[T]):
    """A declared read of one resource by one path value, with a fast path to cached values.

    Created by `RestClient.cached_route`. A hit takes about as long as a dictionary look-up.
    """

    __slots__ = (
        "_caching",
        "_calls",
        "_change",
        "_identity",
        "_lookup",
        "_model",
        "_operation",
        "_parameter",
        "_prefix",
        "_reads",
        "_template",
        "_typed_cache",
    )

    def __init__(
        self,
        calls: RestCalls,
        reads: CachedReads,
        template: str,
        *,
        parameter: str,
        returns: Any,
        caching: Caching,
    ) -> None:
        self._calls = calls
        self._reads = reads
        self._template = template
        self._parameter = parameter
        self._caching = caching
        self._typed_cache = reads.typed(returns)
        self._model = None if returns is bytes else returns
        self._lookup = calls.cache.lookup
        self._identity = calls.transport.identity
        self._operation = calls.declare(
            "GET", template, CallOptions(path={parameter: "-"}), returns
        ).operation
        prefix = _prefix(caching.key, parameter)
        namespace = self._identity.fixed if calls.cache.keeps_objects else None
        self._change = self._identity.change if namespace is not None else _ALWAYS
        self._prefix = full_key(namespace or "", prefix)

    def of(self, value: str) -> T:
        """Return the resource with this path value; a cached one needs no request and no token.

        Raises:
            ClientError: As for `RestClient.get`.
        """
        try:
            if self._change.has_happened:
                return self._read(value)
            try:
                content = self._lookup(self._prefix + value)
            except Exception:  # noqa: BLE001 -- not cached, or not a string; the slow path reports the error
                return self._read(value)
            return content if content.__class__ is self._model else self._decode(content, value)
        except Exception as error:  # noqa: BLE001 -- the caller's own objects may raise anything
            failure = public_error(error, "of")
        del value
        raise failure

    def _decode(self, content: Any, value: str) -> T:
        try:
            result: T = self._typed_cache.decode(content, self._operation)
        except ForeignValueError:
            return self._read(value)
        except NotFoundError as error:
            error.values = {self._parameter: value}
            raise
        return result

    def _read(self, value: str) -> T:
        options = CallOptions(path={self._parameter: value})
        call = self._calls.declare("GET", self._template, options, self._operation.result)
        result: T = self._reads.read(call, self._caching)
        return result


def _prefix(key: str | None, parameter: str) -> str:
    ending = f"{{{parameter}}}"
    if key is None or not key.endswith(ending) or key == ending or "{" in key.removesuffix(ending):
        raise UsageError(
            f"a cached route's key must be a name and then {ending}, such as 'user:{ending}', not {key!r}"
        )
    return key.removesuffix(ending)
