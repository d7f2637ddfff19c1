"""Tokens from an Authlib session (the extra `authlib`), for every grant that Authlib knows."""

from __future__ import annotations

import time
import uuid
from typing import TYPE_CHECKING, Any, Protocol

import requests

from pactape_clients.auth._token import RefreshWindows, Token, principal_of
from pactape_clients.auth._token_source import TokenSource
from pactape_clients.caller_code.boundary import public
from pactape_clients.caller_code.callbacks import passes_through
from pactape_clients.concurrency.call_context import remaining_time
from pactape_clients.encoding.urls import shown
from pactape_clients.errors import ClientError, DeadlineExceededError, TokenUnavailableError
from pactape_clients.wire import Connections, failure_of, without_traceback

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["AuthlibSession", "AuthlibTokens"]


class AuthlibSession(Protocol):
    """The used part of `authlib.integrations.requests_client.OAuth2Session`."""

    token: Any

    def fetch_token(self, url: str) -> Any: ...
    def refresh_token(self, url: str, *, refresh_token: str) -> Any: ...


class AuthlibTokens(TokenSource):
    """Tokens that an Authlib session fetches and refreshes; this class decides when and on which thread.

    Args:
        session: An `OAuth2Session` from `authlib.integrations.requests_client`, set up with the client's
            credentials and the grant. If it already has a token, that token is used first.
        token_url: The token endpoint.
        principal: Identifies the tokens' owner; None for a unique name.
        windows: When to renew.
        timer: A monotonic clock in seconds.
    """

    @public
    def __init__(
        self,
        session: AuthlibSession,
        *,
        token_url: str,
        principal: str | None = None,
        windows: RefreshWindows | None = None,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(
            principal=principal_of("authlib", principal or uuid.uuid4().hex), windows=windows, timer=timer
        )
        self._session = session
        is_session = isinstance(session, requests.Session)
        own: Any = session
        self._connections = Connections(own, url=token_url) if is_session else None
        self._token_url = token_url

    def fetch(self, previous: Token | None) -> Token:
        """Return a token from the session: its own at first, then with its refresh token, or else with its grant.

        Raises:
            TokenUnavailableError: The session raised; the message contains the error's type, but not its text.
            DeadlineExceededError: The deadline of the call on this thread passed.
        """
        failure: ClientError
        if self._connections is not None:
            self._connections.keep_deadlines(self._token_url)
        try:
            return _as_token(self._fetch_from_session(previous))
        except DeadlineExceededError as error:
            failure = without_traceback(error)
        except Exception as error:  # errors of Authlib, of requests, or in the server's response
            if passes_through(error):
                raise
            failure = self._failure_of(error)
        remaining_time()
        raise failure  # outside the handler: the frames below contain secrets

    def _failure_of(self, error: Exception) -> TokenUnavailableError:
        code = getattr(error, "error", "")  # Authlib's errors
        failure = TokenUnavailableError(
            f"{shown(self._token_url)}: Authlib raised {type(error).__name__}",
            code=code if isinstance(code, str) else "",
        )
        if isinstance(error, requests.RequestException):
            cause = failure_of(error, self._token_url)
            failure.reason, failure.sent = cause.reason, cause.sent
        return failure

    def _fetch_from_session(self, previous: Token | None) -> Any:
        own = self._session.token
        if previous is None and own:
            return own
        if previous is not None and previous.refresh_token:
            return self._session.refresh_token(self._token_url, refresh_token=previous.refresh_token)
        return self._session.fetch_token(self._token_url)


def _as_token(authlib_token: Any) -> Token:
    ends = authlib_token.get("expires_at")
    lifetime = authlib_token.get("expires_in") if ends is None else float(ends) - time.time()
    return Token(
        value=authlib_token["access_token"],
        expires_in=None if lifetime is None else float(lifetime),
        refresh_token=authlib_token.get("refresh_token"),
    )
