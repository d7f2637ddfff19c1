"""OAuth 2.0 token sources: their base class, and client credentials (RFC 6749)."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, TypedDict

import msgspec

from pactape_clients.auth._endpoint import ClientAuth, Form, TokenEndpoint
from pactape_clients.auth._token import RefreshWindows, Secret, Token, principal_of
from pactape_clients.auth._token_source import TokenSource
from pactape_clients.caller_code.boundary import public
from pactape_clients.caller_code.checks import UnknownOptionError, is_instance
from pactape_clients.caller_code.values import dict_of
from pactape_clients.errors import TokenRefusedError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Unpack

    import requests

    from pactape_clients.settings import Timeouts

__all__ = ["ClientCredentials", "OAuthSource", "TokenRequestOptions"]


class TokenRequestOptions(TypedDict, total=False):
    """The options of all OAuth sources.

    Args:
        client_auth: How the client authenticates: "client_secret_basic" (the default with a secret; RFC 6749
            section 2.3.1), "client_secret_post", or "none" for a public client (the default without one).
        audience: The service that the token is for; None for the server's default.
        extra: More fields of the token request, such as "resource".
        principal: Identifies the tokens' owner; None for a hash of the other arguments.
        session: Sends the requests; None to create a session, which never reads netrc.
        timeouts: Seconds to connect, and between bytes; None for those of the client that needs the token.
        windows: When to renew.
        timer: A monotonic clock in seconds.
    """

    client_auth: ClientAuth | None
    audience: str | None
    extra: Mapping[str, str]
    principal: str | None
    session: requests.Session | None
    timeouts: Timeouts | None
    windows: RefreshWindows | None
    timer: Callable[[], float]


class OAuthSource(TokenSource):
    """A source that posts forms to a token endpoint."""

    def __init__(
        self,
        token_url: str,
        *,
        client_id: str,
        client_secret: str,
        scope: str | None,
        identity: str,
        options: TokenRequestOptions,
    ) -> None:
        if unknown_options := options.keys() - TokenRequestOptions.__annotations__.keys():
            raise UnknownOptionError(f"unexpected keyword argument {min(unknown_options)!r}")
        self._endpoint = TokenEndpoint(
            token_url,
            client_id=client_id,
            client_secret=client_secret,
            client_auth=options.get("client_auth"),
            session=options.get("session"),
            timeouts=options.get("timeouts"),
        )
        self._more = _more_fields(scope, options)
        principal = options.get("principal")
        if principal is not None and not is_instance(principal, str):
            raise UsageError(f"principal must be a string, not {type(principal).__name__}")
        parts = (token_url, client_id, identity, *(f"{name}={value}" for name, value in self._more.items()))
        super().__init__(
            principal=principal_of("oauth", principal) if principal else principal_of(*parts),
            windows=options.get("windows"),
            timer=options.get("timer", time.monotonic),
        )

    def by_refresh_token(self, refresh_token: Secret) -> Token:
        """Return a token for a refresh token, which stays in use if the server sends no replacement."""
        form = Form({**self._more, "grant_type": "refresh_token", "refresh_token": refresh_token.text})
        token = self._endpoint.request(form)
        return (
            token if token.refresh_token else msgspec.structs.replace(token, refresh_token=refresh_token.text)
        )


def _more_fields(scope: str | None, options: TokenRequestOptions) -> dict[str, str]:
    standard_fields = {"scope": scope, "audience": options.get("audience")}
    extra_fields: Any = options.get("extra")
    extra = {} if extra_fields is None else dict_of("extra", extra_fields)
    fields = {name: value for name, value in standard_fields.items() if value} | extra
    for name, value in fields.items():
        if not is_instance(name, str) or not is_instance(value, str):
            raise UsageError(f"the field {name!r} of the token request must be a string")
    return fields


class ClientCredentials(OAuthSource):
    """Tokens for the client itself (RFC 6749 section 4.4).

    If the server also sends a refresh token, the next renewal uses it (and its replacements); if the server rejects
    it, the credentials are used again.

    Args:
        token_url: The token endpoint.
        client_id: The client.
        client_secret: Its secret; no repr or error shows it.
        scope: Space-separated scopes; None for the server's default.
        options: See `TokenRequestOptions`.

    Raises:
        UsageError: An argument is wrong.

    Example:
        >>> ClientCredentials("https://id.example.test/token", client_id="web", client_secret="s3cret")
        <ClientCredentials b9f0e4278d5f>
    """

    @public
    def __init__(
        self,
        token_url: str,
        *,
        client_id: str,
        client_secret: str,
        scope: str | None = None,
        **options: Unpack[TokenRequestOptions],
    ) -> None:
        super().__init__(
            token_url,
            client_id=client_id,
            client_secret=client_secret,
            scope=scope,
            identity="",
            options=options,
        )

    def fetch(self, previous: Token | None) -> Token:
        """Return a token for the current refresh token, or else for the credentials.

        Raises:
            TokenRefusedError: The endpoint rejected the credentials.
            TokenUnavailableError: The endpoint returned no token.
        """
        if previous is not None and previous.refresh_token is not None:
            try:
                return self.by_refresh_token(Secret(previous.refresh_token))
            except TokenRefusedError:
                pass
        return self._endpoint.request(Form({**self._more, "grant_type": "client_credentials"}))
