"""OAuth 2.0 token sources: client credentials, and a refresh token with rotation (RFC 6749)."""

from __future__ import annotations

import time
import weakref
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import quote_plus

import msgspec
import requests

from pactape_clients.auth._source import RefreshWindows, Token, TokenSource, principal_of
from pactape_clients.bodies import read_in_time
from pactape_clients.call_context import Timeouts, allowed_time, bounded
from pactape_clients.errors import TokenError, TokenRefusedError, TokenUnavailableError
from pactape_clients.urls import shown

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["ClientCredentials", "RefreshToken"]

_BAD_REQUEST = 400
_UNAUTHORIZED = 401


class _TokenAnswer(msgspec.Struct):
    """A token endpoint's answer, good (RFC 6749 section 5.1) or bad (section 5.2)."""

    access_token: str | None = None
    expires_in: float | None = None
    expires_at: float | None = None
    refresh_token: str | None = None
    error: str | None = None
    error_description: str | None = None

    def __repr__(self) -> str:
        return f"_TokenAnswer(error={self.error!r})"


class _Form:
    """A token request's fields; no repr shows them."""

    __slots__ = ("fields",)

    def __init__(self, **fields: str) -> None:
        self.fields = fields

    def holds(self, refresh_token: str) -> bool:
        """Whether it asks with this refresh token."""
        return self.fields.get("refresh_token") == refresh_token


class _TokenEndpoint:
    """Asks one token endpoint for tokens, as one client."""

    def __init__(
        self,
        url: str,
        *,
        client_id: str,
        client_secret: str,
        session: requests.Session | None,
        timeouts: Timeouts,
    ) -> None:
        self._url = url
        self._session = session or requests.Session()
        if session is None:
            weakref.finalize(self, self._session.close)  # else its open sockets warn when it is collected
        self._timeouts = timeouts
        self._auth = requests.auth.HTTPBasicAuth(quote_plus(client_id), quote_plus(client_secret))
        self._secrets = [client_secret]

    def ask(self, form: _Form) -> Token:
        """Post `form` and read the token in the answer.

        Raises:
            TokenRefusedError: The endpoint answered with an OAuth error.
            TokenUnavailableError: It didn't answer, or with something else.
            DeadlineExceededError: The deadline of the call on this thread passed first.
        """
        answer = self._post(form)
        body = _decoded(answer.content)
        if body is None or (body.access_token is None and body.error is None):
            raise TokenUnavailableError(
                f"{shown(self._url)} answered {answer.status_code} without a token", status=answer.status_code
            )
        if body.access_token is None or answer.status_code >= _BAD_REQUEST:
            raise self._refusal(body, answer.status_code, form)
        return Token(
            value=body.access_token, expires_in=_lifetime(body, answer), refresh_token=body.refresh_token
        )

    def _post(self, form: _Form) -> requests.Response:
        timeout = bounded(self._timeouts, allowed_time())
        try:
            return self._session.post(
                self._url,
                data=form.fields,
                auth=self._auth,
                headers={"Accept": "application/json"},
                timeout=timeout,
                allow_redirects=False,
                hooks={"response": [read_in_time, *self._session.hooks["response"]]},
            )
        except requests.RequestException as error:
            failure = TokenUnavailableError(f"{shown(self._url)} didn't answer ({type(error).__name__})")
        allowed_time()
        raise failure  # outside of the handler: the frames below hold the client's secret

    def _refusal(self, body: _TokenAnswer, status: int, form: _Form) -> TokenError:
        described = f" ({body.error_description})" if body.error_description else ""
        for hidden in [*self._secrets, form.fields.get("refresh_token")]:
            described = described.replace(hidden, "***") if hidden else described
        if status not in {_BAD_REQUEST, _UNAUTHORIZED}:
            return TokenUnavailableError(f"{shown(self._url)} answered {status}{described}", status=status)
        code = body.error or "no error code"
        return TokenRefusedError(f"{shown(self._url)} refused: {code}{described}", code=code, status=status)


def _decoded(body: bytes) -> _TokenAnswer | None:
    try:
        return msgspec.json.decode(body, type=_TokenAnswer, strict=False)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None


def _lifetime(body: _TokenAnswer, answer: requests.Response) -> float | None:
    """Seconds that a token has left; by the server's own clock where it names a point in time."""
    if body.expires_in is not None or body.expires_at is None:
        return body.expires_in
    try:
        server_now = parsedate_to_datetime(answer.headers["Date"]).timestamp()
    except (KeyError, ValueError):
        server_now = time.time()
    return body.expires_at - server_now


class ClientCredentials(TokenSource):
    """Tokens for the client itself (RFC 6749 section 4.4).

    When the server gives a refresh token along, the next renewal uses it (and its replacements); when the
    server refuses it, the credentials are used again.

    Args:
        token_url: The token endpoint.
        client_id: Sent by HTTP Basic, form-encoded first (RFC 6749 section 2.3.1).
        client_secret: The same; no repr or error shows it.
        scope: Space-separated scopes; None leaves them to the server.
        session: Sends the requests; None takes one of its own, which never reads netrc.
        timeouts: Seconds to connect, and between bytes.
        windows: When to renew.
        timer: A monotonic clock in seconds.

    Example:
        >>> ClientCredentials("https://id.example.test/token", client_id="web", client_secret="s3cret")
        <ClientCredentials b9f0e4278d5f>
    """

    def __init__(
        self,
        token_url: str,
        *,
        client_id: str,
        client_secret: str,
        scope: str | None = None,
        session: requests.Session | None = None,
        timeouts: Timeouts = (5.0, 30.0),
        windows: RefreshWindows | None = None,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(
            principal=principal_of(token_url, client_id, scope or ""), windows=windows, timer=timer
        )
        self._endpoint = _TokenEndpoint(
            token_url,
            client_id=client_id,
            client_secret=client_secret,
            session=session,
            timeouts=timeouts,
        )
        self._form = _Form(grant_type="client_credentials", **({"scope": scope} if scope else {}))

    def fetch(self, previous: Token | None) -> Token:
        """A token by the refresh token at hand, else by the credentials.

        Raises:
            TokenRefusedError: The endpoint refused the credentials.
            TokenUnavailableError: The endpoint didn't answer with a token.
        """
        if previous is not None and previous.refresh_token is not None:
            try:
                return _refreshed(self._endpoint, _renewal(previous.refresh_token))
            except TokenRefusedError:
                pass
        return self._endpoint.ask(self._form)


class RefreshToken(TokenSource):
    """Tokens by a refresh token that was got elsewhere (RFC 6749 section 6), with rotation.

    Args:
        token_url: The token endpoint.
        refresh_token: The first refresh token; no repr or error shows it.
        client_id: Sent by HTTP Basic.
        client_secret: The same; empty for a public client.
        on_rotation: Called with each replacement that the server gives, before the new access token is used,
            so that it can be stored; None when nobody needs it after this process.
        session: Sends the requests; None takes one of its own.
        timeouts: Seconds to connect, and between bytes.
        windows: When to renew.
        timer: A monotonic clock in seconds.
    """

    def __init__(  # noqa: PLR0913 -- keyword-only, each with a default
        self,
        token_url: str,
        *,
        refresh_token: str,
        client_id: str,
        client_secret: str = "",
        on_rotation: Callable[[str], None] | None = None,
        session: requests.Session | None = None,
        timeouts: Timeouts = (5.0, 30.0),
        windows: RefreshWindows | None = None,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(
            principal=principal_of(token_url, client_id, refresh_token), windows=windows, timer=timer
        )
        self._endpoint = _TokenEndpoint(
            token_url,
            client_id=client_id,
            client_secret=client_secret,
            session=session,
            timeouts=timeouts,
        )
        self._first = refresh_token
        self._on_rotation = on_rotation

    def fetch(self, previous: Token | None) -> Token:
        """A token by the newest refresh token.

        Raises:
            TokenRefusedError: The endpoint refused it: it was revoked, expired or used twice.
            TokenUnavailableError: The endpoint didn't answer with a token.
        """
        form = _renewal((previous and previous.refresh_token) or self._first)
        token = _refreshed(self._endpoint, form)
        if token.refresh_token and not form.holds(token.refresh_token) and self._on_rotation is not None:
            self._on_rotation(token.refresh_token)
        return token


def _renewal(refresh_token: str) -> _Form:
    return _Form(grant_type="refresh_token", refresh_token=refresh_token)


def _refreshed(endpoint: _TokenEndpoint, form: _Form) -> Token:
    """A token by a refresh token, carrying that one on when the server gives no replacement."""
    token = endpoint.ask(form)
    if token.refresh_token:
        return token
    return msgspec.structs.replace(token, refresh_token=form.fields["refresh_token"])
