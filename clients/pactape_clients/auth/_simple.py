"""Token sources for tokens that somebody else manages: a fixed one, and one that a function gives."""

from __future__ import annotations

import threading
import time
import uuid
from typing import TYPE_CHECKING

from pactape_clients.auth._source import TokenSource
from pactape_clients.auth._token import RefreshWindows, Token, principal_of
from pactape_clients.checks import is_instance
from pactape_clients.errors import ClientError, TokenUnavailableError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["CallableTokens", "StaticToken"]


class StaticToken(TokenSource):
    """One token that never changes; when the server refuses it, that is final.

    Args:
        value: The token; white space around it is removed.

    Raises:
        UsageError: The value is empty, is not a string, or can't be sent in a header.

    Example:
        >>> StaticToken("eyJhbGciOi").token()
        Token(value='***', expires_in=None, refresh_token=None)
    """

    def __init__(self, value: str) -> None:
        try:
            self._token = Token(value=value)
        finally:
            del value  # a traceback may show the locals of its frames
        super().__init__(principal=principal_of("static", self._token.value))

    def fetch(self, previous: Token | None) -> Token:  # noqa: ARG002 -- there is only one
        """Return the token."""
        return self._token

    def renew(self, rejected: Token) -> Token:
        """Return the same token: there is no other."""
        return rejected


class CallableTokens(TokenSource):
    """Tokens that a function gives.

    A function that gives strings is called for each request, on the thread that makes it, so that it may give the
    token of the user whom the thread serves. A `Token` is kept until it ends or is refused, for all threads.

    Without a `principal` the function is also called to look up a cached value, whose key holds a hash of the
    token. Name the principal (or a function that does) to serve cached values without asking for a token.

    Args:
        give: Called without arguments.
        principal: Identifies whose tokens they are, or is called for each call to do so; None takes it from the
            tokens themselves: from each string, and one that no other source has for a `Token`.
        windows: When to renew tokens that say when they end.
        timer: A monotonic clock in seconds.

    Example:
        >>> CallableTokens(lambda: Token(value="eyJhbGciOi", expires_in=60)).token().expires_in
        60
        >>> user = "ada"
        >>> tokens = CallableTokens(lambda: f"token-of-{user}")
        >>> before = tokens.identity()
        >>> user = "bob"
        >>> before == tokens.identity()
        False
    """

    def __init__(
        self,
        give: Callable[[], str | Token],
        *,
        principal: str | Callable[[], str] | None = None,
        windows: RefreshWindows | None = None,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        named = principal if isinstance(principal, str) and principal else uuid.uuid4().hex
        self._give = give
        self._name = principal if callable(principal) else None
        self.varies = not isinstance(principal, str) or not principal
        self._gives_strings = False
        super().__init__(principal=principal_of("callable", named), windows=windows, timer=timer)

    def after_fork(self) -> None:
        """Forget the renewal that a thread of the parent process is making."""
        super().after_fork()
        self._fetched = threading.local()

    def identity(self) -> str:
        """Return the name by which cached values are kept apart, as it is for a call that is made now.

        Raises:
            TokenError: The function failed.
            UsageError: `principal` failed, or gave no string.
        """
        if self._name is not None:
            return principal_of("callable", self._named(self._name))
        if not self.varies:
            return self.principal
        token = self.token()
        return principal_of("string", token.value) if self._gives_strings else self.principal

    def _named(self, name: Callable[[], str]) -> str:
        try:
            found = name()
        except Exception as error:  # noqa: BLE001 -- a function of the user's own may raise anything
            failure = UsageError(f"the function that gives the principal raised {type(error).__name__}")
        else:
            if is_instance(found, str):
                return found
            failure = UsageError(
                f"the function that gives the principal gave {type(found).__name__}, not a string"
            )
        raise failure

    def token(self) -> Token:
        """Return a token for a request that is made now.

        Raises:
            TokenError: The function failed.
        """
        if self._gives_strings:
            return self._asked()
        token = super().token()
        if not self._is_per_request():
            return token
        own = getattr(self._fetched, "token", None) is token  # another thread's is another user's
        return token if own else self._asked()

    def _is_per_request(self) -> bool:
        return self._gives_strings

    def renew(self, rejected: Token) -> Token:
        """Return another token than the refused one; the refused one itself if the function gives it again.

        Raises:
            TokenError: The function failed.
        """
        if not self._gives_strings:
            return super().renew(rejected)
        token = self._asked()
        return rejected if token.value == rejected.value else token

    def fetch(self, previous: Token | None) -> Token:  # noqa: ARG002 -- the function knows
        """Return what the function gives.

        Raises:
            TokenUnavailableError: The function raised, or gave no token; its error's type is named, its text isn't.
        """
        token = self._fetched.token = self._asked()
        return token

    def _asked(self) -> Token:
        try:
            given = self._give()
        except ClientError:
            raise
        except Exception as error:  # noqa: BLE001 -- a function of the user's own may raise anything
            words = f" raised {type(error).__name__}"
        else:
            if isinstance(given, Token):
                return given
            self._gives_strings = is_instance(given, str)
            try:
                return Token(value=given)
            except UsageError as error:
                words = f": {error}"
            finally:
                del given  # a traceback may show the locals of its frames
        raise TokenUnavailableError(f"the function that gives tokens{words}")
