"""Queries through the cache, and invalidation by mutations."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import msgspec

from pactape_clients.cache import Loaded
from pactape_clients.decoding import decode_body
from pactape_clients.errors import CacheUnavailableError, UsageError
from pactape_clients.graphql._responses import GraphQLJudge, GraphQLResponse, entities_in
from pactape_clients.graphql._variables import refuse_uploads
from pactape_clients.operations import Operation
from pactape_clients.settings import report_cache_failure
from pactape_clients.typed_cache import TypedCache

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Mapping

    import requests

    from pactape_clients.cache import Cache, Expired
    from pactape_clients.concurrency.call_context import CallContext
    from pactape_clients.encoding.json_codec import Codec
    from pactape_clients.graphql._documents import Document
    from pactape_clients.graphql._execution import Execution, Executor
    from pactape_clients.transport import Transport

__all__ = ["Queries", "entity_tags"]

_UNNAMED = Operation(name="query", method="POST", path="/")  # missing values of queries are not cached


class Queries:
    """Executes the queries of one client through its cache.

    Args:
        executor: Executes operations.
        transport: Sends the requests.
        cache: The cache of results.
        codec: Encodes and decodes.
        keep_errors: Whether a response with data is successful although it has errors.
    """

    def __init__(
        self, executor: Executor, transport: Transport, cache: Cache, codec: Codec, *, keep_errors: bool
    ) -> None:
        self._executor = executor
        self._transport = transport
        self._cache = cache
        self._is_local = cache.keeps_objects
        self._codec = codec
        self._keep_errors = keep_errors
        self._identity = transport.identity
        self._endpoint = hashlib.sha256(transport.url.encode()).hexdigest()[:8]
        self._typed_caches: dict[Any, TypedCache] = {}

    def typed(self, returns: Any) -> TypedCache:
        """Return the cache of one model's values."""
        try:
            typed_cache = self._typed_caches.get(returns)
        except TypeError:  # an annotation that isn't hashable
            return TypedCache(self._cache, returns, self._codec)
        if typed_cache is None:
            self._codec.decoder(returns)
            typed_cache = self._typed_caches[returns] = TypedCache(self._cache, returns, self._codec)
        return typed_cache

    def read(
        self,
        document: Document,
        variables: Mapping[str, Any],
        returns: Any,
        options: Mapping[str, Any],
        *,
        ttl: float,
    ) -> Any:
        """Return a query's data, from the cache if possible.

        Raises:
            ClientError: See `pactape_clients.errors`.
        """
        inputs = self._inputs(document, variables)
        key = f"{document.name}:{inputs}:{document.digest[:12]}{self._endpoint}"
        typed_cache = self.typed(returns)
        namespace = self._identity.fixed if self._is_local else None
        if namespace is not None and not (options and options.get("headers")):
            try:
                return typed_cache.lookup(key, _UNNAMED, namespace=namespace)
            except KeyError:
                pass
        execution = self._executor.prepare(document, variables, returns, options)
        with self._call(execution, options) as context:
            namespace = self._identity.namespace(
                execution.headers, lambda: self._executor.request(execution).without_body()
            )
            load = _Load(self, execution, context, typed_cache, ttl=ttl)
            if namespace is None:
                return typed_cache.decode(load(None).value, execution.announced)
            tags = tuple(options.get("tags", ()))
            return typed_cache.read(key, load, operation=execution.announced, namespace=namespace, tags=tags)

    def _inputs(self, document: Document, variables: Mapping[str, Any]) -> str:
        try:
            return self._codec.encode(variables, what="variables", in_order=False).decode()
        except UsageError:
            refuse_uploads(document, variables)
            raise

    def execute(self, execution: Execution, options: Mapping[str, Any]) -> Any:
        """Execute a query without the cache, and return its data."""
        with self._call(execution, options) as context:
            content, response = self.send(execution, context)
            return self.decoded(content, response, execution)

    def send(self, execution: Execution, context: CallContext) -> tuple[GraphQLResponse, requests.Response]:
        """Send an operation, and return its response."""
        judge = GraphQLJudge(keep_errors=self._keep_errors)
        response = self._executor.send(execution, context, judge)
        return judge.content, response

    def decoded(self, content: GraphQLResponse, response: requests.Response, execution: Execution) -> Any:
        """Decode a response's data into the caller's type.

        Raises:
            DecodeError: The data doesn't fit.
        """
        operation = execution.announced
        return decode_body(
            bytes(content.data) or b"null",
            operation.result,
            operation,
            self._codec,
            status=response.status_code,
            headers=response.headers,
            values=execution.variables,
        )

    def _call(self, execution: Execution, options: Mapping[str, Any]) -> Any:
        return self._transport.call(
            execution.announced, values=execution.variables, deadline=options.get("deadline")
        )

    def invalidate(self, tags: Iterable[str], pattern: str | re.Pattern[str] | None = None) -> None:
        """Invalidate the stale queries of a mutation; a failure doesn't affect the mutation's result."""
        try:
            self._cache.invalidate(tags=tags, pattern=pattern)
        except CacheUnavailableError as error:
            report_cache_failure(error, self._transport.settings)


class _Load:
    """Loads one query's data."""

    __slots__ = ("_context", "_execution", "_queries", "_ttl", "_typed_cache")

    def __init__(
        self,
        queries: Queries,
        execution: Execution,
        context: CallContext,
        typed_cache: TypedCache,
        *,
        ttl: float,
    ) -> None:
        self._queries = queries
        self._execution = execution
        self._context = context
        self._typed_cache = typed_cache
        self._ttl = ttl

    def __call__(self, _: Expired | None) -> Loaded:
        content, response = self._queries.send(self._execution, self._context)
        data = bytes(content.data)
        value = self._queries.decoded(content, response, self._execution)
        return Loaded(
            value=self._typed_cache.encode(value, data),
            ttl=0.0 if content.wire_errors else self._ttl,
            tags=entity_tags(data),
        )


def entity_tags(data: bytes) -> tuple[str, ...]:
    """Return the "Type:id" of every object in the data."""
    return tuple(entities_in(msgspec.json.decode(data))) if b"__typename" in data else ()
