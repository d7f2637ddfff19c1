"""The GraphQL client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self, TypeVar, overload

from pactape_clients.cache import TTLCache, guarded
from pactape_clients.caller_code.boundary import public
from pactape_clients.caller_code.checks import check_callable, check_kind, check_number
from pactape_clients.concurrency.processes import NotCopyable
from pactape_clients.encoding.json_codec import Codec
from pactape_clients.encoding.urls import shown
from pactape_clients.errors import GraphQLResponseError
from pactape_clients.graphql._documents import compiled, schema_of
from pactape_clients.graphql._execution import Executor
from pactape_clients.graphql._handling import handled
from pactape_clients.graphql._options import (
    ExecuteOptions,
    GraphQLClientOptions,
    GraphQLOptions,
    MutationOptions,
    QueryOptions,
    check_options,
)
from pactape_clients.graphql._queries import Queries, entity_tags
from pactape_clients.graphql._responses import GraphQLResult, entities_in
from pactape_clients.graphql._uncached import Uncached
from pactape_clients.graphql._variables import plain_variables
from pactape_clients.transport import Transport

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Unpack

    from pactape_clients.graphql._documents import Document
    from pactape_clients.graphql._execution import Execution
    from pactape_clients.graphql._requests import Call
    from pactape_clients.graphql._variables import Variables

T = TypeVar("T")

__all__ = ["GraphQLClient"]

_QUERY = frozenset(QueryOptions.__annotations__)
_NUMBERS = (float, int)
_MUTATION = frozenset(MutationOptions.__annotations__)
_EXECUTE = frozenset(ExecuteOptions.__annotations__)


class GraphQLClient(NotCopyable):
    """A client for one GraphQL endpoint; threads may share it, and it may be used before and after a fork.

    Args:
        url: The endpoint.
        options: See `GraphQLClientOptions`.

    Raises:
        UsageError: `url` is not an http or https URL, or the schema can't be read.

    Example:
        >>> import responses
        >>> with responses.RequestsMock() as server:
        ...     _ = server.post("http://users.test/graphql", json={"data": {"user": {"name": "Ada"}}})
        ...     client = GraphQLClient("http://users.test/graphql")
        ...     client.query("query GetUser($id: ID!) { user(id: $id) { name } }", {"id": "user-1"})
        {'user': {'name': 'Ada'}}
    """

    @public
    def __init__(self, url: str, **options: Unpack[GraphQLClientOptions]) -> None:
        check_options(options, GraphQLClientOptions.__annotations__)
        settings = options.get("options") or GraphQLOptions()
        check_kind("options", settings, GraphQLOptions, "GraphQLOptions(…)")
        handler = options.get("error_handler")
        for name in () if handler is None else ("handle_graphql_errors", "handle_network_error"):
            check_callable(f"error_handler.{name}", getattr(handler, name, None))
        cache = options.get("cache")
        self._schema = None if settings.schema is None else schema_of(settings.schema)
        self._codec = Codec(dec_hook=options.get("dec_hook"), enc_hook=options.get("enc_hook"))
        self._transport = Transport(
            url,
            session=options.get("session"),
            tokens=options.get("tokens"),
            settings=options.get("settings"),
            headers=options.get("headers"),
        )
        self._executor = Executor(self._transport, self._codec, settings)
        self._queries = Queries(
            self._executor,
            self._transport,
            TTLCache() if cache is None else guarded(cache),
            self._codec,
            keep_errors=settings.errors == "keep",
        )
        self._uncached = Uncached(self._executor, self._queries, self._transport, self._codec, self._schema)
        self._error_handler = handler

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections, except those of a given session. The client may still be used."""
        self._transport.close()

    def __repr__(self) -> str:
        url = shown(self._transport.url) if hasattr(self, "_transport") else "not made"
        return f"<{type(self).__name__} {url}>"

    @overload
    def query(
        self, document: str, variables: Variables = None, *, returns: type[T], **options: Unpack[QueryOptions]
    ) -> T: ...
    @overload
    def query(
        self,
        document: str,
        variables: Variables = None,
        *,
        returns: Any = None,
        **options: Unpack[QueryOptions],
    ) -> Any: ...
    @handled
    def query(self, document: str, variables: Variables, returns: Any, options: QueryOptions) -> Any:
        """Execute a query, or return its cached result without a request or a token.

        The cache key is the operation's name, the variables as sorted JSON and a hash of document and endpoint; the
        tags are all "Type:id" in the result. The results of different callers are separated. Errors are never
        cached.

        Args:
            document: A GraphQL document.
            variables: A mapping, a struct or a pydantic model.
            returns: The type of the response's data; None for plain JSON values, copied for every caller.
            options: See `QueryOptions`.

        Raises:
            DocumentError: The document or its variables are invalid; nothing was sent.
            GraphQLResponseError: The response has errors.
            ClientError: See `pactape_clients.errors`.
        """
        if options:
            check_options(options, _QUERY)
        ttl = options.get("ttl", 300.0)
        if ttl.__class__ not in _NUMBERS:
            check_number("ttl", ttl)
        operation = compiled(document, options.get("operation"), self._schema)
        operation.check_kind("query")
        inputs: Any = variables if variables.__class__ is dict else plain_variables(variables)
        operation.check(inputs)
        if ttl > 0:
            return self._queries.read(operation, inputs, returns, options, ttl=ttl)
        check_number("ttl", ttl)
        return self._queries.execute(self._prepare(operation, inputs, returns, options), options)

    @overload
    def mutate(
        self,
        document: str,
        variables: Variables = None,
        *,
        returns: type[T],
        **options: Unpack[MutationOptions],
    ) -> T: ...
    @overload
    def mutate(
        self,
        document: str,
        variables: Variables = None,
        *,
        returns: Any = None,
        **options: Unpack[MutationOptions],
    ) -> Any: ...
    @handled
    def mutate(self, document: str, variables: Variables, returns: Any, options: MutationOptions) -> Any:
        """Execute a mutation, and invalidate the cached queries that it makes stale.

        These are the queries with a "Type:id" that the mutation returns, and those given in the options. They are
        invalidated even without a response, because the server may have executed the mutation. A mutation is only
        repeated with an idempotency key.

        Args:
            document: A GraphQL document.
            variables: As for `query`; an `Upload` anywhere in them makes it a multipart request.
            returns: As for `query`.
            options: See `MutationOptions`.

        Raises:
            ClientError: As for `query`.
        """
        check_options(options, _MUTATION)
        operation = compiled(document, options.get("operation"), self._schema)
        operation.check_kind("mutation")
        inputs = plain_variables(variables)
        operation.check(inputs)
        return self._send_mutation(self._prepare(operation, inputs, returns, options), options)

    def _send_mutation(self, execution: Execution, options: Mapping[str, Any]) -> Any:
        entities: tuple[str, ...] = ()
        deadline = options.get("deadline")
        try:
            with self._transport.call(
                execution.announced, values=execution.variables, deadline=deadline
            ) as context:
                content, response = self._queries.send(execution, context)
            entities = entity_tags(bytes(content.data))
        except GraphQLResponseError as error:
            entities = tuple(entities_in(error.data))
            raise
        finally:
            self._queries.invalidate([*options.get("tags", ()), *entities], options.get("invalidates"))
        return self._queries.decoded(content, response, execution)

    @public
    def execute(
        self,
        document: str,
        variables: Variables = None,
        *,
        returns: Any = None,
        **options: Unpack[ExecuteOptions],
    ) -> GraphQLResult:
        """Execute a query or mutation without the cache, and return the complete result, including errors.

        Cached queries with a "Type:id" that a mutation returns are invalidated.

        Args:
            document: A GraphQL document.
            variables: As for `query`.
            returns: As for `query`.
            options: See `ExecuteOptions`.

        Raises:
            ClientError: No response was received, or it is not a GraphQL response.
        """
        check_options(options, _EXECUTE)
        execution = self._uncached.prepare(document, variables, returns, options)
        return self._uncached.execute(execution, deadline=options.get("deadline"))

    @public
    def batch(self, calls: Sequence[Call], **options: Unpack[ExecuteOptions]) -> tuple[GraphQLResult, ...]:
        """Execute several operations with one request, without the cache.

        The server must support JSON array batching. Cached queries are invalidated as in `execute`.

        Args:
            calls: The operations.
            options: See `ExecuteOptions`, without `operation`.

        Returns:
            One result for each call, in order, decoded into the type of the call.

        Raises:
            GraphQLResponseError: The server rejected the whole batch.
            ClientError: No response was received, or not one result for each call.
        """
        check_options(options, _EXECUTE - {"operation"})
        if not calls:  # servers refuse an empty batch
            return ()
        headers = options.get("headers") or {}
        return self._uncached.batch(calls, headers=headers, deadline=options.get("deadline"))

    def _prepare(
        self, document: Document, variables: Any, returns: Any, options: Mapping[str, Any]
    ) -> Execution:
        self._codec.decoder(returns)
        return self._executor.prepare(document, variables, returns, options)
