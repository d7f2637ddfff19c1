"""The token source: holds one token, renews it in good time, and lets many threads share one renewal."""

from __future__ import annotations

import copy
import hashlib
import threading
import time
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

import msgspec

from pactape_clients.call_context import allowed_time
from pactape_clients.errors import DeadlineExceededError, TokenError
from pactape_clients.single_flight import Flight

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["RefreshWindows", "Token", "TokenSource", "principal_of"]


class Token(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """An access token. Two tokens are the same only if they are the same object: each fetch is a generation.

    Args:
        value: The token itself; no repr shows it.
        expires_in: Seconds from its request to its end; None when it is good until refused.
        refresh_token: What the next renewal may use; None when the server gave none.

    Example:
        >>> Token(value="eyJhbGciOi", expires_in=300)
        Token(value='***', expires_in=300, refresh_token=None)
    """

    value: str
    expires_in: float | None = None
    refresh_token: str | None = None

    def __repr__(self) -> str:
        refresh_token = None if self.refresh_token is None else "***"
        return f"Token(value='***', expires_in={self.expires_in!r}, refresh_token={refresh_token!r})"


class RefreshWindows(msgspec.Struct, frozen=True, kw_only=True):
    """When a token is renewed before its end.

    Both windows shrink for short-lived tokens: the smaller of the seconds and the share of the lifetime counts.

    Args:
        advisory: Seconds before the end from which one thread renews while the others keep the old token.
        advisory_share: The same as a share of the lifetime, 0 to 1.
        mandatory: Seconds before the end from which every thread waits for the new token. This margin also
            takes up a server clock that runs ahead of ours.
        mandatory_share: The same as a share of the lifetime, 0 to 1.
        retry_after: Seconds for which a failed renewal is not tried again; until then callers keep the old
            token if it is still good, else get the same failure.

    Example:
        >>> RefreshWindows().advisory_for(3600.0), RefreshWindows().advisory_for(60.0)
        (60.0, 12.0)
    """

    advisory: float = 60.0
    advisory_share: float = 0.2
    mandatory: float = 10.0
    mandatory_share: float = 0.05
    retry_after: float = 1.0

    def advisory_for(self, lifetime: float) -> float:
        """Seconds before the end of a token with this lifetime at which renewing is advised."""
        return max(min(self.advisory, lifetime * self.advisory_share), self.mandatory_for(lifetime))

    def mandatory_for(self, lifetime: float) -> float:
        """Seconds before the end of a token with this lifetime at which renewing can't wait."""
        return min(self.mandatory, lifetime * self.mandatory_share)


class _Held:
    """A token with its times on our own clock."""

    __slots__ = ("advised", "ends", "required", "token")

    def __init__(self, token: Token, windows: RefreshWindows, asked: float) -> None:
        self.token = token
        lifetime = token.expires_in
        if lifetime is None:
            self.advised = self.required = self.ends = float("inf")
        else:
            self.ends = asked + lifetime
            self.advised = self.ends - windows.advisory_for(lifetime)
            self.required = self.ends - windows.mandatory_for(lifetime)


class TokenSource(ABC):
    """A place where tokens come from; a subclass says how to fetch one, this class when, and by which thread.

    One source may serve many clients and threads: 64 threads that need a new token cause one fetch, and share
    its failure if it fails. A fetch that fails while the token at hand is still good is no error.

    Args:
        principal: Names whose token it is, without any secret; cached values are kept apart by it.
        windows: When to renew.
        timer: A monotonic clock in seconds.
    """

    def __init__(
        self,
        *,
        principal: str,
        windows: RefreshWindows | None = None,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self.principal = principal
        self._windows = windows or RefreshWindows()
        self._timer = timer
        self._lock = threading.Lock()
        self._held: _Held | None = None
        self._flight: Flight[Token] | None = None
        self._failure: tuple[TokenError, float] | None = None

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.principal}>"

    @abstractmethod
    def fetch(self, previous: Token | None) -> Token:
        """A new token.

        Args:
            previous: The token it replaces; None the first time.

        Raises:
            TokenError: There is none to be had.
        """

    def token(self) -> Token:
        """A token that is good now, renewed if its time has come.

        Raises:
            TokenError: The renewal failed and the token at hand is no longer good.
            DeadlineExceededError: The deadline of the call on this thread passed first.
        """
        held = self._held
        if held is not None and self._timer() < held.advised:
            return held.token
        return self._renewed(rejected=None)

    def renew(self, rejected: Token) -> Token:
        """The token to use after the server has refused one.

        If another thread has already replaced the refused token, that replacement is returned and nothing is
        fetched. A source that can't get another token returns the refused one.

        Raises:
            TokenError: The renewal failed.
            DeadlineExceededError: The deadline of the call on this thread passed first.
        """
        return self._renewed(rejected=rejected)

    def _renewed(self, *, rejected: Token | None) -> Token:
        while True:
            now = self._timer()
            with self._lock:
                held = self._usable(rejected, now)
                if held is not None and now < held.advised:
                    return held.token
                if held is not None and self._leave_to_others(held, now):
                    return held.token
                flight, leading = self._board(now)
            if leading:
                self._lead(flight)
            try:
                return flight.wait(timeout=allowed_time())
            except TokenError:
                if held is not None and self._timer() < held.ends:
                    return held.token
                raise
            except TimeoutError:
                allowed_time()
            except DeadlineExceededError:
                if leading:
                    raise
                allowed_time()  # the leader's deadline may have passed; is ours?

    def _usable(self, rejected: Token | None, now: float) -> _Held | None:
        held = self._held
        if held is None or held.token is rejected or now >= held.ends:
            return None
        return held

    def _leave_to_others(self, held: _Held, now: float) -> bool:
        """Whether a still good token may be used as it is: another thread renews it, or has just failed to."""
        if self._failure is not None and now < self._failure[1]:
            return True
        return self._flight is not None and now < held.required

    def _board(self, now: float) -> tuple[Flight[Token], bool]:
        if self._flight is not None:
            return self._flight, False
        if self._failure is not None and now < self._failure[1]:
            raise copy.copy(self._failure[0])
        self._flight = Flight()
        return self._flight, True

    def _lead(self, flight: Flight[Token]) -> None:
        asked = self._timer()
        previous = self._held
        try:
            token = self.fetch(None if previous is None else previous.token)
        except BaseException as error:  # noqa: BLE001 -- those who wait must not wait for ever
            with self._lock:
                self._flight = None
                if isinstance(error, TokenError):
                    self._failure = error, self._timer() + self._windows.retry_after
            flight.crash(error)
        else:
            with self._lock:
                self._held = _Held(token, self._windows, asked)
                self._flight = None
                self._failure = None
            flight.land(token)


def principal_of(*parts: str) -> str:
    """A short name for a principal that gives none of its parts away.

    Example:
        >>> principal_of("https://example.test/token", "web")
        '942de50727ee'
    """
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]
