"""Tokens from a rotating refresh token (RFC 6749 section 6), and its storage."""

from __future__ import annotations

import logging
import threading
import uuid
from typing import TYPE_CHECKING, Protocol

from pactape_clients.auth._oauth import OAuthSource, TokenRequestOptions
from pactape_clients.auth._token import Secret, Token
from pactape_clients.caller_code.boundary import public
from pactape_clients.caller_code.callbacks import passes_through
from pactape_clients.caller_code.checks import check_callable, check_kind
from pactape_clients.errors import TokenRefusedError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Unpack

__all__ = ["RefreshToken", "RefreshTokenStore"]

logger = logging.getLogger(__name__)


class RefreshTokenStore(Protocol):
    """The storage of a rotating refresh token, shared by processes and restarts."""

    def load(self) -> str | None:
        """Return the newest refresh token; None if none is stored."""
        ...

    def save(self, refresh_token: str) -> None:
        """Store a replacement."""
        ...


class RefreshToken(OAuthSource):
    """Tokens from the refresh token of an earlier sign-in (RFC 6749 section 6), with rotation.

    A replacement from the server is saved before the new access token is used. If saving fails, the failure is
    logged, the replacement is used nevertheless, and each call tries to save it again.

    Args:
        token_url: The token endpoint.
        refresh_token: The first refresh token; no repr or error shows it. None to load it from the store.
        client_id: The client.
        client_secret: Its secret; "" for a public client.
        scope: Space-separated scopes; None for the server's default.
        on_rotation: Called with each replacement; None if it isn't needed after this process.
        store: Stores the newest refresh token. It is loaded at first, and again after a refresh token was rejected,
            because another process may have used it.
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
            raise UsageError("no refresh token is given. Fix: give refresh_token= or store=")
        check_kind("refresh_token", refresh_token, (str, type(None)), "a string")
        if on_rotation is not None:
            check_callable("on_rotation", on_rotation)
        for name in () if store is None else ("load", "save"):
            check_callable(f"store.{name}", getattr(store, name, None))
        self._unsaved: list[tuple[Callable[[str], None], Secret]] = []
        self._last_load: Secret | None = None  # it is in the store
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
            callback
            for callback in (on_rotation, None if store is None else store.save)
            if callback is not None
        ]
        self._store = store

    def after_fork(self) -> None:
        """Discard the renewal in progress on a thread of the parent process."""
        super().after_fork()
        self._saving = threading.Lock()

    def token(self) -> Token:
        """Return a valid token, after retrying to save a replacement that couldn't be saved.

        Raises:
            TokenError: The renewal failed.
        """
        token = super().token()
        if self._unsaved:
            self._drop_outdated()
            self._save_pending()
        return token

    def fetch(self, previous: Token | None) -> Token:  # noqa: ARG002 -- this object stores the newest refresh token
        """Return a token for the newest refresh token.

        Raises:
            TokenRefusedError: The endpoint rejected it, because it was revoked, expired or used twice.
            TokenUnavailableError: The endpoint returned no token.
        """
        attempts: list[Secret] = []
        refusal = TokenRefusedError("the store contains no refresh token. Fix: sign in, and save one")
        for candidate in self._candidates():
            if any(candidate.text == attempt.text for attempt in attempts):
                continue
            attempts.append(candidate)
            try:
                return self._rotate(candidate)
            except TokenRefusedError as error:
                refusal = error
        raise refusal

    def _candidates(self) -> Iterator[Secret]:
        """Yield refresh tokens to try in turn; other processes may have stored newer ones."""
        newest = self._newest
        if self._unsaved and newest is not None:  # an unsaved token is newer than the stored one
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
                        "the new refresh token couldn't be saved (%s); the next call will try again",
                        type(error).__name__,
                    )

    def _drop_outdated(self) -> None:
        """Discard an unsaved token if another process, or a new sign-in, has stored one in the meantime."""
        if self._store is None:
            return
        previous, current = self._last_load, self._load()
        if current is not None and previous is not None and current.text != previous.text:
            self._unsaved = [pending for pending in self._unsaved if pending[0] != self._store.save]
