"""Adds tokens to requests: a flow that yields requests and receives responses, and requests' `auth=`."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from requests.auth import AuthBase

from pactape_clients.caller_code.boundary import public
from pactape_clients.caller_code.checks import check_callable
from pactape_clients.concurrency.call_context import bounded, current_call, remaining_time

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    import requests

    from pactape_clients.auth._token import Token
    from pactape_clients.auth._token_source import TokenSource

    Refused = Callable[[requests.Response], bool]

__all__ = ["TokenAuth"]

_UNAUTHORIZED = 401
_GIVEN_UP_FOR = 60.0  # seconds
_MOST_REMEMBERED = 1000


def _is_401(response: requests.Response) -> bool:
    return response.status_code == _UNAUTHORIZED


class TokenAuth(AuthBase):
    """Sends `Authorization: Bearer <token>`; after a 401, renews the token and sends the request again.

    It is an `auth=` rather than a header, because requests replaces an Authorization header with a netrc entry. If
    a body can't be sent twice (a generator), its 401 is final. If a new token doesn't help, no token is renewed for
    the same operation for a minute, nor after a new token that no request was accepted with.

    Args:
        source: The source of the tokens.
        timer: A monotonic clock in seconds.

    Example:
        >>> from pactape_clients.auth import StaticToken
        >>> import requests
        >>> request = requests.Request("GET", "http://users.test/", auth=TokenAuth(StaticToken("t0p")))
        >>> request.prepare().headers["Authorization"]
        'Bearer t0p'
    """

    @public
    def __init__(self, source: TokenSource, *, timer: Callable[[], float] = time.monotonic) -> None:
        check_callable("source.token", getattr(source, "token", None))
        self._source = source
        self._timer = timer
        self._working_token: Token | None = None
        #: A renewed token that no request has been accepted with, and until when it may be the cause.
        self._unproven: tuple[Token, float] | None = None
        self._given_up: dict[str, float] = {}

    def __repr__(self) -> str:
        return f"TokenAuth({self._source!r})"

    def flow(
        self, request: requests.PreparedRequest, *, refused: Refused = _is_401
    ) -> Generator[requests.PreparedRequest, requests.Response, None]:
        """Yield the request with a token and, if its response rejects the token, again with a new one.

        The flow sends nothing: the caller sends the yielded requests and passes the responses in.

        Args:
            request: Its Authorization header is set.
            refused: Whether a response rejects the token.

        Raises:
            TokenError: No token is available.

        Example:
            >>> from pactape_clients.auth import CallableTokens
            >>> import requests
            >>> given = iter(["old", "new"])
            >>> request = requests.Request("GET", "http://users.test/").prepare()
            >>> flow = TokenAuth(CallableTokens(lambda: next(given))).flow(request)
            >>> next(flow).headers["Authorization"]
            'Bearer old'
            >>> response = requests.Response()
            >>> response.status_code, response.request = 401, request
            >>> flow.send(response).headers["Authorization"]
            'Bearer new'
        """
        token = self._source.token()
        response = yield _carry(request, token)
        if not refused(response):
            self._working_token = token
            return
        renewed = self._renew(response.request, token)
        if renewed is None:
            return
        again = _carry(response.request.copy(), renewed)
        if refused((yield again)):
            self._give_up(_operation_of(again))
        else:
            self._working_token = renewed

    def _renew(self, request: requests.PreparedRequest, token: Token) -> Token | None:
        """Return a new token for a rejected request; None if there is none, or if it wouldn't help."""
        if (
            not _carries(request, token)
            or not self._may_be_accepted(_operation_of(request), token)
            or not _rewind(request)
        ):
            return None
        renewed = self._source.renew(token)
        if renewed is token:
            return None
        self._unproven = renewed, self._timer() + _GIVEN_UP_FOR
        return renewed

    def _may_be_accepted(self, name: str, token: Token) -> bool:
        """Return whether another token may be accepted instead of the rejected one."""
        now = self._timer()
        if now < self._given_up.get(name, 0.0):
            return False
        unproven = self._unproven
        if unproven is None or unproven[0] is not token or self._working_token is token:
            return True
        return now >= unproven[1]

    def _give_up(self, name: str) -> None:
        if len(self._given_up) >= _MOST_REMEMBERED:
            self._given_up.clear()
        self._given_up[name] = self._timer() + _GIVEN_UP_FOR

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Run the flow in a requests session: add a token to `request`, and a hook for a 401.

        Raises:
            TokenError: No token is available.
        """
        flow = self.flow(request)
        next(flow)
        request.register_hook("response", _RetryOn401(flow))  # type: ignore[no-untyped-call]  # requests' types
        return request


class _RetryOn401:
    """The response hook of one request, which sends the requests of its flow."""

    __slots__ = ("_flow",)

    def __init__(self, flow: Generator[requests.PreparedRequest, requests.Response, None]) -> None:
        self._flow = flow

    def __call__(self, response: requests.Response, **sending: Any) -> requests.Response:
        if response.is_redirect:
            return response  # requests calls this hook again for the redirected request
        if _is_401(response):
            response.content  # noqa: B018 -- read completely, so that the connection is reusable
        try:
            again = self._flow.send(response)
        except StopIteration:
            return response
        second_response = _send_again(response, again, sending)
        with suppress(StopIteration):
            self._flow.send(second_response)
        return second_response


def _send_again(
    response: requests.Response, request: requests.PreparedRequest, sending: dict[str, Any]
) -> requests.Response:
    response.close()
    call = current_call.get()
    if call is not None:
        timeout = sending.get("timeout")
        sending = {**sending, "timeout": bounded(timeout, remaining_time()) if timeout else remaining_time()}
        call.announce()
    adapter: Any = response.connection
    second_response: requests.Response = adapter.send(request, **sending)
    second_response.history.append(response)
    second_response.request = request
    return second_response


def _operation_of(request: requests.PreparedRequest) -> str:
    call = current_call.get()
    return f"{request.method} {request.url}" if call is None else call.operation.name


def _carry(request: requests.PreparedRequest, token: Token) -> requests.PreparedRequest:
    request.headers["Authorization"] = f"Bearer {token.value}"
    return request


def _carries(request: requests.PreparedRequest, token: Token) -> bool:
    """Return whether the rejected request carried the token; after a redirect to another host, it doesn't."""
    return request.headers.get("Authorization") == f"Bearer {token.value}"


def _rewind(request: requests.PreparedRequest) -> bool:
    """Return whether the body can be sent again, after rewinding it if it is a file."""
    body: Any = request.body
    if body is None or isinstance(body, str | bytes):
        return True
    start = getattr(request, "_body_position", None)
    if not isinstance(start, int) or not hasattr(body, "seek"):
        return False
    body.seek(start)
    return True
