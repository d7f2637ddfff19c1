"""REST calls: build a request from a route and its options, and a value from the response."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from pactape_clients.caller_code.checks import check_kind
from pactape_clients.caller_code.values import dict_of, tuple_of
from pactape_clients.concurrency.call_context import time_to_finish
from pactape_clients.decoding import decode_response, status_error
from pactape_clients.encoding.parameters import Pairs, ParameterStyle, encode_query, query_pairs
from pactape_clients.encoding.urls import without_user
from pactape_clients.errors import CacheUnavailableError, ClientError, DeadlineExceededError, UsageError
from pactape_clients.operations import Operation
from pactape_clients.rest._replies import Reply
from pactape_clients.rest._routes import fill_key, fill_path
from pactape_clients.retries import idempotency_key_for
from pactape_clients.settings import report_cache_failure
from pactape_clients.transport import OutgoingRequest, Transport
from pactape_clients.wire import RequestBody, form_body, multipart_body, raw_body

if TYPE_CHECKING:
    from collections.abc import Mapping

    import requests

    from pactape_clients.cache import Cache
    from pactape_clients.concurrency.call_context import CallContext
    from pactape_clients.encoding.json_codec import Codec
    from pactape_clients.rest._options import CallOptions

__all__ = ["RestCall", "RestCalls", "judge"]


def judge(response: requests.Response, call: CallContext) -> ClientError | None:
    """Return the error of a response with an error status; None for others."""
    return status_error(response, call.operation, call.values)


class RestCall:
    """A call with its route filled in.

    Args:
        operation: The declared call.
        options: The options of the call.
        style: How values are written into URLs.

    Raises:
        UsageError: The values don't fit the route.
    """

    __slots__ = ("operation", "options", "query", "values", "where")

    def __init__(self, operation: Operation, options: CallOptions, style: ParameterStyle) -> None:
        self.operation = operation
        self.options = options
        self.values: Mapping[str, Any] = options.path or {}
        self.where = fill_path(operation.path, self.values, style)
        self.query: Pairs = query_pairs(options.query, style)

    @property
    def query_digest(self) -> str:
        """A hash of the query, independent of the order of its parameters; "" without a query."""
        pairs = tuple(sorted(self.query, key=lambda pair: pair[0]))
        return hashlib.sha256(encode_query(pairs).encode()).hexdigest()[:16] if pairs else ""


class RestCalls:
    """Makes the calls of one client.

    Args:
        transport: Sends the requests.
        cache: The cache of reads.
        codec: Encodes and decodes the bodies.
        style: How values are written into URLs.
    """

    def __init__(self, transport: Transport, cache: Cache, codec: Codec, style: ParameterStyle) -> None:
        self.transport = transport
        self.cache = cache
        self.codec = codec
        self._style = style

    def declare(self, method: str, template: str, options: CallOptions, returns: Any) -> RestCall:
        """Return a call with its route filled in.

        Raises:
            UsageError: The values don't fit the route.
        """
        check_kind("the route", template, str, "a string")
        self.codec.decoder(returns)
        operation = Operation(name=f"{method} {template}", method=method, path=template, result=returns)
        return RestCall(operation, options, self._style)

    def request(self, call: RestCall, *, url: str | None = None, condition: Any = None) -> OutgoingRequest:
        """Return the request of a call.

        Args:
            call: The call.
            url: A URL that replaces the call's route and query: the link of a page.
            condition: The headers of a conditional request.

        Raises:
            UsageError: The body can't be encoded, or a header is invalid.
        """
        body = self._body(call.options)
        key = idempotency_key_for(call.options.idempotency_key)
        own = {} if body is None or body.content_type is None else {"Content-Type": body.content_type}
        accept = "*/*" if call.operation.result in (bytes, str) else "application/json"
        headers = self.transport.merged_headers(
            {"Accept": accept},
            own,
            call.options.headers,
            {} if key is None else {"Idempotency-Key": key},
            condition,
        )
        target = url or self.transport.url + call.where
        query = () if url else call.query
        return OutgoingRequest(call.operation.method, target, headers=headers, query=query, body=body)

    def _body(self, options: CallOptions) -> RequestBody | None:
        body_options = [name for name in ("json", "form", "content") if getattr(options, name) is not None]
        if options.files is not None and "form" not in body_options:
            body_options.append("files")
        if len(body_options) > 1:
            raise UsageError(f"a request has one body, not both {body_options[0]}= and {body_options[1]}=")
        if options.json is not None:
            return RequestBody(self.codec.encode(options.json), "application/json")
        if options.files is not None:
            files = dict_of("files", options.files, "a mapping of field names to files")
            return multipart_body(options.form, files, self._style)
        if options.form is not None:
            return form_body(options.form, self._style)
        return None if options.content is None else raw_body(options.content, options.content_type)

    def read(self, call: RestCall) -> Reply[Any]:
        """Make a read call.

        Raises:
            ClientError: See `pactape_clients.errors`.
        """
        with self.transport.call(
            call.operation, values=call.values, deadline=call.options.deadline
        ) as context:
            return self.read_within(context, call)

    def read_within(self, context: CallContext, call: RestCall) -> Reply[Any]:
        """Make a read call, as part of a call in progress."""
        return self._reply(call, self.transport.send(context, self.request(call), judge=judge))

    def write(self, call: RestCall) -> Reply[Any]:
        """Make a write call, and invalidate the cached reads that it makes stale.

        Raises:
            ClientError: See `pactape_clients.errors`.
        """
        request, keys = self.request(call), _stale_keys(call)
        with self.transport.call(
            call.operation, values=call.values, deadline=call.options.deadline
        ) as context:
            try:
                response = self.transport.send(context, request, judge=judge)
            finally:  # even after a time-out: the server may have made the change
                self._invalidate_written(keys, call)
            return self._reply(call, response)

    def _reply(self, call: RestCall, response: requests.Response) -> Reply[Any]:
        value = decode_response(response, call.operation.result, call.operation, self.codec, call.values)
        return Reply(
            value=value, status=response.status_code, headers=response.headers, url=without_user(response.url)
        )

    def _invalidate_written(self, keys: list[str], call: RestCall) -> None:
        """Invalidate the stale reads of a write; a failure doesn't affect the write's result."""
        with time_to_finish():
            try:
                self.cache.invalidate(keys=keys, tags=[f"path:{call.where}"])
            except CacheUnavailableError as error:
                report_cache_failure(error, self.transport.settings)
            except DeadlineExceededError as error:
                report_cache_failure(CacheUnavailableError(str(error)), self.transport.settings)


def _stale_keys(call: RestCall) -> list[str]:
    templates = call.options.invalidates
    keys = (templates,) if isinstance(templates, str) else tuple_of("invalidates", templates, str, "strings")
    return [fill_key(key, call.values) for key in keys]
