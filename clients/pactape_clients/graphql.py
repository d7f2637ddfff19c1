"""GraphQL over HTTP: compiled documents, typed results, cached queries, errors that keep everything."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

import msgspec

from pactape_clients.cache import TTLCache
from pactape_clients.documents import Document, compiled
from pactape_clients.errors import GraphQLErrorDetail, GraphQLResponseError
from pactape_clients.operations import Operation
from pactape_clients.transport import DEFAULT_TIMEOUT, Transport, check, decode

if TYPE_CHECKING:
    from collections.abc import Mapping

    import requests

    from pactape_clients.tokens import TokenSource

__all__ = ["GraphQLClient", "GraphQLErrorHandler"]

#: Seconds that a query's result is kept unless the call says otherwise.
_TTL = 300.0
_HEADERS = {
    "Accept": "application/graphql-response+json, application/json;q=0.9",
    "Content-Type": "application/json",
}


class GraphQLErrorHandler(Protocol):
    """Turns the errors of an answer into the exception that the caller gets."""

    def handle_graphql_errors(self, error: GraphQLResponseError) -> Exception:
        """The exception to raise; `error` itself is a good one."""
        ...


class GraphQLClient:
    """Executes GraphQL operations at one endpoint; safe to share between threads as far as its session is.

    Args:
        url: The endpoint.
        session: The session to send with; its own by default.
        tokens: Where access tokens come from; None sends none.
        cache: Where the results of queries are kept; a cache of its own by default.
        error_handler: Turns an answer's errors into the exception to raise; by default it is GraphQLResponseError.
        timeout: Seconds to connect, and to wait for the next bytes of the answer.
    """

    def __init__(
        self,
        url: str,
        *,
        session: requests.Session | None = None,
        tokens: TokenSource | None = None,
        cache: TTLCache[bytes] | None = None,
        error_handler: GraphQLErrorHandler | None = None,
        timeout: tuple[float, float] = DEFAULT_TIMEOUT,
    ) -> None:
        self._transport = Transport(url, session=session, tokens=tokens, timeout=timeout)
        self._cache = TTLCache[bytes]() if cache is None else cache
        self._error_handler = error_handler

    def query(
        self,
        document: str,
        variables: Mapping[str, Any] | None = None,
        *,
        returns: Any = None,
        ttl: float = _TTL,
    ) -> Any:
        """Execute a query, or give its result from the cache: then no request is made and no token asked for.

        Args:
            document: A GraphQL document with one operation, a query.
            variables: The operation's variables, JSON values by name.
            returns: The model of the answer's `data`; None gives plain JSON values, fresh at every call.
            ttl: Seconds to keep the result; an answer with errors is never kept.

        Raises:
            ClientError: See `pactape_clients.errors`; GraphQLResponseError when the answer holds errors.
            ValueError: The document has no single query.
        """
        compiled_document = compiled(document)
        if not compiled_document.is_query:
            raise ValueError(f"{compiled_document.name} is no query: execute it with mutate()")
        key = self._key(compiled_document, variables or {})
        data = self._cache.get_or_load(
            key, lambda: self._execute(compiled_document, variables or {}, returns=returns), ttl=ttl
        )
        return decode(data, returns, operation=compiled_document.name)

    def mutate(
        self,
        document: str,
        variables: Mapping[str, Any] | None = None,
        *,
        returns: Any = None,
        invalidates: str | None = None,
    ) -> Any:
        """Execute a mutation.

        Args:
            document: A GraphQL document with one operation, a mutation.
            variables: The operation's variables, JSON values by name.
            returns: The model of the answer's `data`; None gives plain JSON values.
            invalidates: A regular expression: cached queries whose key (the operation's name, then its variables
                as JSON) it finds are dropped once the mutation has succeeded: "GetUser.*user-1".

        Raises:
            ClientError: See `pactape_clients.errors`; GraphQLResponseError when the answer holds errors.
        """
        compiled_document = compiled(document)
        data = self._execute(compiled_document, variables or {}, returns=returns)
        if invalidates is not None:
            self._cache.invalidate(invalidates)
        return decode(data, returns, operation=compiled_document.name)

    def _execute(self, document: Document, variables: Mapping[str, Any], *, returns: Any) -> bytes:
        """The answer's `data` as JSON."""
        operation = Operation(
            name=document.name,
            method="POST",
            path=urlsplit(self._transport.base_url).path or "/",
            document=document.text,
            result=returns,
        )
        body = msgspec.json.encode(
            {"query": document.text, "variables": variables, "operationName": document.name}
            if document.name != "anonymous"
            else {"query": document.text, "variables": variables}
        )
        response = self._transport.send(operation, self._transport.base_url, body=body, headers=_HEADERS)
        return self._data(response, document)

    def _data(self, response: requests.Response, document: Document) -> bytes:
        answer = _answer(response)
        if answer is None:
            check(response, operation=document.name)
            answer = decode(response.content, _Answer, operation=document.name)
        if answer.errors:
            raise self._error(answer, response, document)
        return bytes(answer.data)

    def _error(self, answer: _Answer, response: requests.Response, document: Document) -> Exception:
        error = GraphQLResponseError(
            operation=document.name,
            errors=answer.errors,
            data=msgspec.json.decode(answer.data),
            status=response.status_code,
            headers=response.headers,
        )
        return self._error_handler.handle_graphql_errors(error) if self._error_handler else error

    def _key(self, document: Document, variables: Mapping[str, Any]) -> str:
        inputs = json.dumps(variables, sort_keys=True)
        return f"{self._transport.principal} {document.name} {inputs} {document.digest}"


class _Answer(msgspec.Struct):
    """A GraphQL answer (GraphQL specification, section 7.1)."""

    data: msgspec.Raw = msgspec.Raw(b"null")
    errors: tuple[GraphQLErrorDetail, ...] = ()


def _answer(response: requests.Response) -> _Answer | None:
    """The answer, if it is one; an error status may come with one, too (GraphQL over HTTP, section 6.4)."""
    try:
        answer = msgspec.json.decode(response.content, type=_Answer)
    except msgspec.DecodeError:
        return None
    return answer if response.ok or answer.errors else None
