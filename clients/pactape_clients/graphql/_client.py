"""The GraphQL client."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Literal, Self, TypeVar, overload

import msgspec

from pactape_clients.cache import Loaded, TTLCache
from pactape_clients.cache._entries import full_key
from pactape_clients.decoding import decoded, status_error
from pactape_clients.errors import (
    DecodeError,
    DocumentError,
    GraphQLResponseError,
    TransportError,
)
from pactape_clients.graphql._answers import Answer, GraphQLResult, Judge, entities_in
from pactape_clients.graphql._documents import Document, compiled, schema_of
from pactape_clients.graphql._requests import (
    by_get,
    by_multipart,
    by_post,
    members,
    plain,
    uploads_in,
)
from pactape_clients.operations import Operation
from pactape_clients.retries import idempotency_key_for
from pactape_clients.transport import Transport
from pactape_clients.typed_cache import Shelf
from pactape_clients.urls import shown

if TYPE_CHECKING:
    import re
    from collections.abc import Mapping, Sequence

    import requests

    from pactape_clients.auth import TokenSource
    from pactape_clients.cache import Cache, Kept
    from pactape_clients.graphql._answers import ErrorHandler
    from pactape_clients.graphql._requests import Call
    from pactape_clients.retries import Generated
    from pactape_clients.transport import TransportSettings

    Variables = Mapping[str, Any] | msgspec.Struct | None

T = TypeVar("T")

__all__ = ["GraphQLClient", "GraphQLOptions"]

_UNKNOWN = "PERSISTED_QUERY_NOT_FOUND"
_UNSUPPORTED = "PERSISTED_QUERY_NOT_SUPPORTED"


class GraphQLOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How a GraphQL client speaks.

    Args:
        schema: The server's SDL, to validate documents against before they are first sent; None checks syntax only.
        queries_by: The HTTP method of queries; mutations always go by POST.
        persisted_queries: Whether queries are first sent as a hash (automatic persisted queries); the document
            follows when the server doesn't know it, and always from then on when the server knows no such thing.
        errors: What happens to an answer that has both data and errors: "raise" raises, "keep" gives the data,
            uncached. Errors without data are always raised.
    """

    schema: str | None = None
    queries_by: Literal["POST", "GET"] = "POST"
    persisted_queries: bool = False
    errors: Literal["raise", "keep"] = "raise"


class GraphQLClient:
    """Executes GraphQL operations at one endpoint; may be shared by threads.

    Args:
        url: The endpoint.
        session: Sends the requests; None makes a session with a pool of its own.
        tokens: Where access tokens come from; None sends none.
        cache: Where queries' results are kept; None makes a cache in memory.
        error_handler: Decides what callers get for errors; None raises the client's own.
        settings: Time-outs, deadline, retries, pool size, environment, hooks.
        options: Schema, GET, persisted queries, error policy.

    Raises:
        UsageError: `url` is no http or https URL, or the schema can't be read.

    Example:
        >>> import responses
        >>> with responses.RequestsMock() as server:
        ...     _ = server.post("http://users.test/graphql", json={"data": {"user": {"name": "Ada"}}})
        ...     client = GraphQLClient("http://users.test/graphql")
        ...     client.query("query GetUser($id: ID!) { user(id: $id) { name } }", {"id": "user-1"})
        {'user': {'name': 'Ada'}}
    """

    def __init__(
        self,
        url: str,
        *,
        session: requests.Session | None = None,
        tokens: TokenSource | None = None,
        cache: Cache | None = None,
        error_handler: ErrorHandler | None = None,
        settings: TransportSettings | None = None,
        options: GraphQLOptions | None = None,
    ) -> None:
        self._transport = Transport(url, session=session, tokens=tokens, settings=settings)
        self._cache: Cache = TTLCache() if cache is None else cache
        self._error_handler = error_handler
        self._options = options or GraphQLOptions()
        self._schema = None if self._options.schema is None else schema_of(self._options.schema)
        self._persisted = self._options.persisted_queries
        self._shelves: dict[Any, Shelf] = {}
        self._endpoint = hashlib.sha256(self._transport.url.encode()).hexdigest()[:8]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections; a session that was given is left to its owner. The client may still be used."""
        self._transport.close()

    def __repr__(self) -> str:
        return f"<GraphQLClient {shown(self._transport.url)}>"

    @overload
    def query(
        self,
        document: str,
        variables: Variables = None,
        *,
        returns: type[T],
        ttl: float = 300.0,
        tags: tuple[str, ...] = (),
        operation: str | None = None,
    ) -> T: ...
    @overload
    def query(
        self,
        document: str,
        variables: Variables = None,
        *,
        returns: Any = None,
        ttl: float = 300.0,
        tags: tuple[str, ...] = (),
        operation: str | None = None,
    ) -> Any: ...
    def query(
        self,
        document: str,
        variables: Variables = None,
        *,
        returns: Any = None,
        ttl: float = 300.0,
        tags: tuple[str, ...] = (),
        operation: str | None = None,
    ) -> Any:
        """Execute a query, or give its kept result: then no request is made and no token asked for.

        The result is kept under the operation's name, the variables as sorted JSON and a hash of the document and
        endpoint, apart for each principal, and tagged with each "Type:id" that it holds. Answers with errors are
        never kept.

        Args:
            document: A GraphQL document.
            variables: A mapping or a struct.
            returns: The type of the answer's data; None gives plain JSON values, fresh for every caller.
            ttl: Seconds to keep the result; 0 neither keeps it nor looks for a kept one.
            tags: Labels to invalidate it by.
            operation: Which of the document's operations; None when it has but one.

        Raises:
            DocumentError: The document or its variables are wrong; nothing was sent.
            GraphQLResponseError: The answer has errors.
            ClientError: See `pactape_clients.errors`.
        """
        found = compiled(document, operation, self._schema)
        if found.kind != "query":
            raise DocumentError(f"{found.name} is a {found.kind}: execute it with mutate(…)")
        if variables.__class__ is not dict:
            variables = plain(variables)
        found.check(variables.keys())
        if ttl <= 0:
            return self._value(self._execute(found, variables, returns=returns), found, returns)
        inputs = msgspec.json.encode(variables, order="sorted").decode()
        key = f"{found.name}:{inputs}:{found.digest[:12]}{self._endpoint}"
        shelf = self._shelf(returns)
        try:
            return shelf.given(self._cache.lookup(full_key(self._transport.principal, key)))
        except KeyError:
            pass

        def load(_: Kept | None) -> Loaded:
            return self._loaded(self._execute(found, variables, returns=returns), found, shelf, ttl=ttl)

        namespace = self._transport.principal
        return shelf.read(key, load, namespace=namespace, tags=tags)

    @overload
    def mutate(
        self,
        document: str,
        variables: Variables = None,
        *,
        returns: type[T],
        invalidates: str | re.Pattern[str] | None = None,
        tags: tuple[str, ...] = (),
        operation: str | None = None,
        idempotency_key: str | Generated | None = None,
    ) -> T: ...
    @overload
    def mutate(
        self,
        document: str,
        variables: Variables = None,
        *,
        returns: Any = None,
        invalidates: str | re.Pattern[str] | None = None,
        tags: tuple[str, ...] = (),
        operation: str | None = None,
        idempotency_key: str | Generated | None = None,
    ) -> Any: ...
    def mutate(
        self,
        document: str,
        variables: Variables = None,
        *,
        returns: Any = None,
        invalidates: str | re.Pattern[str] | None = None,
        tags: tuple[str, ...] = (),
        operation: str | None = None,
        idempotency_key: str | Generated | None = None,
    ) -> Any:
        """Execute a mutation, and forget the kept queries that it makes stale.

        Forgotten are those that hold a "Type:id" that the mutation returns, and those named here; also when no
        answer came, since the server may have done it. A mutation is made again only with an idempotency key.

        Args:
            document: A GraphQL document.
            variables: As for `query`; an `Upload` anywhere in a mapping makes it a multipart request.
            returns: As for `query`.
            invalidates: A regular expression found in the keys of queries: "GetUser.*user-1".
            tags: Tags of queries.
            operation: As for `query`.
            idempotency_key: Sent as Idempotency-Key, the same in every attempt; GENERATED makes one.

        Raises:
            ClientError: As for `query`.
        """
        found = compiled(document, operation, self._schema)
        if found.kind != "mutation":
            raise DocumentError(f"{found.name} is a {found.kind}: execute it with query(…)")
        inputs = plain(variables)
        found.check(inputs.keys())
        key = idempotency_key_for(idempotency_key)
        entities: frozenset[str] = frozenset()
        try:
            answer = self._execute(found, inputs, returns=returns, idempotency_key=key)
            entities = entities_in(msgspec.json.decode(answer.data))
        except Exception as error:
            entities = _entities_of(error)
            raise
        finally:
            self._cache.invalidate(tags=[*tags, *entities], pattern=invalidates)
        return self._value(answer, found, returns)

    def execute(
        self,
        document: str,
        variables: Variables = None,
        *,
        returns: Any = None,
        operation: str | None = None,
    ) -> GraphQLResult:
        """Execute a query or mutation past the cache, and give all of the answer, errors included.

        Kept queries that hold a "Type:id" which a mutation returns are forgotten.

        Raises:
            ClientError: No answer came, or one without a GraphQL response in it.
        """
        found = compiled(document, operation, self._schema)
        inputs = plain(variables)
        found.check(inputs.keys())
        announced = self._operation(found, returns)
        judge = Judge(keep_errors=True)
        try:
            response = self._send(found, inputs, announced, judge)
        except GraphQLResponseError as error:
            return GraphQLResult(
                data=None, errors=error.errors, status=error.status or 0, headers=error.headers
            )
        self._forget_changed(found, judge.answer)
        return _result(judge.answer, response, announced)

    def batch(self, calls: Sequence[Call]) -> tuple[GraphQLResult, ...]:
        """Execute several operations by one request, past the cache; the server must know JSON array batching.

        Kept queries are forgotten as by `execute`.

        Returns:
            One result for each call, in their order, each decoded by its own call's type.

        Raises:
            ClientError: No answer came, or not one result for each call.
        """
        found = [
            (compiled(call.document, call.operation, self._schema), plain(call.variables)) for call in calls
        ]
        for document, inputs in found:
            document.check(inputs.keys())
        names = ", ".join(document.name for document, _ in found)
        texts = "\n\n".join(document.text for document, _ in found)
        announced = Operation(name=names, method="POST", path=self._transport.path, document=texts)
        body = [members(document, inputs) for document, inputs in found]
        request = by_post(self._transport.url, body, headers={})
        repeatable = all(document.kind == "query" for document, _ in found)
        response = self._transport.send(announced, request, judge=status_error, repeatable=repeatable)
        answers = decoded(response.content, list[Answer], announced, response)
        if len(answers) != len(calls):
            raise DecodeError(
                f"{names}: {len(calls)} operations were sent and {len(answers)} results came",
                operation=announced,
            )
        for (document, _), answer in zip(found, answers, strict=True):
            self._forget_changed(document, answer)
        operations = [
            self._operation(document, call.returns) for (document, _), call in zip(found, calls, strict=True)
        ]
        return tuple(
            _result(answer, response, each) for answer, each in zip(answers, operations, strict=True)
        )

    def _forget_changed(self, document: Document, answer: Answer) -> None:
        if document.kind == "mutation" and answer.has_data:
            self._cache.invalidate(tags=entities_in(msgspec.json.decode(answer.data)))

    def _shelf(self, returns: Any) -> Shelf:
        shelf = self._shelves.get(returns)
        if shelf is None:
            shelf = self._shelves[returns] = Shelf(self._cache, returns)
        return shelf

    def _operation(self, document: Document, returns: Any) -> Operation:
        by_get = document.kind == "query" and self._options.queries_by == "GET"
        return Operation(
            name=document.name,
            method="GET" if by_get else "POST",
            path=self._transport.path,
            document=document.text,
            result=returns,
        )

    def _loaded(self, answer: Answer, document: Document, shelf: Shelf, *, ttl: float) -> Loaded:
        data = bytes(answer.data)
        return Loaded(
            value=shelf.kept(data, self._operation(document, shelf.model)),
            ttl=0.0 if answer.wire_errors else ttl,
            tags=tuple(entities_in(msgspec.json.decode(data))) if b"__typename" in data else (),
        )

    def _value(self, answer: Answer, document: Document, returns: Any) -> Any:
        return decoded(bytes(answer.data), returns, self._operation(document, returns))

    def _execute(
        self,
        document: Document,
        variables: Mapping[str, Any],
        *,
        returns: Any,
        idempotency_key: str | None = None,
    ) -> Answer:
        judge = Judge(keep_errors=self._options.errors == "keep")
        headers = {} if idempotency_key is None else {"Idempotency-Key": idempotency_key}
        try:
            self._send(document, variables, self._operation(document, returns), judge, headers=headers)
        except (GraphQLResponseError, TransportError) as error:
            raised = self._as_decided(error)
            if raised is error:
                raise
            raise raised from error
        return judge.answer

    def _as_decided(self, error: GraphQLResponseError | TransportError) -> Exception:
        handler = self._error_handler
        if handler is None:
            return error
        if isinstance(error, GraphQLResponseError):
            return handler.handle_graphql_errors(error) or error
        return handler.handle_network_error(error) or error

    def _send(
        self,
        document: Document,
        variables: Mapping[str, Any],
        operation: Operation,
        judge: Judge,
        *,
        headers: Mapping[str, str] | None = None,
    ) -> requests.Response:
        is_query = document.kind == "query"
        if is_query and self._persisted:
            with self._transport.one_call(operation):
                return self._by_hash(document, variables, operation, judge)
        request = self._request(document, variables, operation, headers or {})
        return self._sent(request, operation, judge, repeatable=is_query)

    def _by_hash(
        self, document: Document, variables: Mapping[str, Any], operation: Operation, judge: Judge
    ) -> requests.Response:
        """Send a query as its hash, and with its text when the server doesn't know that, or knows no hashes."""
        try:
            return self._sent(self._hashed(document, variables, operation), operation, judge)
        except GraphQLResponseError as error:
            if _UNSUPPORTED in _codes(error):
                self._persisted = False
            elif _UNKNOWN not in _codes(error):
                raise
        return self._sent(self._request(document, variables, operation, {}), operation, judge)

    def _sent(
        self, request: requests.Request, operation: Operation, judge: Judge, *, repeatable: bool = True
    ) -> requests.Response:
        return self._transport.send(operation, request, judge=judge, repeatable=repeatable)

    def _hashed(
        self, document: Document, variables: Mapping[str, Any], operation: Operation
    ) -> requests.Request:
        body = members(document, variables, extensions=_persisted(document))
        if operation.method == "GET":
            return by_get(self._transport.url, body)
        return by_post(self._transport.url, body, headers={})

    def _request(
        self,
        document: Document,
        variables: Mapping[str, Any],
        operation: Operation,
        headers: Mapping[str, str],
    ) -> requests.Request:
        url = self._transport.url
        body = members(document, variables)
        if self._persisted and document.kind == "query":
            body["extensions"] = _persisted(document)
        if operation.method == "GET":
            return by_get(url, body)
        if document.kind == "mutation":
            body["variables"], uploads = uploads_in(variables)
            if uploads:
                return by_multipart(url, body, uploads, headers=headers)
        return by_post(url, body, headers=headers)


def _entities_of(error: Exception) -> frozenset[str]:
    """What a failed mutation has returned all the same, also where the error handler has replaced its error."""
    found = error if isinstance(error, GraphQLResponseError) else error.__cause__
    return entities_in(found.data) if isinstance(found, GraphQLResponseError) else frozenset()


def _persisted(document: Document) -> dict[str, Any]:
    return {"persistedQuery": {"version": 1, "sha256Hash": document.digest}}


def _codes(error: GraphQLResponseError) -> set[str]:
    """Codes, and messages as codes: servers name the two conditions by either."""
    messages = {
        "PersistedQueryNotFound": _UNKNOWN,
        "PersistedQueryNotSupported": _UNSUPPORTED,
    }
    return {*error.codes, *(messages.get(each.message, "") for each in error.errors)}


def _result(answer: Answer, response: requests.Response, operation: Operation) -> GraphQLResult:
    data = decoded(bytes(answer.data), operation.result, operation, response) if answer.has_data else None
    return GraphQLResult(
        data=data, errors=answer.errors, status=response.status_code, headers=response.headers
    )
