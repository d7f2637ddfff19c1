"""OAuth 2.0 token sources: client credentials, and a refresh token with rotation (RFC 6749)."""

from __future__ import annotations

import logging
import threading
import time
import uuid
from typing import TYPE_CHECKING, Protocol, TypedDict

import msgspec

from pactape_clients.auth._endpoint import ClientAuth, Form, TokenEndpoint
from pactape_clients.auth._source import TokenSource
from pactape_clients.auth._token import RefreshWindows, Secret, Token, principal_of
from pactape_clients.checks import is_instance
from pactape_clients.errors import TokenRefusedError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Unpack

    import requests

    from pactape_clients.settings import Timeouts

__all__ = ["ClientCredentials", "RefreshToken", "RefreshTokenStore", "TokenRequestOptions"]

logger = logging.getLogger(__name__)


class TokenRequestOptions(TypedDict, total=False):
    """What the OAuth sources have in common.

    Args:
        client_auth: How the client identifies itself: "client_secret_basic" (the default with a secret; RFC 6749
            section 2.3.1), "client_secret_post", or "none" for a public client (the default without one).
        audience: For whom the token is meant; None leaves it to the server.
        extra: More fields of the token request, such as "resource".
        principal: Identifies whose tokens they are; None takes a hash of the other arguments.
        session: Sends the requests; None takes one of its own, which never reads netrc.
        timeouts: Seconds to connect, and between bytes; None takes those of the client that needs the token.
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


class _OAuthSource(TokenSource):
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
        if unknown := options.keys() - TokenRequestOptions.__annotations__.keys():
            raise TypeError(f"unexpected keyword argument {min(unknown)!r}")
        self._endpoint = TokenEndpoint(
            token_url,
            client_id=client_id,
            client_secret=client_secret,
            client_auth=options.get("client_auth"),
            session=options.get("session"),
            timeouts=options.get("timeouts"),
        )
        self._more = _more_fields(scope, options)
        named = options.get("principal")
        parts = (token_url, client_id, identity, *(f"{name}={value}" for name, value in self._more.items()))
        super().__init__(
            principal=principal_of("oauth", named) if named else principal_of(*parts),
            windows=options.get("windows"),
            timer=options.get("timer", time.monotonic),
        )

    def _by_refresh_token(self, used: Secret) -> Token:
        """Return a token by a refresh token, which stays in use when the server gives no replacement."""
        form = Form({**self._more, "grant_type": "refresh_token", "refresh_token": used.text})
        token = self._endpoint.request(form)
        return token if token.refresh_token else msgspec.structs.replace(token, refresh_token=used.text)


def _more_fields(scope: str | None, options: TokenRequestOptions) -> dict[str, str]:
    named = {"scope": scope, "audience": options.get("audience")}
    fields = {name: value for name, value in named.items() if value} | dict(options.get("extra", {}))
    for name, value in fields.items():
        if not is_instance(name, str) or not is_instance(value, str):
            raise UsageError(f"the field {name!r} of the token request must be a string")
    return fields


class ClientCredentials(_OAuthSource):
    """Tokens for the client itself (RFC 6749 section 4.4).

    When the server gives a refresh token along, the next renewal uses it (and its replacements); when the
    server refuses it, the credentials are used again.

    Args:
        token_url: The token endpoint.
        client_id: The client.
        client_secret: Its secret; no repr or error shows it.
        scope: Space-separated scopes; None leaves them to the server.
        options: See `TokenRequestOptions`.

    Raises:
        UsageError: An argument is wrong.

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
        """Return a token by the present refresh token, else by the credentials.

        Raises:
            TokenRefusedError: The endpoint refused the credentials.
            TokenUnavailableError: The endpoint gave no token.
        """
        if previous is not None and previous.refresh_token is not None:
            try:
                return self._by_refresh_token(Secret(previous.refresh_token))
            except TokenRefusedError:
                pass
        return self._endpoint.request(Form({**self._more, "grant_type": "client_credentials"}))


class RefreshTokenStore(Protocol):
    """Where a rotating refresh token is kept, so that processes and restarts share it."""

    def load(self) -> str | None:
        """Return the newest refresh token; None when there is none."""
        ...

    def save(self, refresh_token: str) -> None:
        """Keep a replacement."""
        ...


class RefreshToken(_OAuthSource):
    """Tokens by a refresh token from an earlier sign-in (RFC 6749 section 6), with rotation.

    A replacement that the server gives is saved before the new access token is used. If saving fails, the
    replacement is kept and used all the same, the failure is logged, and saving is tried again with each call.

    Args:
        token_url: The token endpoint.
        refresh_token: The first refresh token; no repr or error shows it. None takes it from the store.
        client_id: The client.
        client_secret: Its secret; "" for a public client.
        scope: Space-separated scopes; None leaves them to the server.
        on_rotation: Called with each replacement; None when no one needs it after this process.
        store: Where the newest refresh token is kept; it is loaded first, and again before a refused one is given
            up, since another process may have used it.
        options: See `TokenRequestOptions`.

    Raises:
        UsageError: An argument is wrong.

    Example:
        >>> RefreshToken("https://id.example.test/token", refresh_token="r1", client_id="spa", principal="ada")
        <RefreshToken f45e9e3f70a8>
    """

    def __init__(
        self,
        token_url: str,
        *,
        refresh_token: str | None = None,
        client_id: str,
        client_secret: str = "",
        scope: str | None = None,
        on_rotation: Callable[[str], None] | None = None,
        store: RefreshTokenStore | None = None,
        **options: Unpack[TokenRequestOptions],
    ) -> None:
        if not (refresh_token or store):
            raise UsageError("there is no refresh token. Fix: give refresh_token= or store=")
        self._unsaved: list[tuple[Callable[[str], None], Secret]] = []
        super().__init__(
            token_url,
            client_id=client_id,
            client_secret=client_secret,
            scope=scope,
            identity=refresh_token or uuid.uuid4().hex,
            options=options,
        )
        self._newest = None if refresh_token is None else Secret(refresh_token)
        self._saves = [
            each for each in (on_rotation, None if store is None else store.save) if each is not None
        ]
        self._store = store

    def after_fork(self) -> None:
        """Forget the renewal that a thread of the parent process is making."""
        super().after_fork()
        self._saving = threading.Lock()

    def token(self) -> Token:
        """Return a token that is valid now, after another attempt to save a replacement that couldn't be saved.

        Raises:
            TokenError: The renewal failed.
        """
        token = super().token()
        if self._unsaved:
            self._save_pending()
        return token

    def fetch(self, previous: Token | None) -> Token:  # noqa: ARG002 -- the newest refresh token is kept here
        """Return a token by the newest refresh token.

        Raises:
            TokenRefusedError: The endpoint refused it: it was revoked, expired or used twice.
            TokenUnavailableError: The endpoint gave no token.
        """
        used = self._loaded() or self._newest
        if used is None:
            raise TokenRefusedError("the store holds no refresh token. Fix: sign in, and save one")
        try:
            return self._rotated(used)
        except TokenRefusedError:
            stored = self._loaded()
            if stored is None or stored.text == used.text:
                raise
        return self._rotated(stored)

    def _loaded(self) -> Secret | None:
        if self._store is None or self._unsaved:  # what couldn't be saved is newer
            return None
        try:
            loaded = self._store.load()
        except Exception as error:  # noqa: BLE001 -- the user's own may raise anything
            logger.warning("the refresh token couldn't be loaded (%s)", type(error).__name__)
            return None
        return Secret(loaded) if isinstance(loaded, str) and loaded else None

    def _rotated(self, used: Secret) -> Token:
        token = self._by_refresh_token(used)
        if token.refresh_token is not None:
            self._newest = Secret(token.refresh_token)
            if token.refresh_token != used.text:
                self._unsaved = [(save, self._newest) for save in self._saves]
                self._save_pending()
        return token

    def _save_pending(self) -> None:
        with self._saving:
            pending, self._unsaved = self._unsaved, []
            for save, replacement in pending:
                try:
                    save(replacement.text)
                except Exception as error:  # noqa: BLE001 -- the user's own may raise anything
                    self._unsaved.append((save, replacement))
                    logger.warning(
                        "the new refresh token couldn't be saved (%s); it is tried again with the next call",
                        type(error).__name__,
                    )
