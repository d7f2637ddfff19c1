"""The base of token sources: stores a token, renews it in time, and shares a renewal among threads."""

from __future__ import annotations

import copy
import threading
import time
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from pactape_clients.auth._token import RefreshWindows, Token, TokenState
from pactape_clients.caller_code.boundary import public
from pactape_clients.caller_code.callbacks import call_for
from pactape_clients.caller_code.checks import check_callable
from pactape_clients.concurrency.call_context import remaining_time
from pactape_clients.concurrency.processes import NotCopyable, renew_after_fork
from pactape_clients.concurrency.single_flight import Flight, FlightCancelledError
from pactape_clients.errors import (
    ClientError,
    DeadlineExceededError,
    TokenError,
    TokenUnavailableError,
    UsageError,
)

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["TokenSource"]


class TokenSource(NotCopyable, ABC):
    """A source of access tokens; a subclass fetches a token, this class decides when and on which thread.

    Clients and threads can share a source: if 64 threads need a new token, one fetch is made, and they share its
    result or failure. A fetch that fails while the current token is still valid is not an error. After a fork, the
    child has the same token, and makes its own fetches.

    Args:
        principal: Identifies the token's owner, without any secret; it separates cached values.
        windows: When to renew.
        timer: A monotonic clock in seconds.
    """

    #: Whether `identity()` may change from call to call.
    varies = False

    @public
    def __init__(
        self,
        *,
        principal: str,
        windows: RefreshWindows | None = None,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        if windows is not None and not isinstance(windows, RefreshWindows):
            raise UsageError(f"windows must be RefreshWindows(…), not {type(windows).__name__}")
        check_callable("timer", timer)
        self.principal = principal
        self._windows = windows or RefreshWindows()
        self._timer = timer
        self._state: TokenState | None = None
        self._failure: tuple[ClientError, float] | None = None
        self.after_fork()
        renew_after_fork(self)

    def after_fork(self) -> None:
        """Discard the renewal in progress on a thread of the parent process."""
        self._lock = threading.Lock()
        self._flight: Flight[Token] | None = None

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {getattr(self, 'principal', 'not made')}>"  # a traceback may show it

    @abstractmethod
    def fetch(self, previous: Token | None) -> Token:
        """Return a new token.

        Args:
            previous: The token to replace; None the first time.

        Raises:
            TokenError: No token can be fetched.
        """

    def identity(self) -> str:
        """Return the name that separates cached values, for a call made now."""
        return self.principal

    def token(self) -> Token:
        """Return a valid token, renewing it if due.

        Raises:
            TokenError: The renewal failed, and the current token is no longer valid.
            DeadlineExceededError: The deadline of the call on this thread passed.
        """
        state = self._state
        if state is not None and self._timer() < state.advised:
            return state.token
        return self._current_token(None)

    def renew(self, rejected: Token) -> Token:
        """Return a token other than a rejected one.

        If another thread has already replaced that token, the replacement is returned: if a server rejects the
        token of 64 requests, one renewal is made.

        Args:
            rejected: The rejected token.

        Returns:
            A token; the rejected one if the source has no other.

        Raises:
            TokenError: The renewal failed.
            DeadlineExceededError: The deadline of the call on this thread passed.
        """
        return self._current_token(rejected)

    def _current_token(self, previous: Token | None) -> Token:
        while True:
            now = self._timer()
            with self._lock:
                state = self._usable(previous, now)
                if state is not None and (now < state.advised or self._leave_to_others(state, now)):
                    return state.token
                flight, is_leader = self._join(now)
            if is_leader:
                self._load_for_all(flight)
            try:
                return flight.result(timeout=remaining_time())
            except TokenError:
                if state is not None and self._timer() < state.ends:
                    return state.token
                raise
            except (TimeoutError, FlightCancelledError):
                remaining_time()
            except DeadlineExceededError:
                if is_leader:
                    raise
                remaining_time()  # the leader's deadline passed, but not necessarily ours

    def _usable(self, previous: Token | None, now: float) -> TokenState | None:
        state = self._state
        if state is None or state.token is previous or now >= state.ends:
            return None
        return state

    def _leave_to_others(self, state: TokenState, now: float) -> bool:
        """Return whether a still valid token may be used: another thread renews it, or has just failed."""
        if self._failure is not None and now < self._failure[1]:
            return True
        return self._flight is not None and now < state.required

    def _join(self, now: float) -> tuple[Flight[Token], bool]:
        if self._flight is not None:
            return self._flight, False
        if self._failure is not None and now < self._failure[1]:
            raise copy.copy(self._failure[0])
        self._flight = Flight()
        return self._flight, True

    def _load_for_all(self, flight: Flight[Token]) -> None:
        requested_at = self._timer()
        state: TokenState | None = None
        failure: ClientError | None = None
        try:
            state = TokenState(self._fetch(), self._windows, requested_at)
        except ClientError as error:
            failure = error
        finally:  # even if this thread has to exit: then the others fetch for themselves
            self._finish(flight, state, failure)

    def _fetch(self) -> Token:
        previous = self._state
        return call_for(
            lambda: self.fetch(None if previous is None else previous.token),
            Token,
            what=f"{type(self).__name__}.fetch",
            expected="a Token",
            failure=TokenUnavailableError,
            keeps_client_errors=True,
        )

    def _finish(self, flight: Flight[Token], state: TokenState | None, failure: ClientError | None) -> None:
        with self._lock:
            if self._flight is flight:
                self._flight = None
            if state is not None:
                self._state, self._failure = state, None
            elif isinstance(failure, TokenError):
                self._failure = failure, self._timer() + self._windows.retry_after
        if state is not None:
            flight.set_result(state.token)
        elif failure is not None:
            flight.set_exception(failure)
        else:
            flight.cancel()
