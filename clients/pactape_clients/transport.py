"""Sending requests and judging their answers: what the REST and GraphQL clients share."""

from __future__ import annotations

import time
import weakref
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import msgspec
import requests
import stamina
from requests.adapters import HTTPAdapter

from pactape_clients.auth import TokenAuth
from pactape_clients.auth._sessions import principal_of_session
from pactape_clients.bodies import read_in_time
from pactape_clients.call_context import CURRENT, CallInProgress, bounded
from pactape_clients.errors import (
    ClientError,
    ConnectionFailedError,
    RequestTimeoutError,
    TransportError,
    UsageError,
)
from pactape_clients.retries import RetryPolicy
from pactape_clients.telemetry import Hook, RequestEvent
from pactape_clients.urls import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pactape_clients.auth import TokenSource
    from pactape_clients.operations import Operation

    Judge = Callable[[requests.Response, Operation], ClientError | None]

__all__ = ["Transport", "TransportSettings"]

_USAGE = (
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidSchema,
    requests.exceptions.MissingSchema,
)


class TransportSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How requests are sent. `pool_size` and `trust_env` concern a client's own session, not a given one.

    Args:
        timeouts: Seconds to connect, and between bytes.
        deadline: Seconds for a whole call: tokens, attempts, waits and bodies; None for no limit. No attempt begins
            beyond it, and a body that comes byte by byte ends at it; a body that ends only with its connection may
            take one time-out longer. Only a server that sends an answer's head byte by byte can outlast it.
        retries: Which calls are made again.
        pool_size: Connections kept open.
        trust_env: Whether proxies and CA bundle come from the environment. They are read once, when the client is
            made; netrc is never read.
        hooks: Called with each request's event, on the calling thread.
    """

    timeouts: tuple[float, float] = (5.0, 30.0)
    deadline: float | None = 60.0
    retries: RetryPolicy = RetryPolicy()
    pool_size: int = 10
    trust_env: bool = True
    hooks: tuple[Hook, ...] = ()


class Transport:
    """Sends requests to one server, with tokens, retries and one deadline for each call.

    Args:
        url: The server's URL.
        session: Sends the requests, with its own adapters and environment; None makes one.
        tokens: Where access tokens come from; None sends none.
        settings: How requests are sent.
    """

    def __init__(
        self,
        url: str,
        *,
        session: requests.Session | None = None,
        tokens: TokenSource | None = None,
        settings: TransportSettings | None = None,
    ) -> None:
        server = urlsplit(url)
        if server.scheme not in {"http", "https"} or not server.hostname:
            raise UsageError(
                f"{shown(url)!r} is no URL of a server: write one that begins with http:// or https://"
            )
        self._settings = settings or TransportSettings()
        self.url = url.rstrip("/")
        self.path = server.path or "/"
        self.principal = principal_of_session(session) if tokens is None else tokens.principal
        self._server: dict[str, str | int] = {
            "server.address": server.hostname,
            "server.port": _port(server.scheme, server.port),
        }
        self._session = _pooled(self._settings.pool_size) if session is None else session
        if session is None:
            weakref.finalize(self, self._session.close)  # else its open sockets warn when it is collected
        self._fixed = _fixed_options(url, self._settings) if session is None else None
        self._auth = None if tokens is None else TokenAuth(tokens)

    def close(self) -> None:
        """Close the connections of its own session; a given one is left to its owner."""
        if self._fixed is not None:
            self._session.close()

    @contextmanager
    def one_call(self, operation: Operation) -> Iterator[None]:
        """Whatever is sent for `operation` inside the context is one call, with one deadline."""
        outer = CURRENT.set(CallInProgress(operation, deadline=self._settings.deadline))
        try:
            yield
        finally:
            CURRENT.reset(outer)

    def send(
        self, operation: Operation, request: requests.Request, *, judge: Judge, repeatable: bool | None = None
    ) -> requests.Response:
        """Send `request` until an answer passes or the policy gives up.

        Each attempt announces `operation` just before it goes out.

        Args:
            operation: What is being called.
            request: Its `auth` is set here.
            judge: Gives the error of an answer that is one; None for a good answer.
            repeatable: Whether doing it twice does no harm; None lets the method decide. With an Idempotency-Key it
                never does.

        Raises:
            ClientError: The last attempt's.
        """
        request.auth = self._auth
        around = CURRENT.get()
        if around is not None and around.operation is operation:
            call = around
        else:
            call = CallInProgress(operation, deadline=self._settings.deadline)
        outer = CURRENT.set(call)
        try:
            return self._attempt(call, request, judge, attempt=0)
        except ClientError as failure:
            if not self._worth_another(failure, request, repeatable=repeatable):
                raise
            return self._again(call, request, judge, failure)
        finally:
            CURRENT.reset(outer)

    def _worth_another(
        self, failure: ClientError, request: requests.Request, *, repeatable: bool | None
    ) -> bool:
        policy = self._settings.retries
        if repeatable is None:
            repeatable = request.method in policy.methods
        harmless = repeatable or "Idempotency-Key" in (request.headers or {})
        return harmless and policy.attempts > 1 and policy.repeats(failure)

    def _again(
        self, call: CallInProgress, request: requests.Request, judge: Judge, first: ClientError
    ) -> requests.Response:
        """Make the call again as long as the policy says; `first` counts as the first attempt."""

        def wait(error: Exception) -> bool | float:
            if not isinstance(error, ClientError):
                return False
            return self._settings.retries.wait_before(error, call.remaining())

        policy = self._settings.retries
        failures = [first]
        for attempt in stamina.retry_context(
            on=wait,
            attempts=policy.attempts,
            timeout=call.remaining(),
            wait_initial=policy.wait_initial,
            wait_max=policy.wait_max,
            wait_jitter=policy.wait_jitter,
        ):
            with attempt:
                if failures:
                    raise failures.pop()
                return self._attempt(call, request, judge, attempt=attempt.num - 1)
        raise first

    def _attempt(
        self, call: CallInProgress, request: requests.Request, judge: Judge, *, attempt: int
    ) -> requests.Response:
        if not self._settings.hooks:
            return self._judged(call, request, judge)
        started = time.monotonic()
        try:
            response = self._judged(call, request, judge)
        except ClientError as error:
            self._report(call, attempt, started, status=error.status, error=type(error).__name__)
            raise
        self._report(call, attempt, started, status=response.status_code, error=None)
        return response

    def _judged(self, call: CallInProgress, request: requests.Request, judge: Judge) -> requests.Response:
        response = self._answer(call, request)
        failure = judge(response, call.operation)
        if failure is not None:
            raise failure
        return response

    def _answer(self, call: CallInProgress, request: requests.Request) -> requests.Response:
        try:
            prepared = self._session.prepare_request(request)
            prepared.hooks["response"].insert(0, read_in_time)
            timeout = bounded(self._settings.timeouts, call.remaining())
            options = self._options(prepared)
            call.announce()
            return self._session.send(prepared, timeout=timeout, **options)
        except requests.RequestException as error:
            failure = _failure(error, call.operation)
        except ClientError as error:
            error.operation = error.operation or call.operation
            raise
        call.remaining()
        raise failure  # outside of the handler: the frames below hold the token

    def _options(self, prepared: requests.PreparedRequest) -> dict[str, Any]:
        if self._fixed is not None:
            return self._fixed
        return dict(self._session.merge_environment_settings(prepared.url, {}, None, None, None))

    def _report(
        self, call: CallInProgress, attempt: int, started: float, *, status: int | None, error: str | None
    ) -> None:
        operation = call.operation
        attributes: dict[str, str | int] = {
            "pactape.operation": operation.name,
            "http.request.method": operation.method,
            "url.template": operation.path,
            **self._server,
        }
        if status is not None:
            attributes["http.response.status_code"] = status
        if error is not None:
            attributes["error.type"] = error if status is None else str(status)
        if attempt:
            attributes["http.request.resend_count"] = attempt
        event = RequestEvent(attributes=attributes, duration=time.monotonic() - started)
        for hook in self._settings.hooks:
            hook(event)


def _port(scheme: str, port: int | None) -> int:
    return port or (443 if scheme == "https" else 80)


def _pooled(size: int) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    for prefix in ("http://", "https://"):
        session.mount(prefix, HTTPAdapter(pool_connections=size, pool_maxsize=size))
    return session


def _fixed_options(url: str, settings: TransportSettings) -> dict[str, Any]:
    """Proxies and CA bundle, read once: reading the environment takes a fifth of a request's time."""
    if not settings.trust_env:
        return {"proxies": {}}
    with requests.Session() as session:
        return dict(session.merge_environment_settings(url, {}, None, None, None))


def _failure(error: requests.RequestException, operation: Operation) -> ClientError:
    kind: type[ClientError] = TransportError
    if isinstance(error, requests.Timeout):
        kind = RequestTimeoutError
    elif isinstance(error, _USAGE):
        kind = UsageError
    elif isinstance(error, requests.ConnectionError):
        kind = ConnectionFailedError
    return kind(f"{operation.name}: no answer came ({type(error).__name__})", operation=operation)
