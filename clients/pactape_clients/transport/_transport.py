"""The transport of a client: a call consists of one or more attempts, each with a token and redirects."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import requests

from pactape_clients.auth import TokenAuth, TokenSource
from pactape_clients.caller_code.checks import check_kind, check_number
from pactape_clients.caller_code.values import dict_of
from pactape_clients.concurrency.call_context import CallContext, call_in_progress
from pactape_clients.concurrency.processes import NotCopyable
from pactape_clients.encoding.headers import check_headers, merge_headers
from pactape_clients.encoding.urls import parse_server
from pactape_clients.errors import ClientError, UsageError
from pactape_clients.identity import CallerIdentity
from pactape_clients.retries import IDEMPOTENT, repeat
from pactape_clients.settings import DEFAULT_SETTINGS, TransportSettings
from pactape_clients.telemetry import RequestEvent, call_hooks
from pactape_clients.transport._redirects import RedirectState, follow_redirects
from pactape_clients.wire import Connections, ResponseReader

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from pactape_clients.operations import Operation
    from pactape_clients.retries import RetryPolicy
    from pactape_clients.transport._requests import OutgoingRequest

    Refused = Callable[[requests.Response], bool]

__all__ = ["Judge", "Transport"]

#: Returns the error of an unsuccessful response; None for a successful one.
Judge = Callable[[requests.Response, CallContext], "ClientError | None"]

_UNAUTHORIZED = 401


def _is_401(response: requests.Response) -> bool:
    return response.status_code == _UNAUTHORIZED


class Transport(NotCopyable):
    """Sends requests to one server, with tokens, redirects, retries and one deadline per call.

    Args:
        url: The server's URL.
        session: Sends the requests, with its own adapters and environment; None to create one.
        tokens: The source of access tokens; None to send none.
        settings: How requests are sent.
        headers: Sent with each request.

    Raises:
        UsageError: The URL is invalid, or an argument has the wrong type.
    """

    def __init__(
        self,
        url: str,
        *,
        session: requests.Session | None = None,
        tokens: TokenSource | None = None,
        settings: TransportSettings | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self._server = parse_server(url)
        self.url = self._server.url
        self.path = self._server.path
        self.settings = settings or DEFAULT_SETTINGS
        check_kind("settings", self.settings, TransportSettings, "TransportSettings(…)")
        own_headers = {} if headers is None else dict_of("headers", headers)
        if tokens is not None and not isinstance(tokens, TokenSource):
            raise UsageError(
                f"tokens must be a TokenSource, not {type(tokens).__name__}. Fix: StaticToken(…)"
            )
        check_headers(own_headers)
        self.headers = own_headers
        self._connections = Connections(
            session, url=url, pool_size=self.settings.pool_size, trust_env=self.settings.trust_env
        )
        self._auth = None if tokens is None else TokenAuth(tokens)
        self.identity = CallerIdentity(
            self._connections, tokens=tokens, user_info=self._server.user_info, headers=self.headers
        )

    def close(self) -> None:
        """Close the connections of its own session, but not those of a given one."""
        self._connections.close()

    def merged_headers(self, *layers: Mapping[str, str] | None) -> dict[str, str]:
        """Merge the headers of a request: the first layer, then the client's own, then the other layers."""
        return merge_headers(layers[0], self.headers, *layers[1:])

    def call(
        self, operation: Operation, *, values: Mapping[str, Any], deadline: float | None = None
    ) -> AbstractContextManager[CallContext]:
        """Return the context of one call; all requests inside it share one deadline.

        Args:
            operation: The operation.
            values: Its path values or variables.
            deadline: Seconds for the whole call; None for the client's.

        Raises:
            UsageError: The deadline is not a number above 0.
        """
        if deadline is not None:
            check_number("deadline", deadline, above=True, finite=True)
        limit = self.settings.deadline if deadline is None else deadline
        return call_in_progress(CallContext(operation, deadline=limit, settings=self.settings, values=values))

    def send(
        self,
        call: CallContext,
        request: OutgoingRequest,
        *,
        judge: Judge,
        refused: Refused = _is_401,
        repeats: Callable[[ClientError], bool] | None = None,
        streaming: bool = False,
    ) -> requests.Response:
        """Send a request until it succeeds or the policy gives up; each attempt announces the operation.

        Args:
            call: The call in progress.
            request: The request.
            judge: Returns the error of an unsuccessful response; None for a successful one.
            refused: Returns whether a response rejects the token.
            repeats: Returns whether a failure outside the policy is worth another attempt.
            streaming: Whether to leave the body of a successful response unread.

        Raises:
            ClientError: The error of the last attempt.
        """
        policy = self.settings.retries

        def is_repeatable(failure: ClientError) -> bool:
            worth = policy.repeats(failure) or (repeats is not None and repeats(failure))
            return worth and _may_repeat(request, failure, policy)

        attempt = _Attempt(self, call, request, judge, refused, streaming=streaming)
        name = call.operation.name
        try:
            return repeat(policy, attempt, is_repeatable=is_repeatable, remaining=call.remaining, name=name)
        except ClientError as error:
            error.operation = error.operation or call.operation
            error.values = error.values or call.values
            raise

    def exchange(
        self,
        call: CallContext,
        request: requests.PreparedRequest,
        outgoing: OutgoingRequest,
        *,
        streaming: bool,
    ) -> requests.Response:
        """Send one request unchanged, and follow its redirects."""
        name = call.operation.name
        reader = ResponseReader(name, max_bytes=self.settings.max_body_bytes, streaming=streaming)

        def send(hop_request: requests.PreparedRequest, hop: RedirectState) -> requests.Response:
            return self._connections.send(
                hop_request,
                name=name,
                timeouts=self.settings.connect_and_read,
                reader=reader,
                streaming=streaming,
                abroad=hop.abroad,
                announced=hop.count == 0,
            )

        return follow_redirects(
            request,
            RedirectState(name, most=self.settings.max_redirects),
            send=send,
            session=self._connections.session,
            can_be_sent_again=lambda: outgoing.body is None or outgoing.body.can_be_sent,
        )

    def prepare(self, outgoing: OutgoingRequest, name: str) -> requests.PreparedRequest:
        """Prepare a request with the session; with tokens, the session's own credentials are omitted."""
        request = outgoing.open()
        if self._auth is not None or any(header.lower() == "authorization" for header in outgoing.headers):
            request.auth = _no_auth  # otherwise requests replaces the header with a netrc entry
        return self._connections.prepare(request, name)

    @property
    def auth(self) -> TokenAuth | None:
        """Return the `auth` that adds tokens to requests; None without tokens."""
        return self._auth

    def report(
        self, call: CallContext, attempt: int, start: float, *, status: int | None, error: str | None
    ) -> None:
        """Call the hooks with the event of an attempt."""
        operation = call.operation
        attributes: dict[str, str | int] = {
            "pactape.operation": operation.name,
            "http.request.method": operation.method,
            "url.template": operation.path,
            "server.address": self._server.host,
            "server.port": self._server.port,
        }
        if status is not None:
            attributes["http.response.status_code"] = status
        if error is not None:
            attributes["error.type"] = error if status is None else str(status)
        if attempt:
            attributes["http.request.resend_count"] = attempt
        call_hooks(
            self.settings.hooks, RequestEvent(attributes=attributes, duration=time.monotonic() - start)
        )


class _Attempt:
    """Makes the attempts to send one request."""

    __slots__ = ("_call", "_judge", "_refused", "_request", "_streaming", "_transport")

    def __init__(
        self,
        transport: Transport,
        call: CallContext,
        request: OutgoingRequest,
        judge: Judge,
        refused: Refused,
        *,
        streaming: bool,
    ) -> None:
        self._transport = transport
        self._call = call
        self._request = request
        self._judge = judge
        self._refused = refused
        self._streaming = streaming

    def __call__(self, number: int) -> requests.Response:
        if not self._transport.settings.hooks:
            return self._send_prepared()
        start = time.monotonic()
        try:
            response = self._send_prepared()
        except ClientError as error:
            kind = type(error).__name__
            self._transport.report(self._call, number, start, status=error.status, error=kind)
            raise
        self._transport.report(self._call, number, start, status=response.status_code, error=None)
        return response

    def _send_prepared(self) -> requests.Response:
        prepared = self._transport.prepare(self._request, self._call.operation.name)
        response = self._authorized(prepared)
        failure = self._judge(response, self._call)
        if failure is not None:
            response.close()
            raise failure
        return response

    def _authorized(self, request: requests.PreparedRequest) -> requests.Response:
        auth = self._transport.auth
        if auth is None:
            return self._exchange(request)
        flow = auth.flow(request, refused=self._refused)
        response = self._exchange(next(flow))
        try:
            while True:
                again = flow.send(response)
                response.close()
                response = self._exchange(again)
        except StopIteration:
            return response

    def _exchange(self, request: requests.PreparedRequest) -> requests.Response:
        return self._transport.exchange(self._call, request, self._request, streaming=self._streaming)


def _no_auth(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _may_repeat(request: OutgoingRequest, failure: ClientError, policy: RetryPolicy) -> bool:
    """Return whether sending the request again is safe and possible."""
    if request.body is not None and not request.body.can_be_sent:
        return False
    if request.has_idempotency_key:
        return True
    if request.repeatable is not None:
        return request.repeatable
    if request.method in policy.methods:
        return True
    return request.method in IDEMPOTENT and failure.reason == "reset"
