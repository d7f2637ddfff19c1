"""Access tokens and where they come from (RFC 6749); nothing here shows a secret in its repr."""

from __future__ import annotations

import hashlib
from typing import Protocol

import msgspec
import requests

from pactape_clients.errors import TokenError

__all__ = ["ClientCredentials", "StaticToken", "Token", "TokenSource"]

#: Seconds to connect to the authorization server, and to wait for its answer.
_TIMEOUT = (3.05, 10.0)
_OK = 200


class Token(msgspec.Struct, frozen=True, kw_only=True, repr_omit_defaults=True):
    """An access token.

    Args:
        access_token: What goes into the Authorization header.
        lifetime: Seconds from its issue to its expiry; None when it doesn't expire.
        refresh_token: What a new one can be had with; None when there is none.
    """

    access_token: str
    lifetime: float | None = None
    refresh_token: str | None = None

    def __repr__(self) -> str:
        return f"Token(lifetime={self.lifetime})"


class TokenSource(Protocol):
    """Where access tokens come from."""

    @property
    def principal(self) -> str:
        """Names on whose behalf calls are made, without any secret; caches are kept apart by it."""
        ...

    def fetch(self, previous: Token | None) -> Token:
        """Get a new token; `previous` is the one that it replaces, if any.

        Raises:
            TokenError: No token could be had.
        """
        ...


class StaticToken:
    """Always the same token, which never expires."""

    def __init__(self, access_token: str) -> None:
        self._token = Token(access_token=access_token)
        self.principal = hashlib.sha256(access_token.encode()).hexdigest()[:16]

    def __repr__(self) -> str:
        return f"StaticToken(principal={self.principal!r})"

    def fetch(self, previous: Token | None) -> Token:  # noqa: ARG002 -- the protocol's parameter
        """Give the token."""
        return self._token


class ClientCredentials:
    """The client credentials grant (RFC 6749, section 4.4), with the refresh token where the server gives one.

    Args:
        token_url: The token endpoint.
        client_id: Names the client; sent with the secret as HTTP basic authentication (section 2.3.1).
        client_secret: Its secret.
        scope: The scopes to ask for, separated by spaces; None asks for the server's default.
        session: The session to send with; its own by default.
    """

    def __init__(
        self,
        token_url: str,
        *,
        client_id: str,
        client_secret: str,
        scope: str | None = None,
        session: requests.Session | None = None,
    ) -> None:
        self._token_url = token_url
        self._client = _BasicAuth(client_id, client_secret)
        self._scope = scope
        self._session = session or requests.Session()
        self.principal = f"{client_id}@{token_url}"

    def __repr__(self) -> str:
        return f"ClientCredentials(principal={self.principal!r})"

    def fetch(self, previous: Token | None) -> Token:
        """Get a new token, with the previous one's refresh token first where it has one.

        Raises:
            TokenError: The server refused, or didn't answer.
        """
        if previous is not None and previous.refresh_token is not None:
            try:
                return self._ask({"grant_type": "refresh_token", "refresh_token": previous.refresh_token})
            except _RefusedError:
                pass  # the refresh token has expired or was used: the client's own credentials still hold
        grant = {"grant_type": "client_credentials"}
        return self._ask(grant | ({"scope": self._scope} if self._scope else {}))

    def _ask(self, form: dict[str, str]) -> Token:
        try:
            response = self._session.post(
                self._token_url, data=form, auth=self._client, timeout=_TIMEOUT, allow_redirects=False
            )
        except requests.RequestException as error:
            raise TokenError(
                f"the authorization server did not answer ({type(error).__name__})", operation=_NAME
            ) from None
        if response.status_code != _OK:
            raise _RefusedError(_error_code(response), operation=_NAME)
        return _token(response)


class _RefusedError(TokenError):
    """The server answered, and gave no token."""


class _BasicAuth(requests.auth.HTTPBasicAuth):
    def __repr__(self) -> str:
        return "_BasicAuth()"


class _Grant(msgspec.Struct):
    access_token: str
    expires_in: float | None = None
    refresh_token: str | None = None


class _Refusal(msgspec.Struct):
    error: str = "no error code"


_NAME = "POST token"


def _token(response: requests.Response) -> Token:
    try:
        grant = msgspec.json.decode(response.content, type=_Grant)
    except msgspec.DecodeError as error:
        raise TokenError(
            f"the authorization server's answer is no token ({error})", operation=_NAME
        ) from None
    return Token(
        access_token=grant.access_token, lifetime=grant.expires_in, refresh_token=grant.refresh_token
    )


def _error_code(response: requests.Response) -> str:
    try:
        error = msgspec.json.decode(response.content, type=_Refusal).error
    except msgspec.DecodeError:
        error = "no error code"
    return f"{response.status_code} {error}"
