"""Executes one GraphQL operation: announcement, sending, persisted queries, renewal and retries by error code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pactape_clients.errors import (
    DecodeError,
    GraphQLResponseError,
    ResponseError,
)
from pactape_clients.graphql._requests import GraphQLRequests
from pactape_clients.graphql._responses import GraphQLJudge, read_responses
from pactape_clients.operations import Operation
from pactape_clients.retries import idempotency_key_for

if TYPE_CHECKING:
    from collections.abc import Mapping

    import requests

    from pactape_clients.concurrency.call_context import CallContext
    from pactape_clients.encoding.json_codec import Codec
    from pactape_clients.errors import ClientError
    from pactape_clients.graphql._documents import Document
    from pactape_clients.graphql._options import GraphQLOptions
    from pactape_clients.transport import Judge, OutgoingRequest, Transport

__all__ = ["Execution", "Executor"]

_UNAUTHORIZED = 401
_ERRORS = b'"errors"'
_NOT_FOUND = "persistedquerynotfound"
_NOT_SUPPORTED = "persistedquerynotsupported"
#: Statuses about the request's sender or the server's state, rather than about a missing document.
_OTHER_REASONS = frozenset({401, 403, 429, 502, 503, 504})


class Execution:
    """One operation with its variables, type and headers.

    Args:
        document: The operation.
        variables: Its variables.
        announced: The announced operation.
        headers: The headers of the call, with its idempotency key.
    """

    __slots__ = ("announced", "document", "headers", "variables")

    def __init__(
        self,
        document: Document,
        variables: Mapping[str, Any],
        announced: Operation,
        headers: Mapping[str, str],
    ) -> None:
        self.document = document
        self.variables = variables
        self.announced = announced
        self.headers = headers


class Executor:
    """Executes the operations of one client.

    Args:
        transport: Sends the requests.
        codec: Encodes variables.
        options: The client's options.
    """

    def __init__(self, transport: Transport, codec: Codec, options: GraphQLOptions) -> None:
        self._transport = transport
        self._options = options
        self._persisted = options.persisted_queries
        self.requests = GraphQLRequests(transport, codec, queries_by=options.queries_by)

    def prepare(
        self, document: Document, variables: Mapping[str, Any], returns: Any, options: Mapping[str, Any]
    ) -> Execution:
        """Prepare an execution.

        Args:
            document: The operation.
            variables: Its variables.
            returns: The type of the data.
            options: `headers` and `idempotency_key` of the call.
        """
        key = idempotency_key_for(options.get("idempotency_key"))
        headers = dict(options.get("headers") or {})
        announced = self.operation(document, returns)
        return Execution(
            document, variables, announced, headers if key is None else {**headers, "Idempotency-Key": key}
        )

    def operation(self, document: Document, returns: Any) -> Operation:
        """Return the operation to announce."""
        return Operation(
            name=document.name,
            method=self.requests.method_of(document),
            path=self._transport.path,
            document=document.text,
            result=returns,
        )

    def request(self, execution: Execution) -> OutgoingRequest:
        """Return the request with the whole document.

        Raises:
            UsageError: The variables can't be encoded.
        """
        document = execution.document
        with_hash = self._persisted and document.kind == "query"
        members = self.requests.members(document, execution.variables, with_hash=with_hash)
        return self.requests.request(document, members, headers=execution.headers)

    def send(self, execution: Execution, context: CallContext, judge: GraphQLJudge) -> requests.Response:
        """Send an operation, and return the response; `judge` keeps the decoded content.

        Raises:
            ClientError: See `pactape_clients.errors`.
        """
        if execution.document.kind == "query" and self._persisted:
            return self._by_hash(execution, context, judge)
        return self.send_request(self.request(execution), context, judge)

    def send_request(self, request: OutgoingRequest, context: CallContext, judge: Judge) -> requests.Response:
        """Send a request; error codes may mean that the token was rejected, or that it should be retried."""
        return self._transport.send(
            context, request, judge=judge, refused=self._is_refusal, repeats=self._repeats
        )

    def _is_refusal(self, response: requests.Response) -> bool:
        if response.status_code == _UNAUTHORIZED:
            return True
        if not self._options.renew_on or _ERRORS not in response.content:
            return False
        contents = read_responses(response)
        return bool(contents) and all(
            not content.has_values and not content.codes.isdisjoint(self._options.renew_on)
            for content in contents
        )

    def _repeats(self, failure: ClientError) -> bool:
        return isinstance(failure, GraphQLResponseError) and not self._options.repeat_on.isdisjoint(
            failure.codes
        )

    def _by_hash(self, execution: Execution, context: CallContext, judge: GraphQLJudge) -> requests.Response:
        """Send a query as its hash, and again with its text if the server doesn't know or support hashes."""
        document = execution.document
        members = self.requests.members(document, execution.variables, with_text=False, with_hash=True)
        request = self.requests.request(document, members, headers=execution.headers)
        try:
            return self.send_request(request, context, judge)
        except (GraphQLResponseError, ResponseError, DecodeError) as error:
            if not _may_lack_document(error, judge):
                raise
            is_unknown = _NOT_FOUND in _normalized_texts(error)
        members = self.requests.members(document, execution.variables, with_hash=is_unknown)
        request = self.requests.request(document, members, headers=execution.headers)
        response = self.send_request(request, context, judge)
        if not is_unknown:
            self._persisted = False
        return response


def _may_lack_document(error: ClientError, judge: GraphQLJudge) -> bool:
    """Return whether a server may have rejected a request because it contains no document."""
    if _normalized_texts(error) & {_NOT_FOUND, _NOT_SUPPORTED}:
        return True
    return error.status not in _OTHER_REASONS and not judge.content.was_executed


def _normalized_texts(error: ClientError) -> set[str]:
    """Return codes and messages without case and punctuation: servers use either for the two conditions."""
    if not isinstance(error, GraphQLResponseError):
        return set()
    texts = [*error.codes, *(detail.message for detail in error.errors)]
    return {"".join(filter(str.isalpha, text)).lower() for text in texts}
