"""Tokens by a refresh token that rotates (RFC 6749 section 6), and where it is kept."""

from __future__ import annotations

import logging
import threading
import uuid
from typing import TYPE_CHECKING, Protocol

from pactape_clients.auth._oauth import OAuthSource, TokenRequestOptions
from pactape_clients.auth._token import Secret, Token
from pactape_clients.boundary import public
from pactape_clients.callbacks import passes_through
from pactape_clients.checks import check_callable, check_kind
from pactape_clients.errors import TokenRefusedError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Unpack

__all__ = ["RefreshToken", "RefreshTokenStore"]

logger = logging.getLogger(__name__)


class RefreshTokenStore(Protocol):
    """Where a rotating refresh token is kept, so that processes and restarts share it."""

    def load(self) -> str | None:
        """Return the newest refresh token; None when there is none."""
        ...

    def save(self, refresh_token: str) -> None:
        """Keep a replacement."""
        ...


class RefreshToken(OAuthSource):
    """Tokens by a refresh token from an earlier sign-in (RFC 6749 section 6), with rotation.

    A replacement from the server is saved before the new access token is used. If saving fails, the
    replacement is kept and used all the same, the failure is logged, and saving is tried again with each call.

    Args:
        token_url: The token endpoint.
        refresh_token: The first refresh token; no repr or error shows it. None takes it from the store.
        client_id: The client.
        client_secret: Its secret; "" for a public client.
        scope: Space-separated scopes; None for the server's default.
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

    @public
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
        check_kind("refresh_token", refresh_token, (str, type(None)), "a string")
        if on_rotation is not None:
            check_callable("on_rotation", on_rotation)
        for name in () if store is None else ("load", "save"):
            check_callable(f"store.{name}", getattr(store, name, None))
        self._unsaved: list[tuple[Callable[[str], None], Secret]] = []
        self._last_load: Secret | None = None  # in the store
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
            self._drop_outdated()
            self._save_pending()
        return token

    def fetch(self, previous: Token | None) -> Token:  # noqa: ARG002 -- the newest refresh token is kept here
        """Return a token by the newest refresh token.

        Raises:
            TokenRefusedError: The endpoint refused it: it was revoked, expired or used twice.
            TokenUnavailableError: The endpoint gave no token.
        """
        attempts: list[Secret] = []
        refusal = TokenRefusedError("the store contains no refresh token. Fix: sign in, and save one")
        for candidate in self._candidates():
            if any(candidate.text == each.text for each in attempts):
                continue
            attempts.append(candidate)
            try:
                return self._rotate(candidate)
            except TokenRefusedError as error:
                refusal = error
        raise refusal

    def _candidates(self) -> Iterator[Secret]:
        """Yield refresh tokens, each when those before it were refused; others may have stored a newer one."""
        newest = self._newest
        if self._unsaved and newest is not None:  # what couldn't be saved is newer than what is stored
            yield newest
        for candidate in (self._load(), newest):
            if candidate is not None:
                yield candidate
        if (again := self._load()) is not None:
            yield again

    def _load(self) -> Secret | None:
        if self._store is None:
            return None
        try:
            loaded = self._store.load()
        except Exception as error:
            if passes_through(error):
                raise
            logger.warning("the refresh token couldn't be loaded (%s)", type(error).__name__)
            return None
        self._last_load = Secret(loaded) if isinstance(loaded, str) and loaded else None
        return self._last_load

    def _rotate(self, refresh_token: Secret) -> Token:
        token = self.by_refresh_token(refresh_token)
        if token.refresh_token is not None:
            self._newest = Secret(token.refresh_token)
            if token.refresh_token != refresh_token.text:
                self._unsaved = [(save, self._newest) for save in self._saves]
                self._save_pending()
        return token

    def _save_pending(self) -> None:
        with self._saving:
            pending, self._unsaved = self._unsaved, []
            for save, replacement in pending:
                try:
                    save(replacement.text)
                except Exception as error:
                    if passes_through(error):
                        raise
                    self._unsaved.append((save, replacement))
                    logger.warning(
                        "the new refresh token couldn't be saved (%s); it will be tried again with the next call",
                        type(error).__name__,
                    )

    def _drop_outdated(self) -> None:
        """Don't save over a refresh token that another process, or a new sign-in, has stored in the meantime."""
        if self._store is None:
            return
        previous, current = self._last_load, self._load()
        if current is not None and previous is not None and current.text != previous.text:
            self._unsaved = [pending for pending in self._unsaved if pending[0] != self._store.save]
