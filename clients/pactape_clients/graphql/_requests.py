"""GraphQL requests: JSON with POST, query parameters with GET, multipart for uploads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from urllib3.fields import RequestField
from urllib3.filepost import encode_multipart_formdata

from pactape_clients.graphql._variables import Variables, refuse_uploads, split_uploads
from pactape_clients.transport import OutgoingRequest
from pactape_clients.wire import RequestBody, Upload

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pactape_clients.encoding.json_codec import Codec
    from pactape_clients.graphql._documents import Document
    from pactape_clients.transport import Transport

__all__ = ["Call", "GraphQLRequests", "persisted_query"]

_ACCEPT = "application/graphql-response+json, application/json;q=0.9"


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One operation of a batch.

    Args:
        document: The GraphQL document.
        variables: As for `GraphQLClient.query`.
        returns: The type of its data; None for plain JSON values.
        operation: The name of the document's operation; None if it has only one.
    """

    document: str
    variables: Variables = None
    returns: Any = None
    operation: str | None = None


def persisted_query(document: Document) -> dict[str, Any]:
    """Return the extension that identifies a document (automatic persisted queries)."""
    return {"persistedQuery": {"version": 1, "sha256Hash": document.digest}}


class GraphQLRequests:
    """Builds the requests of one client.

    Args:
        transport: Has the endpoint and the client's headers.
        codec: Encodes variables.
        queries_by: The HTTP method of queries.
    """

    def __init__(self, transport: Transport, codec: Codec, *, queries_by: str) -> None:
        self._transport = transport
        self._codec = codec
        self._queries_by = queries_by

    def method_of(self, document: Document) -> str:
        """Return the HTTP method of an operation; mutations always use POST."""
        return self._queries_by if document.kind == "query" else "POST"

    def members(
        self,
        document: Document,
        variables: Mapping[str, Any],
        *,
        with_text: bool = True,
        with_hash: bool = False,
    ) -> dict[str, Any]:
        """Return a request's members (GraphQL over HTTP, section 5.1).

        Raises:
            DocumentError: The variables contain an upload where none can be sent.
        """
        members: dict[str, Any] = {"query": document.text} if with_text else {}
        members["variables"] = variables
        if document.operation_name is not None:
            members["operationName"] = document.operation_name
        if with_hash:
            members["extensions"] = persisted_query(document)
        return members

    def request(
        self, document: Document, members: dict[str, Any], *, headers: Mapping[str, str]
    ) -> OutgoingRequest:
        """Return the request of one operation.

        Args:
            document: The operation.
            members: The request's members.
            headers: The headers of the call.

        Raises:
            DocumentError: A query has an upload.
            UsageError: The variables can't be encoded, or a header is invalid.
        """
        is_query = document.kind == "query"
        plain, uploads = split_uploads(members["variables"])
        refuse_uploads(document, members["variables"])
        if uploads:
            return self._multipart({**members, "variables": plain}, uploads, headers=headers)
        if self.method_of(document) == "GET":
            return self._get(members, headers=headers)
        return self.post(members, headers=headers, repeatable=is_query)

    def post(self, body: Any, *, headers: Mapping[str, str], repeatable: bool) -> OutgoingRequest:
        """Return a request, or a list of them, as JSON."""
        content = RequestBody(self._codec.encode(body, what="variables"), "application/json")
        return self._outgoing("POST", content, headers, repeatable=repeatable)

    def _get(self, body: Mapping[str, Any], *, headers: Mapping[str, str]) -> OutgoingRequest:
        """Return a query in the URL (GraphQL over HTTP, section 6.3)."""
        pairs = tuple(
            (name, value if isinstance(value, str) else self._codec.encode(value, in_order=False).decode())
            for name, value in body.items()
        )
        request = self._outgoing("GET", None, headers, repeatable=True)
        request.query = pairs
        return request

    def _multipart(
        self, body: Mapping[str, Any], uploads: list[tuple[str, Upload]], *, headers: Mapping[str, str]
    ) -> OutgoingRequest:
        """Return a request with files: the operations, the map of files, and the files, in this order."""
        places = {str(number): [path] for number, (path, _) in enumerate(uploads)}
        parts = [
            RequestField.from_tuples("operations", self._codec.encode(body, what="variables")),
            RequestField.from_tuples("map", msgspec.json.encode(places)),
        ]
        for number, (_, upload) in enumerate(uploads):
            parts.append(
                RequestField.from_tuples(str(number), (upload.name, upload.read(), upload.content_type))
            )
        return self._outgoing(
            "POST", RequestBody(*encode_multipart_formdata(parts)), headers, repeatable=False
        )

    def _outgoing(
        self, method: str, body: RequestBody | None, headers: Mapping[str, str], *, repeatable: bool
    ) -> OutgoingRequest:
        own = {} if body is None or body.content_type is None else {"Content-Type": body.content_type}
        all_headers = self._transport.merged_headers({"Accept": _ACCEPT}, own, headers)
        return OutgoingRequest(
            method, self._transport.url, headers=all_headers, body=body, repeatable=repeatable
        )
