"""Executes operations without the cache, one or several per request, and returns complete results."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pactape_clients.caller_code.values import tuple_of
from pactape_clients.decoding import decode_body
from pactape_clients.errors import DecodeError, DocumentError, GraphQLResponseError
from pactape_clients.graphql._documents import Document, compiled
from pactape_clients.graphql._queries import Queries, entity_tags
from pactape_clients.graphql._requests import Call
from pactape_clients.graphql._responses import BatchJudge, GraphQLJudge, GraphQLResponse, GraphQLResult
from pactape_clients.graphql._variables import plain_variables, split_uploads
from pactape_clients.operations import Operation

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import requests
    from graphql import GraphQLSchema

    from pactape_clients.encoding.json_codec import Codec
    from pactape_clients.graphql._execution import Execution, Executor
    from pactape_clients.graphql._variables import Variables
    from pactape_clients.transport import Transport

__all__ = ["Uncached"]


class Uncached:
    """Executes the operations of one client without its cache.

    Args:
        executor: Executes operations.
        queries: Invalidates the stale queries of mutations.
        transport: Sends the requests.
        codec: Decodes the data.
        schema: The schema to validate documents against; None to check the syntax only.
    """

    def __init__(
        self,
        executor: Executor,
        queries: Queries,
        transport: Transport,
        codec: Codec,
        schema: GraphQLSchema | None,
    ) -> None:
        self._executor = executor
        self._queries = queries
        self._transport = transport
        self._codec = codec
        self._schema = schema

    def prepare(
        self, document: str, variables: Variables, returns: Any, options: Mapping[str, Any]
    ) -> Execution:
        """Return the execution of a query or mutation.

        Raises:
            DocumentError: The document or its variables are invalid.
        """
        operation, inputs = self._compile(document, options.get("operation"), variables)
        self._codec.decoder(returns)
        return self._executor.prepare(operation, inputs, returns, options)

    def _compile(
        self, document: str, operation: str | None, variables: Variables
    ) -> tuple[Document, Mapping[str, Any]]:
        compiled_document = compiled(document, operation, self._schema)
        if compiled_document.kind == "subscription":
            compiled_document.check_kind("query")
        inputs = plain_variables(variables)
        compiled_document.check(inputs)
        return compiled_document, inputs

    def execute(self, execution: Execution, *, deadline: float | None) -> GraphQLResult:
        """Send an operation, and return the complete result, including errors."""
        judge = GraphQLJudge(keep_errors=True)
        call = self._transport.call(execution.announced, values=execution.variables, deadline=deadline)
        with call as context:
            try:
                response = self._executor.send(execution, context, judge)
            except GraphQLResponseError as error:
                return GraphQLResult(
                    data=None, errors=error.errors, status=error.status or 0, headers=error.headers
                )
        self._invalidate_changed(execution.document, judge.content)
        return self._result(judge.content, response, execution.announced)

    def batch(
        self, calls: Sequence[Call], *, headers: Mapping[str, str], deadline: float | None
    ) -> tuple[GraphQLResult, ...]:
        """Send several operations with one request, and return one result for each."""
        documents = [self._batch_entry(call) for call in tuple_of("calls", calls, Call, "Call(…)")]
        announced = self._announced_batch([document for document, _ in documents])
        request = self._executor.requests.post(
            [self._executor.requests.members(document, inputs) for document, inputs in documents],
            headers=headers,
            repeatable=all(document.kind == "query" for document, _ in documents),
        )
        judge = BatchJudge(len(documents))
        with self._transport.call(announced, values={}, deadline=deadline) as context:
            response = self._executor.send_request(request, context, judge)
        if len(judge.contents) != len(calls):
            raise DecodeError(
                f"{announced.name}: {len(calls)} operations were sent, but {len(judge.contents)} results came",
                operation=announced,
                status=response.status_code,
                headers=response.headers,
            )
        return tuple(
            self._batch_result(document, call, content, response)
            for (document, _), call, content in zip(documents, calls, judge.contents, strict=True)
        )

    def _announced_batch(self, documents: list[Document]) -> Operation:
        return Operation(
            name=", ".join(document.name for document in documents),
            method="POST",
            path=self._transport.path,
            document="\n\n".join(document.text for document in documents),
        )

    def _batch_entry(self, call: Call) -> tuple[Document, Mapping[str, Any]]:
        document, inputs = self._compile(call.document, call.operation, call.variables)
        self._codec.decoder(call.returns)
        if split_uploads(inputs)[1]:
            raise DocumentError(
                f"{document.name} has an upload, which a batch can't contain. Fix: use mutate(…)"
            )
        return document, inputs

    def _batch_result(
        self, document: Document, call: Call, content: GraphQLResponse, response: requests.Response
    ) -> GraphQLResult:
        self._invalidate_changed(document, content)
        return self._result(content, response, self._executor.operation(document, call.returns))

    def _invalidate_changed(self, document: Document, content: GraphQLResponse) -> None:
        if document.kind == "mutation" and content.has_data:
            self._queries.invalidate(entity_tags(bytes(content.data)))

    def _result(
        self, content: GraphQLResponse, response: requests.Response, operation: Operation
    ) -> GraphQLResult:
        status, headers = response.status_code, response.headers
        data = None
        if content.has_data:
            body = bytes(content.data)
            data = decode_body(body, operation.result, operation, self._codec, status=status, headers=headers)
        return GraphQLResult(data=data, errors=content.errors, status=status, headers=headers)
